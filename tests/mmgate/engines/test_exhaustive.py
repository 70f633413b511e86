"""The exhaustive engine: what it closes, what it must not take for closed, and that its paths are real."""

import json
import os
from collections import Counter
from dataclasses import replace

import pytest

from mmgate import corpus
from mmgate.engines import exhaustive
from mmgate.engines.exploring import explore
from mmgate.engines.reenacting import differences
from mmgate.profiles import QUICK
from mmgate.reporting.races import IMPOSSIBLE, NEVER, race_map, race_page, summary
from mmgate.request import MakerRef, Request
from specs.spec import Word
from specs.system_parts import DEEDS
from specs.system_races import Pair, impossible
from specs.system_scopes import DEEP, QUICK_STATES, STANDARD, scope

PATHS = int(os.environ.get("MMGATE_PATHS", "60"))
"""`make deep` goes a thousand random paths."""
ALL = replace(scope(*DEEDS), budgets={**dict.fromkeys(DEEDS, 1), "price": 2, "trade": 2})
STANDARD_BY_NAME = {one.name: one for one in STANDARD}
MOST_EVENTS = 12
"""The shortest orphan of the code as it was reviewed is told in so many events at most."""


@pytest.fixture
def asked(tmp_path, monkeypatch):
    def ask(*scopes, maker=None, most=QUICK_STATES):
        monkeypatch.setattr(exhaustive, "scopes_of", lambda _name: scopes)
        monkeypatch.setattr(exhaustive, "MOST_STATES", {QUICK.name: most})
        request = Request(maker or MakerRef(), (), exhaustive.JUDGED, ("exhaustive",), QUICK, 1, tmp_path, workers=0)
        return exhaustive.run(request)

    return ask


def test_a_closed_search_holds_and_says_how_far_it_went(asked):
    result = asked(scope("trade"), scope("crash", "signal"))
    assert {outcome.word for outcome in result.outcomes} == {Word.HOLDS}
    assert result.outcomes[0].strength.startswith("closed in 2 scopes, ")
    assert not result.witnesses


def test_a_search_that_was_cut_short_never_holds(asked):
    result = asked(scope("trade"), scope("crash", "signal"), most=100)
    assert {outcome.word for outcome in result.outcomes} == {Word.INCONCLUSIVE}
    assert "0 of 2 scopes closed, others to depth" in result.outcomes[0].strength


def test_what_is_not_met_in_a_closed_search_is_vacuous(asked):
    words = {outcome.spec_id: outcome.word for outcome in asked(scope("signal")).outcomes}
    assert words["CTR-2"] is words["ORD-7"] is Word.VACUOUS
    assert words["ORD-1"] is words["ORD-3"] is Word.HOLDS


def test_the_same_search_counts_the_same_again():
    first, again = (explore(scope("crash"), MakerRef(), QUICK_STATES) for _ in range(2))
    assert (first.states, first.transitions, first.depth) == (again.states, again.transitions, again.depth)
    assert (first.pairs, first.table, first.met) == (again.pairs, again.table, again.met)


def test_the_shortest_orphan_of_the_code_as_reviewed_is_short_and_replays(asked):
    result = asked(scope("price"), maker=MakerRef("defect", "unconfirmed-forgotten"), most=400)
    told = next(note for note in result.notes if note.startswith("ORD-1: shortest counterexample"))
    assert int(told.partition(" events told")[0].rsplit(" ", 1)[1]) <= MOST_EVENTS
    witness = next(one for one in result.witnesses if one.spec_id == "ORD-1")
    assert corpus.replay(witness.path).word == corpus.STILL_FAILS


@pytest.mark.parametrize(
    ("defect", "searched", "spec_id"),
    [
        ("unconfirmed-forgotten", scope("price"), "ORD-1"),
        ("cancels-skipped-on-signal", scope("signal"), "ORD-1"),
        ("early-cancel-believed", scope("reorder", "signal"), "ORD-1"),
        ("restart-forgets-orders", scope("crash"), "ORD-1"),
        ("restart-quotes-at-once", scope("price"), "HLT-1"),
        ("position-left-behind", scope("trade"), "ORD-3"),
        ("halt-outlives-reconnect", scope("disconnect"), "ORD-6"),
        ("counter-size-uniform", scope("partial"), "CTR-3"),
        ("counter-on-the-losing-side", scope("trade"), "CTR-2"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_a_defect_is_caught_in_a_small_scope(defect, searched, spec_id):
    found = explore(searched, MakerRef("defect", defect), 3_000, until=frozenset((spec_id,)))
    assert spec_id in found.broken


def test_random_paths_go_the_same_way_in_the_simulated_world():
    assert differences(ALL, range(PATHS)) == []


def test_the_race_map_names_what_was_never_seen_and_what_cannot_be():
    races = race_map([explore(scope("trade", "signal"), MakerRef(), 3_000, healing=False)])
    words = {(race.first, race.then): race.word for race in races}
    assert len(races) == 11 * 11
    assert words["signal", "ack"] == "seen"
    assert words["reject", "fill"] == IMPOSSIBLE
    assert words["restart", "restart"] == NEVER
    assert "restart → restart" in summary(races)
    assert race_page(races, "closed").count("<td") == len(races)


def test_counts_are_left_as_evidence(asked, tmp_path):
    result = asked(scope("trade"))
    left = json.loads((tmp_path / "exhaustive.json").read_text("utf-8"))
    assert left["counts"]["deeds"]["trade"] > 0
    assert left["counts"]["order table"]["sent · seen_resting"] > 0
    assert dict(result.counts)["race map"] == tuple(left["counts"]["race map"].items())
    assert len(left["race_map"]) == 11 * 11
    assert "Race map" in (tmp_path / "race-map.html").read_text("utf-8")


def test_every_fault_and_every_deed_is_in_a_scope_of_the_standard_profile():
    assert {name for one in STANDARD for name in one.budgets} == set(DEEDS)
    assert len({one.name for one in DEEP}) == len(DEEP)


def test_the_window_begins_before_what_is_told_in_it():
    found = explore(STANDARD_BY_NAME["silence + price + window in 2 steps + ladder at rest"], MakerRef(), QUICK_STATES)
    assert found.closed
    assert found.pairs["window", "requote"] > 0


def test_what_is_called_impossible_is_never_seen():
    pairs: Counter[Pair] = Counter()
    silent = "silence + price + window in 2 steps + ladder at rest"
    for name in ("crash + signal", "taker + signal", "reorder + signal + crash", "lose_reply + signal", silent):
        pairs += explore(STANDARD_BY_NAME[name], MakerRef(), QUICK_STATES, healing=False).pairs
    assert not impossible().keys() & pairs.keys()
