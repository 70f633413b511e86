"""What a ladder must be by definition, from what the maker was told: shared by all monitors that judge numbers.

Where the rules leave a reading open (a corrected position, a decay dated by venue or arrival, the order of a
weekend's reset and its first tick), every fair reading is kept: a rung is blamed only if none explains it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import islice, product
from typing import TYPE_CHECKING

from model import events
from model.actions import BUY, LADDER, Side
from model.config import MakerConfig
from specs import week
from specs.answers import Answers
from specs.definitions import ladder, rounding
from specs.definitions.adverse import AdverseCount
from specs.definitions.exact import exact
from specs.definitions.inventory import ratio
from specs.definitions.ladder import Inputs
from specs.definitions.velocity import Trend
from specs.definitions.wicks import Statistics, WickWindow
from specs.own import OwnOrder, sane
from specs.rungs import BPS, Expected, Rungs, Terms, Whole, rungs

if TYPE_CHECKING:
    from specs.view import View

Readings = tuple[Inputs, ...]
Parts = tuple[
    Decimal,
    tuple[Decimal, ...],
    tuple[Decimal, ...],
    tuple[Fraction, ...],
    tuple[Fraction, ...],
    tuple[Statistics | None, ...],
]
"""What readings are made of: oracle, positions, marks, trends, multipliers, statistics."""
MAX_READINGS = 512
"""More than all that the held positions, marks, trends and multipliers make."""
MAX_HISTORY = 256
NOTHING_ASKED = (None, None)
PRUNE_LEAST = 512
FORGET_MS = 700_000
"""A rung's facts are dropped so long after its end: role and level are remembered 600 000 ms (L-4)."""


