"""Recorded market data as a script: the mid of best bid and offer as oracle and mark, the quotes as the book."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from heapq import merge
from typing import NamedTuple

from model.actions import Side
from model.config import MakerConfig
from sim.plan import incidents, markets, parameters
from sim.scenario import Scenario
from sim.script import SetPrices, Step, WorldQuote, WorldTrade
from sim.world import World


class Tick(NamedTuple):
    """Best bid and offer at a time (ms, already shifted), sizes in base units."""

    at_ms: int
    bid_px: Decimal
    bid_sz: Decimal
    ask_px: Decimal
    ask_sz: Decimal


class Trade(NamedTuple):
    """A trade at a time; `side` is the taker's."""

    at_ms: int
    side: Side
    px: Decimal
    sz: Decimal


@dataclass(frozen=True, slots=True)
class RecordedScript:
    """The script of recorded ticks and trades, with the scenario's incidents, made anew each time.

    Ticks and trades must allow going through them again, and be in order of time.
    """

    scenario: Scenario
    seed: int
    ticks: Iterable[Tick]
    trades: Iterable[Trade] = ()

    def __iter__(self) -> Iterator[Step]:
        market = self.scenario.market[0].name
        sources = (
            incidents(self.scenario, self.seed),
            _quotes(market, self.ticks),
            (WorldTrade(t.at_ms, market, t.side, t.px, t.sz) for t in self.trades),
        )
        yield from merge(*sources, key=lambda step: step.at_ms)


def world(
    scenario: Scenario, config: MakerConfig, seed: int, ticks: Iterable[Tick], trades: Iterable[Trade] = ()
) -> World:
    """Return the world of a recording; the scenario gives market, start, duration and incidents."""
    script = RecordedScript(scenario, seed, ticks, trades)
    return World(scenario.name, seed, config, markets(scenario), script, parameters(scenario))


def _quotes(market: str, ticks: Iterable[Tick]) -> Iterator[Step]:
    """Yield prices where the mid moves, quotes where anything does."""
    last: Tick | None = None
    for tick in ticks:
        mid = (tick.bid_px + tick.ask_px) / 2
        if last is None or tick[1:] != last[1:]:
            yield WorldQuote(tick.at_ms, market, tick.bid_px, tick.bid_sz, tick.ask_px, tick.ask_sz)
        yield SetPrices(tick.at_ms, market, mid, mid)
        last = tick
