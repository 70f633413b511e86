"""Recordings are shifted by whole seconds, by default across the end of a weekend."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mmgate.data.shift import MAX_TAIL_MS, parse_time, shift_ms, write_time
from mmgate.inputs import InputRefused

THURSDAY_MS = 1_757_015_216_253


def close_after(shifted_ms: int) -> int:
    """Return how long before (or after) Sunday 21:00 UTC of its week a time is."""
    moment = datetime.fromtimestamp(shifted_ms / 1000, UTC)
    close = moment.replace(hour=21, minute=0, second=0, microsecond=0)
    assert moment.strftime("%a") == "Sun"
    return shifted_ms - int(close.timestamp()) * 1000


@pytest.mark.parametrize("length_ms", [4_000, 400_000, 2_400_000, 7_200_000, 40_000_000])
def test_the_last_quarter_lies_after_the_close_but_at_most_ten_minutes(length_ms: int):
    last_ms = THURSDAY_MS + length_ms
    by = shift_ms(THURSDAY_MS, last_ms, None)
    tail_ms = min(length_ms // 4, MAX_TAIL_MS)
    assert tail_ms - 1000 < close_after(last_ms + by) <= tail_ms
    assert by % 1000 == 0


def test_a_recording_made_at_the_right_time_stays_there():
    first_ms = parse_time("2026-02-08T20:30:00")
    assert shift_ms(first_ms, first_ms + 2_400_000, None) == 0


def test_recorded_means_no_shift_and_a_time_is_that_of_the_first_tick():
    assert shift_ms(THURSDAY_MS, THURSDAY_MS + 1, "recorded") == 0
    assert THURSDAY_MS + shift_ms(THURSDAY_MS, THURSDAY_MS + 1, "2026-02-08 20:30") == 1_770_582_600_000


@pytest.mark.parametrize(
    "text", ["2026-02-08T20:30:00Z", "2026-02-08T20:30", "2026-02-08 21:30:00+01:00", "1770582600000"]
)
def test_times_are_utc_unless_they_say_otherwise(text: str):
    assert parse_time(text) == 1_770_582_600_000


@pytest.mark.parametrize(
    "text", ["tomorrow", "", "12", "9" * 15, "1969-01-01", "2026-02-30", "0001-01-01T00:00:00+14:00"]
)
def test_what_is_no_time_is_refused_in_one_line(text: str):
    with pytest.raises(InputRefused, match="must be a UTC time such as"):
        parse_time(text)


def test_a_time_is_written_with_its_weekday():
    assert write_time(1_770_582_600_007) == "Sun 2026-02-08 20:30:00.007 UTC"
