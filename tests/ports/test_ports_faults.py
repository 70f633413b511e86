"""Faults of a foreign maker are caught where they were caught before: `faults.toml` and the two files after it.

Every test run tries the fast ones along their trails. With MMGATE_FAULTS set, as in `make deep`, all are tried, and
one whose trail shows nothing any more is looked for in the whole embedded suite.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from mmgate.engines import lawful, repeat
from mmgate.engines.judging import judge
from mmgate.engines.simulation import DETERMINISM, Job
from mmgate.profiles import QUICK, embedded_suite
from mmgate.request import Entry, MakerRef
from mmgate.worlds import world_of
from specs.spec import Outcome, Word

HERE = Path(__file__).parent
EXAMPLE = HERE.parents[1] / "examples" / "python_port" / "maker.py"
FILES = ("faults.toml", "paired-faults.toml", "blind-faults.toml")
WHOLE = bool(os.environ.get("MMGATE_FAULTS"))
SURVIVORS = frozenset(
    {
        "contained-until-the-answer",
        "kept-rung-keeps-its-level",
        "last-cancel-decides",
        "names-by-the-second",
        "rejects-refunded",
        "twin-fills-of-one-ms",
    }
)
"""Named in docs/escapes.md, with the reason or as open."""


@dataclass(frozen=True)
class Fault:
    """One fault: its edits, and where which spec shows it soonest."""

    id: str
    edits: tuple[tuple[str, str], ...]
    trail: str
    spec: str
    near: tuple[str, ...]
    fast: bool

    def written(self, folder: Path) -> MakerRef:
        """Write the example with the fault."""
        text = source()
        for old, new in self.edits:
            text = text.replace(old, new)
        path = folder / f"{self.id}.py"
        path.write_text(text, encoding="utf-8")
        return MakerRef("port", f"{sys.executable} -S -E {path}")


@cache
def source() -> str:
    return EXAMPLE.read_text(encoding="utf-8")


def read() -> Iterator[Fault]:
    for one in (fault for name in FILES for fault in tomllib.loads((HERE / name).read_text("utf-8"))["fault"]):
        edits = tuple((edit["old"], edit["new"]) for edit in one["edit"])
        more = (one.get("trail", ""), one.get("spec", ""), tuple(one.get("near", ())), one.get("fast", False))
        yield Fault(one["id"], edits, *more)


FAULTS = tuple(read())
SUITE = {f"{entry.name}/{entry.scenario}": entry for entry in embedded_suite(QUICK)}


def caught(outcomes: tuple[Outcome, ...]) -> set[str]:
    return {outcome.spec_id for outcome in outcomes if outcome.word is Word.VIOLATED}


def shown_by(maker: MakerRef, trail: str) -> set[str]:
    """Return the specs that catch a maker at one place."""
    if trail == "drawn":
        return caught((lawful.refusals(maker),))
    if trail == "again":
        entry = SUITE["fixed/signal"]
        digest = judge(world_of(entry, 1), maker, ()).digest
        other = repeat.digests([Job(entry, 1, maker, (), 100.0)], [digest], 0)[0]
        return {DETERMINISM} if isinstance(other, str) and other != digest else set()
    name, _, seed = trail.partition("#")
    return in_run(maker, SUITE[name], int(seed))


def in_run(maker: MakerRef, entry: Entry, seed: int) -> set[str]:
    return caught(judge(world_of(entry, seed), maker).outcomes)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_each_edit_of_a_fault_fits_the_example_once(fault: Fault):
    assert [source().count(old) for old, _ in fault.edits] == [1] * len(fault.edits)
    assert all(old != new for old, new in fault.edits)


def test_what_has_no_trail_is_named_as_a_survivor():
    assert len(FAULTS) == 73
    assert {fault.id for fault in FAULTS if not fault.trail} == SURVIVORS
    escapes = (HERE.parents[1] / "docs" / "escapes.md").read_text(encoding="utf-8")
    assert all(survivor in escapes for survivor in SURVIVORS)


@pytest.mark.parametrize("fault", [one for one in FAULTS if one.fast or (WHOLE and one.trail)], ids=lambda one: one.id)
def test_a_fault_is_caught_where_its_trail_says(fault: Fault, tmp_path: Path):
    maker = fault.written(tmp_path)
    found = shown_by(maker, fault.trail)
    if WHOLE and not found:
        found = next((specs for entry in SUITE.values() if (specs := in_run(maker, entry, 1))), set())
        pytest.fail(f"the trail of {fault.id} is old: {fault.trail} shows nothing; the suite shows {sorted(found)}")
    assert fault.spec in found


@pytest.mark.skipif(not WHOLE, reason="the whole suite takes a minute: MMGATE_FAULTS")
@pytest.mark.parametrize("fault", [one for one in FAULTS if not one.trail], ids=lambda one: one.id)
def test_a_survivor_survives_so_that_its_killing_is_noticed(fault: Fault, tmp_path: Path):
    maker = fault.written(tmp_path)
    places = fault.near or [f"{name}#1" for name in SUITE]
    assert [place for place in places if shown_by(maker, place)] == []
