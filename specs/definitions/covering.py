"""What given ticks say about the innermost offset (VOL-5): zero wicks, ticks per second, moves that L0 covers.

A move is judged at the end of each second with a tick: from the last price of that second to the farthest price
of the following 1 or 30 seconds. L0 is the definition's, by the statistics known then, unskewed, floors included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from model.config import MakerConfig
from specs.definitions import ladder
from specs.definitions.wicks import SECOND_MS, Tick, WickWindow

HORIZONS_S = (1, 30)


@dataclass(frozen=True, slots=True)
class Second:
    """One second with ticks: its number, prices, whether its wick is zero, and L0 at its last tick, in bps."""

    number: int
    high: Decimal
    low: Decimal
    last: Decimal
    flat: bool
    l0_bps: Fraction
    valid: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of `moves` judged over `horizon_s`, `covered` stayed within L0; `moved` were no zero moves."""

    horizon_s: int
    moves: int
    covered: int
    moved: int
    moved_covered: int


@dataclass(frozen=True, slots=True)
class TickReport:
    """What there is to say of a recording. `closed`: seconds with a wick, the open last one apart."""

    ticks: int
    span_ms: int
    seconds: int
    closed: int
    flat: int
    valid: int
    l0_low_bps: Fraction
    l0_high_bps: Fraction
    coverage: tuple[Coverage, ...]

    @property
    def ticks_per_second(self) -> Fraction:
        """Ticks over the whole time, silent seconds included."""
        return Fraction(self.ticks * SECOND_MS, max(self.span_ms, SECOND_MS))

    @property
    def flat_share(self) -> Fraction | None:
        """The share of zero wicks; None where no second was closed."""
        return Fraction(self.flat, self.closed) if self.closed else None


def report(config: MakerConfig, ticks: Sequence[Tick]) -> TickReport:
    """Return what ticks in order of time say. Raises ValueError on no ticks."""
    if not ticks:
        raise ValueError("no ticks to report on: give at least one")
    seconds = seconds_of(config, ticks)
    l0 = [one.l0_bps for one in seconds]
    return TickReport(
        ticks=len(ticks),
        span_ms=ticks[-1][0] - ticks[0][0],
        seconds=len(seconds),
        closed=len(seconds) - 1,
        flat=sum(one.flat for one in seconds[:-1]),
        valid=sum(one.valid for one in seconds),
        l0_low_bps=min(l0),
        l0_high_bps=max(l0),
        coverage=tuple(coverage(seconds, horizon_s) for horizon_s in HORIZONS_S),
    )


def seconds_of(config: MakerConfig, ticks: Sequence[Tick]) -> list[Second]:
    """Gather the ticks of each second, and what was known at its last one."""
    window = WickWindow(config)
    found: list[Second] = []
    inside: list[Decimal] = []
    before: Tick | None = None
    for at, (now_ms, px) in enumerate(ticks):
        window.tick(now_ms, px)
        if not inside:
            recent = before is not None and now_ms - before[0] <= config.wick_gap_max_ms
            inside = [before[1]] if config.wick_includes_gap and before is not None and recent else []
            gap = len(inside)
        inside.append(px)
        ends = at + 1 == len(ticks) or ticks[at + 1][0] // SECOND_MS > now_ms // SECOND_MS
        if ends:
            told = inside[gap:]
            flat = max(inside) == min(inside)
            known = window.statistics(now_ms)
            l0 = max(ladder.innermost_bps(config, known), ladder.fee_floor_bps(config))
            found.append(Second(now_ms // SECOND_MS, max(told), min(told), px, flat, l0, known.valid))
            inside, before = [], (now_ms, px)
    return found


def coverage(seconds: Sequence[Second], horizon_s: int) -> Coverage:
    """Judge the moves over a horizon; one that the recording's end cuts off, or without any tick in it, is left out."""
    moves = covered = moved = moved_covered = 0
    for at, one in enumerate(seconds):
        if one.number + horizon_s > seconds[-1].number:
            break
        ahead = [other for other in seconds[at + 1 : at + 1 + horizon_s] if other.number <= one.number + horizon_s]
        if not ahead:
            continue
        farthest = max(max(other.high for other in ahead) - one.last, one.last - min(other.low for other in ahead))
        inside = Fraction(farthest) * 10_000 <= one.l0_bps * Fraction(one.last)
        moves += 1
        covered += inside
        moved += farthest > 0
        moved_covered += inside and farthest > 0
    return Coverage(horizon_s, moves, covered, moved, moved_covered)
