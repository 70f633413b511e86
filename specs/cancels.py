"""ORD-5 and ORD-12: cancels and closes are never held back, and only own orders are cancelled."""

from __future__ import annotations

from model import events, journal
from model.actions import Cancel, Place
from specs.duties import attempts_spent, cancel_missing, had_last_word, recovered, told_closable
from specs.latest import Latest
from specs.monitor import ASLEEP_MS, AWAKE_MS, Monitor
from specs.own import OwnOrder
from specs.statements import statement
from specs.view import View


class NothingHeldBack(Monitor):
    """ORD-5: where every own order must go, a cancel of each stands; what never left is sent again; closes go out."""

    spec = statement("ORD-5")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._reported: set[tuple[str, int]] = set()
        self._failed: dict[str, OwnOrder] = {}
        self._duty = ""
        self._duty_ms = 0
        self._closes: dict[str, OwnOrder] = {}
        self._unclosed_ms: dict[str, int] = {}

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """A new life has its own duties."""
        self._failed.clear()
        self._closes.clear()
        self._unclosed_ms.clear()
        self._duty = ""
        self.wake_ms = AWAKE_MS

    def told_stop(self, turn: journal.Turn) -> None:
        """A shutdown is entered."""
        self.wake_ms = AWAKE_MS

    def told_disconnected(self, turn: journal.Turn, event: events.Disconnected) -> None:
        """The connection is lost."""
        self.wake_ms = AWAKE_MS

    def told_send_failed(self, turn: journal.Turn, event: events.SendFailed) -> None:
        """A cancel that never left must be sent again (L-5)."""
        order = self.view.orders.find(event.cloid, event.oid)
        if order is not None and order.cancel_failed_ms is not None and order.open_told:
            self.antecedent("a cancel never left", order)
            self._failed[order.cloid] = order
            self.wake_ms = AWAKE_MS

    def sent_place(self, turn: journal.Turn, place: Place, order: OwnOrder) -> None:
        """A close has gone out."""
        if place.reduce_only:
            self._closes[place.market] = order

    def on_turn(self, turn: journal.Turn) -> None:
        """Judge the duties of this moment."""
        self._look_for_duty()
        if self._failed:
            self._judge_failed()
        if self._duty:
            self._judge_cancels()
            if self.view.stops.current is not None:
                self._judge_closes()
        elif not (self._failed or self.view.halts.reconciling) and self.view.stops.current is None:
            self.wake_ms = ASLEEP_MS

    def _look_for_duty(self) -> None:
        """Find why every own order must go now, if it must: a shutdown in force, or the connection lost."""
        view, halts = self.view, self.view.halts
        duty = ""
        if view.stops.current is not None and view.stops.in_force(view.event_ms):
            duty = f"shutdown ({view.stops.current.cause})"
        elif halts.connection_lost and halts.connected_ms is None:
            duty = "connection lost"
        if duty and duty != self._duty:
            self._duty_ms = view.event_ms
            held = any(told_closable(view, market) > 0 for market in view.positions.net)
            if held or any(o.cancellable for o in view.orders.open.values()):
                halted = next(iter(halts.account_causes(view.event_ms)), "not halted")
                self.antecedent(f"{duty} · {halted}")
        self._duty = duty

    def _judge_cancels(self) -> None:
        """In this very reply a cancel of every own order is out, confirmed or not (L-9, L-14)."""
        for order in self.view.orders.open.values():
            if cancel_missing(self.view, order):
                self._report(order, f"has no cancel request; due since {self._duty_age()} ms: {self._duty}")

    def _duty_age(self) -> int:
        return self.view.event_ms - self._duty_ms

    def _judge_failed(self) -> None:
        view = self.view
        for cloid, order in list(self._failed.items()):
            if order.cancel_failed_ms is None or not order.open_told:
                del self._failed[cloid]
            elif cancel_missing(view, order):
                del self._failed[cloid]
                ago_ms = view.event_ms - order.cancel_failed_ms
                self._report(order, f"is not cancelled again, {ago_ms} ms after it was told that the cancel never left")

    def _judge_closes(self) -> None:
        """With no own order left, a closable position sees its first close at once, whatever is halted (I-8, L-9)."""
        view = self.view
        for market in view.positions.net:
            if not self._close_due(market):
                self._unclosed_ms.pop(market, None)
                continue
            since_ms = self._unclosed_ms.setdefault(market, view.event_ms)
            waited_ms = view.event_ms - since_ms
            if waited_ms <= view.config.requote_interval_ms + 2 * view.bounds.timer_ms:
                continue
            if (market, self._duty_ms) not in self._reported:
                self._reported.add((market, self._duty_ms))
                halted = ", ".join(view.halted(market)) or "nothing"
                fact = f"no close of {told_closable(view, market)} in {market} for {waited_ms} ms"
                self.violated(f"{fact}; due: {self._duty}; halted by {halted}", market)

    def _close_due(self, market: str) -> bool:
        """Say whether nothing is left to wait for before the duty's first close: no order, doubt or lost connection."""
        view = self.view
        last = self._closes.get(market)
        if view.halts.reconciling or (last is not None and last.sent_ms >= self._duty_ms):
            return False
        if attempts_spent(view, market):
            return False
        if last is not None and not had_last_word(last) and not recovered(view, last.ended_ms or view.now_ms):
            return False
        certain = len(view.positions.candidates(market)) == 1
        usable = view.told_of(market).mark_usable(view.config)
        return certain and usable and not view.orders.open_in(market) and told_closable(view, market) > 0

    def _report(self, order: OwnOrder, fact: str) -> None:
        key = (order.cloid, self._duty_ms)
        if key not in self._reported:
            self._reported.add(key)
            self.violated(f"{order.label()} {fact}", order.market, order.cloid)


