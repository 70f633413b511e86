"""Run a world with a maker, and let observers see every record in the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext

from model.arithmetic import CONTEXT
from model.journal import Maker, MakerFailed, MakerFault, Observer, Record, RunEnded, RunStarted
from sim.downlink import Flood
from sim.parameters import Finish, drain_ms
from sim.script import Crash, Restart, SetPrices, Signal, Silence, Step, WorldQuote
from sim.stage import Stage
from sim.ticks import lots, nearest_price
from sim.venue import Listing
from sim.week import in_shutdown_window
from sim.world import World

CLOSING_SPREAD_BPS = Decimal(2)
CLOSING_DEPTH_USD = Decimal(1_000_000)
BPS = Decimal(10_000)
BOOKS_EVERY_MS = 5_000
"""A maker that offers its books is asked for them so often, at timers, and at the end."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run went: its end with the venue's truth, the maker's failure if any; turns, records, SimPy events."""

    ended: RunEnded
    failed: MakerFailed | None
    turns: int
    records: int
    clock_events: int


def run(world: World, maker: Maker, observers: Iterable[Observer] = (), label: str | None = None) -> RunResult:
    """Run `world` with `maker`, named `label` in the run's head, or by its own name.

    Same world, same answers of the maker: the same records. A `MakerFault` ends the run and is recorded; what else
    a maker or an observer raises is the caller's.
    """
    with localcontext(CONTEXT):
        return _Run(world, maker, tuple(observers), label or maker.name).play()


