"""Which specs are judged, and by what. `MONITORS` watch a run; some specs are an engine's own to judge.

Each module of monitors exports a tuple `MONITORS`; they are put together here.
"""

from __future__ import annotations

from specs import (
    answering,
    asking,
    counter_orders,
    dead_man,
    explained,
    exposures,
    failures,
    fills,
    growth,
    leaving,
    ledgers,
    logs,
    offsets,
    orders,
    requotes,
    resuming,
    risk,
    sessions,
    system_healing,
    system_resuming,
    system_safety,
    ticks,
    withdrawals,
)
from specs.monitor import Monitor
from specs.spec import Spec
from specs.statements import SPECS, statement

MONITORS: tuple[type[Monitor], ...] = (
    *offsets.MONITORS,
    *ticks.MONITORS,
    *explained.MONITORS,
    *counter_orders.MONITORS,
    *answering.MONITORS,
    *orders.MONITORS,
    *fills.MONITORS,
    *ledgers.MONITORS,
    *risk.MONITORS,
    *exposures.MONITORS,
    *sessions.MONITORS,
    *withdrawals.MONITORS,
    *resuming.MONITORS,
    *requotes.MONITORS,
    *leaving.MONITORS,
    *asking.MONITORS,
    *growth.MONITORS,
    *failures.MONITORS,
    *dead_man.MONITORS,
    *logs.MONITORS,
)
"""All monitors; the panel runs them by default."""

JUDGED_BY_ENGINES: tuple[tuple[str, str], ...] = (
    ("OFF-1", "symbolic and property: the innermost rung of `compute_quotes`"),
    ("ROB-1", "property and simulation: any event in any order is answered; twin runs with refused and late events"),
    ("CFG-1", "property: wrong configs, by the call and at the start of a life; names that fit no market, or two"),
    ("CFG-2", "property: keys of phases that are off, changed; simulation: rungs without a dynamic offset"),
    ("CFG-3", "property: ladders of each config at random and at every corner, beside the envelope by definition"),
    ("CFG-4", "property: an empty config beside the table of defaults"),
    ("FIL-4", "property and simulation: twin runs with other taker fills"),
    ("ROB-2", "property and simulation: twin runs with unusable prices"),
    ("VOL-4", "property and simulation: twin runs with other prices in another market"),
    ("VOL-5", "property: the statistics of the given ticks by definition; not applicable without ticks"),
    ("VOL-7", "property: comparisons counted on numbers that count; not applicable to a port"),
    ("OFF-5", "property: the ladder by definition"),
    ("OFF-6", "property: the ladder at ten times the price"),
    ("OFF-7", "property: NaN and infinite statistics"),
    ("OFF-8", "property: the ladder with an exact power"),
    ("OFF-10", "property: inputs out of range, ladders of one level"),
    ("VOL-3", "property: reads after reads"),
    ("VEL-1", "property: the trend by definition"),
    ("VEL-3", "property: moves scaled, one move larger than all"),
    ("DET-1", "property and simulation: worlds run twice, in another process and with another hash seed, and compared"),
    *((spec_id, "exhaustive: every state of small scopes") for spec_id in system_safety.JUDGED),
    *((spec_id, "exhaustive: how every state of small scopes ends") for spec_id in system_healing.JUDGED),
    *((spec_id, "exhaustive: how every state of small scopes goes on") for spec_id in system_resuming.JUDGED),
    ("ROB-1", "exhaustive: every event of small scopes is answered"),
)
"""Specs that no monitor of one run can judge, and who does: the engines, a colon, and how."""

NOT_JUDGED: tuple[tuple[str, str], ...] = (
    ("what other strategies of the account do with the maker's position", "they are no part of the maker"),
    ("how a system reads the venue's replies", "the port's adapter begins behind it"),
    ("whether a process gets its signal", "the operating system's part; what it does on one is judged (ORD-4)"),
)
"""What no spec judges, and why; every report says so."""

RULES_NOT_JUDGED: tuple[tuple[str, str], ...] = ()
"""Rules of docs/system.md that no spec guards, each with the reason; there is none at present."""


def judged() -> frozenset[str]:
    """Return the ids of all specs that are judged so far."""
    by_monitor = {monitor.spec.id for monitor in MONITORS}
    return frozenset(by_monitor | {spec_id for spec_id, _ in JUDGED_BY_ENGINES})


def spec(spec_id: str) -> Spec:
    """Return the spec of this id. Raises KeyError naming the id when there is none."""
    return statement(spec_id)


__all__ = [
    "JUDGED_BY_ENGINES",
    "MONITORS",
    "NOT_JUDGED",
    "RULES_NOT_JUDGED",
    "SPECS",
    "judged",
    "spec",
]
