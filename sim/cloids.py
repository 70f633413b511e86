"""The names of orders that a venue has taken, kept for good: sixteen bytes each, and exact.

A name is "0x" and 32 hexadecimal digits; anything else is kept as it is written.
"""

from __future__ import annotations

from zlib import crc32

KEY_BYTES = 16
BUCKETS = 4096
"""Names are spread over so many buckets by a checksum; a bucket is looked through as a whole."""


class Cloids:
    """A set of names that only grows."""

    def __init__(self) -> None:
        self._buckets: dict[int, bytearray] = {}
        self._others: set[str] = set()

    def add(self, cloid: str) -> bool:
        """Remember a name; say whether it is new."""
        key = packed(cloid)
        if key is None:
            new = cloid not in self._others
            self._others.add(cloid)
            return new
        bucket = self._buckets.setdefault(crc32(key) % BUCKETS, bytearray())
        at = bucket.find(key)
        while at >= 0 and at % KEY_BYTES:  # the end of one name and the beginning of the next are no name
            at = bucket.find(key, at + 1)
        if at >= 0:
            return False
        bucket += key
        return True


def packed(cloid: str) -> bytes | None:
    """Return the bytes that a name stands for; None for one that is written otherwise."""
    try:
        key = bytes.fromhex(cloid[2:])
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES and "0x" + key.hex() == cloid else None
