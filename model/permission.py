"""What may be sent now: halts, usable prices, the quoting window, emergency (L-6, L-14, I-3, I-4, I-7, I-8, Q-0, Q-11).

Missing input is never permission (N-6): each function answers from what was told, and says no without it.
"""

from __future__ import annotations

from decimal import Decimal

from model.actions import Role, Side
from model.arithmetic import ZERO
from model.config import MakerConfig
from model.draft import Draft
from model.inventory import ratio
from model.live import cancel_timeout_ms
from model.orders import Order
from model.quoting import mark_usable, prices_usable
from model.session import quoting_window
from model.state import MarketState, ShutdownState, State, Valuation


def valued(config: MakerConfig, where: MarketState) -> Valuation:
    """Return what the prices and the position last told say of each other, computed when one of them has changed."""
    known, net = where.valued, where.book.net
    if known is None or not (
        known.net is net and known.mark_px is where.mark_px and known.oracle_px is where.oracle_px
    ):
        known = where.valued = _valuation(config, where.oracle_px, where.mark_px, net)
    return known


def _valuation(config: MakerConfig, oracle_px: Decimal | None, mark_px: Decimal | None, net: Decimal) -> Valuation:
    """Hold prices and position against the config's limits (Q-0, I-2, I-3, I-4)."""
    mark = mark_px if mark_usable(config, oracle_px, mark_px) else None
    at_mark = ZERO if net == 0 or mark_px is None or mark_px <= 0 else ratio(config, net, mark_px)
    size = abs(at_mark)
    return Valuation(
        oracle_px,
        mark_px,
        net,
        usable=prices_usable(config, oracle_px, mark_px),
        mark=mark,
        ratio=at_mark,
        warned=size >= config.inventory_warn_ratio,
        emergency=net != 0 and mark is not None and size >= config.inventory_emergency_ratio,
    )


def usable_mark(config: MakerConfig, where: MarketState) -> Decimal | None:
    """Return the mark if it is usable: positive and, with an oracle told, within the gap (Q-0)."""
    return valued(config, where).mark


def inventory_ratio(config: MakerConfig, where: MarketState) -> Decimal:
    """Return the ratio at the mark as last told, 0 while none is told (I-2)."""
    return valued(config, where).ratio


def warned(config: MakerConfig, where: MarketState) -> bool:
    """Tell whether the position is at its warning ratio or over (I-3)."""
    return valued(config, where).warned


def in_emergency(config: MakerConfig, where: MarketState) -> bool:
    """Tell whether the position is at its emergency ratio or over, by a usable mark (I-4)."""
    return valued(config, where).emergency


def cancel_overdue(config: MakerConfig, order: Order, now_ms: int) -> bool:
    """Tell whether the order's cancel is unanswered for too long (L-6)."""
    return order.cancel_ms is not None and now_ms - order.cancel_ms >= cancel_timeout_ms(config)


def place_overdue(config: MakerConfig, order: Order, now_ms: int) -> bool:
    """Tell whether the order's placement is unanswered for too long, a cancel requested meanwhile or not (L-6)."""
    return not order.seen_resting and now_ms - order.sent_ms >= config.sent_timeout_ms


def account_halt(config: MakerConfig, state: State) -> str | None:
    """Return why quoting is halted in all markets, or None (L-6, I-7, L-14, S-5)."""
    if state.stopped:
        return state.stopped
    if state.waiting_since_ms is not None:
        return "disconnect"
    if not state.settled:
        return "start"
    if state.gate.shut(config):
        return "drawdown"
    return None


def halt_cause(draft: Draft, where: MarketState) -> str | None:
    """Return why quoting is halted in this market, or None; a halt ends with its cause (L-6)."""
    cause = account_halt(draft.config, draft.state)
    if cause is None and draft.config.stale_cancel_timeout_ms > 0 and draft.state.orders.any_due(draft.now):
        name, config, now = where.market.name, draft.config, draft.now
        if any(o.market == name and cancel_overdue(config, o, now) for o in draft.state.orders.values()):
            return "stale_cancel"
    return cause


def oracle_fresh(config: MakerConfig, where: MarketState, now_ms: int) -> bool:
    """Tell whether the told oracle price is young enough for a ladder; a limit of 0 asks for no age (Q-11)."""
    if where.oracle_px is None:
        return False
    return config.oracle_max_age_ms == 0 or now_ms - where.oracle_ms <= config.oracle_max_age_ms


def new_risk_allowed(draft: Draft, where: MarketState) -> bool:
    """Tell whether a counter-order or a rung may be sent at all here and now (S-1, L-6, I-4, Q-0, Q-11, section 9)."""
    config, state = draft.config, draft.state
    return (
        session_open(draft)
        and state.shutdown is ShutdownState.NONE
        and oracle_fresh(config, where, draft.now)
        and usable_mark(config, where) is not None
        and halt_cause(draft, where) is None
        and not in_emergency(config, where)
    )


def session_open(draft: Draft) -> bool:
    """Tell whether it is time to quote and the maker is enabled (S-1, section 9)."""
    return draft.config.enabled and quoting_window(draft.now, draft.config.weekend_only)


def ladder_allowed(draft: Draft, where: MarketState) -> bool:
    """Tell whether this market's ladder may rest: configured, usable and fresh prices, no halt (Q-0, Q-11, L-6)."""
    return where.quoted and valued(draft.config, where).usable and new_risk_allowed(draft, where)


def meets_own(draft: Draft, market: str, side: Side, px: Decimal) -> bool:
    """Tell whether an order at `px` would meet an own order of the other side that may be live (L-13)."""
    for order in draft.state.orders.values():
        if order.side is side or order.market != market:
            continue
        if order.px <= px if side is Side.BUY else order.px >= px:
            return True
    return False


def resting_ladder(draft: Draft, market: str) -> list[Order]:
    """Return the market's ladder orders without a cancel requested, in order of sending."""
    return [o for o in draft.orders_of(market) if o.role is Role.LADDER and not o.cancel_requested]
