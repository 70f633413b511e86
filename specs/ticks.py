"""Monitors on how orders are rounded: TCK-1 (price, lot, minimum, direction) and SIZ-1 (sizes of rungs)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from model import events, journal
from model.actions import COUNTER, FLATTEN, Place
from model.config import SizeDistribution
from model.market import Market
from specs.definitions import ladder, rounding
from specs.monitor import Monitor
from specs.offsets import LadderMonitor
from specs.own import OwnOrder, sane
from specs.pricing import Facts
from specs.rungs import DECIMAL_DOUBT
from specs.showing import shown
from specs.statements import statement
from specs.view import View

MAX_REMEMBERED = 4096


class Legal(Monitor):
    """TCK-1. What an order was before rounding is known from the definitions: rung, counter-order or close."""

    spec = statement("TCK-1")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._prices: set[tuple[str, Decimal]] = set()
        self._sizes: set[tuple[str, Decimal]] = set()
        """What was found legal in a market; the same few prices and sizes come again and again."""

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """Begin a life, with markets of its own."""
        del turn, event
        self._prices.clear()
        self._sizes.clear()

    def sent_place(self, turn: journal.Turn, action: Place, order: OwnOrder) -> None:
        """Judge a new order."""
        self.antecedent(f"{order.role!s} · {order.where}")
        fault = self._illegal(action) or self._nearer(turn, order)
        if fault:
            self.violated(f"{order.label()}: {fault}", order.market, order.cloid)

    def _illegal(self, place: Place) -> str:
        market = self.view.markets.get(place.market)
        if market is None:
            return f"{place.market} is none of the told markets"
        if not self._is_fine(self._prices, rounding.is_legal_price, place.px, market):
            decimals = rounding.allowed_decimals(market)
            return f"price {place.px} is not legal: at most 5 figures and {decimals} decimals, or an integer"
        if not self._is_fine(self._sizes, rounding.is_legal_size, place.sz, market):
            return f"size {place.sz} is not a positive multiple of the lot {shown(rounding.lot(market))}"
        if not place.reduce_only and rounding.below_minimum(place.px, place.sz, market):
            return f"its value {place.px * place.sz} USD is under the venue's minimum of {market.min_notional_usd}"
        return ""

    def _is_fine(
        self, known: set[tuple[str, Decimal]], legal: Callable[[Decimal, Market], bool], number: Decimal, market: Market
    ) -> bool:
        """Say whether a price or size is sane and legal, and remember those that are."""
        if number.is_finite() and (market.name, number) in known:
            return True
        if not sane(number):
            return False
        if not legal(number, market):
            return False
        if len(known) >= MAX_REMEMBERED:
            known.clear()
        known.add((market.name, number))
        return True

    def _nearer(self, turn: journal.Turn, order: OwnOrder) -> str:
        exact = self._exact_prices(turn, order)
        if not exact:
            return ""
        market = self.view.markets[order.market]
        px = Fraction(order.px)
        for before, what in exact:
            over = (px - before) * order.side.sign
            doubt = abs(before) * DECIMAL_DOUBT
            step = rounding.price_step(before, market) if before > 0 else Fraction(0)
            if doubt < over and (over < step or order.role is FLATTEN):
                return f"nearer to the other side than {what} at {shown(before)} before rounding"
        return ""

    def _exact_prices(self, turn: journal.Turn, order: OwnOrder) -> list[tuple[Fraction, str]]:
        """Return what its price may have been before rounding; nothing when some fair reading explains it."""
        if order.role is FLATTEN:
            return self._closing_price(turn, order)
        if order.role is COUNTER:
            answer = self.view.pricing.answers.of(order)
            if answer is None or answer.fit is not None:
                return []
            return [(reading.due.px, "the counter-order due") for reading in answer.readings]
        facts = self.view.pricing.facts(order)
        if facts is None or facts.levels:
            return []
        levels = facts.nearest if order.level is None else (order.level,)
        return [(e.px, f"level {e.level}") for e in facts.expected if e.level in levels]

    def _closing_price(self, turn: journal.Turn, order: OwnOrder) -> list[tuple[Fraction, str]]:
        """Return mark ∓ slippage at the mark that allows the most."""
        marks: list[Decimal | None] = list(self.view.told_of(order.market).marks)
        if isinstance(turn.event, events.Fill) and turn.event.market == order.market:
            marks.append(turn.event.mark_px)
        slip = order.side.sign * Fraction(self.view.config.flatten_slippage_bps) / 10_000
        limits = [Fraction(mark) * (1 + slip) for mark in marks if mark is not None and sane(mark)]
        if not limits:
            return []
        limit = max(limits) if order.side.sign > 0 else min(limits)
        return [(limit, "mark and slippage")]


class Sizes(LadderMonitor):
    """SIZ-1, on sizes sent: by the level that a rung's price shows, at the mark told at sending."""

    spec = statement("SIZ-1")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._reply: dict[str, list[tuple[tuple[int, ...], OwnOrder]]] = {}
        self._sizes_usd: dict[int, Fraction] = {}
        self._most: dict[tuple[str, tuple[int, ...]], tuple[Decimal, Decimal]] = {}
        """The largest size of a market's levels, with the mark that it was worked out by."""

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """Begin a life, with a config of its own."""
        del turn, event
        self._sizes_usd.clear()
        self._most.clear()

    def sent_rung(self, order: OwnOrder, facts: Facts) -> None:
        """Compare with what was computed for its level, and gather the reply's rungs."""
        market, mark = self.view.markets[order.market], min(order.marks, default=None)
        if mark is None or not sane(order.place.sz):
            return
        config = self.view.config
        self.antecedent(f"{config.size_distribution!s} · {order.where}")
        most = self._most_of(facts.true_levels, mark, market)
        if order.place.sz > most:
            self.violated(
                f"{order.label()} is larger than the {shown(Fraction(most))} computed for level "
                f"{'/'.join(map(str, facts.true_levels))} at mark {mark}",
                order.market,
                order.cloid,
            )
        self._reply.setdefault(order.market, []).append((facts.true_levels, order))

    def on_reply(self, turn: journal.Turn) -> None:
        """Compare the sizes of one reply with each other."""
        del turn
        if not self._reply:
            return
        uniform = self.view.config.size_distribution is SizeDistribution.UNIFORM
        for market, rungs in self._reply.items():
            ascending = sorted(rungs, key=lambda pair: (min(pair[0]), max(pair[0])))
            for (levels, inner), (others, outer) in pairwise(ascending):
                # Rungs that rounding puts at one price may be of any of its levels: those are no evidence.
                falls = inner.place.sz > outer.place.sz and max(levels) <= min(others)
                if falls or (uniform and inner.place.sz != outer.place.sz):
                    rule = "uniform sizes are equal" if uniform else "sizes do not fall with the level"
                    self.violated(f"{inner.label()} beside {outer.label()}: {rule}", market, outer.cloid)
        self._reply.clear()

    def _most_of(self, levels: tuple[int, ...], mark: Decimal, market: Market) -> Decimal:
        """Return the largest size that was computed for one of some levels."""
        known = self._most.get((market.name, levels))
        if known is not None and known[0] == mark:
            return known[1]
        if len(self._most) >= MAX_REMEMBERED:
            self._most.clear()
        found = most_size(max(self._usd(level) for level in levels), mark, market)
        self._most[market.name, levels] = (mark, found)
        return found

    def _usd(self, level: int) -> Fraction:
        """Return a level's size in USD, with the doubt of its digits."""
        known = self._sizes_usd.get(level)
        if known is None:
            known = ladder.size_usd(self.view.config, level) * (1 + DECIMAL_DOUBT)
            self._sizes_usd[level] = known
        return known


def most_size(usd: Fraction, mark: Decimal, market: Market) -> Decimal:
    """Return the whole lots that a positive value buys at a mark at most, in base units and exactly."""
    value, parts = usd.as_integer_ratio()
    px, px_parts = mark.as_integer_ratio()
    lots = value * px_parts * 10**market.sz_decimals // (parts * px)
    return Decimal((0, tuple(map(int, str(lots))), -market.sz_decimals))


MONITORS: tuple[type[Monitor], ...] = (Legal, Sizes)
