"""Which rungs a ladder lacks by definition: what INV-3 and ORD-15 ask of a requote (L-3, I-5)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from model.actions import FLATTEN, Side
from specs.definitions import ladder
from specs.definitions.exact import exact
from specs.definitions.rounding import floor_size
from specs.rungs import Expected, Rungs
from specs.view import View

ZERO = Decimal(0)
Gap = tuple[int, Fraction, Fraction]
"""A level that no order stands at, its price and its size."""


class Ladder:
    """One side of a market's ladder as it must be now, where all fair readings agree on it; else `rungs` is empty."""

    def __init__(self, view: View, market: str, side: Side) -> None:
        told, readings = view.told_of(market), view.pricing.readings(market)
        self._view, self._market, self._side = view, market, side
        sure = len(readings) == 1 and len(told.marks) == 1 and not view.orders.perhaps_in(market)
        self.rungs = view.pricing.expected(market, side, readings) if sure else Rungs()
        self._oracle_px, self._mark_px = told.oracle_px or ZERO, told.mark_px or ZERO
        self._own = view.orders.open_in(market)
        standing = self._own if self.rungs else ()
        self._taken = {level for order in standing if order.side is side for level in self.rungs.at(order.px)}
        """The levels at whose price an order stands."""

    def gap_inside(self, level: int) -> Gap | None:
        """Return the innermost rung inside a level that should stand and does not, whether or not it fits."""
        for rung in self.rungs[:level]:
            gap = None if rung.level in self._taken else self._gap(rung)
            if gap is not None:
                return gap
        return None

    def gap_with_room(self) -> Gap | None:
        """Return the innermost rung that is missing, if it fits by all own orders not yet ended (L-3, I-5)."""
        if not self.rungs or self._leans():
            return None
        gap = self.gap_inside(len(self.rungs))
        if gap is None or any(self._meets(rung) for rung in self.rungs[: gap[0] + 1]):
            return None
        view, sign = self._view, self._side.sign
        held = max(exact(net) * sign for net in view.positions.candidates(self._market))
        same = (order for order in self._own if order.side is self._side and order.role is not FLATTEN)
        resting = sum((max(Fraction(0), exact(order.unfilled_told)) for order in same), Fraction(0))
        fits = (held + resting + gap[2]) * exact(self._mark_px) <= exact(view.config.max_position_usd)
        return gap if fits else None

    def _gap(self, rung: Expected) -> Gap | None:
        """Return a rung at whose price nobody stands, if it is legal, worth enough and meets nobody."""
        market, px, oracle = self._view.markets[self._market], rung.low_px, exact(self._oracle_px)
        if not rung.usable or px != rung.high_px or self._meets(rung):
            return None
        inside = (other.low_px for other in self.rungs[: rung.level])
        if px in inside or abs(px - oracle) * ladder.BPS > ladder.FARTHEST_BPS * oracle:
            return None
        sz = floor_size(ladder.size_usd(self._view.config, rung.level) / exact(self._mark_px), market)
        if sz <= 0 or px * sz < Fraction(market.min_notional_usd):
            return None
        return rung.level, px, sz

    def _meets(self, rung: Expected) -> bool:
        """Say whether a rung would meet an own order of the other side (L-13)."""
        sign, px = self._side.sign, rung.low_px
        return any(order.side is not self._side and (px - exact(order.px)) * sign >= 0 for order in self._own)

    def _leans(self) -> bool:
        """Say whether the position may forbid this side, or all (I-3, I-4)."""
        config, sign = self._view.config, self._side.sign
        ratios = self._view.ratios(self._market)
        return any(
            r * sign >= config.inventory_warn_ratio or abs(r) >= config.inventory_emergency_ratio for r in ratios
        )
