"""What a run is, written down: scenarios as TOML, read with every error at once, turned into worlds."""

from __future__ import annotations

import reprlib
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import ConfigDict, StringConstraints, TypeAdapter, ValidationError

from model.actions import Side, Tif
from model.codec import Malformed
from model.config import KEYS, ConfigRefused, MakerConfig
from sim.faults import STEPS, FaultKind
from sim.parameters import Finish
from sim.world import with_overrides

LONGEST_S = 31 * 86_400
"""The longest scenario, and the latest that anything in one may happen: a run has to end."""
MOST_LISTED = 1_000
"""The longest list of incidents, markets or orders."""
MOST_STEPS = 50_000_000
LARGEST_FILE_BYTES = 1 << 20
EARLIEST_YEAR, LATEST_YEAR = 2000, 2099

Seconds = Annotated[Decimal, Ge(Decimal(0)), Le(Decimal(LONGEST_S))]
Duration = Annotated[Decimal, Ge(Decimal("0.001")), Le(Decimal(LONGEST_S))]
Bps = Annotated[Decimal, Ge(Decimal(0)), Le(Decimal(10_000))]
SignedBps = Annotated[Decimal, Ge(Decimal(-10_000)), Le(Decimal(10_000))]
Usd = Annotated[Decimal, Ge(Decimal("0.000001")), Le(Decimal(10**12))]
Volume = Annotated[Decimal, Ge(Decimal(0)), Le(Decimal(10**15))]
Probability = Annotated[Decimal, Ge(Decimal(0)), Le(Decimal(1))]
Rate = Annotated[Decimal, Ge(Decimal(0)), Le(Decimal(60_000))]
Ms = Annotated[int, Ge(1), Le(86_400_000)]
Lag = Annotated[int, Ge(1), Le(600_000)]
"""A block or a latency: a run goes on for many of them after its shutdown, and it has to end."""
Count = Annotated[int, Ge(0), Le(10**12)]
Name = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,64}$")]
Overrides = Annotated[dict[str, str], MaxLen(MOST_LISTED)]
Pair = tuple[Bps, Bps]
UsdPair = tuple[Volume, Volume]
MsPair = tuple[Ms, Ms]

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Listed:
    """A market of the scenario and its price at the start."""

    __pydantic_config__ = _STRICT
    name: Name
    start_px: Usd
    sz_decimals: Annotated[int, Ge(0), Le(6)] = 2
    min_notional_usd: Usd = Decimal(10)


@dataclass(frozen=True, slots=True)
class Prices:
    """How oracle and mark move: `walk`, `weekend` (the venue's formula for closed markets) or `recorded`.

    A tick each `tick_ms`, moving with `move_probability`; volatility in bps per square root of a second. A wick
    shifts the market by `wick_bps`, the book first and the oracle `wick_lead_ms` later, for `wick_hold_ms`.
    """

    __pydantic_config__ = _STRICT
    process: Literal["walk", "weekend", "recorded"] = "walk"
    tick_ms: MsPair = (1000, 3000)
    move_probability: Probability = Decimal(1)
    volatility_bps: Annotated[Decimal, Ge(Decimal(0)), Le(Decimal(1_000))] = Decimal(1)
    drift_bps_per_h: SignedBps = Decimal(0)
    mark_noise_bps: Bps = Decimal(1)
    wicks_per_min: Rate = Decimal(2)
    wick_bps: Pair = (Decimal(5), Decimal(40))
    wick_hold_ms: MsPair = (300, 4000)
    wick_lead_ms: MsPair = (50, 600)
    discovery_bps: Bps = Decimal(400)


@dataclass(frozen=True, slots=True)
class Flow:
    """The rest of the world's best quotes, and its sweeps through the book; sizes in USD.

    `buy_share`: the part of the sweeps that buys. `nibble_share`: the part of them that takes the best quote and
    no more than `nibble_usd` behind it, so that orders are filled in part.
    """

    __pydantic_config__ = _STRICT
    half_spread_bps: Bps = Decimal(4)
    depth_usd: UsdPair = (Decimal(1000), Decimal(4000))
    sweeps_per_min: Rate = Decimal(6)
    sweep_bps: Pair = (Decimal(10), Decimal(90))
    sweep_usd: UsdPair = (Decimal(500), Decimal(9000))
    buy_share: Probability = Decimal("0.5")
    nibble_share: Probability = Decimal("0.4")
    nibble_usd: UsdPair = (Decimal(5), Decimal(150))


