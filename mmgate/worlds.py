"""From an entry of a suite and a seed to the world that is played: embedded, from a file, or recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_UP, Decimal
from functools import lru_cache

from mmgate.assumptions import with_assumptions
from mmgate.data.recorded import NOMINAL_USD, Recorded, for_recording, load_recorded
from mmgate.data.shift import SECOND_MS
from mmgate.inputs import InputRefused, shown
from mmgate.request import Entry
from model.maker import same_market
from model.market import Market
from sim import plan
from sim import recorded as playing
from sim.scenario import Listed, Scenario, ScenarioRefused, load
from sim.script import Crash
from sim.world import World

RECORDED = "recorded"
RECORDED_BUDGET = 5_000_000
"""Requests that a recording's account has: running out of them is not a recording's subject."""
AFTER_RESTART_MS = 60_000
"""So long a run goes on after a crash of its own and the restart, before its finish."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def world_of(entry: Entry, seed: int) -> World:
    """Return the world that an entry means with a seed. Raises InputRefused."""
    if entry.scenario == RECORDED or entry.ticks is not None:
        world = _recorded_world(entry, seed)
    else:
        scenario = _named_after(_scenario(entry.scenario), entry.config.markets)
        world = plan.world(scenario, entry.config, seed)
    if entry.crash is not None:
        at_ms = world.parameters.start_ms + entry.crash.after_ms
        crash = Crash(at_ms, entry.crash.records, entry.crash.down_ms)
        world = plan.with_crash(world, crash, at_ms + entry.crash.down_ms + AFTER_RESTART_MS)
    return with_assumptions(world, entry.assume)


def recording_of(entry: Entry) -> Recorded:
    """Read the recording of an entry; the last few are remembered. Raises InputRefused."""
    if entry.ticks is None:
        raise InputRefused("scenario recorded: plays a recording; name it with --ticks")
    return _remembered(replace(entry, name="", scenario="", why="", assume=()))


def _scenario(name: str) -> Scenario:
    try:
        return load(name)
    except ScenarioRefused as error:
        raise InputRefused(*(f"scenario {shown(name)}: {line}" for line in error.errors)) from None


def _named_after(scenario: Scenario, names: tuple[str, ...]) -> Scenario:
    """Let a scenario tell of the markets that a config names.

    A config's market that the scenario does not have takes the place of one that the config does not know, or
    comes in addition, as a copy of the first one.
    """
    if not names:
        return scenario
    told = [listed.name for listed in scenario.market]
    strange = [name for name in told if not any(same_market(name, wanted) for wanted in names)]
    missing = [name for name in dict.fromkeys(names) if not any(same_market(name, have) for have in told)]
    renamed = dict(zip(strange, missing, strict=False))
    listed = [replace(one, name=renamed.get(one.name, one.name)) for one in scenario.market]
    listed += [replace(scenario.market[0], name=name) for name in missing[len(strange) :]]

    def name_of(market: str | None) -> str | None:
        return market if market is None else renamed.get(market, market)

    def life_of(overrides: dict[str, str] | None) -> dict[str, str] | None:
        if not overrides or not overrides.get("markets"):
            return overrides
        named = overrides["markets"].split(",")
        kept = (next((new for old, new in renamed.items() if same_market(old, one)), one) for one in named)
        return {**overrides, "markets": ",".join(kept)}

    return replace(
        scenario,
        market=tuple(listed),
        life=tuple(replace(one, overrides=life_of(one.overrides)) for one in scenario.life),
        fault=tuple(replace(one, market=name_of(one.market)) for one in scenario.fault),
        distortion=tuple(replace(one, market=name_of(one.market)) for one in scenario.distortion),
        taker_order=tuple(replace(one, market=name_of(one.market)) for one in scenario.taker_order),
        strategy=tuple(replace(one, market=name_of(one.market)) for one in scenario.strategy),
    )


@lru_cache(maxsize=4)
def _remembered(entry: Entry) -> Recorded:
    assert entry.ticks is not None
    return load_recorded(entry.ticks, entry.trades, entry.config, entry.symbol, entry.start)


def _recorded_world(entry: Entry, seed: int) -> World:
    """Play a recording in a scenario: its incidents and venue, the recording's market, time and prices."""
    recording = recording_of(entry)
    market = recording.market
    length_ms = recording.last_ms - recording.first_ms + SECOND_MS
    scenario = replace(
        _scenario(entry.scenario),
        market=(Listed(market.name, recording.quotes[0].mid_px, market.sz_decimals, market.min_notional_usd),),
        start=_EPOCH + timedelta(milliseconds=recording.first_ms),
        duration_s=Decimal(length_ms) / SECOND_MS,
        request_budget=RECORDED_BUDGET,
    )
    trades = tuple(playing.Trade(one.at_ms, one.side, one.px, one.sz) for one in recording.trades)
    return playing.world(scenario, for_recording(entry.config, recording), seed, ticks_of(recording), trades)


def ticks_of(recording: Recorded) -> tuple[playing.Tick, ...]:
    """Return the quotes that change a price or are the first of their second.

    What is left out repeats a price within its second: wick statistics, which know highs and lows of seconds only,
    are exactly those of the whole recording.
    """
    ticks: list[playing.Tick] = []
    told: tuple[int, Decimal, Decimal] | None = None
    for quote in recording.quotes:
        now = (quote.at_ms // SECOND_MS, quote.bid_px, quote.ask_px)
        if now != told:
            bid_sz = _size(quote.bid_sz, quote.bid_px, recording.market)
            ask_sz = _size(quote.ask_sz, quote.ask_px, recording.market)
            ticks.append(playing.Tick(quote.at_ms, quote.bid_px, bid_sz, quote.ask_px, ask_sz))
        told = now
    return tuple(ticks)


def _size(size: Decimal | None, px: Decimal, market: Market) -> Decimal:
    """Return the recorded size, or a nominal one where the file has none."""
    if size is not None:
        return size
    return (NOMINAL_USD / px).quantize(Decimal(1).scaleb(-market.sz_decimals), rounding=ROUND_UP)
