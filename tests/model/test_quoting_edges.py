"""The ladder at the edge of what can be quoted: bounds, cheap markets, one reason for each dropped rung (Q-0..Q-10)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Context, Decimal, localcontext

import pytest

from model import quoting
from model.actions import Side
from model.arithmetic import DECIMALS
from model.config import LevelDistribution, MakerConfig, SizeDistribution
from model.market import Market
from model.quoting import Dropped, Ladder, Quotes, Rung, compute_quotes, ladder, mark_usable, prices_usable
from model.volatility import NO_STATS

D = Decimal
CONFIG = MakerConfig(num_levels=2, size_per_level_usd=D(100), fee_buffer_bps=D(0))
CHEAP = Market("xyz:CENT", 0)
GOLD = Market("xyz:GOLD", 4)
CORRUPT = replace(NO_STATS, is_valid=True, optimal_wick_bps=float("nan"), p100_wick_bps=50.0)


def quotes(oracle: str, config: MakerConfig = CONFIG) -> Quotes:
    return compute_quotes(config, D(oracle), D(0), D(1), D(0))


def rungs(oracle: str, mark: str, config: MakerConfig = CONFIG, market: Market = GOLD) -> Ladder:
    return ladder(config, market, D(oracle), D(mark), D(0), D(1), D(0))


def test_a_price_that_is_not_positive_gives_nothing_and_says_so():
    for oracle in ("0", "-5"):
        assert quotes(oracle) == Quotes((), (), (), ("unusable_price",))
    for oracle, mark in (("0", "1"), ("-5", "1"), ("1", "0"), ("1", "-5")):
        assert rungs(oracle, mark) == Ladder((), (), (), ("unusable_price",))


def test_a_market_that_costs_less_than_one_is_quoted_like_any_other():
    assert [quote.px for quote in quotes("0.5").bids] == [D("0.499"), D("0.4985")]
    told = rungs("0.5", "0.4", market=CHEAP)
    assert told.bids == (Rung(Side.BUY, 0, D("0.499"), D(250)), Rung(Side.BUY, 1, D("0.4985"), D(250)))
    assert told.asks == (Rung(Side.SELL, 0, D("0.501"), D(250)), Rung(Side.SELL, 1, D("0.5015"), D(250)))
    assert prices_usable(CONFIG, D("0.5"), D("0.5"))
    assert mark_usable(CONFIG, None, D("0.5"))
    assert not mark_usable(CONFIG, D("0.5"), D("0.6"))


@pytest.mark.parametrize("px", [None, D(0), D(-1), D("NaN"), D("Infinity")])
def test_what_is_no_price_is_not_usable(px: Decimal | None):
    assert not mark_usable(CONFIG, D(100), px)
    assert not mark_usable(CONFIG, None, px)
    assert not prices_usable(CONFIG, px, D(100))
    assert mark_usable(CONFIG, px, D(300))


def test_a_gap_of_the_limit_is_usable_on_both_sides_and_more_is_not():
    assert [mark_usable(CONFIG, D(100), D(mark)) for mark in ("94.9", "95", "105", "105.1")] == [
        False, True, True, False,
    ]  # fmt: skip
    assert mark_usable(replace(CONFIG, max_oracle_mark_gap_bps=D(1)), D(100), D("100.01"))
    assert not mark_usable(replace(CONFIG, max_oracle_mark_gap_bps=D(1)), D(100), D("100.011"))


def test_a_gap_is_measured_in_the_projects_own_decimal_context():
    with localcontext(Context(prec=2)):
        assert not mark_usable(CONFIG, D(100), D("105.01"))


def test_the_power_is_taken_in_the_projects_own_decimal_context():
    with localcontext(Context(prec=3)):
        weight = quoting.level_weights(4, D("1.5"))[1]
    assert abs(weight - 1 / (3 * D(3).sqrt())) < D("1e-26")


def test_sizes_are_shared_out_in_the_projects_own_decimal_context():
    with localcontext(Context(prec=3)):
        sizes = quoting.level_sizes_usd(4, SizeDistribution.CONVEX, D(100), D("0.5"), D("1.5"))
    assert sizes[0] == 50
    assert sizes[1] == D("83.33333333333333333333333333")
    assert sizes[3] == 150


def test_a_price_is_in_range_up_to_9500_bps_and_positive():
    told = [quoting.in_range(D(100), D(px)) for px in ("-1", "0", "4.99", "5", "0.5", "195", "195.01")]
    assert told == [False, False, False, True, False, True, False]
    assert quoting.in_range(D("0.5"), D("0.5"))


def test_both_sides_tell_which_levels_are_out_of_range():
    told = quotes("100", replace(CONFIG, num_levels=3, level_spacing_bps=D(5000)))
    assert told.dropped == (Dropped(Side.BUY, 2, "rung_out_of_range"), Dropped(Side.SELL, 2, "rung_out_of_range"))
    assert [[quote.level for quote in side] for side in (told.bids, told.asks)] == [[0, 1], [0, 1]]


def test_a_quote_tells_its_offset_step_by_step():
    told = compute_quotes(replace(CONFIG, min_offset_bps=D(2), fee_buffer_bps=D(3)), D(100), D("-0.5"), D(2), D(0))
    steps = [(q.level, q.size_usd, q.base_offset_bps, q.skewed_offset_bps, q.final_offset_bps) for q in told.bids]
    first, second = ([D(n) for n in told] for told in (("100", "4", "3.4", "3.4"), ("100", "24", "20.4", "20.4")))
    assert steps == [(0, *first), (1, *second)]
    assert [quote.px for quote in told.bids] == [D("99.966"), D("99.796")]
    lower = compute_quotes(replace(CONFIG, min_offset_bps=D(2), fee_buffer_bps=D(9)), D(100), D("-0.5"), D(2), D(0))
    assert (lower.bids[0].skewed_offset_bps, lower.bids[0].final_offset_bps) == (D("3.40"), D(9))


def test_warnings_of_the_statistics_reach_ladder_and_quotes():
    config = replace(CONFIG, dynamic_offset_enabled=True)
    assert compute_quotes(config, D(100), D(0), D(1), D(0), CORRUPT).warnings == ("data_corruption",)
    assert ladder(config, GOLD, D(100), D(100), D(0), D(1), D(0), CORRUPT).warnings == ("data_corruption",)
    other = replace(CORRUPT, optimal_wick_bps=20.0, p100_wick_bps=float("inf"))
    assert compute_quotes(config, D(100), D(0), D(1), D(0), other).warnings == ("data_corruption",)
    assert quotes("100").warnings == ()


def test_the_ladder_follows_every_input_of_its_own():
    config = replace(
        CONFIG,
        dynamic_offset_enabled=True,
        velocity_skew_enabled=True,
        level_distribution=LevelDistribution.EXPONENTIAL,
    )
    stats = replace(NO_STATS, is_valid=True, optimal_wick_bps=20.0, p100_wick_bps=100.0)
    told = ladder(config, GOLD, D(1000), D(500), D("0.5"), D(2), D(1), stats)
    assert told.bids == (Rung(Side.BUY, 0, D("988.04"), D("0.2")), Rung(Side.BUY, 1, D("964.12"), D("0.2")))
    assert told.asks == (Rung(Side.SELL, 0, D("1004.8"), D("0.2")), Rung(Side.SELL, 1, D("1014.3"), D("0.2")))


def test_each_dropped_rung_has_its_own_reason():
    why = quoting._why_not
    assert why(GOLD, D(100), D(100), D(99), D(1)) is None
    assert why(GOLD, D(100), D(100), D(4), D(1)) == "rung_out_of_range"
    assert why(GOLD, D(100), D(99), D(99), D(1)) == "rung_not_outward"
    assert why(GOLD, D(100), D(100), D(99), D("0.1")) == "rung_below_minimum"
    assert why(GOLD, D(100), D(100), D(99), D(0)) == "rung_below_minimum"
    assert why(replace(GOLD, min_notional_usd=D(0)), D(100), D(100), D(99), D(0)) == "rung_below_minimum"


def test_a_dropped_rung_renumbers_none_and_leaves_the_inner_price_as_it_was():
    config = replace(CONFIG, num_levels=3, level_spacing_bps=D("0.06"))
    told = rungs("4000", "4000", config)
    assert [(rung.level, rung.px) for rung in told.bids] == [(0, D(3992)), (1, D("3991.9"))]
    assert [drop for drop in told.dropped if drop.side is Side.BUY] == [Dropped(Side.BUY, 2, "rung_not_outward")]


def test_the_kernels_take_the_nearest_allowed_value():
    assert [quoting.clamped(D(value), D(-1), D(1)) for value in (-2, -1, 0, 1, 2)] == [-1, -1, 0, 1, 1]
    assert [quoting.offset_floor(DECIMALS, D(fee), True) for fee in ("0.5", "1", "8")] == [1, 1, 8]
    assert quoting.offset_floor(DECIMALS, D(8), False) == 1
    assert [quoting.widened_offset(DECIMALS, D(20), D(multiplier)) for multiplier in ("0.5", "1", "2")] == [20, 20, 40]
    assert [quoting.convex_multiplier(DECIMALS, D("0.5"), D(2), level, 4) for level in range(4)] == [
        D("0.5"), D("0.5") + D("1.5") / 3, D("0.5") + D("1.5") * (D(2) / 3), 2,
    ]  # fmt: skip
    assert quoting.outer_offset(DECIMALS, D(20), D(100), D("1.2"), D(10)) == 120
    assert quoting.outer_offset(DECIMALS, D(20), D(10), D("1.2"), D(10)) == 30
