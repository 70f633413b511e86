"""Lemmas on the ladder: floors before and after the skews, order, direction, clamps, sizes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from model import quoting
from model.actions import Side
from model.arithmetic import DECIMALS, ONE
from model.config import MakerConfig
from specs.contracts.scaled import EXACT, NUM, SCALE, exact, lemma, side_of

# OFF-1: the floors of L0, before any skew


@lemma("OFF-1", "quoting.dynamic_offset")
def l0_is_not_under_its_floors(optimal: int, multiplier: int, least: int, fee: int) -> bool:
    """Claim OFF-1 of L0 from valid statistics.

    pre: optimal >= 0 and multiplier > 0 and least > 0 and fee >= 0
    post: _
    """
    l0 = quoting.dynamic_offset(NUM, optimal, multiplier, least, fee)
    return l0 >= least and l0 >= fee and l0 >= optimal * multiplier // SCALE


@lemma("OFF-1", "quoting.dynamic_offset")
def l0_is_no_wider_than_it_must_be(optimal: int, multiplier: int, least: int, fee: int) -> bool:
    """Claim that L0 is one of its three floors, so that a corrupt optimum of 0 leaves the fixed ones.

    pre: optimal >= 0 and multiplier > 0 and least > 0 and fee >= 0
    post: _
    """
    l0 = quoting.dynamic_offset(NUM, optimal, multiplier, least, fee)
    return l0 in (least, fee, optimal * multiplier // SCALE)


@lemma("OFF-1", "quoting.linear_offset", "quoting.widened_offset", "quoting.skew", "quoting.skewed_offset")
def l0_is_untouched_where_nothing_leans(l0: int, spacing: int, factor: int, buying: bool) -> bool:
    """Claim that at ratio 0, trend 0 and multiplier 1 level 0 of the linear ladder stands at L0.

    pre: l0 > 0 and spacing >= 0 and 0 <= factor < SCALE
    post: _
    """
    base = quoting.widened_offset(NUM, quoting.linear_offset(NUM, l0, 0, spacing), SCALE)
    straight = quoting.skew(NUM, side_of(buying), factor, 0)
    return quoting.skewed_offset(NUM, base, straight, straight) == l0


# OFF-3: the floor of every final offset, after the skews


@lemma("OFF-3", "quoting.floored_offset", "quoting.offset_floor", "quoting.skewed_offset")
def no_skew_gets_under_the_fee_floor(offset: int, inventory: int, velocity: int, fee: int) -> bool:
    """Claim OFF-3 of any offset under any two skews, sensible or not.

    pre: fee >= 0
    post: _
    """
    skewed = quoting.skewed_offset(NUM, offset, inventory, velocity)
    final = quoting.floored_offset(skewed, quoting.offset_floor(NUM, fee, True))
    return final >= fee and final >= SCALE


@lemma("OFF-3", "quoting.floored_offset", "quoting.offset_floor")
def the_floor_never_narrows(offset: int, wider: int, fee: int, respects: bool) -> bool:
    """Claim a final offset of at least 1 bp, of the skewed one where that is wider, and the order of levels (OFF-4).

    pre: fee >= 0 and wider >= 0
    post: _
    """
    floor = quoting.offset_floor(NUM, fee, respects)
    final = quoting.floored_offset(offset, floor)
    return final >= SCALE and final >= offset and final <= quoting.floored_offset(offset + wider, floor)


# OFF-4, OFF-2: order by level, and around the oracle


@lemma("OFF-4", "quoting.linear_offset")
def linear_offsets_rise_by_the_spacing(l0: int, level: int, spacing: int) -> bool:
    """Claim that the next level of the linear ladder stands exactly one spacing farther.

    pre: l0 > 0 and 0 <= level < 50 and spacing >= 0
    post: _
    """
    inner = quoting.linear_offset(NUM, l0, level, spacing)
    return quoting.linear_offset(NUM, l0, level + 1, spacing) == inner + spacing


@lemma("OFF-4", "quoting.curved_offset")
def curved_offsets_do_not_fall(l0: int, outer: int, weight: int, heavier: int) -> bool:
    """Claim that the exponential ladder begins at L0 (OFF-1), and a larger weight stands no nearer, up to U.

    pre: 0 < l0 <= outer and 0 <= weight <= heavier <= SCALE
    post: _
    """
    inner = quoting.curved_offset(NUM, l0, outer, weight)
    begins = quoting.curved_offset(NUM, l0, outer, 0) == l0
    return begins and l0 <= inner <= quoting.curved_offset(NUM, l0, outer, heavier) <= outer


@lemma("OFF-4", "quoting.outer_offset", "quoting.curved_offset")
def the_outermost_level_stands_at_u(l0: int, p100: int, safety: int, least_range: int) -> bool:
    """Claim that weight 1 stands at max(P100 × safety, L0 + least range).

    pre: l0 > 0 and p100 >= 0 and safety >= SCALE and least_range > 0
    post: _
    """
    outer = quoting.outer_offset(NUM, l0, p100, safety, least_range)
    at_u = quoting.curved_offset(NUM, l0, outer, SCALE)
    return at_u == max(p100 * safety // SCALE, l0 + least_range)


@lemma("OFF-4", "quoting.skewed_offset")
def skews_keep_the_order(inner: int, outer: int, inventory: int, velocity: int) -> bool:
    """Claim that skews never put an outer level inside an inner one.

    pre: 0 < inner <= outer and 0 < inventory < 2 * SCALE and 0 < velocity < 2 * SCALE
    post: _
    """
    near = quoting.skewed_offset(NUM, inner, inventory, velocity)
    return near <= quoting.skewed_offset(NUM, outer, inventory, velocity)


@lemma("OFF-4", "quoting.quote_price")
def a_wider_offset_is_no_nearer(oracle: int, offset: int, wider: int, buying: bool) -> bool:
    """Claim that the prices of a side move outward with their offsets.

    pre: oracle > 0 and offset >= SCALE and wider >= 0 and offset + wider <= 9500 * SCALE
    post: _
    """
    near = quoting.quote_price(NUM, side_of(buying), oracle, offset)
    far = quoting.quote_price(NUM, side_of(buying), oracle, offset + wider)
    return far <= near if buying else far >= near


@lemma("OFF-2", "quoting.quote_price")
def quotes_stand_strictly_around_the_oracle(oracle: int, offset: int) -> bool:
    """Claim 0 < bid < oracle < ask for every offset that may be sent.

    pre: oracle >= SCALE and SCALE <= offset <= 9500 * SCALE
    post: _
    """
    bid, ask = (quoting.quote_price(NUM, side, oracle, offset) for side in (Side.BUY, Side.SELL))
    return 0 < bid < oracle < ask


# OFF-5, OFF-10, SIZ-1: skews, clamps, sizes


@lemma("OFF-5", "quoting.skew")
def a_long_position_widens_bids_and_narrows_asks(factor: int, lean: int) -> bool:
    """Claim the direction of a skew; that of a short position is its mirror.

    pre: 0 <= factor < SCALE and 0 <= lean <= SCALE
    post: _
    """
    return 0 < quoting.skew(NUM, Side.SELL, factor, lean) <= SCALE <= quoting.skew(NUM, Side.BUY, factor, lean)


@lemma("OFF-5", "quoting.skew")
def a_negated_lean_swaps_the_sides(factor: int, lean: int) -> bool:
    """Claim the mirror, within the one unit that rounding down may take.

    pre: 0 <= factor < SCALE and -SCALE <= lean <= SCALE
    post: _
    """
    apart = quoting.skew(NUM, Side.BUY, factor, lean) - quoting.skew(NUM, Side.SELL, factor, -lean)
    return apart in (-1, 0, 1)


@lemma("OFF-10", "quoting.clamped")
def a_clamped_value_is_the_nearest_in_range(value: int, low: int, high: int) -> bool:
    """Claim that clamping reaches the range, and leaves what is in it.

    pre: low <= high
    post: _
    """
    inside = quoting.clamped(value, low, high)
    return low <= inside <= high and inside == (low if value < low else high if value > high else value)


@lemma("OFF-10", "quoting.widened_offset")
def a_multiplier_under_one_acts_as_one(offset: int, multiplier: int) -> bool:
    """Claim that the spread multiplier never narrows.

    pre: offset >= 0
    post: _
    """
    wide = quoting.widened_offset(NUM, offset, multiplier)
    return wide == offset if multiplier <= SCALE else wide >= offset


@lemma("SIZ-1", "quoting.convex_multiplier")
def convex_sizes_do_not_fall(smallest: int, largest: int, level: int) -> bool:
    """Claim the order of a ladder of five levels, within its multipliers.

    pre: 0 < smallest <= largest and 0 <= level < 4
    post: _
    """
    inner = quoting.convex_multiplier(NUM, smallest, largest, level, 5)
    outer = quoting.convex_multiplier(NUM, smallest, largest, level + 1, 5)
    return smallest <= inner <= outer <= largest


@lemma("SIZ-1", "quoting.convex_multiplier")
def convex_sizes_reach_both_multipliers(smallest: int, largest: int) -> bool:
    """Claim the ends of a ladder of five levels.

    pre: 0 < smallest <= largest
    post: _
    """
    first = quoting.convex_multiplier(NUM, smallest, largest, 0, 5)
    return first == smallest and quoting.convex_multiplier(NUM, smallest, largest, 4, 5) == largest


@lemma("OFF-5", "quoting.quote_price")
def bid_and_ask_mirror_each_other(oracle: int, offset: int) -> bool:
    """Claim that at equal offsets both stand equally far from the oracle, within the unit that rounding takes.

    pre: oracle > 0 and offset >= 0
    post: _
    """
    bid, ask = (quoting.quote_price(NUM, side, oracle, offset) for side in (Side.BUY, Side.SELL))
    return oracle - bid - (ask - oracle) in (0, 1)


# The whole way to a side's offsets and prices: one config, any price, ratio and trend, exact quotients

TWO_LEVELS = replace(
    MakerConfig(), num_levels=2, fee_buffer_bps=Decimal(8), velocity_skew_enabled=True, min_offset_bps=Decimal(4)
)
ONE_LEVEL = replace(TWO_LEVELS, num_levels=1)


def finals(config: MakerConfig, ratio: Any, trend: Any, buying: bool) -> list[tuple[Any, Any]]:
    """Return a side's skewed and final offsets, level by level; ratio and trend in thousandths."""
    base, _ = quoting._base_offsets(config, ONE, None)
    return list(quoting._final_offsets(config, side_of(buying), base, exact(ratio) / 1000, exact(trend) / 1000))


