"""Lemmas on the pure kernels, as a symbolic engine reads them: exact scaled integers in, one bool out.

Each is a small function whose docstring carries its assumptions (`pre:`) and its claim (`post: _`, the function returns
True). It calls the real kernel through its module, at the time of the call, so a patched kernel is what gets judged.
Numbers are held as x × SCALE. Nothing but the assumptions bounds the symbolic inputs, so each lemma restates its own.
"""

from __future__ import annotations

from model import counter, market, quoting, session, volatility
from model.actions import Side
from model.arithmetic import FixedPoint
from specs.lemma import Lemmas

SCALE = 10_000
NUM = FixedPoint(SCALE)
GRID = market.IntegerGrid(6)
BPS = 10_000 * SCALE
CAP = SCALE * 95 // 100
DAY_MS = 86_400_000
CLOSE_MS = 21 * 3_600_000

LEMMAS = Lemmas()
lemma = LEMMAS.register


def side_of(buying: bool) -> Side:
    """Return the side that a bool stands for."""
    return Side.BUY if buying else Side.SELL


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


# CTR-1, CTR-2: counter-orders


@lemma("CTR-1", "counter.reverting_price", "counter.reversion", "counter.displacement", "counter.displaced")
def the_level_reaches_the_price(fill: int, gap: int, share: int, per_level: int, level: int, bought: bool) -> bool:
    """Claim that a level above 0 is sold higher and bought lower than level 0, where nothing caps or floors.

    pre: fill > 0 and 0 < share and level > 0 and per_level > 0 and gap >= SCALE
    pre: share + per_level * level <= CAP
    post: _
    """
    side, mark = side_of(bought), fill + gap
    first = counter.reverting_price(NUM, side, fill, mark, 0, share, per_level, CAP, 0)
    deeper = counter.reverting_price(NUM, side, fill, mark, level, share, per_level, CAP, 0)
    return deeper > first if bought else deeper < first


