"""What makes two states of the small system one: everything that decides what can still happen, and nothing else.

Ids are replaced by numbers in the order in which they are met; times by what the maker can still tell apart: ages, no
older than the limit they are held against, and whether something was before the outstanding query, or just now.
Left out is what no later action depends on in these scopes (`UNREAD`); a test holds the list against the state's
fields, and another one that merged states go on alike.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from model import events
from model.actions import Action, Cancel, Place, Role
from model.config import MakerConfig
from model.orders import Order
from model.state import Attempt, MarketState, State, Suspect
from specs.system import System
from specs.system_parts import Message
from specs.system_venue import MARKET, Part

READ_STATE = frozenset(
    (
        "started_ms", "now_ms", "markets", "orders", "ended", "seen_fills", "settled", "connected", "waiting_since_ms",
        "query_ms", "last_query_ms", "last_answer_ms", "repeat_ms", "reconcile_asked", "shutdown", "stopped",
        "window_taken", "quiet_ms",
    )
)  # fmt: skip
UNREAD_STATE = {
    "life": "a number told by the start",
    "prefix": "part of the config",
    "requests": "the budget is never short here",
    "weekend": "no scope lasts to the next one",
    "gate": "no taker fill happens here, and the limit is 0",
    "next_cloid": "cloids are names",
    "foreign_orders": "decides a line of the log",
    "shutdown_reason": "decides a line of the log",
    "armed_ms": "the dead man's switch is off here",
    "reported": "decides lines of the log",
    "stats_logged_ms": "decides lines of the log",
}
READ_MARKET = frozenset(
    (
        "oracle_px", "mark_px", "book", "ladder_due", "requote_ms", "requote_oracle_px", "pending", "collected_buy",
        "collected_sell", "attempt", "attempt_ms", "attempts", "suspect", "contained_before_ms", "last_fill_ms",
    )
)  # fmt: skip
UNREAD_MARKET = {
    "market": "the same in all states",
    "quoted": "the same in all states",
    "oracle_ms": "prices do not grow old here",
    "wicks": "the dynamic offset is off here",
    "velocity": "the velocity skew is off here",
    "taker_net": "the taker has no position here",
    "adverse": "adverse selection is off here",
    "reported": "decides lines of the log",
    "uninformative_ms": "decides lines of the log",
    "valued": "follows from the prices and the position",
    "built": "follows from the prices, the position and what the config has a ladder follow",
    "priced": "follows from a collected amount and the mark",
}
READ_ORDER = frozenset(
    (
        "cloid", "side", "px", "size", "role", "level", "tif", "reduce_only", "sent_ms", "changed_ms", "told_remaining",
        "state", "oid", "seen_resting", "filled", "cancel_ms", "early_cancel", "rearmed", "resend_ms", "doubtful",
        "absent_once", "end", "answered",
    )
)  # fmt: skip
UNREAD_ORDER = {"market": "the same in all states"}

Key = tuple[Any, ...]


def key(system: System) -> Key:
    """Return the state's name: equal for states that go on alike."""
    names = Names(system)
    state = system.state
    held: Key = () if state is None else _maker(names, state)
    venue = system.venue
    book = tuple([(names(o.cloid), o.px, o.remaining) for o in venue.orders if o.own])
    # up to here the maker's and the venue's orders have their numbers; messages may name more
    under_way = tuple([(n, tuple([_message(names, m) for m in w])) for n, w in sorted(system.channels.items()) if w])
    return (
        held,
        book,
        venue.net,
        system.oracle,
        system.deeds,
        under_way,
        _untold(names, system),
        () if state is None else _remembered(names, state),
        system.connected,
        system.subscribed,
        state is None and system.now_ms > system.began_ms,
        max(0, system.window_ms - system.now_ms) if names.window else 0,
        system.watch,
        tuple([(n, system.races[c]) for c, n in names.numbers.items() if c in system.races]),
    )


