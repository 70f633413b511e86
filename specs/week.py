"""The week of section 8 (S-1, S-2, S-4), in ms since 1970 UTC; the epoch was a Thursday."""

from __future__ import annotations

HOUR_MS = 3_600_000
WEEK_MS = 168 * HOUR_MS
FRIDAY_21_MS = 45 * HOUR_MS
SUNDAY_21_MS = 93 * HOUR_MS
MONDAY_MS = 96 * HOUR_MS


def quoting_window(now_ms: int, weekend_only: bool) -> bool:
    """Say whether quoting is allowed by the clock (S-1)."""
    if shutdown_window(now_ms):
        return False
    return not weekend_only or FRIDAY_21_MS <= now_ms % WEEK_MS < SUNDAY_21_MS


def shutdown_window(now_ms: int) -> bool:
    """Say whether `now_ms` lies in [Sunday 21:00, Monday 00:00) (S-2)."""
    return SUNDAY_21_MS <= now_ms % WEEK_MS < MONDAY_MS


def last_shutdown_start(now_ms: int) -> int:
    """Return the start of the latest shutdown window that began at or before `now_ms`."""
    return (now_ms - SUNDAY_21_MS) // WEEK_MS * WEEK_MS + SUNDAY_21_MS


def weekend_start(now_ms: int) -> int:
    """Return the latest Friday 21:00 at or before `now_ms`."""
    return (now_ms - FRIDAY_21_MS) // WEEK_MS * WEEK_MS + FRIDAY_21_MS
