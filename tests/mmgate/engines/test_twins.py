"""Twin runs: the reference's twins act alike, a maker that takes what it must not does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmgate.engines import twins
from mmgate.profiles import QUICK, embedded_suite
from mmgate.request import MakerRef, Request
from specs.defects import BY_ID
from specs.spec import Outcome, Word

SUITE = embedded_suite(QUICK)
TAKER = tuple(entry for entry in SUITE if entry.scenario == "taker")


def ask(*specs: str, maker: MakerRef | None = None) -> dict[str, Outcome]:
    request = Request(maker or MakerRef(), TAKER, specs, (), QUICK, 1, Path("nowhere"), workers=0)
    return {outcome.spec_id: outcome for outcome in twins.outcomes(request, "property")}


def test_the_reference_acts_alike_beside_takers_refused_events_and_other_markets():
    found = ask(*twins.SPECS)
    assert {spec_id: outcome.word for spec_id, outcome in found.items()} == dict.fromkeys(twins.SPECS, Word.HOLDS)
    assert all(outcome.antecedents >= 10 for outcome in found.values())


@pytest.mark.parametrize(
    ("defect", "spec_id"),
    [
        ("taker-fills-move-the-books", "FIL-4"),
        ("nobodys-events-stop-quoting", "ROB-1"),
        ("time-runs-back", "ROB-1"),
        ("last-price-kept", "ROB-2"),
        ("one-window-for-all-markets", "VOL-4"),
    ],
)
def test_a_twin_that_differs_is_told_with_the_event(defect: str, spec_id: str):
    assert spec_id in BY_ID[defect].caught_by
    outcome = ask(spec_id, maker=MakerRef("defect", defect))[spec_id]
    assert outcome.word is Word.VIOLATED
    assert "twin: " in outcome.violations[0].text


def test_nothing_is_done_for_specs_that_are_not_asked_for():
    assert ask("ORD-1") == {}
