"""The bounds that timed specs are judged by, for the runs of a suite: the table of `specs.bounds`, for the report."""

from __future__ import annotations

from collections.abc import Iterable

from mmgate.report import Section
from mmgate.request import Entry
from mmgate.worlds import world_of
from sim.world import World
from specs.bounds import Bounds
from specs.statements import SPECS
from specs.statements.kinds import ABSENCE, RESPONSE

TITLE = "Bounds of timed obligations, ms"
TIMED = frozenset(spec.id for spec in SPECS if spec.kind in (RESPONSE, ABSENCE))
"""The specs that a bound can make violated."""


def bounds_of(world: World) -> Bounds:
    """Return the bounds that monitors use in a run of this world, for a maker that reconciles."""
    p = world.parameters
    return Bounds(world.config, p.round_trip_ms, p.timer_ms, p.delivery_ms)


def section_of(suite: Iterable[Entry], seed: int) -> Section:
    """Tell the table of every run, runs with the same one together."""
    runs: dict[tuple[tuple[str, int], ...], list[str]] = {}
    for entry in suite:
        bounds = bounds_of(world_of(entry, seed))
        given = (("R", bounds.round_trip_ms), ("T", bounds.timer_ms), ("late", bounds.late_ms))
        runs.setdefault((*bounds.table(), *given), []).append(f"{entry.name}/{entry.scenario}")
    lines = [f"{' · '.join(f'{name} {ms}' for name, ms in table)}: {_told(names)}" for table, names in runs.items()]
    data: list[dict[str, object]] = [{"bounds": dict(table), "runs": names} for table, names in runs.items()]
    return Section("bounds", TITLE, tuple(lines), tuple(data))


def _told(names: list[str], most: int = 4) -> str:
    """Name some runs and say how many there are."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
