"""The documents keep up with the code: links lead somewhere, commands exist, the map shows what is there."""

from __future__ import annotations

import re
import shlex
import subprocess
import sysconfig
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MMGATE = Path(sysconfig.get_path("scripts")) / "mmgate"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "reports" / "README.md"])
READERS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "reports" / "README.md"]
LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]+)[^)]*\)")
BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
OPTION = re.compile(r"^--[a-z][a-z-]*")
needs_command = pytest.mark.skipif(
    not (ROOT / "mmgate" / "cli.py").is_file(), reason="mmgate/cli.py is not written yet"
)


def commands() -> list[str]:
    """List the command lines in the code blocks of the texts that people start from."""
    lines = [
        line.removeprefix("$ ").split(" #")[0].strip()
        for document in READERS
        for block in BLOCK.findall(document.read_text(encoding="utf-8"))
        for line in block.splitlines()
    ]
    return sorted({line for line in lines if re.match(r"(make|mmgate|\.venv/bin/mmgate) \w", line)})


def mmgate_lines() -> list[str]:
    return [line for line in commands() if not line.startswith("make ")]


@cache
def help_of(*words: str) -> tuple[int, str]:
    answer = subprocess.run(
        [MMGATE, *words, "--help"],
        env={"COLUMNS": "250", "TERM": "dumb", "NO_COLOR": "1", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return answer.returncode, answer.stdout


def subcommand(line: str) -> list[str]:
    """Take the words of a command line that name the command, such as `config check`."""
    words = shlex.split(line)[1:]
    return words[:2] if words[0] in {"config", "vectors", "port", "certificate"} else words[:1]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file(document: Path):
    links = LINK.findall(document.read_text(encoding="utf-8"))
    inner = [link for link in links if not re.match(r"https?://|mailto:", link)]
    assert [link for link in inner if not (document.parent / link).exists()] == []


def test_the_readme_opens_with_the_two_commands():
    blocks = BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert [line.split(" #")[0].strip() for line in blocks[0].splitlines()] == ["make verify", "make test"]


@needs_command
def test_the_readme_shows_the_output_of_a_real_run_with_a_caught_defect():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = text.split("<!-- real output: begin")[1].split("<!-- real output: end")[0]
    assert BLOCK.search(shown), "paste the output of a run between the two marks"
    assert "FAIL" in shown
    assert "ORD-1" in shown


def test_every_make_target_in_the_documents_exists():
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    used = {line.split()[1] for line in commands() if line.startswith("make ")}
    assert used
    assert used <= set(targets)


@needs_command
@pytest.mark.parametrize("line", mmgate_lines())
def test_every_command_in_the_documents_exists_with_its_options(line: str):
    code, text = help_of(*subcommand(line))
    assert code == 0, f"{line}: no such command"
    options = {found[0] for word in shlex.split(line) if (found := OPTION.match(word))}
    assert sorted(option for option in options if option not in text) == []


def test_the_map_of_folders_shows_every_folder_and_only_those():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"^\| `([\w.]+)/`", text, re.MULTILINE))
    assert {"model", "sim", "specs", "mmgate", "tests", "docs", "reports"} <= shown
    assert sorted(name for name in shown if not (ROOT / name).is_dir()) == []


def test_the_changelog_knows_the_version_that_the_package_states():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]" in text
    assert version in text
