"""ORD-15: a requote leaves nothing half: no order filled in part that is no rung, and no rung out that has room."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from model import events, journal
from model.actions import BUY, LADDER, SELL, Cancel, Place, Side
from specs.definitions import ladder
from specs.definitions.rounding import floor_size
from specs.duties import cancel_missing
from specs.gaps import Gap, Ladder
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
        self._lacking_ms: dict[tuple[str, Side], int] = {}
        self._placed: set[tuple[str, Side]] = set()
        self._cleared: set[tuple[str, Side]] = set()

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """A new life has its own ladder."""
        self._quotable.heard(turn)
        self._rests.clear()
        self._lacking_ms.clear()

    def told_unknown(self, turn: journal.Turn, event: events.Unknown) -> None:
        """Note a doubt: where quoting may be halted nothing is asked."""
        self._quotable.heard(turn)

    def sent_place(self, turn: journal.Turn, place: Place, order: OwnOrder) -> None:
        """Note a side on which a rung goes out."""
        if order.role is LADDER:
            self._placed.add((order.market, order.side))

    def sent_cancel(self, turn: journal.Turn, cancel: Cancel, order: OwnOrder | None) -> None:
        """Note a side whose rungs are replaced."""
        if order is not None and order.role is LADDER and len(order.cancels_ms) == 1:
            self._cleared.add((order.market, order.side))

    def on_reply(self, turn: journal.Turn) -> None:
        """Count requests; only what is sent in the reply to an update is judged."""
        self._quotable.turned(turn)
        if not isinstance(turn.event, events.Oracle):
            self._placed, self._cleared = set(), set()

    def _judge_gap(self, market: str, side: Side, by: str) -> None:
        gap = self._gap(market, side)
        if gap is not None:
            level, px, sz = gap
            fact = f"{side} level {level}, {float(sz):g} @ {float(px):g}, is left out by {by}, although it has room"
            self.violated(f"{fact}: it goes out at once", market)

    def _gap(self, market: str, side: Side) -> Gap | None:
        """Return a rung that is missing with room for it, nothing holding it back."""
        spending, levels = self._quotable.spending, self.view.config.num_levels
        if self._quotable.excuse(market) or spending.surely_left() <= spending.reserve + 4 * levels:
            return None
        return Ladder(self.view, market, side).gap_with_room()

    def _look_for_gaps(self, market: str) -> None:
        """Of two updates `requote_interval_ms` apart the second is a requote: what both lack it has left out.

        While a cancel is out its last word may be waited for; where no rung stands at all the maker may not have
        resumed yet, which CFG-5 and ORD-6 judge.
        """
        orders = self.view.orders.open_in(market)
        waits = any(order.cancels_ms for order in orders) or not any(o.role is LADDER for o in orders)
        for side in (BUY, SELL):
            known_ms = self._lacking_ms.pop((market, side), None)
            if waits or self._gap(market, side) is None:
                continue
            now_ms = self.view.event_ms
            if known_ms is None or now_ms - known_ms < self.view.config.requote_interval_ms:
                self._lacking_ms[market, side] = now_ms if known_ms is None else known_ms
            else:
                self._judge_gap(market, side, f"every requote of the last {now_ms - known_ms} ms")

    def on_turn(self, turn: journal.Turn) -> None:
        """Look at what an update of a price has left."""
        event = turn.event
        if not isinstance(event, events.Oracle):
            return
        if event.market in self.view.markets:
            self._look_for_gaps(event.market)
        for market, side in sorted(self._placed & self._cleared):
            self._judge_gap(market, side, "this requote")
        self._placed, self._cleared = set(), set()
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
