"""What must hold in every state of the small system, said of what the venue shows and of what the maker does and books.

The statements are those of the catalogue, for this scope. `Facts` is what was told, kept apart from the maker: a
maker that forgets what it was told is judged by what it was told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from model.actions import Cancel, Place, Role, Side
from model.events import Connected, Disconnected, Fill, OpenOrders, Oracle, Shutdown, Start
from model.state import State
from specs.system import System
from specs.system_parts import STEP_MS, Move, Told
from specs.system_venue import MARKET, ZERO

BPS = Decimal(10_000)
JUDGED = (
    "CTR-2", "CTR-3", "CTR-4", "CTR-5", "ORD-1", "ORD-2", "ORD-9", "ORD-11", "ORD-12", "HLT-1", "FIL-1", "FIL-2",
    "INV-2", "INV-3", "SES-1",
)  # fmt: skip
"""The specs that are judged in every state."""

Found = tuple[str, str]
"""A spec and the fact that breaks it."""


class Facts(NamedTuple):
    """What the maker was told in its present life.

    `waiting`: of an outage, until an answer after it; `net`: the position by the fills told; `disturbed`: a fault was
    spent on this path, in any life.
    """

    waiting: bool = False
    settled: bool = False
    stopped: str = ""
    net: Decimal = ZERO
    mark_px: Decimal | None = None
    disturbed: bool = False


def judge(before: System, after: System, move: Move, met: Counter[str]) -> list[Found]:
    """Judge one move: take in what was told, then look at what was done and at the state it left."""
    found: list[Found] = []
    watch = before.watch
    facts = watch if isinstance(watch, Facts) else Facts()
    if move.fault or move.name in ("disconnect", "crash", "taker"):
        facts = facts._replace(disturbed=True)
    used: set[str] = set()
    for turn in after.turns:
        facts, known = _taken(facts, after, turn, met)
        found += known
        found += _named(before, turn, used)
        if turn.reply.actions:
            found += _sent(facts, before, after, turn, met)
        if any(line.code == "shutdown_done" for line in turn.reply.log):
            met["ORD-1"] += 1
            found += [("ORD-1", f"{o.cloid} is live when shutdown_done is logged") for o in after.venue.orders if o.own]
    if after.state is not None:
        found += _books(facts, after, after.state, met)
    after.watch = facts
    return found


# -- what was told


def _taken(facts: Facts, system: System, turn: Told, met: Counter[str]) -> tuple[Facts, list[Found]]:
    """Return what is known after a turn, and what is wrong with how it was taken (FIL-1, FIL-2)."""
    event, found = turn.event, []
    if isinstance(event, Start):
        net = sum((p.size for p in event.positions), ZERO)
        facts = Facts(net=net, disturbed=facts.disturbed)
        system.told = frozenset((f.time_ms, f.tid) for f in event.fills)
    elif isinstance(event, Fill):
        met["FIL-2"] += 1
        if turn.reply.mm_fill is not True:
            found.append(("FIL-2", f"the fill of own order {event.cloid} is not attributed to the maker"))
        identity = (event.time_ms, event.tid)
        met["FIL-1"] += 1
        if identity not in system.told:
            system.told |= {identity}
            facts = facts._replace(net=facts.net + event.side.sign * event.sz)
    elif isinstance(event, Oracle):
        facts = facts._replace(mark_px=event.mark_px)
    elif isinstance(event, Shutdown):
        facts = facts._replace(stopped=event.reason)
    elif isinstance(event, Disconnected | Connected):
        facts = facts._replace(waiting=True)
    elif isinstance(event, OpenOrders):
        asked_late = event.sent_ms >= system.began_ms + system.config.sent_timeout_ms
        facts = facts._replace(waiting=facts.waiting and not system.connected, settled=facts.settled or asked_late)
    if system.now_ms >= system.window_ms and not facts.stopped:
        facts = facts._replace(stopped="window")
    if any(line.code == "position_corrected" for line in turn.reply.log) and system.state is not None:
        facts = facts._replace(net=system.state.markets[MARKET].book.net)
    return facts, found


# -- what was done


def _sent(facts: Facts, before: System, system: System, turn: Told, met: Counter[str]) -> Iterator[Found]:
    """Judge what was sent in one turn."""
    halted = "a signal" if facts.stopped else "an outage" if facts.waiting else "" if facts.settled else "the start"
    for action in turn.reply.actions:
        if isinstance(action, Cancel):
            met["ORD-12"] += 1
            if not system.own(system.cloid(action.cloid, action.oid)):
                yield "ORD-12", f"a cancel names {action.cloid or action.oid}, which is no own order"
        elif isinstance(action, Place):
            met["ORD-11"] += 1
            if not action.reduce_only:
                yield from _risk(facts, system, action, halted, met)
            if action.role is Role.COUNTER:
                yield from _counter(before, system, action, met)


def _named(before: System, turn: Told, used: set[str]) -> Iterator[Found]:
    """Judge the names of new orders, by those used before in any life (ORD-11)."""
    for action in turn.reply.actions:
        if isinstance(action, Place):
            if action.cloid in used or before.own(action.cloid):
                yield "ORD-11", f"the cloid {action.cloid} is used twice"
            used.add(action.cloid)


def _risk(facts: Facts, system: System, place: Place, halted: str, met: Counter[str]) -> Iterator[Found]:
    """Judge a placement that may add risk."""
    for name in ("HLT-1", "SES-1", "INV-3", "INV-2", "ORD-9"):
        met[name] += 1
    if halted:
        yield "HLT-1", f"{place.role} {place.cloid} is placed while halted by {halted}"
    if facts.stopped:
        yield "SES-1", f"{place.role} {place.cloid} is sent after the shutdown began ({facts.stopped})"
    for order in system.venue.orders:
        if order.own and order.side is not place.side and (place.px - order.px) * place.side.sign >= 0:
            yield "ORD-9", f"{place.cloid} at {place.px} meets the own order {order.cloid} at {order.px}"
    mark = facts.mark_px
    if mark is None:
        return
    limit = system.config.max_position_usd
    held = facts.net * place.side.sign
    exposed = max(ZERO, held + _open(system, place.side)) * mark
    if exposed > limit:
        yield "INV-3", f"with {place.cloid} the {place.side} side is exposed by {exposed} USD, over {limit}"
    adds = facts.net * place.side.sign > 0
    if adds and abs(facts.net) * mark >= limit * system.config.inventory_warn_ratio:
        yield "INV-2", f"{place.cloid} adds to a position of {facts.net} at the warning ratio"


def _under_way(system: System) -> Iterator[Place]:
    for message in system.channels.get("orders", ()):
        yield from (action for action in message.actions if isinstance(action, Place))


def _open(system: System, side: Side) -> Decimal:
    """Return what can still be filled on a side, on the book and on its way: nothing told has ended that."""
    resting = sum((o.remaining for o in system.venue.orders if o.own and o.side is side and not o.reduce_only), ZERO)
    return resting + sum((p.sz for p in _under_way(system) if p.side is side and not p.reduce_only), ZERO)


def _counter(before: System, system: System, place: Place, met: Counter[str]) -> Iterator[Found]:
    """Judge a counter-order by the orders whose fills it answers (L-8)."""
    answered = [system.sent[cloid].place for cloid in place.answers if cloid in system.sent]
    for name in ("CTR-2", "CTR-3", "CTR-4", "CTR-5"):
        met[name] += 1
    live = [o.cloid for o in system.venue.orders if o.own and system.sent[o.cloid].place.role is Role.COUNTER]
    coming = [p.cloid for p in _under_way(system) if p.role is Role.COUNTER]
    most = system.config.counter_max_open
    if most and len(live) + len(coming) > most:
        yield "CTR-4", f"{len(live) + len(coming)} counter-orders are open, over {most}"
    for order in answered:
        if order.role is not Role.LADDER:
            yield "CTR-5", f"{place.cloid} answers {order.cloid}, a {order.role} order"
        if order.side is place.side:
            yield "CTR-2", f"{place.cloid} is on the side of {order.cloid}, whose fill it answers"
        better = (place.px - order.px) * -place.side.sign
        if len(answered) == 1 and better < order.px * system.config.fee_buffer_bps / BPS:
            yield "CTR-2", f"{place.cloid} at {place.px} is less than the fee better than the fill at {order.px}"
    filled = sum((before.races[o.cloid][1] for o in answered if o.cloid in before.races), ZERO)
    told = [turn.event for turn in system.turns if isinstance(turn.event, Fill)]
    filled += sum((fill.sz for fill in told if fill.cloid in place.answers), ZERO)
    if answered and place.sz > filled:
        yield "CTR-3", f"{place.cloid} of {place.sz} is larger than the fills of {filled} that it answers"


# -- what is booked


def _books(facts: Facts, system: System, state: State, met: Counter[str]) -> Iterator[Found]:
    """Compare the books with what was told and with the venue."""
    net = state.markets[MARKET].book.net
    if net != facts.net:
        yield "FIL-1", f"the books say {net}, the fills told {facts.net}"
    for order in system.venue.orders:
        if order.own and system.sent[order.cloid].life == system.life:
            met["ORD-1"] += 1
            if order.cloid not in state.orders:
                yield "ORD-1", f"{order.cloid} rests at the venue and is in nobody's books"
    if not facts.disturbed:
        yield from _ghosts(system, state, met)


def _ghosts(system: System, state: State, met: Counter[str]) -> Iterator[Found]:
    """Find booked orders that are neither live, nor on their way, nor about to be told their end (ORD-2)."""
    live = {o.cloid for o in system.venue.orders}
    for cloid in state.orders:
        met["ORD-2"] += 1
        if cloid not in live and cloid not in named(system):
            yield "ORD-2", f"{cloid} is booked as live, and nothing is under way about it"


def named(system: System) -> set[str]:
    """Return the cloids that something under way names."""
    found: set[str | None] = set()
    for waiting in system.channels.values():
        for message in waiting:
            for action in message.actions:
                if isinstance(action, Place | Cancel):
                    oid = action.oid if isinstance(action, Cancel) else None
                    found.add(system.cloid(action.cloid, oid))
            for _, values in message.parts:
                if len(values) > 3:
                    found.add(system.cloid(values[1], values[2]))
    return {cloid for cloid in found if cloid is not None}


# -- what must come to an end


def bounds_ms(system: System) -> tuple[int, int]:
    """Return B-recover and B-shutdown of these runs; a message takes at most two steps each way."""
    config, step = system.config, STEP_MS
    r, t = 4 * step, step
    stale = config.stale_cancel_timeout_ms or 10_000
    recover = 3 * r + 2 * config.sent_timeout_ms + stale + 2 * t
    closing = config.flatten_max_attempts * (config.requote_interval_ms + r + t)
    return recover, recover + closing + 2 * (config.sent_timeout_ms + r)
