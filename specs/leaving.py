"""ORD-15: a requote leaves an order that was filled in part only where a rung has its price and what is left of it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from model import events, journal
from model.actions import LADDER
from specs.definitions import ladder
from specs.definitions.rounding import floor_size
from specs.duties import cancel_missing
from specs.monitor import Monitor
from specs.own import OwnOrder
from specs.quotable import Quotable
from specs.statements import statement
from specs.view import View

Known = tuple[int, Decimal, Decimal | None]
"""Since when a rest is known; what was filled of it, and the smallest remaining, by what was told."""


class NothingHalfIsLeft(Monitor):
    """ORD-15, judged at oracle updates.

    Whenever the last requote was, one of the updates within `requote_interval_ms` and the next one is a requote (L-3):
    an order that is left by all of them, and is a rung by none, should have gone.
    """

    spec = statement("ORD-15")
    turns = frozenset((events.Oracle,))

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._quotable = Quotable(view)
        self._rests: dict[str, dict[str, Known]] = {}

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """A new life has its own ladder."""
        self._quotable.heard(turn)
        self._rests.clear()

    def told_unknown(self, turn: journal.Turn, event: events.Unknown) -> None:
        """Note a doubt: where quoting may be halted nothing is asked."""
        self._quotable.heard(turn)

    def on_turn(self, turn: journal.Turn) -> None:
        """Look at what an update of a price has left."""
        event = turn.event
        if not isinstance(event, events.Oracle):
            return
        before = self._rests.get(event.market, {})
        self._rests[event.market] = {
            order.cloid: self._look(order, before.get(order.cloid))
            for order in self.view.orders.open_in(event.market)
            if order.in_part_told and self._is_rest(order) and cancel_missing(self.view, order)
        }

    def _is_rest(self, order: OwnOrder) -> bool:
        rung = order.role is LADDER and order.life == self.view.life and not self.view.guessed(order)
        return rung and order.cancellable and not order.cancels_ms

    def _look(self, order: OwnOrder, known: Known | None) -> Known:
        """Return since when the rest stands where nothing asks for it; blame it when a requote has left it."""
        now_ms, view = self.view.event_ms, self.view
        fresh = (now_ms, order.told_filled, order.told_remaining)
        if known is None or known[1:] != fresh[1:] or self._quotable.excuse(order.market):
            return fresh
        levels = self._levels(order)
        if self._is_rung(order, levels):
            return fresh
        if levels:
            self.antecedent("part-filled at a rung's price", order)
        waited_ms = now_ms - known[0]
        if waited_ms < view.config.requote_interval_ms:
            return known
        left = f"{order.remaining_told} of it are left, and no rung has that size"
        fact = f"is left in place by every requote of the last {waited_ms} ms, although {left}"
        self.violated(f"{order.label()} {fact}", order.market, order.cloid)
        return fresh

    def _levels(self, order: OwnOrder) -> tuple[int, ...]:
        """Return the levels whose rungs have the order's price now, by some fair reading."""
        px, pricing = order.px.as_integer_ratio(), self.view.pricing
        expected = pricing.expected(order.market, order.side, pricing.readings(order.market))
        return tuple(dict.fromkeys(rung.level for rung in expected if rung.takes(px)))

    def _is_rung(self, order: OwnOrder, levels: tuple[int, ...]) -> bool:
        """Say whether a rung of the order's price has its remaining size, by fills or as told (L-4)."""
        view, market = self.view, self.view.markets[order.market]
        left = {Fraction(order.remaining_told), Fraction(order.unfilled_told)}
        marks = view.told_of(order.market).marks
        sizes = (ladder.size_usd(view.config, level) / Fraction(mark) for level in levels for mark in marks)
        return any(floor_size(size, market) in left for size in sizes)


MONITORS: tuple[type[Monitor], ...] = (NothingHalfIsLeft,)
