"""How exact numbers are written for a person."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

DIGITS = 10


def shown(number: Fraction) -> str:
    """Write a fraction: exactly when it is short, else to 10 significant digits."""
    decimal = Decimal(number.numerator) / Decimal(number.denominator)
    text = f"{decimal:.{DIGITS}g}"
    if "e" in text:
        return text
    return text.rstrip("0").rstrip(".") if "." in text else text
