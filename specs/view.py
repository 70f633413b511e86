"""What all monitors know of a run: one shared view, updated once per record before any monitor is called.

Two truths are kept beside each other: what the maker of the present life was told (`told`, `orders.open`,
`positions.net`, `halts`, `stops`), and what the venue holds (`orders.live`, `positions.mm`). Nothing here is the
maker's: no belief, no kernel. Times are ms; `now_ms` never goes back (N-5).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from model import actions, events, journal
from model.actions import COUNTER, FLATTEN, LADDER, Role, Side
from model.config import MakerConfig
from model.market import Market
from specs.bounds import Bounds
from specs.halts import Halts
from specs.own import ZERO, OwnOrder, Told, inferred_role
from specs.own_orders import Orders
from specs.positions import Positions
from specs.pricing import Pricing
from specs.stops import Stop, Stops
from specs.surroundings import Around, around

HALTING = frozenset((events.Disconnected, events.Connected, events.OpenOrders))
"""Events that begin or end a halt by themselves."""


class View:
    """The shared knowledge of a run. Read-only for monitors."""

    def __init__(self) -> None:
        self.run: journal.RunStarted | None = None
        self.ended: journal.RunEnded | None = None
        self.failed: journal.MakerFailed | None = None
        self.books: journal.Books | None = None
        self.config = MakerConfig()
        self.features: frozenset[str] = frozenset()
        self.bounds = Bounds(self.config, 0, 0)
        self.markets: dict[str, Market] = {}
        self.all_markets: dict[str, None] = {}
        self.index = -1
        self.now_ms = 0
        self.began_ms = 0
        self.turns = 0
        self.actions = 0
        # The present life.
        self.start: events.Start | None = None
        self.life = 0
        self.life_ms = 0
        self.life_count = 0
        self.crashed = False
        self.event_ms = 0
        self.heard_event: events.Start | events.Event | None = None
        self.previous_event_ms = 0
        self.connected = True
        self.told: dict[str, Told] = {}
        self.fill_fresh = False
        self.fill_order: OwnOrder | None = None
        self.new_stop: Stop | None = None
        self.counter_due: dict[tuple[str, Side], Decimal] = {}
        self.excuses: dict[str, tuple[int, str]] = {}
        self.guesses: set[str] = set()
        # Shared parts.
        self.orders = Orders()
        self.positions = Positions()
        self.stops = Stops(self.orders, self.positions)
        self.halts = Halts(self.orders, self.positions, self.stops)
        # The world's truth.
        self.faults: dict[str, int] = {}
        self.fault_ms = 0
        self.own_fill_ms: dict[str, int] = {}
        self.last_own_fill_ms = 0
        self.last_rung_ms = 0
        self.rungs_in: set[str] = set()
        """When a rung was sent last; in which markets, in the present life."""
        self.last_refusal_ms = 0
        self.last_taker_trade_ms: dict[str, int] = {}
        self.closes_made: dict[str, int] = {}
        """Closes that the venue executed in this life since the last fill of another own order, by market (L-9)."""
        self.pricing = Pricing(self)
        self.watching: dict[type, Any] = {}
        """The monitors that watch with this view, by class: some take over what another one works out."""
        self._around_index = -2
        self._around: Around = ()
        self._arounds: dict[Around, Around] = {}
        self._hear: dict[type, Callable[[Any], object]] = self._hearing()
        self._see: dict[type, Callable[[Any], object]] = self._seeing()

    # Called by the panel.

    def see(self, record: journal.Record) -> None:
        """Take in a record that is no turn."""
        self.index += 1
        if record.now_ms > self.now_ms:
            self.now_ms = record.now_ms
        handler = self._see.get(type(record))
        if handler is not None:
            handler(record)

    def hear(self, turn: journal.Turn) -> None:
        """Take in the event of a turn, not yet the reply."""
        self.index += 1
        self.turns += 1
        if turn.now_ms > self.now_ms:
            self.now_ms = turn.now_ms
        self.fill_fresh, self.fill_order, self.new_stop = False, None, None
        event = self.heard_event = turn.event
        if isinstance(event, events.Start):
            self._life_begins(event)
            self.pricing.life_began(event)
            return
        kind = type(event)
        self.previous_event_ms = self.event_ms
        if event.now_ms > self.event_ms:
            self.event_ms = event.now_ms
        handler = self._hear.get(kind)
        if handler is not None:
            handler(event)
        if kind in HALTING:
            self.halts.heard(event, self.event_ms)
        self.new_stop = self.stops.heard(event, self.event_ms, self.connected)
        self.pricing.heard(event)

    def send(self, turn: journal.Turn, action: actions.Action) -> OwnOrder | None:
        """Take in one action of the reply; returns the own order concerned."""
        self.actions += 1
        if isinstance(action, actions.Place):
            return self._placed(turn, action)
        if isinstance(action, actions.Cancel):
            return self.orders.cancel_sent(action, self.event_ms)
        if isinstance(action, actions.QueryOpenOrders):
            self.orders.query_ms = self.event_ms
        return None

    # Read by monitors.

    def guessed(self, order: OwnOrder) -> bool:
        """Say whether an order's maker tells no roles, and one had to be guessed in this market and life.

        A rung and a counter-order then stood at one price, and what is counted by roles is no evidence any more.
        """
        return order.place.role is None and order.market in self.guesses

    def told_of(self, market: str) -> Told:
        """Return oracle and mark of a market as last told."""
        known = self.told.get(market)
        if known is None:
            known = self.told[market] = Told()
        return known

    def usable(self, market: str) -> bool:
        """Say whether a ladder may be computed now: prices usable (Q-0) and not too old (Q-11)."""
        told = self.told_of(market)
        return told.usable(self.config) and not told.too_old(self.config, self.event_ms)

    def ratios(self, market: str) -> tuple[Decimal, ...]:
        """Return the inventory ratios that the maker may rightly see, not clamped (I-2); none without a usable mark."""
        told = self.told_of(market)
        if not told.mark_usable(self.config):
            return ()
        assert told.mark_px is not None
        limit = self.config.max_position_usd
        return tuple(net * told.mark_px / limit for net in self.positions.candidates(market))

    def halted(self, market: str) -> tuple[str, ...]:
        """Return the causes that halt quoting in a market now; empty when it surely is, or may be, free."""
        return self.halts.causes(market, self.event_ms)

    def accounts(self, market: str) -> tuple[tuple[Decimal, Decimal], ...]:
        """Return what the maker may rightly see: its own position, and with it the account's net position."""
        nets, takers = self.positions.candidates(market), self.positions.takers(market)
        return tuple((net, net + taker) for net in nets for taker in takers)

    def healed_ms(self) -> int | None:
        """Return when the last fault ended, 0 when there was none; None while one is active."""
        return None if self.faults else self.fault_ms

    def cut(self) -> str:
        """Say why the run has no end; empty when it ended as it should."""
        if self.failed is not None:
            return f"the maker failed ({self.failed.kind}), so the run stopped"
        return "" if self.ended is not None else "the run was cut before its end"

    def around(self) -> Around:
        """Return the faults at work and the phase of the maker's life, for counting; the same object while the same."""
        if self._around_index != self.index:
            here = around(self)
            self._around_index, self._around = self.index, self._arounds.setdefault(here, here)
        return self._around

    def strength(self) -> str:
        """Say how much was seen: hours of run time and turns of the maker."""
        hours = (self.now_ms - self.began_ms) / 3_600_000
        return f"{hours:.1f} h, {self.turns} events"

    # The maker's side.

    def _hearing(self) -> dict[type, Callable[[Any], object]]:
        orders = self.orders
        return {
            events.Oracle: self._oracle,
            events.Resting: orders.told_resting,
            events.Fill: self._fill,
            events.TakerFill: self._taker_fill,
            events.Done: orders.told_done,
            events.Canceled: lambda e: orders.told_end(e, "canceled"),
            events.Rejected: self._rejected,
            events.CancelRejected: orders.told_cancel_rejected,
            events.SendFailed: self._send_failed,
            events.OpenOrders: self._answer,
            events.Disconnected: lambda e: self._connection(False),
            events.Connected: lambda e: self._connection(True),
        }

    def _life_begins(self, start: events.Start) -> None:
        self.start, self.life, self.life_ms = start, start.life, start.now_ms
        self.life_count += 1
        self.crashed = False
        self._configure(start.config)
        self.markets = {m.name: m for m in start.markets}
        self.all_markets.update(dict.fromkeys(self.markets))
        self.event_ms = self.previous_event_ms = start.now_ms
        self.connected = True
        self.told = {}
        self.counter_due = {}
        self.guesses = set()
        self.rungs_in = set()
        self.closes_made = {}
        self.orders.life_began(start)
        self.positions.life_began(start)
        self.halts.life_began(start)
        self.stops.life_began(start)
        self.new_stop = self.stops.current

    def _rejected(self, event: events.Rejected) -> None:
        order = self.orders.find(event.cloid, event.oid)
        if order is not None and order.ended_ms is None:
            self._counter_due(order, order.unfilled_told)
        self.orders.told_end(event, "rejected")

    def _send_failed(self, event: events.SendFailed) -> None:
        order = self.orders.told_send_failed(event)
        if order is not None:
            self.last_refusal_ms = self.now_ms
            if order.ended_ms == event.now_ms and order.ended_by == "send_failed":
                self._counter_due(order, order.unfilled_told)

    def _counter_due(self, order: OwnOrder, amount: Decimal) -> None:
        """Add what a counter-order takes from, or gives back to, the ladder fills not yet answered (L-8a)."""
        if order.role is COUNTER:
            key = (order.market, order.side)
            self.counter_due[key] = max(ZERO, self.counter_due.get(key, ZERO) + amount)

    def _connection(self, connected: bool) -> None:
        self.connected = connected
        if not connected:
            self.orders.query_ms = None

    def _oracle(self, event: events.Oracle) -> None:
        told = self.told_of(event.market)
        was_usable = told.usable(self.config)
        told.oracle_px, told.oracle_ms = event.oracle_px, self.event_ms
        told.quoted_mark_px = event.mark_px
        self._mark_told(event.market, event.mark_px)
        if told.usable(self.config) and not was_usable:
            told.usable_since_ms = self.event_ms

    def _mark_told(self, market: str, mark_px: Decimal | None) -> None:
        told = self.told_of(market)
        told.mark_px, told.mark_ms = mark_px, self.event_ms
        if not told.mark_usable(self.config):
            told.mark_usable_since_ms = None
        elif told.mark_usable_since_ms is None:
            told.mark_usable_since_ms = self.event_ms

    def _fill(self, event: events.Fill) -> None:
        self.fill_fresh = self.positions.told_fill(event)
        self.fill_order = self.orders.told_fill(event, self.fill_fresh)
        if not self.fill_fresh:
            return
        self.last_own_fill_ms = self.own_fill_ms[event.market] = self.now_ms
        if event.mark_px is not None and event.mark_px > 0 and not event.snapshot:
            self._mark_told(event.market, event.mark_px)
        if self.fill_order is not None and self.fill_order.role is LADDER:
            key = (event.market, event.side.opposite)
            self.counter_due[key] = self.counter_due.get(key, ZERO) + event.sz

    def _taker_fill(self, event: events.TakerFill) -> None:
        fresh = self.positions.told_taker_fill(event, self.event_ms)
        if fresh and event.mark_px is not None and event.mark_px > 0 and not event.snapshot:
            self._mark_told(event.market, event.mark_px)

    def _answer(self, event: events.OpenOrders) -> None:
        self.orders.told_answer(event, self.config.sent_timeout_ms)
        self.positions.told_answer(event, self.config.sent_timeout_ms)

    def _placed(self, turn: journal.Turn, place: actions.Place) -> OwnOrder:
        event, filled = turn.event, None
        if self.fill_fresh and isinstance(event, events.Fill) and event.market == place.market:
            filled = event.side
        due = self.counter_due.get((place.market, place.side))
        role = inferred_role(place, self.config, filled, due is not None)
        order = self._own(turn, place, role)
        perhaps = (due is not None or role is COUNTER) and role is not FLATTEN
        if place.role is None and perhaps and self.config.counter_order_enabled:
            order = self._own(turn, place, self.pricing.answers.role_of(order, role is COUNTER))
        order.borne_out = order.role is not COUNTER or (due is not None and due > 0)
        if order.role is LADDER:
            self.last_rung_ms = self.event_ms
            self.rungs_in.add(order.market)
        self.orders.placed(order)
        if order.role is COUNTER:
            self._counter_due(order, -place.sz)
        return order

    def _own(self, turn: journal.Turn, place: actions.Place, role: Role) -> OwnOrder:
        """Make the record of an order sent now, with the prices as told."""
        told = self.told_of(place.market)
        order = OwnOrder(place, turn.life, self.event_ms, self.index, role, place.level)
        order.oracle_px, order.oracle_ms, order.mark_px = told.oracle_px, told.oracle_ms, told.mark_px
        order.marks = told.marks
        return order

    def _configure(self, config: MakerConfig) -> None:
        self.config = config
        if self.run is not None:
            run, reconciles = self.run, "reconcile" in self.features
            self.bounds = Bounds(config, run.round_trip_ms, run.timer_ms, run.delivery_ms, reconciles)

    # The venue's side.

    def _seeing(self) -> dict[type, Callable[[Any], object]]:
        return {
            journal.RunStarted: self._run_started,
            journal.OrderOpened: self._opened,
            journal.OrderClosed: self.orders.closed,
            journal.OrderRefused: self.orders.refused,
            journal.OrderExecuted: self._executed,
            journal.Traded: self._traded,
            journal.FaultBegan: self._fault_began,
            journal.FaultHealed: self._fault_healed,
            journal.Crashed: self._crashed,
            journal.MakerFailed: self._maker_failed,
            journal.BooksTold: self._books_told,
            journal.RunEnded: self._run_ended,
        }

    def _run_started(self, record: journal.RunStarted) -> None:
        self.run = record
        self.features = frozenset(record.features)
        self.stops.queries = "reconcile" in self.features
        self._configure(record.config)
        self.markets = {m.name: m for m in record.markets}
        self.began_ms = record.now_ms
        self.all_markets.update(dict.fromkeys(self.markets))

    def _opened(self, record: journal.OrderOpened) -> None:
        if record.owner == journal.Owner.MAKER:
            self.orders.opened(record)

    def _executed(self, record: journal.OrderExecuted) -> None:
        order = self.orders.find(record.cloid, record.oid)
        if order is not None:
            order.landed_ms = order.closed_ms = record.now_ms
            order.closed_by = "executed"
            if order.role is FLATTEN:
                self.closes_made[record.market] = self.closes_made.get(record.market, 0) + 1
            self.orders.by_oid[record.oid] = order

    def _traded(self, record: journal.Traded) -> None:
        self.positions.traded(record)
        if record.owner == journal.Owner.MAKER:
            order = self.orders.traded(record)
            if order is None or order.role is not FLATTEN:
                self.closes_made.pop(record.market, None)
            self.last_own_fill_ms = self.own_fill_ms[record.market] = record.now_ms
        elif record.owner == journal.Owner.TAKER:
            self.last_taker_trade_ms[record.market] = record.now_ms

    def _fault_began(self, record: journal.FaultBegan) -> None:
        self.faults[record.kind] = record.now_ms

    def _fault_healed(self, record: journal.FaultHealed) -> None:
        self.faults.pop(record.kind, None)
        self.fault_ms = record.now_ms

    def _crashed(self, record: journal.Crashed) -> None:
        self.crashed = True

    def _maker_failed(self, record: journal.MakerFailed) -> None:
        self.failed = record

    def _books_told(self, record: journal.BooksTold) -> None:
        self.books = record.books

    def _run_ended(self, record: journal.RunEnded) -> None:
        self.ended = record
