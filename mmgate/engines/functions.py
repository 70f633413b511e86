"""Properties of the model's own functions against the independent definitions, on inputs that Hypothesis draws.

A check gets one drawn case and gives a text if the statement is broken, None if it holds, `UNMET` if the case does
not meet the statement's condition. Comparisons are in exact fractions; SLACK covers the model's 28 digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from mmgate.engines.cases import (
    FillCase,
    LadderCase,
    configs,
    fill_cases,
    ladder_cases,
    levels_of,
    prices,
    stats_of,
    tick_lists,
)
from model import market, quoting, velocity, volatility
from model.actions import Side
from model.config import LevelDistribution, MakerConfig, VelocityWeighting
from specs.definitions import counter as counters
from specs.definitions import ladder as ladders
from specs.definitions import rounding, wicks
from specs.definitions import velocity as trends

SLACK = Fraction(1, 10**20)
"""Relative slack: the model rounds each product to 28 digits."""
POWER_SLACK = Fraction(1, 10**13)
"""The power's documented error on any offset (N-3)."""
UNMET = "unmet"

Check = Callable[[Any], str | None]


@dataclass(frozen=True, slots=True)
class Property:
    """One statement about functions: the spec it belongs to, what it draws, what it checks.

    `shape`: the type of a case, by which it can be kept and asked again; None: it can't be. `kind`: in which list
    the title stands: "function", "law" or "story".
    """

    spec_id: str
    title: str
    cases: st.SearchStrategy[Any]
    check: Check
    shape: Any = None
    kind: str = "function"


def _distance_bps(case: LadderCase, side: Side, px: Decimal) -> Fraction:
    return ladders.told_offset_bps(case.oracle_px, px, side)


def _short(found: Fraction, floor: Fraction) -> bool:
    return found < floor * (1 - SLACK)


def innermost_keeps_its_floors(case: LadderCase) -> str | None:
    """OFF-1: without inventory, trend and multiplier, L0 stands at its floors or beyond."""
    quotes = quoting.compute_quotes(case.config, case.oracle_px, Decimal(0), Decimal(1), Decimal(0), case.stats)
    known = _definition(case.stats)
    floor = ladders.innermost_bps(case.config, known)
    for side, kept in ((Side.BUY, quotes.bids), (Side.SELL, quotes.asks)):
        for quote in kept[:1]:
            found = _distance_bps(case, side, quote.px)
            if quote.level == 0 and _short(found, floor):
                return f"L0 of the {side} side stands at {float(found)} bps, its floor is {float(floor)} bps"
    return None if quotes.bids or quotes.asks else UNMET


def fee_floor_is_kept(case: LadderCase) -> str | None:
    """OFF-3: no rung sent stands nearer than the fee buffer, whatever skews say."""
    rungs = case.rungs()
    if not case.config.skew_respects_fee_floor or not rungs:
        return UNMET
    floor = Fraction(case.config.fee_buffer_bps)
    for rung in rungs:
        found = _distance_bps(case, rung.side, rung.px)
        if _short(found, floor):
            return f"{rung.side} L{rung.level} stands at {float(found)} bps, under the fee buffer of {float(floor)} bps"
    return None


def skews_swap_sides(case: LadderCase) -> str | None:
    """OFF-5: with ratio and trend negated the sides swap offsets, and a long position pushes bids out."""
    here, there = case.quotes(), case.quotes(-case.ratio, -case.trend)
    bids = {quote.level: quote.final_offset_bps for quote in here.bids}
    asks = {quote.level: quote.final_offset_bps for quote in there.asks}
    for level in bids.keys() & asks.keys():
        if bids[level] != asks[level]:
            return f"L{level}: the bid's offset {bids[level]} is not the ask's {asks[level]} with the skews negated"
    if case.ratio <= 0 or case.trend < 0:
        return None if bids else UNMET
    straight = {quote.level: quote.final_offset_bps for quote in here.asks}
    for level in sorted(bids.keys() & straight.keys()):
        if bids[level] < straight[level]:
            return f"L{level}: long, and the bid at {bids[level]} bps is nearer than the ask at {straight[level]} bps"
    return None


