"""The maker's books: position, cost, realised PnL and exposure, from own fills only (I-0, I-1, I-2, I-5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from model.actions import Role, Side
from model.arithmetic import ONE, ZERO
from model.config import MakerConfig
from model.orders import Order


@dataclass(frozen=True, slots=True)
class Book:
    """One market's MM part: net position (base units, signed), its cost, cash flow and realised PnL in USD.

    `entry_unknown`: the position was found at start; the first usable mark becomes its entry (S-5).
    """

    net: Decimal = ZERO
    cost: Decimal = ZERO
    cash: Decimal = ZERO
    realised: Decimal = ZERO
    entry_unknown: bool = False

    @property
    def entry(self) -> Decimal | None:
        """The average entry price: cost over net; None while flat or unknown (I-1)."""
        return self.cost / self.net if self.net != 0 and not self.entry_unknown else None


def booked(book: Book, side: Side, px: Decimal, sz: Decimal) -> Book:
    """Return the books after a fill (I-1).

    A reduction takes off cost × closed / net, rounded once and booked on both sides, so that cash + net × mark =
    realised + unrealised exactly; a flip opens the rest at the fill price.
    """
    if book.entry_unknown:
        book = with_entry(book, px)
    signed = sz if side is Side.BUY else -sz
    flow = signed * px
    cash = book.cash - flow
    if book.net == 0 or (book.net > 0) == (signed > 0):
        return replace(book, net=book.net + signed, cost=book.cost + flow, cash=cash)
    if sz < abs(book.net):
        released = book.cost * sz / abs(book.net)
        return replace(
            book,
            net=book.net + signed,
            cost=book.cost - released,
            cash=cash,
            realised=book.realised - flow - released,
        )
    opened = book.net + signed
    closing_flow = flow - opened * px
    return replace(
        book,
        net=opened,
        cost=opened * px,
        cash=cash,
        realised=book.realised - closing_flow - book.cost,
    )


def with_entry(book: Book, px: Decimal) -> Book:
    """Return the books of a position found at start, entered at `px`: the mark at start (S-5)."""
    cost = book.net * px
    return replace(book, cost=cost, cash=book.cash - cost, entry_unknown=False)


def corrected(book: Book, net: Decimal, mark_px: Decimal | None) -> Book:
    """Return the books moved to the venue's position: the difference is booked at the mark, else at the entry (L-7)."""
    px = mark_px if mark_px is not None else book.entry
    if px is None:
        return Book(net, ZERO, book.cash, book.realised, entry_unknown=net != 0)
    difference = net - book.net
    if difference == 0:
        return book
    side = Side.BUY if difference > 0 else Side.SELL
    return booked(book, side, px, abs(difference))


def ratio(config: MakerConfig, net: Decimal, mark_px: Decimal) -> Decimal:
    """Return the inventory ratio: net × mark / `max_position_usd`, clamped to [−1, 1] (I-2)."""
    value = net * mark_px / config.max_position_usd
    return max(-ONE, min(ONE, value))


@dataclass(frozen=True, slots=True)
class Exposure:
    """What the position could become if orders filled: base units on the long and on the short side (I-5)."""

    long: Decimal
    short: Decimal

    def of(self, side: Side) -> Decimal:
        """Return the side that an order of `side` adds to; may be negative while it reduces."""
        return self.long if side is Side.BUY else self.short


def exposure(net: Decimal, orders: Iterable[Order], *, cancelled_too: bool = True) -> Exposure:
    """Return the exposure by all own orders not yet ended, flatten orders apart (I-5).

    `cancelled_too` False leaves out the orders whose cancel is requested: what will be left after them. An order of
    unknown side counts on both.
    """
    long, short = net, -net
    for order in orders:
        if order.role is Role.FLATTEN or (not cancelled_too and order.cancel_requested):
            continue
        unfilled = order.unfilled
        if order.side is not Side.SELL:
            long += unfilled
        if order.side is not Side.BUY:
            short += unfilled
    return Exposure(long, short)


def adds_to(net: Decimal, side: Side | None) -> bool:
    """Tell whether an order of `side` would add to the position (I-3); an unknown side would."""
    if side is None or net == 0:
        return True
    return (net > 0) == (side is Side.BUY)
