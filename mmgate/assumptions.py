"""What a verdict assumes of the venue, changed on request: `--assume latency_max_ms=900`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from mmgate.inputs import InputRefused, shown
from mmgate.loading import nearest
from sim.parameters import Parameters
from sim.scenario import Scenario
from sim.world import World

MAX_DIGITS = 9
"""Times and counts of a venue stay below a billion: a run has to end."""
_RANGES = get_type_hints(Scenario, include_extras=True)
NAMES = tuple(field.name for field in fields(Parameters) if field.name in _RANGES and field.name != "finish")
"""What can be assumed otherwise: the venue's parameters, each with the range that a scenario allows it."""


def parse_assumptions(texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Read `key=value` texts of the command line; raises InputRefused for one without a sign."""
    pairs = []
    for text in texts:
        key, sign, value = text.partition("=")
        if not sign or not key:
            raise InputRefused(f"--assume {shown(text)}: must be written key=value, such as latency_max_ms=900")
        pairs.append((key, value))
    return tuple(pairs)


def with_assumptions(world: World, pairs: Iterable[tuple[str, str]]) -> World:
    """Return the world with parameters of its venue replaced (key, value as text). Raises InputRefused."""
    given = dict(pairs)
    if not given:
        return world
    lines = [
        f"--assume {shown(key)}: is no parameter of the venue"
        + (nearest(key, NAMES) or f"; known are {', '.join(NAMES)}")
        for key in given
        if key not in NAMES
    ]
    values: dict[str, Any] = {}
    for key in NAMES:
        if key in given:
            value, wrong = _read(key, given[key])
            values[key] = value
            lines += [f"--assume {key}={shown(given[key])}: {wrong}"] if wrong else []
    if lines:
        raise InputRefused(*lines)
    return replace(world, parameters=replace(world.parameters, **values))


def _read(key: str, text: str) -> tuple[Any, str]:
    """Return the value of a text within the key's range, or what is wrong with it."""
    plain: object = {"true": True, "false": False}.get(text, text)
    if text.isdecimal() and len(text) > MAX_DIGITS:
        return None, f"must have at most {MAX_DIGITS} digits"
    try:
        return TypeAdapter(_RANGES[key]).validate_python(plain), ""
    except ValidationError as error:
        return None, error.errors()[0]["msg"].lower().removeprefix("input ")