@dataclass(frozen=True, slots=True)
class Taker:
    """The account's other strategy at random: orders that cross up to `aggression_bps` beyond the price."""

    __pydantic_config__ = _STRICT
    orders_per_min: Rate = Decimal(0)
    usd: UsdPair = (Decimal(20), Decimal(200))
    aggression_bps: SignedBps = Decimal(20)
    reduce_only_probability: Probability = Decimal("0.3")


@dataclass(frozen=True, slots=True)
class StrategyAt:
    """The other strategy as a participant that decides by itself, for a while (`sim.script.TakerTrades`)."""

    __pydantic_config__ = _STRICT
    at_s: Seconds
    for_s: Duration
    usd: Usd = Decimal(300)
    entry_bps: Bps = Decimal(4)
    stop_bps: Bps = Decimal(6)
    hold_ms: Ms = 8_000
    aggression_bps: SignedBps = Decimal(20)
    market: str | None = None


@dataclass(frozen=True, slots=True)
class TakerOrderAt:
    """One order of the other strategy; a negative aggression is passive. `market` None: the first."""

    __pydantic_config__ = _STRICT
    at_s: Seconds
    side: Side
    usd: Usd
    aggression_bps: SignedBps = Decimal(50)
    tif: Tif = Tif.IOC
    reduce_only: bool = False
    market: str | None = None


@dataclass(frozen=True, slots=True)
class FaultAt:
    """A fault at work for a while (`sim.script.Fault`)."""

    __pydantic_config__ = _STRICT
    kind: FaultKind
    at_s: Seconds
    for_s: Duration
    probability: Probability = Decimal(1)
    extra_ms: Annotated[int, Ge(0), Le(86_400_000)] = 0
    market: str | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """A crash (`after_records`: so many records later) and, `restart_s - crash_s` after it, a life with overrides."""

    __pydantic_config__ = _STRICT
    crash_s: Seconds
    restart_s: Seconds | None = None
    after_records: Count = 0
    overrides: Overrides | None = None


@dataclass(frozen=True, slots=True)
class Outage:
    """A lost connection, or a process that stands still, for a while."""

    __pydantic_config__ = _STRICT
    at_s: Seconds
    for_s: Duration


@dataclass(frozen=True, slots=True)
class SignalAt:
    """A shutdown told to the process."""

    __pydantic_config__ = _STRICT
    at_s: Seconds
    reason: Literal["signal", "hard_stop"] = "signal"


