"""Nothing in the repository depends on one machine, and no test folder shadows a package."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = {".py", ".toml", ".md", ".txt", ".cfg", ".ini", ".j2", ".html", ".json", ".yml", ".yaml", ".sh", ""}
HOMES = ("work", "home", "root", "Users", "mnt", "opt")
PATHS = re.compile(r"(?<![\w.}*)])/(?:" + "|".join(HOMES) + r")/\w")
INDEXES = re.compile(
    "|".join(("py" + r"pi\b", "index" + "-url", "find" + "-links", "/sim" + "ple/")), re.IGNORECASE
)
PRIVATE = re.compile(r"\.\./sha" + r"red|\bfa" + r"rm\b|`iss" + r"ues\b", re.IGNORECASE)


def files() -> list[Path]:
    """List the repository's text files: those git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [ROOT / line for line in listed.stdout.splitlines()]
    return [path for path in paths if path.suffix in TEXT and path.is_file()]


def offending(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """Name file, line and text of every match."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="git lists the files; this is no checkout")
class TestInACheckout:
    def test_no_file_names_a_folder_of_one_machine(self):
        assert offending(PATHS, files()) == []

    def test_no_file_names_a_package_index(self):
        assert offending(INDEXES, files()) == []

    def test_no_text_speaks_of_things_a_reader_does_not_have(self):
        assert offending(PRIVATE, [path for path in files() if path.suffix == ".md"]) == []


def test_no_folder_below_tests_is_a_package():
    assert [str(path) for path in (ROOT / "tests").rglob("__init__.py")] == []


def test_every_package_is_typed():
    assert all((ROOT / package / "py.typed").is_file() for package in ("model", "sim", "specs", "mmgate"))
