"""Monitors on numbers that a maker does not show, but that its prices and its log give away.

ADV-1 and VEL-2: a rung that no fair reading explains, but that another spread multiplier or another trend would.
VOL-1, VOL-2: the logged wick statistics. VOL-8: the largest wick, from the log and from the outermost rung.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import isclose, isfinite

from model import events, journal
from model.config import LevelDistribution, VelocityWeighting
from specs.definitions import ladder
from specs.definitions.exact import exact
from specs.definitions.ladder import Inputs
from specs.definitions.velocity import Trend
from specs.definitions.wicks import SECOND_MS, Statistics
from specs.monitor import Monitor
from specs.offsets import LadderMonitor
from specs.own import OwnOrder, sane
from specs.pricing import Facts, Readings
from specs.rungs import BINARY64_DOUBT, BPS, DECIMAL_DOUBT, POWER_DOUBT, Whole
from specs.showing import shown
from specs.statements import statement
from specs.view import View

ULPS = 1e-15
"""Relative difference of logged binary64 values that is none: some 2 units in the last place, and printing."""
COVERED = Fraction(97, 100)
MOST_WICK_BPS = Fraction(500)
NO_MOVE: Whole = (0, 1)
NO_BOUND = Fraction(0)


class SpreadWidensForAdverseFills(LadderMonitor):
    """ADV-1."""

    spec = statement("ADV-1")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._seen: Readings = ()
        self._due: set[Fraction] = set()
        self._word_for = ""

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """Begin a life, with a config of its own."""
        del turn, event
        self._seen = ()

    def sent_rung(self, order: OwnOrder, facts: Facts) -> None:
        """Look whether an unexplained rung stands where the other multiplier would put it."""
        widened = exact(self.view.config.adverse_spread_multiplier)
        if facts.readings is not self._seen:
            self._seen = facts.readings
            self._due = due = {reading.multiplier for reading in facts.readings}
            self._word_for = "" if len(due) > 1 else "widened" if due == {widened} else "plain"
        if self._word_for:
            self.antecedent(f"{self._word_for} · {order.side!s}")
        if facts.levels:
            return
        due = self._due
        others = [m for m in (Fraction(1), widened) if m not in due]
        for other in others:
            readings = tuple(dict.fromkeys(replace(reading, multiplier=other) for reading in facts.readings))
            if _explains(self.view, order, readings):
                self.violated(
                    f"{self.stands(order, facts)}: that is multiplier {shown(other)}, but by the ladder fills told"
                    f" it is {' or '.join(shown(m) for m in sorted(due))}",
                    order.market,
                    order.cloid,
                )
                return

    def switched_off(self) -> str:
        """Excuse a config that never widens."""
        config = self.view.config
        off = config.adverse_consecutive_fills == 0 or config.adverse_spread_multiplier == 1
        return "adverse selection is off" if off else ""


class NoiseIsNoTrend(LadderMonitor):
    """VEL-2. Beside the trend told, that of a maker without a threshold is kept."""

    spec = statement("VEL-2")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._noisy: dict[str, Trend] = {}
        self._seen: tuple[Readings, tuple[Fraction, ...]] = ((), ())
        self._differs = False

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """Begin a life that recorded no price yet."""
        del turn
        bare = replace(event.config, velocity_min_tick_bps=Decimal(0))
        self._noisy = {market.name: Trend(bare) for market in event.markets}

    def told_oracle(self, turn: journal.Turn, event: events.Oracle) -> None:
        """Record every move, however small."""
        del turn
        if event.market in self._noisy and sane(event.oracle_px) and self.view.config.velocity_skew_enabled:
            self._noisy[event.market].tick(event.oracle_px)

    def sent_rung(self, order: OwnOrder, facts: Facts) -> None:
        """Look whether an unexplained rung stands where another trend would put it."""
        if not self.view.config.velocity_skew_enabled:
            return
        noisy = self._noisy[order.market].values()
        if self._seen[0] is not facts.readings or self._seen[1] is not noisy:
            self._seen = (facts.readings, noisy)
            self._differs = not any(reading.trend in noisy for reading in facts.readings)
        if self._differs:
            self.antecedent(f"noise reads as another trend · {order.side}")
        if facts.levels:
            return
        due = {reading.trend for reading in facts.readings}
        for other in sorted({*noisy, *self._possible()} - due):
            readings = tuple(dict.fromkeys(replace(reading, trend=other) for reading in facts.readings))
            if _explains(self.view, order, readings):
                self.violated(
                    f"{self.stands(order, facts)}: that is a trend of {shown(other)}, but by the prices told it is"
                    f" {' or '.join(shown(t) for t in sorted(due))}",
                    order.market,
                    order.cloid,
                )
                return

    def switched_off(self) -> str:
        """Excuse a config without velocity skew."""
        return "" if self.view.config.velocity_skew_enabled else "velocity_skew_enabled is false"

    def _possible(self) -> Iterator[Fraction]:
        """Yield the trends that a full window can have, where moves count by direction."""
        config = self.view.config
        if config.velocity_weighting is VelocityWeighting.DIRECTION:
            entries = config.velocity_window
            for ups in range(entries + 1) if entries <= 20 else (0, entries):
                yield Fraction(2 * ups, entries) - 1


def _explains(view: View, order: OwnOrder, readings: tuple[Inputs, ...]) -> bool:
    """Say whether some reading puts a rung of the order's level at its price; without a level, of any."""
    px = order.px.as_integer_ratio()
    expected = view.pricing.expected(order.market, order.side, readings)
    return any(e.takes(px) and order.level in (None, e.level) for e in expected)


