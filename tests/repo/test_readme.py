"""The README's commands are typed as they stand there, by somebody who has the checkout and nothing else.

`make test` cuts the long ones down; with MMGATE_README set, as in `make deep`, each runs as it is written.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WHOLE = bool(os.environ.get("MMGATE_README"))
LIMIT_S = 7200 if WHOLE else 110
BLOCK = re.compile(r"^## Commands\n+```\n(.*?)^```", re.MULTILINE | re.DOTALL)
CUT = ("--engine", "property", "--profile", "quick", "--spec")
SHORT = {
    "mmgate verify": (*CUT, "CFG-4"),
    "mmgate verify --config": (*CUT, "CFG-1", "--spec", "VOL-5"),
    "mmgate verify --defects": (*CUT, "OFF-7"),
    "mmgate verify --port": (*CUT, "CFG-1"),
    "mmgate simulate weekend": None,
}
"""By how a command begins: what is added to make it short; None: it is too long for `make test`."""
CODES = {"mmgate verify --defects": {1}, "mmgate verify --port": {0, 3}, "mmgate verify --config": {0, 3}}


def commands() -> list[str]:
    """Return the lines of the README's commands, without comments."""
    found = BLOCK.search((ROOT / "README.md").read_text(encoding="utf-8"))
    assert found
    return [line.split(" #")[0].strip().removeprefix(".venv/bin/") for line in found[1].splitlines()]


def kind(line: str) -> str:
    """Return the longest beginning that says how a command is to be treated."""
    return max((name for name in {*SHORT, *CODES} if f"{line} ".startswith(f"{name} ")), key=len, default="")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the examples lie, and nothing that a run has left."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "examples").symlink_to(ROOT / "examples")
    return folder


@pytest.mark.parametrize("line", commands())
def test_a_command_of_the_readme_does_what_it_says(checkout: Path, line: str):
    added = None if WHOLE else SHORT.get(kind(line), ())
    if added is None and not WHOLE:
        assert "weekend" in line  # one that only `make deep` has the time for
        line, added = line.replace("weekend", "evening"), ()
    script = Path(sysconfig.get_path("scripts")) / "mmgate"
    told = subprocess.run(
        [script, *shlex.split(line)[1:], *(added or ())],
        cwd=checkout,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    assert told.returncode in CODES.get(kind(line), {0}), told.stdout[-3000:] + told.stderr[-3000:]
    assert told.stderr == ""
    assert told.stdout


def test_every_command_is_shown_once_and_the_first_is_the_main_one():
    lines = commands()
    assert lines[0] == "mmgate verify"
    assert len(lines) == len(set(lines)) >= 8
