"""LOG-1 and VOL-6: what the log says of the wick statistics and of the shutdown's end, and what that shows.

A log is no declared feature: a maker that never writes a line of these codes leaves both specs without a subject.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal

from model import events, journal
from model.config import MakerConfig
from model.journal import LogLine
from specs.duties import shutdown_deadline
from specs.monitor import ASLEEP_MS, AWAKE_MS, Monitor
from specs.own import OwnOrder, sane
from specs.statements import statement
from specs.view import View

WICK_STATS = "wick_stats"
SHUTDOWN_DONE = "shutdown_done"
BY_THE_CLOCK = ("window", "late")
EVERY_MS = 60_000
FIELDS = ("p99", "p100", "optimal", "optimal_percentile", "n")
SECOND_MS = 1000
EDGE_MS = 1000
"""Around the age limit a sample may count or not: readings of "older than" differ by less."""


@dataclass(slots=True)
class Seconds:
    """The closed seconds of one market, by count only (V-1, V-2, V-9): (end in ms, where it was recorded)."""

    closed: deque[tuple[int, str]] = field(default_factory=deque)
    open_second: int | None = None
    where: str = ""

    def tick(self, config: MakerConfig, now_ms: int, px: Decimal, where: str) -> None:
        """Record a told price; one that is unusable or late changes nothing (V-1)."""
        second = now_ms // SECOND_MS
        if not sane(px) or (self.open_second is not None and second < self.open_second):
            return
        if self.open_second is not None and second > self.open_second:
            self.closed.append(((self.open_second + 1) * SECOND_MS, self.where))
            if len(self.closed) > config.wick_window_size:
                self.closed.popleft()
        if second != self.open_second:
            self.where = where
        self.open_second = second

    def certain_until_ms(self, config: MakerConfig, now_ms: int, spare: int) -> int:
        """Return until when more than `spare` samples fewer than now can't be certain to count: they end in turn."""
        age_ms = config.wick_max_age_ms
        if age_ms == 0:
            return ASLEEP_MS
        first = (end_ms for end_ms, _ in self.closed if end_ms >= now_ms - age_ms + EDGE_MS)
        return next(first, now_ms) + spare * SECOND_MS + age_ms - EDGE_MS

    def count(self, config: MakerConfig, now_ms: int) -> tuple[int, int]:
        """Return how many samples count now, at least and at most (V-9)."""
        age_ms = config.wick_max_age_ms
        if age_ms == 0:
            return len(self.closed), len(self.closed)
        while self.closed and now_ms - self.closed[0][0] > age_ms + EDGE_MS:
            self.closed.popleft()
        doubtful = 0
        for end_ms, _ in self.closed:  # oldest first: only the few around the age limit are looked at
            if end_ms >= now_ms - age_ms + EDGE_MS:
                break
            doubtful += 1
        return len(self.closed) - doubtful, len(self.closed)

    def places(self) -> list[str]:
        """Return where the samples were recorded, each once."""
        return list(dict.fromkeys(where for _, where in self.closed))


class SampleMonitor(Monitor):
    """A monitor that counts samples beside the maker, and reads its `wick_stats` lines."""

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._seconds: dict[str, Seconds] = {}

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """Statistics do not outlive a life."""
        self._seconds = {market.name: Seconds() for market in event.markets}

    def told_oracle(self, turn: journal.Turn, event: events.Oracle) -> None:
        """Record a price, whatever is halted (V-7)."""
        seconds = self._seconds.get(event.market)
        if seconds is not None:
            seconds.tick(self.view.config, self.view.event_ms, event.oracle_px, self._circumstance(event.market))

    def read_lines(self, turn: journal.Turn) -> None:
        """Read the lines of the reply."""
        for line in turn.reply.log:
            if line.code == WICK_STATS and line.market in self._seconds:
                least, most = self._seconds[line.market].count(self.view.config, self.view.event_ms)
                self.read(line, line.market, least, most)

    def read(self, line: LogLine, market: str, least: int, most: int) -> None:
        """Judge one line: that many samples count now, at least and at most."""

    def _circumstance(self, market: str) -> str:
        """Name what might keep a maker from recording; empty in ordinary times."""
        view = self.view
        if not view.config.enabled:
            return "observation"
        if view.stops.current is not None:
            return f"shutdown ({view.stops.current.cause})"
        if not view.stops.window_open(view.event_ms):
            return "outside the window"
        halted = view.halted(market)
        if halted:
            return f"halted ({halted[0].split(' of ')[0]})"
        return "" if view.config.dynamic_offset_enabled else "dynamic offset off"