class LoggedStatistics(Monitor):
    """A monitor that judges each `wick_stats` line of the log with the definition of that moment."""

    def on_log(self, turn: journal.Turn) -> None:
        """Judge the lines of one reply."""
        for line in turn.reply.log:
            if line.code == "wick_stats" and line.market in self.view.markets:
                assert line.market is not None
                wanted = self.view.pricing.told_statistics(line.market, self.view.event_ms)
                self.compare(line.market, dict(line.fields), wanted)

    def compare(self, market: str, told: dict[str, str], wanted: Statistics) -> None:
        """Compare one line with the definition."""


def number(text: str | None) -> float | None:
    """Read a logged number; None if it is none."""
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


class StatisticsAsDefined(LoggedStatistics):
    """VOL-1, on the log: samples, P99 and P100."""

    spec = statement("VOL-1")

    def compare(self, market: str, told: dict[str, str], wanted: Statistics) -> None:
        """Compare what is told of them."""
        fields = (("n", float(wanted.count)), ("p99", wanted.of("P99")), ("p100", wanted.p100_bps))
        for name, value in fields:
            found = number(told.get(name))
            if found is None:
                continue
            self.antecedent(f"{name} · {market}")
            if not isclose(found, value, rel_tol=ULPS):
                self.violated(f"wick_stats of {market} tells {name} {found}, by definition {value}", market)
        if wanted.count and not wanted.valid:
            few = f"{wanted.count} of {self.view.config.wick_min_samples} samples"
            self.violated(f"wick_stats of {market} is told with {few}: not valid yet", market)


class BreakpointAsDefined(LoggedStatistics):
    """VOL-2, on the log: the optimal wick."""

    spec = statement("VOL-2")

    def compare(self, market: str, told: dict[str, str], wanted: Statistics) -> None:
        """Compare the optimal wick, as far as the last digits decide it."""
        found = number(told.get("optimal"))
        if found is None:
            return
        self.antecedent(f"{wanted.optimal_name} · {market}")
        low, high = wanted.optimal_low_bps * (1 - ULPS), wanted.optimal_high_bps * (1 + ULPS)
        if not isfinite(found) or not low <= found <= high:
            self.violated(
                f"wick_stats of {market} tells optimal {found} ({told.get('optimal_percentile')}), by definition"
                f" {wanted.optimal_bps} ({wanted.optimal_name})",
                market,
            )


class Moves:
    """The largest move between successive told prices of each closed second of a window, as a share, not reduced.

    `_falling`: (number of the second, its end, its move) of those closed seconds that no later one exceeds, oldest
    first: the first that is young enough is the largest of the window.
    """

    def __init__(self, window: int, gap_ms: int, age_ms: int) -> None:
        self._window, self._gap_ms, self._age_ms = window, gap_ms, age_ms
        self._falling: deque[tuple[int, int, Whole]] = deque()
        self._count = 0
        self._open = NO_MOVE
        self._last: tuple[int, Whole] | None = None

    def tick(self, t_ms: int, px: Whole) -> None:
        """Take one told price; a late one changes nothing (V-1)."""
        if self._last is None:
            self._last = (t_ms, px)
            return
        last_ms, last_px = self._last
        second, last_second = t_ms // SECOND_MS, last_ms // SECOND_MS
        if second < last_second:
            return
        if second > last_second:
            self._close((last_second + 1) * SECOND_MS)
        if t_ms - last_ms <= self._gap_ms and px != last_px:
            (above, below), (before, parts) = px, last_px
            move = abs(above * parts - before * below), before * below
            self._open = self._open if exceeds(self._open, move) else move
        self._last = (t_ms, px)

    def _close(self, end_ms: int) -> None:
        """Take in the second that was open: smaller moves before it can't be the largest any more."""
        falling = self._falling
        while falling and not exceeds(falling[-1][2], self._open):
            falling.pop()
        falling.append((self._count, end_ms, self._open))
        self._count += 1
        if falling[0][0] < self._count - self._window:
            falling.popleft()
        self._open = NO_MOVE

    def largest(self, now_ms: int) -> Whole:
        """Return the largest move of the closed seconds of the window; `now_ms` never runs backwards."""
        falling = self._falling
        while falling and self._age_ms and now_ms - falling[0][1] > self._age_ms:
            falling.popleft()
        return falling[0][2] if falling else NO_MOVE


