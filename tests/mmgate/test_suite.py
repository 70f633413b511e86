"""The embedded suite is what the gate promises to judge a maker on."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mmgate.profiles import DEEP, PROFILES, QUICK, STANDARD, SUITE, embedded_suite, suite_file
from model.config import LevelDistribution, MakerConfig, SizeDistribution
from sim.scenario import embedded

MINIMUM_USD = Decimal(10)


def config(name: str) -> MakerConfig:
    return suite_file(name).config


def smallest_usd(of: MakerConfig) -> Decimal:
    convex = of.size_distribution is SizeDistribution.CONVEX
    return of.size_per_level_usd * (of.size_min_multiplier if convex else 1)


def phases(of: MakerConfig) -> tuple[bool, ...]:
    return (
        of.dynamic_offset_enabled,
        of.level_distribution is LevelDistribution.EXPONENTIAL,
        of.size_distribution is SizeDistribution.CONVEX,
        of.counter_order_enabled,
        of.velocity_skew_enabled,
    )


@pytest.mark.parametrize("name", SUITE)
def test_every_config_has_a_reason_and_known_scenarios_with_reasons(name: str):
    file = suite_file(name)
    assert file.why
    assert file.scenarios
    for scenario, why, first in file.scenarios:
        assert scenario in embedded()
        assert why
        assert first in PROFILES


def test_the_production_defaults_are_never_what_the_gate_is_run_on():
    assert all(config(name) != MakerConfig() for name in SUITE)


def test_fixed_has_five_levels_and_no_phase():
    assert config("fixed").num_levels == 5
    assert not any(phases(config("fixed")))


def test_all_on_has_every_phase_and_room_above_the_minimum_in_three_markets():
    assert all(phases(config("all-on")))
    assert config("all-on").num_levels == 5
    assert smallest_usd(config("all-on")) >= 3 * MINIMUM_USD
    assert "three-markets" in [scenario for scenario, _, _ in suite_file("all-on").scenarios]


def test_tight_stands_just_above_the_minimum_and_near_its_limit():
    tight = config("tight")
    assert tight.size_per_level_usd == Decimal("1.3") * MINIMUM_USD
    assert tight.num_levels * tight.size_per_level_usd > Decimal("0.8") * tight.max_position_usd


def test_observation_places_nothing_and_begins_with_leftovers():
    assert not config("observation").enabled
    assert "leftovers" in [scenario for scenario, _, _ in suite_file("observation").scenarios]


def test_all_week_has_the_gate_and_the_dead_mans_switch():
    week = config("all-week")
    assert not week.weekend_only
    assert week.max_hourly_drawdown_usd > 0
    assert week.dead_man_ms > 0


def test_what_one_profile_runs_the_next_runs_too():
    quick, standard, deep = (set(embedded_suite(one)) for one in (QUICK, STANDARD, DEEP))
    assert quick <= standard < deep


def test_every_embedded_scenario_but_the_recording_is_used():
    used = {entry.scenario for entry in embedded_suite(DEEP)}
    assert sorted(set(embedded()) - used) == ["recorded"]
