"""ORD-14: after a start and after a reconnect the maker asks what is open, and asks again when all has landed (L-7)."""

from __future__ import annotations

from model import events, journal
from model.actions import QueryOpenOrders
from specs.monitor import ASLEEP_MS, AWAKE_MS, Monitor
from specs.statements import statement
from specs.view import View


class AsksTwice(Monitor):
    """ORD-14. One query is outstanding at a time, so that the second may wait a time-out for the first one's answer.

    The first one leaves with the start or the reconnect; only where the connection dropped over a query, some makers
    wait for its answer first (L-7a). `_first_ms`: by when it must have left; `_due_ms`: from when a query counts as
    the second one. Each is None while none is owed.
    """

    spec = statement("ORD-14")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._after = ""
        self._first_ms: int | None = None
        self._due_ms: int | None = None
        self._asked_ms: int | None = None

    def switched_off(self) -> str:
        """A maker that never asks has longer bounds instead."""
        return "" if "reconcile" in self.view.features else "the maker does not declare reconcile"

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """A life begins: what the one before had under way is still landing."""
        self._asked_ms = None
        self._owe("start")

    def told_connected(self, turn: journal.Turn, event: events.Connected) -> None:
        """The connection is back: what was under way when it dropped is still landing."""
        self._owe("reconnect")

    def told_disconnected(self, turn: journal.Turn, event: events.Disconnected) -> None:
        """Nothing can be asked; the next `connected` owes both queries anew."""
        self._first_ms = self._due_ms = None

    def told_open_orders(self, turn: journal.Turn, event: events.OpenOrders) -> None:
        """The answer to the last query leaves none open."""
        if event.sent_ms == self._asked_ms:
            self._asked_ms = None

    def sent_query_open_orders(self, turn: journal.Turn, action: QueryOpenOrders, order: None) -> None:
        """Look whether this is the first query, or the second."""
        if self._first_ms is not None:
            self.antecedent(f"{self._after}, first")
            self._first_ms = None
        self._asked_ms = self.view.event_ms
        if self._due_ms is not None and self.view.event_ms >= self._due_ms:
            self.antecedent(self._after)
            self._due_ms = None

    def on_turn(self, turn: journal.Turn) -> None:
        """Judge at the first event past the time of the first query, then of the second."""
        if self._first_ms is not None and self.view.event_ms > self._first_ms:
            late_ms, self._first_ms = self.view.event_ms - self._first_ms, None
            self.antecedent(f"{self._after}, first")
            self.violated(f"no query for open orders left in time after the {self._after}: it is {late_ms} ms late")
        if self._first_ms is not None:
            self.wake_ms = self._first_ms + 1
            return
        if self._due_ms is None:
            self.wake_ms = ASLEEP_MS
            return
        if self.view.event_ms <= self._due_ms + self._slack_ms():
            self.wake_ms = self._due_ms + self._slack_ms() + 1
            return
        late_ms = self.view.event_ms - self._due_ms
        self._due_ms = None
        self.antecedent(self._after)
        fact = f"no query for open orders left in the {late_ms} ms since a second one was due after the {self._after}"
        self.violated(f"{fact} (`sent_timeout_ms` later, and at most {self._slack_ms()} ms more)")

    def _owe(self, after: str) -> None:
        self._after = after
        open_ms = self.view.config.sent_timeout_ms if self._asked_ms is not None else 0
        self._first_ms = self.view.event_ms + open_ms + 2 * self.view.bounds.timer_ms
        self._due_ms = self.view.event_ms + self.view.config.sent_timeout_ms
        self.wake_ms = AWAKE_MS

    def _slack_ms(self) -> int:
        """Return how late the second query may be: a time-out of the first one, timers, a round trip."""
        return self.view.config.sent_timeout_ms + 2 * self.view.bounds.timer_ms + self.view.bounds.round_trip_ms


MONITORS: tuple[type[Monitor], ...] = (AsksTwice,)
