"""Filling a set: all cases of a size, their index with a root hash, and a schema for each kind.

Filling is not testing: a set says what the reference does, `check` says whether a maker does the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from itertools import chain
from pathlib import Path

from mmgate.inputs import InputRefused, shown
from mmgate.vectors import ladders, rules, streams
from mmgate.vectors.ask import answered
from mmgate.vectors.askings import askings
from mmgate.vectors.branches import counted
from mmgate.vectors.case import FORMAT, KINDS, Case, Data, canonical
from mmgate.vectors.corners import corners
from mmgate.vectors.covering import coverage
from mmgate.vectors.drawn import drawn
from mmgate.vectors.endings import endings
from mmgate.vectors.lessons import lessons
from mmgate.vectors.races import races
from mmgate.vectors.rare_limits import rarities
from mmgate.vectors.scenes import scenes
from mmgate.vectors.stories import stories
from mmgate.vectors.witnesses import counterexamples, edges, explored_races
from model.revision import MODEL_REVISION

INDEX = "index.json"
MARK = "schemas/wick_stats.json"
"""The file by which a set's folder is known and may be replaced: many a stranger's folder has an index."""
SMALL, STANDARD = "small", "standard"
SIZES = (SMALL, STANDARD)
DRAWN = 200
SEED = 1
REVIEWED = "as-reviewed"
"""The defects whose counterexamples are in the small set."""
FEW_RACES = ("ack", "fill", "cancel-ack", "window", "restart")
"""The happenings whose races are in the small set."""


def cases(size: str) -> list[Case]:
    """Return all cases of a size, by id."""
    found = sorted(_small() if size == SMALL else _standard(), key=lambda case: case.id)
    twice = [name for name, count in Counter(case.id for case in found).items() if count > 1]
    assert not twice, f"two cases are called {twice}"
    return found


def _small() -> Iterator[Case]:
    asks = chain(
        ladders.ladder_asks(),
        ladders.counter_asks(),
        streams.wick_asks(),
        streams.trend_asks(),
        rules.session_asks(),
        rules.order_asks(),
        (ask for ask in rules.config_asks() if not ask.name.startswith(("bounds", "types"))),
    )
    yield from map(answered, asks)
    yield from stories()
    yield from askings()
    yield from corners()
    yield from endings()
    yield from rarities()
    yield from lessons()
    yield from races(FEW_RACES)
    yield from edges()
    yield from counterexamples(REVIEWED)


def _standard() -> Iterator[Case]:
    from mmgate.vectors.generated import generated  # Hypothesis, which the small set does without

    kept = {case.id: case for case in _small()}
    asks = chain(rules.config_asks(), drawn(DRAWN, SEED))
    lives = chain(races(), explored_races(), scenes(SEED), counterexamples(), generated(SEED))
    kept.update((case.id, case) for case in chain(map(answered, asks), lives))
    yield from kept.values()


def index_of(found: Iterable[Case], size: str) -> Data:
    """Return the index: what the set is, how much of what is in it, and a digest for each case and for all.

    Of its coverage the branches are missing, which are counted by a process that asks the cases as they were written.
    """
    listed = list(found)
    digests = {case.id: case.digest() for case in listed}
    return {
        "format": FORMAT,
        "model_revision": MODEL_REVISION,
        "size": size,
        "root": root_of(digests),
        "count": len(listed),
        "kinds": _counted(case.kind for case in listed),
        "origins": _counted(case.origin for case in listed),
        "specs": _counted(spec for case in listed for spec in case.specs),
        "rules": _counted(rule for case in listed for rule in case.rules),
        "refusals": _counted(case.refused["code"] for case in listed if case.refused is not None),
        "coverage": coverage(listed),
        "drawn_with": {} if size == SMALL else {"hypothesis": version("hypothesis")},
        "cases": digests,
    }


def root_of(digests: Data) -> str:
    """Return the digest over all digests, by id."""
    lines = "".join(f"{name} {digests[name]}\n" for name in sorted(digests))
    return sha256(lines.encode()).hexdigest()


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def write(folder: Path, size: str) -> Data:
    """Write a set into a folder that is there; return its index. Raises InputRefused where it can't be written."""
    listed = cases(size)
    index = index_of(listed, size)
    try:
        for case in listed:
            path = case.path(folder)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(case.text(), encoding="ascii", newline="\n")
        (folder / "schemas").mkdir(exist_ok=True)
        for kind in KINDS:
            (folder / "schemas" / f"{kind}.json").write_text(schema(kind), encoding="ascii", newline="\n")
        index["coverage"]["branches"] = counted(folder, list(index["cases"]))
        (folder / INDEX).write_text(canonical(index), encoding="ascii", newline="\n")
    except OSError as error:
        raise InputRefused(f"vectors: {shown(str(folder))} can't be written: {error.strerror or error}") from None
    return index


def schema(kind: str) -> str:
    """Return the JSON Schema of a kind's cases."""
    return (files("mmgate") / "vectors" / "schemas" / f"{kind}.json").read_text(encoding="utf-8")
