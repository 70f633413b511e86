"""Correct makers that nobody here wrote are not blamed: each is run in worlds that once made the gate cry wolf."""

import sys
from pathlib import Path

import pytest

from mmgate.ports.process import PortMaker
from mmgate.profiles import QUICK, embedded_suite, fitted
from mmgate.worlds import world_of
from sim.run import run
from specs.panel import Panel
from specs.spec import Word

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("maker", ["python_port", "simple_port"])
@pytest.mark.parametrize(("config", "scenario"), [("tight", "races"), ("counter", "crash-loop"), ("fixed", "evening")])
def test_a_correct_maker_is_not_blamed(maker, config, scenario):
    entry = next(e for e in embedded_suite(QUICK) if (e.name, e.scenario) == (config, scenario))
    panel = Panel()
    with PortMaker(f"{sys.executable} {EXAMPLES / maker / 'maker.py'}", 10) as port:
        result = run(world_of(fitted(entry, port.features), 1), port, [panel])
    assert result.failed is None
    assert [o for o in panel.outcomes() if o.word in (Word.VIOLATED, Word.ERROR)] == []


def test_what_a_port_does_not_declare_is_off_in_the_embedded_suite():
    every = [fitted(entry, frozenset()).config for entry in embedded_suite(QUICK)]
    assert not any(c.dynamic_offset_enabled or c.counter_order_enabled or c.velocity_skew_enabled for c in every)
    assert {(c.level_distribution.value, c.size_distribution.value) for c in every} == {("linear", "uniform")}
