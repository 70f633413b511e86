"""Defects in the numbers of ladder, counter-orders and statistics: floors, units, signs and rounding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from model.arithmetic import ONE, ZERO
from model.market import Market, round_size
from specs.defects.defect import Defect, Patch


def _optimum_alone(_original: Any) -> Callable[..., Any]:
    return lambda num, optimal_bps, multiplier, _least, _fee: num.mul(optimal_bps, multiplier)


def _in_hundredths(original: Any) -> Callable[..., Any]:
    return lambda num, side, oracle_px, offset_bps: original(num, side, oracle_px, offset_bps / 100)


def _bending_back(original: Any) -> Callable[[int, Decimal], tuple[Decimal, ...]]:
    def level_weights(num_levels: int, exponent: Decimal) -> tuple[Decimal, ...]:
        return tuple(ONE - weight for weight in reversed(original(num_levels, exponent)))

    return level_weights


def _without_safety(original: Any) -> Callable[..., Any]:
    return lambda num, l0_bps, p100_bps, _safety, least: original(num, l0_bps, p100_bps, num.whole(1), least)


def _no_spacing(original: Any) -> Callable[..., Any]:
    return lambda num, l0_bps, _level, spacing_bps: original(num, l0_bps, 0, spacing_bps)


def _inventory_inverted(original: Any) -> Callable[..., tuple[Decimal, Decimal]]:
    return lambda config, side, ratio, trend: original(config, side, -ratio, trend)


def _one_lot_more(_original: Any) -> Callable[[Market, Decimal], Decimal]:
    def rounded_up(market: Market, sz: Decimal) -> Decimal:
        down = round_size(market, sz)
        return down if down == sz else down + Decimal(1).scaleb(-market.sz_decimals)

    return rounded_up


def _always(_original: Any) -> Callable[..., bool]:
    return lambda *_args: True


def _to_two_decimals(_original: Any) -> Callable[..., Decimal]:
    return lambda _market, _side, px: px.quantize(Decimal("0.0001"))


def _without_fee(original: Any) -> Callable[..., Any]:
    return lambda num, fill_px, mark_px, share, _fee: original(num, fill_px, mark_px, share, num.whole(0))


def _past_the_mark(original: Any) -> Callable[..., Any]:
    return lambda num, share, per_level, level, _most: original(num, share, per_level, level, num.whole(3))


def _wrong_way(original: Any) -> Callable[..., Any]:
    return lambda fill_side, fill_px, distance: original(fill_side, fill_px, -distance)


def _uncapped(original: Any) -> Callable[[Decimal, Decimal], Decimal]:
    return lambda high, low: (high - low) / ((high + low) / 2) * 10_000


def _late_tick_counts(original: Any) -> Callable[..., Any]:
    def record_tick(config: Any, state: Any, now_ms: int, px: Decimal) -> Any:
        last_ms = 0 if state.second is None else state.second * 1000
        return original(config, state, max(now_ms, last_ms), px)

    return record_tick


def _zero_counts(original: Any) -> Callable[..., Any]:
    def record_tick(config: Any, state: Any, now_ms: int, px: Decimal) -> Any:
        return original(config, state, now_ms, px if px > 0 else Decimal("0.000001"))

    return record_tick


def _each_tick_anchors(original: Any) -> Callable[..., Any]:
    def record_move(config: Any, state: Any, px: Decimal) -> Any:
        after = original(config, state, px)
        return replace(after, recorded_px=px) if px > 0 else after

    return record_move


def _flip_keeps_cost(original: Any) -> Callable[..., Any]:
    def booked(book: Any, side: Any, px: Decimal, sz: Decimal) -> Any:
        after = original(book, side, px, sz)
        return replace(after, cost=book.cost) if after.net * book.net < 0 else after

    return booked


def _without_cost(original: Any) -> Callable[..., Any]:
    def booked(book: Any, side: Any, px: Decimal, sz: Decimal) -> Any:
        after = original(book, side, px, sz)
        return replace(after, realised=ZERO)

    return booked


DEFECTS: tuple[Defect, ...] = (
    Defect(
        "dynamic-offset-without-floors",
        "The dynamic offset of the innermost rung has no floor of its own",
        ("Q-2",),
        ("OFF-1",),
        (Patch("model.quoting:dynamic_offset", _optimum_alone),),
    ),
    Defect(
        "bps-in-hundredths",
        "Basis points are taken for their hundredths: every rung stands a hundred times too near",
        ("Q-7", "Q-6"),
        ("OFF-1", "OFF-2", "OFF-3"),
        (Patch("model.quoting:quote_price", _in_hundredths),),
        tags=("incident",),
    ),
    Defect(
        "levels-crowd-outward",
        "Exponential levels crowd at the outer end instead of the inner one",
        ("Q-3",),
        ("OFF-4", "OFF-5"),
        (Patch("model.quoting:level_weights", _bending_back),),
    ),
    Defect(
        "outermost-without-safety",
        "The outermost level stands at the largest wick, without the safety multiplier",
        ("Q-3",),
        ("OFF-4", "CFG-3"),
        (Patch("model.quoting:outer_offset", _without_safety),),
    ),
    Defect(
        "levels-without-spacing",
        "All levels of a linear ladder stand at the innermost offset",
        ("Q-3",),
        ("OFF-4", "CFG-3"),
        (Patch("model.quoting:linear_offset", _no_spacing),),
    ),
    Defect(
        "inventory-skew-inverted",
        "A long position pulls bids in and pushes asks out",
        ("Q-4",),
        ("OFF-5",),
        (Patch("model.quoting:_side_skews", _inventory_inverted),),
    ),
    Defect(
        "sizes-rounded-up",
        "Sizes are rounded up to the lot",
        ("Q-9",),
        ("SIZ-1",),
        (Patch("model.quoting:round_size", _one_lot_more),),
    ),
    Defect(
        "minimum-unchecked",
        "Orders under the venue's minimum are sent",
        ("Q-9",),
        ("TCK-1",),
        (Patch("model.quoting:meets_minimum", _always), Patch("model.answers:meets_minimum", _always)),
    ),
    Defect(
        "figures-unlimited",
        "Prices keep four decimals, however many figures the venue allows",
        ("Q-9",),
        ("TCK-1",),
        (Patch("model.quoting:round_price", _to_two_decimals), Patch("model.answers:round_price", _to_two_decimals)),
    ),
    Defect(
        "counter-without-fee",
        "A counter-order may gain less than its fees",
        ("L-8",),
        ("CTR-2",),
        (Patch("model.counter:displacement", _without_fee),),
    ),
    Defect(
        "counter-past-the-mark",
        "The reversion has no upper bound",
        ("L-8",),
        ("CTR-2",),
        (Patch("model.counter:reversion", _past_the_mark),),
    ),
    Defect(
        "counter-on-the-losing-side",
        "A counter-order stands on the losing side of its fill",
        ("L-8",),
        ("CTR-2",),
        (Patch("model.counter:displaced", _wrong_way),),
        tags=("incident",),
    ),
    Defect(
        "wicks-uncapped",
        "A wick may be any size",
        ("V-2",),
        ("VOL-1",),
        (Patch("model.volatility:wick_bps", _uncapped),),
    ),
    Defect(
        "late-ticks-counted",
        "A tick of an earlier second widens the current one",
        ("V-1",),
        ("VOL-1",),
        (Patch("model.volatility:record_tick", _late_tick_counts), Patch("model.maker:record_tick", _late_tick_counts)),
    ),
    Defect(
        "zero-prices-counted",
        "A price of zero is a wick",
        ("V-1",),
        ("VOL-1",),
        (Patch("model.volatility:record_tick", _zero_counts), Patch("model.maker:record_tick", _zero_counts)),
        tags=("incident",),
    ),
    Defect(
        "tiny-moves-forgotten",
        "A move too small to count moves the price that the next is measured from: drifts are never seen",
        ("W-1",),
        ("VEL-1",),
        (Patch("model.velocity:record_move", _each_tick_anchors), Patch("model.maker:record_move", _each_tick_anchors)),
    ),
    Defect(
        "flip-keeps-the-cost",
        "After a flip the position has the old one's cost",
        ("I-1",),
        ("INV-1",),
        (Patch("model.fills:booked", _flip_keeps_cost),),
    ),
    Defect(
        "results-not-realised",
        "What a reduction gains or loses is not booked",
        ("I-1",),
        ("INV-1",),
        (Patch("model.fills:booked", _without_cost),),
    ),
)