class _Run:
    """One run: timers, the script step by step, the finish."""

    def __init__(self, world: World, maker: Maker, observers: tuple[Observer, ...], label: str) -> None:
        self._world, self._maker, self._label = world, maker, label
        self._observe = [observer.observe for observer in observers]
        self._records = 0
        self._crashes: dict[int, Crash] = {}
        self._stage = Stage(world, maker, self._emit)
        self._steps: Iterator[Step] = iter(())
        self._finished = False
        self._last_ms = 0
        self._books_ms = world.parameters.start_ms + BOOKS_EVERY_MS
        self._good: dict[str, tuple[Decimal, Decimal]] = {}
        self._still_until_ms = 0
        self._timers = 0

    def _emit(self, record: Record) -> None:
        self._records += 1
        for observe in self._observe:
            observe(record)
        if self._crashes and (crash := self._crashes.pop(self._records, None)) is not None:
            self._crash(crash)

    def _crash(self, crash: Crash) -> None:
        """Let the process die here and now, and start again where the step says when."""
        now = self._stage.clock.now_ms
        if self._finished:
            return
        self._stage.play(crash)
        if crash.down_ms is not None:
            self._stage.clock.at(now + crash.down_ms, self._again)

    def _again(self, _value: object) -> None:
        """Begin the life after a crash; the finish has done so where it was first."""
        if not self._finished:
            self._stage.restart(Restart(self._stage.clock.now_ms))

    def play(self) -> RunResult:
        """Play the run to its end."""
        p, stage = self._world.parameters, self._stage
        self._emit(
            RunStarted(
                p.start_ms, self._world.name, self._world.seed, self._label, self._world.config,
                self._world.markets, p.timer_ms, p.round_trip_ms, p.delivery_ms, tuple(sorted(self._maker.features)),
            )
        )  # fmt: skip
        failed = None
        try:
            self._begin()
            stage.clock.run()
            stage.process.ask_books(stage.clock.now_ms, stage.settled)
        except MakerFault as fault:
            failed = MakerFailed(stage.clock.now_ms, stage.process.life, fault.kind, fault.text)
        except Flood:
            text = "more messages under way than any venue takes: answer a refusal with at most one order"
            failed = MakerFailed(stage.clock.now_ms, stage.process.life, "flood", text)
        if failed is not None:
            self._emit(failed)
        ended = RunEnded(stage.clock.now_ms, stage.venue.open_orders(), stage.venue.positions(), stage.settled)
        self._emit(ended)
        return RunResult(ended, failed, stage.process.turns, self._records, stage.clock.events)

    def _begin(self) -> None:
        """Start the first life, with the overrides of a script's first `Restart`, then timers and script."""
        p, stage = self._world.parameters, self._stage
        self._steps = iter(self._world.script)
        first = next(self._steps, None)
        if isinstance(first, Restart) and first.at_ms <= p.start_ms:
            stage.restart(first)
        else:
            stage.restart(Restart(p.start_ms))
            if first is not None:
                stage.clock.at(first.at_ms, self._step, first)
                first = None
        if first is not None:
            self._next_step()
        if not p.by_hand:
            stage.clock.at(p.start_ms + p.timer_ms, self._timer, self._timers)
        stage.clock.at(p.end_ms, self._finish)

    def _timer(self, series: int) -> None:
        """Tell that time has passed, and again a period later; not while the process stands still for long."""
        if series != self._timers:
            return
        now, period = self._stage.clock.now_ms, self._world.parameters.timer_ms
        self._stage.process.timer(now)
        if now >= self._books_ms:
            self._books_ms = now + BOOKS_EVERY_MS
            self._stage.process.ask_books(now, self._stage.settled)
        periods = max(1, -((now - self._still_until_ms) // period))
        self._stage.clock.at(now + periods * period, self._timer, series)

    def _next_step(self) -> None:
        step = next(self._steps, None)
        if step is not None:
            self._stage.clock.at(step.at_ms, self._step, step)

    def _step(self, step: Step) -> None:
        if self._finished:
            return
        if isinstance(step, SetPrices):
            self._remember(step)
        elif isinstance(step, Silence):
            self._still_until_ms = max(self._still_until_ms, step.until_ms)
        if isinstance(step, Crash):
            self._crash_step(step)
        else:
            self._stage.play(step)
        self._next_step()

    def _crash_step(self, step: Crash) -> None:
        """Crash now, or once so many more records are written."""
        if step.records:
            self._crashes[self._records + step.records] = step
        else:
            self._crash(step)

    def _remember(self, step: SetPrices) -> None:
        """Keep a market's last usable prices, for the finish."""
        if self._usable(step.oracle_px, step.mark_px) and step.mark_px is not None:
            self._good[step.market] = (step.oracle_px, step.mark_px)

    def _usable(self, oracle_px: Decimal | None, mark_px: Decimal | None) -> bool:
        if oracle_px is None or mark_px is None or oracle_px <= 0 or mark_px <= 0:
            return False
        return abs(oracle_px - mark_px) * BPS <= self._world.config.max_oracle_mark_gap_bps * oracle_px

    # -- the finish

    def _finish(self, _value: object) -> None:
        """End the script: cut, or heal everything, give the book liquidity, send the shutdown and let it work."""
        p, stage = self._world.parameters, self._stage
        self._finished = True
        now = stage.clock.now_ms
        drain = drain_ms(p, stage.config) if p.finish is Finish.SHUTDOWN else 0
        self._last_ms = now + drain + 2 * p.round_trip_ms
        if p.finish is Finish.CUT:
            stage.clock.end()
            return
        stage.let_go()
        stage.heal_everything()
        if self._still_until_ms > now or p.by_hand:
            self._still_until_ms, self._timers = 0, self._timers + 1
            stage.clock.at(now + p.timer_ms, self._timer, self._timers)
        for name, listing in stage.venue.listings.items():
            self._restore(name, listing)
        shutting_down = in_shutdown_window(now) and in_shutdown_window(now + drain)
        if not stage.process.signalled and not shutting_down:
            stage.clock.at(now + 1, self._signal)
        stage.clock.at(now + drain, self._stop)

    def _restore(self, name: str, listing: Listing) -> None:
        """Give a market usable prices again and a book that takes any position at its mark."""
        now = self._stage.clock.now_ms
        if not self._usable(listing.oracle_px, listing.mark_px):
            if name not in self._good:
                return
            self._stage.set_prices(SetPrices(now, name, *self._good[name]))
        if listing.mark_px is None:
            return
        places = listing.market.sz_decimals
        bid = nearest_price(listing.mark_px * (1 - CLOSING_SPREAD_BPS / BPS), places)
        ask = nearest_price(listing.mark_px * (1 + CLOSING_SPREAD_BPS / BPS), places)
        sz = lots(CLOSING_DEPTH_USD / listing.mark_px, places)
        if bid < ask:
            self._stage.exchange.world(WorldQuote(now, name, bid, sz, ask, sz))

    def _signal(self, _value: object) -> None:
        self._stage.signal(Signal(self._stage.clock.now_ms))

    def _stop(self, _value: object) -> None:
        """End the run once nothing is under way, at the latest two round trips after the drain."""
        now = self._stage.clock.now_ms
        if self._stage.settled or now >= self._last_ms:
            self._stage.clock.end()
        else:
            self._stage.clock.at(now + 1, self._stop)
