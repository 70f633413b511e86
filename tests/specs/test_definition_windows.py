"""The calendar by definition: the edges of both windows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from specs.definitions import windows


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


FRIDAY = ms("2026-02-06T21:00:00")
SUNDAY = ms("2026-02-08T21:00:00")
MONDAY = ms("2026-02-09T00:00:00")


@pytest.mark.parametrize(
    ("now_ms", "weekend", "shutdown"),
    [
        (FRIDAY - 1, False, False),
        (FRIDAY, True, False),
        (SUNDAY - 1, True, False),
        (SUNDAY, False, True),
        (MONDAY - 1, False, True),
        (MONDAY, False, False),
    ],
)
def test_the_windows_are_half_open(now_ms: int, weekend: bool, shutdown: bool):
    assert windows.in_weekend(now_ms) is weekend
    assert windows.in_shutdown_window(now_ms) is shutdown
    assert windows.is_quoting_window(now_ms, weekend_only=True) is weekend
    assert windows.is_quoting_window(now_ms, weekend_only=False) is not shutdown


def test_the_last_starts_are_found():
    assert windows.weekend_start_ms(FRIDAY) == FRIDAY
    assert windows.weekend_start_ms(FRIDAY - 1) == FRIDAY - 7 * 86_400_000
    assert windows.weekend_start_ms(MONDAY) == FRIDAY
    assert windows.shutdown_start_ms(SUNDAY) == SUNDAY
    assert windows.shutdown_start_ms(SUNDAY - 1) == SUNDAY - 7 * 86_400_000
