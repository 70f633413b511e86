"""The ladder by definition, against hand-computed numbers and the numbers in the rules."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D
from fractions import Fraction as F

from model.actions import Side
from model.config import LevelDistribution, MakerConfig, SizeDistribution
from specs.definitions import ladder
from specs.definitions.ladder import Inputs
from specs.definitions.wicks import Statistics

CONFIG = MakerConfig(num_levels=5, size_per_level_usd=D(50))
WIDE = replace(CONFIG, dynamic_offset_enabled=True, level_distribution=LevelDistribution.EXPONENTIAL)
HUNDRED = Inputs(F(100))


def wicks(optimal: float, p100: float, valid: bool = True) -> Statistics:
    return Statistics((optimal,) * 6 + (p100,), 100, valid, optimal, "P99", optimal, optimal)


def offsets(config: MakerConfig, inputs: Inputs, side: Side = Side.BUY) -> list[F]:
    return [rung.offset_bps for rung in ladder.ladder(config, inputs, side)]


def test_a_linear_ladder_grows_by_the_spacing():
    assert offsets(CONFIG, HUNDRED) == [20, 30, 40, 50, 60]
    assert [r.px for r in ladder.ladder(CONFIG, HUNDRED, Side.BUY)][:2] == [F(D("99.8")), F(D("99.7"))]
    assert [r.px for r in ladder.ladder(CONFIG, HUNDRED, Side.SELL)][:2] == [F(D("100.2")), F(D("100.3"))]


def test_an_exponential_ladder_reaches_the_safe_p100():
    told = replace(HUNDRED, statistics=wicks(20, 100))
    assert offsets(WIDE, told) == [40, 45, 60, 85, 120]


def test_without_valid_statistics_it_keeps_the_least_range():
    assert offsets(WIDE, HUNDRED)[-1] == 30
    assert offsets(WIDE, replace(HUNDRED, statistics=wicks(20, 100, valid=False))) == offsets(WIDE, HUNDRED)


def test_a_fixed_offset_does_not_depend_on_statistics():
    told = replace(HUNDRED, statistics=wicks(20, 100))
    assert offsets(replace(WIDE, dynamic_offset_enabled=False), told)[0] == 20


def test_the_innermost_is_never_under_the_fee_buffer_when_dynamic():
    config = replace(WIDE, min_offset_bps=D(1), fee_buffer_bps=D(8))
    assert offsets(config, replace(HUNDRED, statistics=wicks(2, 2)))[0] == 8


def test_both_skews_together_stand_at_169_and_49_percent():
    config = replace(CONFIG, velocity_skew_enabled=True, min_offset_bps=D(100))
    full = Inputs(F(100), ratio=F(1), trend=F(1))
    assert offsets(config, full, Side.BUY)[0] == 169
    assert offsets(config, full, Side.SELL)[0] == 49


def test_a_trend_counts_only_where_the_velocity_skew_is_on():
    assert offsets(CONFIG, Inputs(F(100), trend=F(1))) == offsets(CONFIG, HUNDRED)


def test_a_ratio_a_trend_and_a_multiplier_are_clamped():
    config = replace(CONFIG, velocity_skew_enabled=True)
    beyond = Inputs(F(100), ratio=F(7), trend=F(-3), multiplier=F(1, 2))
    assert offsets(config, beyond) == offsets(config, Inputs(F(100), ratio=F(1), trend=F(-1)))


def test_the_multiplier_widens_every_level():
    assert offsets(CONFIG, replace(HUNDRED, multiplier=F(2))) == [40, 60, 80, 100, 120]


def test_the_fee_floor_binds_after_the_skews():
    config = replace(CONFIG, min_offset_bps=D(9), level_spacing_bps=D(0))
    full = Inputs(F(100), ratio=F(1))
    assert offsets(config, full, Side.SELL) == [8] * 5
    assert offsets(replace(config, skew_respects_fee_floor=False), full, Side.SELL) == [F(63, 10)] * 5
    tiny = replace(config, skew_respects_fee_floor=False, min_offset_bps=D("0.5"))
    assert offsets(tiny, full, Side.SELL) == [1] * 5


def test_a_rung_beyond_9500_bps_is_not_usable():
    config = replace(CONFIG, num_levels=2, level_spacing_bps=D(9481))
    assert [r.usable for r in ladder.ladder(config, HUNDRED, Side.SELL)] == [True, False]


def test_convex_sizes_run_from_the_least_to_the_most():
    config = replace(CONFIG, size_distribution=SizeDistribution.CONVEX)
    assert [ladder.size_usd(config, i) for i in range(5)] == [25, F(75, 2), 50, F(125, 2), 75]
    assert ladder.size_usd(replace(config, num_levels=1), 0) == 50
    assert ladder.size_usd(CONFIG, 4) == 50


def test_a_power_with_a_broken_exponent_is_exact_to_many_digits():
    root = ladder.power(F(1, 2), D("0.5"))
    assert abs(root * root - F(1, 2)) < F(1, 10**48)
    assert ladder.power(F(1, 3), D(2)) == F(1, 9)
    assert ladder.power(F(0), D("0.1")) == 0


def test_a_told_offset_is_positive_outward():
    assert ladder.told_offset_bps(D(100), D("99.8"), Side.BUY) == 20
    assert ladder.told_offset_bps(D(100), D("99.8"), Side.SELL) == -20
