"""A market's legal prices and sizes, and the rounding that never makes an order more aggressive (Q-9)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import (
    MAX_EMAX,
    MAX_PREC,
    MIN_EMIN,
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    Context,
    Decimal,
    InvalidOperation,
)
from typing import Protocol

from model.actions import Side
from model.arithmetic import ZERO, N

SIGNIFICANT_FIGURES = 5
PRICE_DECIMALS = 6

# Rounding to a grid needs hardly more digits than the number has, so precision is no bound here: whatever the
# caller's context, a legal price stays as it is and an illegal one moves by less than one tick.
_DOWN, _FLOOR, _CEILING = (
    Context(prec=MAX_PREC, rounding=rounding, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[InvalidOperation])
    for rounding in (ROUND_DOWN, ROUND_FLOOR, ROUND_CEILING)
)
_QUANTA: tuple[Decimal, ...] = tuple(Decimal((0, (1,), -decimals)) for decimals in range(29))
_VAST = 60
"""Integers of more digits than this are on every grid; writing out their decimals could exhaust memory."""


@dataclass(frozen=True, slots=True)
class Market:
    """A perpetual market: name (`dex:COIN`), size decimals (lot 10^-sz_decimals), least order value (USD)."""

    name: str
    sz_decimals: int
    min_notional_usd: Decimal = Decimal(10)


class Grid(Protocol[N]):
    """A number type that can be rounded to a number of decimals."""

    def floor(self, value: N, decimals: int) -> N:
        """Return the largest multiple of 10^-decimals that is not above `value`."""
        ...

    def ceiling(self, value: N, decimals: int) -> N:
        """Return the smallest multiple of 10^-decimals that is not below `value`."""
        ...


class DecimalGrid:
    """The grid in use: exact on `Decimal`, whatever the caller's context."""

    def floor(self, value: Decimal, decimals: int) -> Decimal:
        """Round towards minus infinity."""
        return _on_grid(value, decimals, _FLOOR)

    def ceiling(self, value: Decimal, decimals: int) -> Decimal:
        """Round towards plus infinity."""
        return _on_grid(value, decimals, _CEILING)


@dataclass(frozen=True, slots=True)
class IntegerGrid:
    """The grid on scaled integers: the number x is held as x × 10^digits, for at most `digits` decimals."""

    digits: int

    def floor(self, value: int, decimals: int) -> int:
        """Round towards minus infinity."""
        step: int = 10 ** (self.digits - decimals)
        return value // step * step

    def ceiling(self, value: int, decimals: int) -> int:
        """Round towards plus infinity."""
        return -self.floor(-value, decimals)


_DECIMAL_GRID = DecimalGrid()


def _on_grid(value: Decimal, decimals: int, rounding: Context) -> Decimal:
    """Round `value` to a multiple of 10^-decimals."""
    if value.adjusted() > _VAST and value == value.to_integral_value():
        return value
    return rounding.quantize(value, _QUANTA[decimals])


def price_decimals(magnitude: int, sz_decimals: int) -> int:
    """Return how many decimals a price in [10^magnitude, 10^(magnitude+1)) may have; 0: integers only (Q-9)."""
    return max(0, min(SIGNIFICANT_FIGURES - 1 - magnitude, PRICE_DECIMALS - sz_decimals))


def passive(grid: Grid[N], side: Side, px: N, decimals: int) -> N:
    """Round a price away from the other side of the book: a buy down, a sell up (Q-9)."""
    return grid.floor(px, decimals) if side is Side.BUY else grid.ceiling(px, decimals)


def round_price(market: Market, side: Side, px: Decimal) -> Decimal:
    """Round to the nearest legal price on the passive side: a buy down, a sell up (Q-9).

    Legal: at most 5 significant figures and at most 6 − sz_decimals decimals, or an integer. Quote currency.
    A buy below the least legal price becomes 0, and so does every price that is not positive; 0 is not legal.
    """
    if px <= 0:
        return ZERO
    return passive(_DECIMAL_GRID, side, px, price_decimals(px.adjusted(), market.sz_decimals))


def round_size(market: Market, sz: Decimal) -> Decimal:
    """Round a size in base units down to the lot (Q-9)."""
    return _on_grid(sz, market.sz_decimals, _DOWN)


def is_legal_price(market: Market, px: Decimal) -> bool:
    """Tell whether the venue takes this price (Q-9)."""
    return px.is_finite() and px > 0 and round_price(market, Side.BUY, px) == px


def is_legal_size(market: Market, sz: Decimal) -> bool:
    """Tell whether the venue takes this size: positive, a multiple of the lot (Q-9)."""
    return sz.is_finite() and sz > 0 and round_size(market, sz) == sz


def meets_minimum(market: Market, px: Decimal, sz: Decimal) -> bool:
    """Tell whether price × size, exactly, reaches the market's least order value (Q-9)."""
    return _DOWN.multiply(px, sz) >= market.min_notional_usd
