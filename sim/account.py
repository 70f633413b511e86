"""The account at the venue: one net position a market, its two owners' parts, entry, PnL, volume."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from model.actions import Side
from model.events import Position
from model.journal import Owner

ZERO = Decimal(0)
CENT_OF_CENT = Decimal("0.000001")
"""The venue books fees and PnL in its collateral's smallest unit."""


def booked(usd: Decimal) -> Decimal:
    """Round an amount in USD as the venue books it."""
    return usd.quantize(CENT_OF_CENT, rounding=ROUND_HALF_EVEN)


@dataclass(slots=True)
class Holding:
    """The account's position in one market, base units; entry in quote currency."""

    net: Decimal = ZERO
    entry_px: Decimal | None = None
    taker: Decimal = ZERO

    def apply(self, owner: str, side: Side, px: Decimal, sz: Decimal) -> Decimal:
        """Book a fill and return the PnL it closed, in USD; entry is the average cost, kept while reducing."""
        signed = sz * side.sign
        before, after = self.net, self.net + signed
        closed = ZERO
        if before * signed < 0 and self.entry_px is not None:
            reduced = min(sz, abs(before))
            closed = booked((px - self.entry_px) * reduced * (1 if before > 0 else -1))
        self.net = after
        self.entry_px = self._entry_after(before, signed, px)
        if owner == Owner.TAKER:
            self.taker += signed
        return closed

    def _entry_after(self, before: Decimal, signed: Decimal, px: Decimal) -> Decimal | None:
        after = before + signed
        if after == 0:
            return None
        if before == 0 or before * after < 0 or self.entry_px is None:
            return px
        if before * signed < 0:
            return self.entry_px
        return (self.entry_px * abs(before) + px * abs(signed)) / abs(after)

    def closable(self, side: Side) -> Decimal:
        """Return how much a reduce-only order of `side` may trade."""
        return max(ZERO, -self.net * side.sign)

    def told(self, market: str) -> Position:
        """Return the position as the venue tells it."""
        return Position(market, self.net, self.taker, self.entry_px)
