"""One market's book: resting orders in price-time priority."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from model.actions import Side, Tif


@dataclass(slots=True)
class Order:
    """An order at the venue; `remaining` base units are open. The book it rests on is the only one to change it."""

    oid: int
    owner: str
    cloid: str | None
    market: str
    side: Side
    px: Decimal
    remaining: Decimal
    tif: Tif
    reduce_only: bool = False


class BookSide:
    """The resting orders of one side, best price first, older first at one price."""

    __slots__ = ("_buys", "_keys", "orders")

    def __init__(self, side: Side) -> None:
        self._buys = side is Side.BUY
        self._keys: list[Decimal] = []
        self.orders: list[Order] = []

    def add(self, order: Order) -> None:
        """Rest an order behind those of its price."""
        key = -order.px if self._buys else order.px
        place = bisect_right(self._keys, key)
        self._keys.insert(place, key)
        self.orders.insert(place, order)

    def remove(self, order: Order) -> None:
        """Take an order off; it must rest here."""
        place = bisect_left(self._keys, -order.px if self._buys else order.px)
        while self.orders[place] is not order:
            place += 1
        del self._keys[place], self.orders[place]

    def best_px(self) -> Decimal | None:
        """Return the best price, None if the side is empty."""
        return self.orders[0].px if self.orders else None

    def reached_by(self, px: Decimal) -> Iterator[Order]:
        """Yield the orders that an order of the other side at `px` meets, best first; the side must not change."""
        key = -px if self._buys else px
        for at, order in zip(self._keys, self.orders, strict=True):
            if at > key:
                return
            yield order

    def meets(self, px: Decimal) -> bool:
        """Tell whether an order of the other side at `px` would match."""
        return bool(self._keys) and self._keys[0] <= (-px if self._buys else px)


class Book:
    """Both sides of a market."""

    __slots__ = ("asks", "bids")

    def __init__(self) -> None:
        self.bids = BookSide(Side.BUY)
        self.asks = BookSide(Side.SELL)

    def side(self, side: Side) -> BookSide:
        """Return the side on which orders of `side` rest."""
        return self.bids if side is Side.BUY else self.asks

    def against(self, side: Side) -> BookSide:
        """Return the side that an order of `side` meets."""
        return self.asks if side is Side.BUY else self.bids
