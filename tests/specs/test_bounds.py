"""The table of bounds, against numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace

from model.config import MakerConfig
from specs import week
from specs.bounds import Bounds

BOUNDS = Bounds(MakerConfig(), round_trip_ms=1000, timer_ms=250)


def test_the_defaults_bounds_are_these():
    assert BOUNDS.table() == (
        ("B-stale", 2000 + 10_000 + 2000 + 250),
        ("B-recover", 3000 + 10_000 + 10_000 + 500),
        ("B-resume", 23_500 + 2000),
        ("B-shutdown", 23_500 + 5 * 3250 + 2 * 6000),
    )


def test_a_stale_cancel_timeout_of_zero_counts_as_ten_seconds():
    off = replace(BOUNDS, config=MakerConfig(stale_cancel_timeout_ms=0))
    assert off.table() == BOUNDS.table()


def test_without_reconcile_recovery_doubles_and_the_shutdown_with_it():
    slow = replace(BOUNDS, reconciles=False)
    assert slow.recover_ms == 47_000
    assert slow.shutdown_ms == BOUNDS.shutdown_ms + 23_500


def test_deliveries_slower_than_the_sent_timeout_wait_for_the_next_answer():
    late = replace(BOUNDS, delivery_ms=6000)
    assert late.late_ms == 1000 + 30_000 + 1000
    assert replace(BOUNDS, delivery_ms=5000).late_ms == 0
    assert late.stale_ms == BOUNDS.stale_ms + late.late_ms


def test_the_week_is_the_definitions():
    sunday_21_ms = 1_770_584_400_000
    assert week.quoting_window(sunday_21_ms - 1, weekend_only=True)
    assert not week.quoting_window(sunday_21_ms, weekend_only=False)
    assert week.shutdown_window(sunday_21_ms + 3 * week.HOUR_MS - 1)
    assert week.last_shutdown_start(sunday_21_ms + 100 * week.HOUR_MS) == sunday_21_ms
    assert week.weekend_start(sunday_21_ms) == sunday_21_ms - 48 * week.HOUR_MS


def test_a_time_outside_the_calendar_is_no_window():
    assert not week.quoting_window(10**18, weekend_only=False)
    assert not week.shutdown_window(-(10**18))
