"""The command line as a person uses it: a process, its output, its exit code, what it leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mmgate import cli
from mmgate.ports.messages import PROTOCOL

COUNTER = """
[maker]
enabled = true
num_levels = 3
min_offset_bps = 10
level_spacing_bps = 6
size_per_level_usd = 60
max_position_usd = 900
counter_order_enabled = true
[gate]
profile = "quick"
scenarios = ["signal"]
"""


def mmgate(folder: Path, *arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in `folder` as a person would."""
    given = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", **environment}
    return subprocess.run(
        [sys.executable, "-m", "mmgate", *arguments],
        cwd=folder,
        env=given,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def counter_config(folder: Path) -> Path:
    path = folder / "mm.toml"
    path.write_text(COUNTER)
    return path


def test_help_names_every_command_that_is_there(tmp_path: Path):
    answer = mmgate(tmp_path, "--help")
    assert answer.returncode == 0
    names = ("verify", "simulate", "replay", "observe", "specs", "matrix", "config", "port", "doctor")
    assert all(f"  {name} " in answer.stdout for name in names)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["verfy"], "verify"),
        (["verify", "--profle", "quick"], "--profile"),
        (["verify", "--profile", "quik"], '--profile "quik": is no profile; did you mean quick?'),
        (["verify", "--spec", "ORD1"], '--spec "ORD1": is no spec that is judged; did you mean ORD-1?'),
        (["verify", "--spec", "X*"], "is no spec that is judged"),
        (["verify", "--engine", "simulaton"], "did you mean simulation?"),
        (["verify", "--defects", "as-reviewd"], "did you mean as-reviewed?"),
        (["verify", "--seed", "-1"], "--seed -1: must be a whole number from 0"),
        (["verify", "--config", "absent.toml"], "config absent.toml: no such file"),
        (["verify", "--config", "."], "config .: is a folder; name a file"),
        (["verify", "--ticks", "absent.csv"], "ticks absent.csv: no such file"),
        (["verify", "--trades", "t.csv"], "--trades: says how to play a recording; name the recording with --ticks"),
        (["verify", "--port", "true", "--defects", "all"], "give one of them"),
        (["verify", "--port", "./absent-port"], "absent-port"),
        (["verify", "--engine", "symbolic", "--port", "true"], "name another engine"),
        (["verify", "--engine", "exhaustive", "--port", "true"], "name another engine"),
        (["verify", "--assume", "latency_max=1"], "is no parameter of the venue"),
        (["simulate", "weekendd"], "did you mean weekend?"),
        (["simulate", "recorded"], "name it with --ticks"),
        (["simulate", "signal", "--ticks", "t.csv"], "--ticks: belongs to the scenario recorded"),
        (["replay", "absent.jsonl"], "absent.jsonl: no such file"),
        (["replay", "."], "is a folder"),
        (["specs", "ORD-99"], "is no spec"),
        (["config", "check", "absent.toml"], "no such file"),
    ],
)
def test_what_cannot_be_used_is_exit_2_and_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
):
    monkeypatch.chdir(tmp_path)
    assert cli.main(arguments) == 2
    told = capsys.readouterr()
    assert told.err.startswith("mmgate: ")
    assert words in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_bad_config_is_told_whole_without_a_traceback(tmp_path: Path):
    (tmp_path / "mm.toml").write_text('[maker]\nnum_levls = 3\nlevel_distribution = "exponetial"\n[gate]\nseed = 1.5\n')
    answer = mmgate(tmp_path, "config", "check", "mm.toml")
    assert answer.returncode == 2
    assert answer.stderr.splitlines() == [
        "mmgate: config mm.toml: [maker] num_levls = 3: there is no such key; did you mean num_levels?",
        'mmgate: config mm.toml: [maker] level_distribution = "exponetial": '
        'must be "linear" or "exponential"; did you mean exponential?',
        "mmgate: config mm.toml: [gate] seed = 1.5: must be a whole number from 0 to 9223372036854775807",
    ]


def test_a_shown_config_reads_back_as_itself(tmp_path: Path):
    shown = mmgate(tmp_path, "config", "show", str(counter_config(tmp_path))).stdout
    (tmp_path / "again.toml").write_text(shown)
    assert mmgate(tmp_path, "config", "show", "again.toml").stdout == shown
    assert "size_per_level_usd = 60\n" in shown


