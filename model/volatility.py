"""Wick statistics: the price range inside each second, over a window of seconds (V-1..V-10).

The state is immutable: the window lives in `bytes` (packed binary64 and 64-bit times), so that forks share it
and equality and hash are those of its content. A closed second copies some kilobytes once; comparisons are
O(log window).
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from enum import StrEnum

from model.arithmetic import BPS, CONTEXT, ZERO, to_binary64
from model.config import MakerConfig

SECOND_MS = 1000
MAX_WICK_BPS = Decimal(500)
PER_MILLE = (900, 950, 990, 995, 998, 999, 1000)
NAMES = ("P90", "P95", "P99", "P99.5", "P99.8", "P99.9", "P100")
_DEFAULT = NAMES.index("P99")
_LAST_UPPER = NAMES.index("P99.9")
_CELL = 8
_FAR_MS = 2**63 - 1


class TickRefusal(StrEnum):
    """Why a tick changed nothing (V-1)."""

    UNUSABLE_PRICE = "unusable_price"
    LATE = "late_tick"


@dataclass(frozen=True, slots=True)
class WickStats:
    """Percentiles of the window in bps, binary64 (N-2, V-3), and its breakpoint (V-4)."""

    p90_wick_bps: float
    p95_wick_bps: float
    p99_wick_bps: float
    p995_wick_bps: float
    p998_wick_bps: float
    p999_wick_bps: float
    p100_wick_bps: float
    sample_count: int
    is_valid: bool
    optimal_wick_bps: float
    optimal_percentile: str


NO_STATS = WickStats(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0, False, 0.0, "N/A")
"""What an empty window says (V-3)."""


@dataclass(frozen=True, slots=True)
class Window:
    """The samples: wicks by arrival, the same ascending (packed binary64, bps), their seconds' ends (ms)."""

    arrival: bytes = b""
    ascending: bytes = b""
    ends_ms: bytes = b""

    @property
    def sample_count(self) -> int:
        """The number of samples."""
        return len(self.ends_ms) // _CELL


EMPTY = Window()


@dataclass(frozen=True, slots=True)
class WickState:
    """One market's window and its current second; `second` None: no tick yet.

    The cache is invisible (V-5), so it takes no part in equality and hash.
    """

    window: Window = EMPTY
    second: int | None = None
    high: Decimal = ZERO
    low: Decimal = ZERO
    last_px: Decimal = ZERO
    last_ms: int = 0
    cached: WickStats | None = field(default=None, compare=False)
    cached_ms: int = field(default=0, compare=False)


def record_tick(
    config: MakerConfig, state: WickState, now_ms: int, px: Decimal
) -> tuple[WickState, TickRefusal | None]:
    """Take one oracle price into the statistics, or say why it changed nothing (V-1, V-7).

    A tick of the current second widens it; one of a later second closes it and opens its own.
    """
    if not px.is_finite() or px <= 0:
        return state, TickRefusal.UNUSABLE_PRICE
    second = now_ms // SECOND_MS
    if state.second is None or second > state.second:
        return _open_second(config, state, now_ms, px), None
    if second < state.second:
        return state, TickRefusal.LATE
    high, low, last_ms = max(state.high, px), min(state.low, px), max(now_ms, state.last_ms)
    return WickState(state.window, second, high, low, px, last_ms, state.cached, state.cached_ms), None


