"""Scenarios of the embedded suite as vectors: the beginning of each run, as the reference lived it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from mmgate.engines.judging import Stopped
from mmgate.profiles import QUICK, embedded_suite
from mmgate.request import Entry
from mmgate.vectors.case import Case
from mmgate.vectors.recorded import Recorded
from mmgate.worlds import world_of
from model.journal import Record, Turn
from sim.run import run
from sim.world import World

STEPS = 600
"""So many steps of a run are told."""


class Ending:
    """An observer that ends a run once so many steps are recorded."""

    def __init__(self, maker: Recorded, most: int) -> None:
        self._maker, self._most = maker, most

    def observe(self, record: Record) -> None:
        """Count a turn."""
        if isinstance(record, Turn) and len(self._maker.steps) >= self._most:
            raise Stopped


def lived(world: World, most: int) -> Recorded:
    """Let the reference live through a world, or its beginning."""
    maker = Recorded()
    with suppress(Stopped):
        run(world, maker, [Ending(maker, most)])
    return maker


def scenes(seed: int) -> Iterator[Case]:
    """Yield the beginning of every run of the quick suite."""
    for entry in embedded_suite(QUICK):
        yield _scene(entry, seed)


def _scene(entry: Entry, seed: int) -> Case:
    name = f"scenario/{entry.name}/{entry.scenario}"
    return lived(world_of(entry, seed), STEPS).case(name, entry.why, "N-5", "DET-1 ROB-1", "scenario", seed=seed)
