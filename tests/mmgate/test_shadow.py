"""The start check for other people's `model`, `sim` and `specs`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mmgate.shadow import NEIGHBOURS, shadowed


def ask_with_path(folder: Path) -> str:
    """Ask in a fresh Python that has `folder` first on its import path."""
    code = "from mmgate.shadow import shadowed; print(shadowed())"
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    answer = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=folder, capture_output=True, text=True, check=True
    )
    return answer.stdout.strip()


def test_nothing_is_shadowed_in_a_proper_installation():
    assert shadowed() is None


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_a_package_of_the_same_name_earlier_on_the_path_is_named_in_one_line(tmp_path: Path, name: str):
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("raise SystemExit('a decoy was imported')")
    answer = ask_with_path(tmp_path)
    assert answer.startswith(f"package `{name}` would come from {tmp_path / name}, not from ")
    assert "\n" not in answer


def test_a_plain_module_of_the_same_name_is_named_too(tmp_path: Path):
    (tmp_path / "sim.py").write_text("raise SystemExit('a decoy was imported')")
    assert f"would come from {tmp_path / 'sim.py'}" in ask_with_path(tmp_path)


def test_a_folder_without_init_does_not_win_over_the_package(tmp_path: Path):
    (tmp_path / "model").mkdir()
    assert ask_with_path(tmp_path) == "None"
