"""Short worlds of the embedded suite, every monitor watching."""

from __future__ import annotations

import pytest

from mmgate.profiles import QUICK, embedded_suite
from mmgate.worlds import world_of
from model.maker import Reference
from sim.run import run
from specs.panel import Panel
from specs.spec import Word

WORLDS = (
    "fixed/nibbles", "fixed/thin-close", "fixed/lost-cancels", "fixed/told-remaining", "all-week/gate",
    "counter/stale-fills", "fixed/restart-in-shutdown", "counter/hard-stop", "dynamic/bad-prices",
    "exponential-convex/evening",
)  # fmt: skip
ENTRIES = {f"{entry.name}/{entry.scenario}": entry for entry in embedded_suite(QUICK)}
BAD = (Word.VIOLATED, Word.ERROR, Word.INCONCLUSIVE)


@pytest.mark.parametrize("name", WORLDS)
def test_no_monitor_holds_anything_against_the_maker(name: str) -> None:
    panel = Panel()
    ran = run(world_of(ENTRIES[name], 1), Reference(), [panel])
    assert ran.failed is None
    assert [f"{one.spec_id} {one.word}" for one in panel.outcomes() if one.word in BAD] == []
