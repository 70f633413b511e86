"""The tutorial for ports is typed as it stands: its files, its commands, its output but for numbers.

`mmgate verify` and `cargo`, which take minutes, are typed only with MMGATE_README set, as in `make deep`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"(?:#|//) ([\w.]+)\n")
LONG = ("mmgate verify", "cargo ")
WHOLE = bool(os.environ.get("MMGATE_README"))
TEXT = (ROOT / "docs" / "port-tutorial.md").read_text(encoding="utf-8")
PYTHON, RUST = TEXT.split("## 6. ")


def pattern(shown: str) -> re.Pattern[str]:
    """Read what is shown as a pattern: a number is any number, … is whatever was left out."""
    quoted = re.escape(shown.strip())
    return re.compile(re.sub(r"\d+", r"\\d+", quoted).replace("…", ".*?").replace("\\d+\\.\\d+", "[\\d.]+"), re.DOTALL)


def typed(folder: Path, command: str) -> str:
    """Type one command as the reader does."""
    scripts = Path(sysconfig.get_path("scripts"))
    told = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env={**os.environ, "PATH": f"{scripts}:{os.environ['PATH']}", "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=600 if WHOLE else 100,
    )
    return "\n".join(line.rstrip() for line in told.stdout.splitlines()).strip()


def follow(folder: Path, text: str) -> int:
    """Do what a part of the tutorial says; return how many commands were typed."""
    count = 0
    for kind, block in BLOCK.findall(text):
        if kind:
            named = NAMED.match(block)
            assert named, f"a block of {kind} does not name its file"
            (folder / named[1]).write_text(block, encoding="utf-8")
            continue
        for step in block.split("$ ")[1:]:
            command, _, shown = step.partition("\n")
            if WHOLE or (not command.startswith(LONG) and "rust_port/target" not in command):
                told = typed(folder, command)
                assert pattern(shown).fullmatch(told), f"$ {command}\n{told}"
                count += 1
    return count


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that has what the tutorial uses of the checkout."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("target"))
    (tmp_path / "vectors").symlink_to(ROOT / "vectors")
    return tmp_path


@pytest.mark.skipif(shutil.which("patch") is None, reason="no patch command")
def test_the_python_part_of_the_tutorial_does_what_it_shows(folder: Path):
    assert follow(folder, PYTHON) >= 5


@pytest.mark.skipif(shutil.which("rustc") is None, reason="no Rust toolchain: rustc")
def test_the_rust_part_of_the_tutorial_does_what_it_shows(folder: Path):
    assert follow(folder, RUST) >= 4
