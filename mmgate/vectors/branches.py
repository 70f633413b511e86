"""Which branches of the model a set takes: both ways of every condition, every argument that a clamp can choose.

The model's functions are counted as they are written, from their syntax: conditions of `if`, `while`, `and`, `or`,
conditional expressions and filters; cases of `match`; handlers; calls of `min` and `max`. So the figures are the same
for every version of Python. It runs in a process of its own, before anything of the model is imported.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from mmgate.inputs import InputRefused

CHILD = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from mmgate.vectors.branches import main; main()"
TAKE, CHOOSE = "_mmgate_take", "_mmgate_choose"
COUNTED = "model"
LEFT_OUT = frozenset({"codec", "plain", "shapes", "whole", "journal", "events", "actions"})
"""Modules of words and of writing them, which decide nothing."""
SHOWN = 90
WAYS = {"cond": ("true", "false"), "case": ("reached",)}


class Branches:
    """All that can be taken, and what was: each a label and the ways it can go."""

    def __init__(self) -> None:
        self.labels: list[str] = []
        self.ways: list[tuple[str, ...]] = []
        self.taken: set[tuple[int, int]] = set()

    def new(self, label: str, ways: tuple[str, ...]) -> int:
        """Note a branch; a label that is there already gets a number."""
        again = sum(one == label or one.startswith(f"{label} #") for one in self.labels)
        self.labels.append(f"{label} #{again + 1}" if again else label)
        self.ways.append(ways)
        return len(self.labels) - 1

    def take(self, number: int, value: Any) -> Any:
        """Pass a condition's value on, and note which way it goes."""
        self.taken.add((number, 0 if value else min(1, len(self.ways[number]) - 1)))
        return value

    def choose(self, number: int, clamp: Callable[..., Any], *values: Any) -> Any:
        """Return the least or the greatest, and note which of the arguments it is."""
        chosen = clamp(*values)
        self.taken.add((number, next(at for at, value in enumerate(values) if value is chosen)))
        return chosen

    def data(self) -> dict[str, Any]:
        """Return what was taken: in all, by module, and the ways never taken."""
        modules: dict[str, list[int]] = {}
        missing = []
        for number, (label, ways) in enumerate(zip(self.labels, self.ways, strict=True)):
            counts = modules.setdefault(label.partition(":")[0], [0, 0])
            for at, way in enumerate(ways):
                hit = (number, at) in self.taken
                counts[0] += hit
                counts[1] += 1
                missing += [] if hit else [f"{label}: never {way}"]
        sums = [sum(one[at] for one in modules.values()) for at in (0, 1)]
        return {"taken": sums[0], "of": sums[1], "modules": dict(sorted(modules.items())), "missing": sorted(missing)}