@dataclass(frozen=True, slots=True)
class Distortion:
    """Unusable prices for a while: one of them 0, negative or missing, too far apart, or no tick at all."""

    __pydantic_config__ = _STRICT
    kind: Literal["zero_oracle", "negative_oracle", "zero_mark", "no_mark", "gap", "stale"]
    at_s: Seconds
    for_s: Duration
    gap_bps: SignedBps = Decimal(1000)
    market: str | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A run without its config and seed. Times of incidents are seconds after the start.

    Each incident comes up to `jitter_s` later, drawn from the seed.
    """

    __pydantic_config__ = _STRICT
    why: Annotated[str, MinLen(1)]
    start: datetime
    duration_s: Duration
    market: Annotated[tuple[Listed, ...], MinLen(1), MaxLen(100)]
    name: str = ""
    prices: Prices = Prices()
    flow: Flow = Flow()
    taker: Taker = Taker()
    first_life: Overrides | None = None
    jitter_s: Seconds = Decimal(0)
    strategy: Annotated[tuple[StrategyAt, ...], MaxLen(MOST_LISTED)] = ()
    taker_order: Annotated[tuple[TakerOrderAt, ...], MaxLen(MOST_LISTED)] = ()
    fault: Annotated[tuple[FaultAt, ...], MaxLen(MOST_LISTED)] = ()
    life: Annotated[tuple[Life, ...], MaxLen(MOST_LISTED)] = ()
    outage: Annotated[tuple[Outage, ...], MaxLen(MOST_LISTED)] = ()
    silence: Annotated[tuple[Outage, ...], MaxLen(MOST_LISTED)] = ()
    signal: Annotated[tuple[SignalAt, ...], MaxLen(MOST_LISTED)] = ()
    distortion: Annotated[tuple[Distortion, ...], MaxLen(MOST_LISTED)] = ()
    finish: Finish = Finish.SHUTDOWN
    timer_ms: Ms = 250
    block_ms: Lag = 70
    latency_median_ms: Lag = 100
    latency_max_ms: Lag = 600
    request_budget: Count = 100_000
    fee_maker_bps: SignedBps = Decimal("0.3")
    fee_taker_bps: SignedBps = Decimal("0.9")
    snapshot_fills: Annotated[int, Ge(1), Le(100_000)] = 200
    first_oid: Count = 1_000
    mark_with_fills: bool = False
    entries_told: bool = True
    traded_volume_usd: Volume = Decimal(1_000_000)


class ScenarioRefused(ValueError):
    """A scenario that cannot be run; `errors` are lines, all of them at once."""

    def __init__(self, errors: tuple[str, ...]) -> None:
        super().__init__("; ".join(errors))
        self.errors = errors


_ADAPTER = TypeAdapter(Scenario)


def embedded() -> tuple[str, ...]:
    """Return the names of the scenarios that come with the package, sorted."""
    folder = files("sim") / "scenarios"
    return tuple(sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml")))


def load(name_or_path: str) -> Scenario:
    """Read an embedded scenario by name, or a TOML file. Raises `ScenarioRefused`."""
    names = embedded()
    if name_or_path in names:
        return parse((files("sim") / "scenarios" / f"{name_or_path}.toml").read_text("utf-8"), name_or_path)
    path = Path(name_or_path)
    if not _is_file(path):
        near = get_close_matches(name_or_path, names, 1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise ScenarioRefused(
            (f"{name_or_path} is neither an embedded scenario nor a file; {hint}embedded: {', '.join(names)}",)
        )
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE_BYTES:
            raise ScenarioRefused((f"{name_or_path} has {size} bytes; at most {LARGEST_FILE_BYTES} are read",))
        return parse(path.read_text("utf-8"), path.stem)
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioRefused((f"{name_or_path} cannot be read: {error}",)) from None


def _is_file(path: Path) -> bool:
    """Tell whether a name is that of a file; one that no file can have is not."""
    try:
        return path.is_file()
    except OSError:
        return False


def parse(text: str, name: str) -> Scenario:
    """Read a scenario from TOML, called `name` unless it says otherwise. Raises `ScenarioRefused`."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except RecursionError:
        raise ScenarioRefused((f"{name} is nested too deeply",)) from None
    except ValueError as error:
        raise ScenarioRefused((f"{name} is no TOML: {error}",)) from None
    try:
        scenario = _ADAPTER.validate_python({"name": name, **data})
    except ValidationError as error:
        raise ScenarioRefused(_lines(error.errors(include_url=False))) from None
    errors = tuple(_contradictions(scenario))
    if errors:
        raise ScenarioRefused(errors)
    return scenario


def _lines(errors: Sequence[Any]) -> tuple[str, ...]:
    """Write errors as lines, leaving out those of a whole whose part is told already."""
    places = [error["loc"] for error in errors]
    return tuple(
        _line(error)
        for error in errors
        if not any(len(at) > len(error["loc"]) and at[: len(error["loc"])] == error["loc"] for at in places)
    )


def _line(error: Any) -> str:
    """Write one of pydantic's errors as a line: key, what is wrong, the nearest name for a typo."""
    where = ".".join(str(part) for part in error["loc"])
    if error["type"] == "unexpected_keyword_argument":
        near = get_close_matches(str(error["loc"][-1]), _names(), 1)
        return f"{where} is no key of a scenario" + (f"; did you mean {near[0]}?" if near else "")
    if error["type"] == "missing":
        return f"{where} is missing"
    return f"{where} = {reprlib.repr(error['input'])}: {error['msg']}"


