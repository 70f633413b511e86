"""The maker's books by definition (I-1, I-2, I-5): position, cost, entry, realised, exposure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from model.actions import Side

ZERO = Fraction(0)


@dataclass(slots=True)
class Ledger:
    """One market's books. `net` in base units, signed; `cost` = net × entry; `cash` and `realised` in USD."""

    net: Fraction = ZERO
    cost: Fraction = ZERO
    realised: Fraction = ZERO
    cash: Fraction = ZERO

    def open(self, size: Decimal, entry_px: Fraction) -> None:
        """Begin with a position of unknown history at an entry price; no cash has flowed (S-5)."""
        self.net = Fraction(size)
        self.cost = self.net * entry_px

    def fill(self, side: Side, px: Decimal, sz: Decimal) -> None:
        """Book one fill: first what it closes, then what it opens (I-1)."""
        price, size = Fraction(px), Fraction(sz)
        against = self.net * side.sign < 0
        closed = min(size, abs(self.net)) if against else ZERO
        if closed:
            released = self.cost * closed / abs(self.net)
            self.realised += -side.sign * closed * price - released
            self.cost -= released
            self.net += side.sign * closed
        opened = size - closed
        self.net += side.sign * opened
        self.cost += side.sign * opened * price
        self.cash -= side.sign * size * price

    @property
    def entry_px(self) -> Fraction | None:
        """The average entry price, none while flat."""
        return self.cost / self.net if self.net else None

    def unrealised(self, mark_px: Fraction) -> Fraction:
        """Return the open profit at a mark, in USD."""
        return self.net * mark_px - self.cost


def ratio(net: Fraction, mark_px: Fraction, max_position_usd: Decimal) -> Fraction:
    """Return net × mark / limit, clamped to [−1, 1] (I-2)."""
    if not net:
        return ZERO
    above, below = net.numerator * mark_px.numerator, net.denominator * mark_px.denominator
    limit, parts = max_position_usd.as_integer_ratio()
    above, below = above * parts, below * limit
    return Fraction(above, below) if abs(above) <= below else Fraction(1 if above > 0 else -1)
