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

PARTS = frozenset(
    ["VOL-2", "VEL-1", "ORD-1", "ORD-2", "ORD-9", "ORD-10", "ORD-13", "INV-1", "INV-2", "INV-3", "RSK-1"],
)
"""Specs of which the lemmas show a part only: one refuted refutes the spec, all confirmed say nothing of the rest."""

LEMMAS = Lemmas()
lemma = LEMMAS.register


def side_of(buying: bool) -> Side:
    """Return the side that a bool stands for."""
    return Side.BUY if buying else Side.SELL


def exact(value: Any) -> Any:
    """Return the decimal of a plain integer; a symbolic number is exact already."""
    return Decimal(value) if type(value) is int else value


def whole(number: int) -> Any:
    """Return a whole number where a kernel is typed for decimals: it computes with either."""
    return number


def having(**fields: Any) -> Any:
    """Return a stand-in for a record of which a kernel reads only these fields."""
    return SimpleNamespace(**fields)


EXACT = "it divides, and CrossHair follows no Decimal; z3's quotients are exact rationals, so rounding is not covered"
"""Why a lemma on a function over `Decimal` is the second prover's alone."""
