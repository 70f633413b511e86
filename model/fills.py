"""Fills: identity, attribution before any book changes, gate, inventory, counter-order (L-4, L-8, I-0, I-6, I-7)."""

from __future__ import annotations

from decimal import Decimal

from model.actions import Role
from model.answers import after_position_change, answer_fill
from model.attempts import attempt_filled
from model.config import MakerConfig
from model.draft import Draft
from model.events import Fill, TakerFill
from model.inventory import booked, corrected, with_entry
from model.orders import End, Order, filled
from model.permission import usable_mark
from model.recall import known_order, revive
from model.state import MarketState


def take_fill(draft: Draft, where: MarketState, fill: Fill | TakerFill) -> None:
    """Count a fill once, as the maker's or the taker's, by its cloid's prefix (L-4, L-11, I-0).

    Without a cloid the oid decides, and else what the event calls it.
    """
    if fill.px <= 0 or fill.sz <= 0 or fill.time_ms < 0:
        text = f"a fill of {fill.sz} at {fill.px} is not counted: price and size must be positive"
        draft.say("warn", "refused", fill.market, text)
        return
    state = draft.state
    identity = (fill.time_ms, fill.market, fill.tid)
    own = _is_own(draft, fill)
    draft.mm_fill = own if isinstance(fill, Fill) else None
    if identity in state.seen_fills:
        return
    state.seen_fills = state.seen_fills.with_fill(identity)
    where.last_fill_ms = draft.now
    if fill.mark_px is not None and fill.mark_px > 0 and not fill.snapshot:
        where.mark_px = fill.mark_px
        enter_found(draft.config, where)
    if own:
        _take_own(draft, where, fill)
    else:
        _take_takers(draft, where, fill)


def enter_found(config: MakerConfig, where: MarketState) -> None:
    """Enter a position found at start at the first usable mark, whichever event tells it (S-5)."""
    mark = usable_mark(config, where)
    if where.book.entry_unknown and mark is not None:
        where.book = with_entry(where.book, mark)


def _is_own(draft: Draft, fill: Fill | TakerFill) -> bool:
    """Attribute a fill by its order's cloid (L-11); without one by the order's oid, else by what it is told as."""
    if fill.cloid is not None:
        return draft.state.owns(fill.cloid)
    if known_order(draft, None, fill.oid) is not None:
        return True
    return isinstance(fill, Fill)


def _take_takers(draft: Draft, where: MarketState, fill: Fill | TakerFill) -> None:
    """Count a taker fill: the gate and the account's position, nothing of the MM part (I-0, I-7)."""
    draft.state.gate = draft.state.gate.with_result(fill.time_ms, fill.closed_pnl - fill.fee)
    if _contained(where, fill.time_ms):
        return
    where.taker_net += fill.side.sign * fill.sz


def _contained(where: MarketState, time_ms: int) -> bool:
    """Tell whether a position correction already holds a fill of that venue time (L-7)."""
    return where.contained_before_ms is not None and time_ms < where.contained_before_ms


def _take_own(draft: Draft, where: MarketState, fill: Fill | TakerFill) -> None:
    """Count an own fill: order, budget, inventory, adverse selection, counter-order (I-0, I-6, L-4, L-8, L-12)."""
    order = _order_filled(draft, fill)
    requests = draft.state.requests
    draft.state.requests = requests._replace(traded_usd=requests.traded_usd + fill.px * fill.sz)
    before = where.book.net
    if not _contained(where, fill.time_ms):
        where.book = booked(where.book, fill.side, fill.px, fill.sz)
    where.attempts = 0
    if order is not None:
        attempt_filled(draft, where, order.cloid, fill.sz)
        _answer(draft, where, order, fill)
    after_position_change(draft, where, before)


def _answer(draft: Draft, where: MarketState, order: Order, fill: Fill | TakerFill) -> None:
    """Count a ladder order's first fill as adverse, and answer each of its fills (I-6, L-8)."""
    if order.role is not Role.LADDER:
        return
    if order.filled == fill.sz and order.side is not None:
        where.adverse = where.adverse.with_fill(draft.config, order.side, draft.now)
    answer_fill(draft, where, order, fill.px, fill.sz)


def _order_filled(draft: Draft, fill: Fill | TakerFill) -> Order | None:
    """Return the order after the fill, live or ended; None for one of an earlier life or too long ago (L-4)."""
    order = known_order(draft, fill.cloid, fill.oid)
    if order is None or order.market != fill.market:
        return None
    if not order.ended:
        if order.side is None:
            order = order._replace(side=fill.side)
        order = filled(order, fill.sz, draft.now)
        draft.keep(order)
        return order
    order = filled(order, fill.sz, draft.now)
    wrongly_ended = order.end in (End.ABSENT, End.FAILED) and not order.seen_resting
    if wrongly_ended and order.filled < order.size:
        return revive(draft, order)
    draft.keep(order)
    return order


def correct_position(draft: Draft, where: MarketState, net: Decimal, query_ms: int) -> None:
    """Adopt the venue's MM position, told alike by two answers; fills before the second query are contained (L-7)."""
    before = where.book.net
    where.book = corrected(where.book, net, where.mark_px if where.mark_px and where.mark_px > 0 else None)
    where.contained_before_ms = query_ms
    after_position_change(draft, where, before)
