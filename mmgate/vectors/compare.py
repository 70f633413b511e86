"""What changed between two sets: cases that came, went, or say something else. A pure refactoring changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mmgate.vectors.agree import unlike
from mmgate.vectors.case import Case, Compare
from mmgate.vectors.check import read_set

MOST_SHOWN = 3
"""So many differences of one case are shown."""


def changes(old: Path, new: Path) -> Iterator[str]:
    """Yield a line for each difference, by id. Raises InputRefused for what is no set, or not what its index says."""
    first, second = ({case.id: case for case in read_set(folder)[1]} for folder in (old, new))
    for name in sorted({*first, *second}):
        if name not in second:
            yield f"- {name}: is gone"
        elif name not in first:
            yield f"+ {name}: is new"
        elif first[name].digest() != second[name].digest():
            yield from _changed(first[name], second[name])


def _changed(old: Case, new: Case) -> Iterator[str]:
    name, was, now = old.id, old.data(), new.data()
    found = [*unlike(was, now, Compare.EXACT), *unlike(now, was, Compare.EXACT)]
    told = list(dict.fromkeys(one.path for one in found))
    for one in found[:MOST_SHOWN]:
        yield f"~ {name}: {one.path}: {one.expected} → {one.found}"
    if not found:
        yield f"~ {name}: the same values in another form"
    elif len(told) > MOST_SHOWN:
        yield f"~ {name}: and {len(told) - MOST_SHOWN} more"