class StrangersLeftAlone(Monitor):
    """ORD-12: no cancel names an order of another strategy of the account."""

    spec = statement("ORD-12")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._beside = False
        self._open: dict[int, str | None] = {}
        self._open_names: set[str] = set()
        self._closed: Latest[int, None] = Latest()
        self._closed_names: Latest[str, None] = Latest()
        """The orders of others: all that are open, and the latest that were."""

    def on_order_opened(self, record: journal.OrderOpened) -> None:
        """Note the orders of others."""
        if record.owner == journal.Owner.MAKER:
            return
        self._beside = True
        self._open[record.oid] = record.cloid
        if record.cloid is not None:
            self._open_names.add(record.cloid)

    def on_order_closed(self, record: journal.OrderClosed) -> None:
        """Remember those that close for a while."""
        if record.oid not in self._open:
            return
        cloid = self._open.pop(record.oid)
        self._closed.keep(record.oid, None)
        if cloid is not None:
            self._open_names.discard(cloid)
            self._closed_names.keep(cloid, None)

    def sent_cancel(self, turn: journal.Turn, cancel: Cancel, order: OwnOrder | None) -> None:
        """Look whose order is named."""
        if order is not None:
            if self._beside:
                self.antecedent("own order cancelled beside strangers", order)
            return
        if self._is_of_another(cancel.oid, cancel.cloid):
            name = f"oid {cancel.oid}" if cancel.oid is not None else f"cloid {cancel.cloid}"
            self.violated(f"a cancel of {name} in {cancel.market}, an order of another strategy", cancel.market)

    def told_open_orders(self, turn: journal.Turn, event: events.OpenOrders) -> None:
        """An answer that tells strangers' orders tempts a maker that cancels all it sees."""
        for told in event.orders:
            if self._is_of_another(told.oid, told.cloid):
                self.antecedent("stranger told")
                return

    def _is_of_another(self, oid: int | None, cloid: str | None) -> bool:
        """Say whether an order that one of these names is known as another strategy's."""
        if oid in self._open or oid in self._closed:
            return True
        return cloid in self._open_names or cloid in self._closed_names


MONITORS: tuple[type[Monitor], ...] = (NothingHeldBack, StrangersLeftAlone)
