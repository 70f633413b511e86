"""What the lemmas share: exact scaled integers, the register, and stand-ins for what a kernel is given.

Numbers are held as x × SCALE. Nothing but a lemma's own assumptions bounds its symbolic inputs.
"""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from model import market
from model.actions import Side
from model.arithmetic import FixedPoint
from specs.lemma import Lemmas

SCALE = 10_000
NUM = FixedPoint(SCALE)
GRID = market.IntegerGrid(6)
BPS = 10_000 * SCALE
CAP = SCALE * 95 // 100
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
CLOSE_MS = 21 * HOUR_MS

LEMMAS = Lemmas()
lemma = LEMMAS.register


def side_of(buying: bool) -> Side:
    """Return the side that a bool stands for."""
    return Side.BUY if buying else Side.SELL


def exact(value: Any) -> Any:
    """Return the decimal of a plain integer; a symbolic number is exact already."""
    return Decimal(value) if type(value) is int else value


def having(**fields: Any) -> Any:
    """Return a stand-in for a record of which a kernel reads only these fields."""
    return SimpleNamespace(**fields)
