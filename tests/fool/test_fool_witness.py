"""A witness from a stranger is a file: it starts no program, whatever stands in it, and a port is greeted once."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mmgate import corpus
from mmgate.asking import Asked, plan_of
from mmgate.engines.judging import judge
from mmgate.profiles import suite_file
from mmgate.request import Entry, MakerRef
from mmgate.worlds import world_of
from specs.spec import Violation


@pytest.fixture
def stranger(tmp_path: Path) -> str:
    """A witness whose port is a program that leaves a mark."""
    world = world_of(Entry("fixed", suite_file("fixed").config, "signal"), 1)
    steps = [step for step in world.script if step.at_ms < world.parameters.start_ms + 3000]
    short = replace(world, script=tuple(steps), parameters=replace(world.parameters, end_ms=steps[-1].at_ms + 1))
    records = judge(short, MakerRef(), ["ORD-1"], keep=True).records[:20]
    mark = shlex.join((sys.executable, "-c", "open('mark', 'w')"))
    violation = Violation("ORD-1", 0, 0, "made up")
    case = corpus.Case(MakerRef("port", mark), "ORD-1", "simulation", violation, short, records, "x")
    corpus.save(tmp_path / "w.jsonl", case)
    return mark


def test_replaying_a_strangers_witness_runs_nothing(gate, stranger):
    answer = gate.run("replay", "w.jsonl")
    assert answer.returncode == 2, answer.stdout
    assert answer.stderr.startswith("mmgate: witness w.jsonl: replaying it would run the command ")
    assert answer.stderr.endswith('if you trust it, give it yourself: --port "CMD"\n')
    assert answer.stderr.count("\n") == 1
    assert not (gate.folder / "mark").exists()


def test_the_command_that_a_person_gives_is_the_one_that_runs(gate, stranger):
    answer = gate.run("replay", "w.jsonl", "--port", stranger.replace("mark", "given"))
    assert answer.returncode == 4, answer.stdout + answer.stderr
    assert "does not reproduce" in answer.stdout
    assert (gate.folder / "given").exists()
    assert not (gate.folder / "mark").exists()


@pytest.mark.parametrize("config", [False, True])
def test_a_port_is_greeted_once_before_a_run(gate, port, config):
    count = port(f'if request["kind"] == "hello":\n    open({str(gate.folder / "hellos")!r}, "a").write("hello\\n")')
    gate.write("mm.toml", "[maker]\n[gate]\nscenarios = ['signal']\n")
    plan_of(Asked(port=count, config=gate.folder / "mm.toml" if config else None))
    assert (gate.folder / "hellos").read_text() == "hello\n"
