"""A port too slow for the profile is given up after a few runs, in words that say so; nothing holds by it."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mmgate.engines import simulation, twins
from mmgate.engines.judging import SLOW_PATIENCE, Judgement
from mmgate.engines.simulation import Done, Job
from mmgate.profiles import QUICK, embedded_suite
from mmgate.request import MakerRef, Request
from specs.spec import Outcome, Word

BAD = Path(__file__).parent / "fakes" / "bad.py"
SLOW = shlex.join([sys.executable, "-S", "-E", str(BAD), "slow", "event"])
SUITE = tuple(entry for entry in embedded_suite(QUICK) if entry.name == "fixed")
SPECS = ("ORD-1", "FIL-1")


def request(folder: Path) -> Request:
    profile = replace(QUICK, wall_clock_s=1)
    return Request(MakerRef("port", SLOW), SUITE, SPECS, ("simulation",), profile, 1, folder)


def test_after_a_few_runs_without_an_end_the_rest_is_left_out_and_nothing_holds(tmp_path: Path):
    assert len(SUITE) > SLOW_PATIENCE
    found = simulation.run(request(tmp_path))
    assert {outcome.word for outcome in found.outcomes} == {Word.INCONCLUSIVE}
    assert all("stopped by the wall clock after 1 s" in outcome.reason for outcome in found.outcomes)
    (note,) = [note for note in found.notes if note.startswith("too slow")]
    assert f"{SLOW_PATIENCE} runs did not end within their 1 s each, so nothing holds" in note
    assert note.endswith("the rest of the suite was not run")


def test_twins_of_a_slow_maker_are_stopped_by_the_same_clock(tmp_path: Path):
    asked = replace(request(tmp_path), suite=SUITE[:1], specs=("ROB-1", "FIL-4"))
    found = twins.outcomes(asked, "simulation")
    assert [(one.spec_id, one.word) for one in found] == [(s, Word.INCONCLUSIVE) for s in ("FIL-4", "ROB-1")]
    assert all("twin: stopped by the wall clock after 1 s" in one.reason for one in found)


@pytest.mark.parametrize("count", [1, SLOW_PATIENCE - 1])
def test_fewer_slow_runs_are_told_and_end_nothing(count: int):
    job = Job(SUITE[0], 1, MakerRef("port", SLOW), SPECS, 120.0)
    outcome = Outcome("ORD-1", "simulation", Word.INCONCLUSIVE)
    slow = Done(job, Judgement((outcome,), turns=6_000, cut="stopped by the wall clock after 120 s"))
    (note, *_) = simulation._notes([slow] * count)
    assert note.startswith(f"too slow: an answer and its judging took 20.0 ms, and {count} runs did not end")
    assert "the rest" not in note
