"""Times are read in whatever unit a log writes them, to the ms."""

from __future__ import annotations

import pytest

from mmgate.audit.times import time_of
from model.codec import Malformed


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        (1770498000123, "ms"),
        (1770498000.123, "s"),
        ("1770498000.1239", "s"),
        (1770498000123456, "us"),
        (1770498000123456789, "ns"),
        ("2026-02-07T21:00:00.123456789Z", "iso"),
        ("2026-02-07 23:00:00,123+02:00", "iso"),
        ("20260207T210000.123", "iso"),
    ],
)
def test_a_time_is_read_in_its_unit(written, unit):
    assert time_of(written, unit) == 1770498000123


@pytest.mark.parametrize(
    ("written", "unit", "told"),
    [
        (1770498000, "ms", "is not between 1973 and 2100 if it is in ms"),
        (1770498000123, "s", "is not between 1973 and 2100"),
        ("soon", "s", "is no number of s, ms, us, ns, iso"),
        ("NaN", "s", "is no number"),
        ("1e999999", "s", "is no number"),
        (None, "ms", "is missing"),
        (True, "ms", "is no time"),
        ("2026-02-30", "iso", "is no date and time of ISO 8601"),
        ("0001-01-01T00:00:00+23:00", "iso", "is no date and time"),
        ("9" * 99, "iso", "is no date and time"),
    ],
)
def test_what_is_no_time_is_told(written, unit, told):
    with pytest.raises(Malformed) as fault:
        time_of(written, unit)
    assert told in str(fault.value)
