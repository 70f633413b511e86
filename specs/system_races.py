"""Which event met which on one order: the ordered pairs of what a maker can be told or do about it.

A pair (a, b) is seen when b is the next of these events after a in the life of one order: as told to the maker, and
for what concerns all orders (requote, window, signal, disconnect, restart), of each order that is not yet over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from model.actions import Cancel, Place, Role
from model.events import Canceled, CancelRejected, Disconnected, Fill, Oracle, Rejected, Resting, Shutdown, Start
from specs.system import System
from specs.system_parts import Told
from specs.system_safety import named
from specs.system_venue import ZERO

EVENTS = (
    "ack", "fill", "partial fill", "cancel-ack", "cancel-reject", "reject", "requote", "window", "signal",
    "disconnect", "restart",
)  # fmt: skip
Pair = tuple[str, str]
SENT = "sent"
_WORDS: dict[type, str] = {
    Resting: "ack", Canceled: "cancel-ack", CancelRejected: "cancel-reject", Rejected: "reject",
}  # fmt: skip


def race(before: System, after: System, seen: Counter[Pair]) -> None:
    """Follow the orders through one move, and count each event that follows another one."""
    for number, turn in enumerate(after.turns):
        if after.races:
            for name in _common(before, after, turn, first=number == 0):
                for open_cloid in _open(after):
                    _happened(after, open_cloid, name, ZERO, seen)
        cloid, word, sz = _single(before, after, turn)
        if cloid is not None and cloid in after.races:
            _happened(after, cloid, word, sz, seen)
        for action in turn.reply.actions:
            if isinstance(action, Place):
                after.races = {**after.races, action.cloid: (SENT, ZERO)}


def _open(system: System) -> list[str]:
    """Return the orders that are not over: booked, at the venue, or named by something under way."""
    booked = system.state.orders if system.state is not None else {}
    live = {o.cloid for o in system.venue.orders}
    mentioned = named(system)
    return [c for c in system.races if c in booked or c in live or c in mentioned]


def _common(before: System, system: System, turn: Told, *, first: bool) -> Iterator[str]:
    """Yield what happens to all orders at once; the clock moves with what is told, in a move with the first of it."""
    event = turn.event
    if first and before.state is not None and before.state.now_ms < system.window_ms <= event.now_ms:
        yield "window"  # it begins with the clock, before anything is told in it
    if isinstance(event, Start):
        yield "restart"
    elif isinstance(event, Disconnected):
        yield "disconnect"
    elif isinstance(event, Shutdown):
        yield "signal"
    elif isinstance(event, Oracle) and any(
        isinstance(a, Cancel) or (isinstance(a, Place) and a.role is Role.LADDER) for a in turn.reply.actions
    ):
        yield "requote"


def _single(before: System, system: System, turn: Told) -> tuple[str | None, str, Decimal]:
    """Return the order that an event speaks of, what it says, and the size that it fills."""
    event = turn.event
    name = _WORDS.get(type(event), "")
    if name:
        assert isinstance(event, Resting | Canceled | CancelRejected | Rejected)
        return system.cloid(event.cloid, event.oid), name, ZERO
    if isinstance(event, Fill) and event.cloid in system.sent:
        size = system.sent[event.cloid].place.sz
        if (event.time_ms, event.tid) in before.told:
            return event.cloid, "fill" if event.sz >= size else "partial fill", ZERO
        total = system.races.get(event.cloid, (SENT, ZERO))[1] + event.sz
        return event.cloid, "fill" if total >= size else "partial fill", event.sz
    return None, "", ZERO


def _happened(system: System, cloid: str, name: str, sz: Decimal, seen: Counter[Pair]) -> None:
    last, filled = system.races[cloid]
    if last != SENT:
        seen[last, name] += 1
    system.races = {**system.races, cloid: (name, filled + sz)}


_REFUSED = "a refused order was never on the book"
_ONCE = "the venue ends an order once"
_ONE_REPLY = "a place has one reply"
_OLD_REPLY = "a reply goes to the connection over which its order was sent, which a new life does not have"


def impossible() -> dict[Pair, str]:
    """Return the pairs that this venue cannot bring about, each with the reason."""
    found: dict[Pair, str] = {}
    for name in ("ack", "fill", "partial fill", "cancel-ack"):
        found["reject", name] = found[name, "reject"] = _REFUSED
    found["ack", "ack"] = found["reject", "reject"] = _ONE_REPLY
    found["cancel-ack", "cancel-ack"] = _ONCE
    found["fill", "cancel-ack"] = found["cancel-ack", "fill"] = _ONCE
    found["window", "window"] = "the shutdown window begins once a week"
    for name in ("ack", "reject"):
        found["restart", name] = found["disconnect", name] = _OLD_REPLY
    return found
