"""Defects that were written blind, from the rules alone, and got past the specs of their day (docs/escapes.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from model.config import MakerConfig
from model.draft import Draft
from model.events import Connected, Event, Fill, TakerFill
from model.journal import Reply
from model.market import Market
from model.orders import Order
from model.state import MarketState, State
from specs.defects.defect import Defect, Patch


def _at_its_own_time(original: Any) -> Callable[..., tuple[State, Reply]]:
    def step(config: MakerConfig, state: State, event: Event) -> tuple[State, Reply]:
        earlier = state.fork()
        earlier.now_ms = min(state.now_ms, event.now_ms)
        answer: tuple[State, Reply] = original(config, earlier, event)
        return answer

    return step


def _gap_in_bps_of_the_mark(original: Any) -> Callable[..., bool]:
    def mark_usable(config: MakerConfig, oracle_px: Decimal | None, mark_px: Decimal | None) -> bool:
        swapped = oracle_px is not None and mark_px is not None and oracle_px > 0
        answer: bool = original(config, *((mark_px, oracle_px) if swapped else (oracle_px, mark_px)))
        return answer

    return mark_usable


def _statistics_all_the_same(original: Any) -> Callable[..., Any]:
    def statistics(draft: Draft, where: MarketState) -> Any:
        before = draft.config
        draft.config = replace(before, dynamic_offset_enabled=True)
        stats = original(draft, where)
        draft.config = before
        return stats

    return statistics


def _the_first_that_fits(original: Any) -> Callable[..., frozenset[str]]:
    def quoted_markets(config: MakerConfig, told: tuple[Market, ...]) -> frozenset[str]:
        kept = {market.name.rsplit(":", 1)[-1]: market for market in reversed(told)}
        found: frozenset[str] = original(config, tuple(kept.values()) if config.markets else told)
        return found

    return quoted_markets


def _whatever_the_age(original: Any) -> Callable[..., bool]:
    def new_risk_allowed(draft: Draft, where: MarketState) -> bool:
        before = draft.config
        draft.config = replace(before, oracle_max_age_ms=0)
        allowed: bool = original(draft, where)
        draft.config = before
        return allowed

    return new_risk_allowed


def _by_price(_original: Any) -> Callable[..., dict[int, Order]]:
    def match(new: Any) -> dict[int, Order]:
        standing = {order.px: order for order in reversed(new.live)}
        return {rung.level: standing[rung.px] for rung in new.rungs if rung.px in standing}

    return match


def _from_the_last_one(original: Any) -> Callable[..., Order]:
    def cancel_sent(order: Order, now_ms: int) -> Order:
        again: Order = original(order, now_ms)._replace(cancel_ms=now_ms)
        return again

    return cancel_sent


def _asked_once(original: Any) -> Callable[..., None]:
    def take(draft: Draft, event: Event) -> None:
        repeat_ms = draft.state.repeat_ms
        original(draft, event)
        if isinstance(event, Connected):
            draft.state.repeat_ms = repeat_ms

    return take


def _attempts_stay(original: Any) -> Callable[..., None]:
    def take_own(draft: Draft, where: MarketState, fill: Fill | TakerFill) -> None:
        made = where.attempts
        original(draft, where, fill)
        where.attempts += made

    return take_own


def _never_cleared(original: Any) -> Callable[..., None]:
    def schedule(draft: Draft, time_ms: int | None) -> None:
        if time_ms is not None:
            original(draft, time_ms)

    return schedule


def _remaining_told(_original: Any) -> property:
    return property(lambda order: max(order.remaining, Decimal(0)))


DEFECTS: tuple[Defect, ...] = (
    Defect(
        "time-runs-back",
        "An event that comes late is handled at its own, earlier time",
        ("N-5",),
        ("ROB-1",),
        (Patch("model.maker:step", _at_its_own_time),),
        tags=("blind",),
    ),
    Defect(
        "gap-of-the-mark",
        "The gap between oracle and mark is measured in bps of the mark",
        ("Q-0",),
        ("OFF-9",),
        (
            Patch("model.quoting:mark_usable", _gap_in_bps_of_the_mark),
            Patch("model.permission:mark_usable", _gap_in_bps_of_the_mark),
        ),
        tags=("blind",),
    ),
    Defect(
        "statistics-while-off",
        "The exponential ladder is stretched by the largest wick though the dynamic offset is off",
        ("Q-3", "C-1"),
        ("CFG-2",),
        (Patch("model.requote:_statistics", _statistics_all_the_same),),
        tags=("blind",),
    ),
    Defect(
        "first-of-two-markets",
        "A name in the config that fits two told markets silently means the first",
        ("C-1",),
        ("CFG-1",),
        (Patch("model.maker:quoted_markets", _the_first_that_fits),),
        tags=("blind",),
    ),
    Defect(
        "counter-on-stale-oracle",
        "An oracle price that is too old stops the ladder but not the counter-orders",
        ("Q-11", "L-8a"),
        ("OFF-9",),
        (Patch("model.answers:new_risk_allowed", _whatever_the_age),),
        tags=("blind",),
    ),
    Defect(
        "kept-by-price",
        "An order at the price of a new rung stays whatever is left of its size",
        ("L-3",),
        ("ORD-15",),
        (Patch("model.requote:_match", _by_price),),
        tags=("blind",),
    ),
    Defect(
        "switch-left-armed",
        "The dead man's switch is not cleared when the shutdown is done",
        ("L-10",),
        ("DMS-1",),
        (Patch("model.draft:Draft.schedule", _never_cleared),),
        tags=("blind",),
    ),
    Defect(
        "role-forgotten-early",
        "An ended order's role and level are forgotten after one minute",
        ("L-4",),
        ("CTR-7",),
        (Patch("model.memory:ROLE_MEMORY_MS", lambda _ms: 60_000),),
        tags=("blind",),
    ),
    Defect(
        "cancel-clock-restarts",
        "Each repetition of an unanswered cancel starts its time-out anew",
        ("L-6",),
        ("HLT-1",),
        (Patch("model.draft:cancel_sent", _from_the_last_one),),
        tags=("blind",),
    ),
    Defect(
        "reconnect-asked-once",
        "After a reconnect the query for own orders is not repeated",
        ("L-7",),
        ("ORD-14",),
        (Patch("model.maker:_take", _asked_once),),
        tags=("blind",),
    ),
    Defect(
        "attempts-not-given-back",
        "A new fill does not give back the attempts to close",
        ("L-9",),
        ("ORD-3",),
        (Patch("model.fills:_take_own", _attempts_stay),),
        tags=("blind",),
    ),
    Defect(
        "exposure-by-remaining-told",
        "A smaller remaining told before its fill lowers the exposure",
        ("I-5", "L-4"),
        ("INV-3",),
        (Patch("model.orders:Order.unfilled", _remaining_told),),
        tags=("blind",),
    ),
)
