"""Which order an event speaks of, and orders that become known again (L-2, L-4, L-7, L-7a)."""

from __future__ import annotations

from decimal import Decimal

from model.actions import Side, Tif
from model.draft import Draft
from model.orders import Order, OrderState, revived


def known_order(draft: Draft, cloid: str | None, oid: int | None) -> Order | None:
    """Return the own order of that cloid, or else of that oid, live or remembered; None if there is none (L-4)."""
    state = draft.state
    if cloid is not None:
        live = state.orders.get(cloid)
        if live is not None:
            return live
        ended = state.ended.find(cloid, draft.now)
        return ended.order if ended else None
    if oid is None:
        return None
    for order in state.orders.values():
        if order.oid == oid:
            return order
    ended = state.ended.find_oid(oid, draft.now)
    return ended.order if ended else None


def revive(draft: Draft, order: Order) -> Order:
    """Make an order known again that was thought ended, and cancel it (L-7a)."""
    again = revived(order, draft.now)
    draft.state.orders[again.cloid] = again
    draft.state.ended = draft.state.ended.with_revived(again.cloid)
    draft.cancel(again)
    return draft.state.orders[again.cloid]


def adopt(draft: Draft, found: Order) -> None:
    """Take an own order into the books that this life did not know, and cancel it (L-7, S-5)."""
    draft.state.orders[found.cloid] = found
    draft.cancel(found)


def found_order(
    draft: Draft, market: str, cloid: str, oid: int | None, side: Side | None, px: Decimal, remaining: Decimal
) -> Order:
    """Return the record of an own order told by a start, an answer or `resting`; its role is unknown (L-4, L-7)."""
    return Order(
        cloid=cloid,
        market=market,
        side=side,
        px=px,
        size=remaining,
        role=None,
        level=None,
        tif=Tif.GTC,
        reduce_only=False,
        sent_ms=draft.now,
        changed_ms=draft.now,
        told_remaining=remaining,
        state=OrderState.RESTING,
        oid=oid,
        seen_resting=True,
    )
