"""The other fair readings of the rules, each as the reference that takes it (docs/decisions.md).

A trace says what the reference does. Where a rule reads two ways, a maker that answers exactly as the reference would
by the other reading is not wrong: from there on it can't be compared. Any other answer differs.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from model.actions import Side
from model.answers import run_counters
from model.config import MakerConfig
from model.draft import Draft
from model.events import Fill, Start, TakerFill
from model.inventory import with_entry
from model.orders import Order
from model.permission import place_overdue
from model.quoting import Rung
from model.recall import known_order
from model.requote import watch_informative
from model.risk import Requests
from model.state import MarketState, ShutdownState, State
from model.volatility import read
from specs.defects.defect import Defect, Patch

Change = Callable[[Draft, MarketState, Decimal], None]


def _at_the_reserve(_original: Any) -> Callable[[Requests, MakerConfig], bool]:
    return lambda requests, config: requests.left() >= config.request_reserve


def _fallen(draft: Draft, where: MarketState, before: Decimal) -> None:
    """Clear what waits and is larger than the position now; what is under way is none of it, nor what came just now."""
    net = where.book.net
    flipped = net * before < 0
    if abs(net) >= abs(before) and not flipped:
        return
    for side in (Side.BUY, Side.SELL):
        waiting = where.collected(side)
        young = (where.market.name, side) in draft.collected
        if waiting is not None and not young and (flipped or abs(net) < waiting.size):
            where.collect(side, None)


def _collected_alone(_original: Any) -> Change:
    return _fallen


def _cleared_first(original: Any) -> Callable[..., None]:
    def answer(draft: Draft, where: MarketState, order: Order, fill: Fill | TakerFill) -> None:
        contained = where.contained_before_ms is not None and fill.time_ms < where.contained_before_ms
        moved = Decimal(0) if contained else fill.side.sign * fill.sz
        _fallen(draft, where, where.book.net - moved)
        original(draft, where, order, fill)

    return answer


def _counters_first(original: Any) -> Callable[[Draft, MarketState, bool], None]:
    def run_ladder(draft: Draft, where: MarketState, oracle_told: bool) -> None:
        run_counters(draft, where)
        original(draft, where, oracle_told=oracle_told)

    return run_ladder


def _anywhere_free(_original: Any) -> Callable[[list[Order], Rung], bool]:
    return lambda resting, rung: all(order.px != rung.px for order in resting)


def _armed_with_any(original: Any) -> Callable[[Draft], None]:
    def run_dead_man(draft: Draft) -> None:
        state, dead_man_ms = draft.state, draft.config.dead_man_ms
        if dead_man_ms and state.connected and state.armed_ms is None and state.orders:
            draft.schedule(draft.now + dead_man_ms)
            return
        original(draft)

    return run_dead_man


def _warned_at_once(original: Any) -> Callable[[Draft, Any], str | None]:
    def take_oracle(draft: Draft, event: Any) -> str | None:
        market: str | None = original(draft, event)
        if market is not None:
            where = draft.state.markets[market]
            where.wicks, stats = read(draft.config, where.wicks, draft.now)
            watch_informative(draft, where, stats)
        return market

    return take_oracle


def _entry_as_told(original: Any) -> Callable[[Draft, Start], None]:
    def take_account(draft: Draft, start: Start) -> None:
        original(draft, start)
        for position in start.positions:
            where = draft.state.markets.get(position.market)
            told = position.entry_px
            if where is not None and where.book.entry_unknown and told is not None and told > 0:
                where.book = with_entry(where.book, told)

    return take_account


def _unanswered_halts(original: Any) -> Callable[[MakerConfig, State], str | None]:
    def account_halt(config: MakerConfig, state: State) -> str | None:
        cause: str | None = original(config, state)
        waited = any(one.doubtful or place_overdue(config, one, state.now_ms) for one in state.orders.values())
        return cause or ("unanswered" if waited else None)

    return account_halt


def _own_by_name_only(original: Any) -> Callable[[Draft, Fill | TakerFill], bool]:
    def is_own(draft: Draft, fill: Fill | TakerFill) -> bool:
        named = fill.cloid is not None or known_order(draft, None, fill.oid) is not None
        return named and original(draft, fill)

    return is_own


def _latched(original: Any) -> Callable[[Draft], None]:
    def run_sessions(draft: Draft) -> None:
        state = draft.state
        weekend, before, reason = state.weekend, state.shutdown, state.shutdown_reason
        original(draft)
        if before is ShutdownState.DONE and state.shutdown is ShutdownState.NONE and state.weekend == weekend:
            state.shutdown, state.shutdown_reason = before, reason

    return run_sessions


def _renewed_offline(original: Any) -> Callable[[Draft], None]:
    def run_dead_man(draft: Draft) -> None:
        connected, draft.state.connected = draft.state.connected, True
        original(draft)
        draft.state.connected = connected

    return run_dead_man


READINGS = (
    Defect(
        "reserve-by-the-letter",
        "a placement may go out while exactly the reserve is left",
        ("L-12",),
        (),
        (Patch("model.risk:Requests.allows_place", _at_the_reserve),),
    ),
    Defect(
        "only-what-waits-is-cleared",
        "a fall of the net position clears what waits, not what is under way, nor what the same fill made",
        ("L-8a",),
        (),
        (
            Patch("model.fills:after_position_change", _collected_alone),
            Patch("model.fills:_answer", _cleared_first),
        ),
    ),
    Defect(
        "collected-before-the-ladder",
        "a collected amount goes out before the ladder of the same event",
        ("L-8a", "I-5"),
        (),
        (Patch("model.maker:run_ladder", _counters_first),),
    ),
    Defect(
        "pending-where-it-falls",
        "a pending rung, recomputed, is placed also where it falls inside a resting rung of a lower level",
        ("L-3", "Q-10"),
        (),
        (Patch("model.requote:_fits_between", _anywhere_free),),
    ),
    Defect(
        "armed-for-orders-found",
        "the dead man's switch is armed with the first own order known, also one found at the start",
        ("L-10",),
        (),
        (Patch("model.maker:_run_dead_man", _armed_with_any),),
    ),
    Defect(
        "warned-at-once",
        "uninformative statistics are warned of at each price, not when they are read",
        ("V-10",),
        (),
        (Patch("model.maker:_take_oracle", _warned_at_once),),
    ),
    Defect(
        "entry-as-told",
        "the entry that a start tells is the position's, not the mark",
        ("S-5",),
        (),
        (Patch("model.maker:_take_account", _entry_as_told),),
    ),
    Defect(
        "unanswered-halts-all",
        "an unanswered placement, or what is told `unknown`, halts quoting until it is answered",
        ("L-6",),
        (),
        (Patch("model.permission:account_halt", _unanswered_halts),),
    ),
    Defect(
        "own-by-name-only",
        "a fill that names no order is the maker's only where its number is an own order's",
        ("L-11",),
        (),
        (Patch("model.fills:_is_own", _own_by_name_only),),
    ),
    Defect(
        "switch-renewed-offline",
        "the dead man's switch is renewed while disconnected, too",
        ("L-10", "L-14"),
        (),
        (Patch("model.maker:_run_dead_man", _renewed_offline),),
    ),
    Defect(
        "latched-until-the-weekend",
        "a finished shutdown by the window is over with the next weekend, not when the quoting window opens",
        ("S-4", "L-9"),
        (),
        (Patch("model.maker:run_sessions", _latched),),
    ),
)
"""Each other reading by itself: the reference, changed in that alone."""

TOGETHER = Defect(
    "other-readings",
    "; ".join(one.title for one in READINGS),
    tuple(dict.fromkeys(rule for one in READINGS for rule in one.rules)),
    (),
    tuple(patch for one in READINGS for patch in one.patches),
)
"""All of them at once, for what follows from more than one."""