def corrupt_statistics_are_told(case: LadderCase) -> str | None:
    """OFF-7: NaN or infinite statistics leave the floors standing and raise a warning."""
    config = case.config
    if not config.dynamic_offset_enabled or case.stats is None:
        return UNMET
    bad = math.nan if case.ratio < 0 else math.inf if case.trend < 0 else -math.inf
    stats = stats_of([bad] * 7, True, bad)
    quotes = quoting.compute_quotes(config, case.oracle_px, Decimal(0), Decimal(1), Decimal(0), stats)
    if quoting.DATA_CORRUPTION not in quotes.warnings:
        return f"statistics are {bad}, and no data_corruption is told"
    floor = max(config.min_offset_bps, config.fee_buffer_bps, Decimal(1))
    for quote in (*quotes.bids[:1], *quotes.asks[:1]):
        if quote.final_offset_bps < floor:
            return f"statistics are {bad}, and L{quote.level} stands at {quote.final_offset_bps} bps, under {floor}"
    return None


def power_is_precise(case: LadderCase) -> str | None:
    """OFF-8: every offset of an exponential ladder is the definition's, within the documented bound."""
    config = case.config
    if config.level_distribution is not LevelDistribution.EXPONENTIAL or config.num_levels < 3:
        return UNMET
    quotes = quoting.compute_quotes(config, case.oracle_px, Decimal(0), Decimal(1), Decimal(0), case.stats)
    for quote in quotes.bids:
        wanted = ladders.level_bps(config, _definition(case.stats), quote.level)
        if abs(Fraction(quote.base_offset_bps) - wanted) > POWER_SLACK * wanted:
            return f"L{quote.level}: offset {quote.base_offset_bps} bps, by definition {float(wanted)} bps"
    return None


def rungs_are_legal_and_passive(case: LadderCase) -> str | None:
    """TCK-1: every rung sent is legal, meets the minimum, and is not nearer than before rounding."""
    rungs = case.rungs()
    before = case.quotes()
    exact = {(Side.BUY, q.level): q.px for q in before.bids} | {(Side.SELL, q.level): q.px for q in before.asks}
    for rung in rungs:
        name = f"{rung.side} L{rung.level} {rung.sz} @ {rung.px}"
        if not rounding.is_legal_price(rung.px, case.market) or not rounding.is_legal_size(rung.sz, case.market):
            return f"{name} is not legal with sz_decimals {case.market.sz_decimals}"
        if rounding.below_minimum(rung.px, rung.sz, case.market):
            return f"{name} is under the minimum of {case.market.min_notional_usd} USD"
        px = exact.get((rung.side, rung.level))
        if px is None or (px - rung.px) * rung.side.sign < 0:
            return f"{name} is nearer than {px} before rounding"
    return None if rungs else UNMET


def orders_round_passively(case: LadderCase) -> str | None:
    """TCK-1: rounding one order gives the definition's price and size, on either side."""
    for side in Side:
        found = market.round_price(case.market, side, case.oracle_px)
        wanted = rounding.passive_price(Fraction(case.oracle_px), side, case.market)
        if Fraction(found) != wanted:
            return f"a {side} at {case.oracle_px} is rounded to {found}, by definition to {float(wanted)}"
    sz = case.config.size_per_level_usd / case.oracle_px
    if Fraction(market.round_size(case.market, sz)) != rounding.floor_size(Fraction(sz), case.market):
        return f"the size {sz} is rounded to {market.round_size(case.market, sz)}, not down to the lot"
    return None


def counter_price_follows_the_level(case: FillCase) -> str | None:
    """CTR-1: the price is the definition's with the filled rung's level, where level 0 would give another."""
    answer = case.answer()
    fill = counters.answered(case.side, case.px, case.sz, case.level)
    wanted = counters.single(case.config, fill, Fraction(case.mark_px))
    level_0 = counters.answered(case.side, case.px, case.sz, 0)
    if answer is None or counters.single(case.config, level_0, Fraction(case.mark_px)).px == wanted.px:
        return UNMET
    if abs(Fraction(answer.px) - wanted.px) > SLACK * Fraction(case.px):
        return f"L{case.level} fill at {case.px}, mark {case.mark_px}: {answer.px}, by definition {float(wanted.px)}"
    return None


def counter_gains_its_fee(case: FillCase) -> str | None:
    """CTR-2: opposite side, at least the fee better than the fill, at most 95 % of the way where that is more."""
    answer = case.answer()
    if answer is None:
        return UNMET
    gain = Fraction(answer.px - case.px) * case.side.sign
    fee = counters.fee_distance(case.config, Fraction(case.px))
    if answer.side is case.side:
        return f"a {case.side} fill is answered by another {answer.side}"
    if _short(gain, fee):
        return f"the answer to a fill at {case.px} gains {float(gain)}, less than the fee of {float(fee)}"
    most = max(abs(Fraction(case.mark_px) - Fraction(case.px)) * counters.LARGEST_REVERSION, fee)
    if gain > most * (1 + SLACK) + SLACK:
        return f"the answer to a fill at {case.px} wants {float(gain)}, more than {float(most)}"
    return None