class Names:
    """Numbers for cloids in the order in which they are met, and the times against which others are held."""

    __slots__ = (
        "cloid_of",
        "config",
        "connection",
        "contained_ms",
        "fills",
        "now_ms",
        "numbers",
        "query_ms",
        "seen",
        "window",
    )

    def __init__(self, system: System) -> None:
        self.numbers: dict[str, int] = {}
        self.cloid_of = system.venue.cloid_of
        self.config: MakerConfig = system.config
        self.connection = system.connection
        self.now_ms = system.now_ms
        self.fills: dict[tuple[int, str, int], int] = {}
        state = system.state
        self.query_ms = None if state is None else state.query_ms
        self.contained_ms = None if state is None else state.markets[MARKET].contained_before_ms
        self.seen = None if state is None else state.seen_fills
        self.window = system.window_ms - system.now_ms < NEAR_MS

    def __call__(self, cloid: str | None, oid: int | None = None) -> int:
        """Return the number of an order; 0: an order that only its oid names, or a foreign one."""
        name = cloid if cloid is not None else self.cloid_of.get(oid or 0)
        if name is None:
            return 0
        number = self.numbers.get(name)
        if number is None:
            number = self.numbers[name] = len(self.numbers) + 1
        return number

    def fill(self, identity: tuple[int, str, int]) -> Key:
        """Place a fill: which one, whether it was seen, and is or will be contained in a correction (L-4, L-7)."""
        number = self.fills.setdefault(identity, len(self.fills))
        contained = self.contained_ms is not None and identity[0] < self.contained_ms
        return number, self.seen is not None and identity in self.seen, contained, self.told(identity[0])

    def age(self, time_ms: int | None, most_ms: int) -> int | None:
        """Return how long ago something was, at most `most_ms`."""
        if time_ms is None:
            return None
        age = self.now_ms - time_ms
        return age if age < most_ms else most_ms

    def told(self, time_ms: int | None) -> int:
        """Place a time before the outstanding query, since it, or at this very moment."""
        if time_ms is None:
            return 0
        if time_ms >= self.now_ms:
            return 3
        return 2 if self.query_ms is not None and time_ms >= self.query_ms else 1

    def quiet(self, time_ms: int | None) -> Key:
        """Place a beginning of quiet: as any time, and whether the outstanding query was sent then or later (L-9).

        Of everything else, what was at the very moment of the query counts as since it.
        """
        asked = time_ms is not None and self.query_ms is not None and time_ms <= self.query_ms
        return self.told(time_ms), asked


NEAR_MS = 3_600_000
"""A shutdown window farther away than this is out of a scope's reach."""


def _maker(names: Names, state: State) -> Key:
    config, where = names.config, state.markets[MARKET]
    timeout = config.sent_timeout_ms
    waits = max(1000, timeout)
    return (
        tuple([_order(names, o) for o in state.orders.values()]),
        _market(names, where),
        state.settled or names.age(state.started_ms, 2 * timeout),
        state.connected,
        state.waiting_since_ms is None,
        names.age(state.query_ms, timeout),
        state.last_query_ms is not None and state.last_query_ms >= names.now_ms,
        state.last_query_ms is None,
        names.age(state.last_answer_ms, waits),
        None if state.repeat_ms is None else max(0, state.repeat_ms - names.now_ms),
        state.reconcile_asked,
        state.shutdown,
        state.stopped,
        state.window_taken is None,
        names.quiet(state.quiet_ms),
    )


def _market(names: Names, where: MarketState) -> Key:
    config = names.config
    return (
        where.oracle_px,
        where.mark_px,
        where.book.net,
        where.book.entry_unknown,
        where.ladder_due,
        names.age(where.requote_ms, config.requote_interval_ms),
        where.requote_oracle_px,
        where.pending,
        _answered(names, where.collected_buy),
        _answered(names, where.collected_sell),
        None if where.attempt is None else _attempt(names, where.attempt),
        names.age(where.attempt_ms, config.requote_interval_ms),
        where.attempts,
        None if where.suspect is None else _suspect(names, where, where.suspect),
        names.told(where.last_fill_ms),
    )


