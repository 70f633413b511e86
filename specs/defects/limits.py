"""Defects of limits, halts and gates: what should hold new risk back and does not, or holds back for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from model.arithmetic import ZERO
from model.draft import Draft
from model.inventory import exposure
from model.orders import Order
from specs.defects.defect import Defect, Patch


def _never(_original: Any) -> Callable[..., bool]:
    return lambda *_args, **_kwargs: False


def _booked_when_sent(original: Any) -> Callable[..., None]:
    def close(draft: Draft, where: Any, size: Decimal, mark: Decimal) -> None:
        original(draft, where, size, mark)
        where.book = replace(where.book, net=ZERO, cost=ZERO)

    return close


def _in_flight_too(original: Any) -> Callable[[Draft, Any], bool]:
    return lambda draft, where: original(draft, where) or (where.attempt is not None and draft.now > where.attempt_ms)


def _without_the_cancelled(_original: Any) -> Callable[..., Any]:
    return lambda net, orders, **_cancelled_too: exposure(net, orders, cancelled_too=False)


def _only_new_orders(original: Any) -> Callable[..., bool]:
    return lambda _config, _where: False


def _every_fill(original: Any) -> Callable[..., None]:
    return lambda draft, where, order, fill: original(draft, where, order._replace(filled=fill.sz), fill)


def _all_leave(_original: Any) -> Callable[..., Any]:
    def aged(gate: Any, now_ms: int) -> Any:
        young = gate.oldest_ms is None or now_ms - gate.oldest_ms < 3_600_000
        return gate if young else type(gate)()

    return aged


def _no_reason_but_own(original: Any) -> Callable[..., str | None]:
    def account_halt(config: Any, state: Any) -> str | None:
        cause: str | None = original(config, state)
        return None if cause == "disconnect" else cause

    return account_halt


def _without_stale_cancels(_original: Any) -> Callable[..., str | None]:
    from model.permission import account_halt

    return lambda draft, _where: account_halt(draft.config, draft.state)


def _halted_for_ever(original: Any) -> Callable[..., str | None]:
    def halt_cause(draft: Draft, where: Any) -> str | None:
        cause: str | None = original(draft, where)
        if cause == "stale_cancel":
            where.reported |= {cause}
        return "stale_cancel" if "stale_cancel" in where.reported else cause

    return halt_cause


def _own_results_too(original: Any) -> Callable[..., None]:
    def take_own(draft: Draft, where: Any, fill: Any) -> None:
        original(draft, where, fill)
        draft.state.gate = draft.state.gate.with_result(fill.time_ms, fill.closed_pnl - fill.fee)

    return take_own


def _without_fees(original: Any) -> Callable[..., None]:
    return lambda draft, where, fill: original(draft, where, replace(fill, fee=ZERO))


def _only_with_budget(original: Any) -> Callable[[Draft, Order], None]:
    def cancel(draft: Draft, order: Order) -> None:
        if draft.state.requests.allows_place(draft.config):
            original(draft, order)

    return cancel


def _oracle_instead(original: Any) -> Callable[..., Any]:
    def take_oracle(draft: Draft, event: Any) -> Any:
        return original(draft, event if event.mark_px is not None else replace(event, mark_px=event.oracle_px))

    return take_oracle


DEFECTS: tuple[Defect, ...] = (
    Defect(
        "close-booked-when-sent",
        "The books are flat as soon as the close is sent, executed or not",
        ("I-1", "L-9"),
        ("INV-1",),
        (Patch("model.shutdown:close", _booked_when_sent), Patch("model.maker:close", _booked_when_sent)),
        tags=("incident",),
    ),
    Defect(
        "close-repeated-in-flight",
        "The next close goes out before the last one's word is told",
        ("I-4", "L-9"),
        ("INV-2",),
        (Patch("model.shutdown:may_close", _in_flight_too), Patch("model.maker:may_close", _in_flight_too)),
        tags=("incident",),
    ),
    Defect(
        "emergency-not-closed",
        "Nothing is closed at the emergency ratio",
        ("I-4",),
        ("INV-2",),
        (Patch("model.maker:in_emergency", _never),),
    ),
    Defect(
        "warning-not-acted-on",
        "At the warning ratio orders that add stay, and new ones go out",
        ("I-3",),
        ("INV-2",),
        (
            Patch("model.maker:warned", _only_new_orders),
            Patch("model.requote:warned", _only_new_orders),
            Patch("model.answers:warned", _only_new_orders),
        ),
    ),
    Defect(
        "cancelled-orders-not-counted",
        "Orders whose cancel is under way do not count as exposure",
        ("I-5",),
        ("INV-3",),
        (Patch("model.requote:exposure", _without_the_cancelled),),
        tags=("incident",),
    ),
    Defect(
        "own-orders-met",
        "Orders are sent at prices that meet own ones",
        ("L-13",),
        ("ORD-9",),
        (Patch("model.requote:meets_own", _never), Patch("model.answers:meets_own", _never)),
        tags=("incident",),
    ),
    Defect(
        "part-fills-adverse",
        "Each part fill of one order counts as adverse",
        ("I-6",),
        ("ADV-1",),
        (Patch("model.fills:_answer", _every_fill),),
    ),
    Defect(
        "quotes-while-disconnected",
        "A lost connection does not halt quoting",
        ("L-14", "L-6"),
        ("HLT-1",),
        (Patch("model.permission:account_halt", _no_reason_but_own),),
    ),
    Defect(
        "stale-cancel-goes-on",
        "An unanswered cancel does not halt its market",
        ("L-6",),
        ("HLT-1",),
        (Patch("model.permission:halt_cause", _without_stale_cancels),),
    ),
    Defect(
        "stale-cancel-halts-for-ever",
        "The halt of an unanswered cancel never ends",
        ("L-6",),
        ("ORD-6",),
        (Patch("model.permission:halt_cause", _halted_for_ever),),
        tags=("incident",),
    ),
    Defect(
        "own-losses-shut-the-gate",
        "The maker's own results count in the other strategy's drawdown",
        ("I-7",),
        ("RSK-1",),
        (Patch("model.fills:_take_own", _own_results_too),),
        tags=("incident",),
    ),
    Defect(
        "gate-without-fees",
        "The drawdown is summed without fees",
        ("I-7",),
        ("HLT-1",),
        (Patch("model.fills:_take_takers", _without_fees),),
    ),
    Defect(
        "gate-forgets-all-at-once",
        "When the oldest loss is an hour old, all younger ones are forgotten with it",
        ("I-7",),
        ("HLT-1",),
        (Patch("model.risk:DrawdownGate.aged", _all_leave),),
    ),
    Defect(
        "reserve-holds-cancels",
        "Cancels wait for the request budget as placements do",
        ("L-12", "I-8"),
        ("ORD-5", "STL-1"),
        (Patch("model.draft:Draft.cancel", _only_with_budget),),
        tags=("incident",),
    ),
    Defect(
        "oracle-for-a-missing-mark",
        "Where no mark is told the oracle price stands in for it",
        ("Q-0", "N-6"),
        ("OFF-9",),
        (Patch("model.maker:_take_oracle", _oracle_instead),),
    ),
)
