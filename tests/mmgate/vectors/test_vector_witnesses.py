"""What the engines found is told again: each edge takes its edge, each counterexample tells its defect."""

from __future__ import annotations

from functools import cache

import pytest

from mmgate.engines.rows import ROWS, counted_rows
from mmgate.engines.sampling import law_calls, machine_worlds
from mmgate.profiles import QUICK, embedded_suite
from mmgate.request import MakerRef
from mmgate.vectors.case import TRACE, Case
from mmgate.vectors.check import check, here
from mmgate.vectors.fill import SMALL, cases
from mmgate.vectors.lives import Result, Said
from mmgate.vectors.witnesses import COUNTEREXAMPLES, EDGE, EXPLORED, RACE, counterexamples, edges, kept
from specs.defects import ALL, BY_ID
from specs.system_races import EVENTS, impossible

SHOWN_BY = {
    "a-dollar-is-no-price": "trace/rare/close/no-price",
    "age-from-the-last-change": "trace/edge/resting/absent",
    "breakpoint-skips-zero": "wick_stats/breakpoints/zeros-with-floor",
    "close-without-a-mark": "trace/corner/close/no-mark",
    "closes-rest": "trace/corner/close/blocked-in-part",
    "collected-until-it-turns": "trace/lesson/collected-falls",
    "counters-good-til-cancelled": "trace/corner/config/switched-off",
    "default-moved": "compute_quotes/innermost/all-defaults",
    "done-beside-the-unconfirmed": "trace/race/cancel-ack/window",
    "every-market-quoted": "trace/corner/markets/one-of-two",
    "first-of-two-markets": "trace/corner/refused/two-markets",
    "found-position-costs-nothing": "trace/corner/limits/long-over",
    "gap-of-the-mark": "trace/corner/prices/gap-over-limit",
    "gate-forgets-all-at-once": "trace/rare/gate/younger-losses",
    "gate-forgets-once": "trace/rare/gate/younger-losses",
    "minimum-itself-too-small": "trace/rare/ladder/minimum-itself",
    "names-begin-anew": "trace/rare/found/at-the-warning",
    "never-reconciled": "trace/asks/periodic",
    "one-window-for-all-markets": "trace/rare/ladder/counted-while-halted",
    "reconnect-asked-once": "trace/asks/reconnect",
    "recording-stops-with-the-window": "wick_stats/ticks/on-a-wednesday",
    "rungs-from-the-outermost": "trace/rare/ladder/another-level",
    "rungs-good-til-cancelled": "trace/rare/ladder/another-level",
    "stale-cancel-halts-all": "trace/rare/ladder/two-markets",
    "statistics-while-off": "trace/rare/ladder/statistics-off",
    "time-runs-back": "trace/corner/words/time-runs-back",
    "weekend-clears-hard-stop": "trace/corner/weekend/next-after-a-stop",
    "window-not-asked": "trace/corner/close/blocked-in-part",
    "window-seen-only-inside": "trace/corner/weekend/silent",
}
"""Defects of which no counterexample is kept, and the case of the small set that shows them."""
NOT_SHOWN = {
    "cancels-in-hash-order": "the order within a batch is free, and another process is needed to see it",
    "data-corruption-silent": "no tick leads to such statistics, and what a call logs is no part of its result",
    "statistics-sorted-per-call": "costs more and answers the same",
}
"""Defects that no case can show, and why."""


@cache
def all_counterexamples() -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for case, line in zip(counterexamples(), kept(COUNTEREXAMPLES), strict=True):
        found.setdefault(line["defect"], []).append(case)
    return found


@cache
def small() -> list[Case]:
    return cases(SMALL)


def said(case: Case, maker: MakerRef) -> Said:
    (result,) = check([case], here(maker))
    assert isinstance(result, Result)
    return result.said


def test_the_explorer_takes_every_row_but_the_two_that_no_venue_brings_about():
    taken = {tuple(line["pair"]) for line in kept(EXPLORED) if line["shows"] == EDGE}
    assert set(ROWS) - taken == {("resting", "rejected"), ("resting", "done")}


def test_each_edge_of_the_order_table_is_taken_by_its_case():
    lines = [line for line in kept(EXPLORED) if line["shows"] == EDGE]
    for line, case in zip(lines, edges(), strict=True):
        with counted_rows() as rows:
            assert said(case, MakerRef()) is Said.AGREES
        assert rows[tuple(line["pair"])], f"{case.id}: python -m mmgate.vectors.searching finds another way"


def test_the_explorer_reaches_every_race_that_can_be():
    taken = {tuple(line["pair"]) for line in kept(EXPLORED) if line["shows"] == RACE}
    possible = {(first, then) for first in EVENTS for then in EVENTS} - set(impossible())
    assert taken == possible


@pytest.mark.parametrize("name", sorted(all_counterexamples()))
def test_a_defect_answers_its_counterexample_wrongly(name: str):
    for case in all_counterexamples()[name]:
        assert said(case, MakerRef("defect", name)) is Said.DIFFERS
        assert said(case, MakerRef()) is Said.AGREES


@pytest.mark.parametrize("name", sorted(SHOWN_BY))
def test_a_defect_without_a_counterexample_answers_another_case_wrongly(name: str):
    (case,) = [case for case in small() if case.id == SHOWN_BY[name]]
    assert said(case, MakerRef("defect", name)) is Said.DIFFERS


def test_every_defect_is_shown_by_a_case_or_has_a_reason_why_none_can():
    # A new defect is hunted by `python -m mmgate.vectors.hunting ID`, or named above with a case that shows it.
    missing = {defect.id for defect in ALL} - set(all_counterexamples())
    assert missing == {*SHOWN_BY, *NOT_SHOWN}


def test_the_small_set_holds_the_counterexamples_of_the_code_as_it_was_reviewed():
    held = {case.id for case in small()}
    for name, found in all_counterexamples().items():
        if "as-reviewed" in BY_ID[name].tags:
            assert held >= {case.id for case in found}


def test_what_is_drawn_is_drawn_the_same_twice():
    assert law_calls(2, 1) == law_calls(2, 1)
    config = embedded_suite(QUICK)[0].config
    assert machine_worlds(config, "fixed", 1, 3, 1) == machine_worlds(config, "fixed", 1, 3, 1)


def test_positions_are_told_with_the_answer_that_changed_them_and_a_wrong_entry_differs():
    case = next(case for case in small() if case.id == "trace/story/counter/answered")
    told = [answer["positions"] for answer in case.expected["replies"] if "positions" in answer]
    assert [one[0]["net"] for one in told] == ["0.012", "0"]
    wrong = MakerRef("defect", "entry-moves-while-reducing")
    results = check([case for case in small() if case.kind == TRACE], here(wrong))
    assert any(isinstance(one, Result) and "avg_entry" in one.why for one in results)
