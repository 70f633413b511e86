"""A world: everything that a run depends on besides its maker, and its form as plain data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from model.codec import TRACE, Malformed, decode
from model.config import KEYS, MakerConfig
from model.market import Market
from sim import script
from sim.parameters import Parameters
from sim.script import Step

DAY_MS = 86_400_000
LONGEST_MS = 32 * DAY_MS
EARLIEST_MS = 946_684_800_000
LATEST_MS = 4_102_444_800_000


@dataclass(frozen=True, slots=True)
class World:
    """Name, seed, the maker's config, the markets it is told of, the script, the run's parameters.

    The script is gone through once a run and must begin anew each time: a tuple, or a lazy `Iterable`.
    """

    name: str
    seed: int
    config: MakerConfig
    markets: tuple[Market, ...]
    script: Iterable[Step]
    parameters: Parameters


def to_data(world: World) -> dict[str, Any]:
    """Return a world as plain data, its script written out."""
    return {
        "name": world.name,
        "seed": world.seed,
        "config": TRACE.to_data(world.config),
        "markets": [TRACE.to_data(market) for market in world.markets],
        "parameters": TRACE.to_data(world.parameters),
        "script": script.to_data(world.script),
    }


def from_data(data: object) -> World:
    """Return the world that `data` tells. Raises `model.codec.Malformed`."""
    if not isinstance(data, dict):
        raise Malformed("", "a world is an object")
    needed = ("name", "seed", "config", "markets", "parameters", "script")
    for key in needed:
        if key not in data:
            raise Malformed(key, "is missing")
    world = World(
        name=TRACE.decode(str, data["name"]),
        seed=TRACE.decode(int, data["seed"]),
        config=TRACE.decode(MakerConfig, data["config"]),
        markets=TRACE.decode(tuple[Market, ...], data["markets"]),
        script=script.from_data(data["script"]),
        parameters=TRACE.decode(Parameters, data["parameters"]),
    )
    _bounded(world)
    return world


def _bounded(world: World) -> None:
    """Refuse a world that no scenario makes: one whose run would never end, or whose script is out of order."""
    p = world.parameters
    if not EARLIEST_MS <= p.start_ms <= p.end_ms <= LATEST_MS or p.end_ms - p.start_ms > LONGEST_MS:
        raise Malformed(
            "parameters", f"{p.start_ms} to {p.end_ms} is no run of at most {LONGEST_MS} ms in this century"
        )
    for name in ("timer_ms", "block_ms", "latency_median_ms", "latency_max_ms"):
        if not 1 <= getattr(p, name) <= DAY_MS:
            raise Malformed(f"parameters.{name}", f"{getattr(p, name)} is not from 1 to {DAY_MS}")
    if not 0 <= p.delay_max_ms <= DAY_MS:
        raise Malformed("parameters.delay_max_ms", f"{p.delay_max_ms} is not from 0 to {DAY_MS}")
    last_ms = 0
    for step in world.script:
        if step.at_ms < last_ms:
            raise Malformed("script", f"the step at {step.at_ms} follows one at {last_ms}")
        last_ms = step.at_ms


def with_overrides(config: MakerConfig, overrides: Iterable[tuple[str, str]]) -> MakerConfig:
    """Return `config` with values, given as text, replaced. Raises `Malformed` naming the key."""
    data = TRACE.to_data(config)
    for key, text in overrides:
        if key not in KEYS:
            raise Malformed(key, "is no key of the maker's config")
        try:
            data[key] = _read(data[key], text)
        except ValueError:
            raise Malformed(key, f"{text!r} is not of the type of {data[key]!r}") from None
    return decode(MakerConfig, data)


def _read(like: object, text: str) -> object:
    """Read `text` as a value of the type of `like`."""
    if isinstance(like, bool):
        return {"true": True, "false": False}.get(text, text)
    if isinstance(like, int):
        return int(text)
    if isinstance(like, float):
        return float(text)
    if isinstance(like, list):
        return [name for name in text.split(",") if name]
    return text
