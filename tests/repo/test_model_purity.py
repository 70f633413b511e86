"""The model decides and does nothing else: no input or output, no clock, no binary floats where money is."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "model").rglob("*.py"))
# Binary64 is at home in the wick statistics (N-2), in trends and on the bridge between the two worlds.
FLOATS_ALLOWED = {"volatility.py", "velocity.py", "arithmetic.py"}
# Single declarations elsewhere: the table of docs/system.md calls `breakpoint_min_jump_ratio` binary64.
FLOAT_CONSTANTS = {"config.py": {1.0, 1.5}}
FORBIDDEN_CALLS = {"print", "input", "open", "exec", "eval", "breakpoint", "id", "hash", "globals"}
FORBIDDEN_METHODS = {"now", "today", "utcnow", "monotonic", "perf_counter"}


def calls(tree: ast.AST) -> set[str]:
    """Collect the names of everything called in `tree`, functions and methods."""
    functions = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    plain = {function.id for function in functions if isinstance(function, ast.Name)}
    methods = {f".{function.attr}" for function in functions if isinstance(function, ast.Attribute)}
    return plain | methods


def float_constants(tree: ast.AST) -> set[float]:
    """Collect the float literals of `tree`."""
    constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return {value for value in constants if isinstance(value, float)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_model_module_calls_nothing_that_reads_or_touches_the_world(path: Path):
    forbidden = FORBIDDEN_CALLS | {f".{method}" for method in FORBIDDEN_METHODS}
    assert calls(ast.parse(path.read_text(encoding="utf-8"))) & forbidden == set()


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.name not in FLOATS_ALLOWED], ids=lambda path: path.name
)
def test_money_is_never_a_binary_float(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert float_constants(tree) <= FLOAT_CONSTANTS.get(path.name, set())
    assert "float" not in calls(tree)


def test_the_purity_checks_see_a_float_and_a_print():
    tree = ast.parse("def f(clock):\n    print(float(clock.now()) * 0.5)\n")
    assert float_constants(tree) == {0.5}
    assert {"print", "float", ".now"} <= calls(tree)
