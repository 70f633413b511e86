"""One market's part of a script: price ticks, wicks, the world's quotes and sweeps, the other strategy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from heapq import heappop, heappush

from model.actions import Side
from sim.oracle import PriceProcess
from sim.randomness import between, stream
from sim.scenario import Distortion, Listed, Scenario, TakerOrderAt
from sim.script import SetPrices, Step, TakerOrder, WorldQuote, WorldTrade
from sim.ticks import lots

_MINUTE_MS = 60_000
Act = Callable[[int], Iterable[Step]]


class MarketScript:
    """Yields the steps of one market in order of time, drawn from the seed alone."""

    def __init__(self, scenario: Scenario, listed: Listed, seed: int, start_ms: int, end_ms: int) -> None:
        self._scenario, self._name, self._places = scenario, listed.name, listed.sz_decimals
        self._start_ms, self._end_ms = start_ms, end_ms
        self._process = PriceProcess(listed, scenario.prices, stream(seed, f"prices {listed.name}"))
        self._ticks = stream(seed, f"ticks {listed.name}")
        self._wicks = stream(seed, f"wicks {listed.name}")
        self._quotes = stream(seed, f"quotes {listed.name}")
        self._sweeps = stream(seed, f"sweeps {listed.name}")
        self._takers = stream(seed, f"taker {listed.name}")
        self._due: list[tuple[int, int, Act]] = []
        self._count = 0
        self._bad: dict[int, Distortion] = {}
        self._best: WorldQuote | None = None

    def steps(self, orders: Iterable[TakerOrderAt], distortions: Iterable[tuple[int, Distortion]]) -> Iterator[Step]:
        """Yield the steps, with these orders of the other strategy and unusable prices (from a time on)."""
        start = self._start_ms
        self._at(start, self._tick)
        self._later(start, self._wicks.random(), self._scenario.prices.wicks_per_min, self._wick)
        self._later(start, self._sweeps.random(), self._scenario.flow.sweeps_per_min, self._sweep)
        self._later(start, self._takers.random(), self._scenario.taker.orders_per_min, self._taker)
        for order in orders:
            self._at(start + int(order.at_s * 1000), self._ordered(order))
        for index, (at_ms, bad) in enumerate(distortions):
            self._at(at_ms, self._distorted(index, bad))
            self._at(at_ms + int(bad.for_s * 1000), self._distorted(index, None))
        while self._due and self._due[0][0] < self._end_ms:
            at_ms, _, act = heappop(self._due)
            yield from act(at_ms)

    def _at(self, at_ms: int, act: Act) -> None:
        heappush(self._due, (at_ms, self._count, act))
        self._count += 1

    def _later(self, now_ms: int, draw: float, per_min: Decimal, act: Act) -> None:
        """Schedule the next of something that happens `per_min` times a minute, at uniform distances."""
        if per_min > 0:
            self._at(now_ms + 1 + int((0.2 + 1.6 * draw) * _MINUTE_MS / float(per_min)), act)

    # -- prices

    def _tick(self, now_ms: int) -> Iterator[Step]:
        self._process.advance(now_ms)
        yield from self._tell(now_ms)
        yield self._quote(now_ms)
        self._at(now_ms + between(self._ticks, self._scenario.prices.tick_ms), self._tick)

    def _tell(self, now_ms: int) -> Iterator[Step]:
        oracle, mark = self._process.oracle(), self._process.mark()
        told: tuple[Decimal, Decimal | None] | None = (oracle, mark)
        for bad in self._bad.values():
            told = distort(bad, oracle, mark)
        if told is not None:
            yield SetPrices(now_ms, self._name, *told)

    def _distorted(self, index: int, bad: Distortion | None) -> Act:
        """Return what begins (or, with None, ends) a distortion: prices are told at once."""

        def act(now_ms: int) -> Iterator[Step]:
            if bad is None:
                self._bad.pop(index, None)
            else:
                self._bad[index] = bad
            yield from self._tell(now_ms)

        return act

    def _wick(self, now_ms: int) -> Iterator[Step]:
        """Shift the book now and the oracle a little later; take both back after a while."""
        prices = self._scenario.prices
        sign = 1.0 if self._wicks.random() < 0.5 else -1.0
        shift = sign * self._size(self._wicks.random(), prices.wick_bps)
        lead, hold = between(self._wicks, prices.wick_lead_ms), between(self._wicks, prices.wick_hold_ms)
        yield from self._shift(shift)(now_ms)
        self._at(now_ms + lead, self._tell)
        self._at(now_ms + hold, self._shift(-shift))
        self._at(now_ms + hold + lead, self._tell)
        self._later(now_ms, self._wicks.random(), prices.wicks_per_min, self._wick)

    def _shift(self, bps: float) -> Act:
        def act(now_ms: int) -> Iterator[Step]:
            self._process.shift_bps += bps
            yield self._quote(now_ms)

        return act

    # -- the book

    def _quote(self, now_ms: int) -> WorldQuote:
        flow = self._scenario.flow
        half = float(flow.half_spread_bps)
        bid, ask = self._process.away(-half), self._process.away(half)
        bid_sz = self._base(self._size(self._quotes.random(), flow.depth_usd), bid)
        ask_sz = self._base(self._size(self._quotes.random(), flow.depth_usd), ask)
        if bid >= ask:
            ask_sz = Decimal(0)
        self._best = WorldQuote(now_ms, self._name, bid, bid_sz, ask, ask_sz)
        return self._best

    def _sweep(self, now_ms: int) -> Iterator[Step]:
        flow = self._scenario.flow
        side = Side.BUY if self._sweeps.random() < float(flow.buy_share) else Side.SELL
        px = self._process.away(side.sign * self._size(self._sweeps.random(), flow.sweep_bps))
        sz = self._base(self._size(self._sweeps.random(), flow.sweep_usd), px)
        if self._sweeps.random() < float(flow.nibble_share) and self._best is not None:
            best = self._best.ask_sz if side is Side.BUY else self._best.bid_sz
            sz = best + self._base(self._size(self._sweeps.random(), flow.nibble_usd), px)
        yield WorldTrade(now_ms, self._name, side, px, sz)
        self._later(now_ms, self._sweeps.random(), flow.sweeps_per_min, self._sweep)

    # -- the other strategy

    def _taker(self, now_ms: int) -> Iterator[Step]:
        taker = self._scenario.taker
        side = Side.BUY if self._takers.random() < 0.5 else Side.SELL
        reduce_only = self._takers.random() < float(taker.reduce_only_probability)
        px = self._process.away(side.sign * float(taker.aggression_bps))
        sz = self._base(self._size(self._takers.random(), taker.usd), px)
        yield TakerOrder(now_ms, self._name, side, px, sz, reduce_only)
        self._later(now_ms, self._takers.random(), taker.orders_per_min, self._taker)

    def _ordered(self, order: TakerOrderAt) -> Act:
        def act(now_ms: int) -> Iterator[Step]:
            px = self._process.away(order.side.sign * float(order.aggression_bps))
            sz = self._base(float(order.usd), px)
            yield TakerOrder(now_ms, self._name, order.side, px, sz, order.reduce_only, order.tif)

        return act

    def _size(self, draw: float, bounds: tuple[Decimal, Decimal]) -> float:
        low, high = float(bounds[0]), float(bounds[1])
        return low + draw * (high - low)

    def _base(self, usd: float, px: Decimal) -> Decimal:
        return lots(Decimal(usd) / px, self._places)


def distort(bad: Distortion, oracle: Decimal, mark: Decimal) -> tuple[Decimal, Decimal | None] | None:
    """Return the prices that are told while `bad` lasts, None for none at all."""
    told: dict[str, tuple[Decimal, Decimal | None] | None] = {
        "zero_oracle": (Decimal(0), mark),
        "negative_oracle": (-oracle, mark),
        "zero_mark": (oracle, Decimal(0)),
        "no_mark": (oracle, None),
        "gap": (oracle, oracle * (1 + bad.gap_bps / 10_000)),
        "stale": None,
    }
    return told[bad.kind]