def _names() -> list[str]:
    parts = (Scenario, Listed, Prices, Flow, Taker, StrategyAt, TakerOrderAt, FaultAt, Life, SignalAt, Distortion)
    return sorted({field.name for part in parts for field in fields(part)})


def _contradictions(scenario: Scenario) -> Iterator[str]:
    """Yield what no single value shows."""
    yield from _endless(scenario)
    markets = {listed.name for listed in scenario.market}
    if len(markets) < len(scenario.market):
        yield "market: a name is listed twice"
    for part, holder in (("prices", scenario.prices), ("flow", scenario.flow), ("taker", scenario.taker)):
        for field in fields(holder):
            pair = getattr(holder, field.name)
            if isinstance(pair, tuple) and pair[0] > pair[1]:
                yield f"{part}.{field.name}: {pair[0]} is greater than {pair[1]}; give the smaller one first"
    for where, at in _times(scenario):
        if at > scenario.duration_s:
            yield f"{where}: {at} s is after the end at {scenario.duration_s} s"
    for index, life in enumerate(scenario.life):
        if life.restart_s is not None and life.restart_s <= life.crash_s:
            yield f"life.{index}: restart_s {life.restart_s} is not after crash_s {life.crash_s}"
        if life.after_records and life.overrides:
            yield f"life.{index}: overrides go with a crash at a time; leave out after_records"
    for index, fault in enumerate(scenario.fault):
        if fault.kind in STEPS:
            yield f"fault.{index}.kind: {fault.kind} has a table of its own (outage, silence, life)"
    placed: tuple[FaultAt | Distortion | TakerOrderAt | StrategyAt, ...] = (
        *scenario.fault, *scenario.distortion, *scenario.taker_order, *scenario.strategy,
    )  # fmt: skip
    for index, one in enumerate(placed):
        if one.market is not None and one.market not in markets:
            yield f"incident {index}: market {one.market} is not listed; listed: {', '.join(sorted(markets))}"
    for overrides in (scenario.first_life, *(life.overrides for life in scenario.life)):
        yield from _wrong_overrides(overrides or {})


def _endless(scenario: Scenario) -> Iterator[str]:
    """Yield what would put a run outside the calendar, or keep it from ending within a person's patience."""
    if not EARLIEST_YEAR <= scenario.start.year <= LATEST_YEAR:
        yield f"start: {scenario.start.year} is no year from {EARLIEST_YEAR} to {LATEST_YEAR}"
    if (median_ms := scenario.latency_median_ms) > (max_ms := scenario.latency_max_ms):
        yield f"latency_median_ms: {median_ms} is greater than latency_max_ms {max_ms}"
    rates = scenario.flow.sweeps_per_min + scenario.prices.wicks_per_min + scenario.taker.orders_per_min
    per_s = Decimal(1000) / scenario.prices.tick_ms[0] + rates / 60
    steps = int(scenario.duration_s * (per_s * len(scenario.market) + Decimal(1000) / scenario.timer_ms))
    if steps > MOST_STEPS:
        yield f"duration_s: {steps} ticks, trades and timers are too many for one run; at most {MOST_STEPS}"


def _wrong_overrides(overrides: dict[str, str]) -> Iterator[str]:
    """Yield what is wrong with a life's own values, each for itself."""
    for key, value in overrides.items():
        if key not in KEYS:
            yield f"overrides: {key} is no key of the maker's config"
            continue
        try:
            with_overrides(MakerConfig(), [(key, value)])
        except Malformed as fault:
            yield f"overrides: {fault}"
        except ConfigRefused:  # alone it contradicts a default; with the run's config it may not
            continue


def _times(scenario: Scenario) -> Iterable[tuple[str, Decimal]]:
    for life in scenario.life:
        yield "life.crash_s", life.crash_s
        if life.restart_s is not None:
            yield "life.restart_s", life.restart_s
    incidents: tuple[FaultAt | Outage | SignalAt | Distortion | TakerOrderAt | StrategyAt, ...] = (
        *scenario.fault, *scenario.outage, *scenario.silence, *scenario.signal, *scenario.distortion,
        *scenario.taker_order, *scenario.strategy,
    )  # fmt: skip
    yield from ((f"{type(one).__name__}.at_s", one.at_s) for one in incidents)
