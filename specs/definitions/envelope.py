"""What a config can do at worst, by definition: its ladder tried at every corner of what it depends on (CFG-3).

Offsets are monotone in each of their inputs, so that the least and the greatest stand at corners.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import product

from model.actions import Side
from model.config import MakerConfig
from model.market import Market
from specs.definitions import ladder, rounding
from specs.definitions.ladder import FARTHEST_BPS, Inputs
from specs.definitions.wicks import CAP_BPS, PERCENTILES, Statistics

LEANS = (Fraction(-1), Fraction(0), Fraction(1))
SPREAD_PERCENT = range(80, 121, 5)
"""How far the prices are moved to look for sizes under the venue's minimum: ± 20 %."""


@dataclass(frozen=True, slots=True)
class Small:
    """A rung under the venue's minimum after rounding: its level, price and value in USD."""

    market: str
    side: Side
    level: int
    px: Fraction
    value_usd: Fraction


@dataclass(frozen=True, slots=True)
class Envelope:
    """The most that a config can do in one market; offsets in bps, values in USD at the mark.

    `widest_bps` is what is sent: rungs beyond 9500 bps are dropped (Q-7), `beyond` tells that there can be some.
    `side_usd`: all rungs of one side. `open_orders`: those being cancelled apart; None where counter-orders are
    unbounded. `position_usd`: what the maker's own placements can lead to (I-5).
    """

    tightest_bps: Fraction
    widest_bps: Fraction
    beyond: bool
    side_usd: Fraction
    open_orders: int | None
    position_usd: Fraction


def statistics_of(wick_bps: Fraction) -> Statistics:
    """Return valid statistics of a market whose every wick is `wick_bps`."""
    wick = float(wick_bps)
    return Statistics((wick,) * len(PERCENTILES), 1, True, wick, "P99", wick, wick)


def corners(config: MakerConfig) -> Iterator[Inputs]:
    """Yield all that a ladder depends on, at its extremes: leans, multiplier, statistics none, calm and wildest."""
    multipliers = [Fraction(1)]
    if config.adverse_consecutive_fills:
        multipliers.append(Fraction(config.adverse_spread_multiplier))
    known: list[Statistics | None] = [None]
    if config.dynamic_offset_enabled:
        known += [statistics_of(Fraction(0)), statistics_of(CAP_BPS)]
    trends = LEANS if config.velocity_skew_enabled else (Fraction(0),)
    for ratio, trend, multiplier, statistics in product(LEANS, trends, multipliers, known):
        yield Inputs(Fraction(1), ratio, trend, multiplier, statistics)


def offsets_bps(config: MakerConfig) -> tuple[Fraction, Fraction]:
    """Return the least and the greatest offset that any rung can have, those that are dropped included."""
    found = [
        rung.offset_bps for inputs in corners(config) for side in Side for rung in ladder.ladder(config, inputs, side)
    ]
    return min(found), max(found)


def envelope(config: MakerConfig) -> Envelope:
    """Return the envelope of a config in any market."""
    tightest, widest = offsets_bps(config)
    orders = 2 * config.num_levels + 1
    counters: int | None = config.counter_max_open if config.counter_order_enabled else 0
    if config.counter_order_enabled and not config.counter_max_open:
        counters = None
    return Envelope(
        tightest,
        min(widest, FARTHEST_BPS),
        widest > FARTHEST_BPS,
        sum((ladder.size_usd(config, level) for level in range(config.num_levels)), Fraction(0)),
        None if counters is None else orders + counters,
        Fraction(config.max_position_usd),
    )


def under_minimum(config: MakerConfig, market: Market, oracle_px: Decimal) -> list[Small]:
    """Return the unskewed rungs that fall under the venue's minimum after rounding, each level's smallest (Q-9).

    Oracle and mark are tried ± 20 %, as far apart as Q-0 allows.
    """
    smallest: dict[tuple[Side, int], Small] = {}
    bases = ladder.bases_bps(config, None)
    gap = Fraction(config.max_oracle_mark_gap_bps) / 10_000
    for percent, mark_percent in product(SPREAD_PERCENT, SPREAD_PERCENT):
        oracle, mark = Fraction(oracle_px) * percent / 100, Fraction(oracle_px) * mark_percent / 100
        if gap and abs(oracle - mark) > gap * oracle:
            continue
        for side in Side:
            for rung in ladder.ladder(config, Inputs(oracle), side, bases):
                small = _small(market, rung, mark)
                known = smallest.get((side, rung.level))
                if small is not None and (known is None or small.value_usd < known.value_usd):
                    smallest[(side, rung.level)] = small
    return [smallest[key] for key in sorted(smallest, key=lambda key: (key[1], key[0]))]


def _small(market: Market, rung: ladder.Rung, mark: Fraction) -> Small | None:
    """Return a rung that can be priced and is worth too little; None for any other."""
    if not rung.usable:
        return None
    px = rounding.passive_price(rung.px, rung.side, market)
    value = px * rounding.floor_size(rung.size_usd / mark, market)
    if value >= Fraction(market.min_notional_usd):
        return None
    return Small(market.name, rung.side, rung.level, px, value)


def flags(config: MakerConfig, markets: tuple[tuple[Market, Decimal], ...]) -> list[str]:
    """Say what in a config deserves a second look; `markets` with the oracle price at which they are quoted."""
    found = envelope(config)
    lines = []
    if found.tightest_bps < Fraction(config.fee_buffer_bps):
        lines.append(f"the tightest offset, {_number(found.tightest_bps)} bps, is under the fee buffer")
    if found.beyond:
        lines.append("the widest rungs can lie beyond 9500 bps, where they are dropped")
    if found.side_usd > found.position_usd:
        limit = _number(found.position_usd)
        lines.append(f"one side's ladder, {_number(found.side_usd)} USD, is over the position limit of {limit} USD")
    if found.open_orders is None:
        lines.append("open counter-orders have no bound (counter_max_open is 0)")
    for market, oracle_px in markets:
        small = under_minimum(config, market, oracle_px)
        if small:
            lines.append(_told(config, market, small))
    return lines


def _told(config: MakerConfig, market: Market, small: list[Small]) -> str:
    """Say which rungs are too small for the venue, and how small."""
    worst = min(small, key=lambda one: one.value_usd)
    rungs = f"{len(small)} of {2 * config.num_levels} rungs"
    fact = f"{worst.side} L{worst.level} at {_number(worst.px)} is worth {_number(worst.value_usd)} USD"
    return (
        f"{market.name}: within ± 20 % of the price {rungs} can fall under the minimum of"
        f" {market.min_notional_usd} USD ({fact})"
    )


def _number(value: Fraction) -> str:
    """Write a number for a person, to six significant figures."""
    return f"{float(value):.6g}"
