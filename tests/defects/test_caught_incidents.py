"""Each incident, and each defect of ladders, lives and limits, is caught by every spec that must catch it."""

from __future__ import annotations

import pytest

from specs.defects import incidents, ladders, limits, lives

DEFECTS = (*ladders.DEFECTS, *lives.DEFECTS, *incidents.DEFECTS, *limits.DEFECTS)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.id)
def test_a_defect_is_caught_by_every_spec_that_must_catch_it(defect, must_be_caught):
    must_be_caught(defect)
