"""The envelope of a config by definition: known by hand for simple ones, tight around every ladder."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from model.config import MakerConfig
from model.market import Market
from specs.definitions.envelope import envelope, flags, under_minimum

GOLD = Market("xyz:GOLD", 4)
PLAIN = MakerConfig(
    enabled=True, num_levels=3, size_per_level_usd=Decimal(60), max_position_usd=Decimal(900), fee_buffer_bps=Decimal(8)
)


def flagged(config: MakerConfig, px: int = 5000) -> str:
    return "\n".join(flags(config, ((GOLD, Decimal(px)),)))


def test_a_fixed_ladder_reaches_from_the_leaning_innermost_to_the_doubled_leaning_outermost():
    found = envelope(PLAIN)
    assert found.tightest_bps == 20 * Fraction(7, 10)
    assert found.widest_bps == (20 + 2 * 10) * 2 * Fraction(13, 10)
    assert found.side_usd == 180
    assert found.open_orders == 7
    assert found.position_usd == 900


def test_the_fee_floor_bounds_the_tightest_offset():
    assert envelope(replace(PLAIN, min_offset_bps=Decimal(3))).tightest_bps == 8


def test_wicks_and_both_leans_widen_it_and_what_lies_too_far_out_is_told():
    wild = replace(PLAIN, dynamic_offset_enabled=True, velocity_skew_enabled=True, l0_wick_multiplier=Decimal(10))
    found = envelope(wild)
    assert found.widest_bps == 9500
    assert found.beyond
    assert "beyond 9500 bps" in flagged(wild)


def test_counter_orders_count_and_without_a_bound_there_is_none():
    assert envelope(replace(PLAIN, counter_order_enabled=True)).open_orders == 11
    unbounded = replace(PLAIN, counter_order_enabled=True, counter_max_open=0)
    assert envelope(unbounded).open_orders is None
    assert "no bound" in flagged(unbounded)


def test_a_sound_config_is_not_flagged():
    assert flagged(PLAIN) == ""


def test_what_stands_under_the_fee_or_over_the_limit_is_flagged():
    assert "under the fee buffer" in flagged(replace(PLAIN, min_offset_bps=Decimal(3), skew_respects_fee_floor=False))
    assert "180 USD, is over the position limit of 100 USD" in flagged(replace(PLAIN, max_position_usd=Decimal(100)))


def test_the_production_defaults_are_flagged_as_too_small_to_be_sent():
    assert "2 of 2 rungs can fall under the minimum of 10 USD" in flagged(MakerConfig())


def test_a_size_that_only_a_moved_price_makes_too_small_is_found():
    coarse = Market("xyz:COPPER", 0)
    config = replace(PLAIN, num_levels=1, size_per_level_usd=Decimal(12))
    assert under_minimum(config, coarse, Decimal(11)) != []
    assert under_minimum(replace(config, size_per_level_usd=Decimal(60)), GOLD, Decimal(5000)) == []
