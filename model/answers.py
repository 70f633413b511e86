"""Counter-orders in the life of the maker: sent on a fill, or collected until one may be sent (L-8, L-8a)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from model.actions import Role, Side, Tif
from model.config import MakerConfig
from model.counter import counter_order
from model.draft import Draft, Wanted
from model.inventory import adds_to, exposure
from model.market import meets_minimum, round_price, round_size
from model.orders import Answered, Order
from model.permission import meets_own, new_risk_allowed, session_open, usable_mark, warned
from model.state import MarketState, Priced, ShutdownState

MAX_TRIES = 3
"""How often an amount is sent, rejected each time, before it is dropped (L-8a)."""


def answer_fill(draft: Draft, where: MarketState, order: Order, px: Decimal, sz: Decimal) -> None:
    """Answer one fill event of an own ladder order by a counter-order, or collect its amount (L-8, L-8a)."""
    if not draft.config.counter_order_enabled or order.role is not Role.LADDER:
        return
    if order.side is None or order.level is None or not makes_counters(draft):
        return
    amount = Answered(sz, px * sz, order.level, 0, (order.cloid,))
    if not _send(draft, where, order.side, amount):
        collect(draft, where, order.side.opposite, amount)


def makes_counters(draft: Draft) -> bool:
    """Tell whether counter-orders are made at all now: in the quoting window, enabled, L-9 not open (L-8a)."""
    return session_open(draft) and draft.state.shutdown is ShutdownState.NONE and not draft.state.stopped


def collect(draft: Draft, where: MarketState, side: Side, amount: Answered) -> None:
    """Add an amount to what waits for a counter-order of `side`; after too many rejects it is dropped (L-8a)."""
    if amount.tries >= MAX_TRIES:
        text = f"a counter-order of {amount.size} was rejected {amount.tries} times: its amount is dropped"
        draft.say("warn", "counter_dropped", where.market.name, text)
        return
    waiting = where.collected(side)
    where.collect(side, amount if waiting is None else waiting.merged(amount))
    draft.collected.add((where.market.name, side))


def collect_rejected(draft: Draft, where: MarketState, order: Order) -> None:
    """Collect what a rejected counter-order had still to take (L-8a)."""
    if order.answered is None or order.side is None or not makes_counters(draft):
        return
    left = order.size - order.filled
    if left <= 0:
        return
    amount = replace(order.answered, size=left, value=order.answered.px * left, tries=order.answered.tries + 1)
    collect(draft, where, order.side, amount)


def clear(where: MarketState) -> None:
    """Forget the collected amounts (L-8a: I-4, L-9)."""
    where.collected_buy = where.collected_sell = None


def after_position_change(draft: Draft, where: MarketState, before: Decimal) -> None:
    """Clear the amounts that a fall of |net| left larger than the position (L-8a).

    Those collected, and those under way: a counter-order that is rejected after such a fall is not collected.
    """
    now = abs(where.book.net)
    if now >= abs(before):
        return
    for side in (Side.BUY, Side.SELL):
        waiting = where.collected(side)
        if waiting is not None and now < waiting.size:
            where.collect(side, None)
    for order in draft.orders_of(where.market.name):
        if order.answered is not None and not order.seen_resting and now < order.unfilled:
            draft.state.orders[order.cloid] = order._replace(answered=None)


def run_counters(draft: Draft, where: MarketState) -> None:
    """Cancel counter-orders that are too old; send amounts collected earlier that this event allows (L-8a)."""
    config = draft.config
    if config.counter_max_age_ms > 0 and draft.state.orders.any_due(draft.now):
        for order in draft.orders_of(where.market.name):
            too_old = draft.now - order.sent_ms >= config.counter_max_age_ms
            if order.role is Role.COUNTER and too_old and not order.cancel_requested:
                draft.cancel(order)
    for side in (Side.BUY, Side.SELL):
        waiting = where.collected(side)
        if waiting is None or (where.market.name, side) in draft.collected:
            continue
        if _send(draft, where, side.opposite, waiting):
            where.collect(side, None)


def _send(draft: Draft, where: MarketState, fill_side: Side, amount: Answered) -> bool:
    """Send a counter-order to fills of `fill_side` if every rule lets it go; tell whether it went (L-8, L-8a)."""
    mark = usable_mark(draft.config, where)
    if mark is None or not new_risk_allowed(draft, where):
        return False
    priced = where.priced
    if priced is None or priced.amount is not amount or priced.mark is not mark:
        priced = where.priced = Priced(amount, mark, _legal(draft.config, where, fill_side, amount, mark))
    if priced.order is None:
        return False
    side, px, sz = priced.order
    if _room(draft, where, side, sz, mark) and not meets_own(draft, where.market.name, side, px):
        tif = Tif(draft.config.counter_order_tif.value)
        draft.place(where.market, Wanted(side, px, sz, tif, Role.COUNTER, amount.level, answered=amount))
        return True
    return False


def _legal(
    config: MakerConfig, where: MarketState, fill_side: Side, amount: Answered, mark: Decimal
) -> tuple[Side, Decimal, Decimal] | None:
    """Return the counter-order to an amount: side, legal price and size; None under the venue's minimum (L-8, Q-9)."""
    exact = counter_order(config, fill_side, amount.px, amount.size, amount.level, mark)
    if exact is None:
        return None
    px, sz = round_price(where.market, exact.side, exact.px), round_size(where.market, exact.sz)
    if px <= 0 or sz <= 0 or not meets_minimum(where.market, px, sz):
        return None
    return exact.side, px, sz


def _room(draft: Draft, where: MarketState, side: Side, sz: Decimal, mark: Decimal) -> bool:
    """Tell whether number, warning, exposure and budget leave room for a counter-order (L-8a, I-3, I-5, L-12)."""
    config = draft.config
    orders = draft.orders_of(where.market.name)
    counters = sum(1 for o in orders if o.role is Role.COUNTER)
    if config.counter_max_open and counters >= config.counter_max_open:
        return False
    if warned(config, where) and adds_to(where.book.net, side):
        return False
    if (exposure(where.book.net, orders).of(side) + sz) * mark > config.max_position_usd:
        return False
    return draft.state.requests.allows_place(config)
