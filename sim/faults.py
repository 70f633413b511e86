"""What can go wrong between maker and venue: one list of kinds, and the table of what is wrong right now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from model.journal import FaultBegan, FaultHealed, Record
from sim.randomness import WHOLE, Noise


class FaultKind(StrEnum):
    """Every way in which a world misbehaves. The last three are steps of their own."""

    LOSE_PLACE = "lose_place"
    """A batch of places never arrives, and nobody says so."""
    LOSE_CANCEL = "lose_cancel"
    """A batch of cancels never arrives, and nobody says so."""
    LOSE_REPLY = "lose_reply"
    """What was sent is executed, its reply is lost; the streams go on."""
    UNKNOWN_REPLY = "unknown_reply"
    """What was sent is executed, its reply is lost, and the sender says so: `unknown` for each action."""
    QUERY_LOST = "query_lost"
    """A query for open orders gets no answer."""
    REFUSE_PLACE = "refuse_place"
    """A batch of places is refused unseen (pre-validation): `send_failed` for each."""
    REFUSE_CANCEL = "refuse_cancel"
    """A batch of cancels is refused unseen: `send_failed` for each."""
    POST_ONLY_MODE = "post_only_mode"
    """As after a network upgrade: GTC and IOC orders of the account are rejected."""
    LOSE_FILL = "lose_fill"
    """A fill is not told by its stream: only a new connection's snapshot, or an answer's position, tells of it."""
    DUPLICATE_FILL = "duplicate_fill"
    """A fill is told twice, the second time later."""
    DELAY = "delay"
    """Messages take up to `extra_ms` longer, either way."""
    REORDER = "reorder"
    """Messages overtake each other, either way, also within one stream."""
    DISCONNECT = "disconnect"
    SILENCE = "silence"
    CRASH = "crash"


Emit = Callable[[Record], None]

STEPS = frozenset({FaultKind.DISCONNECT, FaultKind.SILENCE, FaultKind.CRASH})
"""Kinds that no `Fault` step can have."""
SCRIPTED = tuple(kind for kind in FaultKind if kind not in STEPS)
"""Kinds that a `Fault` step can have; each belongs to one of the five groups below."""
LOSSES = (
    FaultKind.LOSE_PLACE,
    FaultKind.LOSE_CANCEL,
    FaultKind.LOSE_REPLY,
    FaultKind.UNKNOWN_REPLY,
    FaultKind.QUERY_LOST,
)
REFUSALS = (FaultKind.REFUSE_PLACE, FaultKind.REFUSE_CANCEL, FaultKind.POST_ONLY_MODE)
UNTOLD = (FaultKind.LOSE_FILL,)
"""Kinds that break what the bounds assume of fills; scripts of their own use them."""
DOUBLES = (FaultKind.DUPLICATE_FILL,)
DISORDERS = (FaultKind.DELAY, FaultKind.REORDER)


@dataclass(frozen=True, slots=True)
class Active:
    """A fault at work: it strikes where a draw lies below `threshold`."""

    kind: FaultKind
    threshold: int
    extra_ms: int = 0
    market: str | None = None


class FaultTable:
    """The faults at work, and their beginning and healing in the journal."""

    def __init__(self, seed: int, emit: Emit) -> None:
        self._emit = emit
        self._active: dict[FaultKind, list[Active]] = {}
        self._noise = {kind: Noise(seed, f"fault {kind.value}") for kind in FaultKind}

    def begin(self, now_ms: int, fault: Active, detail: str = "") -> None:
        """Let a fault begin."""
        self._active.setdefault(fault.kind, []).append(fault)
        self._emit(FaultBegan(now_ms, fault.kind.value, detail))

    def heal(self, now_ms: int, fault: Active) -> None:
        """Let a fault end; the last of its kind is journalled. One that has ended already stays ended."""
        current = self._active.get(fault.kind)
        if not current or not any(active is fault for active in current):
            return
        self._active[fault.kind] = [active for active in current if active is not fault]
        if not self._active[fault.kind]:
            del self._active[fault.kind]
            self._emit(FaultHealed(now_ms, fault.kind.value))

    def heal_all(self, now_ms: int) -> None:
        """Let every fault end."""
        for active in [fault for faults in self._active.values() for fault in faults]:
            self.heal(now_ms, active)

    def active(self, kind: FaultKind) -> bool:
        """Tell whether a fault of this kind is at work."""
        return kind in self._active

    def strikes(self, kind: FaultKind, now_ms: int, market: str | None = None) -> bool:
        """Draw whether a fault of this kind hits what happens now (in this market, where one is named)."""
        faults = self._active.get(kind)
        if not faults:
            return False
        return any(
            self._noise[kind].draw(now_ms) < fault.threshold
            for fault in faults
            if fault.market is None or market is None or fault.market == market
        )

    def extra_ms(self, now_ms: int) -> int:
        """Draw the delay that faults add to a message sent now, in ms."""
        faults = self._active.get(FaultKind.DELAY)
        if not faults:
            return 0
        noise = self._noise[FaultKind.DELAY]
        struck = [f.extra_ms for f in faults if noise.draw(now_ms) < f.threshold]
        return max((extra * noise.draw(now_ms) // WHOLE for extra in struck), default=0)
