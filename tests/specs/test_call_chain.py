"""A lemma counts only if what it is about is in use: each of its kernels is reached from the maker's entry points."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import model
from specs.contracts import LEMMAS

KERNELS = sorted({kernel for lemma in LEMMAS for kernel in lemma.kernels})
ENTRANCES = ("maker.begin", "maker.step", "maker.books")
MODEL = Path(model.__file__).parent


@cache
def functions() -> dict[str, tuple[ast.FunctionDef, dict[str, str]]]:
    """Return the model's functions as `module.Class.name`, with what each name stands for in their module."""
    found = {}
    for path in sorted(MODEL.glob("*.py")):
        tree = ast.parse(path.read_text())
        named = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        names = {node.name: f"{path.stem}.{node.name}" for node in named}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("model."):
                names |= {one.asname or one.name: f"{node.module[6:]}.{one.name}" for one in node.names}
        for node in named:
            if isinstance(node, ast.FunctionDef):
                found[f"{path.stem}.{node.name}"] = (node, names)
                continue
            methods = [one for one in node.body if isinstance(one, ast.FunctionDef)]
            found |= {f"{path.stem}.{node.name}.{one.name}": (one, names) for one in methods}
    return found


def uses(name: str) -> Iterator[str]:
    """Yield the functions that one may call: by name, or by the name of a method, whoever has it."""
    node, names = functions()[name]
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id in names:
            yield names[part.id]
        elif isinstance(part, ast.Attribute):
            yield from (one for one in functions() if one.count(".") == 2 and one.endswith(f".{part.attr}"))


@cache
def reached() -> frozenset[str]:
    """Return the functions that the maker's entry points lead to."""
    seen, waiting = set(), [*ENTRANCES]
    while waiting:
        name = waiting.pop()
        if name not in seen and name in functions():
            seen.add(name)
            waiting.extend(uses(name))
    return frozenset(seen)


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_lemmas_kernel_is_in_the_makers_call_chain(kernel):
    assert kernel in reached()


def test_the_call_chain_leaves_out_what_nothing_calls():
    assert not {"quoting.compute_quotes", "market.is_legal_price"} <= reached()
    assert len(reached()) < len(functions())
