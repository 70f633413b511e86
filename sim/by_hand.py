"""Wires worked by hand: nothing moves between maker and venue, and no timer is told, but by a step of the script.

So a script can name one interleaving and no other. Messages wait in channels in order of sending; a `Carry` step hands
one over, a `Tick` step tells that time has passed, each with at most one fault that strikes it alone. A batch that
arrives is a block of its own. The finish lets go: what still waits is on its way at once, and timers run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.faults import Active, FaultKind, FaultTable
from sim.randomness import WHOLE
from sim.script import Carry

Arrive = Callable[[Any], None]

LOSSES = frozenset((FaultKind.LOSE_PLACE, FaultKind.LOSE_CANCEL, FaultKind.QUERY_LOST, FaultKind.LOSE_FILL))
UPWARD = ("orders", "queries")


class Hands:
    """What waits, by channel, each piece with what its arrival does."""

    def __init__(self, faults: FaultTable, *, working: bool) -> None:
        self.working = working
        self._faults = faults
        self._waiting: dict[str, list[tuple[Arrive, Any]]] = {}

    def hold(self, channel: str, arrive: Arrive, value: Any) -> None:
        """Let something wait for its step."""
        self._waiting.setdefault(channel, []).append((arrive, value))

    def forget(self) -> None:
        """Drop what was to be told over a connection that is gone."""
        self._waiting = {name: held for name, held in self._waiting.items() if name in UPWARD}

    def carry(self, now_ms: int, step: Carry, lost: Callable[[str], None], again: Callable[[Any], None]) -> None:
        """Hand one piece over, under the step's fault if it has one; a piece is `lost`, or told `again`.

        A channel that holds no such piece hands nothing over.
        """
        held = self._waiting.get(step.channel, [])
        if step.index >= len(held):
            return
        arrive, value = held.pop(step.index)
        fault = None if step.fault is None else Active(step.fault, WHOLE)
        if fault is not None:
            self._faults.begin(now_ms, fault, "by hand")
        if step.fault in LOSSES:
            lost(step.channel)
        else:
            arrive(value)
            if step.fault is FaultKind.DUPLICATE_FILL:
                again(value)
        if fault is not None:
            self._faults.heal(now_ms, fault)

    def let_go(self, launch: Callable[[Arrive, Any], None]) -> None:
        """Work no more by hand: pass everything on that waits, channel by channel."""
        self.working = False
        waiting, self._waiting = self._waiting, {}
        for held in waiting.values():
            for arrive, value in held:
                launch(arrive, value)
