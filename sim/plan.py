"""From a scenario and a seed to a script and a world."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from heapq import merge

from model.arithmetic import CONTEXT
from model.config import MakerConfig
from model.market import Market
from sim.flow import MarketScript
from sim.parameters import Parameters
from sim.randomness import stream
from sim.scenario import Life, Scenario, StrategyAt
from sim.script import Crash, Disconnect, Fault, Reconnect, Restart, Signal, Silence, Step, TakerTrades
from sim.week import to_ms
from sim.world import World


@dataclass(frozen=True, slots=True)
class ScenarioScript:
    """The script of a scenario and a seed, made anew each time it is gone through."""

    scenario: Scenario
    seed: int

    def __iter__(self) -> Iterator[Step]:
        return script(self.scenario, self.seed)


def world(scenario: Scenario, config: MakerConfig, seed: int) -> World:
    """Return the world of a scenario: what `sim.run.run` plays."""
    return World(scenario.name, seed, config, markets(scenario), ScenarioScript(scenario, seed), parameters(scenario))


@dataclass(frozen=True, slots=True)
class Crashing:
    """A script with one crash in place of its own lives; what the first life is begun with stays."""

    script: Iterable[Step]
    crash: Crash
    start_ms: int

    def __iter__(self) -> Iterator[Step]:
        kept = (step for step in self.script if not self._is_of_a_life(step))
        return merge(kept, (self.crash,), key=lambda step: step.at_ms)

    def _is_of_a_life(self, step: Step) -> bool:
        return isinstance(step, Crash) or (isinstance(step, Restart) and step.at_ms > self.start_ms)


def with_crash(world: World, crash: Crash, end_ms: int) -> World:
    """Return a world whose process dies as `crash` says and not otherwise; its finish begins by `end_ms`."""
    p = world.parameters
    script = Crashing(world.script, crash, p.start_ms)
    return replace(world, script=script, parameters=replace(p, end_ms=min(p.end_ms, end_ms)))


def markets(scenario: Scenario) -> tuple[Market, ...]:
    """Return the scenario's markets as a maker is told of them."""
    return tuple(Market(one.name, one.sz_decimals, one.min_notional_usd) for one in scenario.market)


def parameters(scenario: Scenario) -> Parameters:
    """Return the run's parameters."""
    start_ms = to_ms(scenario.start)
    return Parameters(
        start_ms=start_ms,
        end_ms=start_ms + int(scenario.duration_s * 1000),
        finish=scenario.finish,
        timer_ms=scenario.timer_ms,
        block_ms=scenario.block_ms,
        latency_median_ms=scenario.latency_median_ms,
        latency_max_ms=scenario.latency_max_ms,
        delay_max_ms=max((fault.extra_ms for fault in scenario.fault), default=0),
        request_budget=scenario.request_budget,
        fee_maker_bps=scenario.fee_maker_bps,
        fee_taker_bps=scenario.fee_taker_bps,
        snapshot_fills=scenario.snapshot_fills,
        first_oid=scenario.first_oid,
        mark_with_fills=scenario.mark_with_fills,
        entries_told=scenario.entries_told,
        traded_volume_usd=scenario.traded_volume_usd,
    )


def script(scenario: Scenario, seed: int) -> Iterator[Step]:
    """Yield the steps of a scenario, drawn from the seed, in order of time.

    The scenario `recorded` has incidents only: its prices come from a recording (`sim.recorded`).
    """
    sources: list[Iterable[Step]] = [incidents(scenario, seed)]
    if scenario.prices.process != "recorded":
        sources += [_market(scenario, index, seed) for index in range(len(scenario.market))]
    yield from merge(*sources, key=lambda step: step.at_ms)


def _market(scenario: Scenario, index: int, seed: int) -> Iterator[Step]:
    listed = scenario.market[index]
    p = parameters(scenario)
    orders = [one for one in scenario.taker_order if (one.market or scenario.market[0].name) == listed.name]
    bad = [
        (_when(scenario, seed, f"distortion {n}", one.at_s), one)
        for n, one in enumerate(scenario.distortion)
        if one.market in (None, listed.name)
    ]
    steps = MarketScript(scenario, listed, seed, p.start_ms, p.end_ms).steps(orders, bad)
    while True:
        with localcontext(CONTEXT):
            step = next(steps, None)
        if step is None:
            return
        yield step


def _when(scenario: Scenario, seed: int, name: str, at_s: Decimal) -> int:
    """Return when an incident happens: its time, and up to the scenario's jitter more."""
    jitter_ms = int(scenario.jitter_s * 1000)
    later = int(stream(seed, f"jitter {name}").random() * (jitter_ms + 1))
    return to_ms(scenario.start) + int(at_s * 1000) + later


def incidents(scenario: Scenario, seed: int) -> Iterator[Step]:
    """Yield faults, lives, outages and signals in order of time, the first life's overrides ahead."""
    steps: list[Step] = []
    for n, fault in enumerate(scenario.fault):
        at = _when(scenario, seed, f"fault {n}", fault.at_s)
        until = at + int(fault.for_s * 1000)
        steps.append(Fault(at, until, fault.kind, fault.probability, fault.extra_ms, fault.market))
    for n, outage in enumerate(scenario.outage):
        at = _when(scenario, seed, f"outage {n}", outage.at_s)
        steps += [Disconnect(at), Reconnect(at + int(outage.for_s * 1000))]
    for n, silence in enumerate(scenario.silence):
        at = _when(scenario, seed, f"silence {n}", silence.at_s)
        steps.append(Silence(at, at + int(silence.for_s * 1000)))
    for n, signal in enumerate(scenario.signal):
        steps.append(Signal(_when(scenario, seed, f"signal {n}", signal.at_s), signal.reason))
    for n, strategy in enumerate(scenario.strategy):
        steps.append(_strategy(scenario, _when(scenario, seed, f"strategy {n}", strategy.at_s), strategy))
    for n, life in enumerate(scenario.life):
        steps += _life(scenario, seed, n, life)
    if scenario.first_life:
        yield Restart(to_ms(scenario.start), tuple(sorted(scenario.first_life.items())))
    yield from sorted(steps, key=lambda step: step.at_ms)


def _strategy(scenario: Scenario, at_ms: int, one: StrategyAt) -> TakerTrades:
    market = one.market or scenario.market[0].name
    until_ms = at_ms + int(one.for_s * 1000)
    return TakerTrades(at_ms, until_ms, market, one.usd, one.entry_bps, one.stop_bps, one.hold_ms, one.aggression_bps)


def _life(scenario: Scenario, seed: int, n: int, life: Life) -> list[Step]:
    crash = _when(scenario, seed, f"life {n}", life.crash_s)
    if life.restart_s is None:
        return [Crash(crash, life.after_records)]
    down_ms = int((life.restart_s - life.crash_s) * 1000)
    if life.after_records:
        return [Crash(crash, life.after_records, down_ms)]
    again = crash + down_ms
    return [Crash(crash), Restart(again, tuple(sorted((life.overrides or {}).items())))]
