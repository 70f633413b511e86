"""Each defect of the reviewed code, of orders and of kernels is caught by every spec that must catch it."""

from __future__ import annotations

import pytest

from specs.defects import as_reviewed, kernels, orders

DEFECTS = (*as_reviewed.DEFECTS, *orders.DEFECTS, *kernels.DEFECTS)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.id)
def test_a_defect_is_caught_by_every_spec_that_must_catch_it(defect, must_be_caught):
    must_be_caught(defect)
