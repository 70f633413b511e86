"""The venue's words: why a new order is refused, and the checks that come before matching."""

from __future__ import annotations

from decimal import Decimal

from model.actions import Place, Tif
from model.market import Market
from sim.book import Book
from sim.ticks import price_is_legal, size_is_legal

FARTHEST = Decimal("0.95")
"""Prices farther than this part of the reference price are refused."""

DUPLICATE_CLOID = "Order with this cloid was already placed."
NO_SUCH_MARKET = "No such market."
TICK = "Price must be divisible by tick size."
LOT = "Order has invalid size."
TOO_FAR = "Order price cannot be more than 95% away from the reference price"
FLAT = "Reduce only order would increase position."
TOO_MANY = "Too many open orders."
POST_ONLY_MODE = "Only post-only orders are allowed immediately after a network upgrade."
BUDGET = "Too many cumulative requests sent for cumulative volume traded."
UNSEEN = "Batch failed validation."
NOT_CONNECTED = "not connected"


def malformed(market: Market, order: Place, reference_px: Decimal | None) -> str | None:
    """Return why the order is refused whatever the book holds, or None. Sizes and minimum as the venue counts."""
    if not price_is_legal(order.px, market.sz_decimals):
        return TICK
    if not size_is_legal(order.sz, market.sz_decimals):
        return LOT
    if not order.reduce_only and order.px * order.sz < market.min_notional_usd:
        return f"Order must have minimum value of ${market.min_notional_usd:f}."
    if reference_px is not None and abs(order.px - reference_px) > FARTHEST * reference_px:
        return TOO_FAR
    return None


def post_only(order: Place, book: Book) -> str | None:
    """Return why an add-liquidity-only order is refused by this book, or None."""
    if order.tif is not Tif.ALO or not book.against(order.side).meets(order.px):
        return None
    bid, ask = book.bids.best_px(), book.asks.best_px()
    bbo = f"{'' if bid is None else f'{bid:f}'}@{'' if ask is None else f'{ask:f}'}"
    return f"Post only order would have immediately matched, bbo was {bbo}."
