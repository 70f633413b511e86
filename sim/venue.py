"""The venue's rules, without clock or wire: orders in, statuses, fills and journal records out.

Replies are returned; what the account's streams tell is collected in `fills` and `updates` and taken by the
exchange. Both are parts: an event's class and its fields but for the time at which it will be told.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, TypeAlias

from model import events, journal
from model.actions import Cancel, Place, Side, Tif
from model.events import Event, OpenOrder, Position
from model.journal import Owner, Record
from model.market import Market
from sim import refusals
from sim.account import ZERO, Holding, booked
from sim.book import Book, Order
from sim.cloids import Cloids

Part: TypeAlias = tuple[Callable[..., Event], tuple[Any, ...]]

MOST_OPEN_ORDERS = 1000


@dataclass(frozen=True, slots=True)
class Fees:
    """Fees in bps of the traded value."""

    maker_bps: Decimal = Decimal("0.3")
    taker_bps: Decimal = Decimal("0.9")


@dataclass(slots=True)
class Listing:
    """A market at the venue. `reference_px` is the last positive oracle price."""

    market: Market
    book: Book = field(default_factory=Book)
    holding: Holding = field(default_factory=Holding)
    oracle_px: Decimal | None = None
    mark_px: Decimal | None = None
    reference_px: Decimal | None = None
    world: list[Order] = field(default_factory=list)
    reducing: list[Order] = field(default_factory=list)


class Venue:
    """Markets, the account's orders and positions, and the rules between them."""

    def __init__(
        self,
        markets: tuple[Market, ...],
        emit: Callable[[Record], None],
        fees: Fees,
        *,
        snapshot_fills: int = 200,
        first_oid: int = 1_000,
        mark_with_fills: bool = False,
        entries_told: bool = True,
    ) -> None:
        self.listings = {market.name: Listing(market) for market in markets}
        self.fills: list[Part] = []
        self.updates: list[Part] = []
        self.recent: deque[Part] = deque(maxlen=snapshot_fills)
        self.traded_usd = ZERO
        self.post_only_mode = False
        self._emit = emit
        self._fees = fees
        self._mark_with_fills = mark_with_fills
        self._entries_told = entries_told
        self._orders: dict[int, Order] = {}
        self._by_cloid: dict[str, Order] = {}
        self._cloids = Cloids()
        self._next_oid = first_oid
        self._next_tid: dict[str, tuple[int, int]] = {}

    # -- what anybody may ask

    def open_orders(self) -> tuple[OpenOrder, ...]:
        """Return the account's open orders, oldest first."""
        return tuple(
            OpenOrder(o.market, o.oid, o.cloid, o.side, o.px, o.remaining, o.reduce_only) for o in self._orders.values()
        )

    def positions(self) -> tuple[Position, ...]:
        """Return the account's positions, one for each market."""
        rows = (listing.holding.told(name) for name, listing in self.listings.items())
        return tuple(rows if self._entries_told else (replace(row, entry_px=None) for row in rows))

    # -- the world

    def set_prices(self, now_ms: int, market: str, oracle_px: Decimal, mark_px: Decimal | None) -> None:
        """Set oracle and mark, usable or not."""
        listing = self.listings[market]
        listing.oracle_px, listing.mark_px = oracle_px, mark_px
        if oracle_px > 0:
            listing.reference_px = oracle_px
        self._emit(journal.PricesSet(now_ms, market, oracle_px, mark_px))

    def quote(self, now_ms: int, market: str, bids_asks: tuple[tuple[Side, Decimal, Decimal], ...]) -> None:
        """Replace the world's resting quotes by (side, px, sz) ones; what crosses the account's orders trades."""
        listing = self.listings[market]
        for order in listing.world:
            if order.remaining > 0:
                listing.book.side(order.side).remove(order)
        listing.world.clear()
        for side, px, sz in bids_asks:
            order = self._world_order(market, side, px, sz, Tif.GTC)
            self._match(now_ms, listing, order)
            if order.remaining > 0:
                listing.book.side(side).add(order)
                listing.world.append(order)

    def trade(self, now_ms: int, market: str, side: Side, px: Decimal, sz: Decimal) -> None:
        """Let the world take from the book up to `px`, `sz` base units at most."""
        self._match(now_ms, self.listings[market], self._world_order(market, side, px, sz, Tif.IOC))

    def _world_order(self, market: str, side: Side, px: Decimal, sz: Decimal, tif: Tif) -> Order:
        return Order(0, Owner.WORLD, None, market, side, px, sz, tif)

    # -- orders of the account

    def place(self, now_ms: int, owner: str, order: Place) -> Part | None:
        """Take a new order; returns the reply, None where only the streams tell (a GTC filled on entry)."""
        listing = self.listings.get(order.market)
        if listing is None:
            self.refuse(now_ms, owner, order, None, refusals.NO_SUCH_MARKET)
            return events.SendFailed, (order.market, order.cloid, None, refusals.NO_SUCH_MARKET, "place")
        oid = None
        reason: str | None = refusals.DUPLICATE_CLOID
        if self._cloids.add(order.cloid):
            oid = self._next_oid
            self._next_oid += 1
            reason = self._reason(listing, order)
        if oid is None or reason is not None:
            self.refuse(now_ms, owner, order, oid, reason or "")
            return events.Rejected, (order.market, order.cloid, oid, reason)
        sz = min(order.sz, listing.holding.closable(order.side)) if order.reduce_only else order.sz
        taken = Order(oid, owner, order.cloid, order.market, order.side, order.px, sz, order.tif, order.reduce_only)
        if order.tif is Tif.IOC:
            return self._execute(now_ms, listing, taken, order.sz)
        self._match(now_ms, listing, taken)
        return self._rest(now_ms, listing, taken) if taken.remaining > 0 else None

    def refuse(self, now_ms: int, owner: str, order: Place, oid: int | None, reason: str) -> None:
        """Journal that an order was refused, or dropped unseen (`oid` None)."""
        self._emit(journal.OrderRefused(now_ms, owner, order.market, oid, order.cloid, reason))

    def _reason(self, listing: Listing, order: Place) -> str | None:
        if self.post_only_mode and order.tif is not Tif.ALO:
            return refusals.POST_ONLY_MODE
        reason = refusals.malformed(listing.market, order, listing.reference_px)
        if reason is not None:
            return reason
        if order.reduce_only and listing.holding.closable(order.side) == 0:
            return refusals.FLAT
        if len(self._orders) >= MOST_OPEN_ORDERS:
            return refusals.TOO_MANY
        return refusals.post_only(order, listing.book)

    def _execute(self, now_ms: int, listing: Listing, order: Order, asked_sz: Decimal) -> Part:
        """Match an IOC; the rest is gone. The reply is its last word."""
        allowed = order.remaining
        reached = listing.book.against(order.side).reached_by(order.px)
        there = sum([o.remaining for o in reached if o.owner == Owner.WORLD], ZERO)
        self._match(now_ms, listing, order)
        filled = allowed - order.remaining
        self._emit(
            journal.OrderExecuted(
                now_ms, order.owner, order.market, order.oid, order.cloid, order.side, order.px, asked_sz,
                order.reduce_only, filled, min(there, allowed),
            )
        )  # fmt: skip
        return events.Done, (order.market, order.cloid, order.oid, filled)

    def _rest(self, now_ms: int, listing: Listing, order: Order) -> Part:
        if order.reduce_only:
            order.remaining = min(order.remaining, listing.holding.closable(order.side))
            listing.reducing.append(order)
        listing.book.side(order.side).add(order)
        self._orders[order.oid] = order
        if order.cloid is not None:
            self._by_cloid[order.cloid] = order
        self._emit(
            journal.OrderOpened(
                now_ms, order.owner, order.market, order.oid, order.cloid, order.side, order.px,
                order.remaining, order.tif, order.reduce_only,
            )
        )  # fmt: skip
        return events.Resting, (order.market, order.cloid, order.oid, order.px, order.remaining)

    def cancel(self, now_ms: int, cancel: Cancel) -> Part | None:
        """Cancel one order by oid or cloid; returns the failing reply, None where the stream tells."""
        order = self._orders.get(cancel.oid) if cancel.oid is not None else None
        if cancel.oid is None and cancel.cloid is not None:
            order = self._by_cloid.get(cancel.cloid)
        if order is None or order.market != cancel.market:
            return events.CancelRejected, (cancel.market, cancel.cloid, cancel.oid)
        self._close(now_ms, order, "canceled")
        return None

    def cancel_all(self, now_ms: int, reason: str) -> None:
        """Cancel every order of the account."""
        for order in list(self._orders.values()):
            self._close(now_ms, order, reason)

    def _close(self, now_ms: int, order: Order, reason: str) -> None:
        """Take a resting order of the account off the book; all but `filled` is told by the updates stream."""
        listing = self.listings[order.market]
        listing.book.side(order.side).remove(order)
        del self._orders[order.oid]
        if order.cloid is not None:
            del self._by_cloid[order.cloid]
        if order.reduce_only:
            listing.reducing = [other for other in listing.reducing if other is not order]
        self._emit(
            journal.OrderClosed(now_ms, order.owner, order.market, order.oid, order.cloid, reason, order.remaining)
        )
        if reason != "filled":
            self.updates.append((events.Canceled, (order.market, order.cloid, order.oid, reason)))

    # -- matching

    def _match(self, now_ms: int, listing: Listing, taking: Order) -> None:
        """Trade an incoming order against the book at the resting prices, its own account's orders stepping aside."""
        resting_side = listing.book.against(taking.side)
        ours = taking.owner != Owner.WORLD
        while taking.remaining > 0 and resting_side.meets(taking.px):
            resting = resting_side.orders[0]
            if ours and resting.owner != Owner.WORLD:
                self._close(now_ms, resting, "selfTradeCanceled")
                continue
            sz = min(taking.remaining, resting.remaining)
            taking.remaining -= sz
            resting.remaining -= sz
            if resting.owner != Owner.WORLD:
                self._book_fill(now_ms, listing, resting, resting.px, sz, crossed=False)
                if resting.remaining == 0:
                    self._close(now_ms, resting, "filled")
            elif resting.remaining == 0:
                resting_side.remove(resting)
            if ours:
                self._book_fill(now_ms, listing, taking, resting.px, sz, crossed=True)

    def _tid(self, now_ms: int, market: str) -> int:
        """Number the fills of one market and moment from 1: only (time, market, tid) names a fill, on purpose."""
        last_ms, last = self._next_tid.get(market, (now_ms, 0))
        tid = last + 1 if last_ms == now_ms else 1
        self._next_tid[market] = (now_ms, tid)
        return tid

    def _book_fill(
        self, now_ms: int, listing: Listing, order: Order, px: Decimal, sz: Decimal, *, crossed: bool
    ) -> None:
        closed = listing.holding.apply(order.owner, order.side, px, sz)
        value = px * sz
        fee = booked(value * (self._fees.taker_bps if crossed else self._fees.maker_bps) / 10_000)
        self.traded_usd += value
        tid = self._tid(now_ms, order.market)
        self._emit(
            journal.Traded(
                now_ms, order.owner, order.market, order.oid, order.cloid, tid, order.side, px, sz, crossed,
                fee, closed,
            )
        )  # fmt: skip
        kind = events.TakerFill if order.owner == Owner.TAKER else events.Fill
        mark = listing.mark_px if self._mark_with_fills else None
        told = (order.market, order.cloid, order.oid, now_ms, tid, order.side, px, sz, crossed, fee, closed, mark)
        self.fills.append((kind, told))
        self.recent.append((kind, told))
        if listing.reducing:
            self._shrink(now_ms, listing)

    def _shrink(self, now_ms: int, listing: Listing) -> None:
        """Let resting reduce-only orders follow the position down."""
        for order in [one for one in listing.reducing if one.remaining > 0]:
            order.remaining = min(order.remaining, listing.holding.closable(order.side))
            if order.remaining == 0:
                self._close(now_ms, order, "reduceOnlyCanceled")
