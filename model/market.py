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

from model.actions import Side
from model.arithmetic import ZERO

SIGNIFICANT_FIGURES = 5
PRICE_DECIMALS = 6

# Rounding to a grid needs hardly more digits than the number has, so precision is no bound here: whatever the
# caller's context, a legal price stays as it is and an illegal one moves by less than one tick.
_DOWN, _FLOOR, _CEILING = (
    Context(prec=MAX_PREC, rounding=rounding, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[InvalidOperation])
    for rounding in (ROUND_DOWN, ROUND_FLOOR, ROUND_CEILING)
)
_PASSIVE = {Side.BUY: _FLOOR, Side.SELL: _CEILING}
_QUANTA: tuple[Decimal, ...] = tuple(Decimal((0, (1,), -decimals)) for decimals in range(29))
_VAST = 60
"""Integers of more digits than this are on every grid; writing out their decimals could exhaust memory."""


@dataclass(frozen=True, slots=True)
class Market:
    """A perpetual market: name (`dex:COIN`), size decimals (lot 10^-sz_decimals), least order value (USD)."""

    name: str
    sz_decimals: int
    min_notional_usd: Decimal = Decimal(10)


def _on_grid(value: Decimal, decimals: int, rounding: Context) -> Decimal:
    """Round `value` to a multiple of 10^-decimals."""
    if value.adjusted() > _VAST and value == value.to_integral_value():
        return value
    return rounding.quantize(value, _QUANTA[decimals])


def round_price(market: Market, side: Side, px: Decimal) -> Decimal:
    """Round to the nearest legal price on the passive side: a buy down, a sell up (Q-9).

    Legal: at most 5 significant figures and at most 6 − sz_decimals decimals, or an integer. Quote currency.
    A buy below the least legal price becomes 0, and so does every price that is not positive; 0 is not legal.
    """
    if px <= 0:
        return ZERO
    by_figures = SIGNIFICANT_FIGURES - 1 - px.adjusted()
    decimals = max(0, min(by_figures, PRICE_DECIMALS - market.sz_decimals))
    return _on_grid(px, decimals, _PASSIVE[side])


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