def _attempt(names: Names, attempt: Attempt) -> Key:
    return (
        names(attempt.cloid),
        attempt.size,
        attempt.filled,
        attempt.done_sz,
        attempt.lost,
        names.told(attempt.ended_ms),
        names.age(attempt.agreed_ms, 2 * names.config.sent_timeout_ms),
    )


def _suspect(names: Names, where: MarketState, suspect: Suspect) -> Key:
    filled_since = where.last_fill_ms is not None and where.last_fill_ms >= suspect.sent_ms
    return suspect.difference, names.age(suspect.sent_ms, 2 * names.config.sent_timeout_ms), filled_since


def _answered(names: Names, amount: Any) -> Key | None:
    if amount is None:
        return None
    return amount.size, amount.value, amount.level, amount.tries


def _order(names: Names, o: Order) -> Key:
    config = names.config
    unseen = not o.seen_resting
    sent_age = names.age(o.sent_ms, 2 * config.sent_timeout_ms) if unseen else None
    if o.role is Role.COUNTER:
        sent_age = names.age(o.sent_ms, max(config.counter_max_age_ms, 2 * config.sent_timeout_ms))
    return (
        names(o.cloid),
        o.side,
        o.px,
        o.size,
        o.role,
        o.level,
        o.tif,
        o.reduce_only,
        sent_age,
        names.told(o.changed_ms),
        o.told_remaining,
        o.state,
        o.oid is None,
        o.seen_resting,
        o.filled,
        names.age(o.cancel_ms, config.stale_cancel_timeout_ms or 10_000),
        o.early_cancel,
        o.rearmed,
        None if o.resend_ms is None else max(0, o.resend_ms - names.now_ms),
        o.doubtful,
        o.absent_once,
        o.end,
        _answered(names, o.answered),
    )


def _remembered(names: Names, state: State) -> Key:
    """Return the ended orders that something under way, or on the book, can still name (L-4)."""
    found = []
    for cloid, number in names.numbers.items():
        if cloid not in state.orders:
            ended = state.ended.find(cloid, names.now_ms)
            if ended is not None:
                found.append((number, names.told(ended.ended_ms), _order(names, ended.order)))
    return tuple(found)


def _untold(names: Names, system: System) -> Key:
    """Return the fills not told yet: a snapshot can tell those of an outage, or lost by their stream (L-4)."""
    return tuple([_part(names, part) for part in system.venue.recent if _is_new(part, system.state)])


def _is_new(part: Part, state: State | None) -> bool:
    values = part[1]
    return state is not None and (values[3], values[0], values[4]) not in state.seen_fills


def _message(names: Names, message: Message) -> Key:
    parts = tuple([_part(names, part) for part in message.parts])
    actions = tuple([_action(names, action) for action in message.actions])
    sent = names.age(message.sent_ms, 2_000) if not message.parts else 0
    # what the venue answers to a batch or a query of an earlier connection goes nowhere
    lost = bool(actions) and message.connection != names.connection
    return actions, parts, message.age, sent, lost


def _action(names: Names, action: Action) -> Key:
    if isinstance(action, Place):
        return "place", names(action.cloid), action.side, action.px, action.sz, action.tif, action.reduce_only
    if isinstance(action, Cancel):
        return "cancel", names(action.cloid, action.oid), action.oid is None
    return ("query",)


def _part(names: Names, part: Part) -> Key:
    kind, values = part
    if kind is events.OpenOrders:
        sent_ms, orders, positions = values
        told = tuple([(names(o.cloid), o.remaining) for o in orders])
        return "answer", sent_ms == names.query_ms, names.age(sent_ms, 4_000), told, positions[0].size
    if kind is events.Oracle:
        return "oracle", values[1]
    if kind is events.Fill:
        sz: Decimal = values[7]
        return "fill", names(values[1]), values[5], values[6], sz, names.fill((values[3], values[0], values[4]))
    rest = tuple([v for v in values[3:] if not isinstance(v, str) or v in ("place", "cancel")])
    return kind.__name__, names(values[1], values[2]), values[1] is None, rest
