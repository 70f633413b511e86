"""A defect changes what a port answers to calls: all of its kernels, and the values that it works with."""

from __future__ import annotations

import pytest

from mmgate.ports.calls import FUNCTIONS
from mmgate.ports.server import right
from mmgate.ports.spoiled import answers_of
from mmgate.request import MakerRef
from mmgate.vectors.case import TRACE, Case
from mmgate.vectors.check import check, here
from mmgate.vectors.fill import SMALL, cases
from mmgate.vectors.lives import Result, Said
from specs.defects import kernels
from specs.defects.defect import applied

SHOWN_BY_LIVES_ONLY = {
    "never-adverse",
    "entry-moves-while-reducing",
    "taker-fills-move-the-books",
    "nobodys-events-stop-quoting",
    "last-price-kept",
    "one-window-for-all-markets",
}
"""Defects of the books and of the loop, which no call reaches."""


@pytest.fixture(scope="module")
def calls() -> list[Case]:
    return [case for case in cases(SMALL) if case.kind != TRACE]


@pytest.mark.parametrize("defect", kernels.DEFECTS, ids=lambda defect: defect.id)
def test_a_defect_of_a_kernel_changes_the_answer_to_some_call_and_a_check_finds_it(defect, calls):
    answer = answers_of(MakerRef("defect", defect.id))
    changed = [case for case in calls if answer(case.kind, case.input) != right(case.kind, case.input)]
    assert bool(changed) is (defect.id not in SHOWN_BY_LIVES_ONLY)
    found = [one for one in check(changed, here(MakerRef("defect", defect.id))) if isinstance(one, Result)]
    assert any(one.said is Said.DIFFERS for one in found) is bool(changed)


def test_what_the_bare_patches_change_a_port_with_the_defect_changes_too(calls):
    for defect in kernels.DEFECTS:
        answer = answers_of(MakerRef("defect", defect.id))
        for case in calls:
            with applied(defect):
                bare = FUNCTIONS[case.kind](case.input)
            assert bare == right(case.kind, case.input) or bare == answer(case.kind, case.input), defect.id


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("rounding-aggressive", "round_order"),
        ("velocity-without-threshold", "velocity_trend"),
        ("wicks-never-age", "wick_stats"),
        ("skew-under-the-fee", "compute_quotes"),
    ],
)
def test_a_kernel_replaced_in_all_its_users_and_a_value_not_asked_for_are_wrong_in_calls_too(name, kind, calls):
    answer = answers_of(MakerRef("defect", name))
    asked = [case for case in calls if case.kind == kind]
    assert any(answer(kind, case.input) != right(kind, case.input) for case in asked)
    assert all(FUNCTIONS[kind](case.input) == right(kind, case.input) for case in asked)


def test_the_reference_answers_as_its_functions_do():
    assert answers_of(MakerRef()) is right
