"""What every command has in common: JSON alone on stdout, quiet, no colour where none is wanted, completion."""

from __future__ import annotations

import io
import json
import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest

from mmgate import cli
from mmgate.progress import ProgressLine

SCENARIO = """why = "Short."
start = 2026-02-07T12:00:00Z
duration_s = 20
[[market]]
name = "xyz:GOLD"
start_px = 4966.1
sz_decimals = 4
"""
REPORT = {
    "specs": [
        {
            "id": "ORD-1",
            "outcomes": [
                {
                    "engine": "simulation",
                    "word": "holds",
                    "antecedents": 7,
                    "surroundings": {"fault delay": 4, "phase quoting": 7},
                    "contexts": {"books": 7},
                }
            ],
        }
    ]
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short.toml").write_text(SCENARIO)
    (tmp_path / "mm.toml").write_text("[maker]\nenabled = true\nsize_per_level_usd = 50\nmax_position_usd = 400\n")
    return tmp_path


def complete(shell: str, line: str) -> list[str]:
    """Ask as a shell's script does, in a process of its own."""
    asked = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)} if shell == "bash" else {}
    asked |= {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    environment = {**os.environ, **asked, "_MMGATE_COMPLETE": f"complete_{shell}"}
    told = subprocess.run(
        [sys.executable, "-m", "mmgate"], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert told.stderr == ""
    return told.stdout.splitlines()


@pytest.mark.parametrize(
    "words",
    [
        ("specs", "--json"),
        ("specs", "ORD-1", "--json"),
        ("doctor", "--json"),
        ("config", "check", "mm.toml", "--json"),
        ("config", "show", "mm.toml", "--json"),
        ("simulate", "short.toml", "--json"),
    ],
    ids=" ".join,
)
def test_json_is_all_that_stdout_holds(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]):
    assert cli.main([*words]) == 0
    assert json.loads(capsys.readouterr().out)


def test_quiet_leaves_the_result(capsys: pytest.CaptureFixture[str]):
    loud = {}
    for words in (
        ("specs",),
        ("specs", "ORD-1"),
        ("doctor",),
        ("config", "check", "mm.toml"),
        ("simulate", "short.toml"),
    ):
        assert cli.main([*words]) == 0
        loud[words] = capsys.readouterr().out
        assert cli.main([*words, "--quiet"]) == 0
        quiet = capsys.readouterr().out
        assert len(quiet) < len(loud[words])
        assert ("trace" in quiet) == (words[0] == "simulate")


def test_quiet_config_show_tells_what_is_not_the_default(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["config", "show", "mm.toml", "--quiet"]) == 0
    told = capsys.readouterr().out
    assert "size_per_level_usd = 50" in told
    assert "num_levels" not in told


def test_specs_tells_what_a_spec_met_in_the_newest_report_here(here: Path, capsys: pytest.CaptureFixture[str]):
    (here / "reports" / "verify-reference").mkdir(parents=True)
    (here / "reports" / "verify-reference" / "report.json").write_text(json.dumps(REPORT))
    assert cli.main(["specs", "ORD-1"]) == 0
    told = capsys.readouterr().out
    assert "simulation: holds, 7 times" in told
    assert "fault delay 4, phase quoting 7" in told


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"specs": 3}', '{"specs": [3]}', "\x00", "[" * 100_000])
def test_a_file_that_is_no_report_is_refused_where_it_was_named_and_left_aside_where_it_was_found(
    here: Path, capsys: pytest.CaptureFixture[str], text: str
):
    (here / "reports" / "x").mkdir(parents=True)
    (here / "reports" / "x" / "report.json").write_text(text)
    assert cli.main(["specs", "ORD-1"]) == 0
    assert "no report here says how often" in capsys.readouterr().out
    assert cli.main(["specs", "ORD-1", "--report", "reports/x/report.json"]) == 2
    assert capsys.readouterr().err.startswith("mmgate: ")


def test_a_terminal_gets_no_colour_where_none_is_wanted_and_a_pipe_never():
    for environment in ({"NO_COLOR": "1"}, {}):
        lead, follow = pty.openpty()
        wanted = {**{k: v for k, v in os.environ.items() if k != "NO_COLOR"}, "TERM": "xterm-256color", **environment}
        child = subprocess.Popen(
            [sys.executable, "-m", "mmgate", "specs"], stdout=follow, stderr=follow, env=wanted, close_fds=True
        )
        os.close(follow)
        told = b""
        while select.select([lead], [], [], 30)[0]:
            try:
                part = os.read(lead, 65536)
            except OSError:
                break
            if not part:
                break
            told += part
        child.wait(30)
        os.close(lead)
        assert (b"\x1b[3" in told or b"\x1b[38" in told) is False or not environment
        assert b"ORD-1" in told


def test_progress_is_told_on_a_terminal_only_after_two_seconds_and_leaves_no_trace(monkeypatch: pytest.MonkeyPatch):
    class Screen(io.StringIO):
        def __init__(self, tty: bool) -> None:
            super().__init__()
            self.tty = tty

        def isatty(self) -> bool:
            return self.tty

    now = [100.0]
    monkeypatch.setattr("mmgate.progress.time.monotonic", lambda: now[0])
    monkeypatch.setenv("TERM", "xterm")
    screen, pipe = Screen(True), Screen(False)
    for stream in (screen, pipe):
        now[0] = 100.0
        with ProgressLine(stream) as line:
            line.say("early")
            now[0] = 103.0
            line.say("half")
            line.say("too soon again")
            line.say("now", at_once=True)
    assert screen.getvalue() == "\r\x1b[Khalf\r\x1b[Know\r\x1b[K"
    assert pipe.getvalue() == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands_options_and_names(shell: str):
    assert any("verify" in line for line in complete(shell, "mmgate ver"))
    assert any("ORD-13" in line for line in complete(shell, "mmgate specs ORD-1"))
    assert any("saturday" in line for line in complete(shell, "mmgate simulate sat"))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_names_the_command_and_installs_nothing(
    here: Path, capsys: pytest.CaptureFixture[str], shell: str
):
    before = sorted(here.iterdir())
    assert cli.main(["completion", shell]) == 0
    told = capsys.readouterr().out
    assert f"_MMGATE_COMPLETE=complete_{shell}" in told
    assert sorted(here.iterdir()) == before


def test_bash_takes_the_script_and_completes_with_it():
    script = subprocess.run(
        [sys.executable, "-m", "mmgate", "completion", "bash"], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    words = "COMP_WORDS=(mmgate verify --profile q); COMP_CWORD=3"
    asking = f'{script}\n{words}\n_mmgate_completion mmgate\necho "${{COMPREPLY[@]}}"'
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    told = subprocess.run(
        ["bash", "--norc", "-c", asking], env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=60
    )
    assert told.stdout.strip() == "quick", told.stderr


def test_an_unknown_shell_is_refused(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["completion", "tcsh"]) == 2
    assert "known are bash, zsh, fish" in capsys.readouterr().err
