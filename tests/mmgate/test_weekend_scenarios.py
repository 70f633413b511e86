"""A maker may wait for the weekend that resets its latch (S-4); the embedded suite lives on into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mmgate.profiles import suite_file
from mmgate.request import Entry
from mmgate.worlds import world_of
from model.draft import Draft
from model.maker import Reference
from model.state import ShutdownState
from sim.run import run
from specs.defects import Defect, DefectMaker
from specs.defects.defect import Patch
from specs.panel import Panel
from specs.spec import Word


def _for_good(original: Any) -> Callable[[Draft], None]:
    def run_sessions(draft: Draft) -> None:
        state = draft.state
        over = state.shutdown is ShutdownState.DONE and not state.stopped
        state.stopped = "window" if over else state.stopped
        original(draft)
        state.stopped = "" if over else state.stopped

    return run_sessions


LATCHED = Defect(
    "latched",
    "A shutdown by the clock is never over in its life",
    ("S-4",),
    ("ORD-6",),
    (Patch("model.maker:run_sessions", _for_good),),
)


@pytest.mark.parametrize(("maker", "word"), [(Reference(), Word.HOLDS), (DefectMaker(LATCHED), Word.VIOLATED)])
def test_a_shutdown_by_the_clock_is_over_on_friday_at_the_latest(maker: Any, word: Word):
    panel = Panel(["ORD-6"])
    run(world_of(Entry("all-week", suite_file("all-week").config, "friday-again"), 1), maker, [panel])
    (outcome,) = panel.outcomes()
    assert outcome.word is word
