"""The ladder by definition: exact offset, price and size of every rung (Q-1 … Q-8), in fractions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache

from model.actions import Side
from model.config import LevelDistribution, MakerConfig, SizeDistribution
from specs.definitions.exact import exact
from specs.definitions.wicks import Statistics

BPS = Fraction(10_000)
FARTHEST_BPS = Fraction(9500)
POWER_DIGITS = 50


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the ladder is a function of, besides the config. `trend` is 0 where velocity skew is off."""

    oracle_px: Fraction
    ratio: Fraction = Fraction(0)
    trend: Fraction = Fraction(0)
    multiplier: Fraction = Fraction(1)
    statistics: Statistics | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung before venue rounding: distance from the oracle price in bps, price, size in USD."""

    side: Side
    level: int
    offset_bps: Fraction
    px: Fraction
    size_usd: Fraction

    @property
    def usable(self) -> bool:
        """Whether it may be sent at all: a positive price not farther than 9500 bps (Q-7)."""
        return self.px > 0 and self.offset_bps <= FARTHEST_BPS


def clamp(value: Fraction, low: Fraction, high: Fraction) -> Fraction:
    """Return `value`, kept inside [low, high]."""
    return min(max(value, low), high)


@lru_cache(maxsize=4096)
def power(base: Fraction, exponent: Decimal) -> Fraction:
    """Return base^exponent for 0 ≤ base ≤ 1: exactly for whole exponents, else to 50 digits (N-3)."""
    if base in (0, 1):
        return base
    if exponent == exponent.to_integral_value():
        return base ** int(exponent)
    context = Context(prec=POWER_DIGITS)
    decimal = context.divide(Decimal(base.numerator), Decimal(base.denominator))
    return Fraction(context.power(decimal, exponent))


def fee_floor_bps(config: MakerConfig) -> Fraction:
    """Return the least offset of any rung (Q-6)."""
    if config.skew_respects_fee_floor:
        return max(Fraction(1), exact(config.fee_buffer_bps))
    return Fraction(1)


def innermost_bps(config: MakerConfig, statistics: Statistics | None) -> Fraction:
    """Return L0 (Q-2)."""
    fixed = Fraction(config.min_offset_bps)
    if not (config.dynamic_offset_enabled and statistics is not None and statistics.valid):
        return fixed
    wick = Fraction(statistics.optimal_bps) * Fraction(config.l0_wick_multiplier)
    return max(wick, fixed, Fraction(config.fee_buffer_bps))


def outer_bps(config: MakerConfig, statistics: Statistics | None) -> Fraction:
    """Return U, the outermost offset of an exponential ladder (Q-3)."""
    valid = statistics is not None and statistics.valid
    p100 = Fraction(statistics.p100_bps) if statistics is not None and valid else Fraction(0)
    narrowest = innermost_bps(config, statistics) + Fraction(config.min_range_width_bps)
    return max(p100 * Fraction(config.p100_safety_multiplier), narrowest)


def level_bps(config: MakerConfig, statistics: Statistics | None, level: int) -> Fraction:
    """Return the offset of a level before multiplier, skews and floor (Q-3)."""
    return between_bps(config, innermost_bps(config, statistics), outer_bps(config, statistics), level)


def between_bps(config: MakerConfig, inner: Fraction, outer: Fraction, level: int) -> Fraction:
    """Return the offset of a level from L0 and, of an exponential ladder, U (Q-3)."""
    if config.level_distribution is LevelDistribution.LINEAR or config.num_levels == 1:
        return inner + level * Fraction(config.level_spacing_bps)
    share = power(Fraction(level, config.num_levels - 1), config.level_exponent)
    return inner + share * (outer - inner)


def skew(config: MakerConfig, side: Side, ratio: Fraction, trend: Fraction) -> Fraction:
    """Return the factor of both skews on a side's offsets (Q-1, Q-4, Q-5)."""
    one = Fraction(1)
    inventory = Fraction(config.inventory_skew_factor) * clamp(ratio, -one, one)
    velocity = Fraction(0)
    if config.velocity_skew_enabled:
        velocity = Fraction(config.velocity_skew_factor) * clamp(trend, -one, one)
    return (1 + side.sign * inventory) * (1 + side.sign * velocity)


def bases_bps(config: MakerConfig, statistics: Statistics | None) -> tuple[Fraction, ...]:
    """Return the offsets of all levels before multiplier, skews and floor."""
    inner, outer = innermost_bps(config, statistics), outer_bps(config, statistics)
    return tuple(between_bps(config, inner, outer, level) for level in range(config.num_levels))


def widening(config: MakerConfig, inputs: Inputs, side: Side) -> Fraction:
    """Return the factor of multiplier and skews on a side's bases (Q-1, Q-3 … Q-5)."""
    return max(inputs.multiplier, Fraction(1)) * skew(config, side, inputs.ratio, inputs.trend)


def price(oracle_px: Fraction, side: Side, offset: Fraction) -> Fraction:
    """Return the price at an offset from the oracle price (Q-7)."""
    return oracle_px * (1 - side.sign * offset / BPS)


def size_usd(config: MakerConfig, level: int) -> Fraction:
    """Return a level's size in USD (Q-8)."""
    uniform = Fraction(config.size_per_level_usd)
    if config.size_distribution is SizeDistribution.UNIFORM or config.num_levels == 1:
        return uniform
    least, most = Fraction(config.size_min_multiplier), Fraction(config.size_max_multiplier)
    return uniform * (least + (most - least) * Fraction(level, config.num_levels - 1))


def ladder(config: MakerConfig, inputs: Inputs, side: Side, bases: Sequence[Fraction] | None = None) -> list[Rung]:
    """Return all rungs of a side, level 0 first, floored (Q-6); those that Q-7 drops included (`usable` tells).

    `bases`: the levels' `bases_bps`, where the caller knows them already.
    """
    known = bases_bps(config, inputs.statistics) if bases is None else bases
    factor, floor = widening(config, inputs, side), fee_floor_bps(config)
    rungs: list[Rung] = []
    for level, base in enumerate(known):
        offset = max(base * factor, floor)
        rungs.append(Rung(side, level, offset, price(inputs.oracle_px, side, offset), size_usd(config, level)))
    return rungs


def told_offset_bps(oracle_px: Decimal, px: Decimal, side: Side) -> Fraction:
    """Return how far a price stands from an oracle price, in bps, positive away from the other side."""
    oracle = Fraction(oracle_px)
    return (oracle - Fraction(px)) * side.sign / oracle * BPS
