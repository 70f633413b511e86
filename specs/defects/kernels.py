"""Defects in the pure kernels and in the books: wrong numbers, each by a change of a line or two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from model.actions import Side
from model.arithmetic import ONE
from model.config import LevelDistribution, MakerConfig, SizeDistribution, VelocityWeighting
from specs.defects.defect import Defect, Patch


def _statistics_always(original: Any) -> Callable[[MakerConfig, Decimal | None], Decimal]:
    return lambda config, optimal: original(replace(config, dynamic_offset_enabled=True), optimal)


def _velocity_inverted(original: Any) -> Callable[..., tuple[Decimal, Decimal]]:
    return lambda config, side, ratio, trend: original(config, side, ratio, -trend)


def _in_cents(original: Any) -> Callable[..., Any]:
    def quote_price(numbers: Any, side: Side, oracle_px: Any, offset_bps: Any) -> Any:
        px = original(numbers, side, oracle_px, offset_bps)
        return px.quantize(Decimal("0.01")) if isinstance(px, Decimal) else px

    return quote_price


def _unclamped(_original: Any) -> Callable[[Any, Any, Any], Any]:
    return lambda value, _low, _high: value


def _shaped_alone(original: Any) -> Callable[..., Any]:
    def base_offsets(config: MakerConfig, multiplier: Decimal, stats: Any) -> Any:
        offsets, warnings = original(config, multiplier, stats)
        alone = config.num_levels == 1 and config.level_distribution is LevelDistribution.EXPONENTIAL
        return ([offsets[0] + config.min_range_width_bps] if alone else offsets), warnings

    return base_offsets


def _sizes_reversed(original: Any) -> Callable[..., tuple[Decimal, ...]]:
    def level_sizes_usd(num_levels: int, distribution: SizeDistribution, *sizes: Decimal) -> tuple[Decimal, ...]:
        found: tuple[Decimal, ...] = original(num_levels, distribution, *sizes)
        return found[::-1]

    return level_sizes_usd


def _truncated(_original: Any) -> Callable[[int, int], int]:
    return lambda per_mille, count: per_mille * (count - 1) // 1000


def _below_the_cliff(original: Any) -> Callable[..., int]:
    def breakpoint_index(config: MakerConfig, values: Sequence[float]) -> int:
        found: int = original(config, values)
        return found - 1 if values[found] > values[found - 1] else found

    return breakpoint_index


def _cache_kept(original: Any) -> Callable[..., Any]:
    def open_second(config: MakerConfig, state: Any, now_ms: int, px: Decimal) -> Any:
        return replace(original(config, state, now_ms, px), cached=state.cached, cached_ms=state.cached_ms)

    return open_second


def _share_of_ups(original: Any) -> Callable[..., Decimal]:
    return lambda config, state: (original(config, state) + ONE) / 2


def _by_direction(original: Any) -> Callable[..., Decimal]:
    return lambda config, state: original(replace(config, velocity_weighting=VelocityWeighting.DIRECTION), state)


def _small_moves_fade(original: Any) -> Callable[..., Decimal]:
    def trend(config: MakerConfig, state: Any) -> Decimal:
        found: Decimal = original(config, state)
        size = sum((abs(move) for move in state.moves), Decimal(0))
        by_size = config.velocity_weighting is VelocityWeighting.MAGNITUDE
        return found * min(ONE, size / 50) if by_size else found

    return trend


def _never_adverse(_original: Any) -> Callable[..., Decimal]:
    return lambda _self, _config, _now_ms: ONE


def _entry_moves(original: Any) -> Callable[..., Any]:
    def booked(book: Any, side: Side, px: Decimal, sz: Decimal) -> Any:
        after = original(book, side, px, sz)
        reduced = 0 < abs(after.net) < abs(book.net) and after.net * book.net > 0
        return replace(after, cost=after.net * px) if reduced else after

    return booked


def _taker_moves_the_books(original: Any) -> Callable[..., None]:
    def take_takers(draft: Any, where: Any, fill: Any) -> None:
        original(draft, where, fill)
        where.book = replace(where.book, net=where.book.net + fill.side.sign * fill.sz)

    return take_takers


def _stops_for_nobody(original: Any) -> Callable[..., None]:
    def take(draft: Any, event: Any) -> None:
        original(draft, event)
        cloid = getattr(event, "cloid", None)
        if cloid is not None and not draft.state.owns(cloid):
            for where in draft.state.markets.values():
                where.oracle_ms = 0

    return take


def _keeps_the_last_price(original: Any) -> Callable[..., Any]:
    def take_oracle(draft: Any, event: Any) -> Any:
        usable = event.oracle_px > 0 and event.mark_px is not None and event.mark_px > 0
        return original(draft, event) if usable else event.market

    return take_oracle


def _one_window_for_all(original: Any) -> Callable[..., Any]:
    def take_oracle(draft: Any, event: Any) -> Any:
        found = original(draft, event)
        told = draft.state.markets.get(event.market)
        for where in draft.state.markets.values() if told is not None else ():
            where.wicks = replace(where.wicks, window=told.wicks.window, cached=None)
        return found

    return take_oracle


DEFECTS: tuple[Defect, ...] = (
    Defect(
        "statistics-always-used",
        "With dynamic offset off the innermost rung still follows the wick statistics",
        ("Q-2", "C-1"),
        ("CFG-2",),
        (Patch("model.quoting:l0_offset_bps", _statistics_always),),
    ),
    Defect(
        "velocity-skew-inverted",
        "An upward trend pulls bids in and pushes asks out",
        ("Q-5",),
        ("OFF-5",),
        (Patch("model.quoting:_side_skews", _velocity_inverted),),
    ),
    Defect(
        "prices-in-cents",
        "Prices are rounded to cents before the venue's rounding",
        ("Q-7", "N-1"),
        ("OFF-6",),
        (Patch("model.quoting:quote_price", _in_cents),),
    ),
    Defect(
        "skew-not-clamped",
        "Ratio and trend out of range skew beyond their factor",
        ("Q-1",),
        ("OFF-10",),
        (Patch("model.quoting:clamped", _unclamped),),
    ),
    Defect(
        "one-level-at-the-outside",
        "The only level of an exponential ladder stands at its outer end",
        ("Q-3",),
        ("OFF-10",),
        (Patch("model.quoting:_base_offsets", _shaped_alone),),
    ),
    Defect(
        "sizes-fall-outward",
        "Convex sizes are given to the levels in reverse",
        ("Q-8", "Q-10"),
        ("SIZ-1",),
        (Patch("model.quoting:level_sizes_usd", _sizes_reversed),),
    ),
    Defect(
        "percentile-truncated",
        "A percentile's index is cut off instead of rounded",
        ("V-3",),
        ("VOL-1",),
        (Patch("model.volatility:percentile_index", _truncated),),
    ),
    Defect(
        "breakpoint-below-the-cliff",
        "The breakpoint is the lower value of the pair with the largest jump",
        ("V-4",),
        ("VOL-2",),
        (Patch("model.volatility:breakpoint_index", _below_the_cliff),),
    ),
    Defect(
        "cache-outlives-its-samples",
        "Cached statistics are served until their time is over, whatever samples arrived",
        ("V-5",),
        ("VOL-3",),
        (Patch("model.volatility:_open_second", _cache_kept),),
    ),
    Defect(
        "trend-is-a-share",
        "The trend is the share of ups, from 0 to 1",
        ("W-2",),
        ("VEL-1",),
        (Patch("model.velocity:trend", _share_of_ups), Patch("model.requote:trend", _share_of_ups)),
    ),
    Defect(
        "magnitude-is-direction",
        "Moves count by direction even where they should by magnitude",
        ("W-2",),
        ("VEL-1",),
        (Patch("model.velocity:trend", _by_direction), Patch("model.requote:trend", _by_direction)),
    ),
    Defect(
        "small-moves-fade",
        "A trend by magnitude fades where all its moves are small",
        ("W-2",),
        ("VEL-3",),
        (Patch("model.velocity:trend", _small_moves_fade), Patch("model.requote:trend", _small_moves_fade)),
    ),
    Defect(
        "never-adverse",
        "Fills in a row on one side do not widen the spread",
        ("I-6",),
        ("ADV-1",),
        (Patch("model.risk:Adverse.multiplier", _never_adverse),),
    ),
    Defect(
        "entry-moves-while-reducing",
        "A reduction moves the average entry to its own price",
        ("I-1",),
        ("INV-1",),
        (Patch("model.fills:booked", _entry_moves),),
    ),
    Defect(
        "taker-fills-move-the-books",
        "The other strategy's fills are booked as the maker's position",
        ("I-0",),
        ("FIL-4",),
        (Patch("model.fills:_take_takers", _taker_moves_the_books),),
    ),
    Defect(
        "nobodys-events-stop-quoting",
        "A word about an order of somebody else makes every price look old",
        ("N-6",),
        ("ROB-1",),
        (Patch("model.maker:_take", _stops_for_nobody),),
    ),
    Defect(
        "last-price-kept",
        "An unusable price is ignored, and the last usable one is quoted on",
        ("Q-0", "N-6"),
        ("ROB-2", "OFF-9"),
        (Patch("model.maker:_take_oracle", _keeps_the_last_price),),
    ),
    Defect(
        "one-window-for-all-markets",
        "All markets share one window of wicks",
        ("V-6",),
        ("VOL-4",),
        (Patch("model.maker:_take_oracle", _one_window_for_all),),
    ),
)