@lemma("OFF-2", "quoting._base_offsets", "quoting._final_offsets", "quoting.quote_price", beyond=EXACT)
def a_ladder_stands_around_the_oracle_outward(oracle: int, ratio: int, trend: int) -> bool:
    """Claim that both sides of a ladder stand strictly around the oracle, outward, from the fee floor on.

    pre: oracle > 0
    post: _
    """
    bids, asks = (finals(TWO_LEVELS, ratio, trend, buying) for buying in (True, False))
    bid, below = (quoting.quote_price(DECIMALS, Side.BUY, exact(oracle), final) for _, final in bids)
    ask, above = (quoting.quote_price(DECIMALS, Side.SELL, exact(oracle), final) for _, final in asks)
    return bool(0 < below <= bid < oracle < ask <= above and min(bids[0][1], asks[0][1]) >= 8)


@lemma("OFF-5", "quoting._final_offsets", "quoting._side_skews", beyond=EXACT)
def a_long_ladder_is_the_mirror_of_a_short_one(ratio: int, trend: int) -> bool:
    """Claim that negating ratio and trend, in range or not, swaps the sides' offsets, exactly.

    post: _
    """
    bids, asks = (finals(ONE_LEVEL, ratio, trend, buying) for buying in (True, False))
    return bids == finals(ONE_LEVEL, -ratio, -trend, False) and asks == finals(ONE_LEVEL, -ratio, -trend, True)


@lemma("OFF-5", "quoting._final_offsets", "quoting._side_skews", beyond=EXACT)
def a_long_position_and_a_rise_widen_the_bids_of_a_ladder(ratio: int, trend: int) -> bool:
    """Claim that each lean by itself moves the bid out and the ask in, as it is long or rising, and no lean neither.

    pre: ratio > 0 and trend > 0
    post: _
    """
    plain, by_ratio, by_trend = (0, 0), (ratio, 0), (0, trend)
    bids, asks = (
        [finals(ONE_LEVEL, *lean, buying)[0][0] for lean in (plain, by_ratio, by_trend)] for buying in (True, False)
    )
    return bool(bids[0] == asks[0] and min(bids[1:]) > bids[0] and max(asks[1:]) < asks[0])
