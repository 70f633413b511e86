"""Makefile, CI and pins say what the documents say of them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==\S+$")


def plain(name: str) -> str:
    return re.split(r"[<>=~!\[ ]", name)[0].lower().replace("_", "-")


def pinned() -> list[str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def collected(hash_seed: str) -> list[str]:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert told.returncode == 0, told.stdout[-2000:] + told.stderr[-2000:]
    return [line for line in told.stdout.splitlines() if "::" in line]


def test_the_names_of_all_tests_are_the_same_at_every_time_and_hash_seed():
    # The two workers of a run compare them, and refuse to begin when a name holds a moment or an address.
    first = collected("1")
    assert collected("2") == first


def make(*arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run make without jobs or flags inherited from a make above this test."""
    environment = {"PATH": path or os.environ["PATH"], "HOME": "/"}
    command = ["/usr/bin/env", f"PATH={os.environ['PATH']}", "make", "--no-print-directory", *arguments]
    if path is not None:
        command = [*command, f"PATH={path}"]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_every_pin_is_a_plain_exact_version():
    assert [line for line in pinned() if not PIN.match(line)] == []


def test_every_declared_dependency_is_pinned():
    extras = [name for names in PROJECT["optional-dependencies"].values() for name in names]
    wanted = {plain(name) for name in PROJECT["dependencies"] + extras}
    assert sorted(wanted - {plain(line) for line in pinned()}) == []


def test_the_wheel_is_told_of_all_four_packages():
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    assert wheel["targets"]["wheel"]["packages"] == ["model", "sim", "specs", "mmgate"]


TARGETS = ("verify", "test", "deep", "mutation", "bench", "clean")


@pytest.mark.parametrize("target", ["setup", "lint", "docs", "help", *TARGETS])
def test_make_knows_its_targets(target: str):
    answer = make("--dry-run", target)
    assert answer.returncode == 0, answer.stderr


def test_make_help_names_every_target_that_is_meant_for_people():
    answer = make("help")
    assert all(f"make {target} " in answer.stdout for target in TARGETS)


def test_a_machine_without_a_fitting_python_gets_one_clear_line(tmp_path: Path):
    tools = ("sh", "make", "cat", "sed")
    for tool in tools:
        (tmp_path / tool).symlink_to(
            next(p for p in (Path("/usr/bin") / tool, Path("/bin") / tool) if p.exists())
        )
    answer = make("setup", f"VENV={tmp_path / 'venv'}", path=str(tmp_path))
    assert answer.returncode == 2
    assert "mmgate: no Python 3.11 or newer with venv was found" in answer.stderr


def test_ci_runs_make_test_and_nothing_after_it():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").rstrip().splitlines()[-1] == "make test"
    subprocess.run(["bash", "-n", str(script)], check=True)
