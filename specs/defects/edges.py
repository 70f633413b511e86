"""Defects that faults of two foreign makers showed to be missing: at edges, at odd prices, in long lives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from model.config import MakerConfig
from model.draft import Draft
from model.market import Market
from model.orders import Order
from model.state import MarketState
from specs.defects.defect import Defect, Patch


def _inward(original: Any) -> Callable[..., list[Any]]:
    def admitted(draft: Draft, where: MarketState, new: Any, kept: dict[int, Order]) -> list[Any]:
        found: list[Any] = original(draft, where, replace(new, rungs=tuple(reversed(new.rungs))), kept)
        return found[::-1]

    return admitted


def _once(original: Any) -> Callable[..., Any]:
    def aged(gate: Any, now_ms: int) -> Any:
        younger = original(gate, now_ms)
        return younger if younger is gate else type(gate)(younger.results, None)

    return aged


def _more_than_a_dollar(original: Any) -> Callable[..., bool]:
    def mark_usable(config: MakerConfig, oracle_px: Decimal | None, mark_px: Decimal | None) -> bool:
        return mark_px is not None and mark_px > 1 and original(config, oracle_px, mark_px)

    return mark_usable


def _of_confirmed_orders(original: Any) -> Callable[[Draft], bool]:
    def work_left(draft: Draft) -> bool:
        orders = draft.state.orders
        confirmed = any(order.seen_resting or order.role == "flatten" for order in orders.values())
        return original(draft) if confirmed or not orders else False

    return work_left


def _of_any_market(original: Any) -> Callable[..., str | None]:
    def halt_cause(draft: Draft, where: MarketState) -> str | None:
        causes = (original(draft, other) for other in draft.state.markets.values())
        return next((cause for cause in causes if cause is not None), None)

    return halt_cause


def _more_than_the_minimum(original: Any) -> Callable[..., bool]:
    def meets_minimum(market: Market, px: Decimal, sz: Decimal) -> bool:
        return original(market, px, sz) and px * sz != market.min_notional_usd

    return meets_minimum


DEFECTS: tuple[Defect, ...] = (
    Defect(
        "rungs-from-the-outermost",
        "Rungs are admitted to the exposure limit from the outermost inward",
        ("I-5",),
        ("INV-3",),
        (Patch("model.requote:_admitted", _inward),),
        tags=("blind",),
    ),
    Defect(
        "gate-forgets-once",
        "Once a loss has left it, the drawdown gate forgets nothing more",
        ("I-7",),
        ("ORD-6",),
        (Patch("model.risk:DrawdownGate.aged", _once),),
        tags=("blind",),
    ),
    Defect(
        "a-dollar-is-no-price",
        "A mark of a dollar or less counts as none",
        ("Q-0",),
        ("CFG-5",),
        (
            Patch("model.quoting:mark_usable", _more_than_a_dollar),
            Patch("model.permission:mark_usable", _more_than_a_dollar),
        ),
        tags=("blind",),
    ),
    Defect(
        "done-beside-the-unconfirmed",
        "The shutdown is done while an order that was never confirmed is still to end",
        ("L-9",),
        ("ORD-3",),
        (Patch("model.shutdown:_work_left", _of_confirmed_orders),),
        tags=("blind",),
    ),
    Defect(
        "stale-cancel-halts-all",
        "An unanswered cancel halts the other markets, too",
        ("L-6",),
        ("CFG-5",),
        (Patch("model.permission:halt_cause", _of_any_market),),
        tags=("blind",),
    ),
    Defect(
        "minimum-itself-too-small",
        "A rung worth exactly the venue's minimum is not sent",
        ("Q-9", "L-3"),
        ("ORD-15",),
        (Patch("model.quoting:meets_minimum", _more_than_the_minimum),),
        tags=("blind",),
    ),
)
