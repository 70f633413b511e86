"""The weekend calendar, in whole milliseconds since 1970 UTC; no leap seconds (S-1, S-2)."""

from __future__ import annotations

HOUR_MS = 3_600_000
WEEK_MS = 7 * 24 * HOUR_MS
# 1 January 1970 was a Thursday, so the first Friday 21:00 UTC came 45 hours after zero.
FIRST_OPENING_MS = 45 * HOUR_MS
QUOTING_MS = 48 * HOUR_MS
SHUTDOWN_MS = 3 * HOUR_MS


def since_opening(t_ms: int) -> int:
    """Return the ms since the latest Friday 21:00 UTC at or before `t_ms`, in [0, one week)."""
    return (t_ms - FIRST_OPENING_MS) % WEEK_MS


def shutdown_window(t_ms: int) -> bool:
    """Tell whether `t_ms` lies in [Sunday 21:00, Monday 00:00) UTC (S-2)."""
    return QUOTING_MS <= since_opening(t_ms) < QUOTING_MS + SHUTDOWN_MS


def quoting_window(t_ms: int, weekend_only: bool) -> bool:
    """Tell whether quotes may rest at `t_ms` (S-1).

    [Friday 21:00, Sunday 21:00) UTC; always if not `weekend_only`, but never inside the shutdown window.
    """
    if weekend_only:
        return since_opening(t_ms) < QUOTING_MS
    return not shutdown_window(t_ms)


def weekend_of(t_ms: int) -> int:
    """Number the weekend that began last: it changes at Friday 21:00 UTC and at no other time (S-2, S-4)."""
    return (t_ms - FIRST_OPENING_MS) // WEEK_MS


def latest_shutdown_start(t_ms: int) -> int:
    """Return the latest Sunday 21:00 UTC at or before `t_ms`, in ms (S-2)."""
    return t_ms - (t_ms - FIRST_OPENING_MS - QUOTING_MS) % WEEK_MS


def shutdown_start_between(after_ms: int, until_ms: int) -> int | None:
    """Return the latest shutdown window start s with `after_ms` < s ≤ `until_ms`, or None (S-2).

    With a life's beginning and an event's time: the event comes at or after s, even past the window's end, in
    a life that began before s. `weekend_of` the result tells for which weekend.
    """
    start_ms = latest_shutdown_start(until_ms)
    return start_ms if start_ms > after_ms else None
