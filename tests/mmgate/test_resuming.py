"""An interrupted verification goes on where it was and ends as if nothing had been; never with other runs' answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mmgate import cli, selftest
from mmgate.engines import property as drawing
from mmgate.engines import simulation
from mmgate.profiles import QUICK
from mmgate.report import RunId
from mmgate.request import EngineResult, MakerRef, Request, Witness
from mmgate.resuming import identity_of
from specs.spec import Outcome, Violation, Word

ENGINES = ("--engine", "property", "--engine", "simulation")
ASKED = ("verify", "--spec", "VOL-1", *ENGINES, "--defects", "percentile-truncated")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def interrupted(*_: Any) -> None:
    raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def brief(monkeypatch):
    """Let the engines answer at once: one with a counterexample on disk, the other with nothing."""
    monkeypatch.setattr(selftest, "self_test", lambda: "not tested")
    monkeypatch.setattr(drawing, "run", refuted)
    monkeypatch.setattr(simulation, "run", lambda _request: EngineResult("simulation", ()))


def refuted(request: Request) -> EngineResult:
    path = request.out / "case.jsonl"
    path.write_text(f"seed {request.seed}\n")
    outcome = Outcome(
        "VOL-1", "property", Word.VIOLATED, antecedents=3, violations=(Violation("VOL-1", 0, 0, "wrong"),)
    )
    witness = Witness("VOL-1", path, f"mmgate replay {path}", ("a step",))
    return EngineResult("property", (outcome,), (witness,), counts=(("rules", (("tick", 2),)),))


def cut(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    """Run, interrupted in the second engine."""
    with monkeypatch.context() as patch:
        patch.setattr(simulation, "run", interrupted)
        assert cli.main([*ASKED, *words, "--out", "run"]) == cli.INTERRUPTED


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("seed", ["1", "2"])
def test_a_resumed_run_leaves_what_an_uninterrupted_one_leaves(folder, monkeypatch, capsys, seed):
    words = (*ASKED, "--seed", seed, "--out", "run")
    assert cli.main(list(words)) == 1
    whole, told = files(folder / "run"), capsys.readouterr().out
    (folder / "run").rename(folder / "whole")

    cut(monkeypatch, "--seed", seed)
    assert not (folder / "run").exists()
    assert "what property answered is kept; the same command with --resume goes on" in capsys.readouterr().err
    with monkeypatch.context() as patch:
        patch.setattr(drawing, "run", interrupted)
        assert cli.main([*words, "--resume"]) == 1
    resumed = files(folder / "run")
    assert resumed.keys() == whole.keys()
    assert {name for name in whole if whole[name] != resumed[name]} <= {"report.json"}
    assert without_days(resumed["report.json"]) == without_days(whole["report.json"])
    assert told.splitlines()[-2] == capsys.readouterr().out.splitlines()[-2]
    assert not list(folder.glob(".*"))


def without_days(report: bytes) -> Any:
    data = json.loads(report)
    return {key: value for key, value in data.items() if key != "meta"}


def test_a_run_of_another_seed_is_not_taken_up(folder, monkeypatch, capsys):
    cut(monkeypatch, "--seed", "1")
    capsys.readouterr()
    assert cli.main([*ASKED, "--seed", "2", "--out", "run", "--resume"]) == 2
    told = capsys.readouterr().err
    assert "the unfinished run of run can't be taken up: its seed was 1, now it is 2" in told
    assert told.count("\n") == 1


def test_a_port_that_was_built_anew_is_not_taken_up(folder, monkeypatch, capsys):
    port = folder / "port.py"
    port.write_text("raise SystemExit(0)\n")
    words = ["verify", "--port", f"python3 {port}", "--spec", "ORD-1", "--out", "run"]
    with monkeypatch.context() as patch:
        patch.setattr(drawing, "run", lambda request: EngineResult("property", ()))
        patch.setattr(simulation, "run", interrupted)
        assert cli.main(words) == cli.INTERRUPTED
    port.write_text("raise SystemExit(1)\n")
    assert cli.main([*words, "--resume"]) == 2
    assert "its maker's files was" in capsys.readouterr().err


def test_answers_of_another_comparison_are_not_taken_up(folder):
    def told(compare: str) -> dict[str, str]:
        port = MakerRef("port", "true", compare=compare)
        run = RunId((), "", "port true", "", "quick", 1)
        return identity_of(run, Request(port, (), (), (), QUICK, 1, folder))

    assert told("actions") != told("numbers")


def test_answers_that_were_tampered_with_are_refused(folder, monkeypatch, capsys):
    cut(monkeypatch)
    (folder / ".run.unfinished" / "property.json").write_text('{"engine": 3')
    assert cli.main([*ASKED, "--out", "run", "--resume"]) == 2
    assert "property.json of it can't be read; leave --resume out to begin anew" in capsys.readouterr().err


def test_without_resume_a_run_begins_anew(folder, monkeypatch):
    cut(monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(drawing, "run", interrupted)
        assert cli.main([*ASKED, "--out", "run"]) == cli.INTERRUPTED
    assert not list(folder.glob(".*"))


def test_resuming_where_nothing_was_interrupted_says_so_and_runs(folder, capsys):
    assert cli.main([*ASKED, "--out", "run", "--resume"]) == 1
    assert "there is no unfinished run of run; this one begins at the start" in capsys.readouterr().err


def test_several_defects_are_not_resumed(folder, capsys):
    assert cli.main(["verify", "--defects", "as-reviewed", "--out", "run", "--resume"]) == 2
    assert "--resume: goes on with the run of one maker" in capsys.readouterr().err
