"""From a decimal to the fraction that it is; the same few prices and settings are asked for again and again."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

REMEMBERED = 8192


@lru_cache(maxsize=REMEMBERED)
def exact(number: Decimal) -> Fraction:
    """Return a finite decimal as a fraction."""
    return Fraction(number)
