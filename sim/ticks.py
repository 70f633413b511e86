"""Legal prices and sizes by the venue's own measure, apart from the maker's rounding that it judges."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

SIGNIFICANT_FIGURES = 5
PRICE_DECIMALS = 6


def price_is_legal(px: Decimal, sz_decimals: int) -> bool:
    """Tell whether a price is an integer, or has at most 5 significant figures and 6 − sz_decimals decimals."""
    if not px.is_finite() or px <= 0:
        return False
    _, digits, exponent = px.normalize().as_tuple()
    if not isinstance(exponent, int) or exponent >= 0:
        return isinstance(exponent, int)
    return len(digits) <= SIGNIFICANT_FIGURES and -exponent <= PRICE_DECIMALS - sz_decimals


def size_is_legal(sz: Decimal, sz_decimals: int) -> bool:
    """Tell whether a size is positive and a multiple of the lot."""
    if not sz.is_finite() or sz <= 0:
        return False
    exponent = sz.normalize().as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= sz_decimals


def nearest_price(px: Decimal, sz_decimals: int) -> Decimal:
    """Round a positive price to the nearest legal one, at least one tick."""
    decimals = min(SIGNIFICANT_FIGURES - 1 - px.adjusted(), PRICE_DECIMALS - sz_decimals)
    tick = Decimal(1).scaleb(-max(0, decimals))
    return max(px.quantize(tick, rounding=ROUND_HALF_EVEN), tick)


def lots(sz: Decimal, sz_decimals: int) -> Decimal:
    """Round a size down to the lot, at least one lot."""
    lot = Decimal(1).scaleb(-sz_decimals)
    return max(sz.quantize(lot, rounding=ROUND_DOWN), lot)
