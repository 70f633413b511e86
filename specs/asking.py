"""ORD-14: the maker asks what is open at start and reconnect, again when all has landed, and every so often (L-7)."""

from __future__ import annotations

from model import events, journal
from model.actions import QueryOpenOrders
from specs.monitor import ASLEEP_MS, AWAKE_MS, Monitor
from specs.statements import statement
from specs.view import View

RECONNECT = "reconnect"


class AsksTwice(Monitor):
    """ORD-14. One query is outstanding at a time, so that the second may wait a time-out for the first one's answer.

    The first one leaves with the start or the reconnect; only where the connection dropped over a query, some makers
    wait for its answer first (L-7a), and what is told unasked after `connected` may count as the first answer (port
    protocol). `_first_ms`: by when it must have left; `_due_ms`: from when a query counts as the second one. Each is
    None while none is owed. `_asked_ms`: when the query was sent whose answer is still out. `_heard_ms`: when one last
    left or was answered, or a life or connection began; the interval counts from any of these. None while disconnected.
    """

    spec = statement("ORD-14")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._after = ""
        self._first_ms: int | None = None
        self._due_ms: int | None = None
        self._asked_ms: int | None = None
        self._heard_ms: int | None = None

    def switched_off(self) -> str:
        """A maker that never asks has longer bounds instead."""
        return "" if "reconcile" in self.view.features else "the maker does not declare reconcile"

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """A life begins: what the one before had under way is still landing."""
        self._asked_ms = None
        self._owe("start")

    def told_connected(self, turn: journal.Turn, event: events.Connected) -> None:
        """The connection is back: what was under way when it dropped is still landing."""
        self._owe(RECONNECT)

    def told_disconnected(self, turn: journal.Turn, event: events.Disconnected) -> None:
        """Nothing can be asked; the next `connected` owes both queries anew."""
        self._first_ms = self._due_ms = self._heard_ms = None

    def told_open_orders(self, turn: journal.Turn, event: events.OpenOrders) -> None:
        """The answer to the last query leaves none open; any, late as it may be, tells what is open."""
        connected_ms = self.view.halts.connected_ms
        if connected_ms is not None and event.sent_ms >= connected_ms:
            self._first_ms = None
        if self._heard_ms is not None:
            self._heard_ms = self.view.event_ms
        if event.sent_ms == self._asked_ms:
            self._asked_ms = None

    def sent_query_open_orders(self, turn: journal.Turn, action: QueryOpenOrders, order: None) -> None:
        """Look whether this is the first query, or the second."""
        if self._first_ms is not None:
            self.antecedent(f"{self._after}, first")
            self._first_ms = None
        self._asked_ms = self.view.event_ms
        if self._heard_ms is not None:
            self._heard_ms = self.view.event_ms
        if self._due_ms is not None and self.view.event_ms >= self._due_ms:
            self.antecedent(self._after)
            self._due_ms = None

    def on_turn(self, turn: journal.Turn) -> None:
        """Judge at the first event past the time of the first query, then of the second; and past the interval.

        A signal or a hard stop that has been answered leaves a life nothing to ask for (L-9).
        """
        wake_ms = self._judge_owed()
        stop = self.view.stops.current
        if stop is not None and stop.lasting and stop.answered_ms is not None:
            self._heard_ms = None
        if self._heard_ms is not None:
            until_ms = self._heard_ms + self.view.config.reconcile_interval_ms + self._slack_ms()
            if self.view.event_ms > until_ms:
                self._judge_interval(self._heard_ms)
            wake_ms = min(wake_ms, max(until_ms, self.view.event_ms) + 1)
        self.wake_ms = wake_ms

    def _judge_interval(self, heard_ms: int) -> None:
        """Blame a maker that has asked nothing for an interval; the next one counts from here."""
        self._heard_ms = self.view.event_ms
        fact = f"no query for open orders left, and none was answered, for {self.view.event_ms - heard_ms} ms"
        allowed = f"`reconcile_interval_ms` is {self.view.config.reconcile_interval_ms}"
        self.violated(f"{fact}; {allowed}, and {self._slack_ms()} ms more are allowed")

    def _judge_owed(self) -> int:
        """Judge the first and the second query; return when to look again."""
        if self._first_ms is not None and self.view.event_ms > self._first_ms:
            late_ms, self._first_ms = self.view.event_ms - self._first_ms, None
            self.antecedent(f"{self._after}, first")
            self.violated(f"no query for open orders left in time after the {self._after}: it is {late_ms} ms late")
        if self._first_ms is not None:
            return self._first_ms + 1
        if self._due_ms is None:
            return ASLEEP_MS
        if self.view.event_ms <= self._due_ms + self._slack_ms():
            return self._due_ms + self._slack_ms() + 1
        late_ms = self.view.event_ms - self._due_ms
        self._due_ms = None
        self.antecedent(self._after)
        fact = f"no query for open orders left in the {late_ms} ms since a second one was due after the {self._after}"
        self.violated(f"{fact} (`sent_timeout_ms` later, and at most {self._slack_ms()} ms more)")
        return ASLEEP_MS

    def _owe(self, after: str) -> None:
        self._after, self._heard_ms = after, self.view.event_ms
        answer_ms = self.view.bounds.round_trip_ms if after == RECONNECT else 0
        wait_ms = self.view.config.sent_timeout_ms if self._asked_ms is not None else answer_ms
        self._first_ms = self.view.event_ms + wait_ms + 2 * self.view.bounds.timer_ms
        self._due_ms = self.view.event_ms + self.view.config.sent_timeout_ms
        self.wake_ms = AWAKE_MS

    def _slack_ms(self) -> int:
        """Return how late a query may be beside the one before it: that one's time-out, timers, a round trip."""
        return self.view.config.sent_timeout_ms + 2 * self.view.bounds.timer_ms + self.view.bounds.round_trip_ms


MONITORS: tuple[type[Monitor], ...] = (AsksTwice,)
