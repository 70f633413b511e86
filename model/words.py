"""The venue's words on single orders: resting, done, canceled, rejected, refused, failed, unknown (L-1, L-5, L-7a)."""

from __future__ import annotations

from typing import TypeAlias

from model.actions import Role, Tif
from model.answers import collect_rejected
from model.attempts import attempt_done, attempt_lost, attempt_refused
from model.draft import Draft
from model.events import Canceled, CancelRejected, Done, Rejected, Resting, SendFailed, Unknown
from model.orders import (
    End,
    Order,
    OrderState,
    Trigger,
    advance,
    cancel_failed,
    cancel_refused,
    seen_resting,
)
from model.recall import adopt, found_order, known_order, revive

OrderWord: TypeAlias = Resting | Done | Canceled | Rejected | CancelRejected | SendFailed | Unknown


def take_word(draft: Draft, event: OrderWord) -> None:
    """Apply one word of the venue to the order it speaks of; what fits no order is refused, changing nothing (N-6)."""
    order = known_order(draft, event.cloid, event.oid)
    if order is None:
        if isinstance(event, Resting) and draft.state.owns(event.cloid):
            _adopt_resting(draft, event)
        else:
            draft.say("info", "refused", event.market, "a word on an order that is not known: nothing changes")
        return
    if order.market != event.market:
        text = f"order {order.cloid} is of {order.market}, not of {event.market}: nothing changes"
        draft.say("warn", "refused", event.market, text)
    elif order.ended:
        _late_word(draft, order, event)
    else:
        _word(draft, order, event)


def _word(draft: Draft, order: Order, event: OrderWord) -> None:
    """Apply a word to an order that is known to be live (L-5)."""
    match event:
        case Resting():
            told = seen_resting(order, event.oid, event.remaining, draft.now)
            if order.rearmed:
                draft.cancel(told)
            else:
                draft.keep(told)
        case Done():
            _done(draft, order, event)
        case Canceled():
            draft.keep(advance(order, Trigger.CANCELED, draft.now))
            _attempt(draft, order, event)
        case Rejected():
            _refused(draft, order, advance(order, Trigger.REJECTED, draft.now), rejected=True)
        case CancelRejected():
            draft.keep(cancel_refused(order, draft.now))
        case SendFailed():
            _send_failed(draft, order, event)
        case Unknown():
            draft.keep(order._replace(doubtful=True))


def _done(draft: Draft, order: Order, event: Done) -> None:
    """End an IOC by its last word; another order's `done` is no word of this venue and is refused (L-5)."""
    if order.tif is not Tif.IOC:
        text = f"`done` for order {order.cloid}, which is no IOC: nothing changes"
        draft.say("warn", "refused", order.market, text)
        return
    draft.keep(advance(order, Trigger.DONE, draft.now))
    _attempt(draft, order, event)


def _refused(draft: Draft, order: Order, ended: Order, *, rejected: bool) -> None:
    """End an order that the venue refused or never saw; a counter-order's amount is collected (L-5, L-8a)."""
    draft.keep(ended)
    where = draft.state.markets.get(order.market)
    if where is None or not ended.ended:
        return
    if order.role is Role.COUNTER:
        collect_rejected(draft, where, ended)
    attempt_refused(draft, where, order.cloid, rejected=rejected)


def _send_failed(draft: Draft, order: Order, event: SendFailed) -> None:
    """End a place that never left, or have its cancel sent again (L-5).

    Where the sender does not say which it was, a requested cancel is taken to have failed: that forgets nothing.
    """
    action = event.action or ("cancel" if order.state is OrderState.CANCEL_REQUESTED else "place")
    if action == "cancel":
        draft.keep(cancel_failed(order, draft.now))
    elif order.seen_resting or order.filled > 0:
        draft.keep(order._replace(doubtful=True))
    else:
        _refused(draft, order, advance(order, Trigger.PLACE_FAILED, draft.now), rejected=False)


def _attempt(draft: Draft, order: Order, event: Done | Canceled) -> None:
    """Tell the close in flight that its order ended (L-9)."""
    where = draft.state.markets.get(order.market)
    if where is None or order.role is not Role.FLATTEN:
        return
    if isinstance(event, Done):
        attempt_done(draft, where, order.cloid, event.filled_sz)
    else:
        attempt_lost(draft, where, order.cloid)


def _late_word(draft: Draft, order: Order, event: OrderWord) -> None:
    """Apply a word to an order that has ended: only one that the venue itself did not end can come back (L-7a)."""
    concluded = order.end in (End.ABSENT, End.FAILED)
    if isinstance(event, Resting) and concluded:
        revive(draft, seen_resting(order, event.oid, event.remaining, draft.now))
    elif isinstance(event, Canceled) and concluded:
        draft.keep(order._replace(end=End.CANCELED))
    elif isinstance(event, Rejected) and concluded:
        draft.keep(order._replace(end=End.REJECTED))
    if isinstance(event, Done | Canceled):
        _attempt(draft, order, event)
    elif isinstance(event, Rejected) and order.market in draft.state.markets:
        attempt_refused(draft, draft.state.markets[order.market], order.cloid, rejected=True)


def _adopt_resting(draft: Draft, event: Resting) -> None:
    """Take an own order into the books that only `resting` tells of, and cancel it (L-7)."""
    assert event.cloid is not None
    adopt(draft, found_order(draft, event.market, event.cloid, event.oid, None, event.px, event.remaining))
