"""Wick statistics (V-1..V-10)."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

import pytest

from model import volatility
from model.config import MakerConfig
from model.volatility import NO_STATS, TickRefusal, WickState, WickStats, read, record_tick

CONFIG = MakerConfig(wick_window_size=100, wick_min_samples=3, wick_includes_gap=False)
Ticks = list[tuple[int, str]]


def after(ticks: Ticks, config: MakerConfig = CONFIG, state: WickState | None = None) -> WickState:
    state = state or WickState()
    for t_ms, px in ticks:
        state, _ = record_tick(config, state, t_ms, Decimal(px))
    return state


def stats_of(ticks: Ticks, config: MakerConfig = CONFIG) -> WickStats:
    return read(config, after(ticks, config), ticks[-1][0])[1]


def samples(state: WickState) -> list[float]:
    return list(volatility.floats(state.window.arrival))


def of_values(*values: float, config: MakerConfig = CONFIG) -> WickStats:
    return volatility.statistics_of(config, sorted(values))


def test_a_second_closes_when_a_later_one_begins():
    state = after([(0, "100"), (400, "101"), (999, "99"), (1000, "100")])
    assert samples(state) == [200.0]
    assert list(volatility.times(state.window.ends_ms)) == [1000]


def test_seconds_without_a_tick_give_no_sample():
    assert samples(after([(0, "100"), (60_000, "100"), (61_000, "100")])) == [0.0, 0.0]


def test_a_wick_is_capped_at_five_hundred_bps():
    assert samples(after([(0, "100"), (1, "200"), (1000, "100")])) == [500.0]


@pytest.mark.parametrize("px", ["0", "-5", "NaN", "Infinity"])
def test_an_unusable_tick_changes_nothing_and_is_told(px):
    state = after([(0, "100")])
    assert record_tick(CONFIG, state, 5000, Decimal(px)) == (state, TickRefusal.UNUSABLE_PRICE)


def test_a_late_tick_changes_nothing_and_is_told():
    state = after([(5000, "100")])
    assert record_tick(CONFIG, state, 4999, Decimal(90)) == (state, TickRefusal.LATE)
    assert record_tick(CONFIG, state, 5000, Decimal(90))[1] is None


def test_the_oldest_sample_leaves_a_full_window():
    config = replace(CONFIG, wick_window_size=2, wick_min_samples=1)
    ticks = [(1000 * i + j, str(100 + i * j)) for i in range(4) for j in range(2)] + [(4000, "100")]
    assert len(samples(after(ticks, config))) == 2
    assert samples(after(ticks, config)) == samples(after(ticks, CONFIG))[-2:]


def test_a_percentile_is_the_value_at_the_index_rounded_half_away():
    assert [volatility.percentile_index(995, n) for n in (1, 101, 1001, 3600)] == [0, 100, 995, 3581]
    assert volatility.percentile_index(900, 6) == 5
    assert volatility.percentile_index(1000, 3600) == 3599


def test_no_samples_are_zeros_not_valid_without_a_breakpoint():
    assert stats_of([(0, "100")]) == NO_STATS
    assert NO_STATS.optimal_percentile == "N/A"


def test_statistics_are_valid_from_the_least_number_of_samples_on():
    ticks = [(1000 * i, "100") for i in range(4)]
    assert not stats_of(ticks[:3]).is_valid
    assert stats_of(ticks).is_valid


def test_the_breakpoint_is_the_largest_jump():
    calm, cliff = [2.0] * 949, [10.0] * 51
    assert (of_values(*calm, *cliff).optimal_wick_bps, of_values(*calm, *cliff).optimal_percentile) == (10.0, "P95")


def test_without_a_jump_the_optimum_is_p99():
    stats = of_values(*(float(100 + i % 3) for i in range(1000)))
    assert stats.optimal_percentile == "P99"


def test_a_calm_market_with_rare_spikes_has_its_spike_as_optimum_thanks_to_the_floor():
    window = [0.0] * 3590 + [30.0] * 10
    reviewed = replace(CONFIG, breakpoint_floor_bps=Decimal(0))
    assert of_values(*window).optimal_wick_bps == 30.0
    assert of_values(*window).optimal_percentile == "P99.8"
    assert of_values(*window, config=reviewed).optimal_wick_bps == 0.0


def test_the_first_of_equal_jumps_wins():
    best = volatility.breakpoint_index(CONFIG, (1.0, 2.0, 4.0, 8.0, 8.0, 8.0, 99.0))
    assert volatility.NAMES[best] == "P95"


def test_p100_is_no_candidate_for_the_breakpoint():
    stats = of_values(*[5.0] * 1500, 400.0)
    assert (stats.p100_wick_bps, stats.optimal_wick_bps) == (400.0, 5.0)


def test_a_recent_last_price_opens_the_next_second():
    config = replace(CONFIG, wick_includes_gap=True)
    ticks = [(0, "100"), (5000, "101"), (10_001, "100"), (11_000, "100")]
    assert samples(after(ticks, config)) == [0.0, pytest.approx(99.50248756), 0.0]
    assert samples(after(ticks, CONFIG)) == [0.0, 0.0, 0.0]


def test_samples_leave_when_older_than_the_age():
    config = replace(CONFIG, wick_max_age_ms=3000)
    state = after([(0, "100"), (1, "101"), (1000, "100"), (2000, "100")], config)
    assert read(config, state, 4000)[1].sample_count == 2
    assert read(config, state, 4001)[1].sample_count == 1
    assert read(config, state, 9000)[1] == NO_STATS


def test_age_zero_keeps_samples_for_ever():
    config = replace(CONFIG, wick_max_age_ms=0)
    state = after([(0, "100"), (1000, "100")], config)
    assert read(config, state, 10**12)[1].sample_count == 1


@pytest.mark.parametrize("ttl_ms", [0, 700, 10_000])
def test_the_cache_is_invisible(ttl_ms):
    config = replace(CONFIG, wick_cache_ttl_ms=ttl_ms, wick_max_age_ms=20_000, wick_window_size=20)
    draw, state, now_ms = random.Random(ttl_ms), WickState(), 0
    for _ in range(400):
        now_ms += draw.choice((100, 900, 5000))
        if draw.random() < 0.5:
            state, _ = record_tick(config, state, now_ms, Decimal(draw.randint(990, 1010)))
        _, fresh = read(config, replace(state, cached=None), now_ms)
        state, told = read(config, state, now_ms)
        assert told == fresh
        assert list(volatility.floats(state.window.ascending)) == sorted(samples(state))


def test_equal_histories_are_equal_states_whatever_was_read():
    ticks = [(500 * i, str(100 + i % 5)) for i in range(50)]
    state = after(ticks)
    was_read, _ = read(CONFIG, state, ticks[-1][0])
    assert was_read == state
    assert hash(was_read) == hash(after(ticks))


def test_forks_share_their_window_and_do_not_touch_each_other():
    state = after([(1000 * i, "100") for i in range(50)])
    widened = after([(49_500, "101")], state=state)
    assert widened.window is state.window
    assert len(samples(after([(50_000, "101")], state=state))) == len(samples(state)) + 1


def test_valid_statistics_of_zeros_only_are_uninformative():
    ticks = [(1000 * i, "100") for i in range(4)]
    assert volatility.is_uninformative(stats_of(ticks))
    assert not volatility.is_uninformative(stats_of(ticks[:2]))
    assert not volatility.is_uninformative(stats_of([*ticks, (3001, "101"), (4000, "100")]))
