"""Wick statistics at their edges: instants, bounds, cheap markets, equal jumps (V-1..V-10)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Context, Decimal, localcontext

import pytest

from model import volatility
from model.config import MakerConfig
from model.volatility import EMPTY, NO_STATS, WickState, Window, read, record_tick, statistics_of

D = Decimal
CONFIG = MakerConfig(wick_window_size=3, wick_min_samples=2, wick_includes_gap=False, wick_max_age_ms=0)


def after(*ticks: tuple[int, str], config: MakerConfig = CONFIG, state: WickState | None = None) -> WickState:
    state = state or WickState()
    for t_ms, px in ticks:
        state, refusal = record_tick(config, state, t_ms, D(px))
        assert refusal is None
    return state


def samples(state: WickState) -> tuple[list[float], list[float], list[int]]:
    window = state.window
    return (
        list(volatility.floats(window.arrival)),
        list(volatility.floats(window.ascending)),
        list(volatility.times(window.ends_ms)),
    )


def test_a_second_knows_its_range_its_last_price_and_its_latest_instant():
    state = after((1400, "100"), (1600, "103"), (1500, "98"))
    assert state == WickState(EMPTY, 1, D(103), D(98), D(98), 1600)
    later = after((2000, "101"), state=state)
    assert later == WickState(later.window, 2, D(101), D(101), D(101), 2000)


def test_a_closed_second_is_one_sample_at_its_end():
    state = after((1000, "99"), (1500, "101"), (4200, "100"), (5000, "100"))
    assert samples(state) == ([200.0, 0.0], [0.0, 200.0], [2000, 5000])
    assert repr(state.window.sample_count) == "2"


def test_a_market_that_costs_less_than_one_has_wicks_too():
    assert samples(after((0, "0.5"), (1, "0.51"), (1000, "0.5")))[0] == [pytest.approx(198.01980198)]


def test_the_last_price_opens_a_second_only_where_that_is_wanted_and_recent():
    gap = replace(CONFIG, wick_includes_gap=True, wick_gap_max_ms=1500)
    for now, low in ((2500, "98"), (2501, "100")):
        state = after((1000, "98"), (now, "100"), config=gap)
        assert (state.high, state.low) == (D(100), D(low))
    assert after((1000, "98"), (2500, "90"), config=gap).high == 98
    assert after((1000, "98"), (2500, "100")).low == 100
    assert after((10, "98"), config=gap) == WickState(EMPTY, 0, D(98), D(98), D(98), 10)


def test_the_gap_counts_from_the_latest_instant_of_the_second_before():
    gap = replace(CONFIG, wick_includes_gap=True, wick_gap_max_ms=1500)
    assert after((1900, "98"), (1100, "99"), (3400, "100"), config=gap).low == 99
    assert after((1900, "98"), (1100, "99"), (3401, "100"), config=gap).low == 100


def test_a_wick_is_measured_in_the_projects_own_decimal_context():
    with localcontext(Context(prec=3)):
        assert volatility.wick_bps(D("100.05"), D("100")) == D("4.998750312421894526368407898")
    assert volatility.wick_bps(D("105.2"), D("100")) == 500


def test_a_full_window_keeps_its_size_and_its_order():
    prices = ("100", "100.1", "100.3", "100.6", "101")
    ticks = [(1000 * i + j, px if j else "100") for i, px in enumerate(prices) for j in (0, 1)]
    arrival, ascending, ends = samples(after(*ticks, (5000, "100")))
    assert (len(arrival), ascending, ends) == (3, sorted(arrival), [3000, 4000, 5000])
    assert arrival == ascending
    falling = [(1000 * i + j, px if j else "100") for i, px in enumerate(reversed(prices)) for j in (0, 1)]
    down = samples(after(*falling, (5000, "100")))
    assert (down[0], down[1]) == (sorted(down[0], reverse=True), sorted(down[0]))


def test_a_window_of_one_keeps_the_latest_sample():
    one = replace(CONFIG, wick_window_size=1)
    assert samples(after((0, "99"), (1, "101"), (1000, "100"), (2000, "100"), config=one)) == ([0.0], [0.0], [2000])


def test_equal_samples_leave_one_at_a_time():
    window = Window()
    for end_ms in (1, 2, 3):
        window = volatility._append(window, 5.0, end_ms, 9)
    left = volatility._drop_oldest(window, 1)
    assert (list(volatility.floats(left.ascending)), list(volatility.times(left.ends_ms))) == ([5.0, 5.0], [2, 3])
    assert volatility._drop_oldest(window, 3) == EMPTY
    assert volatility._drop_oldest(window, 4) == EMPTY


def test_the_farthest_instants_are_kept_as_far_as_they_can_be_told():
    far = 2**63 - 1
    for t_ms, end_ms in ((2**64, far), (-(2**64), -far), (far - 1000, far - 1000 - (far - 1000) % 1000 + 1000)):
        state = after((t_ms, "100"), (t_ms + 1000, "100"))
        assert samples(state)[2] == [end_ms]


def test_samples_leave_at_their_age_also_when_a_second_closes():
    aging = replace(CONFIG, wick_max_age_ms=2000)
    ticks = [(0, "100"), (1000, "100")]
    assert samples(after(*ticks, (3000, "100"), config=aging))[2] == [1000, 2000]
    assert samples(after(*ticks, (3001, "100"), config=aging))[2] == [2000]
    assert samples(after(*ticks, (9000, "100"), config=aging))[2] == []
    assert read(aging, after(*ticks, config=aging), 3001)[0].window == EMPTY


def test_reading_says_what_the_window_says_now():
    state = after((0, "99"), (1, "101"), (1000, "100"), (2000, "100"))
    again, told = read(CONFIG, state, 2000)
    assert told == statistics_of(CONFIG, [0.0, 200.0])
    assert (again, again.cached, again.cached_ms) == (state, told, 2000)
    more = after((3000, "100"), (3001, "102"), (4000, "100"), state=again)
    assert read(CONFIG, more, 4000)[1] == statistics_of(CONFIG, sorted(samples(more)[0]))


def test_statistics_name_each_percentile():
    told = statistics_of(CONFIG, [float(n) for n in range(1001)])
    assert (told.p90_wick_bps, told.p95_wick_bps, told.p99_wick_bps) == (900.0, 950.0, 990.0)
    assert (told.p995_wick_bps, told.p998_wick_bps, told.p999_wick_bps) == (995.0, 998.0, 999.0)
    assert (told.p100_wick_bps, told.sample_count, told.is_valid) == (1000.0, 1001, True)
    assert (told.optimal_wick_bps, told.optimal_percentile) == (990.0, "P99")
    assert statistics_of(CONFIG, []) == NO_STATS
    assert [statistics_of(CONFIG, [1.0] * n).is_valid for n in (1, 2)] == [False, True]


def test_an_index_rounds_half_away_and_stays_within():
    assert [volatility.percentile_index(500, n) for n in (1, 2, 3, 4)] == [0, 1, 1, 2]
    assert [volatility.percentile_index(900, n) for n in (1, 2, 5, 6, 7)] == [0, 1, 4, 5, 5]
    assert volatility.percentile_index(-1000, 5) == 0
    assert volatility.percentile_index(2000, 5) == 4


@pytest.mark.parametrize(("values", "floor", "name"), [
    ((1.0, 1.5, 1.5, 1.5, 1.5, 1.5), 0, "P95"),
    ((1.0, 1.49, 1.49, 1.49, 1.49, 1.49), 0, "P99"),
    ((0.0, 1.0, 1.0, 3.0, 3.0, 3.0), 0, "P99.5"),
    ((4.0, 4.0, 4.0, 4.0, 4.0, 8.0), 0, "P99.9"),
    ((1.0, 2.0, 2.0, 4.0, 4.0, 4.0), 0, "P95"),
    ((1.0, 2.0, 2.0, 5.0, 5.0, 5.0), 0, "P99.5"),
    ((0.5, 0.9, 0.9, 0.9, 3.0, 3.0), 1, "P99.8"),
    ((0.1, 0.9, 0.9, 0.9, 0.9, 0.9), 1, "P99"),
    ((0.0, 0.0, 0.0, 0.0, 0.0, 0.0), 0, "P99"),
])  # fmt: skip
def test_the_cliff_is_found(values: tuple[float, ...], floor: int, name: str):
    config = replace(CONFIG, breakpoint_floor_bps=D(floor))
    assert volatility.NAMES[volatility.breakpoint_index(config, (*values, 999.0))] == name


def test_only_valid_statistics_of_nothing_are_uninformative():
    calm, moved = statistics_of(CONFIG, [0.0, 0.0]), statistics_of(CONFIG, [0.0, 1.0])
    assert [volatility.is_uninformative(told) for told in (calm, moved, NO_STATS)] == [True, False, False]


def test_a_sample_is_as_old_as_its_time_says_however_far_that_is():
    config = replace(CONFIG, wick_max_age_ms=21_600_000)
    late = 2**62 // 1000 * 1000 + 10**12
    state = after((late, "100"), (late + 100, "101"), (late + 2000, "100"), config=config)
    assert read(config, state, late + 2000)[1].sample_count == 1
    early = after((-late, "100"), (-late + 100, "101"), (-late + 22_000_000, "100"), config=config)
    assert read(config, early, -late + 22_000_000)[1].sample_count == 0
