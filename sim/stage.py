"""The parts of a world put together, and what each step of a script does to them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from model import events
from model.journal import Maker, Record
from sim import script
from sim.by_hand import UPWARD, Hands
from sim.clock import Clock
from sim.downlink import Downlink, Latency
from sim.exchange import Exchange
from sim.faults import Active, FaultKind, FaultTable
from sim.process import Process
from sim.randomness import WHOLE, Noise
from sim.script import Step
from sim.taker import TakerStrategy
from sim.uplink import Uplink
from sim.venue import Fees, Part, Venue
from sim.world import World, with_overrides

_DISCONNECT = Active(FaultKind.DISCONNECT, 0)


class Stage:
    """One run's clock, venue, wires and maker's process."""

    def __init__(self, world: World, maker: Maker, emit: Callable[[Record], None]) -> None:
        p = world.parameters
        self.world, self.config = world, world.config
        self.clock = Clock(p.start_ms, world.seed)
        self.faults = FaultTable(world.seed, emit)
        self.process = Process(maker, self.clock, emit)
        self.hands = Hands(self.faults, working=p.by_hand)
        self.downlink = Downlink(self.clock, world.seed, p, self.faults, self.process.tell, self.hands)
        self.venue = Venue(
            world.markets,
            emit,
            Fees(p.fee_maker_bps, p.fee_taker_bps),
            snapshot_fills=p.snapshot_fills,
            first_oid=p.first_oid,
            mark_with_fills=p.mark_with_fills,
            entries_told=p.entries_told,
        )
        self.exchange = Exchange(self.clock, self.venue, self.downlink, self.faults, p, emit, self.hands)
        self.uplink = Uplink(self.clock, world.seed, p, self.faults, self.exchange, self.downlink, self.hands)
        self.process.attach(self.uplink.send)
        self._latency = Latency(p.latency_median_ms, p.latency_max_ms)
        self._subscribing = Noise(world.seed, "latency subscription")
        self._strategies: dict[str, TakerStrategy] = {}
        self._act: dict[type, Callable[[Any], None]] = {
            script.SetPrices: self.set_prices,
            script.WorldQuote: self._trade,
            script.WorldTrade: self._trade,
            script.TakerOrder: self._trade,
            script.TakerTrades: self._taker,
            script.Signal: self.signal,
            script.Crash: self._crash,
            script.Restart: self.restart,
            script.Disconnect: self._disconnect,
            script.Reconnect: self.reconnect,
            script.Silence: self._silence,
            script.Fault: self._fault,
            script.Carry: self._carry,
            script.Tick: self._tick,
        }

    def play(self, step: Step) -> None:
        """Let a step happen, now."""
        self._act[type(step)](step)

    @property
    def settled(self) -> bool:
        """Whether nothing is under way between maker and venue."""
        return not (self.uplink.under_way or self.downlink.under_way) and self.exchange.idle

    # -- the market

    def set_prices(self, step: script.SetPrices) -> None:
        """Set the venue's prices and tell them; a market that is not listed has none."""
        if step.market not in self.venue.listings:
            return
        self.venue.set_prices(self.clock.now_ms, step.market, step.oracle_px, step.mark_px)
        self.downlink.stream("prices", [(events.Oracle, (step.market, step.oracle_px, step.mark_px))])
        strategy = self._strategies.get(step.market)
        if strategy is not None:
            strategy.told(step.oracle_px)

    def _taker(self, step: script.TakerTrades) -> None:
        """Let the other strategy begin in a market; what it did there before is its own affair."""
        listing = self.venue.listings.get(step.market)
        if listing is not None:
            self._strategies[step.market] = TakerStrategy(
                step, self.world.seed, self.clock, self._latency, listing, self._trade
            )

    def _trade(self, step: script.WorldQuote | script.WorldTrade | script.TakerOrder) -> None:
        if step.market in self.venue.listings:
            self.exchange.world(step)

    def _prices(self) -> list[Part]:
        """Return what a subscriber to prices is told first."""
        return [
            (events.Oracle, (name, listing.oracle_px, listing.mark_px))
            for name, listing in self.venue.listings.items()
            if listing.oracle_px is not None
        ]

    # -- the maker's process

    def signal(self, step: script.Signal) -> None:
        """Tell a living process to shut down."""
        if self.process.alive:
            self.process.signalled = True
            self.process.tell(events.Shutdown(self.clock.now_ms, step.reason))

    def _crash(self, _step: script.Crash) -> None:
        if self.process.alive:
            self.downlink.down()
            self.process.crash()

    def restart(self, step: script.Restart) -> None:
        """Begin a new life if none is running; no two lives begin in one ms."""
        now = self.clock.now_ms
        if self.process.alive:
            return
        if now <= self.process.started_ms:
            self.clock.at(self.process.started_ms + 1, self.restart, step)
            return
        self.config = with_overrides(self.config, step.overrides)
        self.faults.heal(now, _DISCONNECT)
        self.downlink.up(subscribed=True)
        self.process.start(
            events.Start(
                now_ms=now,
                life=self.process.life + 1,
                config=self.config,
                markets=self.world.markets,
                open_orders=self.venue.open_orders(),
                positions=self.venue.positions(),
                fills=tuple(self._recent_fills(now)),
                request_budget=self.exchange.budget.left(),
            )
        )
        self.downlink.stream("prices", self._prices())

    def _recent_fills(self, now_ms: int) -> list[events.Fill | events.TakerFill]:
        told = [kind(now_ms, *values) for kind, values in self.venue.recent]
        return [fill for fill in told if isinstance(fill, events.Fill | events.TakerFill)]

    def _disconnect(self, _step: script.Disconnect) -> None:
        if self.process.alive and self.downlink.connected:
            self.downlink.down()
            self.faults.begin(self.clock.now_ms, _DISCONNECT)
            self.process.tell(events.Disconnected(self.clock.now_ms))

    def reconnect(self, _step: script.Reconnect) -> None:
        """Bring the connection back: `connected` at once, then snapshot and answer as soon as they can be here."""
        if not self.process.alive or self.downlink.connected:
            return
        now = self.clock.now_ms
        self.downlink.up(subscribed=False)
        self.faults.heal(now, _DISCONNECT)
        self.process.tell(events.Connected(now))
        request = (now, self.downlink.connection)
        if self.hands.working:
            self.hands.hold("subscription", self._subscribe, request)
            return
        due = now + self._latency.ms(self._subscribing.draw(now))
        self.clock.at(due, self._subscribe, request)

    def _subscribe(self, request: tuple[int, int]) -> None:
        """Take a subscription sent at a time over a connection: the venue's snapshot, from then on the streams.

        The answer bears the time at which the adapter asked, not that of its making: a place that left between the
        two is not judged by it.
        """
        sent_ms, connection = request
        if connection != self.downlink.connection:
            return
        self.downlink.subscribed = True
        snapshot = [(kind, (*values, True)) for kind, values in self.venue.recent]
        self.downlink.snapshot([*snapshot, self.exchange.account(sent_ms)])
        self.downlink.stream("prices", self._prices())

    # -- by hand

    def _carry(self, step: script.Carry) -> None:
        now = self.clock.now_ms
        self.hands.carry(now, step, self._lost, self.downlink.again)
        self.process.ask_books(now, self.settled)

    def _lost(self, channel: str) -> None:
        if channel in UPWARD:
            self.uplink.lost()
        else:
            self.downlink.lost()

    def _tick(self, step: script.Tick) -> None:
        """Tell that time has passed, under a fault that has come with it; and ask for the books."""
        now = self.clock.now_ms
        fault = None if step.fault is None else Active(step.fault, 0)
        if fault is not None:
            self.faults.begin(now, fault, "by hand")
        if step.fault is not FaultKind.SILENCE:
            self.process.timer(now)
            self.process.ask_books(now, self.settled)
        if fault is not None:
            self.faults.heal(now, fault)

    def let_go(self) -> None:
        """Work the wires by hand no more."""
        now = self.clock.now_ms
        self.hands.let_go(lambda arrive, value: self.clock.at(now + 1, arrive, value))

    # -- faults

    def _silence(self, step: script.Silence) -> None:
        fault = Active(FaultKind.SILENCE, 0)
        self.faults.begin(self.clock.now_ms, fault, f"until {step.until_ms}")
        self.process.stand_still()
        self.clock.at(step.until_ms, self._wake, fault)

    def _wake(self, fault: Active) -> None:
        self.faults.heal(self.clock.now_ms, fault)
        if not self.faults.active(FaultKind.SILENCE):
            self.process.wake()

    def _fault(self, step: script.Fault) -> None:
        extra = min(step.extra_ms, self.world.parameters.delay_max_ms)
        fault = Active(step.kind, threshold(step.probability), extra, step.market)
        detail = f"until {step.until_ms} probability {step.probability}"
        self.faults.begin(self.clock.now_ms, fault, detail)
        self.clock.at(step.until_ms, self._heal, fault)

    def _heal(self, fault: Active) -> None:
        self.faults.heal(self.clock.now_ms, fault)

    def heal_everything(self) -> None:
        """End silence, outage, death and every other fault."""
        self.faults.heal_all(self.clock.now_ms)
        self.process.wake()
        self.restart(script.Restart(self.clock.now_ms))
        self.reconnect(script.Reconnect(self.clock.now_ms))


def threshold(probability: Decimal) -> int:
    """Return the draw below which something of this probability happens."""
    return int(max(Decimal(0), min(Decimal(1), probability)) * WHOLE)
