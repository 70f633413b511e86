"""Which specs are judged, and by what. `MONITORS` watch a run; some specs are an engine's own to judge.

Each module of monitors exports a tuple `MONITORS`; they are put together here.
"""

from __future__ import annotations

from specs import counter_orders, explained, fills, ledgers, offsets, orders, risk, sessions, ticks
from specs.monitor import Monitor
from specs.spec import Spec
from specs.statements import SPECS, statement

MONITORS: tuple[type[Monitor], ...] = (
    *offsets.MONITORS,
    *ticks.MONITORS,
    *explained.MONITORS,
    *counter_orders.MONITORS,
    *orders.MONITORS,
    *fills.MONITORS,
    *ledgers.MONITORS,
    *risk.MONITORS,
    *sessions.MONITORS,
)
"""All monitors; the panel runs them by default."""

JUDGED_BY_ENGINES: tuple[tuple[str, str], ...] = (
    ("OFF-1", "symbolic and property: the innermost rung of `compute_quotes`"),
    ("ROB-1", "property and simulation: any event in any order; a maker that fails to answer breaks it"),
    ("DET-1", "every engine that runs twice and compares"),
)
"""Specs that no monitor of one run can judge, and who does."""


def judged() -> frozenset[str]:
    """Return the ids of all specs that are judged so far."""
    by_monitor = {monitor.spec.id for monitor in MONITORS}
    return frozenset(by_monitor | {spec_id for spec_id, _ in JUDGED_BY_ENGINES})


def spec(spec_id: str) -> Spec:
    """Return the spec of this id. Raises KeyError naming the id when there is none."""
    return statement(spec_id)


__all__ = ["JUDGED_BY_ENGINES", "MONITORS", "SPECS", "judged", "spec"]
