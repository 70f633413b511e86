"""The own orders of a run: every one seen sent or seen at the venue as the maker's, in any life (L-11 apart).

`Orders` keeps two truths beside each other: what the present life was told (the rules L-4, L-5, L-7a), and what the
venue holds. A method that takes an event returns the own order concerned, or None for a stranger's.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from model import events, journal
from model.actions import BUY, IOC, LADDER, Cancel, Place, Side
from specs.own import ZERO, OwnOrder

REVIVABLE = ("absent", "send_failed")
"""Ends that the venue itself did not tell: an order so ended may be told alive again (L-7a)."""

NONE: dict[str, OwnOrder] = {}
RETAIN_MS = 3_600_000
"""An order that the venue has closed, and whose end was told so long ago, is forgotten: nothing speaks of it again."""
PRUNE_EVERY = 4096


class Orders:
    """Registry of own orders, by cloid and by the venue's oid.

    `former_live`: those of `live` that an earlier life sent, or that were found on the book.
    `revivals`: how often an order came among the open ones otherwise than by its sending; `changes`: how often the
    open ones changed otherwise than by one more.
    """

    def __init__(self) -> None:
        self.by_cloid: dict[str, OwnOrder] = {}
        self.by_oid: dict[int, OwnOrder] = {}
        self.live: dict[str, OwnOrder] = {}
        self.open: dict[str, OwnOrder] = {}
        self._open_in: dict[str, dict[str, OwnOrder]] = {}
        self._buys: dict[str, dict[str, OwnOrder]] = {}
        self._sells: dict[str, dict[str, OwnOrder]] = {}
        self.former_live: dict[str, OwnOrder] = {}
        self.revivals = self.changes = 0
        self.perhaps: dict[str, OwnOrder] = {}
        """Ended, but by one of two readings only: some maker still waits for a word, and may hold back for it.

        By `send_failed` after a cancel, where a maker can't tell which of the two failed (L-5); by an answer to the
        query that a refused cancel has led to, where its refusal counts as a change of the order (L-7a).
        """
        self._life = 0
        self.cancel_waiting: dict[str, OwnOrder] = {}
        self.query_ms: int | None = None
        self.heeded = True
        """Whether the last answer may be taken: an answer to any but the outstanding query is ignored (L-7a)."""
        self._placed = 0

    def find(self, cloid: str | None, oid: int | None) -> OwnOrder | None:
        """Return the own order of this cloid or oid."""
        if cloid is not None and cloid in self.by_cloid:
            return self.by_cloid[cloid]
        return self.by_oid.get(oid) if oid is not None else None

    def gone(self, cloid: str) -> bool:
        """Say whether no own order of this name is remembered: nothing is told or asked of it any more."""
        return cloid not in self.by_cloid

    def live_in(self, market: str) -> list[OwnOrder]:
        """Return the own orders on the venue's book of one market, in the order of opening."""
        return [order for order in self.live.values() if order.market == market]

    def open_in(self, market: str) -> list[OwnOrder]:
        """Return the own orders of one market that by all told may still be live, in the order of sending."""
        known = self._open_in.get(market)
        return list(known.values()) if known else []

    def perhaps_in(self, market: str) -> bool:
        """Say whether some maker still waits for a word on an order of one market that has ended by another reading."""
        return any(order.market == market for order in self.perhaps.values())

    def open_on(self, market: str, side: Side) -> Collection[OwnOrder]:
        """Return those of `open_in` on one side."""
        return (self._buys if side is BUY else self._sells).get(market, NONE).values()

    # What the maker sends.

    def placed(self, order: OwnOrder) -> OwnOrder | None:
        """Add a new own order; returns the earlier one of the same cloid, if any (ORD-11)."""
        twin = self.by_cloid.get(order.cloid)
        self.by_cloid[order.cloid] = order
        self._open(order)
        self._placed += 1
        if self._placed % PRUNE_EVERY == 0:
            self._prune(order.sent_ms)
        return twin

    def _open(self, order: OwnOrder) -> None:
        """Note that an order may be live; one of the same cloid that was, in another market, gives way."""
        former = self.open.get(order.cloid)
        self.changes += former is not None
        if former is not None and former.market != order.market:
            self._open_in[former.market].pop(former.cloid, None)
        if former is not None and former is not order:
            self._sided(former).pop(former.cloid, None)
        self.open[order.cloid] = order
        self._open_in.setdefault(order.market, {})[order.cloid] = order
        self._sided(order)[order.cloid] = order

    def _sided(self, order: OwnOrder) -> dict[str, OwnOrder]:
        """Return the open orders on an order's side of its market."""
        return (self._buys if order.side is BUY else self._sells).setdefault(order.market, {})

    def _shut(self, cloid: str) -> None:
        """Note that the order of a cloid has ended."""
        order = self.open.pop(cloid, None)
        if order is not None:
            self.changes += 1
            self._open_in[order.market].pop(cloid, None)
            self._sided(order).pop(cloid, None)

    def cancel_sent(self, cancel: Cancel, now_ms: int) -> OwnOrder | None:
        """Note a cancel request."""
        order = self.find(cancel.cloid, cancel.oid)
        if order is not None:
            order.cancels_ms.append(now_ms)
            order.cancel_pending_ms = now_ms
            order.cancel_refused_ms = order.cancel_failed_ms = None
            if order.cancel_waiting_ms is None and order.ended_ms is None:  # else there is nothing to wait for (L-6)
                order.cancel_waiting_ms = now_ms
                self.cancel_waiting[order.cloid] = order
        return order

    def _prune(self, now_ms: int) -> None:
        """Forget what ended long ago, told and true, so that a long run does not grow."""
        for cloid, order in list(self.by_cloid.items()):
            told_ms, true_ms = order.ended_ms, order.closed_ms
            ended = not order.live and told_ms is not None and true_ms is not None
            if ended and now_ms - max(told_ms or 0, true_ms or 0) >= RETAIN_MS:
                del self.by_cloid[cloid]
        self.by_oid = {oid: order for oid, order in self.by_oid.items() if order.cloid in self.by_cloid}

    # What the maker is told.

    def life_began(self, start: events.Start) -> None:
        """Forget what the former life knew; keep what `start` tells (S-5)."""
        self.open.clear()
        self._open_in.clear()
        self._buys.clear()
        self._sells.clear()
        self.cancel_waiting.clear()
        self.perhaps.clear()
        self.query_ms = None
        self._life = start.life
        self.former_live = {cloid: order for cloid, order in self.live.items() if order.life != start.life}
        for former in self.by_cloid.values():
            former.forget(known=False)
        for told in start.open_orders:
            order = self.find(told.cloid, told.oid)
            if order is not None:
                order.known = True
                order.oid = told.oid
                order.told_resting_ms = start.now_ms
                order.told_remaining = told.remaining
                self._open(order)

    def told_resting(self, event: events.Resting) -> OwnOrder | None:
        """Note that an order rests; one that ended by absence or `send_failed` only is known again (L-7a)."""
        order = self.find(event.cloid, event.oid)
        if order is None:
            return None
        if order.ended_ms is not None and order.ended_by not in REVIVABLE:
            return order
        self._alive(order, event.now_ms, event.oid, event.remaining)
        order.last_told_ms = event.now_ms
        return order

    def told_fill(self, event: events.Fill, fresh: bool) -> OwnOrder | None:
        """Note a fill; it ends the order when the sizes add up (L-4)."""
        order = self.find(event.cloid, event.oid)
        if order is None or not fresh:
            return order
        if event.oid is not None:  # its `resting` may never be told, and be cancelled by this name
            self.by_oid.setdefault(event.oid, order)
        order.told_filled += event.sz
        order.told_fills.append(event)
        order.last_told_ms = event.now_ms
        if order.told_filled >= order.place.sz:
            self._end(order, event.now_ms, "filled")
        elif order.ended_by in REVIVABLE and order.told_resting_ms is None:
            self._alive(order, event.now_ms, event.oid, None)
        return order

    def told_end(self, event: events.Canceled | events.Rejected, by: str) -> OwnOrder | None:
        """Note the venue's last word on an order (L-5)."""
        order = self.find(event.cloid, event.oid)
        if order is not None:
            self._end(order, event.now_ms, by)
            self.perhaps.pop(order.cloid, None)
        return order

    def told_done(self, event: events.Done) -> OwnOrder | None:
        """Note an IOC's last word; of another order it is no word of this venue (L-5)."""
        order = self.find(event.cloid, event.oid)
        if order is not None and order.place.tif is IOC:
            order.done_filled = event.filled_sz
            self._end(order, event.now_ms, "done")
        return order

    def told_cancel_rejected(self, event: events.CancelRejected) -> OwnOrder | None:
        """Note a refused cancel: an end only if every cancel was sent after the order was seen resting (L-5)."""
        order = self.find(event.cloid, event.oid)
        if order is None:
            return None
        self._one_answered(order)
        order.cancel_refused_ms = event.now_ms
        seen = order.told_resting_ms
        if seen is not None and all(sent >= seen for sent in order.cancels_ms):
            self._end(order, event.now_ms, "cancel_rejected")
        return order

    def told_send_failed(self, event: events.SendFailed) -> OwnOrder | None:
        """Note that a place or a cancel never left; without `action`, the latest action on the order is meant."""
        order = self.find(event.cloid, event.oid)
        if order is None:
            return None
        action = event.action or ("cancel" if order.cancels_ms else "place")
        order.last_told_ms = event.now_ms
        if action == "cancel":
            self._one_answered(order)
            order.cancel_failed_ms = event.now_ms
        elif order.told_resting_ms is None and order.told_filled == 0:
            self._end(order, event.now_ms, "send_failed")
            if order.cancels_ms:
                self.perhaps[order.cloid] = order
        return order

    def told_answer(self, event: events.OpenOrders, sent_timeout_ms: int) -> None:
        """Judge every own order by an answer (L-7a): present ones rest, absent ones end when they must.

        Only the answer to the outstanding query judges; of another one it is noted what it did not tell.
        """
        outstanding = self.query_ms is not None and event.sent_ms == self.query_ms
        self.heeded = outstanding or self.query_ms is None
        if outstanding:
            self.query_ms = None
        present: set[str] = set()
        for told in event.orders:
            order = self.find(told.cloid, told.oid)
            if order is not None:
                present.add(order.cloid)
                if outstanding:
                    self._told_present(order, told, event, sent_timeout_ms)
        waited_for = list(self.perhaps.values())
        for order in list(self.open.values()):
            if order.cloid not in present:
                self._told_absent(order, event, sent_timeout_ms, outstanding)
        for order in waited_for if outstanding else ():
            self._perhaps_absent(order, event, sent_timeout_ms)

    def _told_present(
        self, order: OwnOrder, told: events.OpenOrder, event: events.OpenOrders, sent_timeout_ms: int
    ) -> None:
        if order.ended_ms is not None and event.sent_ms <= order.ended_ms:
            return
        unchanged = order.last_change_ms() < event.sent_ms
        if order.ended_ms is not None or unchanged:
            order.cancel_pending_ms = None  # it has to be sent again, which answers none of them (L-6)
            lost = sum(sent_ms <= event.now_ms - sent_timeout_ms for sent_ms in order.cancels_ms)
            order.cancels_answered = max(order.cancels_answered, lost)  # of the others a word may be on its way
        if not unchanged and order.ended_ms is None:
            return
        self._alive(order, event.now_ms, told.oid, told.remaining)

    def _told_absent(self, order: OwnOrder, event: events.OpenOrders, sent_timeout_ms: int, outstanding: bool) -> None:
        before, surely_before = order.missed, order.surely_missed
        if event.sent_ms >= order.sent_ms:
            order.absent_ms = event.now_ms
            order.missed = before or outstanding
        seen = order.told_resting_ms is not None
        if not outstanding or order.last_change_ms(refusals=not seen) >= event.sent_ms:
            return
        unchanged = order.last_change_ms() < event.sent_ms
        order.surely_missed = surely_before or unchanged
        twice = before and event.sent_ms - order.sent_ms >= sent_timeout_ms
        if seen or twice:
            self._end(order, event.now_ms, "absent")
            if not unchanged or not (seen or surely_before):
                self.perhaps[order.cloid] = order

    def _perhaps_absent(self, order: OwnOrder, event: events.OpenOrders, sent_timeout_ms: int) -> None:
        """Absent twice, the second time late enough, it is over by every reading (L-7a)."""
        if order.last_change_ms() >= event.sent_ms:
            return
        twice = order.surely_missed and event.sent_ms - order.sent_ms >= sent_timeout_ms
        if twice or order.told_resting_ms is not None:
            self.perhaps.pop(order.cloid, None)
        order.surely_missed = True

    def _alive(self, order: OwnOrder, now_ms: int, oid: int | None, remaining: Decimal | None) -> None:
        if order.ended_ms is not None:  # known again: its old cancels are forgotten (L-7a)
            order.revived = True
            pending_ms, ended_ms = order.cancel_pending_ms, order.ended_ms
            self._answered(order)
            order.cancels_ms = [sent_ms for sent_ms in order.cancels_ms if sent_ms > ended_ms]
            order.cancels_answered = 0
            if order.cancels_ms:  # its maker did not take it for ended
                order.cancel_pending_ms = pending_ms
        order.known = True
        order.ended_ms, order.ended_by = None, ""
        order.absent_ms = order.cancel_refused_ms = None
        order.missed = order.surely_missed = False
        order.oid = oid if oid is not None else order.oid
        if order.told_resting_ms is None:
            order.told_resting_ms = now_ms
        told = order.told_remaining
        if remaining is not None:
            order.told_remaining = remaining if told is None else min(told, remaining)
        if order.oid is not None:
            self.by_oid[order.oid] = order
        self.perhaps.pop(order.cloid, None)
        if self.open.get(order.cloid) is not order:
            self.revivals += 1
            self._open(order)

    def _one_answered(self, order: OwnOrder) -> None:
        """Note a word on one cancel: of two that are out, it may be the first's, and the second still stands."""
        pending_ms = order.cancel_pending_ms
        self._answered(order)
        order.cancels_answered += 1
        if order.cancels_answered < len(order.cancels_ms):
            order.cancel_pending_ms = pending_ms

    def _answered(self, order: OwnOrder) -> None:
        order.cancel_pending_ms = order.cancel_waiting_ms = None
        self.cancel_waiting.pop(order.cloid, None)

    def _end(self, order: OwnOrder, now_ms: int, by: str) -> None:
        self._answered(order)
        if order.ended_ms is None:
            order.ended_ms, order.ended_by = now_ms, by
        elif order.ended_by in REVIVABLE:
            order.ended_by = by
        self._shut(order.cloid)

    # What the venue does.

    def opened(self, record: journal.OrderOpened) -> OwnOrder:
        """Note that an order of the maker rests on the book; one never seen sent is taken up as found."""
        order = self.find(record.cloid, record.oid)
        if order is None:
            order = found(record)
            self.by_cloid[order.cloid] = order
        order.live, order.remaining = True, record.sz
        order.opened_ms = order.landed_ms = record.now_ms
        order.closed_ms = None
        self.by_oid[record.oid] = order
        self.live[order.cloid] = order
        if order.life != self._life:
            self.former_live[order.cloid] = order
        return order

    def closed(self, record: journal.OrderClosed) -> OwnOrder | None:
        """Note that an order left the book."""
        order = self.find(record.cloid, record.oid)
        if order is not None:
            order.live, order.remaining = False, ZERO
            order.closed_ms, order.closed_by = record.now_ms, record.reason
            self.live.pop(order.cloid, None)
            self.former_live.pop(order.cloid, None)
        return order

    def refused(self, record: journal.OrderRefused) -> OwnOrder | None:
        """Note that the venue refused a new order, or never saw it."""
        order = self.find(record.cloid, record.oid)
        if order is not None:
            order.landed_ms = order.closed_ms = record.now_ms
            order.closed_by = record.reason or "refused"
        return order

    def traded(self, record: journal.Traded) -> OwnOrder | None:
        """Note a fill as the venue booked it."""
        order = self.find(record.cloid, record.oid)
        if order is not None:
            order.venue_filled += record.sz
            order.landed_ms = order.landed_ms or record.now_ms
            if order.live:
                order.remaining = max(ZERO, order.remaining - record.sz)
        return order


def found(record: journal.OrderOpened) -> OwnOrder:
    """Make an own order of one that was on the book before the run saw it sent: an earlier life's leftover."""
    cloid = record.cloid if record.cloid is not None else f"oid {record.oid}"
    fields = (record.market, record.side, record.px, record.sz, record.tif, record.reduce_only)
    place = Place(cloid, *fields)
    order = OwnOrder(place, life=0, sent_ms=record.now_ms, index=0, role=LADDER, level=None)
    order.known = False
    return order
