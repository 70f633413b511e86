"""The shutdown: every entrance to it, what it does until nothing is left, and when it is done (L-9, S-2, S-3, S-4)."""

from __future__ import annotations

from decimal import Decimal

from model.actions import Role
from model.answers import clear
from model.arithmetic import ZERO
from model.attempts import close, may_close
from model.draft import Draft
from model.market import round_size
from model.permission import usable_mark
from model.risk import Adverse
from model.session import latest_shutdown_start, quoting_window, shutdown_start_between, shutdown_window, weekend_of
from model.state import MarketState, ShutdownState
from model.velocity import VelocityState


def run_sessions(draft: Draft) -> None:
    """Follow the calendar: a new weekend, the shutdown window, its end (S-1, S-2, S-4)."""
    state, now = draft.state, draft.now
    weekend = weekend_of(now)
    if weekend > state.weekend:
        state.weekend = weekend
        _begin_weekend(draft)
    start_ms = shutdown_start_between(state.started_ms, now)
    if start_ms is not None and state.window_taken != start_ms:
        state.window_taken = start_ms
        enter_shutdown(draft, "window")
    over = state.shutdown is ShutdownState.DONE and not state.stopped
    if over and quoting_window(now, draft.config.weekend_only):
        state.shutdown, state.shutdown_reason = ShutdownState.NONE, ""


def _begin_weekend(draft: Draft) -> None:
    """Reset what does not outlive a weekend: velocity, adverse counts, collected amounts, the latch (S-4)."""
    for where in draft.state.markets.values():
        where.velocity = VelocityState()
        where.adverse = Adverse()
        where.ladder_due = True
        clear(where)
    if not draft.state.stopped:
        draft.state.shutdown, draft.state.shutdown_reason = ShutdownState.NONE, ""


def begin_in_window(draft: Draft) -> None:
    """Enter the shutdown at a start inside its window (S-3)."""
    if shutdown_window(draft.now):
        draft.state.window_taken = latest_shutdown_start(draft.now)
        enter_shutdown(draft, "window")


def stop(draft: Draft, reason: str) -> None:
    """Enter the shutdown by a signal or a hard stop: for the rest of this life (L-9, S-4)."""
    draft.state.stopped = reason
    enter_shutdown(draft, reason)


def enter_shutdown(draft: Draft, reason: str) -> None:
    """Begin L-9, or keep it running; every market has all its attempts again."""
    state = draft.state
    if state.shutdown is ShutdownState.RUNNING:
        return
    state.shutdown, state.shutdown_reason, state.quiet_ms = ShutdownState.RUNNING, reason, None
    for where in state.markets.values():
        where.attempts = 0
    draft.say("info", "shutdown_started", None, f"shutting down: {reason}", ("reason", reason))


def run_shutdown(draft: Draft) -> None:
    """Do what L-9 can do now: cancel everything own, close what can be closed, notice the end (L-9, S-3)."""
    state = draft.state
    _find_leftovers(draft)
    if state.shutdown is ShutdownState.DONE and _work_left(draft):
        state.shutdown, state.quiet_ms = ShutdownState.RUNNING, None
    if state.shutdown is not ShutdownState.RUNNING:
        return
    for order in list(state.orders.values()):
        if not order.cancel_requested and order.role is not Role.FLATTEN:
            draft.cancel(order)
    for where in state.markets.values():
        clear(where)
        _close(draft, where)
    if _work_left(draft):
        state.quiet_ms = None
    elif state.quiet_ms is None:
        state.quiet_ms = draft.now
        state.reconcile_asked = True


def _find_leftovers(draft: Draft) -> None:
    """Begin L-9 for own orders or an MM position found outside the quoting window (S-3)."""
    state = draft.state
    if state.shutdown is not ShutdownState.NONE or quoting_window(draft.now, draft.config.weekend_only):
        return
    if state.orders or any(where.book.net != 0 for where in state.markets.values()):
        enter_shutdown(draft, "outside_window")


def _work_left(draft: Draft) -> bool:
    """Tell whether an own order is live, or a position has a close in flight or an attempt left (L-9)."""
    if draft.state.orders:
        return True
    return any(w.attempt is not None or _attempt_left(draft, w) for w in draft.state.markets.values())


def _attempt_left(draft: Draft, where: MarketState) -> bool:
    """Tell whether the position can be closed further: a usable mark, attempts left, not blocked by the taker (L-9)."""
    if where.book.net == 0 or usable_mark(draft.config, where) is None:
        return False
    return where.attempts < draft.config.flatten_max_attempts and closable(where) > 0


def closable(where: MarketState) -> Decimal:
    """Return what of the MM part a reduce-only order may close: the account's net position allows no more (L-9)."""
    net, account = where.book.net, where.book.net + where.taker_net
    if net == 0 or account == 0 or (net > 0) != (account > 0):
        return ZERO
    return round_size(where.market, min(abs(net), abs(account)))


def _close(draft: Draft, where: MarketState) -> None:
    """Send the next close if one is due, and report what the taker's position blocks (L-9)."""
    mark = usable_mark(draft.config, where)
    if where.book.net == 0 or mark is None:
        return
    size = closable(where)
    if size < abs(where.book.net):
        blocked = abs(where.book.net) - size
        text = f"{blocked} of the position {where.book.net} can't be closed beside the taker's {where.taker_net}"
        draft.say_once(where, "warn", "close_blocked_by_taker", text)
    if _attempt_left(draft, where) and may_close(draft, where):
        close(draft, where, size, mark)


def finish_shutdown(draft: Draft, query_ms: int, agreed: bool) -> None:
    """Finish L-9 by an answer that tells no own order and the books' positions, asked for after all ended (L-9)."""
    state = draft.state
    if state.shutdown is not ShutdownState.RUNNING or state.quiet_ms is None or query_ms < state.quiet_ms:
        return
    if not agreed or not state.settled or _work_left(draft):
        return
    state.shutdown, state.quiet_ms = ShutdownState.DONE, None
    still_open = tuple((name, str(w.book.net)) for name, w in state.markets.items() if w.book.net != 0)
    text = "no own order is left" + (f", open positions: {still_open}" if still_open else " and no position")
    draft.say("info", "shutdown_done", None, text, ("reason", state.shutdown_reason), *still_open)
    if state.armed_ms is not None:
        draft.schedule(None)
