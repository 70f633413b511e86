"""A small closed system for the exhaustive search: the real maker, a small venue, and everything between them.

A `System` is one state. `system_moves.moves` lists what can happen next, `System.after` lets it happen. Time passes
in steps of `STEP_MS`, and any number of things happen within one step, in any order; a message is told at the latest
in the step after that of its sending, unless a delay is spent on it. What the world may do is bounded by budgets.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import groupby

from model import events, maker
from model.actions import Action, Cancel, Place, Side, Tif
from model.config import MakerConfig
from model.events import Event, Start
from model.journal import Reply
from model.session import QUOTING_MS, WEEK_MS
from model.state import State
from specs.system_parts import (
    CHANNELS,
    DEEDS,
    FOREIGN,
    MARKETS,
    OPENING_MS,
    ORACLES,
    STEP_MS,
    Message,
    Move,
    Sent,
    Told,
    quotes,
)  # fmt: skip
from specs.system_venue import MARKET, Part, SmallVenue

_AT = {name: index for index, name in enumerate(DEEDS)}
_DOWN = CHANNELS[2:]


class System:
    """One state of maker, venue and what is between them. Everything shared between forks is never changed.

    `deeds`: what is left of the budgets; `state`: the maker's, None while it is dead; `turns`: of the last move.
    `prices`: which of `ORACLES` can be told.
    """

    __slots__ = (
        "began_ms",
        "channels",
        "config",
        "connected",
        "connection",
        "deeds",
        "life",
        "now_ms",
        "oracle",
        "prices",
        "races",
        "sent",
        "started_ms",
        "state",
        "subscribed",
        "told",
        "turns",
        "venue",
        "watch",
        "window_ms",
    )  # fmt: skip

    channels: dict[str, tuple[Message, ...]]
    state: State | None
    turns: list[Told]
    sent: dict[str, Sent]

    def __init__(self, config: MakerConfig, start_ms: int) -> None:
        self.config = config
        self.now_ms = self.began_ms = self.started_ms = start_ms
        self.window_ms = start_ms - (start_ms - OPENING_MS) % WEEK_MS + QUOTING_MS
        self.venue = SmallVenue()
        self.channels = {}
        self.connected = self.subscribed = True
        self.connection = 1
        self.life = 0
        self.oracle: int | None = None
        self.prices = tuple(range(len(ORACLES)))
        self.deeds = (1_000,) * len(DEEDS)
        self.sent = {}
        self.races: dict[str, tuple[str, Decimal]] = {}
        self.told: frozenset[tuple[int, int]] = frozenset()
        self.watch: object = None
        self.turns = []
        self.state = None
        self._start()

    def fork(self) -> System:
        """Return a copy that may be changed, with no turn yet."""
        new = System.__new__(System)
        new.config, new.now_ms, new.began_ms, new.window_ms = self.config, self.now_ms, self.began_ms, self.window_ms
        new.started_ms, new.venue = self.started_ms, self.venue.fork()
        new.channels = dict(self.channels)
        new.connected, new.subscribed, new.connection = self.connected, self.subscribed, self.connection
        new.life, new.oracle, new.deeds, new.sent = self.life, self.oracle, self.deeds, self.sent
        new.prices = self.prices
        new.races, new.watch, new.told = self.races, self.watch, self.told
        new.state, new.turns = self.state, []
        return new

    def after(self, move: Move) -> System:
        """Return the state after a move; this one stays as it is."""
        new = self.fork()
        _DO[move.name](new, move)
        return new

    def own(self, cloid: str | None) -> bool:
        """Tell whether an order is the maker's, by having seen it sent."""
        return cloid in self.sent

    def cloid(self, cloid: str | None, oid: int | None) -> str | None:
        """Return the cloid of what an event or action names."""
        return cloid if cloid is not None else self.venue.cloid_of.get(oid or 0)

    def left(self, name: str) -> int:
        """Return how often a deed may still be done."""
        return self.deeds[_AT[name]]

    # -- what happens

    def _carry(self, move: Move) -> None:
        """Hand over one message; a fault may meet it on its way."""
        name = move.channel
        waiting = self.channels[name]
        message = waiting[move.at]
        self.channels[name] = waiting[: move.at] + waiting[move.at + 1 :]
        if move.fault:
            self._spend(move.fault)
        if move.fault in ("lose_place", "lose_cancel", "query_lost", "lose_fill"):
            return
        if name == "orders":
            self._execute(message, move.fault)
        elif name == "queries":
            if message.connection == self.connection:
                self._put("info", (), (self.venue.account(message.sent_ms),))
        elif name == "subscription":
            self._subscribe(message)
        else:
            for kind, values in message.parts:
                self._tell(kind(self.now_ms, *values))
            if move.fault == "duplicate_fill":
                self._put("again", (), message.parts)

    def _execute(self, message: Message, fault: str) -> None:
        """Let the venue take a batch: its replies in one message, what happened in the streams."""
        parts: list[Part] = []
        for action in message.actions:
            if fault in ("refuse_place", "refuse_cancel"):
                part: Part | None = _not_sent(action)
            elif isinstance(action, Place):
                part = self.venue.place(self.now_ms, action, post_only_mode=fault == "post_only_mode")
            else:
                assert isinstance(action, Cancel)
                part = self.venue.cancel(action)
            if part is not None:
                parts.append(part)
        if fault == "unknown_reply":
            parts = [_unknown(action) for action in message.actions]
        if parts and fault != "lose_reply" and message.connection == self.connection:
            self._put("replies", (), tuple(parts))
        self._flush()

    def _flush(self) -> None:
        """Give the streams what has happened at the venue."""
        venue = self.venue
        for name, parts in (("fills", venue.fills), ("updates", venue.updates)):
            if parts and self.subscribed:
                self._put(name, (), parts)
        venue.fills = venue.updates = ()

    def _put(self, channel: str, actions: tuple[Action, ...], parts: tuple[Part, ...]) -> None:
        message = Message(actions, parts, self.now_ms, 0, self.connection)
        self.channels[channel] = (*self.channels.get(channel, ()), message)

    def _tell(self, event: Event) -> None:
        """Tell the maker an event, if it lives, and send what it answers."""
        if self.state is None:
            return
        self.state, reply = maker.step(self.config, self.state, event)
        self._answered(event, reply)

    def _answered(self, event: Event | Start, reply: Reply) -> None:
        self.turns.append(Told(event, reply))
        placed = {a.cloid: Sent(a, self.life) for a in reply.actions if isinstance(a, Place)}
        if placed:
            self.sent = {**self.sent, **placed}
        for kind, group in groupby(reply.actions, kind_of):
            actions = tuple(group)
            if kind == "query":
                if self.connected:
                    self._put("queries", actions, ())
            elif self.connected:
                self._put("orders", actions, ())
            else:
                for action in actions:
                    self._put("local", (), (_not_sent(action),))

    def _start(self) -> None:
        """Begin a life with what the venue tells of the account."""
        self.life += 1
        venue = self.venue
        fills = tuple(events.Fill(self.now_ms, *values) for _, values in venue.recent)
        start = Start(self.now_ms, self.life, self.config, MARKETS, venue.open_orders(), venue.positions(), fills)
        self.state, reply = maker.begin(start)
        self._answered(start, reply)
        self._tell_prices()

    def _tell_prices(self) -> None:
        if self.oracle is not None and self.subscribed:
            px = ORACLES[self.oracle]
            self._put("prices", (), ((events.Oracle, (MARKET, px, px)),))

    def _wait(self, move: Move) -> None:
        """Let a step of time pass; the timer is told, unless the process stands still."""
        if move.fault:
            self._spend(move.fault)
        self.now_ms += STEP_MS
        self.channels = {
            name: tuple(m._replace(age=m.age + 1) for m in waiting)
            for name, waiting in self.channels.items()
            if waiting
        }
        if move.fault != "silence":
            self._tell(events.Timer(self.now_ms))

    def _price(self, move: Move) -> None:
        self._spend("price")
        self.oracle = move.at
        self._tell_prices()
        bid, ask = quotes(move.at)
        self.venue.quote(self.now_ms, bid, ask)
        self._flush()

    def _trade(self, move: Move) -> None:
        """Let the world take the maker's best order of a side, whole or half of it."""
        self._spend(move.name)
        side = (Side.BUY, Side.SELL)[move.at]
        best = self.venue.best(side)
        if best is not None:
            sz = best.remaining if move.name == "trade" else best.remaining / 2
            self.venue.trade(self.now_ms, side.opposite, best.px, sz)
            self._flush()

    def _taker(self, move: Move) -> None:
        """Let the other strategy meet the maker's best order of a side: the venue cancels it, unasked."""
        self._spend("taker")
        side = (Side.BUY, Side.SELL)[move.at]
        best = self.venue.best(side)
        if best is not None:
            self.venue.taker_crosses(side.opposite, best.px)
            self._flush()

    def _foreign(self, _move: Move) -> None:
        """Rest an order of the other strategy, far from the market."""
        self.venue.taker_rests(FOREIGN.side, FOREIGN.px, FOREIGN.sz)
        self._flush()

    def _signal(self, _move: Move) -> None:
        self._spend("signal")
        self._tell(events.Shutdown(self.now_ms, "signal"))

    def _drop(self) -> None:
        """Lose the connection, and what was under way to the maker."""
        self.connection += 1
        self.connected = self.subscribed = False
        for name in _DOWN:
            self.channels.pop(name, None)

    def _disconnect(self, _move: Move) -> None:
        self._spend("disconnect")
        self._drop()
        self._tell(events.Disconnected(self.now_ms))

    def _reconnect(self, _move: Move) -> None:
        self.connection += 1
        self.connected = True
        self._tell(events.Connected(self.now_ms))
        self._put("subscription", (), ())

    def _subscribe(self, message: Message) -> None:
        """Take a subscription: the venue's recent fills and an answer, then prices and the streams."""
        self.subscribed = True
        snapshot = tuple((kind, (*values, True)) for kind, values in self.venue.recent)
        self._put("fills", (), (*snapshot, self.venue.account(message.sent_ms)))
        self._tell_prices()

    def _crash(self, _move: Move) -> None:
        self._spend("crash")
        self._drop()
        self.state = None

    def _restart(self, _move: Move) -> None:
        self.connection += 1
        self.connected = self.subscribed = True
        self.began_ms = self.now_ms
        self._start()

    def _spend(self, name: str) -> None:
        at = _AT[name]
        self.deeds = (*self.deeds[:at], self.deeds[at] - 1, *self.deeds[at + 1 :])


_DO: dict[str, Callable[[System, Move], None]] = {
    "carry": System._carry,
    "wait": System._wait,
    "price": System._price,
    "trade": System._trade,
    "partial": System._trade,
    "taker": System._taker,
    "foreign": System._foreign,
    "signal": System._signal,
    "disconnect": System._disconnect,
    "reconnect": System._reconnect,
    "crash": System._crash,
    "restart": System._restart,
}
MOVES = frozenset(_DO)
"""The names of all moves."""


def kind_of(action: Action) -> str:
    """Return the class of an action; neighbours of one class travel together."""
    if isinstance(action, Place):
        return "posting" if action.tif is Tif.ALO else "crossing"
    return "cancels" if isinstance(action, Cancel) else "query"


def _not_sent(action: Action) -> Part:
    assert isinstance(action, Place | Cancel)
    oid, name = (action.oid, "cancel") if isinstance(action, Cancel) else (None, "place")
    return events.SendFailed, (MARKET, action.cloid, oid, "", name)


def _unknown(action: Action) -> Part:
    assert isinstance(action, Place | Cancel)
    oid, name = (action.oid, "cancel") if isinstance(action, Cancel) else (None, "place")
    return events.Unknown, (MARKET, action.cloid, oid, name)
