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
QUICK = ("--profile", "quick", "--engine")
SHORT = {
    "mmgate verify": (*QUICK, "symbolic", "--spec", "OFF-6"),
    "mmgate verify --config": (*QUICK, "property", "--spec", "CFG-1", "--spec", "VOL-5"),
    "mmgate verify --defects": (*QUICK, "simulation", "--spec", "OFF-3"),
}
"""By how a command begins: what is added to make it short."""
SIBLINGS = {
    "mmgate verify --port": 'mmgate port smoke "python3 examples/simple_port/maker.py"',
    "mmgate simulate weekend": "mmgate simulate evening --seed 7",
}
"""What is run in place of a command that `make test` has no time for."""
CODES = {"mmgate verify": {0}, "mmgate verify --defects": {1}, "mmgate verify --port": {0, 3}}
"""Exit codes of the whole commands. A short one may also say that it shows too little: 3."""


def commands() -> list[str]:
    """Return the lines of the README's commands, without comments."""
    found = BLOCK.search((ROOT / "README.md").read_text(encoding="utf-8"))
    assert found
    return [line.split(" #")[0].strip().removeprefix(".venv/bin/") for line in found[1].splitlines()]


def kind(line: str) -> str:
    """Return the longest beginning that says how a command is to be treated."""
    known = {*SHORT, *SIBLINGS, *CODES}
    return max((name for name in known if f"{line} ".startswith(f"{name} ")), key=len, default="")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the examples lie, and nothing that a run has left."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "examples").symlink_to(ROOT / "examples")
    return folder


@pytest.mark.parametrize("line", commands())
def test_a_command_of_the_readme_does_what_it_says(checkout: Path, line: str):
    codes = CODES.get(kind(line), {0, 3} if "verify" in line else {0})
    added: tuple[str, ...] = ()
    if not WHOLE:
        added = SHORT.get(kind(line), ())
        codes = codes | {3} if added and codes == {0} else codes
        line = SIBLINGS.get(kind(line), line)
    script = Path(sysconfig.get_path("scripts")) / "mmgate"
    told = subprocess.run(
        [script, *shlex.split(line)[1:], *added],
        cwd=checkout,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    assert told.returncode in codes, told.stdout[-3000:] + told.stderr[-3000:]
    assert told.stderr == ""
    assert told.stdout


def test_every_command_is_shown_once_and_the_first_is_the_main_one():
    lines = commands()
    assert lines[0] == "mmgate verify"
    assert len(lines) == len(set(lines)) >= 8
