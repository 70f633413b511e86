"""The drawdown gate by definition (I-7): the taker's result of the last hour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

HOUR_MS = 3_600_000


class Gate(StrEnum):
    """What the gate must be. EITHER: it depends on the clock that dates a fill, or on the hour's last ms."""

    OPEN = "open"
    SHUT = "shut"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class TakerResult:
    """One taker fill's result in USD, with the venue's time and the time it was told."""

    venue_ms: int
    told_ms: int
    closed_pnl: Decimal
    fee: Decimal

    @property
    def net_usd(self) -> Fraction:
        """Closed profit less fee."""
        return Fraction(self.closed_pnl) - Fraction(self.fee)


def readings_usd(fills: Iterable[TakerResult], now_ms: int) -> list[Fraction]:
    """Return the sum by each fair reading of the last hour: the venue's clock or arrival, edge in or out."""
    known = list(fills)
    ages = (
        [now_ms - f.venue_ms for f in known],
        [now_ms - f.told_ms for f in known],
    )
    sums: list[Fraction] = []
    for limit in (HOUR_MS, HOUR_MS - 1):
        for by_clock in ages:
            inside = [f.net_usd for f, age in zip(known, by_clock, strict=True) if age <= limit]
            sums.append(sum(inside, Fraction(0)))
    return sums


def gate(fills: Iterable[TakerResult], now_ms: int, max_hourly_drawdown_usd: Decimal) -> Gate:
    """Return what the gate must be at `now_ms`; always open with a limit of 0."""
    if max_hourly_drawdown_usd == 0:
        return Gate.OPEN
    limit = -Fraction(max_hourly_drawdown_usd)
    shut = [total <= limit for total in readings_usd(fills, now_ms)]
    if all(shut):
        return Gate.SHUT
    return Gate.EITHER if any(shut) else Gate.OPEN
