"""Defects of what is collected for a counter-order, tried, counted and aged; a position found, a mark gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from model.actions import Role
from model.draft import Draft
from model.inventory import Book
from model.orders import Answered, Order
from model.risk import DrawdownGate
from model.state import MarketState
from specs.defects.defect import Defect, Patch


def _for_nothing(original: type[Book]) -> Callable[..., Book]:
    return lambda net, **_entry: original(net)


def _past_the_gate(original: Any) -> Callable[[Draft, MarketState], bool]:
    def new_risk_allowed(draft: Draft, where: MarketState) -> bool:
        gate, draft.state.gate = draft.state.gate, DrawdownGate()
        allowed: bool = original(draft, where)
        draft.state.gate = gate
        return allowed

    return new_risk_allowed


def _when_it_turns(original: Any) -> Callable[[Draft, MarketState, Decimal], None]:
    def after_position_change(draft: Draft, where: MarketState, before: Decimal) -> None:
        if where.book.net * before < 0:
            original(draft, where, before)

    return after_position_change


def _counters(draft: Draft, where: MarketState) -> list[Order]:
    return [order for order in draft.orders_of(where.market.name) if order.role is Role.COUNTER]


def _without_the_cancelled(original: Any) -> Callable[..., bool]:
    def room(draft: Draft, where: MarketState, *order: Any) -> bool:
        config, most = draft.config, draft.config.counter_max_open
        going = sum(1 for other in _counters(draft, where) if other.cancel_requested)
        draft.config = replace(config, counter_max_open=most + going) if most else config
        found: bool = original(draft, where, *order)
        draft.config = config
        return found

    return room


def _from_the_last_change(original: Any) -> Callable[[Draft, MarketState], None]:
    def run_counters(draft: Draft, where: MarketState) -> None:
        config, now, most_ms = draft.config, draft.now, draft.config.counter_max_age_ms
        young = [o for o in _counters(draft, where) if now - o.changed_ms < most_ms <= now - o.sent_ms]
        draft.config = replace(config, counter_max_age_ms=0) if young else config
        original(draft, where)
        draft.config = config

    return run_counters


def _newest(original: Any) -> Callable[[Answered, Answered], Answered]:
    return lambda amount, other: replace(original(amount, other), tries=other.tries)


def _or_the_oracle(original: Any) -> Callable[..., Decimal | None]:
    return lambda config, where: original(config, where) or (where.oracle_px if where.mark_px is None else None)


DEFECTS: tuple[Defect, ...] = (
    Defect(
        "found-position-costs-nothing",
        "A position found at the start costs 0",
        ("S-5", "I-1"),
        ("INV-1",),
        (Patch("model.maker:Book", _for_nothing),),
        tags=("blind",),
    ),
    Defect(
        "counters-pass-the-shut-gate",
        "A counter-order goes out while the drawdown gate is shut",
        ("I-7", "L-8a"),
        ("HLT-1",),
        (Patch("model.answers:new_risk_allowed", _past_the_gate),),
        tags=("blind",),
    ),
    Defect(
        "collected-until-it-turns",
        "A collected amount is cleared when the position changes sides, not when it falls below the amount",
        ("L-8a",),
        ("CTR-3",),
        (Patch("model.fills:after_position_change", _when_it_turns),),
        tags=("blind",),
    ),
    Defect(
        "cancelled-counters-not-counted",
        "Counter-orders being cancelled are not counted among the open ones",
        ("L-8a",),
        ("CTR-4",),
        (Patch("model.answers:_room", _without_the_cancelled),),
        tags=("blind",),
    ),
    Defect(
        "age-from-the-last-change",
        "A counter-order's age is counted from its last change",
        ("L-8a",),
        ("CTR-4",),
        (Patch("model.maker:run_counters", _from_the_last_change),),
        tags=("blind",),
    ),
    Defect(
        "tries-of-the-newest",
        "Amounts that merge keep the newest number of tries, not the highest",
        ("L-8a",),
        ("CTR-3",),
        (Patch("model.orders:Answered.merged", _newest),),
        tags=("blind",),
    ),
    Defect(
        "close-without-a-mark",
        "A shutdown closes at the oracle price where the mark is told as gone",
        ("Q-0", "L-9"),
        ("OFF-9",),
        (Patch("model.shutdown:usable_mark", _or_the_oracle),),
        tags=("blind",),
    ),
)
