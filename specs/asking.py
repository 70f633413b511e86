"""ORD-14: after a start and after a reconnect the maker asks what is open, and asks again when all has landed (L-7)."""

from __future__ import annotations

from model import events, journal
from model.actions import QueryOpenOrders
from specs.monitor import ASLEEP_MS, AWAKE_MS, Monitor
from specs.statements import statement
from specs.view import View


class AsksTwice(Monitor):
    """ORD-14. One query is outstanding at a time, so that the second may wait a time-out for the first one's answer.

    `_due_ms`: from when a query counts as the second one; None while none is owed.
    """

    spec = statement("ORD-14")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._after = ""
        self._due_ms: int | None = None

    def switched_off(self) -> str:
        """A maker that never asks has longer bounds instead."""
        return "" if "reconcile" in self.view.features else "the maker does not declare reconcile"

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """A life begins: what the one before had under way is still landing."""
        self._owe("start")

    def told_connected(self, turn: journal.Turn, event: events.Connected) -> None:
        """The connection is back: what was under way when it dropped is still landing."""
        self._owe("reconnect")

    def told_disconnected(self, turn: journal.Turn, event: events.Disconnected) -> None:
        """Nothing can be asked; the next `connected` owes both queries anew."""
        self._due_ms = None

    def sent_query_open_orders(self, turn: journal.Turn, action: QueryOpenOrders, order: None) -> None:
        """Look whether this is the second query."""
        if self._due_ms is not None and self.view.event_ms >= self._due_ms:
            self.antecedent(self._after)
            self._due_ms = None

    def on_turn(self, turn: journal.Turn) -> None:
        """Judge at the first event past the time of the second query."""
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
        self._due_ms = self.view.event_ms + self.view.config.sent_timeout_ms
        self.wake_ms = AWAKE_MS

    def _slack_ms(self) -> int:
        """Return how late the second query may be: a time-out of the first one, timers, a round trip."""
        return self.view.config.sent_timeout_ms + 2 * self.view.bounds.timer_ms + self.view.bounds.round_trip_ms


MONITORS: tuple[type[Monitor], ...] = (AsksTwice,)
