"""The weekend calendar, against the calendar of the standard library (S-1, S-2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from model.session import latest_shutdown_start, quoting_window, shutdown_start_between, shutdown_window, weekend_of

steady = settings(derandomize=True, deadline=None, max_examples=300, database=None)
TIMES = st.integers(0, 4_102_444_800_000)
WEEK_MS = 604_800_000


def ms(year: int, month: int, day: int, hour: int = 0) -> int:
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp()) * 1000


FRIDAY, SUNDAY, MONDAY = ms(2026, 2, 6, 21), ms(2026, 2, 8, 21), ms(2026, 2, 9)


def test_the_quoting_window_is_half_open():
    assert [quoting_window(t, True) for t in (FRIDAY - 1, FRIDAY, SUNDAY - 1, SUNDAY)] == [False, True, True, False]


def test_the_shutdown_window_is_half_open():
    assert [shutdown_window(t) for t in (SUNDAY - 1, SUNDAY, MONDAY - 1, MONDAY)] == [False, True, True, False]


def test_all_week_quoting_still_stops_for_the_shutdown_window():
    assert [quoting_window(t, False) for t in (SUNDAY - 1, SUNDAY, MONDAY - 1, MONDAY)] == [True, False, False, True]


@steady
@given(TIMES, st.booleans())
def test_the_windows_are_those_of_the_calendar(t_ms, weekend_only):
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=t_ms)
    day, hour = at.weekday(), at.hour
    shutdown = day == 6 and hour >= 21
    weekend = (day == 4 and hour >= 21) or day == 5 or (day == 6 and hour < 21)
    assert shutdown_window(t_ms) == shutdown
    assert quoting_window(t_ms, weekend_only) == (weekend or (not weekend_only and not shutdown))


def test_a_weekend_keeps_its_number_until_the_next_friday():
    number = weekend_of(FRIDAY)
    assert [weekend_of(t) for t in (FRIDAY - 1, SUNDAY, MONDAY, FRIDAY + WEEK_MS - 1)] == [number - 1] + [number] * 3
    assert weekend_of(FRIDAY + WEEK_MS) == number + 1


def test_a_life_that_began_before_the_window_meets_its_start_even_late():
    assert shutdown_start_between(FRIDAY, SUNDAY) == SUNDAY
    assert shutdown_start_between(FRIDAY, MONDAY + 86_400_000) == SUNDAY
    assert shutdown_start_between(FRIDAY, SUNDAY - 1) is None
    assert shutdown_start_between(SUNDAY, MONDAY) is None
    assert shutdown_start_between(FRIDAY, SUNDAY + WEEK_MS) == SUNDAY + WEEK_MS


@steady
@given(TIMES)
def test_the_latest_start_is_a_shutdown_start_within_the_last_week(t_ms):
    start_ms = latest_shutdown_start(t_ms)
    assert 0 <= t_ms - start_ms < WEEK_MS
    assert shutdown_window(start_ms)
    assert not shutdown_window(start_ms - 1)
