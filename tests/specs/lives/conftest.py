"""Hand-made journals for the monitors on orders, fills, limits, halts and hours: told and true, side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal as D
from typing import Any

import pytest

from model import actions, events, journal
from model.actions import Cancel, Place, QueryOpenOrders, Role, Side, Tif
from model.config import MakerConfig
from model.journal import Owner
from model.market import Market
from specs import (
    answering,
    asking,
    dead_man,
    exposures,
    failures,
    fills,
    growth,
    leaving,
    logs,
    orders,
    requotes,
    resuming,
    risk,
    sessions,
    withdrawals,
)
from specs.panel import Panel
from specs.spec import Outcome, Word

SATURDAY_MS = 1_770_468_000_000
SUNDAY_2059_MS = 1_770_584_340_000
GOLD = "xyz:GOLD"
MONITORS = tuple(
    monitor
    for part in (
        *(orders, fills, risk, exposures, sessions),
        *(answering, asking),
        *(withdrawals, resuming, requotes, leaving, growth, failures, dead_man, logs),
    )
    for monitor in part.MONITORS
)
FEATURES = ("attribution", "books", "cancel_by_cloid", "counter_order", "dynamic_offset", "reconcile")


class Story:
    """A run written by hand. The bounds are those of R = 400 ms, T = 250 ms and the default config:

    B-stale 13 050, B-recover 21 700, B-shutdown 45 750 ms.
    """

    def __init__(self, config: MakerConfig, now_ms: int, features: tuple[str, ...], settle: bool) -> None:
        self.config = config
        self.markets = (Market(GOLD, 3),)
        self.panel = Panel(None, MONITORS)
        self.now_ms = now_ms
        self.life = 0
        self._oids: dict[str, int] = {}
        self._names = 0
        self._tids = 0
        self.net = D(0)
        self.taker = D(0)
        head = (now_ms, "hand-made", 0, "hand", config, self.markets)
        self.see(journal.RunStarted(*head, timer_ms=250, round_trip_ms=400, delivery_ms=400, features=features))
        self.begin(settle=settle)

    def see(self, record: journal.Record) -> None:
        """Record what happens in the world."""
        self.panel.observe(record)

    def tell(self, event: events.Start | events.Event, *reply: actions.Action, mm_fill: bool | None = None) -> None:
        """Play a turn: the event, and the maker's reply."""
        self.see(journal.Turn(event.now_ms, self.life, event, journal.Reply(reply, (), mm_fill)))

    def begin(
        self, *reply: actions.Action, settle: bool = True, after_ms: int = 0, open_orders: tuple[Place, ...] = ()
    ) -> None:
        """Begin a life, and answer the start's repeated query (S-5) unless told not to."""
        self.now_ms += after_ms
        self.life += 1
        told = tuple(self.listed(order) for order in open_orders)
        held = (events.Position(GOLD, self.net + self.taker, self.taker),)
        self.tell(events.Start(self.now_ms, self.life, self.config, self.markets, told, held), *reply)
        if settle:
            self.timer(5000, QueryOpenOrders())
            self.answer(after_ms=100)

    def timer(self, after_ms: int = 250, *reply: actions.Action) -> None:
        """Let time pass."""
        self.now_ms += after_ms
        self.tell(events.Timer(self.now_ms), *reply)

    def oracle(self, px: str, *reply: actions.Action, mark: str | None = "", after_ms: int = 1000) -> None:
        """Tell oracle and mark of GOLD; the mark is the oracle unless given."""
        self.now_ms += after_ms
        mark_px = None if mark is None else D(mark or px)
        self.tell(events.Oracle(self.now_ms, GOLD, D(px), mark_px), *reply)

    def rests(self, order: Place, *reply: actions.Action, told: bool = True, owner: str = Owner.MAKER) -> None:
        """Let an order rest at the venue, and tell it."""
        self.now_ms += 100
        oid = self._oids[order.cloid] = len(self._oids) + 1
        shape = (order.market, oid, order.cloid, order.side, order.px, order.sz, order.tif, order.reduce_only)
        self.see(journal.OrderOpened(self.now_ms, owner, *shape))
        if told:
            self.tell(events.Resting(self.now_ms, order.market, order.cloid, oid, order.px, order.sz), *reply)

    def fills(
        self,
        order: Place,
        *reply: actions.Action,
        sz: str | None = None,
        told: bool = True,
        mm_fill: bool | None = True,
    ) -> events.Fill:
        """Fill an order at the venue, wholly unless told, and tell it; returns the fill."""
        self.now_ms += 100
        self._tids += 1
        size = order.sz if sz is None else D(sz)
        self.net += order.side.sign * size
        oid = self._oids.setdefault(order.cloid, len(self._oids) + 1)
        names = (order.market, oid, order.cloid, self._tids, order.side, order.px, size)
        self.see(journal.Traded(self.now_ms, Owner.MAKER, *names, False, D(0), D(0)))
        if size == order.sz and order.tif is not Tif.IOC:
            self.closed(order, "filled")
        when = (self.now_ms, order.market, order.cloid, oid, self.now_ms, self._tids)
        fill = events.Fill(*when, order.side, order.px, size)
        if told:
            self.tell(fill, *reply, mm_fill=mm_fill)
        return fill

    def closed(self, order: Place, reason: str = "canceled") -> None:
        """Take an order off the venue's book."""
        names = (order.market, self._oids[order.cloid], order.cloid, reason, D(0))
        self.see(journal.OrderClosed(self.now_ms, Owner.MAKER, *names))

    def canceled(self, order: Place, *reply: actions.Action) -> None:
        """Cancel an order at the venue, and tell it."""
        self.now_ms += 100
        self.closed(order)
        self.tell(events.Canceled(self.now_ms, order.market, order.cloid, self._oids[order.cloid]), *reply)

    def executed(self, order: Place, filled: str, *, there: str | None = None) -> None:
        """Execute a close at the venue: fill, then its last word."""
        sz = D(filled)
        if sz:
            self.fills(order, sz=filled)
        self.now_ms += 50
        oid = self._oids.setdefault(order.cloid, len(self._oids) + 1)
        shape = (order.market, oid, order.cloid, order.side, order.px, order.sz, True, sz)
        self.see(journal.OrderExecuted(self.now_ms, Owner.MAKER, *shape, D(there or filled)))
        self.tell(events.Done(self.now_ms, order.market, order.cloid, oid, sz))

    def taker_fill(
        self, side: Side, sz: str, *reply: actions.Action, pnl: str = "0", mm_fill: bool | None = None
    ) -> None:
        """Fill an order of the other strategy, and tell it."""
        self.now_ms += 100
        self._tids += 1
        self.taker += side.sign * D(sz)
        names = (GOLD, 9999, "0xtaker", self._tids, side, D(100), D(sz))
        self.see(journal.Traded(self.now_ms, Owner.TAKER, *names, True, D(0), D(pnl)))
        when = (self.now_ms, GOLD, "0xtaker", 9999, self.now_ms, self._tids)
        self.tell(events.TakerFill(*when, side, D(100), D(sz), closed_pnl=D(pnl)), *reply, mm_fill=mm_fill)

    def answer(self, *reply: actions.Action, orders: tuple[Place, ...] = (), after_ms: int = 100) -> None:
        """Answer the query that the last turn sent: these orders, the venue's positions."""
        sent_ms = self.now_ms
        self.now_ms += after_ms
        told = tuple(self.listed(order) for order in orders)
        held = (events.Position(GOLD, self.net + self.taker, self.taker),)
        self.tell(events.OpenOrders(self.now_ms, sent_ms, told, held), *reply)

    def listed(self, order: Place) -> events.OpenOrder:
        """Return an order as an answer tells it."""
        oid = self._oids[order.cloid]
        return events.OpenOrder(order.market, oid, order.cloid, order.side, order.px, order.sz, order.reduce_only)

    def signal(self, *reply: actions.Action, reason: str = "signal") -> None:
        """Tell the maker to shut down."""
        self.now_ms += 100
        self.tell(events.Shutdown(self.now_ms, reason), *reply)

    def crash(self) -> None:
        """Let the maker's process die."""
        self.now_ms += 100
        self.see(journal.Crashed(self.now_ms, self.life))

    def books(self, *held: Place, net: str = "0", quiescent: bool = True) -> None:
        """Ask the maker what it believes."""
        booked = tuple(
            journal.BookedOrder(o.cloid, None, GOLD, o.side, o.px, o.sz, "ladder", 0, "resting") for o in held
        )
        position = (journal.BookedPosition(GOLD, D(net), None, D(0)),)
        books = journal.Books(booked, position, halted=False, shutdown="none")
        self.see(journal.BooksTold(self.now_ms, self.life, books, quiescent))

    def rung(self, side: Side = Side.BUY, px: str = "99.8", sz: str = "1", level: int = 0) -> Place:
        """Make a ladder order."""
        return Place(self.name(), GOLD, side, D(px), D(sz), Tif.ALO, role=Role.LADDER, level=level)

    def counter(self, side: Side = Side.SELL, px: str = "100.2", sz: str = "1") -> Place:
        """Make a counter-order as it was reviewed: good til cancelled."""
        return Place(self.name(), GOLD, side, D(px), D(sz), Tif.GTC, role=Role.COUNTER)

    def close(self, side: Side = Side.SELL, px: str = "99.5", sz: str = "1") -> Place:
        """Make a closing order: 50 bps through a mark of 100."""
        return Place(self.name(), GOLD, side, D(px), D(sz), Tif.IOC, reduce_only=True, role=Role.FLATTEN)

    def cancel(self, order: Place) -> Cancel:
        """Make a cancel by cloid."""
        return Cancel(order.market, cloid=order.cloid)

    def name(self) -> str:
        """Return a fresh cloid."""
        self._names += 1
        return f"0x{self._names:032x}"

    def end(self, spec_id: str, *, settled: bool = True) -> Outcome:
        """End the run and give one spec's outcome."""
        self.see(journal.RunEnded(self.now_ms, (), (), settled))
        return self.outcome(spec_id)

    def outcome(self, spec_id: str) -> Outcome:
        """Give one spec's outcome, the run as it stands."""
        return next(outcome for outcome in self.panel.outcomes() if outcome.spec_id == spec_id)

    def word(self, spec_id: str) -> Word:
        """End the run and give one spec's word."""
        return self.end(spec_id).word


@pytest.fixture
def story() -> Callable[..., Story]:
    """Return a writer of stories: call it with the config's changed values."""

    def write(
        now_ms: int = SATURDAY_MS, features: tuple[str, ...] = FEATURES, settle: bool = True, **changed: Any
    ) -> Story:
        values: dict[str, Any] = {
            "enabled": True,
            "num_levels": 3,
            "size_per_level_usd": D(100),
            "max_position_usd": D(1000),
            "counter_order_enabled": True,
        }
        return Story(replace(MakerConfig(), **{**values, **changed}), now_ms, features, settle)

    return write
