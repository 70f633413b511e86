"""The calendar by definition (S-1, S-2): read from UTC dates, not from arithmetic on milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FRIDAY, SATURDAY, SUNDAY = 4, 5, 6
OPENS_AT_HOUR = 21


def moment(now_ms: int) -> datetime:
    """Return a time as a UTC date, exact to the ms; raises OverflowError outside the years 1 … 9999."""
    return EPOCH + timedelta(milliseconds=now_ms)


def in_shutdown_window(now_ms: int) -> bool:
    """Tell whether a time lies in [Sunday 21:00, Monday 00:00) UTC (S-2)."""
    now = moment(now_ms)
    return now.weekday() == SUNDAY and now.hour >= OPENS_AT_HOUR


def in_weekend(now_ms: int) -> bool:
    """Tell whether a time lies in [Friday 21:00, Sunday 21:00) UTC."""
    now = moment(now_ms)
    if now.weekday() == FRIDAY:
        return now.hour >= OPENS_AT_HOUR
    return now.weekday() == SATURDAY or (now.weekday() == SUNDAY and now.hour < OPENS_AT_HOUR)


def is_quoting_window(now_ms: int, weekend_only: bool) -> bool:
    """Tell whether the calendar allows quoting (S-1)."""
    if in_shutdown_window(now_ms):
        return False
    return in_weekend(now_ms) or not weekend_only


def weekend_start_ms(now_ms: int) -> int:
    """Return the latest Friday 21:00 UTC at or before a time, where its weekend began (S-4)."""
    now = moment(now_ms)
    friday = now - timedelta(days=(now.weekday() - FRIDAY) % 7)
    start = friday.replace(hour=OPENS_AT_HOUR, minute=0, second=0, microsecond=0)
    if start > now:
        start -= timedelta(days=7)
    return (start - EPOCH) // timedelta(milliseconds=1)


def shutdown_start_ms(now_ms: int) -> int:
    """Return the latest Sunday 21:00 UTC at or before a time: the last shutdown window's start (S-2)."""
    return weekend_start_ms(now_ms - 2 * 86_400_000) + 2 * 86_400_000
