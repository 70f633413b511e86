"""The survivors that are explained: rows of a table in `docs/escapes.md`, one mutant and the reason each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from mutation.found import Mutant, Word

ROW = re.compile(r"^\| `(?P<function>[\w.]+)` \| `(?P<old>.*?)` → (?:`(?P<new>.*?)`|nothing) \| (?P<why>.+) \|$")
Key = tuple[str, str, str]


def reasons_in(path: Path) -> dict[Key, str]:
    """Read the reasons, by function and the line before and after."""
    found = (ROW.match(line) for line in path.read_text(encoding="utf-8").splitlines())
    return {
        (row["function"], _plain(row["old"]), _plain(row["new"] or "")): row["why"] for row in found if row is not None
    }


def row_of(mutant: Mutant, why: str = "") -> str:
    """Write a mutant as a row of the table."""
    new = f"`{_barred(mutant.new)}`" if mutant.new else "nothing"
    return f"| `{mutant.function}` | `{_barred(mutant.old)}` → {new} | {why} |"


def stale(reasons: Iterable[Key], mutants: Iterable[Mutant]) -> list[Key]:
    """Return the reasons that explain no survivor: their mutant is killed, or gone."""
    alive = {mutant.key for mutant in mutants if mutant.word is not Word.KILLED}
    return sorted(set(reasons) - alive)


def _plain(text: str) -> str:
    return text.replace("\\|", "|")


def _barred(text: str) -> str:
    return text.replace("|", "\\|")
