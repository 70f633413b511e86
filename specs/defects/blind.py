"""Defects that were written blind, from the rules alone, and got past the specs of their day (docs/escapes.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from model.config import MakerConfig
from model.draft import Draft
from model.events import Event
from model.journal import Reply
from model.market import Market
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
)
