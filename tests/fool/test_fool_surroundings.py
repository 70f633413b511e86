"""Attempts to get a PASS through what surrounds the gate: Python's switches, the environment, what is written where."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import strategies as st

from mmgate.engines.drawing import check
from mmgate.engines.functions import Property
from mmgate.selftest import CANARY
from specs.spec import Word

SIMULATION = ("--engine", "simulation")
DEFECT = ("--defects", CANARY, "--spec", "OFF-3")
HELD = ("--spec", "OFF-3")


def started(
    gate, *words: str, flags: tuple[str, ...] = (), environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the gate in a strange environment."""
    given = {"PATH": os.environ["PATH"], "HOME": str(gate.folder), "LANG": "C.UTF-8", **(environment or {})}
    gate.write("mm.toml", (Path(__file__).parent / "conftest.py").read_text().split('CONFIG = """')[1].split('"""')[0])
    return subprocess.run(
        [sys.executable, *flags, "-m", "mmgate", *words],
        cwd=gate.folder,
        env=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )


VERIFY = ("verify", "--config", "mm.toml", "--out", "run")


@pytest.mark.parametrize(("flags", "value"), [((), "1"), ((), "2"), (("-O",), ""), (("-OO",), "")])
def test_python_without_assertions_is_refused(gate, flags, value):
    answer = started(gate, *VERIFY, *HELD, *SIMULATION, flags=flags, environment={"PYTHONOPTIMIZE": value})
    assert answer.returncode == 2
    assert answer.stderr.startswith("mmgate: Python was told to drop assertions")
    assert answer.stderr.count("\n") == 1
    assert not (gate.folder / "run").exists()


HOSTILE = {
    "CI": "1",
    "COLUMNS": "1",
    "HYPOTHESIS_PROFILE": "nothing",
    "HYPOTHESIS_STORAGE_DIRECTORY": "/dev/null/x",
    "LANG": "C",
    "PYTHONHASHSEED": "0",
    "PYTHONIOENCODING": "ascii",
    "PYTHONWARNINGS": "error",
    "TERM": "dumb",
    "TMPDIR": "/nonexistent",
    "TZ": "Pacific/Auckland",
}


def test_a_hostile_environment_hides_no_defect_and_no_verdict(gate):
    """Each of these once could change what is drawn, when it is night, or whether a verdict can be written."""
    answer = started(gate, *VERIFY, *DEFECT, *SIMULATION, environment=HOSTILE)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "FAIL ? a spec that guards money is violated" in answer.stdout
    assert "Traceback" not in answer.stderr


def test_environment_and_clock_zone_change_nothing_in_what_is_said(gate):
    plain = started(gate, *VERIFY, *HELD, *SIMULATION)
    said = json.loads((gate.folder / "run" / "report.json").read_text())
    strange = started(gate, *VERIFY, *HELD, *SIMULATION, environment=HOSTILE)
    assert (plain.returncode, strange.returncode) == (0, 0), plain.stderr + strange.stderr
    assert json.loads((gate.folder / "run" / "report.json").read_text()) == said


def test_examples_remembered_from_elsewhere_are_neither_read_nor_written(gate):
    (gate.folder / ".hypothesis" / "examples").mkdir(parents=True)
    (gate.folder / ".hypothesis" / "examples" / "x").write_text("poison")
    with contextlib.chdir(gate.folder):
        found = check(Property("X-1", "small", st.integers(), lambda drawn: None if drawn < 50 else "large"), 100, 1)
    assert found.word is Word.VIOLATED
    assert sorted(path.name for path in (gate.folder / ".hypothesis").rglob("*")) == ["examples", "x"]


def test_hypothesis_that_calls_nothing_is_no_verdict(gate):
    idle = "import hypothesis\nhypothesis.given = lambda *a, **k: lambda test: lambda: None\n"
    answer = gate.verify("--spec", "OFF-7", "--engine", "property", sabotage=idle)
    assert answer.returncode == 4, answer.stdout + answer.stderr
    assert "PASS" not in answer.stdout


# -- what is written where


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--summary", "mm.toml"), "--summary mm.toml: is an input of this run; name another file"),
        (("--summary", "/dev/null"), "--summary /dev/null: is no regular file; name a file"),
        (("--summary", "run/report.json"), "--summary run/report.json: lies inside the run's folder"),
        (("--summary", "."), "--summary .: is a folder; name a file"),
        (("--out", "mm.toml/run"), "--out mm.toml/run: file exists"),
        (("--out", "."), "--out .: holds mm.toml, an input of this run"),
        (("--out", "/proc/nothing"), "--out /proc/nothing: "),
        (("--continue",), "No such option: --continue"),
    ],
)
def test_a_run_that_could_not_leave_its_evidence_is_refused(gate, words, line):
    answer = gate.call(*HELD, *words)
    assert answer.returncode == 2
    assert answer.stderr.startswith(f"mmgate: {line}")
    assert "PASS" not in answer.stdout
    assert Path("/dev/null").is_char_device()


def test_a_config_inside_an_old_runs_folder_is_not_removed_with_it(gate):
    (gate.folder / "run").mkdir()
    gate.write("run/report.json", '{"run": {"command": ["mmgate"]}}')
    gate.write("run/mine.toml", "[maker]\n")
    answer = gate.call("--config", "run/mine.toml", *HELD)
    assert answer.returncode == 2
    assert answer.stderr == "mmgate: --out run: holds run/mine.toml, an input of this run; name another folder\n"
    assert (gate.folder / "run" / "mine.toml").exists()


def test_an_allowed_conditional_is_exit_0_and_says_so(gate):
    """Whoever allows it, the command line or the file, the word stays CONDITIONAL and the reason is told."""
    arguments = ("--spec", "ORD-11", *SIMULATION)
    allowed = gate.verify(*arguments, "--allow-conditional")
    assert allowed.returncode == 0, allowed.stderr
    assert "CONDITIONAL counts as exit 0 here: it was allowed" in allowed.stdout
    assert "PASS" not in allowed.stdout


def test_a_failure_is_never_allowed(gate):
    config = (Path(__file__).parent / "conftest.py").read_text().split('CONFIG = """')[1].split('"""')[0]
    answer = gate.verify(*DEFECT, *SIMULATION, "--allow-conditional", config=config + "allow_conditional = true\n")
    assert answer.returncode == 1, answer.stdout + answer.stderr