class RecordingNeverPauses(SampleMonitor):
    """VOL-6: the sample count that is logged misses no second, whatever was going on in it."""

    spec = statement("VOL-6")

    def on_log(self, turn: journal.Turn) -> None:
        """Judge the counts that a reply logs."""
        self.read_lines(turn)

    def read(self, line: LogLine, market: str, least: int, most: int) -> None:
        """Compare the count told with the closed seconds that were told of."""
        told = count_of(line)
        if told is None:
            return
        places = self._seconds[market].places()
        for where in places:
            if where:
                self.antecedent(where)
        if told < least:
            during = ", ".join(where for where in places if where) or "nothing unusual"
            fact = f"wick_stats of {market} counts {told} samples, {least} seconds with a usable tick have closed"
            self.violated(f"{fact}; recorded during: {during}", market)


class LogTellsTheTruth(SampleMonitor):
    """LOG-1."""

    spec = statement("LOG-1")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._logs = False
        self._told_ms: dict[str, int] = {}
        self._lines: dict[str, int] = {}
        self._valid_ms: dict[str, int | None] = {}
        self._finished = False
        self._due_stop = 0
        self._late: list[tuple[str, str | None]] = []

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """A new life logs on its own."""
        super().told_start(turn, event)
        names = [market.name for market in event.markets]
        self._told_ms = dict.fromkeys(names, event.now_ms)
        self._lines = dict.fromkeys(names, 0)
        self._valid_ms = dict.fromkeys(names)
        self._finished = False
        self._due_stop = len(self.view.stops.all)
        self.wake_ms = AWAKE_MS

    def told_oracle(self, turn: journal.Turn, event: events.Oracle) -> None:
        """A price may close a second."""
        super().told_oracle(turn, event)
        self.wake_ms = AWAKE_MS

    def told_stop(self, turn: journal.Turn) -> None:
        """A shutdown is entered: its end is to be logged, but by the clock after one for good (L-9, S-2)."""
        self.wake_ms = AWAKE_MS
        stop = self.view.stops.current
        if self._finished and stop is not None and stop.lasting and stop.cause in BY_THE_CLOCK:
            self._due_stop = len(self.view.stops.all)

    def on_log(self, turn: journal.Turn) -> None:
        """Judge the reply's lines."""
        if self._finished:
            self._reopen(turn.event)
        self.read_lines(turn)
        for line in turn.reply.log:
            if line.code == SHUTDOWN_DONE:
                self._done()
        self.wake_ms = AWAKE_MS

    def on_turn(self, turn: journal.Turn) -> None:
        """Judge the lines that are missing."""
        if self._finished and not turn.reply.log:
            self._reopen(turn.event)
        next_ms = self._judge_missing_statistics()
        self._judge_missing_end()
        self.wake_ms = AWAKE_MS if self._finished or self._due_stop != len(self.view.stops.all) else next_ms

    def close(self) -> None:
        """Missing lines count for a maker that writes any of them."""
        if self._logs:
            for text, market in self._late:
                self.violated(text, market)

    # Wick statistics, each minute.

    def read(self, line: LogLine, market: str, least: int, most: int) -> None:
        """Judge one line: the fields, enough samples, not more often than each minute."""
        self._logs = True
        self.antecedent(WICK_STATS)
        view, names = self.view, {name for name, _ in line.fields}
        missing = [name for name in FIELDS if name not in names]
        if missing:
            self.violated(f"wick_stats of {market} lacks {', '.join(missing)}", market)
        if most < view.config.wick_min_samples:
            need = view.config.wick_min_samples
            self.violated(f"wick_stats of {market} is logged with {most} samples; valid are {need} or more", market)
        self._lines[market] += 1
        self._told_ms[market] = view.event_ms
        if self._lines[market] > (view.event_ms - view.life_ms) // EVERY_MS:
            age_ms = view.event_ms - view.life_ms
            fact = f"is logged for the {self._lines[market]}. time, {age_ms} ms after the start"
            self.violated(f"wick_stats of {market} {fact}: once in 60 s", market)

    def _judge_missing_statistics(self) -> int:
        """Valid statistics are logged at the first event a minute after the last line or their becoming valid.

        Return the time at which to look again, if no price is told and no line logged before.
        """
        view, next_ms = self.view, ASLEEP_MS
        if "dynamic_offset" not in view.features:
            return next_ms  # a maker without the phase keeps no statistics to log
        for market, seconds in self._seconds.items():
            spare = seconds.count(view.config, view.event_ms)[0] - view.config.wick_min_samples
            since_ms = self._valid_ms[market]
            if spare < 0:
                self._valid_ms[market] = None
                continue
            if since_ms is None:
                self._valid_ms[market] = since_ms = view.event_ms
            due_ms = max(since_ms, self._told_ms[market]) + EVERY_MS + view.bounds.timer_ms
            if view.previous_event_ms > due_ms:
                self._told_ms[market] = view.event_ms
                self._late.append((f"no wick_stats of {market} since {view.event_ms - due_ms + EVERY_MS} ms", market))
                due_ms = 0
            next_ms = min(next_ms, due_ms + 1, seconds.certain_until_ms(view.config, view.event_ms, spare) + 1)
        return next_ms

    # The shutdown's end, once.

    def _done(self) -> None:
        """Judge a `shutdown_done`: true, and the first since the shutdown was entered or opened again."""
        view = self.view
        self._logs = True
        stop = view.stops.current
        self.antecedent(f"{SHUTDOWN_DONE} · {stop.cause if stop else 'reopened window'}")
        if self._finished:
            self.violated("shutdown_done is logged again, and nothing has opened the shutdown since")
        self._finished = True
        self._due_stop = len(view.stops.all)
        left = [*view.orders.open.values()] or self._live()
        if left:
            self.violated(f"shutdown_done is logged with {left[0].label()} live", left[0].market, left[0].cloid)
        entered = any(one.life == view.life for one in view.stops.all)
        if not entered and view.stops.window_open(view.event_ms):
            self.violated("shutdown_done is logged, and nothing has told the maker to shut down")

    def _live(self) -> list[OwnOrder]:
        """Return own orders at the venue; a run whose messages take too long excuses what lands late (L-7)."""
        late = self.view.bounds.late_ms > 0
        return [] if late else list(self.view.orders.live.values())

    def _reopen(self, event: events.Start | events.Event) -> None:
        """A later fill, mark, own order or entrance opens the shutdown again (L-9)."""
        view = self.view
        if not self._finished:
            return
        net = any(net != 0 for market in view.markets for net in view.positions.candidates(market))
        told = isinstance(event, events.Fill | events.TakerFill | events.OpenOrders) and (net or view.fill_fresh)
        mark = isinstance(event, events.Oracle) and net
        entered = isinstance(event, events.Shutdown) or view.new_stop is not None
        if told or mark or entered or view.orders.open:
            self._finished = False

    def _judge_missing_end(self) -> None:
        """Within B-shutdown a finished shutdown is logged."""
        view = self.view
        if self._due_stop == len(view.stops.all) or view.orders.live or view.orders.open:
            return
        deadline_ms = shutdown_deadline(view)
        if deadline_ms is not None and view.now_ms > deadline_ms and not self._held():
            self._due_stop = len(view.stops.all)
            stop = view.stops.all[-1]
            fact = f"no shutdown_done, {view.now_ms - stop.entered_ms} ms after the shutdown began ({stop.cause})"
            self._late.append((fact, None))

    def _held(self) -> bool:
        """Say whether a position is left, so that the shutdown may still be at work."""
        return any(net != 0 for market in self.view.markets for net in self.view.positions.candidates(market))


def count_of(line: LogLine) -> int | None:
    """Return the sample count that a `wick_stats` line tells; None where it tells none."""
    told = dict(line.fields).get("n")
    return int(told) if told is not None and told.isascii() and told.isdigit() else None


MONITORS: tuple[type[Monitor], ...] = (LogTellsTheTruth, RecordingNeverPauses)
