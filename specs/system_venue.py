"""A deliberately small venue for the exhaustive search: one market, one account, a world that quotes without limit.

It is written from the venue's rules a second time, on plain values that fork cheaply, and knows nothing of `sim`; the
two are held together by re-enactment. Fees, PnL and texts are left out: no maker acts on those of its own orders (I-7).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

from model import events
from model.actions import Cancel, Place, Side, Tif
from model.events import Event, OpenOrder, Position

Part: TypeAlias = tuple[Callable[..., Event], tuple[Any, ...]]
"""An event's class and its fields but for the time at which it will be told."""

MARKET = "small:COIN"
MIN_NOTIONAL_USD = Decimal(10)
RUNG_SZ = Decimal("0.02")
"""The size of a rung in these scopes; one that is filled in part is not filled in part again."""
ZERO = Decimal(0)
_FIRST_OID = 1_000
_TAKER_CLOID = "0x7a7a7a7a{:024x}"


class Resting(NamedTuple):
    """An order of the account on the book; `own`: the maker's."""

    oid: int
    cloid: str
    side: Side
    px: Decimal
    remaining: Decimal
    reduce_only: bool
    own: bool = True


class SmallVenue:
    """The venue's part of a state. Its fields are immutable or replaced whole, so that a fork copies references."""

    __slots__ = (
        "ask_px", "bid_px", "cloid_of", "fills", "net", "next_oid", "orders", "recent", "takers", "tid", "updates",
    )  # fmt: skip

    def __init__(self) -> None:
        self.orders: tuple[Resting, ...] = ()
        self.net = ZERO
        self.bid_px = self.ask_px = ZERO
        self.next_oid = _FIRST_OID
        self.cloid_of: dict[int, str] = {}
        self.recent: tuple[Part, ...] = ()
        self.tid = (0, 0)
        self.takers = 0
        self.fills: tuple[Part, ...] = ()
        self.updates: tuple[Part, ...] = ()

    def fork(self) -> SmallVenue:
        """Return a copy that may be changed."""
        new = SmallVenue.__new__(SmallVenue)
        new.orders, new.net, new.bid_px, new.ask_px = self.orders, self.net, self.bid_px, self.ask_px
        new.next_oid, new.cloid_of, new.recent, new.tid = self.next_oid, self.cloid_of, self.recent, self.tid
        new.takers, new.fills, new.updates = self.takers, self.fills, self.updates
        return new

    # -- what anybody may ask

    def account(self, sent_ms: int) -> Part:
        """Return the answer to a query sent at `sent_ms`, as things stand now."""
        return events.OpenOrders, (sent_ms, self.open_orders(), self.positions())

    def open_orders(self) -> tuple[OpenOrder, ...]:
        """Return the account's open orders, oldest first."""
        return tuple(OpenOrder(MARKET, o.oid, o.cloid, o.side, o.px, o.remaining, o.reduce_only) for o in self.orders)

    def positions(self) -> tuple[Position, ...]:
        """Return the account's position; the taker never has one here."""
        return (Position(MARKET, self.net, ZERO),)

    def best(self, side: Side) -> Resting | None:
        """Return the maker's best order of a side, the older one at one price, if the world quotes no better."""
        world = self.bid_px if side is Side.BUY else self.ask_px
        mine = [o for o in self.orders if o.own and o.side is side and (o.px - world) * side.sign > 0]
        return min(mine, key=lambda o: (-o.px * side.sign, o.oid)) if mine else None

    # -- the world

    def quote(self, now_ms: int, bid_px: Decimal, ask_px: Decimal) -> None:
        """Let the world quote at new prices; own orders that they cross are filled."""
        self.bid_px = self.ask_px = ZERO
        self._sweep(now_ms, Side.BUY, bid_px, None)
        self.bid_px = bid_px
        self._sweep(now_ms, Side.SELL, ask_px, None)
        self.ask_px = ask_px

    def trade(self, now_ms: int, side: Side, px: Decimal, sz: Decimal) -> None:
        """Let the world take up to `sz` from the maker's orders, down or up to `px`."""
        self._sweep(now_ms, side, px, sz)

    def taker_crosses(self, side: Side, px: Decimal) -> None:
        """Let an IOC of the other strategy meet the maker's orders: self-trade prevention cancels those."""
        self._number(_TAKER_CLOID.format(self._next_taker()))
        for order in self._met(side, px):
            self._close(order, "selfTradeCanceled")

    def taker_rests(self, side: Side, px: Decimal, sz: Decimal) -> None:
        """Rest an order of the other strategy; its `open` is told by the updates stream like any other's."""
        cloid = _TAKER_CLOID.format(self._next_taker())
        oid = self._number(cloid)
        self.orders = (*self.orders, Resting(oid, cloid, side, px, sz, reduce_only=False, own=False))
        self.updates = (*self.updates, (events.Resting, (MARKET, cloid, oid, px, sz)))

    def _next_taker(self) -> int:
        self.takers += 1
        return self.takers

    def _number(self, cloid: str) -> int:
        oid = self.next_oid
        self.next_oid += 1
        self.cloid_of = {**self.cloid_of, oid: cloid}
        return oid

    # -- orders of the maker

    def place(self, now_ms: int, order: Place, *, post_only_mode: bool = False) -> Part | None:
        """Take a new order; returns the reply, None where only the streams tell."""
        if order.cloid in self.cloid_of.values():
            return events.Rejected, (MARKET, order.cloid, None, "")
        oid = self._number(order.cloid)
        closable = max(ZERO, -self.net * order.side.sign)
        if self._refuses(order, closable, post_only_mode=post_only_mode):
            return events.Rejected, (MARKET, order.cloid, oid, "")
        sz = min(order.sz, closable) if order.reduce_only else order.sz
        left = sz - self._take(now_ms, order, oid, sz)
        if order.tif is Tif.IOC:
            return events.Done, (MARKET, order.cloid, oid, sz - left)
        if left == 0:
            return None
        self.orders = (*self.orders, Resting(oid, order.cloid, order.side, order.px, left, order.reduce_only))
        return events.Resting, (MARKET, order.cloid, oid, order.px, left)

    def _refuses(self, order: Place, closable: Decimal, *, post_only_mode: bool) -> bool:
        if post_only_mode and order.tif is not Tif.ALO:
            return True
        if order.reduce_only and closable == 0:
            return True
        if not order.reduce_only and order.px * order.sz < MIN_NOTIONAL_USD:
            return True
        return order.tif is Tif.ALO and (self._world_px(order) is not None or bool(self._met(order.side, order.px)))

    def cancel(self, cancel: Cancel) -> Part | None:
        """Cancel one order by oid, else by cloid; returns the failing reply, None where the stream tells."""
        for order in self.orders:
            if order.oid == cancel.oid if cancel.oid is not None else order.cloid == cancel.cloid:
                self._close(order, "canceled")
                return None
        return events.CancelRejected, (MARKET, cancel.cloid, cancel.oid)

    # -- matching

    def _world_px(self, order: Place) -> Decimal | None:
        """Return the world's price if the order meets it."""
        px = self.ask_px if order.side is Side.BUY else self.bid_px
        return px if px > 0 and (order.px - px) * order.side.sign >= 0 else None

    def _met(self, side: Side, px: Decimal) -> list[Resting]:
        """Return the account's orders that an order of `side` at `px` meets, best first."""
        met = [o for o in self.orders if o.side is not side and (px - o.px) * side.sign >= 0]
        return sorted(met, key=lambda o: (o.px * side.sign, o.oid))

    def _take(self, now_ms: int, order: Place, oid: int, sz: Decimal) -> Decimal:
        """Match an incoming order: the account's own step aside, the world takes the rest; return what was filled."""
        world = self._world_px(order)
        for met in self._met(order.side, order.px):
            if world is None or (world - met.px) * order.side.sign > 0:
                self._close(met, "selfTradeCanceled")
        if world is None or sz == 0:
            return ZERO
        self._book(now_ms, oid, order.cloid, order.side, world, sz, crossed=True)
        return sz

    def _sweep(self, now_ms: int, side: Side, px: Decimal, sz: Decimal | None) -> None:
        """Let an order of the world of `side` fill the account's orders down or up to `px`; `sz` None: all of them."""
        left = sz
        for order in self._met(side, px):
            part = order.remaining if left is None else min(order.remaining, left)
            if part <= 0:
                return
            left = None if left is None else left - part
            rest = order.remaining - part
            self._book(now_ms, order.oid, order.cloid, order.side, order.px, part, crossed=False)
            if rest > 0:
                self.orders = tuple(o._replace(remaining=rest) if o.oid == order.oid else o for o in self.orders)
            else:
                self.orders = tuple(o for o in self.orders if o.oid != order.oid)

    def _book(self, now_ms: int, oid: int, cloid: str, side: Side, px: Decimal, sz: Decimal, *, crossed: bool) -> None:
        self.net += side.sign * sz
        self.tid = (now_ms, self.tid[1] + 1 if self.tid[0] == now_ms else 1)
        told = (MARKET, cloid, oid, now_ms, self.tid[1], side, px, sz, crossed, ZERO, ZERO, None)
        self.fills = (*self.fills, (events.Fill, told))
        self.recent = (*self.recent, (events.Fill, told))

    def _close(self, order: Resting, reason: str) -> None:
        self.orders = tuple(o for o in self.orders if o.oid != order.oid)
        self.updates = (*self.updates, (events.Canceled, (MARKET, order.cloid, order.oid, reason)))
