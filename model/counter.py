"""Price and size of a counter-order, the opposite order that takes the reversion after a ladder fill (L-8)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext

from model.actions import Side
from model.arithmetic import CONTEXT, DECIMALS, N, Numbers
from model.config import MakerConfig

MAX_REVERSION = Decimal("0.95")


@dataclass(frozen=True, slots=True)
class CounterOrder:
    """A counter-order before venue rounding: px in quote currency, sz in base units, the reversion as a share."""

    side: Side
    px: Decimal
    sz: Decimal
    reversion_pct: Decimal


def reversion(num: Numbers[N], share: N, per_level: N, level: int, most: N) -> N:
    """Return the share of the distance to the mark that is taken: share + per_level × level, at most `most` (L-8)."""
    grown: N = share + num.mul(per_level, num.whole(level))
    return min(most, grown)


def displacement(num: Numbers[N], fill_px: N, mark_px: N, share: N, fee_buffer_bps: N) -> N:
    """Return how far the counter-order stands from the fill: |mark − fill| × share, at least the fee buffer (L-8)."""
    gap: N = mark_px - fill_px if mark_px >= fill_px else fill_px - mark_px
    floor = num.div(num.mul(fill_px, fee_buffer_bps), num.whole(10_000))
    return max(num.mul(gap, share), floor)


def displaced(fill_side: Side, fill_px: N, distance: N) -> N:
    """Return the price on the gaining side of the fill: above a bought price, below a sold one (L-8)."""
    px: N = fill_px + distance if fill_side is Side.BUY else fill_px - distance
    return px


def reverting_price(
    num: Numbers[N], fill_side: Side, fill_px: N, mark_px: N, level: int, share: N, per_level: N, most: N, fee_bps: N
) -> N:
    """Return a counter-order's price from all that it depends on, the filled rung's level among it (L-8)."""
    taken = reversion(num, share, per_level, level, most)
    return displaced(fill_side, fill_px, displacement(num, fill_px, mark_px, taken, fee_bps))


def reversion_at(config: MakerConfig, level: int) -> Decimal:
    """Return the reversion of a fill at `level`: min(0.95, pct + per_level × level) (L-8)."""
    with localcontext(CONTEXT):
        share, per_level = config.counter_reversion_pct, config.counter_reversion_per_level
        return reversion(DECIMALS, share, per_level, level, MAX_REVERSION)


def counter_price(config: MakerConfig, fill_side: Side, fill_px: Decimal, level: int, mark_px: Decimal) -> Decimal:
    """Return a counter-order's price before venue rounding; `level` is the filled rung's (L-8).

    `mark_px` is the mark last told with or before the fill, never the fill's own price. Not positive when a sold
    price is farther above the mark's reversion than it is high: then no order can be made.
    """
    with localcontext(CONTEXT):
        return reverting_price(
            DECIMALS,
            fill_side,
            fill_px,
            mark_px,
            level,
            config.counter_reversion_pct,
            config.counter_reversion_per_level,
            MAX_REVERSION,
            config.fee_buffer_bps,
        )


def counter_order(
    config: MakerConfig, side: Side, px: Decimal, sz: Decimal, level: int, mark_px: Decimal
) -> CounterOrder | None:
    """Answer a fill (`side`, `px`, `sz` are the fill's) by a counter-order before venue rounding (L-8).

    None while counter-orders are off (C-1), and where a price or the size is not positive: a missing or unusable
    mark never leads to an order (N-6).
    """
    if not config.counter_order_enabled or min(px, sz, mark_px) <= 0:
        return None
    counter_px = counter_price(config, side, px, level, mark_px)
    if counter_px <= 0:
        return None
    return CounterOrder(side.opposite, counter_px, sz, reversion_at(config, level))
