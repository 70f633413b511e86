"""The calendar of section 8 as the view asks for it: the definition, read once per hour (all edges are full hours).

Times outside the calendar's years (a hostile event) are no quoting and no shutdown window.
"""

from __future__ import annotations

from functools import lru_cache

from specs.definitions import windows

HOUR_MS = 3_600_000


@lru_cache(maxsize=1024)
def _hour(hour: int, weekend_only: bool) -> tuple[bool, bool, int, int]:
    """Return quoting and shutdown window, and the latest starts of a shutdown window and a weekend, for one hour."""
    start_ms = hour * HOUR_MS
    try:
        quoting = windows.is_quoting_window(start_ms, weekend_only)
        shutdown = windows.in_shutdown_window(start_ms)
        return quoting, shutdown, windows.shutdown_start_ms(start_ms), windows.weekend_start_ms(start_ms)
    except OverflowError:
        return False, False, 0, 0


def quoting_window(now_ms: int, weekend_only: bool) -> bool:
    """Say whether quoting is allowed by the clock (S-1)."""
    return _hour(now_ms // HOUR_MS, weekend_only)[0]


def shutdown_window(now_ms: int) -> bool:
    """Say whether `now_ms` lies in [Sunday 21:00, Monday 00:00) (S-2)."""
    return _hour(now_ms // HOUR_MS, True)[1]


def last_shutdown_start(now_ms: int) -> int:
    """Return the start of the latest shutdown window that began at or before `now_ms` (S-2)."""
    return _hour(now_ms // HOUR_MS, True)[2]


def weekend_start(now_ms: int) -> int:
    """Return the latest Friday 21:00 at or before `now_ms` (S-4)."""
    return _hour(now_ms // HOUR_MS, True)[3]
