"""What became of each mutant: read from the tester's folder, under names that outlive a run."""

from __future__ import annotations

import ast
import difflib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mutation.scope import TIERS

GENERATED = re.compile(r"x(?:_|ǁ(?P<owner>\w+)ǁ)(?:plain_)?(?P<name>\w+)__mutmut_(?P<number>orig|\d+)")


class Word(StrEnum):
    """How a mutant ended. Only the first is a kill."""

    KILLED = "killed"
    SURVIVED = "survived"
    TIMEOUT = "timeout"
    SUSPICIOUS = "suspicious"
    NO_TESTS = "no tests"
    NOT_RUN = "not run"


WORDS: dict[int | None, Word] = {
    None: Word.NOT_RUN,
    0: Word.SURVIVED,
    **dict.fromkeys((1, 3), Word.KILLED),
    **dict.fromkeys((-24, 24, 36, 152, 255), Word.TIMEOUT),
    **dict.fromkeys((5, 33), Word.NO_TESTS),
}
"""The tester's exit codes; any other, a crash among them, is suspicious."""


@dataclass(frozen=True, slots=True, order=True)
class Mutant:
    """One mutant: its function, the line before and after, how it ended, and which tier of judges saw it first."""

    function: str
    old: str
    new: str
    word: Word
    judge: str = ""

    @property
    def module(self) -> str:
        """The module's name, without its package."""
        return self.function.partition(".")[0]

    @property
    def key(self) -> tuple[str, str, str]:
        """What a reason names; the same twice where one line stands twice in a function."""
        return self.function, self.old, self.new


def names_of(folder: Path, module: str) -> list[str]:
    """List the tester's names of a module's mutants, sorted."""
    return sorted(_codes(folder, module))


def mutants_of(folder: Path, module: str, notes: Path, wanted: frozenset[str] | None = None) -> list[Mutant]:
    """Read a module's mutants, or those wanted; sorted by function and text."""
    texts = dict(_texts((folder / f"{module}.py").read_text(encoding="utf-8")))
    found = []
    for name, code in _codes(folder, module).items():
        if wanted is not None and name not in wanted:
            continue
        label, number = _named(name.rpartition(".")[2])
        old, new = changed(texts[label, "orig"], texts[label, number])
        word = WORDS.get(code, Word.SUSPICIOUS)
        found.append(Mutant(f"{module}.{label}", old, new, word, _judge(notes / name) if word is Word.KILLED else ""))
    return sorted(found)


def _codes(folder: Path, module: str) -> dict[str, int | None]:
    told = json.loads((folder / f"{module}.py.meta").read_text(encoding="utf-8"))
    codes: dict[str, int | None] = told["exit_code_by_key"]
    return codes


def _named(generated: str) -> tuple[str, str]:
    """Split a generated name into Class.method and its number."""
    match = GENERATED.fullmatch(generated)
    assert match is not None, generated
    owner = match["owner"]
    return f"{owner}.{match['name']}" if owner else match["name"], match["number"]


def _texts(text: str) -> Iterator[tuple[tuple[str, str], list[str]]]:
    """Yield each generated function's lines, by label and number."""
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and GENERATED.fullmatch(node.name):
            own = lines[node.lineno - 1 : node.end_lineno]
            yield _named(node.name), [GENERATED.sub(lambda found: found["name"], line) for line in own]


def changed(before: list[str], after: list[str]) -> tuple[str, str]:
    """Return what a mutation changed, as one line of text each: empty where lines only went or only came."""
    old, new = [], []
    for line in difflib.ndiff(before, after):
        if line.startswith("- "):
            old.append(line[2:].strip())
        elif line.startswith("+ "):
            new.append(line[2:].strip())
    return " ".join(old), " ".join(new)


def _judge(note: Path) -> str:
    """Return the tier whose test failed; the collector's own failure leaves no note."""
    return TIERS[int(note.read_text(encoding="utf-8").split()[0])] if note.is_file() else "tests"
