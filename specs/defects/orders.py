"""Defects in the life of orders, halts, requests and the log: each the smallest change that breaks one rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from model.actions import Role
from model.config import MakerConfig
from model.draft import Draft
from model.events import Event, SendFailed
from model.market import Market
from model.orders import Order
from model.session import quoting_window
from model.state import MarketState, ShutdownState
from specs.defects.defect import Defect, Patch


def _reconnect_never_ends(original: Any) -> Callable[..., Any]:
    def take_answer(draft: Draft, event: Any) -> Any:
        waiting_since_ms = draft.state.waiting_since_ms
        agreed = original(draft, event)
        draft.state.waiting_since_ms = waiting_since_ms
        return agreed

    return take_answer


def _no_old_ladder(_original: Any) -> Callable[..., list[Order]]:
    return lambda _draft, _market: []


def _always(_original: Any) -> Callable[..., bool]:
    return lambda *_args: True


def _nothing_matches(_original: Any) -> Callable[..., dict[int, Order]]:
    return lambda _new: {}


def _back_at_once(original: Any) -> Callable[..., None]:
    def run_ladder(draft: Draft, where: MarketState, oracle_told: bool) -> None:
        freed = where.market.name in draft.freed
        where.ladder_due = where.ladder_due or freed
        original(draft, where, oracle_told or freed)

    return run_ladder


def _failed_cancel_stands(original: Any) -> Callable[..., None]:
    def take_word(draft: Draft, event: Event) -> None:
        if isinstance(event, SendFailed) and event.action == "cancel":
            return
        original(draft, event)

    return take_word


def _armed_once(original: Any) -> Callable[[Draft], None]:
    def run_dead_man(draft: Draft) -> None:
        if draft.state.armed_ms is None:
            original(draft)

    return run_dead_man


def _counters_swept(original: Any) -> Callable[..., list[Order]]:
    def resting_ladder(draft: Draft, market: str) -> list[Order]:
        counters = [o for o in draft.orders_of(market) if o.role is Role.COUNTER and not o.cancel_requested]
        return [*original(draft, market), *counters]

    return resting_ladder


def _done_too_early(original: Any) -> Callable[..., None]:
    def enter_shutdown(draft: Draft, reason: str) -> None:
        running = draft.state.shutdown is ShutdownState.RUNNING
        original(draft, reason)
        if not running:
            draft.say("info", "shutdown_done", None, "shutting down", ("reason", reason))

    return enter_shutdown


def _every_market(_original: Any) -> Callable[..., frozenset[str]]:
    return lambda _config, told: frozenset(market.name for market in told)


def _full_names_only(original: Any) -> Callable[..., frozenset[str]]:
    def quoted_markets(config: MakerConfig, told: tuple[Market, ...]) -> frozenset[str]:
        found: frozenset[str] = original(config, told)
        return frozenset(name for name in found if not config.markets or name in config.markets)

    return quoted_markets


def _records_in_the_window(original: Any) -> Callable[..., Any]:
    def record_tick(config: MakerConfig, wicks: Any, now_ms: int, px: Any) -> Any:
        return original(config, wicks, now_ms, px) if quoting_window(now_ms, config.weekend_only) else (wicks, None)

    return record_tick


def _each_ten_minutes(original: Any) -> Any:
    return 10 * original


DEFECTS: tuple[Defect, ...] = (
    Defect(
        "halt-outlives-reconnect",
        "The halt of a lost connection goes on after the answer that should end it",
        ("L-6", "L-14"),
        ("ORD-6",),
        (Patch("model.maker:take_answer", _reconnect_never_ends),),
    ),
    Defect(
        "old-ladder-left",
        "A requote places the new ladder beside the old one",
        ("L-3",),
        ("ORD-8", "STL-1"),
        (Patch("model.requote:resting_ladder", _no_old_ladder),),
    ),
    Defect(
        "requote-on-every-price",
        "Every oracle update is a requote, however soon and however little has moved",
        ("L-3",),
        ("ORD-10",),
        (Patch("model.requote:_requote_due", _always),),
    ),
    Defect(
        "replaced-by-its-like",
        "A requote cancels rungs that stand right already, and places the same again",
        ("L-3",),
        ("ORD-10",),
        (Patch("model.requote:_match", _nothing_matches),),
    ),
    Defect(
        "rung-back-at-once",
        "A filled, rejected or cancelled rung is placed again at once instead of with the next requote",
        ("L-3",),
        ("ORD-10",),
        (Patch("model.maker:run_ladder", _back_at_once),),
    ),
    Defect(
        "reserve-spent",
        "Placements go on into the reserve of requests that cancels and closes need",
        ("L-12",),
        ("ORD-10",),
        (Patch("model.risk:Requests.allows_place", _always),),
    ),
    Defect(
        "failed-cancel-stands",
        "A cancel that never left counts as sent",
        ("L-5",),
        ("ORD-13", "ORD-5"),
        (Patch("model.maker:take_word", _failed_cancel_stands),),
    ),
    Defect(
        "dead-man-armed-once",
        "The dead man's switch is armed with the first order and never renewed",
        ("L-10",),
        ("DMS-1",),
        (Patch("model.maker:_run_dead_man", _armed_once),),
    ),
    Defect(
        "counters-swept-by-requote",
        "A requote clears the whole market, counter-orders included",
        ("L-8a", "L-3"),
        ("CTR-6",),
        (Patch("model.requote:resting_ladder", _counters_swept),),
    ),
    Defect(
        "shutdown-done-too-early",
        "The shutdown is logged as done when it begins",
        ("L-9",),
        ("LOG-1",),
        (Patch("model.shutdown:enter_shutdown", _done_too_early),),
    ),
    Defect(
        "wick-stats-rarely",
        "Wick statistics are logged each ten minutes",
        ("V-7",),
        ("LOG-1",),
        (Patch("model.maker:WICK_STATS_EVERY_MS", _each_ten_minutes),),
    ),
    Defect(
        "every-market-quoted",
        "The list of markets is ignored: whatever the venue tells is quoted",
        ("C-1",),
        ("CFG-5",),
        (Patch("model.maker:quoted_markets", _every_market),),
    ),
    Defect(
        "short-names-ignored",
        "A market that the config names without its dex is not quoted",
        ("C-1",),
        ("CFG-5",),
        (Patch("model.maker:quoted_markets", _full_names_only),),
    ),
    Defect(
        "recording-stops-with-the-window",
        "Ticks outside the quoting window are not recorded",
        ("V-7",),
        ("VOL-6",),
        (Patch("model.maker:record_tick", _records_in_the_window),),
    ),
)
