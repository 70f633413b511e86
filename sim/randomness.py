"""One seed, many independent streams: the only randomness of the simulation.

Nothing here depends on Python's hash seed, on the platform's mathematics library or on the order in which
streams are asked for.
"""

from __future__ import annotations

from hashlib import sha256
from random import Random

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_MIX_1 = 0xBF58476D1CE4E5B9
_MIX_2 = 0x94D049BB133111EB

WHOLE = 1 << 32
"""Draws of `Noise` are integers in [0, WHOLE)."""


def _digest(seed: int, name: str) -> bytes:
    return sha256(f"{seed}/{name}".encode()).digest()


def stream(seed: int, name: str) -> Random:
    """Return the generator called `name` of this seed; use `random`, `uniform`, `randrange`, `normal` on it."""
    return Random(int.from_bytes(_digest(seed, name), "big"))


def normal(source: Random) -> float:
    """Draw a number of mean 0 and variance 1, by adding uniform ones: the same on every machine."""
    return sum([source.random() for _ in range(12)]) - 6.0


def between(source: Random, bounds: tuple[int, int]) -> int:
    """Draw an integer of the closed range `bounds`."""
    low, high = bounds
    return low + int(source.random() * (high - low + 1))


class Noise:
    """Draws that depend on (seed, name, time, how many before at this time) and on nothing else.

    A step taken out of a script therefore leaves the draws of all other times as they were: what failed with
    this latency fails with it again, and counterexamples shrink.
    """

    __slots__ = ("_count", "_key", "_now_ms")

    def __init__(self, seed: int, name: str) -> None:
        self._key = int.from_bytes(_digest(seed, name)[:8], "big")
        self._now_ms = -1
        self._count = 0

    def draw(self, now_ms: int) -> int:
        """Return the next draw of this time, an integer in [0, WHOLE)."""
        if now_ms == self._now_ms:
            self._count += 1
        else:
            self._now_ms = now_ms
            self._count = 0
        z = (self._key + now_ms * _GOLDEN + self._count * _MIX_2) & _MASK
        z = ((z ^ (z >> 30)) * _MIX_1) & _MASK
        z = ((z ^ (z >> 27)) * _MIX_2) & _MASK
        return (z ^ (z >> 31)) >> 32