def test_a_verdict_from_one_engine_on_a_p0_is_conditional_and_may_be_allowed(tmp_path: Path):
    counter_config(tmp_path)
    arguments = ["verify", "--config", "mm.toml", "--spec", "FIL-1", "--engine", "simulation", "--out", "run"]
    answer = mmgate(tmp_path, *arguments)
    assert answer.returncode == 3, answer.stderr
    lines = answer.stdout.splitlines()
    assert lines[0].startswith(
        "mmgate verify --spec FIL-1 --engine simulation --config mm.toml --profile quick --seed 1"
    )
    assert "FIL-1 P0 vacuous: only simulation holds, and a P0 needs two engines" in lines
    assert lines[-1] == "evidence: run"
    assert {"report.json", "report.html", "report.md"} <= {path.name for path in (tmp_path / "run").iterdir()}
    quiet = mmgate(tmp_path, *arguments, "--allow-conditional", "--json", "--summary", "s.md")
    assert quiet.returncode == 0
    assert json.loads(quiet.stdout)["verdict"] == "CONDITIONAL"
    assert (tmp_path / "s.md").read_text().startswith("# CONDITIONAL")


def test_a_defect_fails_with_a_story_that_replay_shows_again(tmp_path: Path):
    counter_config(tmp_path)
    arguments = ["--defects", "level-always-0", "--spec", "CTR-1", "--engine", "simulation", "--out", "run", "--quiet"]
    answer = mmgate(tmp_path, "verify", "--config", "mm.toml", *arguments)
    assert answer.returncode == 1, answer.stderr
    story = [line for line in answer.stdout.splitlines() if line.startswith("    ")]
    assert "✗ CTR-1 P0" in answer.stdout
    assert any("place counter" in line for line in story)
    (command,) = [line.split("again: ")[1] for line in answer.stdout.splitlines() if "again: " in line]
    again = mmgate(tmp_path, *command.split()[1:])
    assert again.returncode == 1
    assert [line for line in again.stdout.splitlines() if line.startswith("    ")] == story
    trace = tmp_path / command.split()[-1]
    trace.write_bytes(trace.read_bytes()[:-50])
    cut = mmgate(tmp_path, *command.split()[1:])
    assert (cut.returncode, "Traceback" in cut.stderr) == (2, False)


def test_the_same_seed_gives_the_same_trace_in_any_process(tmp_path: Path):
    runs = [
        mmgate(tmp_path, "simulate", "hard-stop", "--seed", "7", "--out", f"run{seed}", "--html", PYTHONHASHSEED=seed)
        for seed in ("1", "2")
    ]
    digests = [line for run in runs for line in run.stdout.splitlines() if "sha256" in line]
    assert [run.returncode for run in runs] == [0, 0]
    assert len(digests) == 2
    assert digests[0] == digests[1]
    assert (tmp_path / "run1" / "trace.jsonl.gz").read_bytes() == (tmp_path / "run2" / "trace.jsonl.gz").read_bytes()
    assert all(word in runs[0].stdout for word in ("orders", "fills", "realised", "wicks", "shutdown_done"))


def test_a_file_of_ticks_is_played_across_the_close(tmp_path: Path):
    header = "recv_ms,exchange_ms,bid_px,bid_sz,ask_px,ask_sz\n"
    rows = [f"{1_757_015_216_000 + at},{1_757_015_216_000 + at},99.9,5,100.1,5\n" for at in range(0, 60_000, 1000)]
    (tmp_path / "ticks.csv").write_text(header + "".join(rows))
    counter_config(tmp_path)
    answer = mmgate(tmp_path, "simulate", "recorded", "--ticks", "ticks.csv", "--config", "mm.toml")
    assert answer.returncode == 0, answer.stderr
    assert "shifted by " in answer.stdout
    assert "fills    0" in answer.stdout
    assert "orders were sent, the nearest" in answer.stdout
    assert "shutdown_started" in answer.stdout


def test_the_reference_is_served_on_stdin_and_stdout(tmp_path: Path):
    lines = [{"id": 1, "kind": "hello", "protocol": PROTOCOL}, {"id": 2, "kind": "bye"}]
    answer = mmgate(tmp_path, "port", "serve", stdin="".join(json.dumps(line) + "\n" for line in lines))
    assert [json.loads(line)["id"] for line in answer.stdout.splitlines()] == [1, 2]
    assert answer.returncode == 0


def test_specs_are_listed_and_explained(tmp_path: Path):
    assert "ORD-1" in mmgate(tmp_path, "specs").stdout
    assert "critical issue 1" in mmgate(tmp_path, "specs", "ord-1").stdout


def test_the_doctor_finds_every_engine_here(tmp_path: Path):
    answer = mmgate(tmp_path, "doctor")
    assert answer.returncode == 0, answer.stdout
    assert all(f"✓ {name}" in answer.stdout for name in ("symbolic", "property", "simulation"))


def test_an_internal_error_is_one_line_and_a_saved_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reports").mkdir()

    def broken(**_: object) -> int:
        raise KeyError("nothing")

    monkeypatch.setattr(cli, "app", broken)
    assert cli.main(["verify"]) == 4
    line = capsys.readouterr().err
    (saved,) = (tmp_path / "reports").iterdir()
    assert line == f"mmgate: internal error, no verdict: KeyError: 'nothing'; the report is reports/{saved.name}\n"
    assert "Traceback" in saved.read_text()
