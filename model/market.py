"""A market's legal prices and sizes, and the rounding that never makes an order more aggressive (Q-9, TCK-1)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Market:
    """A perpetual market: its name (`dex:COIN`), size decimals (lot 10^-sz_decimals) and least order value in USD."""

    name: str
    sz_decimals: int
    min_notional_usd: Decimal = Decimal(10)
