"""CTR-6: a counter-order is cancelled for a cause, never for a requote alone."""

from __future__ import annotations

from typing import Any

from model import events, journal
from model.actions import BUY, COUNTER, LADDER, Cancel, Place
from specs.latest import Marked
from specs.monitor import NAMING, Monitor
from specs.own import OwnOrder
from specs.quotable import Doubts
from specs.statements import statement
from specs.view import View


class CancelledForCause(Monitor):
    """CTR-6, judged at the first cancel of each counter-order of this life; every cause that may hold excuses."""

    spec = statement("CTR-6")
    hears = NAMING

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._doubts = Doubts(view)
        self._ended = Marked(view.orders.gone)
        self._requoted: str | None = None

    def switched_off(self) -> str:
        """Excuse a config without counter-orders."""
        return "" if self.view.config.counter_order_enabled else "counter_order_enabled is false"

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """A new life has no doubts yet."""
        self._doubts.heard(event)

    def told_unknown(self, turn: journal.Turn, event: events.Unknown) -> None:
        """Note what may halt."""
        self._doubts.heard(event)

    def told_any(self, turn: journal.Turn) -> None:
        """Note counter-orders that end: one told alive again must go (L-7a)."""
        if not self.view.config.counter_order_enabled:
            return
        event: Any = turn.event  # one that names an order
        order = self.view.orders.by_cloid.get(event.cloid)
        if order is not None and order.ended_ms is not None and order.role is COUNTER:
            self._ended.mark(order.cloid)

    def sent_place(self, turn: journal.Turn, place: Place, order: OwnOrder) -> None:
        """A rung goes out on a price: a requote. What an undeclared order stands on is asked at its sending."""
        if order.role is COUNTER and place.role is None:
            self.view.pricing.facts(order)
        if order.role is LADDER and isinstance(turn.event, events.Oracle):
            self._requoted = place.market

    def on_reply(self, turn: journal.Turn) -> None:
        """Count requotes beside open counter-orders: each tempts a maker that clears the whole market."""
        requoted, self._requoted = self._requoted, None
        if requoted is None or not self.view.config.counter_order_enabled:
            return
        for order in self.view.orders.open_in(requoted):
            if self._counts(order) and not order.cancels_ms:
                self.antecedent("requote beside an open one", order)
                return

    def sent_cancel(self, turn: journal.Turn, cancel: Cancel, order: OwnOrder | None) -> None:
        """Look for the cause of a first cancel."""
        if order is None or len(order.cancels_ms) != 1 or not self._counts(order):
            return
        cause = self._cause(turn.event, order)
        self.antecedent(cause or "no cause", order)
        if not cause:
            age_ms = self.view.event_ms - order.sent_ms
            event = type(turn.event).__name__.lower()
            fact = f"is cancelled {age_ms} ms after its sending, in the reply to `{event}`, for no cause of L-8a"
            self.violated(f"{order.label()} {fact}", order.market, order.cloid)

    def _counts(self, order: OwnOrder) -> bool:
        """Say whether an order is a counter-order of this life; an undeclared one on a rung's price may be a rung."""
        if order.role is not COUNTER or order.life != self.view.life or not order.cancellable:
            return False
        if order.place.role is COUNTER:
            return order.borne_out
        facts = self.view.pricing.facts(order)
        return order.borne_out and facts is not None and not facts.levels

    def _cause(self, event: events.Start | events.Event, order: OwnOrder) -> str:
        """Name a cause that may hold; empty when surely none does."""
        view, config = self.view, self.view.config
        age_ms = view.event_ms - order.sent_ms
        if config.counter_max_age_ms and age_ms >= config.counter_max_age_ms:
            return "age"
        if view.stops.current is not None or not view.stops.window_open(view.event_ms):
            return "shutdown"
        reconciled = order.revived or order.absent_ms is not None
        if isinstance(event, events.OpenOrders) or order.cloid in self._ended or reconciled:
            return "reconcile"
        return self._limit(order) or self._doubts.halt(order.market)

    def _limit(self, order: OwnOrder) -> str:
        """Name the inventory limit that may ask for it, by any mark told that may count (I-3, I-4)."""
        view, config = self.view, self.view.config
        mark_px = view.told_of(order.market).mark_px
        if mark_px is None or mark_px <= 0:
            return ""
        for net in view.positions.candidates(order.market):
            ratio = abs(net) * mark_px / config.max_position_usd
            adds = net * order.side.sign > 0
            if ratio >= config.inventory_emergency_ratio:
                return "emergency"
            if adds and ratio >= config.inventory_warn_ratio:
                return f"warning · {'long' if order.side is BUY else 'short'}"
        return ""


MONITORS: tuple[type[Monitor], ...] = (CancelledForCause,)