class Facts:
    """What the definitions say of one ladder order, at its sending.

    `levels`: those whose price it has by some fair reading, the declared one alone where it is among them.
    `nearest`: the same, or without any see `closest`. `away`: its distance from the oracle last told, in oracles.
    """

    __slots__ = ("away", "expected", "levels", "nearest", "order_px", "readings")

    def __init__(self, order: OwnOrder, readings: Readings, expected: Rungs) -> None:
        assert order.oracle_px is not None
        self.order_px = order.px
        self.readings = readings
        self.expected = expected
        self.levels = expected.at(order.px)
        if order.level is not None and order.level in self.levels:
            self.levels = (order.level,)
        self.nearest = self.levels or closest(expected, Fraction(order.px), order.level)
        oracle, oracle_parts = order.oracle_px.as_integer_ratio()
        px, px_parts = order.px.as_integer_ratio()
        self.away: Whole = (oracle * px_parts - px * oracle_parts) * order.side.sign, oracle * px_parts

    def nearer_than(self, bound_bps: Whole) -> bool:
        """Say whether the order stands nearer to the oracle than this many bps."""
        away, parts = self.away
        bound, bound_parts = bound_bps
        return away * BPS * bound_parts < bound * parts

    @property
    def px(self) -> Fraction:
        """The order's price."""
        return Fraction(self.order_px)

    @property
    def offset_bps(self) -> Fraction:
        """Its distance from the oracle last told."""
        return Fraction(*self.away) * ladder.BPS

    @property
    def true_levels(self) -> tuple[int, ...]:
        """The levels that the order may have (L-1)."""
        return self.levels or self.nearest


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a ladder could be computed from at an oracle update: L-3 may give a kept order another level then."""

    index: int
    now_ms: int
    readings: tuple[Inputs, ...]


class MarketPricing:
    """The told history of one market, as far as a ladder depends on it."""

    def __init__(self, config: MakerConfig) -> None:
        self.config = config
        self.wicks = WickWindow(config)
        self.trends: list[Trend] = [Trend(config)]
        self.adverse = AdverseCount(config)
        self.history: deque[Snapshot] = deque(maxlen=MAX_HISTORY)
        self._readings: tuple[Parts | None, Readings] = (None, ())
        self._statistics: tuple[Statistics | None, tuple[Statistics, ...]] = (None, ())
        self._trends: tuple[tuple[tuple[Fraction, ...], ...], tuple[Fraction, ...]] = ((), ())

    def tick(self, now_ms: int, px: Decimal, new_weekend: bool) -> None:
        """Record a told oracle price (V-7, W-1); the first of a weekend before or after the reset (S-4)."""
        if not sane(px):
            return
        self.wicks.tick(now_ms, px)
        if self.config.velocity_skew_enabled:
            for trend in self.trends:
                trend.tick(px)
            if new_weekend:
                self.trends.append(Trend(self.config))

    def reset(self) -> None:
        """Begin a new weekend (S-4)."""
        self.trends = [Trend(self.config)]
        self.adverse.reset()

    def statistics(self, now_ms: int) -> tuple[Statistics | None, ...]:
        """Return the statistics that a ladder may use: more than one where a last digit decides the breakpoint."""
        if not self.config.dynamic_offset_enabled:
            return (None,)
        told = self.wicks.statistics(now_ms)
        if self._statistics[0] is not told:
            options = sorted({told.optimal_bps, told.optimal_low_bps, told.optimal_high_bps})
            several = len(options) > 1
            fair = tuple(replace(told, optimal_bps=option) for option in options) if several else (told,)
            self._statistics = (told, fair)
        return self._statistics[1]

    def trend_values(self) -> tuple[Fraction, ...]:
        """Return the possible trends, 0 where the velocity skew is off."""
        each = tuple(trend.values() for trend in self.trends)
        if len(each) == 1:
            return each[0]
        if self._trends[0] != each:
            self._trends = (each, tuple(sorted({value for values in each for value in values})))
        return self._trends[1]

    def readings(
        self, oracle_px: Decimal, nets: tuple[Decimal, ...], marks: tuple[Decimal, ...], now_ms: int
    ) -> Readings:
        """Return all fair readings of what a ladder depends on now: the same ones until one of their parts changes."""
        trends, multipliers = self.trend_values(), self.adverse.multipliers(now_ms)
        parts = (oracle_px, nets, marks, trends, multipliers, self.statistics(now_ms))
        if self._readings[0] != parts:
            limit = self.config.max_position_usd
            ratios = [ratio(exact(net), exact(mark), limit) for net in nets for mark in marks]
            if len(ratios) > 1:
                ratios = sorted(set(ratios))
            oracle, rest = exact(oracle_px), product(ratios, *parts[3:])
            self._readings = (parts, tuple(Inputs(oracle, *part) for part in islice(rest, MAX_READINGS)))
        return self._readings[1]


class Pricing:
    """The expected ladders of a run, fed by the view; `facts` and `answers` are read by monitors."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._markets: dict[str, MarketPricing] = {}
        self._readings: dict[str, Readings] = {}
        self._terms = Terms.of(view.config)
        self._expected: dict[tuple[str, Side, int], tuple[Readings, Rungs]] = {}
        self._bases: dict[tuple[float, ...], list[Whole]] = {}
        self._facts: dict[tuple[str, int], Facts] = {}
        self._prune_at = PRUNE_LEAST
        self._asked: tuple[OwnOrder | None, Facts | None] = NOTHING_ASKED
        self._declared: dict[tuple[int, str, Side], list[tuple[Decimal, int | None]]] = {}
        self._weekend_ms = 0
        self._looked_until_ms = 0
        self.answers = Answers(view, self)

    # Called by the view, once per turn, when it knows the event.

    def heard(self, event: events.Event) -> None:
        """Take in the event of a turn."""
        if self._readings:
            self._readings.clear()
        self._asked = NOTHING_ASKED
        now_ms = self._view.event_ms
        new_weekend = now_ms >= self._looked_until_ms and self._new_weekend(now_ms)
        if type(event) is events.Oracle:
            self._oracle(event, now_ms, new_weekend)
        elif type(event) is events.Fill:
            self._fill(event, now_ms)
        self.answers.heard(event)

    def _new_weekend(self, now_ms: int) -> bool:
        """Say whether a weekend has begun, as it does at a full hour, and begin it (S-4)."""
        self._looked_until_ms = (now_ms // week.HOUR_MS + 1) * week.HOUR_MS
        weekend_ms = week.weekend_start(now_ms)
        if weekend_ms <= self._weekend_ms:
            return False
        self._weekend_ms = weekend_ms
        for market in self._markets.values():
            market.reset()
        return True

    def life_began(self, start: events.Start) -> None:
        """Forget what the former life was told."""
        self._readings.clear()
        self._asked = NOTHING_ASKED
        self._markets = {market.name: MarketPricing(start.config) for market in start.markets}
        self._weekend_ms = week.weekend_start(start.now_ms)
        self._looked_until_ms = 0
        self._terms = Terms.of(start.config)
        self._expected.clear()
        self._bases.clear()
        self._facts.clear()
        self._declared.clear()
        self.answers.life_began(start)

    def _oracle(self, event: events.Oracle, now_ms: int, new_weekend: bool) -> None:
        market = self._markets.get(event.market)
        if market is None:
            return
        market.tick(now_ms, event.oracle_px, new_weekend)
        if self._view.config.counter_order_enabled:
            readings = self.readings(event.market)
            if not market.history or market.history[-1].readings != readings:
                market.history.append(Snapshot(self._view.index, now_ms, readings))

    def _fill(self, event: events.Fill, now_ms: int) -> None:
        order, market = self._view.fill_order, self._markets.get(event.market)
        if market is None or order is None or not self._view.fill_fresh:
            return
        # An earlier life's order is of unknown role (L-4), so its fill is not adverse (I-6).
        if order.role is LADDER and order.life == self._view.life and len(order.told_fills) == 1:
            market.adverse.first_fill(order.side, now_ms, event.time_ms)

    # Read by monitors.

    def readings(self, market: str) -> Readings:
        """Return all fair readings of what a ladder of this market depends on now; none without usable prices."""
        known = self._readings.get(market)
        if known is None:
            known = self._readings[market] = self._read(market)
        return known

    def told_statistics(self, market: str, now_ms: int) -> Statistics:
        """Return the wick statistics of a market's told prices, whatever they are used for (V-7)."""
        return self._markets[market].wicks.statistics(now_ms)

    def expected(self, market: str, side: Side, readings: Readings) -> Rungs:
        """Return the rungs of a side by definition, for every reading, levels ascending within each."""
        key = (market, side, id(readings))
        known = self._expected.get(key)
        if known is not None and known[0] is readings:
            return known[1]
        if len(self._expected) > MAX_HISTORY:
            self._expected.clear()
        found = Rungs([rung for inputs in readings for rung in self._rungs(market, side, inputs)])
        self._expected[key] = (readings, found)
        return found

    def least_base_bps(self, readings: Readings) -> Whole:
        """Return the least L0 of some readings, before multiplier, skews and floor (Q-2)."""
        first = [self._bases_of(reading.statistics)[0] for reading in readings]
        return first[0] if len(first) == 1 else min(first, key=lambda base: Fraction(*base))

    def widening(self, inputs: Inputs, side: Side) -> Whole:
        """Return the factor of multiplier and skews on a side's bases."""
        return self._terms.widening(inputs, side)

    def facts(self, order: OwnOrder) -> Facts | None:
        """Return what the definitions say of a ladder order, to be asked first at its sending; None if nothing."""
        if order is self._asked[0]:
            return self._asked[1]
        key = (order.cloid, order.index)
        known = self._facts.get(key)
        if known is None and order.index == self._view.index and order.market in self._view.markets:
            known = self._judge(order)
            if known is not None:
                self._prune()
                self._facts[key] = known
        if order.index == self._view.index:
            self._asked = (order, known)
        return known

    def is_rung(self, order: OwnOrder) -> bool:
        """Say whether an order about to be known has the price and the size of a rung by definition (Q-7, Q-8)."""
        readings, market = self.readings(order.market), self._view.markets[order.market]
        levels = self.expected(order.market, order.side, readings).at(order.px) if readings else ()
        sizes = (ladder.size_usd(self._view.config, level) for level in levels)
        told = Fraction(order.place.sz)
        return any(told == rounding.floor_size(usd / Fraction(mark), market) for usd in sizes for mark in order.marks)

    def levels_of(self, order: OwnOrder) -> tuple[int, ...]:
        """Return the levels that a ladder order may have by now, kept through requotes or not (L-3)."""
        facts = self._facts.get((order.cloid, order.index))
        if facts is None:
            return ()
        levels = set(facts.true_levels)
        if not facts.levels and order.level is not None and self._outward(order):
            levels.add(order.level)
        market = self._markets.get(order.market)
        for snapshot in market.history if market is not None else ():
            if snapshot.index <= order.index:
                continue
            if order.cancels_ms and order.cancels_ms[0] <= snapshot.now_ms:
                break
            levels.update(self.expected(order.market, order.side, snapshot.readings).at(order.px))
        return tuple(sorted(levels))

    # The parts.

    def _read(self, market: str) -> Readings:
        told, pricing = self._view.told_of(market), self._markets.get(market)
        oracle_px, mark_px = told.oracle_px, told.mark_px
        if pricing is None or oracle_px is None or mark_px is None or not (sane(oracle_px) and sane(mark_px)):
            return ()
        nets = self._view.positions.candidates(market)
        return pricing.readings(oracle_px, nets, told.marks, self._view.event_ms)

    def _rungs(self, market: str, side: Side, inputs: Inputs) -> list[Expected]:
        widening = self._terms.widening(inputs, side)
        bases = self._bases_of(inputs.statistics)
        return rungs(self._terms, inputs, widening, side, bases, self._view.markets[market])

    def _bases_of(self, statistics: Statistics | None) -> list[Whole]:
        key = () if statistics is None else (statistics.optimal_bps, statistics.p100_bps, statistics.valid)
        known = self._bases.get(key)
        if known is None:
            if len(self._bases) > MAX_HISTORY:
                self._bases.clear()
            bases = ladder.bases_bps(self._view.config, statistics)
            known = self._bases[key] = [base.as_integer_ratio() for base in bases]
        return known

    def _judge(self, order: OwnOrder) -> Facts | None:
        readings = self.readings(order.market)
        if not readings or order.oracle_px is None or not sane(order.px):
            return None
        self._declared.setdefault((order.index, order.market, order.side), []).append((order.px, order.level))
        return Facts(order, readings, self.expected(order.market, order.side, readings))

    def _outward(self, order: OwnOrder) -> bool:
        """Say whether the levels declared in one reply go strictly outward: then they tell its rungs' places."""
        told = sorted(self._declared.get((order.index, order.market, order.side), ()), reverse=order.side is BUY)
        levels = [level for _, level in told if level is not None]
        return len(told) > 1 and len(levels) == len(told) and levels == sorted(set(levels))

    def _prune(self) -> None:
        """Forget the facts of orders that ended long ago."""
        if len(self._facts) < self._prune_at:
            return
        orders, now_ms = self._view.orders.by_cloid, self._view.event_ms
        for key in list(self._facts):
            order = orders.get(key[0])
            if order is None or (order.ended_ms is not None and now_ms - order.ended_ms > FORGET_MS):
                del self._facts[key]
        self._prune_at = PRUNE_LEAST + 2 * len(self._facts)
        kept = {index for _, index in self._facts}
        for group in list(self._declared):
            if group[0] not in kept:
                del self._declared[group]


def closest(expected: Sequence[Expected], px: Fraction, declared: int | None) -> tuple[int, ...]:
    """Return the levels whose rung is closest to `px`, and the declared one if it is a neighbour of these.

    An order that stands on no rung is another spec's fault: its level is in doubt, but not beyond the next one.
    """
    if not expected:
        return ()
    least = min(abs(e.px - px) for e in expected)
    found = {e.level for e in expected if abs(e.px - px) == least}
    if declared is not None and any(abs(declared - level) <= 1 for level in found):
        found.add(declared)
    return tuple(sorted(found))
