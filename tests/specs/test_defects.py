"""Injected defects: each names real functions and specs, is in force while it answers, and leaves nothing behind."""

from __future__ import annotations

import pytest

from specs.catalogue import SPECS
from specs.defects import ALL, applied

IDS = {spec.id for spec in SPECS}


def functions(defect):
    return [vars(holder)[name] for holder, name in (patch.holder() for patch in defect.patches)]


@pytest.mark.parametrize("defect", ALL, ids=lambda defect: defect.id)
def test_a_defect_replaces_what_it_names_and_puts_it_back(defect):
    before = functions(defect)
    with applied(defect):
        assert all(new is not old for new, old in zip(functions(defect), before, strict=True))
    assert all(new is old for new, old in zip(functions(defect), before, strict=True))


def test_defects_have_names_of_their_own_and_specs_that_must_catch_them():
    assert len({defect.id for defect in ALL}) == len(ALL)
    for defect in ALL:
        assert defect.caught_by, defect.id
        assert set(defect.caught_by) <= IDS, defect.id
        assert defect.rules, defect.id