def statistics_match_brute_force(case: tuple[MakerConfig, list[tuple[int, Decimal]]]) -> str | None:
    """VOL-1, VOL-2: window, percentiles and breakpoint equal the definition's after any ticks."""
    config, drawn = case
    ticks, now_ms, state = [], 1_000_000, volatility.WickState()
    for pause_ms, px in drawn:
        now_ms += pause_ms
        ticks.append((now_ms, px))
        state, _ = volatility.record_tick(config, state, now_ms, px)
    state, found = volatility.read(config, state, now_ms)
    wanted = wicks.statistics(config, ticks, now_ms)
    values = levels_of(found)
    same = found.sample_count == wanted.count and found.is_valid == wanted.valid
    if not same or not all(math.isclose(a, b, rel_tol=1e-12) for a, b in zip(values, wanted.levels_bps, strict=True)):
        return f"{found.sample_count} samples {values}, by definition {wanted.count} samples {wanted.levels_bps}"
    if not wanted.optimal_low_bps * (1 - 1e-12) <= found.optimal_wick_bps <= wanted.optimal_high_bps * (1 + 1e-12):
        return f"optimal wick {found.optimal_wick_bps}, by definition {wanted.optimal_bps} ({wanted.optimal_name})"
    return None if found.sample_count else UNMET


def trend_matches_definition(case: tuple[MakerConfig, list[Decimal]]) -> str | None:
    """VEL-1, VEL-2: the trend is the definition's and lies in [−1, 1]; small moves are not recorded."""
    config, told = case
    state = velocity.VelocityState()
    for px in told:
        state = velocity.record_move(config, state, px)
    found = velocity.trend(config, state)
    if not -1 <= found <= 1:
        return f"the trend is {found}"
    wanted = trends.trend(config, told)
    same_weighting = config.velocity_weighting is VelocityWeighting.DIRECTION
    if same_weighting and abs(Fraction(found) - wanted) > SLACK:
        return f"the trend is {found}, by definition {float(wanted)}"
    return None if state.moves else UNMET


def _definition(stats: volatility.WickStats | None) -> wicks.Statistics | None:
    """Return drawn statistics as the definitions know them."""
    if stats is None:
        return None
    optimal = stats.optimal_wick_bps
    return wicks.Statistics(levels_of(stats), stats.sample_count, stats.is_valid, optimal, "P99", optimal, optimal)


WICK_SHAPE = tuple[MakerConfig, tuple[tuple[int, Decimal], ...]]
TREND_SHAPE = tuple[MakerConfig, tuple[Decimal, ...]]

PROPERTIES: tuple[Property, ...] = (
    Property("OFF-1", "the innermost rung keeps its floors", ladder_cases, innermost_keeps_its_floors, LadderCase),
    Property("OFF-3", "no skew eats the fee", ladder_cases, fee_floor_is_kept, LadderCase),
    Property("OFF-5", "skews negated swap the sides", ladder_cases, skews_swap_sides, LadderCase),
    Property("OFF-7", "corrupt statistics are told", ladder_cases, corrupt_statistics_are_told, LadderCase),
    Property("OFF-8", "the power is precise", ladder_cases, power_is_precise, LadderCase),
    Property("TCK-1", "rungs are legal and passive", ladder_cases, rungs_are_legal_and_passive, LadderCase),
    Property("TCK-1", "orders are rounded passively", ladder_cases, orders_round_passively, LadderCase),
    Property(
        "VOL-1", "statistics by brute force", st.tuples(configs, tick_lists), statistics_match_brute_force, WICK_SHAPE
    ),
    Property(
        "VEL-1",
        "the trend by definition",
        st.tuples(configs, st.lists(prices, max_size=12)),
        trend_matches_definition,
        TREND_SHAPE,
    ),
    Property(
        "CTR-1", "a counter-order's price follows the level", fill_cases, counter_price_follows_the_level, FillCase
    ),
    Property("CTR-2", "a counter-order gains its fee", fill_cases, counter_gains_its_fee, FillCase),
)
"""All properties, in the specs' reading order."""
