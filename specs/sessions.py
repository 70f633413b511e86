"""SES-1: quotes and counter-orders only in their hours."""

from __future__ import annotations

from model import events, journal
from model.actions import FLATTEN, Place
from specs.monitor import Monitor
from specs.own import OwnOrder
from specs.statements import statement
from specs.view import View


class QuotesInTheirHours(Monitor):
    """SES-1: none outside the quoting window, while a shutdown runs, or when disabled."""

    spec = statement("SES-1")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._known: tuple[int, tuple[str, ...]] = (-1, ())

    def told_oracle(self, turn: journal.Turn, event: events.Oracle) -> None:
        """Count prices that tempt a maker which does not look at the clock."""
        if self.view.usable(event.market):
            for reason in self._reasons():
                self.antecedent(reason, market=event.market)

    def told_fill(self, turn: journal.Turn, event: events.Fill) -> None:
        """Count fills that tempt it to send a counter-order."""
        if self.view.fill_fresh and self.view.config.counter_order_enabled:
            for reason in self._reasons():
                self.antecedent(f"{reason} · fill", market=event.market)

    def sent_place(self, turn: journal.Turn, place: Place, order: OwnOrder) -> None:
        """Judge every order but a close."""
        if order.role is FLATTEN:
            return
        reasons = self._reasons()
        if reasons:
            self.violated(f"{order.label()} is sent {' and '.join(reasons)}", place.market, place.cloid)

    def _reasons(self) -> tuple[str, ...]:
        """Return why nothing may be quoted now: the same for all actions of a reply."""
        view = self.view
        if self._known[0] == view.index:
            return self._known[1]
        found = []
        if not view.config.enabled:
            found.append("when disabled")
        if not view.stops.window_open(view.event_ms):
            found.append("outside the quoting window")
        if view.stops.running():
            found.append("with a shutdown running")
        self._known = (view.index, tuple(found))
        return self._known[1]


MONITORS: tuple[type[Monitor], ...] = (QuotesInTheirHours,)
