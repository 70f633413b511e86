"""The ladder: a pure function of prices, inventory, config, spread multiplier, statistics and trend (Q-1..Q-10).

Two layers. The kernels take a number type (`Numbers`): the same code runs on `Decimal` in use and on exact
scaled integers under the symbolic engine. Above them `compute_quotes` gives the ladder before venue rounding, and
`ladder` the rungs that can be sent. Offsets are in bps of the oracle price, prices in quote currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import lru_cache

from model.actions import Side
from model.arithmetic import BPS, CONTEXT, DECIMALS, ONE, ZERO, N, Numbers, from_binary64
from model.config import LevelDistribution, MakerConfig, SizeDistribution
from model.market import Market, meets_minimum, round_price, round_size
from model.volatility import WickStats

FARTHEST_BPS = Decimal(9500)
DATA_CORRUPTION = "data_corruption"
UNUSABLE_PRICE = "unusable_price"
RUNG_OUT_OF_RANGE = "rung_out_of_range"
RUNG_BELOW_MINIMUM = "rung_below_minimum"
RUNG_NOT_OUTWARD = "rung_not_outward"


def clamped(value: N, low: N, high: N) -> N:
    """Return the nearest value in [low, high] (Q-1)."""
    return max(low, min(value, high))


def dynamic_offset(num: Numbers[N], optimal_bps: N, multiplier: N, min_offset_bps: N, fee_buffer_bps: N) -> N:
    """Return L0's offset from valid statistics: optimal × multiplier, not under the two floors (Q-2)."""
    return max(num.mul(optimal_bps, multiplier), min_offset_bps, fee_buffer_bps)


def linear_offset(num: Numbers[N], l0_bps: N, level: int, spacing_bps: N) -> N:
    """Return the offset of a level: L0 + level × spacing (Q-3)."""
    offset: N = l0_bps + num.mul(num.whole(level), spacing_bps)
    return offset


def outer_offset(num: Numbers[N], l0_bps: N, p100_bps: N, safety: N, min_range_bps: N) -> N:
    """Return U, the outermost offset of the exponential ladder (Q-3)."""
    least: N = l0_bps + min_range_bps
    return max(num.mul(p100_bps, safety), least)


def curved_offset(num: Numbers[N], l0_bps: N, outer_bps: N, weight: N) -> N:
    """Return the offset of a level of the exponential ladder: L0 + weight × (U − L0) (Q-3)."""
    offset: N = l0_bps + num.mul(weight, outer_bps - l0_bps)
    return offset


def widened_offset(num: Numbers[N], offset_bps: N, spread_multiplier: N) -> N:
    """Return an offset under the spread multiplier, which acts as 1 where it is less (Q-1, Q-3)."""
    return num.mul(offset_bps, max(spread_multiplier, num.whole(1)))


def skew(num: Numbers[N], side: Side, factor: N, lean: N) -> N:
    """Return what one skew multiplies a side's offsets by: bids 1 + factor × lean, asks 1 − it (Q-4, Q-5)."""
    tilt = num.mul(factor, lean)
    one = num.whole(1)
    multiplier: N = one + tilt if side is Side.BUY else one - tilt
    return multiplier


def skewed_offset(num: Numbers[N], offset_bps: N, inventory_skew: N, velocity_skew: N) -> N:
    """Return an offset under both skews: both multiply (Q-5)."""
    return num.mul(num.mul(offset_bps, inventory_skew), velocity_skew)


def offset_floor(num: Numbers[N], fee_buffer_bps: N, respects_fee_floor: bool) -> N:
    """Return what every final offset is at least: 1 bp, or the fee buffer where that is more (Q-6)."""
    one = num.whole(1)
    return max(one, fee_buffer_bps) if respects_fee_floor else one


def floored_offset(offset_bps: N, floor_bps: N) -> N:
    """Return the final offset (Q-6)."""
    return max(offset_bps, floor_bps)


