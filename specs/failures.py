"""ORD-13: refused, failed, unanswered actions lose no order, and what did not go out is not believed to have gone."""

from __future__ import annotations

from model import events, journal
from model.actions import Cancel
from specs.duties import cancel_missing, recovered
from specs.latest import Marked
from specs.monitor import ASLEEP_MS, AWAKE_MS, Handler, Monitor
from specs.orphans import NoOrphan
from specs.own import OwnOrder
from specs.stale import NoStaleQuote
from specs.statements import statement
from specs.view import View

Word = events.Rejected | events.CancelRejected | events.SendFailed | events.Unknown


class FailuresLoseNothing(Monitor):
    """ORD-13: ORD-1 and STL-1 on the orders whose place or cancel was refused, failed or went unanswered.

    Patterns, the antecedents: place or cancel; refused, never left, told `unknown`, silent. Where ORD-1 and STL-1 watch
    the same run it hears of their findings; else it has a part of its own for each.
    """

    spec = statement("ORD-13")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._touched = Marked(view.orders.gone)
        self._failed: dict[str, OwnOrder] = {}
        self._reported: set[str] = set()
        self._quiet_ms = 0
        self._revivals = 0
        orphans, stale = view.watching.get(NoOrphan), view.watching.get(NoStaleQuote)
        self.rests_on = tuple(part for part in (orphans, stale) if part is not None)
        self._orphans = NoOrphan(view) if orphans is None else None
        self._stale = NoStaleQuote(view) if stale is None else None
        for part in (*self.rests_on, self._orphans, self._stale):
            if isinstance(part, NoOrphan | NoStaleQuote):
                part.heeded.append(self._found)

    def handlers(self) -> dict[str, Handler]:
        """Leave out what only a part of its own needs."""
        found = super().handlers()
        if self._stale is None:
            del found["sent_place"]
        return found

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """A new life: its own actions."""
        self._touched.clear()
        self._failed.clear()
        self._quiet_ms = 0
        self.wake_ms = AWAKE_MS
        if self._orphans is not None:
            self._orphans.told_start(turn, event)
        if self._stale is not None:
            self._stale.told_start(turn, event)

    def told_disconnected(self, turn: journal.Turn, event: events.Disconnected) -> None:
        """For the part on orphans."""
        if self._orphans is not None:
            self._orphans.told_disconnected(turn, event)

    def told_rejected(self, turn: journal.Turn, event: events.Rejected) -> None:
        """The venue refused a place."""
        self._touch(event, "place refused")

    def told_cancel_rejected(self, turn: journal.Turn, event: events.CancelRejected) -> None:
        """The venue refused a cancel."""
        self._touch(event, "cancel refused")

    def told_send_failed(self, turn: journal.Turn, event: events.SendFailed) -> None:
        """An action never left."""
        order = self.view.orders.find(event.cloid, event.oid)
        if order is None:
            return
        cancel = order.cancel_failed_ms is not None
        self._touch(event, f"{'cancel' if cancel else 'place'} never left")
        if cancel and order.open_told:
            self._failed[order.cloid] = order
            self.wake_ms = AWAKE_MS

    def told_unknown(self, turn: journal.Turn, event: events.Unknown) -> None:
        """Nobody knows what became of an action."""
        order = self.view.orders.find(event.cloid, event.oid)
        action = event.action or ("cancel" if order is not None and order.cancels_ms else "place")
        self._touch(event, f"{action} unknown")

    def told_timer(self, turn: journal.Turn, event: events.Timer) -> None:
        """Look for actions without an answer."""
        now_ms, orders = self.view.event_ms, self.view.orders
        if now_ms < self._quiet_ms and orders.revivals == self._revivals:
            return  # nothing sent since can be late before a whole time-out is over
        place_ms, cancel_ms = self.view.config.sent_timeout_ms, self.view.bounds.stale_cancel_ms
        quiet_ms = now_ms + min(place_ms, cancel_ms)
        for order in orders.open.values():
            pending_ms = order.cancel_pending_ms
            if order.told_resting_ms is None:
                quiet_ms = min(quiet_ms, order.sent_ms + place_ms)
            if pending_ms is not None:
                quiet_ms = min(quiet_ms, pending_ms + cancel_ms)
            if order.told_resting_ms is None and now_ms - order.sent_ms >= place_ms:
                self._mark(order, "place unanswered")
            elif pending_ms is not None and now_ms - pending_ms >= cancel_ms:
                self._mark(order, "cancel unanswered")
        self._quiet_ms, self._revivals = quiet_ms, orders.revivals

    def sent_place(self, turn: journal.Turn, place: object, order: OwnOrder) -> None:
        """For the part on stale quotes."""
        if self._stale is not None:
            self._stale.sent_place(turn, order.place, order)

    def sent_cancel(self, turn: journal.Turn, cancel: Cancel, order: OwnOrder | None) -> None:
        """A cancel of an order that never left, long after that was told, believes that it went."""
        if order is None or order.ended_by != "send_failed" or order.ended_ms is None:
            return
        if recovered(self.view, order.ended_ms):
            ago_ms = self.view.event_ms - order.ended_ms
            self._report(order, f"is cancelled {ago_ms} ms after it was told that it never left")

    def on_turn(self, turn: journal.Turn) -> None:
        """Judge the parts, and the cancels that never left."""
        if self._orphans is not None:
            self._orphans.on_turn(turn)
        if self._stale is not None:
            self._stale.on_turn(turn)
        if not self._failed:
            self.wake_ms = ASLEEP_MS if len(self.rests_on) == 2 else AWAKE_MS
            return
        for cloid, order in list(self._failed.items()):
            if order.cancel_failed_ms is None or not order.open_told:
                del self._failed[cloid]
            elif cancel_missing(self.view, order):
                del self._failed[cloid]
                ago_ms = self.view.event_ms - order.cancel_failed_ms
                self._report(order, f"has no new cancel {ago_ms} ms after it was told that the last one never left")

    def on_books_told(self, record: journal.BooksTold) -> None:
        """A place that never left is in no books; one whose cancel never left still is."""
        if self._orphans is not None:
            self._orphans.on_books_told(record)
        for booked in record.books.orders:
            order = self.view.orders.find(booked.cloid, booked.oid)
            if booked.state != "ended" and order is not None and order.ended_by == "send_failed":
                self._report(order, f"is believed {booked.state}, although it was told that it never left")

    def on_run_ended(self, record: journal.RunEnded) -> None:
        """For the part on orphans."""
        if self._orphans is not None:
            self._orphans.on_run_ended(record)

    def _touch(self, event: Word, how: str) -> None:
        order = self.view.orders.find(event.cloid, event.oid)
        if order is not None:
            self._mark(order, how)

    def _mark(self, order: OwnOrder, how: str) -> None:
        if self._touched.of(order.cloid) != how:
            self._touched.mark(order.cloid, how)
            self.antecedent(how, order)

    def _found(self, text: str, market: str | None, cloid: str | None) -> None:
        """Take over what a part found, if the order is one of those that failures have touched."""
        if cloid is not None and cloid in self._touched and cloid not in self._reported:
            self._reported.add(cloid)
            self.violated(f"after {self._touched.of(cloid)}: {text}", market, cloid)

    def _report(self, order: OwnOrder, fact: str) -> None:
        if order.cloid not in self._reported:
            self._reported.add(order.cloid)
            self.violated(f"{order.label()} {fact}", order.market, order.cloid)


MONITORS: tuple[type[Monitor], ...] = (FailuresLoseNothing,)
