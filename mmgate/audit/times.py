"""Times in logs and exports, in whatever unit they are written, as whole milliseconds since 1970 UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from model.codec import Malformed

PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
ISO = "iso"
UNITS = (*PER_SECOND, ISO)
_NAMES = ", ".join(UNITS)
LATEST_MS = 4_102_444_800_000
"""The year 2100: later times are in another unit."""
EARLIEST_MS = 100_000_000_000
"""The year 1973: earlier ones are, too."""
LONGEST = 40


def time_of(value: object, unit: str) -> int:
    """Read a time in its unit as ms, what is below a ms cut off. Raises Malformed."""
    if unit == "ms" and type(value) is int and EARLIEST_MS < value < LATEST_MS:
        return value
    if isinstance(value, float):
        value = repr(value)  # the shortest text that is this number, which is what was written
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise Malformed("time", "is missing" if value is None else "is no time")
    if unit == "ms" and isinstance(value, int):
        found = value
    elif unit == ISO:
        found = _iso(value)
    else:
        found = _counted(value, PER_SECOND[unit])
    if not EARLIEST_MS < found < LATEST_MS:
        raise Malformed(
            "time", f"is not between 1973 and 2100 if it is in {unit}; time_unit is one of {', '.join(UNITS)}"
        )
    return found


def _counted(value: int | str | Decimal, per_second: int) -> int:
    try:
        return int(Decimal(value) * 1000 / per_second)
    except (ArithmeticError, ValueError):
        raise Malformed("time", f"is no number of {_NAMES}") from None


def _iso(value: int | str | Decimal) -> int:
    """Read a date and time of ISO 8601; without an offset it is UTC."""
    if not isinstance(value, str) or len(value) > LONGEST:
        raise Malformed("time", "is no date and time of ISO 8601")
    whole, _, rest = value.replace(",", ".").partition(".")
    digits = len(rest) - len(rest.lstrip("0123456789"))
    try:
        read = datetime.fromisoformat(whole + rest[digits:])
        utc = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Malformed("time", "is no date and time of ISO 8601") from None
    since = utc - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1000 + int(f"{rest[:digits]}000"[:3])