def quote_price(num: Numbers[N], side: Side, oracle_px: N, offset_bps: N) -> N:
    """Return oracle × (1 − offset/10 000) for a bid, × (1 + offset/10 000) for an ask (Q-7)."""
    share = num.div(offset_bps, num.whole(10_000))
    one = num.whole(1)
    factor: N = one - share if side is Side.BUY else one + share
    return num.mul(oracle_px, factor)


def convex_multiplier(num: Numbers[N], smallest: N, largest: N, level: int, num_levels: int) -> N:
    """Return what a level's size is multiplied by: smallest + (largest − smallest) × i/(n−1), n > 1 (Q-8)."""
    share = num.div(num.whole(level), num.whole(num_levels - 1))
    multiplier: N = smallest + num.mul(largest - smallest, share)
    return multiplier


def mark_usable(config: MakerConfig, oracle_px: Decimal | None, mark_px: Decimal | None) -> bool:
    """Tell whether a mark can value a position: positive and, if an oracle > 0 is told, within the gap (Q-0).

    `max_oracle_mark_gap_bps` 0 checks no gap.
    """
    if mark_px is None or not mark_px.is_finite() or mark_px <= 0:
        return False
    if oracle_px is None or not oracle_px.is_finite() or oracle_px <= 0 or config.max_oracle_mark_gap_bps == 0:
        return True
    with localcontext(CONTEXT):
        return abs(oracle_px - mark_px) * BPS <= config.max_oracle_mark_gap_bps * oracle_px


def prices_usable(config: MakerConfig, oracle_px: Decimal | None, mark_px: Decimal | None) -> bool:
    """Tell whether a ladder can be quoted on these prices: both positive and near enough to each other (Q-0)."""
    if oracle_px is None or not oracle_px.is_finite() or oracle_px <= 0:
        return False
    return mark_usable(config, oracle_px, mark_px)


@dataclass(frozen=True, slots=True)
class Quote:
    """One rung before venue rounding: its price, its size in USD, and its offset step by step, in bps."""

    level: int
    px: Decimal
    size_usd: Decimal
    base_offset_bps: Decimal
    skewed_offset_bps: Decimal
    final_offset_bps: Decimal


@dataclass(frozen=True, slots=True)
class Dropped:
    """A rung that is not sent, and why: a code."""

    side: Side
    level: int
    reason: str


