"""When each name of an order was used first, kept for good: twenty bytes a name, and exact.

A name is "0x" and 32 hexadecimal digits; anything else is kept as it is written.
"""

from __future__ import annotations

from array import array
from zlib import crc32

KEY_BYTES = 16
ENTRY_BYTES = 20
"""A name's sixteen bytes, and the number of its use."""
BUCKETS = 4096
"""Names are spread over so many buckets by a checksum; a bucket is looked through as a whole."""

Use = tuple[int, int]
"""When (ms), in which life."""


class FirstUses:
    """The first use of every name; those of one reply share what is kept of time and life."""

    def __init__(self) -> None:
        self._buckets: dict[int, bytearray] = {}
        self._others: dict[str, Use] = {}
        self._times_ms = array("q")
        self._lives = array("q")

    def use(self, cloid: str, now_ms: int, life: int) -> Use | None:
        """Return when a name was used first; None, and remember this use, where it never was."""
        key = packed(cloid)
        if key is None:
            return self._use_other(cloid, (now_ms, life))
        place = crc32(key) % BUCKETS
        bucket = self._buckets.get(place)
        if bucket is None:
            bucket = self._buckets[place] = bytearray()
        at = bucket.find(key)
        while at >= 0 and at % ENTRY_BYTES:  # what begins inside an entry is no name
            at = bucket.find(key, at + 1)
        if at >= 0:
            number = int.from_bytes(bucket[at + KEY_BYTES : at + ENTRY_BYTES], "little")
            return self._times_ms[number], self._lives[number]
        bucket += key + self._number(now_ms, life).to_bytes(ENTRY_BYTES - KEY_BYTES, "little")
        return None

    def _use_other(self, cloid: str, use: Use) -> Use | None:
        first = self._others.get(cloid)
        if first is None:
            self._others[cloid] = use
        return first

    def _number(self, now_ms: int, life: int) -> int:
        """Return the number of this use: that of the last one where it was at the same time."""
        if not self._times_ms or self._times_ms[-1] != now_ms or self._lives[-1] != life:
            self._times_ms.append(now_ms)
            self._lives.append(life)
        return len(self._times_ms) - 1


def packed(cloid: str) -> bytes | None:
    """Return the bytes that a name stands for; None for one that is written otherwise."""
    try:
        key = bytes.fromhex(cloid[2:])
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES and "0x" + key.hex() == cloid else None
