"""Laws on what stays: floors (OFF-1), the ladder's shape (OFF-4), statistics under ticks that count nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from mmgate.engines.cases import LadderCase, ladder_cases, stats_of
from mmgate.engines.functions import POWER_SLACK, UNMET
from mmgate.engines.laws import LAWS, Ask, Law, Quoted, quoted, read
from mmgate.engines.tick_cases import TickCase, tick_cases
from model.actions import Side
from model.config import LevelDistribution

ROUNDING = Fraction(1, 10**16)
"""So many bps may an offset read back from a price be off: prices have 28 digits."""


def calm_keeps_the_floors(ask: Ask, case: LadderCase) -> str | None:
    """OFF-1: with valid statistics so calm that no multiple of them reaches a floor, L0 stands at its floors."""
    config = replace(case.config, dynamic_offset_enabled=True, skew_respects_fee_floor=False)
    floor = max(config.min_offset_bps, config.fee_buffer_bps)
    calm = float(floor / config.l0_wick_multiplier / 3)
    stats = stats_of([calm] * 7, True, calm)
    plain = replace(case, config=config, stats=stats, ratio=Decimal(0), trend=Decimal(0), multiplier=Decimal(1))
    told = quoted(ask, plain)
    for side in Side:
        if (side, 0) in told:
            found = (Fraction(case.oracle_px) - told[side, 0][0]) * side.sign / Fraction(case.oracle_px) * 10_000
            if found < Fraction(floor) - ROUNDING:
                return f"{side} L0 stands {float(found)} bps away, under {floor}, with an optimal wick of {calm}"
    return None if told else UNMET


def shape_is_kept(ask: Ask, case: LadderCase) -> str | None:
    """OFF-4: offsets rise with the level; exponential gaps do not shrink outward, the outermost is where it must be."""
    plain = replace(case, ratio=Decimal(0), trend=Decimal(0), multiplier=Decimal(1))
    if case.config.num_levels == 1:
        return UNMET
    fault = _shape(plain, quoted(ask, plain))
    return fault or _shape(_stretched(plain), quoted(ask, _stretched(plain))) or None


def _stretched(case: LadderCase) -> LadderCase:
    """Return the case with exponential levels whose outermost one follows the largest wick."""
    config = replace(
        case.config,
        level_distribution=LevelDistribution.EXPONENTIAL,
        p100_safety_multiplier=case.config.p100_safety_multiplier + Decimal("0.5"),
    )
    inner = config.min_offset_bps + config.l0_wick_multiplier + config.fee_buffer_bps
    p100 = 2 * float(inner + config.min_range_width_bps)
    return replace(case, config=config, stats=stats_of([1.0] * 6 + [p100], True, 1.0))


def _shape(case: LadderCase, told: Quoted) -> str:
    """Say what is wrong with the shape of a ladder; empty when nothing is."""
    oracle = Fraction(case.oracle_px)
    for side in Side:
        offsets = {
            level: (oracle - px) * side.sign / oracle * 10_000 for (one, level), (px, _) in told.items() if one is side
        }
        fault = _rises(case, offsets) or _curves(case, offsets)
        if fault:
            return f"{side}: {fault}"
    return ""


def _floor(case: LadderCase) -> Fraction:
    """Return the final floor (Q-6)."""
    config = case.config
    return max(Fraction(1), Fraction(config.fee_buffer_bps) if config.skew_respects_fee_floor else Fraction(1))


def _rises(case: LadderCase, offsets: dict[int, Fraction]) -> str:
    """Say where offsets fall with the level, or stand still though spacing or range is positive and no floor binds."""
    config, floor = case.config, _floor(case) * (1 + POWER_SLACK)
    linear = config.level_distribution is LevelDistribution.LINEAR
    grows = config.level_spacing_bps > 0 if linear else config.min_range_width_bps > 0
    for inner, outer in pairwise(sorted(offsets)):
        rise, doubt = offsets[outer] - offsets[inner], POWER_SLACK * offsets[outer] + ROUNDING
        if rise < -doubt:
            return f"L{outer} at {float(offsets[outer])} bps stands inside L{inner} at {float(offsets[inner])}"
        if linear and grows and offsets[inner] > floor and rise <= 0:
            return f"L{outer} stands where L{inner} does, {float(offsets[inner])} bps away, with a positive spacing"
    return ""


def _curves(case: LadderCase, offsets: dict[int, Fraction]) -> str:
    """Say where an exponential ladder's gaps shrink outward, or its outermost level stands wrong."""
    config, last = case.config, case.config.num_levels - 1
    if config.level_distribution is LevelDistribution.LINEAR or set(offsets) != set(range(last + 1)):
        return ""
    if offsets[0] <= _floor(case) * (1 + POWER_SLACK):
        return ""
    doubt = 4 * POWER_SLACK * offsets[last] + ROUNDING
    gaps = [offsets[level + 1] - offsets[level] for level in range(last)]
    for level, (inner, outer) in enumerate(pairwise(gaps)):
        if config.level_exponent >= 1 and outer < inner - doubt:
            return f"the gap after L{level + 1} is {float(outer)} bps, smaller than the {float(inner)} before it"
    stats = case.stats
    p100 = Fraction(stats.p100_wick_bps) if stats is not None and stats.is_valid else Fraction(0)
    wanted = max(p100 * Fraction(config.p100_safety_multiplier), offsets[0] + Fraction(config.min_range_width_bps))
    if abs(offsets[last] - wanted) > doubt:
        return f"the outermost level stands {float(offsets[last])} bps away, not {float(wanted)}"
    return ""


def noise_counts_nothing(ask: Ask, case: TickCase) -> str | None:
    """VOL-1: ticks without a usable price, and ticks of an earlier second, change nothing."""
    told = case.ticks()
    noisy = list(told)
    for at in range(len(told) - 1, 2, -5):
        now_ms, px = told[at]
        if told[at - 2][0] < now_ms - now_ms % 1000:
            noisy[at + 1 : at + 1] = [(now_ms, Decimal(0)), (now_ms, -px), (now_ms - now_ms % 1000 - 1, px * 2)]
    if len(noisy) == len(told):
        return UNMET
    found, wanted = (read(ask, case.config, ticks, [case.read_ms])[0] for ticks in (noisy, told))
    if found != wanted:
        fact = f"{found['sample_count']} samples, P100 {found['p100_wick_bps']}"
        return f"with unusable and late ticks {fact}; without {wanted['sample_count']}, {wanted['p100_wick_bps']}"
    return None


SHAPES: tuple[Law, ...] = (
    Law("OFF-1", "calm statistics keep the floors", "compute_quotes", ladder_cases, calm_keeps_the_floors),
    Law("OFF-4", "the ladder's shape", "compute_quotes", ladder_cases, shape_is_kept),
    Law("VOL-1", "unusable and late ticks count nothing", "wick_stats", tick_cases, noise_counts_nothing, cost=3),
)
ALL_LAWS = (*LAWS, *SHAPES)
"""All laws, in the order in which they were written down."""