@dataclass(frozen=True, slots=True)
class Quotes:
    """The ladder before venue rounding, innermost first; `warnings` are codes."""

    bids: tuple[Quote, ...]
    asks: tuple[Quote, ...]
    dropped: tuple[Dropped, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung that can be sent: a legal price and size (base units)."""

    side: Side
    level: int
    px: Decimal
    sz: Decimal


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs that can be sent, innermost first; `warnings` are codes."""

    bids: tuple[Rung, ...]
    asks: tuple[Rung, ...]
    dropped: tuple[Dropped, ...] = ()
    warnings: tuple[str, ...] = ()


@lru_cache(maxsize=256)
def level_weights(num_levels: int, exponent: Decimal) -> tuple[Decimal, ...]:
    """Return (i/(n−1))^exponent per level, n > 1, by the decimal context's power: the same on every machine (N-3).

    A maker that takes the power in binary64 is within 1e-13 relative on every offset, for exponents up to 10.
    """
    with localcontext(CONTEXT):
        return tuple((Decimal(i) / (num_levels - 1)) ** exponent for i in range(num_levels))


@lru_cache(maxsize=256)
def level_sizes_usd(
    num_levels: int, distribution: SizeDistribution, size_usd: Decimal, smallest: Decimal, largest: Decimal
) -> tuple[Decimal, ...]:
    """Return the size in USD per level; one level is never convex (Q-8)."""
    if distribution is SizeDistribution.UNIFORM or num_levels == 1:
        return (size_usd,) * num_levels
    with localcontext(CONTEXT):
        return tuple(
            size_usd * convex_multiplier(DECIMALS, smallest, largest, i, num_levels) for i in range(num_levels)
        )


def _sizes_usd(config: MakerConfig) -> tuple[Decimal, ...]:
    """Return the config's sizes in USD per level (Q-8)."""
    return level_sizes_usd(
        config.num_levels,
        config.size_distribution,
        config.size_per_level_usd,
        config.size_min_multiplier,
        config.size_max_multiplier,
    )


def _told(stats: WickStats | None) -> tuple[Decimal | None, Decimal, tuple[str, ...]]:
    """Bring valid statistics back to decimal: the optimal wick or None, P100 or 0, and a warning (N-2)."""
    if stats is None or not stats.is_valid:
        return None, ZERO, ()
    optimal, p100 = from_binary64(stats.optimal_wick_bps), from_binary64(stats.p100_wick_bps)
    warnings = (DATA_CORRUPTION,) if optimal.corrupt or p100.corrupt else ()
    return optimal.value, p100.value, warnings


def l0_offset_bps(config: MakerConfig, optimal_bps: Decimal | None) -> Decimal:
    """Return L0's offset: fixed, or dynamic where that is on and statistics are valid (Q-2, C-1)."""
    if optimal_bps is None or not config.dynamic_offset_enabled:
        return config.min_offset_bps
    return dynamic_offset(
        DECIMALS, optimal_bps, config.l0_wick_multiplier, config.min_offset_bps, config.fee_buffer_bps
    )


def _base_offsets(
    config: MakerConfig, spread_multiplier: Decimal, stats: WickStats | None
) -> tuple[list[Decimal], tuple[str, ...]]:
    """Return every level's offset before the skews, and warnings (Q-2, Q-3)."""
    optimal_bps, p100_bps, warnings = _told(stats)
    l0_bps, count = l0_offset_bps(config, optimal_bps), config.num_levels
    if config.level_distribution is LevelDistribution.LINEAR or count == 1:
        spacing_bps = config.level_spacing_bps
        offsets = [linear_offset(DECIMALS, l0_bps, i, spacing_bps) for i in range(count)]
    else:
        outer_bps = outer_offset(DECIMALS, l0_bps, p100_bps, config.p100_safety_multiplier, config.min_range_width_bps)
        weights = level_weights(count, config.level_exponent)
        offsets = [curved_offset(DECIMALS, l0_bps, outer_bps, weight) for weight in weights]
    return [widened_offset(DECIMALS, offset, spread_multiplier) for offset in offsets], warnings


def _side_skews(config: MakerConfig, side: Side, ratio: Decimal, trend: Decimal) -> tuple[Decimal, Decimal]:
    """Return the two skews of a side, from inventory and velocity (Q-1, Q-4, Q-5)."""
    inventory = skew(DECIMALS, side, config.inventory_skew_factor, clamped(ratio, -ONE, ONE))
    if not config.velocity_skew_enabled:
        return inventory, ONE
    return inventory, skew(DECIMALS, side, config.velocity_skew_factor, clamped(trend, -ONE, ONE))


def _final_offsets(
    config: MakerConfig, side: Side, base_bps: Sequence[Decimal], ratio: Decimal, trend: Decimal
) -> list[tuple[Decimal, Decimal]]:
    """Return every level's skewed and final offset of a side (Q-4..Q-6)."""
    inventory, velocity = _side_skews(config, side, ratio, trend)
    floor_bps = offset_floor(DECIMALS, config.fee_buffer_bps, config.skew_respects_fee_floor)
    skewed = [skewed_offset(DECIMALS, base, inventory, velocity) for base in base_bps]
    return [(offset, floored_offset(offset, floor_bps)) for offset in skewed]


def in_range(oracle_px: Decimal, px: Decimal) -> bool:
    """Tell whether a price is positive and at most 9500 bps from the oracle (Q-7)."""
    return px > 0 and abs(px - oracle_px) * BPS <= FARTHEST_BPS * oracle_px


def compute_quotes(
    config: MakerConfig,
    oracle_px: Decimal,
    inventory_ratio: Decimal,
    spread_multiplier: Decimal,
    velocity_trend: Decimal,
    stats: WickStats | None = None,
) -> Quotes:
    """Return the ladder before venue rounding; an oracle price that is not positive gives none (Q-0..Q-8)."""
    if oracle_px <= 0:
        return Quotes((), (), (), (UNUSABLE_PRICE,))
    with localcontext(CONTEXT):
        base_bps, warnings = _base_offsets(config, spread_multiplier, stats)
        quotes: dict[Side, list[Quote]] = {Side.BUY: [], Side.SELL: []}
        dropped: list[Dropped] = []
        for side, kept in quotes.items():
            finals = _final_offsets(config, side, base_bps, inventory_ratio, velocity_trend)
            levels = zip(base_bps, finals, _sizes_usd(config), strict=True)
            for level, (base, (skewed, final), size_usd) in enumerate(levels):
                px = quote_price(DECIMALS, side, oracle_px, final)
                if in_range(oracle_px, px):
                    kept.append(Quote(level, px, size_usd, base, skewed, final))
                else:
                    dropped.append(Dropped(side, level, RUNG_OUT_OF_RANGE))
    return Quotes(tuple(quotes[Side.BUY]), tuple(quotes[Side.SELL]), tuple(dropped), warnings)


def ladder(
    config: MakerConfig,
    market: Market,
    oracle_px: Decimal,
    mark_px: Decimal,
    inventory_ratio: Decimal,
    spread_multiplier: Decimal,
    velocity_trend: Decimal,
    stats: WickStats | None = None,
) -> Ladder:
    """Return the rungs that can be sent, by side from level 0 outward, and those that cannot, with why (Q-7..Q-10).

    Prices that are not positive give no rung. Dropped rungs never renumber the others.
    """
    if oracle_px <= 0 or mark_px <= 0:
        return Ladder((), (), (), (UNUSABLE_PRICE,))
    with localcontext(CONTEXT):
        base_bps, warnings = _base_offsets(config, spread_multiplier, stats)
        sizes = [round_size(market, usd / mark_px) for usd in _sizes_usd(config)]
        dropped: list[Dropped] = []
        rungs: dict[Side, tuple[Rung, ...]] = {}
        for side in (Side.BUY, Side.SELL):
            finals = _final_offsets(config, side, base_bps, inventory_ratio, velocity_trend)
            exact = [quote_price(DECIMALS, side, oracle_px, final) for _, final in finals]
            rungs[side] = _sendable(market, side, oracle_px, exact, sizes, dropped)
    return Ladder(rungs[Side.BUY], rungs[Side.SELL], tuple(dropped), warnings)


def _sendable(
    market: Market,
    side: Side,
    oracle_px: Decimal,
    exact: Sequence[Decimal],
    sizes: Sequence[Decimal],
    dropped: list[Dropped],
) -> tuple[Rung, ...]:
    """Round a side's prices and keep the rungs the venue can take; the others are added to `dropped` (Q-7..Q-10)."""
    kept: list[Rung] = []
    inner_px = oracle_px
    for level, (exact_px, sz) in enumerate(zip(exact, sizes, strict=True)):
        px = round_price(market, side, exact_px)
        reason = _why_not(market, oracle_px, inner_px, px, sz)
        if reason is None:
            kept.append(Rung(side, level, px, sz))
            inner_px = px
        else:
            dropped.append(Dropped(side, level, reason))
    return tuple(kept)


def _why_not(market: Market, oracle_px: Decimal, inner_px: Decimal, px: Decimal, sz: Decimal) -> str | None:
    """Say why a rounded rung cannot be sent, or None; `inner_px` is the price of the next inner one kept (Q-10)."""
    if not in_range(oracle_px, px):
        return RUNG_OUT_OF_RANGE
    if px == inner_px:
        return RUNG_NOT_OUTWARD
    if sz <= 0 or not meets_minimum(market, px, sz):
        return RUNG_BELOW_MINIMUM
    return None
