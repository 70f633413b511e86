"""The drawdown gate shuts in the embedded suite whatever the seed: a strategy that decides for itself loses enough."""

from __future__ import annotations

import pytest

from mmgate.profiles import suite_file
from mmgate.request import Entry
from mmgate.worlds import world_of
from model.maker import Reference
from sim.run import run
from specs.panel import Panel
from specs.spec import Word

WEAKEST = (5, 10, 12, 17)
"""Of the seeds 1 to 20, those with the fewest losses over the limit."""


@pytest.mark.parametrize("seed", WEAKEST)
def test_the_gate_is_shut_by_the_strategys_own_losses(seed: int):
    panel = Panel(["RSK-1"])
    run(world_of(Entry("all-week", suite_file("all-week").config, "account"), seed), Reference(), [panel])
    (outcome,) = panel.outcomes()
    assert outcome.word is Word.HOLDS
    assert outcome.antecedents
