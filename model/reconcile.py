"""Reconcile: when to ask for open orders and positions, and what an answer decides (L-6, L-7, L-7a, L-14, S-5)."""

from __future__ import annotations

from decimal import Decimal

from model.actions import Role
from model.arithmetic import ZERO
from model.attempts import attempt_answered, attempt_lost, fills_untold
from model.draft import Draft
from model.events import OpenOrder, OpenOrders, Position
from model.fills import correct_position
from model.orders import Order, Trigger, advance, seen_resting
from model.permission import cancel_overdue, place_overdue
from model.recall import adopt, found_order, revive
from model.state import MarketState, ShutdownState, Suspect

ASK_AGAIN_MS = 1000
"""How long after an answer an unsettled matter is asked about again; the rule allows 250 ms to `sent_timeout_ms`."""

ASK_AGAIN_LEAST_MS = 250


def take_answer(draft: Draft, answer: OpenOrders) -> bool:
    """Judge orders and positions by the answer to the outstanding query; tell whether all agreed (L-7, L-7a).

    An answer to any other query is ignored and agrees with nothing.
    """
    state = draft.state
    if state.query_ms is None or answer.sent_ms != state.query_ms:
        return False
    state.query_ms = None
    state.last_answer_ms = draft.now
    state.waiting_since_ms = None
    if answer.sent_ms >= state.started_ms + draft.config.sent_timeout_ms:
        state.settled = True
    own = {o.cloid: o for o in answer.orders if o.cloid is not None and state.owns(o.cloid)}
    _count_foreign(draft, len(answer.orders) - len(own))
    for order in list(state.orders.values()):
        if order.changed_ms < answer.sent_ms:
            _judge(draft, order, own.get(order.cloid), answer.sent_ms)
    for cloid, told in own.items():
        if cloid not in state.orders:
            _recognise(draft, cloid, told, answer.sent_ms)
    agreed = _compare_positions(draft, answer.positions, answer.sent_ms)
    return agreed and not own


def _count_foreign(draft: Draft, count: int) -> None:
    """Log how many orders of other strategies the account has, when that changes; they are never touched (L-7)."""
    if count != draft.state.foreign_orders:
        draft.state.foreign_orders = count
        draft.say("info", "foreign_orders", None, f"{count} open orders are not own and are left alone")


def _judge(draft: Draft, order: Order, told: OpenOrder | None, query_ms: int) -> None:
    """Judge one order that has not changed since the query was sent: present or absent (L-7a)."""
    if told is not None:
        present = seen_resting(order, told.oid, told.remaining, draft.now)
        present = present._replace(side=present.side or told.side, doubtful=False)
        if order.cancel_requested:
            draft.cancel(present)
        else:
            draft.keep(present)
        return
    second = order.absent_once and query_ms >= order.sent_ms + draft.config.sent_timeout_ms
    if not order.seen_resting and not second:
        draft.keep(order._replace(absent_once=True))
        return
    draft.keep(advance(order, Trigger.ABSENT, draft.now))
    where = draft.state.markets.get(order.market)
    if where is not None and order.role is Role.FLATTEN:
        attempt_lost(draft, where, order.cloid)


def _recognise(draft: Draft, cloid: str, told: OpenOrder, query_ms: int) -> None:
    """Cancel an own order that the books do not hold: unknown, or ended before the query was sent (L-7, L-7a)."""
    ended = draft.state.ended.find(cloid, draft.now)
    if ended is None:
        adopt(draft, found_order(draft, told.market, cloid, told.oid, told.side, told.px, told.remaining))
    elif ended.ended_ms < query_ms:
        revive(draft, seen_resting(ended.order, told.oid, told.remaining, draft.now))


def _compare_positions(draft: Draft, positions: tuple[Position, ...], query_ms: int) -> bool:
    """Compare the venue's MM part with the books, in every market; correct what two answers tell alike (L-7)."""
    told = {p.market: p for p in positions}
    agreed = True
    for name, where in draft.state.markets.items():
        position = told.get(name)
        size = position.size if position else ZERO
        taker = position.taker_size if position else ZERO
        if where.last_fill_ms is None or where.last_fill_ms < query_ms:
            where.taker_net = taker
        agreed = _compare(draft, where, size - taker, query_ms) and agreed
    return agreed


def _compare(draft: Draft, where: MarketState, venue_net: Decimal, query_ms: int) -> bool:
    """Compare one market's position; adopt the venue's after two answers alike, `sent_timeout_ms` apart (L-7)."""
    difference = venue_net - where.book.net
    corrected = False
    suspect = where.suspect
    if difference == 0:
        where.suspect = None
    elif suspect is None or suspect.difference != difference or _fill_since(where, suspect.sent_ms):
        where.suspect = Suspect(difference, query_ms)
    elif query_ms - suspect.sent_ms >= draft.config.sent_timeout_ms:
        where.suspect = None
        corrected = True
        text = f"position {where.book.net} becomes the venue's {venue_net}"
        draft.say("warn", "position_corrected", where.market.name, text, ("difference", str(difference)))
        correct_position(draft, where, venue_net, query_ms)
    attempt_answered(draft, where, query_ms, agrees=difference == 0, corrected=corrected)
    return difference == 0 or corrected


def _fill_since(where: MarketState, since_ms: int) -> bool:
    """Tell whether a fill, own or the taker's, was told since then (L-7)."""
    return where.last_fill_ms is not None and where.last_fill_ms >= since_ms


def send_again(draft: Draft) -> None:
    """Send the cancels again that never left, at the first event 250 ms later, connected and answered (L-5, L-14)."""
    if draft.state.waiting_since_ms is not None or not draft.state.orders.any_due(draft.now):
        return
    for order in list(draft.state.orders.values()):
        if order.resend_ms is not None and draft.now >= order.resend_ms:
            draft.cancel(order)


def ask_if_due(draft: Draft) -> None:
    """Send the query that is due: one at a time, repeated when unanswered, none while disconnected (L-7, L-7a)."""
    state, now = draft.state, draft.now
    if not state.connected or (state.last_query_ms is not None and now <= state.last_query_ms):
        return
    if state.query_ms is not None:
        if now - state.query_ms >= draft.config.sent_timeout_ms:
            draft.query()
        return
    if state.repeat_ms is not None and now >= state.repeat_ms:
        state.repeat_ms = None
        draft.query()
        return
    due = state.reconcile_asked or state.last_query_ms is None
    due = due or now - (state.last_query_ms or 0) >= draft.config.reconcile_interval_ms
    if due or (now - (state.last_answer_ms or 0) >= _ask_again_ms(draft) and unsettled(draft)):
        draft.query()


def _ask_again_ms(draft: Draft) -> int:
    """Return how long after an answer to ask again: within what L-7a allows."""
    return max(ASK_AGAIN_LEAST_MS, min(ASK_AGAIN_MS, draft.config.sent_timeout_ms))


def unsettled(draft: Draft) -> bool:
    """Tell whether an order, a rejected cancel, a close, a difference or L-9 waits for an answer (L-7a, L-9)."""
    state = draft.state
    if state.shutdown is ShutdownState.RUNNING and state.quiet_ms is not None:
        return True
    if any(w.suspect is not None or fills_untold(w) for w in state.markets.values()):
        return True
    return state.orders.any_due(draft.now) and any(_waited_for(draft, order) for order in state.orders.values())


def _waited_for(draft: Draft, order: Order) -> bool:
    """Tell whether the order is one that an answer must decide (L-6, L-7a)."""
    if order.doubtful or order.absent_once:
        return True
    return place_overdue(draft.config, order, draft.now) or cancel_overdue(draft.config, order, draft.now)
