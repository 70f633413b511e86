"""Wick statistics from ticks, twice: by brute force from the whole history, and incrementally (V-1 … V-10).

Both are written from the rules alone: a wick is an exact fraction, rounded once to binary64 (N-2).
A test ties the two.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from model.config import MakerConfig
from specs.definitions.exact import exact

SECOND_MS = 1000
CAP = 500
CAP_BPS = Fraction(CAP)
PERCENTILES: tuple[tuple[str, Fraction], ...] = (
    ("P90", Fraction(90)),
    ("P95", Fraction(95)),
    ("P99", Fraction(99)),
    ("P99.5", Fraction(199, 2)),
    ("P99.8", Fraction(499, 5)),
    ("P99.9", Fraction(999, 10)),
    ("P100", Fraction(100)),
)
NAMES = tuple(name for name, _ in PERCENTILES)
PAIRS = tuple(pairwise(NAMES[:-1]))
"""Neighbours of the percentiles that a breakpoint may lie between: P100 is none of them (V-4)."""
RATIO_DOUBT = 1e-12

Tick = tuple[int, Decimal]


@dataclass(frozen=True, slots=True)
class Sample:
    """The wick of one closed second: its end in ms, the wick in bps (binary64)."""

    end_ms: int
    wick_bps: float


@dataclass(frozen=True, slots=True)
class Statistics:
    """The statistics of one market (V-3, V-4); `levels_bps` as in `PERCENTILES`; low, high: see `optimum`."""

    levels_bps: tuple[float, ...]
    count: int
    valid: bool
    optimal_bps: float
    optimal_name: str
    optimal_low_bps: float
    optimal_high_bps: float

    def of(self, name: str) -> float:
        """Return the percentile called `name`, in bps."""
        return self.levels_bps[NAMES.index(name)]

    @property
    def p100_bps(self) -> float:
        """The largest wick of the window, in bps."""
        return self.levels_bps[-1]


NO_STATISTICS = Statistics((0.0,) * len(PERCENTILES), 0, False, 0.0, "N/A", 0.0, 0.0)


def wick_bps(high: Fraction, low: Fraction) -> float:
    """Return (high − low) / ((high + low)/2) × 10 000, capped at 500, rounded once to binary64 (V-2)."""
    if high == low:
        return 0.0
    top, tops = high.as_integer_ratio()
    bottom, bottoms = low.as_integer_ratio()
    twice_wick, twice_mean = 2 * (top * bottoms - bottom * tops) * 10_000, top * bottoms + bottom * tops
    return twice_wick / twice_mean if twice_wick < CAP * twice_mean else float(CAP)


def samples(config: MakerConfig, ticks: Sequence[Tick]) -> list[Sample]:
    """Return the samples of all closed seconds of a history of ticks, oldest first (V-1, V-2, V-10)."""
    usable: list[tuple[int, Fraction]] = []
    for t_ms, px in ticks:
        late = bool(usable) and t_ms // SECOND_MS < usable[-1][0] // SECOND_MS
        if px > 0 and not late:
            usable.append((t_ms, Fraction(px)))
    closed: list[Sample] = []
    seconds = sorted({t_ms // SECOND_MS for t_ms, _ in usable})
    for second in seconds[:-1]:
        inside = [i for i, (t_ms, _) in enumerate(usable) if t_ms // SECOND_MS == second]
        prices = [usable[i][1] for i in inside]
        first = inside[0]
        if config.wick_includes_gap and first > 0:
            before_ms, before_px = usable[first - 1]
            if usable[first][0] - before_ms <= config.wick_gap_max_ms:
                prices.append(before_px)
        closed.append(Sample((second + 1) * SECOND_MS, wick_bps(max(prices), min(prices))))
    return closed


def in_window(config: MakerConfig, closed: Sequence[Sample], now_ms: int) -> list[Sample]:
    """Return the samples that count at `now_ms`: the youngest `wick_window_size`, none too old (V-2, V-9)."""
    youngest = list(closed)[-config.wick_window_size :]
    if config.wick_max_age_ms == 0:
        return youngest
    return [s for s in youngest if now_ms - s.end_ms <= config.wick_max_age_ms]


@lru_cache(maxsize=16384)
def indices(count: int) -> tuple[int, ...]:
    """Return where in ascending samples each of `PERCENTILES` stands (V-3)."""
    return tuple(nearest_index(percent, count) for _, percent in PERCENTILES)


def nearest_index(percent: Fraction, count: int) -> int:
    """Return round_half_away(percent/100 × (count − 1)), clamped to the samples there are (V-3)."""
    part, parts = percent.as_integer_ratio()
    twice, whole = 2 * part * (count - 1), 100 * parts
    return min(max((twice + whole) // (2 * whole), 0), count - 1)


def optimum(config: MakerConfig, levels_bps: Sequence[float]) -> tuple[float, str, float, float]:
    """Return the optimal wick in bps, its name, and the least and greatest that a doubt allows (V-4).

    The doubt: two pairs whose ratios differ by less than binary64's last digits are told apart by chance.
    """
    by_name = dict(zip(NAMES, levels_bps, strict=True))
    floor = float(config.breakpoint_floor_bps)
    needed = config.breakpoint_min_jump_ratio
    pairs: list[tuple[float, str]] = []
    for lower, upper in PAIRS:
        base = max(by_name[lower], floor)
        if base > 0:
            pairs.append((by_name[upper] / base, upper))
    name = "P99"
    best = 0.0
    for ratio, upper in pairs:
        if ratio >= needed and ratio > best:
            best, name = ratio, upper
    bar = max(best, needed)
    possible = [by_name[upper] for ratio, upper in pairs if ratio >= bar * (1 - RATIO_DOUBT)]
    if best <= needed * (1 + RATIO_DOUBT):
        possible.append(by_name["P99"])
    possible.append(by_name[name])
    return by_name[name], name, min(possible), max(possible)


def summary(config: MakerConfig, ascending: Sequence[float]) -> Statistics:
    """Return the statistics of samples in ascending order (V-3, V-4)."""
    count = len(ascending)
    if count == 0:
        return NO_STATISTICS
    levels = tuple(ascending[index] for index in indices(count))
    value, name, low, high = optimum(config, levels)
    return Statistics(levels, count, count >= config.wick_min_samples, value, name, low, high)


def statistics(config: MakerConfig, ticks: Sequence[Tick], now_ms: int) -> Statistics:
    """Return the statistics at `now_ms` of a whole history of ticks, by brute force."""
    inside = in_window(config, samples(config, ticks), now_ms)
    return summary(config, sorted(s.wick_bps for s in inside))


class WickWindow:
    """One market's window, fed tick by tick: the same answers as `statistics`, cheap enough for long runs."""

    def __init__(self, config: MakerConfig) -> None:
        self._config = config
        self._closed: deque[Sample] = deque()
        self._ascending: list[float] = []
        self._last: tuple[int, Fraction] | None = None
        self._high = Fraction(0)
        self._low = Fraction(0)
        self._known: Statistics | None = None

    def tick(self, t_ms: int, px: Decimal) -> None:
        """Take one told price; an unusable or late one changes nothing (V-1)."""
        late = self._last is not None and t_ms // SECOND_MS < self._last[0] // SECOND_MS
        if px <= 0 or late:
            return
        price = exact(px)
        if self._last is not None and t_ms // SECOND_MS == self._last[0] // SECOND_MS:
            self._high, self._low = max(self._high, price), min(self._low, price)
        else:
            self._open(t_ms, price)
        self._last = (t_ms, price)

    def statistics(self, now_ms: int) -> Statistics:
        """Return the statistics at `now_ms`, which never runs backwards."""
        self._forget(now_ms)
        if self._known is None:
            self._known = summary(self._config, self._ascending)
        return self._known

    def _open(self, t_ms: int, price: Fraction) -> None:
        """Close the second that was open, and open the one of a tick."""
        start = price
        if self._last is not None:
            end_ms = (self._last[0] // SECOND_MS + 1) * SECOND_MS
            self._append(Sample(end_ms, wick_bps(self._high, self._low)))
            if self._config.wick_includes_gap and t_ms - self._last[0] <= self._config.wick_gap_max_ms:
                start = self._last[1]
        self._high, self._low = max(start, price), min(start, price)

    def _append(self, sample: Sample) -> None:
        self._closed.append(sample)
        insort(self._ascending, sample.wick_bps)
        self._known = None
        if len(self._closed) > self._config.wick_window_size:
            self._drop()

    def _forget(self, now_ms: int) -> None:
        age = self._config.wick_max_age_ms
        while age and self._closed and now_ms - self._closed[0].end_ms > age:
            self._drop()

    def _drop(self) -> None:
        oldest = self._closed.popleft()
        del self._ascending[bisect_left(self._ascending, oldest.wick_bps)]
        self._known = None
