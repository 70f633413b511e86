"""Exact numbers: the decimal context, basis points, a number type for kernels, the bridge to binary64.

Money is `Decimal` with 28 significant digits, round half even (N-1). Kernels take a `Numbers` so that the same
code runs on `Decimal` in use and on scaled integers under a symbolic engine. Binary64 appears only here (the
bridge, N-2) and in the wick statistics.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation
from functools import lru_cache
from typing import Any, Generic, Protocol, TypeVar

CONTEXT = Context(
    prec=28,
    rounding=ROUND_HALF_EVEN,
    Emin=MIN_EMIN,
    Emax=MAX_EMAX,
    traps=[InvalidOperation, DivisionByZero],
)
"""The one decimal context of the project (N-1); `step` enters it, so a caller's own context never matters."""

ZERO = Decimal(0)
ONE = Decimal(1)
BPS = Decimal(10_000)


class Ordered(Protocol):
    """What a kernel may do with a number besides multiplying and dividing: add, subtract, negate, compare."""

    def __add__(self, other: Any, /) -> Any: ...
    def __sub__(self, other: Any, /) -> Any: ...
    def __neg__(self) -> Any: ...
    def __lt__(self, other: Any, /) -> bool: ...
    def __le__(self, other: Any, /) -> bool: ...
    def __gt__(self, other: Any, /) -> bool: ...
    def __ge__(self, other: Any, /) -> bool: ...


N = TypeVar("N", bound=Ordered)


class Numbers(Protocol[N]):
    """A number type for the kernels: whole numbers in, products and quotients rounded once."""

    def whole(self, value: int) -> N:
        """Return the number equal to `value`."""
        ...

    def mul(self, a: N, b: N) -> N:
        """Return a × b, rounded once."""
        ...

    def div(self, a: N, b: N) -> N:
        """Return a / b, rounded once; `b` is never zero."""
        ...


class Decimals:
    """The number type in use: `Decimal` in the current context (N-1)."""

    def whole(self, value: int) -> Decimal:
        """Return `value` as a decimal."""
        return Decimal(value)

    def mul(self, a: Decimal, b: Decimal) -> Decimal:
        """Return a × b."""
        return a * b

    def div(self, a: Decimal, b: Decimal) -> Decimal:
        """Return a / b."""
        return a / b


@dataclass(frozen=True, slots=True)
class FixedPoint:
    """Exact scaled integers: the number x is held as x × `scale`; products and quotients round down."""

    scale: int

    def whole(self, value: int) -> int:
        """Return `value` scaled."""
        return value * self.scale

    def mul(self, a: int, b: int) -> int:
        """Return a × b, rounded towards minus infinity."""
        return (a * b) // self.scale

    def div(self, a: int, b: int) -> int:
        """Return a / b, rounded towards minus infinity."""
        return (a * self.scale) // b


DECIMALS = Decimals()


@dataclass(frozen=True, slots=True)
class Bridged(Generic[N]):
    """A number brought back from binary64, and whether it was corrupt (N-2)."""

    value: N
    corrupt: bool


def to_binary64(value: Decimal) -> float:
    """Convert a decimal to the nearest binary64 value, ties to even (N-2)."""
    return float(value)


def from_binary64(value: float) -> Bridged[Decimal]:
    """Convert binary64 to the decimal of its exact value, at 28 digits; NaN and infinities become 0, corrupt (N-2)."""
    if not math.isfinite(value):
        return Bridged(ZERO, True)
    return Bridged(CONTEXT.create_decimal_from_float(value), False)


@lru_cache(maxsize=4096)
def text(value: Decimal) -> str:
    """Write a decimal canonically: plain notation, no trailing zeros, no negative zero (N-1).

    Remembered for the latest values: a price is written in the placement, at the venue and in each answer.
    """
    if value == 0:
        return "0"
    plain = format(value, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain
