"""One sample of each call, and how to tell that an answer has not even the right shape; values are for the vectors."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mmgate.ports.calls import FUNCTIONS
from mmgate.ports.messages import WIRE
from model.actions import Cancel, Place
from model.codec import Malformed, show
from model.journal import Reply

CONFIG = {"num_levels": 2, "counter_order_enabled": True}
OPTIONAL = frozenset({"intermediates"})
DECIMAL = re.compile(r"-?\d+(\.\d+)?")

SAMPLES: dict[str, dict[str, Any]] = {
    "compute_quotes": {
        "config": CONFIG,
        "oracle_px": "4966.1",
        "inventory_ratio": "0.2",
        "spread_multiplier": "1",
        "velocity_trend": "0",
        "volatility": None,
    },
    "wick_stats": {"config": {}, "ticks": [[1_000, "100"], [2_000, "100.1"]], "reads": [2_000]},
    "velocity_trend": {"config": {}, "prices": ["100", "100.1", "100.3"]},
    "counter_order": {
        "config": CONFIG,
        "side": "buy",
        "px": "4956.1",
        "sz": "0.01",
        "level": 0,
        "mark_px": "4966.4",
    },
    "round_order": {
        "market": {"market": "xyz:GOLD", "sz_decimals": 4, "min_notional_usd": "10"},
        "side": "buy",
        "px": "4956.123",
        "sz": "0.00512",
    },
    "session": {"t_ms": 1_770_465_600_000, "weekend_only": True},
    "config": {"config": CONFIG},
}


def unlike_sample(fn: str, found: object) -> Malformed | None:
    """Say which field of an answer has another shape than the reference's answer to the same sample."""
    return _unlike(FUNCTIONS[fn](SAMPLES[fn]), found, "result")


def _unlike(wanted: object, found: object, path: str) -> Malformed | None:
    if isinstance(wanted, Mapping):
        return _unlike_object(wanted, found, path)
    if isinstance(wanted, list):
        if not isinstance(found, list):
            return Malformed(path, f"{show(found)} is not a list")
        return next((bad for at, one in enumerate(found) if (bad := _unlike(wanted[0], one, f"{path}[{at}]"))), None)
    if isinstance(wanted, str) and DECIMAL.fullmatch(wanted):
        try:
            WIRE.decode(Decimal, found)
        except Malformed as fault:
            return fault.below(path)
        return None
    same = type(found) is type(wanted) or (isinstance(wanted, float) and type(found) in (int, str))
    return None if same else Malformed(path, f"{show(found)} is no {type(wanted).__name__}")


def _unlike_object(wanted: Mapping[str, object], found: object, path: str) -> Malformed | None:
    if not isinstance(found, dict):
        return Malformed(path, f"{show(found)} is not an object")
    for key, value in wanted.items():
        if key not in found:
            if key in OPTIONAL:
                continue
            return Malformed(f"{path}.{key}", "is missing")
        bad = _unlike(value, found[key], f"{path}.{key}")
        if bad is not None:
            return bad
    return None


def odd_action(reply: Reply, market: str, mine: set[str], used: set[str]) -> Malformed | None:
    """Say which action can't be meant in a life that was told of no order.

    `mine`: the cloids of this life, `used`: those of all lives; both are added to.
    """
    for index, action in enumerate(reply.actions):
        path = f"actions[{index}]"
        if isinstance(action, Cancel) and (action.cloid is None or action.cloid not in mine):
            return Malformed(path, f"cancels {show(action.cloid or action.oid)}, an order that nothing told it of")
        if not isinstance(action, Place):
            continue
        if action.market != market:
            return Malformed(f"{path}.market", f"{show(action.market)} is no market of this life: {market}")
        for name, value in (("px", action.px), ("sz", action.sz)):
            if value <= 0:
                return Malformed(f"{path}.{name}", f"{value} is not positive")
        if action.cloid in used:
            return Malformed(f"{path}.cloid", f"{action.cloid} names a second order")
        mine.add(action.cloid)
        used.add(action.cloid)
    return None


def unknown_fields(reply: Reply, answered: str) -> list[str]:
    """List the fields of a reply's actions that the protocol does not know, such as actions[].reduceOnly."""
    actions: list[dict[str, Any]] = json.loads(answered).get("actions", [])
    return [
        f"actions[].{name}"
        for action, raw in zip(reply.actions, actions, strict=False)
        for name in sorted(raw.keys() - WIRE.to_data(action).keys())
    ]
