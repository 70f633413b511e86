"""The defects of the production code as it was reviewed: every "as reviewed" remark of the rules, seen or missed.

`review`: the review itself reported it. The others are differences that it missed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from model.actions import Role, Side, Tif
from model.config import CounterTif, VelocityWeighting
from model.draft import Draft, Wanted
from model.market import Market
from model.orders import Order, OrderState
from model.state import MarketState
from specs.defects.defect import Defect, Patch

FOREIGN_PREFIX = "0xffffffff"


def configured(**values: object) -> Patch:
    """Return a patch that has the maker work with other values than the config says."""

    def make(original: Any) -> Callable[[Any, Any], Any]:
        return lambda self, start: original(self, replace(start, config=replace(start.config, **values)))

    return Patch("model.maker:Reference.start", make)


def _level_zero(original: Any) -> Callable[..., None]:
    def answer_fill(draft: Draft, where: MarketState, order: Order, px: Decimal, sz: Decimal) -> None:
        original(draft, where, order._replace(level=0) if order.level is not None else order, px, sz)

    return answer_fill


def _untracked_counter(original: Any) -> Callable[..., Order]:
    def place(draft: Draft, market: Market, wanted: Wanted) -> Order:
        prefix, counter = draft.state.prefix, wanted.role is Role.COUNTER
        if counter:
            draft.state.prefix, wanted = FOREIGN_PREFIX, replace(wanted, tif=Tif.GTC)
        order: Order = original(draft, market, wanted)
        draft.state.prefix = prefix
        if counter:
            del draft.state.orders[order.cloid]
        return order

    return place


def _mark_is_fill_price(original: Any) -> Callable[..., Any]:
    return lambda config, side, px, sz, level, _mark: original(config, side, px, sz, level, px)


def _uniform_size(original: Any) -> Callable[..., None]:
    def answer_fill(draft: Draft, where: MarketState, order: Order, px: Decimal, _sz: Decimal) -> None:
        uniform = draft.config.size_per_level_usd / px
        original(draft, where, order, px, uniform)

    return answer_fill


def _drop_unconfirmed(original: Any) -> Callable[..., None]:
    def cancel(draft: Draft, order: Order) -> None:
        if order.state is OrderState.SENT:
            draft.state.orders.pop(order.cloid, None)
        else:
            original(draft, order)

    return cancel


def _unless_weekend_only(original: Any) -> Callable[[Draft], Any]:
    return lambda draft: None if draft.config.weekend_only else original(draft)


def _no_window_when_weekend_only(original: Any) -> Callable[[Draft], None]:
    def run_sessions(draft: Draft) -> None:
        started_ms = draft.state.started_ms
        if draft.config.weekend_only:
            draft.state.started_ms = draft.now  # no window start ever lies between
        original(draft)
        draft.state.started_ms = started_ms

    return run_sessions


def _aggressive(original: Any) -> Callable[..., Decimal]:
    return lambda market, side, px: original(market, Side.SELL if side is Side.BUY else Side.BUY, px)


def _binary32(value: Decimal) -> float:
    single: float = struct.unpack("f", struct.pack("f", float(value)))[0]
    return single


def _power_in_binary32(_original: Any) -> Callable[[int, Decimal], tuple[Decimal, ...]]:
    def level_weights(num_levels: int, exponent: Decimal) -> tuple[Decimal, ...]:
        shares = (_binary32(Decimal(i) / (num_levels - 1)) for i in range(num_levels))
        return tuple(Decimal(_binary32(Decimal(share ** float(exponent)))) for share in shares)

    return level_weights


def _silent(original: Any) -> Callable[..., tuple[Any, Any, tuple[str, ...]]]:
    def told(stats: Any) -> tuple[Any, Any, tuple[str, ...]]:
        optimal, p100, _ = original(stats)
        return optimal, p100, ()

    return told


def _sorts_per_call(original: Any) -> Callable[..., Any]:
    return lambda config, samples: original(config, sorted(samples))


REVIEW = ("as-reviewed", "review")
MISSED = ("as-reviewed",)

DEFECTS: tuple[Defect, ...] = (
    Defect(
        "counter-untracked",
        "Counter-orders are good til cancelled and in no book: nothing cancels them, their fills count as the taker's",
        ("L-1", "L-8", "L-9", "I-0"),
        ("ORD-1", "FIL-2"),
        (
            Patch("model.draft:Draft.place", _untracked_counter),
            Patch("model.answers:_room", lambda _original: lambda *_args: True),
        ),
        finding="critical issue 1, concern 6",
        tags=REVIEW,
    ),
    Defect(
        "level-always-0",
        "Every order is tracked as level 0, so `counter_reversion_per_level` has no effect",
        ("L-1", "L-8"),
        ("CTR-1",),
        (Patch("model.fills:answer_fill", _level_zero),),
        finding="concern 1",
        tags=REVIEW,
    ),
    Defect(
        "data-corruption-silent",
        "NaN and infinite statistics become 0 without a warning",
        ("N-2",),
        ("OFF-7",),
        (Patch("model.quoting:_told", _silent),),
        finding="concern 4",
        tags=REVIEW,
    ),
    Defect(
        "power-in-binary32",
        "The level distribution's power is computed in binary32",
        ("N-3", "Q-3"),
        ("OFF-8",),
        (Patch("model.quoting:level_weights", _power_in_binary32),),
        finding="concern 3",
        tags=REVIEW,
    ),
    Defect(
        "velocity-without-threshold",
        "Five ticks of a hundredth of a basis point read as a full trend",
        ("W-1", "W-2"),
        ("VEL-2",),
        (configured(velocity_min_tick_bps=Decimal(0), velocity_weighting=VelocityWeighting.DIRECTION),),
        finding="concern 5",
        tags=REVIEW,
    ),
    Defect(
        "statistics-sorted-per-call",
        "Statistics sort the whole window each time they are computed",
        ("V-8",),
        ("VOL-7",),
        (Patch("model.volatility:statistics_of", _sorts_per_call),),
        finding="concern 7",
        tags=REVIEW,
    ),
    Defect(
        "counter-at-break-even",
        "The application passes the fill's own price as the mark: every counter-order stands at break-even",
        ("L-8",),
        ("CTR-1",),
        (Patch("model.answers:counter_order", _mark_is_fill_price),),
        tags=MISSED,
    ),
    Defect(
        "counter-size-uniform",
        "A counter-order's size is one uniform level, whatever was filled",
        ("L-8",),
        ("CTR-3",),
        (Patch("model.fills:answer_fill", _uniform_size),),
        tags=MISSED,
    ),
    Defect(
        "counter-unbounded",
        "Counter-orders are bounded neither in number nor in age",
        ("L-8a",),
        ("CTR-4",),
        (configured(counter_order_tif=CounterTif.GTC, counter_max_open=0, counter_max_age_ms=0),),
        tags=MISSED,
    ),
    Defect(
        "unconfirmed-forgotten",
        "Orders not yet confirmed are dropped from the books instead of cancelled",
        ("L-2",),
        ("ORD-1", "INV-3"),
        (Patch("model.draft:Draft.cancel", _drop_unconfirmed),),
        tags=MISSED,
    ),
    Defect(
        "shutdown-unreachable",
        "With `weekend_only` the check for the shutdown window is never reached",
        ("S-2", "S-3"),
        ("ORD-4",),
        (
            Patch("model.maker:run_sessions", _no_window_when_weekend_only),
            Patch("model.maker:begin_in_window", _unless_weekend_only),
            Patch("model.shutdown:_find_leftovers", _unless_weekend_only),
        ),
        tags=MISSED,
    ),
    Defect(
        "rounding-aggressive",
        "Prices are rounded towards the oracle: buys up, sells down",
        ("Q-9",),
        ("TCK-1",),
        (
            Patch("model.quoting:round_price", _aggressive),
            Patch("model.answers:round_price", _aggressive),
            Patch("model.attempts:round_price", _aggressive),
        ),
        tags=MISSED,
    ),
    Defect(
        "skew-under-the-fee",
        "The fee floor is applied before the skews only, so a skewed offset falls under it",
        ("Q-6",),
        ("OFF-3",),
        (configured(skew_respects_fee_floor=False),),
        tags=MISSED,
    ),
    Defect(
        "breakpoint-skips-zero",
        "Breakpoint pairs with lower value 0 are skipped: a calm market with rare spikes has optimum 0",
        ("V-4",),
        ("VOL-2",),
        (configured(breakpoint_floor_bps=Decimal(0)),),
        tags=MISSED,
    ),
    Defect(
        "wicks-never-age",
        "Last weekend's wicks are still valid six days later",
        ("V-9",),
        ("VOL-1",),
        (configured(wick_max_age_ms=0),),
        tags=MISSED,
    ),
    Defect(
        "wicks-without-gaps",
        "A second's wick ignores the move from the last price: one price per second means zero wicks only",
        ("V-10",),
        ("VOL-8",),
        (configured(wick_includes_gap=False),),
        tags=MISSED,
    ),
    Defect(
        "stale-oracle-quoted",
        "A ladder rests on an oracle price of any age",
        ("Q-11",),
        ("OFF-9",),
        (configured(oracle_max_age_ms=0),),
        tags=MISSED,
    ),
    Defect(
        "gap-unchecked",
        "A ladder is quoted however far mark and oracle lie apart",
        ("Q-0",),
        ("OFF-9",),
        (configured(max_oracle_mark_gap_bps=Decimal(0)),),
        tags=MISSED,
    ),
    Defect(
        "adverse-never-decays",
        "Adverse fills widen the spread for ever",
        ("I-6",),
        ("ADV-1",),
        (configured(adverse_decay_ms=0),),
        tags=MISSED,
    ),
)