class Marking(ast.NodeTransformer):
    """Puts a call around every condition and clamp of a module's functions."""

    def __init__(self, name: str, source: str, branches: Branches) -> None:
        self._name, self._source, self._branches = name, source, branches
        self._within: list[str] = []

    def _label(self, node: ast.AST) -> str:
        text = " ".join((ast.get_source_segment(self._source, node) or "").split())
        return f"{self._name}: {'.'.join(self._within)}: {text[:SHOWN]}"

    def _call(self, function: str, number: int, *values: ast.expr) -> ast.Call:
        return ast.Call(ast.Name(function, ast.Load()), [ast.Constant(number), *values], [])

    def _cond(self, test: ast.expr) -> ast.expr:
        """Mark what a condition is made of."""
        if isinstance(test, ast.BoolOp):
            test.values = [self._cond(value) for value in test.values]
            return test
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            test.operand = self._cond(test.operand)
            return test
        number = self._branches.new(self._label(test), WAYS["cond"])
        return ast.copy_location(self._call(TAKE, number, self.visit(test)), test)

    def _reached(self, node: ast.AST, what: str, body: list[ast.stmt]) -> list[ast.stmt]:
        number = self._branches.new(f"{self._label(node)[:SHOWN]} {what}", WAYS["case"])
        mark = ast.Expr(self._call(TAKE, number, ast.Constant(True)))
        return [ast.copy_location(mark, body[0]), *[self.visit(one) for one in body]]

    def _inside(self, node: ast.FunctionDef | ast.ClassDef) -> ast.AST:
        self._within.append(node.name)
        self.generic_visit(node)
        self._within.pop()
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._inside(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return self._inside(node)

    def _tested(self, node: Any) -> Any:
        if self._within:
            node.test = self._cond(node.test)
            for name in ("body", "orelse"):
                value = getattr(node, name)
                setattr(
                    node, name, [self.visit(one) for one in value] if isinstance(value, list) else self.visit(value)
                )
            return node
        return self.generic_visit(node)

    visit_If = visit_While = visit_IfExp = _tested

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        *heads, last = node.values
        node.values = [*(self._cond(value) for value in heads), self.visit(last)]
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        node.iter = self.visit(node.iter)
        node.ifs = [self._cond(test) for test in node.ifs]
        return node

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        node.guard = self._cond(node.guard) if node.guard is not None else None
        node.body = self._reached(node.pattern, "case", node.body)
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        node.body = self._reached(node.type or node, "handler", node.body)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        clamp = isinstance(node.func, ast.Name) and node.func.id in ("min", "max") and len(node.args) > 1
        if self._within and clamp and not (node.keywords or any(isinstance(one, ast.Starred) for one in node.args)):
            ways = tuple(f"argument {at + 1}" for at in range(len(node.args)))
            number = self._branches.new(self._label(node), ways)
            return ast.copy_location(self._call(CHOOSE, number, node.func, *node.args), node)
        return node


class Loader(SourceFileLoader):
    """Loads a module with its branches marked, whatever compiled file lies beside it."""

    branches: Branches

    def get_code(self, fullname: str) -> CodeType:
        """Return the marked code."""
        path = self.get_filename(fullname)
        source = self.get_data(path).decode("utf-8")
        tree = Marking(fullname.partition(".")[2], source, self.branches).visit(ast.parse(source))
        code: CodeType = compile(ast.fix_missing_locations(tree), path, "exec")
        return code

    def exec_module(self, module: ModuleType) -> None:
        """Run the module, with what its marks call."""
        vars(module).update({TAKE: self.branches.take, CHOOSE: self.branches.choose})
        super().exec_module(module)


class Finder(MetaPathFinder):
    """Finds the model's modules."""

    def __init__(self, branches: Branches) -> None:
        self._branches = branches

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a module of the model is, to be loaded marked."""
        package, _, name = fullname.partition(".")
        if package != COUNTED or not name or name in LEFT_OUT:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin is not None:
            loader = Loader(fullname, spec.origin)
            loader.branches = self._branches
            spec.loader = loader
        return spec


def main() -> None:
    """Ask the marked reference every case below a folder, and write what was taken."""
    assert COUNTED not in sys.modules
    branches = Branches()
    sys.meta_path.insert(0, Finder(branches))
    from mmgate.request import MakerRef
    from mmgate.vectors.case import read_case
    from mmgate.vectors.check import check, here

    folder = Path(sys.argv[2])
    names = json.loads(sys.stdin.read())
    for _ in check([read_case(folder, name) for name in names], here(MakerRef())):
        pass
    sys.stdout.write(json.dumps(branches.data()))


def counted(folder: Path, names: Sequence[str]) -> dict[str, Any]:
    """Return what the cases of a folder take. Raises InputRefused where they can't be asked."""
    child = subprocess.run(
        [sys.executable, "-P", "-c", CHILD, json.dumps(sys.path), str(folder)],
        input=json.dumps(list(names)),
        capture_output=True,
        env={**os.environ, "PYTHONHASHSEED": "0"},
        text=True,
        check=False,
    )
    if child.returncode:
        last = child.stderr.strip().splitlines()[-1:] or [f"exit status {child.returncode}"]
        raise InputRefused(f"vectors: the branches could not be counted: {last[0]}; try mmgate doctor")
    found: dict[str, Any] = json.loads(child.stdout)
    return found
