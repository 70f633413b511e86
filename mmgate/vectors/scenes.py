"""Scenarios of the embedded suite as vectors: the beginning of each run, as the reference lived it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from mmgate.engines.judging import Stopped
from mmgate.ports.calls import plain
from mmgate.profiles import QUICK, embedded_suite
from mmgate.request import Entry
from mmgate.vectors.case import TRACE, Case, Compare, Data
from mmgate.vectors.teller import reply_data, step_data
from mmgate.worlds import world_of
from model.journal import Record, Turn
from model.maker import Reference
from sim.run import run

STEPS = 600
"""So many steps of a run are told."""


class _Steps:
    """An observer that keeps the first steps of a run."""

    def __init__(self) -> None:
        self.steps: list[Data] = []
        self.answers: list[Data] = []

    def observe(self, record: Record) -> None:
        """Keep a turn; the run may end after the last one kept."""
        if not isinstance(record, Turn):
            return
        self.steps.append(step_data(record.event))
        self.answers.append(reply_data(record.reply))
        if len(self.steps) >= STEPS:
            raise Stopped


def scenes(seed: int) -> Iterator[Case]:
    """Yield the beginning of every run of the quick suite."""
    for entry in embedded_suite(QUICK):
        yield _scene(entry, seed)


def _scene(entry: Entry, seed: int) -> Case:
    maker = Reference()
    kept = _Steps()
    with suppress(Stopped):
        run(world_of(entry, seed), maker, [kept])
    books = maker.books()
    assert books is not None
    return Case(
        id=f"{TRACE}/scenario/{entry.name}/{entry.scenario}",
        kind=TRACE,
        description=entry.why,
        rules=("N-5",),
        specs=("DET-1", "ROB-1"),
        origin="scenario",
        compare=Compare.ACTIONS_AND_LOG,
        input={"steps": kept.steps},
        expected={"replies": kept.answers, "books": plain(books)},
        seed=seed,
    )
