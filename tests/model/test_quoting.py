"""The ladder, before and after venue rounding (Q-0..Q-10)."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal, getcontext, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model import quoting
from model.actions import Side
from model.arithmetic import DECIMALS, FixedPoint
from model.config import LevelDistribution, MakerConfig, SizeDistribution
from model.market import Market, is_legal_price, is_legal_size
from model.quoting import Ladder, Quotes, compute_quotes, ladder
from model.volatility import NO_STATS, WickStats

D = Decimal
MARKET = Market("xyz:GOLD", 4)
FIXED = MakerConfig(num_levels=3, size_per_level_usd=D(100), fee_buffer_bps=D(0))
DYNAMIC = replace(FIXED, dynamic_offset_enabled=True, fee_buffer_bps=D(8))
CURVED = replace(DYNAMIC, num_levels=5, level_distribution=LevelDistribution.EXPONENTIAL)
STATS = replace(NO_STATS, p100_wick_bps=100.0, optimal_wick_bps=20.0, sample_count=99, is_valid=True)
steady = settings(derandomize=True, deadline=None, max_examples=200, database=None)


def quotes(config: MakerConfig = FIXED, ratio="0", multiplier="1", trend="0", stats: WickStats | None = None) -> Quotes:
    return compute_quotes(config, D(1000), D(ratio), D(multiplier), D(trend), stats)


def sent(
    config: MakerConfig = FIXED, oracle="1000", mark="1000", stats: WickStats | None = None, **told: str
) -> Ladder:
    ratio, multiplier, trend = (
        D(told.get(key, default)) for key, default in (("ratio", "0"), ("multiplier", "1"), ("trend", "0"))
    )
    return ladder(config, MARKET, D(oracle), D(mark), ratio, multiplier, trend, stats)


def finals(side_quotes: tuple[quoting.Quote, ...]) -> list[Decimal]:
    return [quote.final_offset_bps for quote in side_quotes]


def test_a_linear_ladder_stands_at_its_offsets_around_the_oracle():
    told = quotes()
    assert finals(told.bids) == finals(told.asks) == [20, 30, 40]
    assert [quote.px for quote in told.bids] == [D("998"), D("997"), D("996")]
    assert [quote.px for quote in told.asks] == [D("1002"), D("1003"), D("1004")]


def test_l0_follows_the_optimal_wick_but_no_deeper_than_the_floors():
    assert finals(quotes(DYNAMIC, stats=STATS).bids)[0] == 40
    assert finals(quotes(DYNAMIC, stats=replace(STATS, optimal_wick_bps=1.0)).bids)[0] == 20
    near = replace(DYNAMIC, min_offset_bps=D(2))
    assert finals(quotes(near, stats=replace(STATS, optimal_wick_bps=1.0)).bids)[0] == 8


def test_statistics_that_are_not_valid_or_switched_off_move_nothing():
    assert quotes(DYNAMIC, stats=replace(STATS, is_valid=False)) == quotes(DYNAMIC)
    assert quotes(FIXED, stats=STATS) == quotes(FIXED)


def test_an_exponential_ladder_runs_from_l0_to_the_outermost_wick():
    assert finals(quotes(CURVED, stats=STATS).asks) == [40, 45, 60, 85, 120]
    assert finals(quotes(CURVED).asks)[-1] == 30


def test_one_level_is_linear_and_uniform():
    one = replace(CURVED, num_levels=1, size_distribution=SizeDistribution.CONVEX)
    assert quotes(one, stats=STATS) == quotes(replace(DYNAMIC, num_levels=1), stats=STATS)


def test_both_skews_multiply_to_169_and_49_percent():
    config = replace(FIXED, velocity_skew_enabled=True)
    told = quotes(config, ratio="1", trend="1")
    assert [q.skewed_offset_bps / q.base_offset_bps for q in told.bids] == [D("1.69")] * 3
    assert [q.skewed_offset_bps / q.base_offset_bps for q in told.asks] == [D("0.49")] * 3


def test_the_velocity_skew_is_off_unless_enabled():
    assert quotes(trend="1") == quotes()


def test_the_fee_floor_binds_after_the_skews():
    config = replace(FIXED, min_offset_bps=D(10), fee_buffer_bps=D(8))
    assert finals(quotes(config, ratio="1").asks)[0] == 8
    assert finals(quotes(replace(config, skew_respects_fee_floor=False), ratio="1").asks)[0] == 7


def test_no_offset_is_under_one_bp():
    config = replace(FIXED, min_offset_bps=D("0.1"), skew_respects_fee_floor=False)
    assert finals(quotes(config).bids)[0] == 1


def test_out_of_range_inputs_act_as_their_clamped_values():
    config = replace(FIXED, velocity_skew_enabled=True)
    assert quotes(config, "7", "0.2", "-9") == quotes(config, "1", "1", "-1")


def test_the_spread_multiplier_widens_before_the_skews():
    assert finals(quotes(multiplier="2").bids) == [40, 60, 80]


def test_convex_sizes_rise_between_their_multipliers():
    convex = replace(FIXED, size_distribution=SizeDistribution.CONVEX)
    assert [q.size_usd for q in quotes(convex).bids] == [50, 100, 150]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_corrupt_statistics_warn_and_leave_the_floors(value):
    told = quotes(CURVED, stats=replace(STATS, optimal_wick_bps=value, p100_wick_bps=value))
    assert told.warnings == ("data_corruption",)
    assert finals(told.bids) == finals(quotes(CURVED).bids)


def test_prices_out_of_range_are_dropped_and_the_others_keep_their_levels():
    told = sent(replace(FIXED, level_spacing_bps=D(5000)), oracle="1000")
    assert [rung.level for rung in told.bids] == [0, 1]
    assert {(drop.level, drop.reason) for drop in told.dropped} == {(2, "rung_out_of_range")}


def test_rungs_are_rounded_away_from_the_oracle():
    told = sent(oracle="4966.17")
    assert [rung.px for rung in told.bids] == [D("4956.2"), D("4951.2"), D("4946.3")]
    assert [rung.px for rung in told.asks] == [D("4976.2"), D("4981.1"), D("4986.1")]
    assert {rung.sz for rung in told.bids + told.asks} == {D("0.1")}


def test_of_two_equal_prices_the_outer_is_dropped():
    told = sent(replace(FIXED, level_spacing_bps=D("0.04")))
    assert [rung.level for rung in told.bids] == [0, 1]
    assert told.dropped[0] == quoting.Dropped(Side.BUY, 2, "rung_not_outward")


def test_a_rung_under_the_minimum_after_rounding_is_dropped():
    config = replace(FIXED, size_per_level_usd=D("10.02"))
    told = sent(config)
    assert [drop.level for drop in told.dropped if drop.reason == "rung_below_minimum"] == [0, 1, 2]
    assert len(told.asks) == 3


def test_prices_that_are_not_positive_give_no_rung():
    assert sent(oracle="0") == sent(mark="-1") == Ladder((), (), (), ("unusable_price",))
    assert compute_quotes(FIXED, D(-5), D(0), D(1), D(0)).bids == ()


def test_prices_are_usable_when_positive_and_near_each_other():
    assert quoting.prices_usable(FIXED, D(100), D(105))
    assert not quoting.prices_usable(FIXED, D(100), D("105.01"))
    assert not quoting.prices_usable(FIXED, D(100), None)
    assert not quoting.prices_usable(FIXED, D(0), D(100))
    assert quoting.prices_usable(replace(FIXED, max_oracle_mark_gap_bps=D(0)), D(100), D(300))
    assert quoting.mark_usable(FIXED, None, D(300))


@pytest.mark.parametrize("exponent", ["0.3", "1", "2", "3.7", "10"])
def test_the_power_is_within_its_bound_of_binary64(exponent):
    weights = quoting.level_weights(50, D(exponent))
    for i, weight in enumerate(weights):
        assert float(weight) == pytest.approx((i / 49) ** float(exponent), rel=1e-13)


def test_the_callers_decimal_context_does_not_matter():
    expected = (quotes(CURVED, "0.3", "1", "0.1", STATS), sent(CURVED, stats=STATS, ratio="0.3"))
    with localcontext() as context:
        context.prec = 5
        assert (quotes(CURVED, "0.3", "1", "0.1", STATS), sent(CURVED, stats=STATS, ratio="0.3")) == expected
    assert getcontext().prec == 28


VALUES = st.decimals(min_value="1e-28", max_value="1e28", allow_nan=False, allow_infinity=False)
CONFIGS = st.builds(
    replace,
    st.sampled_from([FIXED, DYNAMIC, CURVED, replace(CURVED, size_distribution=SizeDistribution.CONVEX)]),
    min_offset_bps=VALUES,
    level_spacing_bps=VALUES,
    size_per_level_usd=VALUES,
    velocity_skew_enabled=st.booleans(),
)


@steady
@given(CONFIGS, VALUES, VALUES, VALUES, VALUES, VALUES, st.floats(), st.floats())
def test_any_finite_values_are_answered_with_legal_rungs_strictly_outward(
    config, oracle, mark, ratio, multiplier, trend, optimal, p100
):
    stats = replace(STATS, optimal_wick_bps=optimal, p100_wick_bps=p100)
    told = ladder(config, MARKET, oracle, mark, ratio, multiplier, trend, stats)
    assert all(is_legal_price(MARKET, rung.px) and is_legal_size(MARKET, rung.sz) for rung in told.bids + told.asks)
    bids, asks = [rung.px for rung in told.bids], [rung.px for rung in told.asks]
    assert bids == sorted(set(bids), reverse=True)
    assert asks == sorted(set(asks))
    assert all(px < oracle for px in bids)
    assert all(px > oracle for px in asks)
    assert len(told.bids) + len(told.asks) + len(told.dropped) == 2 * config.num_levels


SCALE = 10**8
FIXED_POINT = FixedPoint(SCALE)
SMALL = st.integers(1, 10**6).map(lambda n: D(n) / 1000)


def scaled(value: Decimal) -> int:
    return int(value * SCALE)


@steady
@given(st.sampled_from(Side), SMALL, SMALL, st.decimals("-1", "1", places=3), st.integers(0, 49))
def test_the_kernels_say_the_same_on_scaled_integers(side, oracle, offset, lean, level):
    def chain(num, up):
        base = quoting.linear_offset(num, up(offset), level, up(offset))
        tilt = quoting.skew(num, side, up(D("0.3")), up(lean))
        return quoting.floored_offset(quoting.skewed_offset(num, base, tilt, tilt), num.whole(1))

    exact, whole = chain(DECIMALS, D), chain(FIXED_POINT, scaled)
    assert abs(exact - D(whole) / SCALE) <= D(level + 10) / SCALE * 10 * max(exact, 1)
    px = quoting.quote_price(DECIMALS, side, oracle, offset)
    assert (
        abs(px - D(quoting.quote_price(FIXED_POINT, side, scaled(oracle), scaled(offset))) / SCALE)
        <= (oracle + 1) / SCALE
    )
