"""Closing a position: one reduce-only IOC at a time, until its last word (I-4, L-9)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from model.actions import Role, Side, Tif
from model.arithmetic import BPS, ONE
from model.draft import Draft, Wanted
from model.market import round_price, round_size
from model.state import Attempt, MarketState


def may_close(draft: Draft, where: MarketState) -> bool:
    """Tell whether the next close may go out: the last one has had its last word, and long enough ago (I-4, L-9)."""
    if where.attempt is not None:
        return False
    return where.attempt_ms is None or draft.now - where.attempt_ms >= draft.config.requote_interval_ms


def close(draft: Draft, where: MarketState, size: Decimal, mark: Decimal) -> None:
    """Send one reduce-only IOC that closes `size` of the position at mark ∓ slippage (I-4, L-9, Q-9)."""
    side = Side.SELL if where.book.net > 0 else Side.BUY
    px = round_price(where.market, side, mark * (ONE + side.sign * draft.config.flatten_slippage_bps / BPS))
    sz = round_size(where.market, size)
    if px <= 0 or sz <= 0:
        return
    order = draft.place(where.market, Wanted(side, px, sz, Tif.IOC, Role.FLATTEN, reduce_only=True))
    where.attempt = Attempt(order.cloid, sz, draft.now)
    where.attempt_ms = draft.now


def attempt_filled(draft: Draft, where: MarketState, cloid: str, sz: Decimal) -> None:
    """Count a fill of the close in flight; with all the fills its `done` names it has had its last word (L-9)."""
    attempt = where.attempt
    if attempt is None or attempt.cloid != cloid:
        return
    where.attempt = replace(attempt, filled=attempt.filled + sz)
    _settle_if_told(where)


def attempt_done(draft: Draft, where: MarketState, cloid: str, filled_sz: Decimal) -> None:
    """Take the close's `done`; the fills that it names may still come (L-9)."""
    attempt = where.attempt
    if attempt is None or attempt.cloid != cloid:
        return
    where.attempt = replace(attempt, done_sz=filled_sz, ended_ms=attempt.ended_ms or draft.now)
    _settle_if_told(where)


def attempt_refused(draft: Draft, where: MarketState, cloid: str, *, rejected: bool) -> None:
    """End a close that the venue did not execute: it is not counted; a reject asks for a reconcile (L-9)."""
    if where.attempt is None or where.attempt.cloid != cloid:
        return
    where.attempt = None
    if rejected:
        draft.state.reconcile_asked = True


def attempt_lost(draft: Draft, where: MarketState, cloid: str) -> None:
    """Note that the close ended without naming its fills: two agreeing answers settle it (L-9)."""
    attempt = where.attempt
    if attempt is None or attempt.cloid != cloid or attempt.done_sz is not None:
        return
    where.attempt = replace(attempt, lost=True, ended_ms=draft.now)


def attempt_answered(draft: Draft, where: MarketState, query_ms: int, *, agrees: bool, corrected: bool) -> None:
    """Settle a close whose fills are untold, by answers asked for after its end (L-9, L-7a)."""
    attempt = where.attempt
    if attempt is None or attempt.ended_ms is None or query_ms <= attempt.ended_ms:
        return
    if corrected or (
        agrees and attempt.agreed_ms is not None and query_ms - attempt.agreed_ms >= draft.config.sent_timeout_ms
    ):
        _settle(where, executed=not attempt.lost)
    elif not agrees:
        where.attempt = replace(attempt, agreed_ms=None)
    elif attempt.agreed_ms is None:
        where.attempt = replace(attempt, agreed_ms=query_ms)


def fills_untold(where: MarketState) -> bool:
    """Tell whether a close has ended but its fills are not told (L-7a)."""
    return where.attempt is not None and where.attempt.ended_ms is not None


def _settle_if_told(where: MarketState) -> None:
    """End the attempt when the fills told make its whole size, or what its `done` names (L-9)."""
    attempt = where.attempt
    assert attempt is not None
    due = attempt.size if attempt.done_sz is None else attempt.done_sz
    if attempt.filled >= due:
        _settle(where, executed=True)


def _settle(where: MarketState, *, executed: bool) -> None:
    """Take the attempt's last word; only one that the venue executed is counted (L-9)."""
    where.attempt = None
    if executed:
        where.attempts += 1
