"""Wick statistics by definition, against hand-computed numbers; and the two ways of computing them agree."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal as D
from fractions import Fraction as F

import pytest

from model.config import MakerConfig
from specs.definitions import wicks
from specs.definitions.wicks import WickWindow, samples, statistics

CONFIG = MakerConfig(wick_min_samples=1, wick_window_size=3600)
NO_GAP = replace(CONFIG, wick_includes_gap=False)


def ticks(*pairs: tuple[int, str]) -> list[tuple[int, D]]:
    return [(t, D(px)) for t, px in pairs]


def test_a_wick_is_the_range_over_the_middle():
    closed = samples(NO_GAP, ticks((0, "99"), (500, "101"), (999, "100"), (1000, "100")))
    assert [(s.end_ms, s.wick_bps) for s in closed] == [(1000, 200.0)]


def test_a_wick_is_capped_at_500():
    closed = samples(NO_GAP, ticks((0, "50"), (500, "100"), (1000, "100")))
    assert [s.wick_bps for s in closed] == [500.0]


def test_a_second_without_a_tick_gives_no_sample():
    closed = samples(NO_GAP, ticks((0, "100"), (9000, "100"), (10_000, "100")))
    assert [s.end_ms for s in closed] == [1000, 10_000]


def test_unusable_and_late_ticks_change_nothing():
    clean = ticks((0, "100"), (1500, "101"), (1600, "102"), (3000, "102"))
    dirty = ticks((0, "100"), (1500, "101"), (999, "1"), (1600, "102"), (1700, "0"), (1800, "-3"), (3000, "102"))
    assert samples(CONFIG, dirty) == samples(CONFIG, clean)


def test_a_gap_within_its_limit_starts_the_second_at_the_last_price():
    told = ticks((0, "100"), (5000, "102"), (10_001, "103"), (11_000, "103"))
    assert [s.wick_bps for s in samples(CONFIG, told)] == [0.0, float(D(2) / D(101) * 10_000), 0.0]
    assert [s.wick_bps for s in samples(NO_GAP, told)] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("percent", "count", "index"),
    [
        ("90", 1, 0),
        ("90", 11, 9),
        ("95", 11, 10),
        ("99.5", 101, 100),
        ("99.8", 251, 250),
        ("100", 7, 6),
        ("90", 6, 5),
    ],
)
def test_a_percentile_is_the_nearest_index_half_away(percent: str, count: int, index: int):
    assert wicks.nearest_index(F(percent), count) == index


def levels(**given: float) -> tuple[float, ...]:
    names = {"P99.5": "p995", "P99.8": "p998", "P99.9": "p999"}
    return tuple(given[names.get(name, name.lower())] for name, _ in wicks.PERCENTILES)


def test_the_breakpoint_is_the_upper_value_of_the_largest_jump():
    told = levels(p90=2, p95=3, p99=9, p995=10, p998=20, p999=21, p100=50)
    assert wicks.optimum(CONFIG, told) == (9, "P99", 9, 9)


def test_without_a_jump_it_is_p99():
    told = levels(p90=10, p95=11, p99=12, p995=13, p998=14, p999=15, p100=500)
    assert wicks.optimum(CONFIG, told)[:2] == (12, "P99")


def test_the_floor_keeps_a_calm_market_with_rare_spikes_from_an_optimum_of_zero():
    told = levels(p90=0, p95=0, p99=0, p995=0, p998=0, p999=40, p100=80)
    assert wicks.optimum(CONFIG, told)[:2] == (40, "P99.9")
    assert wicks.optimum(replace(CONFIG, breakpoint_floor_bps=D(0)), told)[:2] == (0, "P99")


def test_the_first_of_equal_jumps_wins_and_both_are_possible():
    told = levels(p90=2, p95=4, p99=5, p995=10, p998=11, p999=12, p100=13)
    assert wicks.optimum(CONFIG, told) == (4, "P95", 4, 10)


def test_no_samples_are_zeros_and_not_valid():
    none = statistics(CONFIG, ticks((0, "100")), 10)
    assert (none.count, none.valid, none.optimal_name, none.p100_bps) == (0, False, "N/A", 0.0)


def test_a_sample_leaves_when_older_than_its_age():
    config = replace(CONFIG, wick_max_age_ms=5000)
    told = ticks((0, "100"), (500, "101"), (1000, "100"))
    assert statistics(config, told, 6000).count == 1
    assert statistics(config, told, 6001).count == 0
    assert statistics(replace(config, wick_max_age_ms=0), told, 10**12).count == 1


def test_the_window_and_the_brute_force_agree_on_random_histories():
    for seed in range(30):
        draw = random.Random(seed)
        config = replace(
            CONFIG,
            wick_window_size=draw.choice([1, 3, 20]),
            wick_max_age_ms=draw.choice([0, 4000, 30_000]),
            wick_includes_gap=draw.random() < 0.5,
            wick_gap_max_ms=draw.choice([1000, 5000]),
        )
        window, told, now = WickWindow(config), [], 0
        for _ in range(120):
            now += draw.choice([0, 100, 400, 900, 3000, 9000])
            tick = (now - draw.choice([0, 0, 0, 1500]), D(draw.choice([0, 99, 100, 101, 103, 90])))
            told.append(tick)
            window.tick(*tick)
            assert window.statistics(now) == statistics(config, told, now)
