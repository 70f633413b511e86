"""Functions stay within a screen and files within a sitting."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(
    path for package in ("model", "sim", "specs", "mmgate") for path in (ROOT / package).rglob("*.py")
)
FUNCTION_LINES = 60
FILE_LINES = 400


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def long_functions(text: str) -> list[str]:
    """Name each function of more than FUNCTION_LINES lines, decorators apart."""
    return [
        f"{node.name} has {lines} lines"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_function_has_more_than_sixty_lines(path: Path):
    assert long_functions(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_file_has_more_than_four_hundred_lines(path: Path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= FILE_LINES


def test_the_ruler_measures():
    body = "    pass\n"
    assert long_functions("def short():\n" + body * 59) == []
    assert long_functions("def long():\n" + body * 60) == ["long has 61 lines"]


def test_all_four_packages_are_measured():
    assert {path.relative_to(ROOT).parts[0] for path in MODULES} == {"model", "sim", "specs", "mmgate"}
