"""When a maker must have a cancel out, and from when its time for a duty counts. Shared by the monitors on orders."""

from __future__ import annotations

from decimal import Decimal

from model.actions import IOC
from specs.bounds import RETRY_MS
from specs.own import ZERO, OwnOrder
from specs.view import View


def cancel_missing(view: View, order: OwnOrder) -> bool:
    """Say whether no cancel of an order stands, although nothing excuses it (L-2, L-5, L-14).

    Excused: it ended by what was told; it never rests; a cancel is unanswered; one was refused, or an answer did not
    tell the order, and B-recover has not passed (`resting` or an answer decides, L-7a); one never left a moment ago,
    or the connection is lost (L-14); without `cancel_by_cloid` it was not yet told resting.
    """
    if not order.open_told or order.cancel_pending_ms is not None or order.place.tif is IOC:
        return False
    if order.told_resting_ms is None and "cancel_by_cloid" not in view.features:
        return False
    undecided_ms = max(order.cancel_refused_ms or 0, order.absent_ms or 0)
    if undecided_ms and not recovered(view, undecided_ms):
        return False
    return order.cancel_failed_ms is None or _retry_due(view, order.cancel_failed_ms)


def _retry_due(view: View, failed_ms: int) -> bool:
    """Say whether a cancel that never left must have been sent again: 250 ms and a timer later (L-5, L-14)."""
    if view.halts.reconciling:
        return False
    since_ms = max(failed_ms, view.halts.answered_ms)
    return view.event_ms > since_ms + RETRY_MS + view.bounds.timer_ms


def calm_since(view: View, since_ms: int) -> int | None:
    """Return from when a bound counts: `since_ms` or the last healed fault or regained connection; None in trouble."""
    healed_ms = view.healed_ms()
    if healed_ms is None or not view.connected or view.crashed:
        return None
    return max(since_ms, healed_ms, view.halts.connected_ms or 0, view.life_ms)


def recovered(view: View, since_ms: int, later_ms: int = 0) -> bool:
    """Say whether B-recover, or `later_ms` more, has passed since `since_ms`, undisturbed."""
    calm_ms = calm_since(view, since_ms)
    return calm_ms is not None and view.now_ms > calm_ms + view.bounds.recover_ms + later_ms


def shutdown_deadline(view: View) -> int | None:
    """Return when the shutdown in force must be finished (B-shutdown); None while a fault is active.

    It counts from the entrance, the last fault healed, own fill, refused sending, or the mark of a market with an own
    position becoming usable, whichever is latest.
    """
    stop = view.stops.current
    if stop is None or not view.stops.in_force(view.event_ms):
        return None
    base_ms = calm_since(view, max(stop.entered_ms, view.last_own_fill_ms, view.last_refusal_ms))
    if base_ms is None:
        return None
    for market in sorted(view.positions.mm):
        usable_ms = view.told_of(market).mark_usable_since_ms
        if usable_ms is not None and view.positions.mm[market] != 0:
            base_ms = max(base_ms, usable_ms)
    return base_ms + view.bounds.shutdown_ms


def told_closable(view: View, market: str) -> Decimal:
    """Return what, by every fair reading of what was told, a reduce-only order may close; 0 when in doubt (L-9)."""
    sizes = []
    for net, account in view.accounts(market):
        if net == 0 or account == 0 or (net > 0) != (account > 0):
            return ZERO
        sizes.append(min(abs(net), abs(account)))
    return min(sizes)


def attempts_spent(view: View, market: str) -> bool:
    """Say whether no attempt to close may be left, by a count that only a new fill gives back (L-9).

    A maker may as well begin a new count with each entrance to the shutdown.
    """
    return view.closes_made.get(market, 0) >= view.config.flatten_max_attempts


def had_last_word(order: OwnOrder) -> bool:
    """Say whether a close surely had its last word: refused, filled, or done with all the fills it names told (L-9)."""
    if order.ended_ms is None:
        return False
    if order.ended_by in ("filled", "rejected", "send_failed"):
        return True
    return order.ended_by == "done" and order.done_filled is not None and order.told_filled >= order.done_filled