@lemma("CTR-1", "counter.reverting_price", "counter.reversion", "counter.displacement", "counter.displaced")
def the_price_of_what_was_bought_is_its_definition(
    fill: int, gap: int, level: int, share: int, per_level: int, fee: int
) -> bool:
    """Claim fill + max(|mark − fill| × min(95 %, share + per_level × level), fee buffer), the mark above the fill.

    pre: fill > 0 and gap >= 0 and level >= 0 and 0 < share <= SCALE and per_level >= 0 and fee >= 0
    post: _
    """
    taken = min(CAP, share + per_level * level)
    expected = fill + max(gap * taken // SCALE, fill * fee // SCALE * SCALE // BPS)
    return counter.reverting_price(NUM, Side.BUY, fill, fill + gap, level, share, per_level, CAP, fee) == expected


@lemma("CTR-1", "counter.reverting_price", "counter.reversion", "counter.displacement", "counter.displaced")
def the_price_of_what_was_sold_is_its_definition(
    fill: int, gap: int, level: int, share: int, per_level: int, fee: int
) -> bool:
    """Claim fill − max(|mark − fill| × min(95 %, share + per_level × level), fee buffer), the mark below the fill.

    pre: fill > 0 and gap >= 0 and level >= 0 and 0 < share <= SCALE and per_level >= 0 and fee >= 0
    post: _
    """
    taken = min(CAP, share + per_level * level)
    expected = fill - max(gap * taken // SCALE, fill * fee // SCALE * SCALE // BPS)
    return counter.reverting_price(NUM, Side.SELL, fill, fill - gap, level, share, per_level, CAP, fee) == expected


@lemma("CTR-2", "counter.reversion")
def the_reversion_is_at_most_its_cap(share: int, per_level: int, level: int, most: int) -> bool:
    """Claim the 95 %, whatever the configuration.

    pre: level >= 0
    post: _
    """
    return counter.reversion(NUM, share, per_level, level, most) <= most


@lemma("CTR-2", "counter.displacement")
def the_displacement_earns_the_fee_buffer(fill: int, mark: int, share: int, fee: int) -> bool:
    """Claim the fee floor, and that a reversion above it is what is sent.

    pre: fill > 0 and mark > 0 and 0 < share <= SCALE and fee >= 0
    post: _
    """
    floor = fill * fee // SCALE * SCALE // BPS
    distance = counter.displacement(NUM, fill, mark, share, fee)
    return distance >= floor and (distance == floor or distance * SCALE <= abs(mark - fill) * share)


@lemma("CTR-2", "counter.displaced")
def a_counter_order_stands_on_the_gaining_side(fill: int, distance: int, bought: bool) -> bool:
    """Claim that what was bought is sold higher, what was sold is bought lower, by the displacement.

    pre: fill > 0 and distance >= 0
    post: _
    """
    px = counter.displaced(side_of(bought), fill, distance)
    return px == fill + distance if bought else px == fill - distance


# TCK-1: rounding to the venue's grid


@lemma("TCK-1", "market.passive")
def rounding_is_passive_and_less_than_a_step(px: int, decimals: int, buying: bool) -> bool:
    """Claim that a buy is not raised and a sell not lowered, by less than a step, onto the grid.

    pre: px > 0 and 0 <= decimals <= 6
    post: _
    """
    step: int = 10 ** (6 - decimals)
    rounded = market.passive(GRID, side_of(buying), px, decimals)
    moved = px - rounded if buying else rounded - px
    return 0 <= moved < step and rounded % step == 0


@lemma("TCK-1", "market.price_decimals")
def no_price_has_more_figures_or_decimals_than_legal(magnitude: int, sz_decimals: int) -> bool:
    """Claim 5 significant figures and 6 − sz_decimals decimals, or an integer; and as many as that allows.

    pre: -40 <= magnitude <= 40 and 0 <= sz_decimals <= 6
    post: _
    """
    decimals = market.price_decimals(magnitude, sz_decimals)
    legal = magnitude + 1 + decimals <= 5 and decimals <= 6 - sz_decimals
    one_more = magnitude + 2 + decimals <= 5 and decimals + 1 <= 6 - sz_decimals
    return decimals >= 0 and (legal or decimals == 0) and not one_more


# SES-1, ORD-4, VOL-1: the calendar, the percentiles


@lemma("SES-1", "session.quoting_window", "session.shutdown_window")
def nothing_is_quoted_in_the_shutdown_window(t_ms: int, weekend_only: bool) -> bool:
    """Claim that the windows exclude each other, `weekend_only` or not.

    post: _
    """
    return not (session.quoting_window(t_ms, weekend_only) and session.shutdown_window(t_ms))


@lemma("SES-1", "session.quoting_window")
def the_weekend_is_two_days_from_friday_2100(t_ms: int) -> bool:
    """Claim the window's place in the week, counted from Monday 00:00 UTC (5 January 1970).

    post: _
    """
    of_week_ms = (t_ms - 4 * DAY_MS) % (7 * DAY_MS)
    weekend = 4 * DAY_MS + CLOSE_MS <= of_week_ms < 6 * DAY_MS + CLOSE_MS
    return session.quoting_window(t_ms, True) is weekend


@lemma("ORD-4", "session.shutdown_start_between", "session.latest_shutdown_start", "session.shutdown_window")
def a_shutdown_start_that_was_found_is_one(after_ms: int, until_ms: int) -> bool:
    """Claim that what is found lies between the two times and begins a shutdown window.

    post: _
    """
    start_ms = session.shutdown_start_between(after_ms, until_ms)
    if start_ms is None:
        return True
    begins = session.shutdown_window(start_ms) and not session.shutdown_window(start_ms - 1)
    return after_ms < start_ms <= until_ms and begins


@lemma("ORD-4", "session.shutdown_start_between", "session.latest_shutdown_start")
def no_shutdown_start_is_missed(week: int, before_ms: int, late_ms: int) -> bool:
    """Claim that a life that began before a Sunday 21:00 UTC meets a start, however late its next event is.

    pre: before_ms > 0 and late_ms >= 0
    post: _
    """
    sunday_ms = 7 * DAY_MS * week + 3 * DAY_MS + CLOSE_MS
    return session.shutdown_start_between(sunday_ms - before_ms, sunday_ms + late_ms) is not None


@lemma("VOL-1", "volatility.percentile_index")
def a_percentile_is_its_rank_rounded_half_away(per_mille: int, count: int) -> bool:
    """Claim the index nearest to p × (n − 1), halves upward, inside the window.

    pre: 0 <= per_mille <= 1000 and count >= 1
    post: _
    """
    index = volatility.percentile_index(per_mille, count)
    return 0 <= index < count and -1000 <= 2 * (per_mille * (count - 1) - 1000 * index) < 1000
