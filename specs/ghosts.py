"""ORD-2: what the maker believes live is live, on its way, or its end is on its way."""

from __future__ import annotations

from typing import Any

from model import journal
from model.actions import Cancel
from specs.duties import recovered
from specs.monitor import NAMING, Monitor
from specs.own import OwnOrder
from specs.statements import statement
from specs.view import View

LAST_WORDS = ("filled", "canceled", "rejected", "done")
"""Ends by the venue's own word: nothing revives an order after them (L-7a)."""


class NoGhost(Monitor):
    """ORD-2, by `books` where offered, and by behaviour: what was told to have ended is not dealt with as live."""

    spec = statement("ORD-2")
    hears = NAMING

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._reported: set[str] = set()

    def on_books_told(self, record: journal.BooksTold) -> None:
        """Look for believed orders that the venue does not hold."""
        self.antecedent("books, nothing under way" if record.quiescent else "books")
        for booked in record.books.orders:
            if booked.state == "ended":
                continue
            order = self.view.orders.find(booked.cloid, booked.oid)
            if order is None:
                self._report(booked.cloid, booked.market, f"{booked.cloid} is in the books and was never sent")
            elif order.ended_ms is not None and order.ended_by in LAST_WORDS:
                ago_ms = self.view.now_ms - order.ended_ms
                fact = f"is believed {booked.state}, although its end ({order.ended_by}) was told {ago_ms} ms ago"
                self._report(order.cloid, order.market, f"{order.label()} {fact}")
            elif not order.live and self._end_arrived(order, record.quiescent):
                since = "" if order.closed_ms is None else f" since {self.view.now_ms - order.closed_ms} ms"
                fact = f"is believed {booked.state}, but {order.closed_by or 'not live'} at the venue{since}"
                self._report(order.cloid, order.market, f"{order.label()} {fact}")

    def sent_cancel(self, turn: journal.Turn, cancel: Cancel, order: OwnOrder | None) -> None:
        """A cancel of an order long told to have ended treats it as live."""
        if order is None or order.ended_ms is None:
            return
        if order.ended_by not in LAST_WORDS or not recovered(self.view, order.ended_ms):
            return
        ago_ms = self.view.now_ms - order.ended_ms
        fact = f"is cancelled although its end ({order.ended_by}) was told {ago_ms} ms before"
        self._report(order.cloid, order.market, f"{order.label()} {fact}")

    def told_any(self, turn: journal.Turn) -> None:
        """Count ends told: each is a ghost if it is not believed."""
        event: Any = turn.event  # one that names an order
        order = self.view.orders.by_cloid.get(event.cloid)
        if order is not None and order.ended_ms == event.now_ms:
            self.antecedent(f"told {order.ended_by}", order)

    def _end_arrived(self, order: OwnOrder, quiescent: bool) -> bool:
        """Say whether the maker has had its chance to learn that the order is not live."""
        view = self.view
        since_ms = max(order.sent_ms, order.closed_ms or 0)
        lost = order.venue_filled > order.told_filled  # then only the next periodic answer tells of it (L-7)
        if recovered(view, since_ms, view.bounds.repair_ms if lost else 0):
            return True
        undisturbed = view.life_count == 1 and view.fault_ms == 0 and not view.faults
        return quiescent and undisturbed and order.closed_ms is not None

    def _report(self, cloid: str, market: str, text: str) -> None:
        if cloid not in self._reported:
            self._reported.add(cloid)
            self.violated(text, market, cloid)


MONITORS: tuple[type[Monitor], ...] = (NoGhost,)
