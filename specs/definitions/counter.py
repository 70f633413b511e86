"""Price, side and size of a counter-order by definition (L-8), in fractions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from model.actions import Side
from model.config import MakerConfig
from specs.definitions.exact import exact

LARGEST_REVERSION = Fraction(95, 100)
BPS = Fraction(10_000)


@dataclass(frozen=True, slots=True)
class Answered:
    """One ladder fill that a counter-order answers."""

    side: Side
    px: Fraction
    sz: Fraction
    level: int


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter-order before venue rounding."""

    side: Side
    px: Fraction
    sz: Fraction
    displacement: Fraction


def reversion(config: MakerConfig, level: int) -> Fraction:
    """Return the share of the distance to the mark that is taken, at most 95 % (L-8)."""
    share = exact(config.counter_reversion_pct) + exact(config.counter_reversion_per_level) * level
    return min(LARGEST_REVERSION, share)


def fee_distance(config: MakerConfig, fill_px: Fraction) -> Fraction:
    """Return `fee_buffer_bps` of the fill price, in price units (L-8)."""
    return exact(config.fee_buffer_bps) * fill_px / BPS


def displacement(config: MakerConfig, level: int, fill_px: Fraction, mark_px: Fraction) -> Fraction:
    """Return how far from the fill price the counter-order stands, in price units (L-8)."""
    return max(abs(mark_px - fill_px) * reversion(config, level), fee_distance(config, fill_px))


def single(config: MakerConfig, fill: Answered, mark_px: Fraction) -> Counter:
    """Return the counter-order of one fill (L-8)."""
    away = displacement(config, fill.level, fill.px, mark_px)
    side = fill.side.opposite
    return Counter(side, fill.px - side.sign * away, fill.sz, away)


def collected(config: MakerConfig, fills: Sequence[Answered], mark_px: Fraction) -> Counter:
    """Return the one order of a collected amount: the size-weighted mean price, the lowest level (L-8a)."""
    sz = sum((f.sz for f in fills), Fraction(0))
    mean = sum((f.px * f.sz for f in fills), Fraction(0)) / sz
    merged = Answered(fills[0].side, mean, sz, min(f.level for f in fills))
    return single(config, merged, mark_px)


def answered(side: Side, px: Decimal, sz: Decimal, level: int) -> Answered:
    """Return a told fill as exact numbers."""
    return Answered(side, Fraction(px), Fraction(sz), level)
