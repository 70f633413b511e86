"""When a recording is played: by default so that it crosses the end of a weekend.

Recordings are made on any day; a weekend maker quotes only on weekends. Shifts are whole seconds, so that
every tick stays in its second and the wick statistics are those of the recorded day.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from mmgate.data.table import EARLIEST_MS, LATEST_MS
from mmgate.inputs import InputRefused, shown

SECOND_MS = 1000
DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS
CLOSE_MS = 3 * DAY_MS + 21 * 3_600_000
"""Sunday 21:00 UTC, counted from Thursday 0:00, the weekday on which 1970 began (S-2)."""
MAX_TAIL_MS = 600_000
RECORDED = "recorded"


def shift_ms(first_ms: int, last_ms: int, start: str | None) -> int:
    """Return what to add to every time of a recording from `first_ms` to `last_ms`.

    `start` None: its last quarter, at most 10 minutes, lies after the next Sunday 21:00 UTC; "recorded": 0;
    else a time (ISO 8601, UTC unless it says otherwise, or ms since 1970) at which the first tick is played.
    """
    if start == RECORDED:
        return 0
    if start is not None:
        return parse_time(start) - first_ms
    tail_ms = last_ms - min((last_ms - first_ms) // 4, MAX_TAIL_MS)
    wait_ms = (CLOSE_MS - tail_ms) % WEEK_MS
    return wait_ms - wait_ms % SECOND_MS


def parse_time(text: str) -> int:
    """Read a time of the command line as ms since 1970. Raises InputRefused."""
    if re.fullmatch(r"[0-9]{1,15}", text):
        at_ms = int(text)
    else:
        try:
            moment = datetime.fromisoformat(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            at_ms = int(moment.timestamp()) * SECOND_MS + moment.microsecond // 1000
        except (ValueError, OverflowError):
            raise _refused(text) from None
    if not EARLIEST_MS <= at_ms <= LATEST_MS:
        raise _refused(text)
    return at_ms


def write_time(at_ms: int) -> str:
    """Write a time for a person: weekday, day, time of day to the ms, UTC."""
    moment = datetime.fromtimestamp(at_ms // SECOND_MS, UTC)
    return f"{moment:%a %Y-%m-%d %H:%M:%S}.{at_ms % SECOND_MS:03d} UTC"


def _refused(text: str) -> InputRefused:
    return InputRefused(
        f"--start {shown(text)}: must be a UTC time such as 2026-02-08T20:30:00, ms since 1970, or recorded"
    )
