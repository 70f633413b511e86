"""What a verdict assumes of the venue, changed on request: `--assume latency_max_ms=900`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mmgate.inputs import InputRefused, shown
from mmgate.loading import nearest
from model.codec import TRACE, Malformed, decode
from sim.parameters import Parameters
from sim.world import World

FIXED = ("start_ms", "end_ms", "finish")
"""Parameters that belong to the scenario, not to the venue."""


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
    data = TRACE.to_data(world.parameters)
    names = [name for name in data if name not in FIXED]
    lines = [
        f"--assume {shown(key)}: is no parameter of the venue"
        + (nearest(key, names) or f"; known are {', '.join(names)}")
        for key in given
        if key not in names
    ]
    data.update({key: _typed(data[key], given[key]) for key in names if key in given})
    try:
        parameters = decode(Parameters, data)
    except Malformed as error:
        lines.append(f"--assume {error.path}={shown(given.get(error.path, ''))}: {error.text}")
    if lines:
        raise InputRefused(*lines)
    return replace(world, parameters=parameters)


def _typed(like: object, text: str) -> object:
    """Give a text the type of the plain value it replaces; what does not fit is left to the codec to refuse."""
    if isinstance(like, bool):
        return {"true": True, "false": False}.get(text, text)
    if isinstance(like, int) and text.isascii() and text.isdigit() and len(text) < 16:
        return int(text)
    return text