def _open_second(config: MakerConfig, state: WickState, now_ms: int, px: Decimal) -> WickState:
    """Close the current second, if any, and open that of this tick (V-1, V-2, V-9)."""
    high, low = _opening_range(config, state, now_ms, px)
    window = state.window
    if state.second is not None:
        wick = to_binary64(wick_bps(state.high, state.low))
        window = _append(window, wick, (state.second + 1) * SECOND_MS, config.wick_window_size)
        window = _without_aged(config, window, now_ms)
    return WickState(window, now_ms // SECOND_MS, high, low, px, now_ms)


def _opening_range(config: MakerConfig, state: WickState, now_ms: int, px: Decimal) -> tuple[Decimal, Decimal]:
    """Return a second's first high and low: from the last price on, if that is recent enough (V-10)."""
    recent = state.second is not None and now_ms - state.last_ms <= config.wick_gap_max_ms
    if not (config.wick_includes_gap and recent):
        return px, px
    return max(px, state.last_px), min(px, state.last_px)


def wick_bps(high: Decimal, low: Decimal) -> Decimal:
    """Return the range relative to its middle, in bps, capped at 500 (V-2)."""
    with localcontext(CONTEXT):
        return min((high - low) / ((high + low) / 2) * BPS, MAX_WICK_BPS)


def _append(window: Window, wick: float, end_ms: int, size: int) -> Window:
    """Append a sample; the oldest leaves when the window is full (V-2). Comparisons O(log window) (V-8)."""
    if len(window.arrival) >= size * _CELL:
        window = _drop_oldest(window, 1)
    at = bisect_left(floats(window.ascending), wick) * _CELL
    packed = struct.pack("d", wick)
    return Window(
        window.arrival + packed,
        window.ascending[:at] + packed + window.ascending[at:],
        window.ends_ms + struct.pack("q", max(-_FAR_MS, min(end_ms, _FAR_MS))),
    )


def _drop_oldest(window: Window, count: int) -> Window:
    """Let the oldest `count` samples leave; each is found by bisection (V-8)."""
    cut = count * _CELL
    if cut >= len(window.arrival):
        return EMPTY
    ascending = array("d", window.ascending)
    for wick in floats(window.arrival[:cut]):
        del ascending[bisect_left(ascending, wick)]
    return Window(window.arrival[cut:], ascending.tobytes(), window.ends_ms[cut:])


def _without_aged(config: MakerConfig, window: Window, now_ms: int) -> Window:
    """Let samples older than `wick_max_age_ms` leave; times ascend, so they are the first. 0: never (V-9)."""
    if config.wick_max_age_ms == 0:
        return window
    aged = bisect_left(times(window.ends_ms), now_ms - config.wick_max_age_ms)
    return _drop_oldest(window, aged) if aged else window


def floats(packed: bytes) -> Sequence[float]:
    """Look at packed binary64 values without copying them."""
    return memoryview(packed).cast("d")


def times(packed: bytes) -> Sequence[int]:
    """Look at packed times, ms, without copying them."""
    return memoryview(packed).cast("q")


def read(config: MakerConfig, state: WickState, now_ms: int) -> tuple[WickState, WickStats]:
    """Return the statistics at `now_ms`, and the state with samples aged and the result cached (V-5, V-9).

    The cache serves until a sample arrives or leaves or the TTL has passed; fresh results are the same.
    """
    window = _without_aged(config, state.window, now_ms)
    cached, age_ms = state.cached, now_ms - state.cached_ms
    if cached is not None and window is state.window and 0 <= age_ms <= config.wick_cache_ttl_ms:
        return state, cached
    stats = statistics_of(config, floats(window.ascending))
    return replace(state, window=window, cached=stats, cached_ms=now_ms), stats


def statistics_of(config: MakerConfig, ascending: Sequence[float]) -> WickStats:
    """Compute the statistics of samples in ascending order (V-3, V-4)."""
    count = len(ascending)
    if count == 0:
        return NO_STATS
    values = tuple(ascending[percentile_index(per_mille, count)] for per_mille in PER_MILLE)
    best = breakpoint_index(config, values)
    valid = count >= config.wick_min_samples
    p90, p95, p99, p995, p998, p999, p100 = values
    return WickStats(p90, p95, p99, p995, p998, p999, p100, count, valid, values[best], NAMES[best])


def percentile_index(per_mille: int, count: int) -> int:
    """Return round_half_away(p/100 × (n−1)), clamped, in whole numbers; `per_mille` is 10 p (V-3)."""
    return min(max((2 * per_mille * (count - 1) + 1000) // 2000, 0), count - 1)


def breakpoint_index(config: MakerConfig, values: Sequence[float]) -> int:
    """Find the cliff: the upper index of the adjacent pair with the largest jump, else that of P99 (V-4).

    A jump is upper / max(lower, `breakpoint_floor_bps`), at least `breakpoint_min_jump_ratio`, P90 to P99.9;
    the first of equals wins. With floor 0 a pair with a lower value of 0 is skipped.
    """
    floor = to_binary64(config.breakpoint_floor_bps)
    best, largest = _DEFAULT, 0.0
    for upper in range(1, _LAST_UPPER + 1):
        base = max(values[upper - 1], floor)
        if base == 0.0:
            continue
        ratio = values[upper] / base
        if ratio >= config.breakpoint_min_jump_ratio and ratio > largest:
            best, largest = upper, ratio
    return best


def is_uninformative(stats: WickStats) -> bool:
    """Tell whether statistics are valid and say nothing: every wick of the window is 0 (V-10)."""
    return stats.is_valid and stats.p100_wick_bps == 0.0
