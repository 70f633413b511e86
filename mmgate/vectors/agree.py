"""Comparing an answer with the expected one: by value, within what the case's mode allows, path by path."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from mmgate.vectors.case import Compare

NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
RELATIVE = {Compare.DECIMALS: Decimal("1e-18"), Compare.POWER: Decimal("1e-13")}
ULPS = 2
FIRST = ("intermediates", "base_offset_bps", "skewed_offset_bps", "final_offset_bps")
"""What is looked at before its neighbours: the first wrong step explains the wrong result."""
LEFT_OUT = frozenset({"intermediates"})
"""What an answer may leave out."""
ABSENT = "nothing"


@dataclass(frozen=True, slots=True)
class Unlike:
    """One place where an answer differs: the path, and both values as text."""

    path: str
    expected: str
    found: str

    def told(self) -> str:
        """Say it on one line."""
        return f"{self.path or 'the answer'}: expected {self.expected}, found {self.found}"


def unlike(expected: object, found: object, mode: Compare, path: str = "") -> Iterator[Unlike]:
    """Yield the places where two answers differ, earlier steps of a computation first; unknown fields are ignored."""
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            yield Unlike(path, "an object", _text(found))
            return
        for key in sorted(expected, key=_rank):
            if key in found:
                yield from unlike(expected[key], found[key], mode, f"{path}.{key}" if path else key)
            elif key not in LEFT_OUT:
                yield Unlike(f"{path}.{key}" if path else key, _text(expected[key]), ABSENT)
    elif isinstance(expected, list):
        if not isinstance(found, list) or len(found) != len(expected):
            what = f"a list of {len(found)}" if isinstance(found, list) else _text(found)
            yield Unlike(path, f"a list of {len(expected)}", what)
            return
        for at, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from unlike(one, other, mode, f"{path}[{at}]")
    elif not _alike(expected, found, mode):
        yield Unlike(path, _text(expected), _text(found))


def _rank(key: str) -> tuple[int, str]:
    return (FIRST.index(key) if key in FIRST else len(FIRST), key)


def _alike(expected: object, found: object, mode: Compare) -> bool:
    if isinstance(expected, bool) or isinstance(found, bool) or expected is None or found is None:
        return expected is found
    if isinstance(expected, str):
        return isinstance(found, str) and (expected == found or _near(expected, found, mode))
    if isinstance(expected, int | float) and isinstance(found, int | float):
        return expected == found or (mode is Compare.BINARY64 and _ulps(float(expected), float(found)) <= ULPS)
    return False


def _near(expected: str, found: str, mode: Compare) -> bool:
    """Compare two decimals by value, within the mode's relative difference."""
    if not (NUMBER.fullmatch(expected) and NUMBER.fullmatch(found)):
        return False
    a, b = Decimal(expected), Decimal(found)
    allowed = RELATIVE.get(mode, Decimal(0)) * max(Decimal(1), abs(a), abs(b))
    return abs(a - b) <= allowed


def _ulps(a: float, b: float) -> float:
    """Return how many binary64 values two finite ones are apart."""
    if not (math.isfinite(a) and math.isfinite(b)):
        return math.inf
    return abs(_rank_of(a) - _rank_of(b))


def _rank_of(value: float) -> int:
    """Return the place of a binary64 value among all of them."""
    (bits,) = struct.unpack("<q", struct.pack("<d", value))
    return int(bits) if bits >= 0 else -(bits + (1 << 63))


def _text(value: object) -> str:
    text = str(value) if not isinstance(value, dict | list) else type(value).__name__
    return text if len(text) <= 80 else text[:80] + "…"
