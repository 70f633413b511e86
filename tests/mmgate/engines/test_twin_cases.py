"""What twins show is shortened like any run, saved with its world, and replays."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmgate.corpus import FIXED, STILL_FAILS, TWIN, Case, load, replay
from mmgate.engines import twins
from mmgate.engines.witnesses import twin_searches, witnessed
from mmgate.profiles import QUICK, suite_file
from mmgate.request import Entry, MakerRef, Request

ENTRY = Entry("fixed", suite_file("fixed").config, "evening")


@pytest.mark.parametrize(
    ("defect", "spec"),
    [
        ("taker-fills-move-the-books", "FIL-4"),
        ("nobodys-events-stop-quoting", "ROB-1"),
        ("last-price-kept", "ROB-2"),
    ],
)
def test_twins_that_differ_become_a_short_world_that_replays_and_is_fixed_by_the_reference(
    tmp_path: Path, defect: str, spec: str
):
    request = Request(MakerRef("defect", defect), (ENTRY,), (spec,), (), QUICK, 1, tmp_path, workers=0)
    outcomes = twins.outcomes(request, "property")
    shown = witnessed(outcomes, twin_searches(request, "property", outcomes), request)
    assert (shown.outcomes, shown.notes) == (tuple(outcomes), ())
    (witness,) = shown.witnesses
    case = load(witness.path)
    assert isinstance(case, Case)
    assert (case.how, len(tuple(case.world.script)) < 25) == (TWIN, True)
    assert f"✗ {spec}: " in witness.steps[-1]
    assert replay(witness.path).word == STILL_FAILS
    assert replay(witness.path, MakerRef()).word == FIXED
