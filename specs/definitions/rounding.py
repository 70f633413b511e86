"""What the venue takes: legal prices and sizes, the nearest ones that are not more aggressive (Q-9)."""

from __future__ import annotations

from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, InvalidOperation
from fractions import Fraction

from model.actions import Side
from model.market import Market

SIGNIFICANT_FIGURES = 5
PRICE_DECIMALS = 6
EXACTLY = Context(prec=MAX_PREC, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[InvalidOperation])
"""Of a product every digit is kept."""


def allowed_decimals(market: Market) -> int:
    """Return how many decimals a price of this market may have: 6 − szDecimals, at least none."""
    return max(0, PRICE_DECIMALS - market.sz_decimals)


def is_legal_price(px: Decimal, market: Market) -> bool:
    """Tell whether `px` is legal: an integer, or ≤ 5 significant figures and ≤ 6 − szDecimals decimals."""
    if not px.is_finite() or px <= 0:
        return False
    digits, decimals = shortest(px)
    return decimals == 0 or (digits <= SIGNIFICANT_FIGURES and decimals <= allowed_decimals(market))


def is_legal_size(sz: Decimal, market: Market) -> bool:
    """Tell whether `sz` is a positive multiple of the lot."""
    return sz.is_finite() and sz > 0 and shortest(sz)[1] <= market.sz_decimals


def shortest(number: Decimal) -> tuple[int, int]:
    """Return significant figures and decimals of a positive number written without trailing zeros."""
    _, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        raise ValueError(f"{number} is no number: give a finite one")
    written = list(digits)
    while len(written) > 1 and written[-1] == 0:
        written.pop()
        exponent += 1
    return len(written), max(0, -exponent)


def magnitude(px: Fraction) -> int:
    """Return the largest e with 10^e ≤ px, for a positive price."""
    guess = len(str(px.numerator)) - len(str(px.denominator))
    return guess if px >= Fraction(10) ** guess else guess - 1


def step_exponent(px: Fraction, market: Market) -> int:
    """Return the e of 10^e, the distance of legal prices around the positive price `px`, inside its decade."""
    figures = magnitude(px) - SIGNIFICANT_FIGURES + 1
    return min(max(figures, -allowed_decimals(market)), 0)


def price_step(px: Fraction, market: Market) -> Fraction:
    """Return the distance of legal prices around the positive price `px`."""
    return Fraction(1, 10 ** -step_exponent(px, market))


def passive_price(px: Fraction, side: Side, market: Market) -> Fraction:
    """Return the nearest legal price on the passive side: down for a buy (0: none left), up for a sell."""
    if px <= 0:
        return Fraction(0)
    steps_per_one = 10 ** -step_exponent(px, market)
    whole, rest = divmod(px.numerator * steps_per_one, px.denominator)
    if side is Side.SELL and rest:
        whole += 1
    return Fraction(whole, steps_per_one)


def accepted_prices(px: Fraction, side: Side, market: Market, tolerance: Fraction) -> tuple[Fraction, Fraction]:
    """Return least and greatest legal price that a `px` computed to ± `tolerance` may round to."""
    return passive_price(px - tolerance, side, market), passive_price(px + tolerance, side, market)


def lot(market: Market) -> Fraction:
    """Return the least size, in base units."""
    return Fraction(1, 10**market.sz_decimals)


def floor_size(sz: Fraction, market: Market) -> Fraction:
    """Return `sz` rounded down to the lot, never below 0."""
    if sz <= 0:
        return Fraction(0)
    lots = sz * 10**market.sz_decimals
    return Fraction(lots.numerator // lots.denominator, 10**market.sz_decimals)


def below_minimum(px: Decimal, sz: Decimal, market: Market) -> bool:
    """Tell whether the order's value is under the venue's minimum; closing orders are exempt elsewhere."""
    return EXACTLY.multiply(px, sz) < market.min_notional_usd
