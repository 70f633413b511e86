"""The reference on the other end of a pipe is the reference; a port that never cancels leaves orphans."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mmgate.corpus import FIXED, STILL_FAILS, replay
from mmgate.engines import property as machine_engine
from mmgate.engines import simulation
from mmgate.engines.composer import Composer
from mmgate.engines.judging import judge
from mmgate.ports.process import PortMaker
from mmgate.profiles import QUICK, embedded_suite
from mmgate.request import MakerRef, Request
from model.actions import Side
from model.codec import canonical
from model.journal import Traded
from sim.world import World
from specs.spec import Word

FAKES = Path(__file__).parent / "fakes"
SERVED = MakerRef("port", shlex.join([sys.executable, "-m", "mmgate", "port", "serve"]))
NEVER_CANCELS = MakerRef("port", shlex.join([sys.executable, "-S", "-E", str(FAKES / "never_cancels.py")]))
ENTRIES = {(entry.name, entry.scenario): entry for entry in embedded_suite(QUICK)}
TINY = replace(QUICK, seeds=1, property_examples=6, machine_examples=1, machine_steps=12)


def small_world() -> World:
    """A life with fills on all levels, a crash, a second life, the shutdown."""
    desk = Composer(ENTRIES["counter", "crash"].config)
    desk.calm(8, [1])
    for side in (Side.BUY, Side.SELL, Side.SELL):
        desk.trade(desk.name_of(0), side, 60, 1500, 400)
        desk.calm(4, [3])
    desk.crash()
    desk.passes(700)
    desk.restart()
    desk.calm(8, [1])
    return desk.world("small", 3)


def test_the_reference_over_the_pipe_gives_the_same_run_to_the_byte():
    here = judge(small_world(), MakerRef(), (), keep=True)
    there = judge(small_world(), SERVED, (), keep=True)
    assert sum(isinstance(record, Traded) for record in here.records) > 5
    assert [canonical(record) for record in here.records] == [canonical(record) for record in there.records]


def test_a_served_defect_is_the_defect():
    here = judge(small_world(), MakerRef("defect", "level-always-0"), ["CTR-1"]).outcomes[0]
    there = judge(small_world(), MakerRef("port", SERVED.name + " --defect level-always-0"), ["CTR-1"]).outcomes[0]
    assert here.word is there.word is Word.VIOLATED
    assert here.contexts == there.contexts
    assert [violation.index for violation in here.violations] == [violation.index for violation in there.violations]


def test_books_are_the_same_over_the_pipe():
    with PortMaker(SERVED.name) as port:
        assert "books" in port.features
        assert port.hello.restartable


def ask(maker: MakerRef, out: Path, *specs: str) -> Request:
    return Request(maker, (ENTRIES["fixed", "signal"],), specs, (), TINY, 1, out, workers=0)


def test_a_port_that_never_cancels_violates_ord_1_with_a_witness(tmp_path: Path):
    result = simulation.run(ask(NEVER_CANCELS, tmp_path, "ORD-1"))
    assert [(outcome.spec_id, outcome.word) for outcome in result.outcomes] == [("ORD-1", Word.VIOLATED)]
    witness = result.witnesses[0]
    assert witness.path.is_file()
    assert any("→ place #1 buy" in step for step in witness.steps)
    assert "✗ ORD-1" in witness.steps[-1]


def test_the_state_machine_finds_it_too(tmp_path: Path):
    result = machine_engine.run(ask(NEVER_CANCELS, tmp_path, "ORD-1"))
    assert [(outcome.spec_id, outcome.word) for outcome in result.outcomes] == [("ORD-1", Word.VIOLATED)]


@pytest.mark.parametrize(("how", "kind"), [("exit", "exit"), ("nan_px", "wrong_type")])
def test_a_port_that_breaks_the_protocol_violates_rob_1_and_ends_its_run(tmp_path: Path, how: str, kind: str):
    maker = MakerRef("port", shlex.join([sys.executable, "-S", "-E", str(FAKES / "misbehaves.py"), how]))
    result = simulation.run(ask(maker, tmp_path, "ORD-1", "ROB-1"))
    words = {outcome.spec_id: outcome for outcome in result.outcomes}
    assert words["ROB-1"].word is Word.VIOLATED
    assert f"{kind}: " in words["ROB-1"].violations[0].text
    assert words["ORD-1"].word is Word.INCONCLUSIVE


def test_a_broken_protocol_has_a_short_witness_that_replays(tmp_path: Path):
    maker = MakerRef("port", shlex.join([sys.executable, "-S", "-E", str(FAKES / "misbehaves.py"), "exit"]))
    (witness,) = simulation.run(ask(maker, tmp_path, "ROB-1")).witnesses
    assert "✗ ROB-1: exit: " in witness.steps[-1]
    assert len(witness.steps) < 10
    again = replay(witness.path)
    assert (again.word, again.steps) == (STILL_FAILS, witness.steps)
    assert replay(witness.path, MakerRef()).word == FIXED
