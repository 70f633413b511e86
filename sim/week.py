"""The week as the venue's users know it: the shutdown window of a weekend."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_MS = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WEEK_MS = timedelta(days=7) // _MS
_SUNDAY_21_MS = (datetime(1970, 1, 4, 21, tzinfo=UTC) - _EPOCH) // _MS
_WINDOW_MS = timedelta(hours=3) // _MS


def in_shutdown_window(now_ms: int) -> bool:
    """Tell whether a time lies in [Sunday 21:00, Monday 00:00) UTC."""
    return (now_ms - _SUNDAY_21_MS) % _WEEK_MS < _WINDOW_MS


def to_ms(moment: datetime) -> int:
    """Return a moment in ms since 1970 UTC; one without a zone is UTC."""
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _MS