def exceeds(one: Whole, other: Whole) -> bool:
    """Say whether one number is larger than another."""
    return one[0] * other[1] > other[0] * one[1]


class MovesAreSeen(LadderMonitor, LoggedStatistics):
    """VOL-8. The outermost rung of an exponential ladder shows P100; the log tells it."""

    spec = statement("VOL-8")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._moves: dict[str, Moves] = {}
        self._bounds = (NO_MOVE, NO_BOUND)
        """The largest move looked at last, and what P100 must reach by it."""
        self._safety: Whole = (1, 1)
        self._floor: Whole = (1, 1)

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """Begin a life without ticks."""
        del turn
        config = event.config
        shape = (config.wick_window_size, config.wick_gap_max_ms, config.wick_max_age_ms)
        self._moves = {market.name: Moves(*shape) for market in event.markets}
        self._safety = config.p100_safety_multiplier.as_integer_ratio()
        self._floor = ladder.fee_floor_bps(config).as_integer_ratio()

    def told_oracle(self, turn: journal.Turn, event: events.Oracle) -> None:
        """Record a told price."""
        del turn
        if event.market in self._moves and sane(event.oracle_px) and not self.switched_off():
            self._moves[event.market].tick(self.view.event_ms, exact(event.oracle_px).as_integer_ratio())

    def compare(self, market: str, told: dict[str, str], wanted: Statistics) -> None:
        """Hold the logged P100 to the largest move."""
        found, bound = number(told.get("p100")), self._bound(market)
        if found is None or not bound or self.switched_off():
            return
        self.antecedent(f"logged · {market}")
        if not isfinite(found) or Fraction(found) < bound:
            fact = f"but told prices moved at least {shown(bound)} bps"
            self.violated(f"wick_stats of {market} tells p100 {found}, {fact}", market)

    def sent_rung(self, order: OwnOrder, facts: Facts) -> None:
        """Hold the outermost rung to the largest move times the safety."""
        config = self.view.config
        outermost = config.num_levels - 1
        if self.switched_off() or config.level_distribution is not LevelDistribution.EXPONENTIAL or not outermost:
            return
        level = order.level if order.level is not None else min(facts.true_levels, default=0)
        if level != outermost or not all(r.statistics is not None and r.statistics.valid for r in facts.readings):
            return
        bound = self._bound(order.market)
        if not bound:
            return
        self.antecedent(f"outermost rung · {order.side} · {order.market}")
        bounds = [self._outermost(order, reading, bound) for reading in facts.readings]
        if not all(facts.nearer_than(one) for one in bounds):
            return
        least = min(Fraction(*one) for one in bounds)
        if facts.offset_bps < least * (1 - DECIMAL_DOUBT - BINARY64_DOUBT - POWER_DOUBT):
            self.violated(
                f"{self.stands(order, facts)}; told prices moved {shown(bound)} bps, so that the outermost rung"
                f" belongs at {shown(least)} bps",
                order.market,
                order.cloid,
            )

    def switched_off(self) -> str:
        """Excuse a config that uses no statistics, or only prices of the same second."""
        config = self.view.config
        if not config.dynamic_offset_enabled:
            return "dynamic_offset_enabled is false"
        return "" if config.wick_includes_gap else "wick_includes_gap is false"

    def _bound(self, market: str) -> Fraction:
        moves = self._moves.get(market)
        if moves is None:
            return NO_BOUND
        largest = moves.largest(self.view.event_ms)
        if largest is not self._bounds[0]:
            self._bounds = (largest, min(MOST_WICK_BPS, COVERED * Fraction(*largest) * BPS))
        return self._bounds[1]

    def _outermost(self, order: OwnOrder, reading: Inputs, bound: Fraction) -> Whole:
        """Return the least offset of the outermost rung of a maker that knows of such a move."""
        move, moves = bound.as_integer_ratio()
        safety, safeties = self._safety
        factor, factors = self.view.pricing.widening(reading, order.side)
        above, below = move * safety * factor, moves * safeties * factors
        floor, floors = self._floor
        return (above, below) if above * floors > floor * below else self._floor


MONITORS: Sequence[type[Monitor]] = (
    SpreadWidensForAdverseFills,
    NoiseIsNoTrend,
    StatisticsAsDefined,
    BreakpointAsDefined,
    MovesAreSeen,
)
