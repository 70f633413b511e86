"""Where a spec's condition was met: which faults were at work, in which phase of the maker's life, on what.

A monitor counts antecedents in its own words; beside them, every one is counted by fault kind, phase, side, role and
market, as far as the monitor names them. A spec that held without ever being met under a fault is seen to have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from model.actions import Role, Side

if TYPE_CHECKING:
    from specs.view import View

Around: TypeAlias = tuple[str, ...]
"""Fault kinds and the phase, each with its dimension's name ahead: `fault delay`, `phase quoting`."""

SEPARATOR = " · "
PHASES = (
    *("dead", "shutdown", "disconnected", "starting", "observation", "outside the window", "gate shut", "quoting"),
)
QUIET: Mapping[str, Around] = {name: ("fault none", f"phase {name}") for name in PHASES}
"""What holds in each phase while no fault is at work."""
_SIDES = frozenset(side.value for side in Side)
_ROLES = frozenset(role.value for role in Role)


def around(view: View) -> Around:
    """Return what holds now, whatever the spec: the faults at work, and the phase."""
    now = phase(view)
    if not view.faults:
        return QUIET[now]
    return (*(f"fault {kind}" for kind in view.faults), f"phase {now}")


def phase(view: View) -> str:
    """Return the phase of the maker's life, by what it was told; the first that fits."""
    if view.life_count == 0 or view.crashed:
        return "dead"
    if view.stops.current is not None:
        return "shutdown"
    if view.halts.connection_lost:
        return "disconnected"
    if not view.halts.start_answered:
        return "starting"
    if not view.config.enabled:
        return "observation"
    if not view.stops.window_open(view.event_ms):
        return "outside the window"
    return "gate shut" if view.halts.gate_shut(view.event_ms) else "quoting"


def counted(met: Mapping[tuple[str, Around], int], markets: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Return the counts by dimension, sorted; a condition met under two faults counts for both."""
    names = frozenset(markets)
    found: dict[str, int] = {}
    for (context, there), count in met.items():
        for name in (*there, *_named(context, names)):
            found[name] = found.get(name, 0) + count
    return tuple(sorted(found.items()))


def _named(context: str, markets: frozenset[str]) -> tuple[str, ...]:
    """Return side, role and market that a context names."""
    parts = dict.fromkeys(context.split(SEPARATOR))
    kinds = (("side", _SIDES), ("role", _ROLES), ("market", markets))
    return tuple(f"{kind} {part}" for kind, known in kinds for part in parts if part in known)
