"""Boundary cases of venue rounding (Q-9), the calendar (S-1, S-2) and configs, right and wrong (CFG-1, CFG-4)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le, Lt

from mmgate.vectors.ask import Ask
from mmgate.vectors.case import Data
from model.arithmetic import text
from model.config import KEYS, MakerConfig

FRIDAY_MS = 1_770_411_600_000
"""Friday 6 February 2026, 21:00 UTC."""
HOUR_MS = 3_600_000
MOMENTS = (
    ("friday-open", FRIDAY_MS),
    ("saturday-noon", FRIDAY_MS + 15 * HOUR_MS),
    ("sunday-close", FRIDAY_MS + 48 * HOUR_MS),
    ("monday-midnight", FRIDAY_MS + 51 * HOUR_MS),
    ("wednesday", FRIDAY_MS + 110 * HOUR_MS),
    ("epoch", 0),
)
MARKETS = ((0, "0.1"), (2, "1"), (4, "10"), (5, "10"))


def session_asks() -> Iterator[Ask]:
    """Yield the boundary cases of `session`."""
    for name, at_ms in MOMENTS:
        for shift in (-1, 0, 1):
            for weekend_only in (True, False):
                t_ms = at_ms + shift
                if t_ms < 0:
                    continue
                when = {-1: "just before", 0: "at", 1: "just after"}[shift]
                path = f"{name}/{when.replace(' ', '-')}-{'weekends' if weekend_only else 'always'}"
                args: Data = {"t_ms": t_ms, "weekend_only": weekend_only}
                yield Ask("session", path, f"{when} {name}", ("S-1", "S-2"), ("SES-1", "ORD-4"), args)


def order_asks() -> Iterator[Ask]:
    """Yield the boundary cases of `round_order`."""
    for name, why, market, px, sz in _orders():
        for side in ("buy", "sell"):
            args: Data = {
                "market": {"market": "xyz:GOLD", "sz_decimals": market[0], "min_notional_usd": market[1]},
                "side": side,
                "px": px,
                "sz": sz,
            }
            yield Ask("round_order", f"{name}/{side}", why, ("Q-9",), ("TCK-1",), args)


def _orders() -> Iterator[tuple[str, str, tuple[int, str], str, str]]:
    gold = MARKETS[2]
    yield "legal", "a legal order stays as it is", gold, "4966.1", "0.0121"
    yield "six-figures", "a sixth figure is rounded to the passive side", gold, "4966.14", "0.0121"
    yield "just-over", "a hair above a tick", gold, "4966.1000000001", "0.0121"
    yield "integer", "an integer of many figures is legal", gold, "123456", "1"
    yield "over-an-integer", "over five figures only integers are legal", gold, "123456.7", "1"
    yield "carry", "rounding up carries into another magnitude", gold, "99999.5", "1"
    yield "decimals", "at most 6 − szDecimals decimals", (5, "10"), "12.34", "3"
    yield "many-decimals", "small prices have six decimals at most", (0, "0.1"), "0.012345678", "1000"
    yield "under-one-tick", "a buy under the least price has none", (5, "0.1"), "0.04", "1000"
    yield "no-price", "a price of 0 is none", gold, "0", "1"
    yield "negative", "a price under 0 is none", gold, "-1", "1"
    yield "lot", "the size goes down to the lot", gold, "4966.1", "0.01219999"
    yield "under-a-lot", "less than a lot is nothing", gold, "4966.1", "0.00009"
    yield "minimum", "exactly the least order value", (4, "10"), "2000", "0.005"
    yield "under-minimum", "just under it", (4, "10"), "1999.9", "0.005"
    yield "whole-lots", "a market without size decimals", (0, "0.1"), "0.5", "3.9"
    yield "vast", "numbers of any magnitude", gold, "1" + "0" * 20, "1" + "0" * 10


def config_asks() -> Iterator[Ask]:
    """Yield configs: right ones, and each key with what it must not be."""
    for name, why, config in _configs():
        yield Ask("config", name, why, ("C-1",), ("CFG-1", "CFG-4"), {"config": config})


def _configs() -> Iterator[tuple[str, str, Data]]:
    yield "right/empty", "an empty config: every default", {}
    yield "right/some", "a few keys", {"enabled": True, "num_levels": 5, "min_offset_bps": "12.5", "markets": ["GOLD"]}
    yield "right/integers", "whole numbers for decimals", {"min_offset_bps": 12, "fee_buffer_bps": 0}
    yield "wrong/unknown-key", "a key that there is not", {"min_ofset_bps": "12"}
    yield "wrong/enum", "a misspelt word", {"level_distribution": "exponetial"}
    yield "wrong/case", "words are lower case", {"size_distribution": "Convex"}
    yield (
        "wrong/many",
        "all errors at once",
        {"num_levels": 0, "use_alo": "yes", "spread": "1", "counter_order_tif": "fok"},
    )
    yield (
        "wrong/ratios",
        "warn must be under emergency",
        {"inventory_warn_ratio": "0.9", "inventory_emergency_ratio": "0.9"},
    )
    yield "wrong/samples", "more samples than the window has", {"wick_window_size": 10, "wick_min_samples": 11}
    yield "wrong/sizes", "smallest over largest", {"size_min_multiplier": "2", "size_max_multiplier": "1"}
    yield "wrong/dead-man", "the switch takes 5 s at least", {"dead_man_ms": 4999}
    yield "wrong/prefix", "eight hex digits", {"cloid_prefix": "6d6d67"}
    hints = get_type_hints(MakerConfig, include_extras=True)
    for key in KEYS:
        yield from _around(key, hints[key])


def _around(key: str, hint: Any) -> Iterator[tuple[str, str, Data]]:
    """Yield a key's value of a wrong type, and values on both sides of each of its bounds."""
    base = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    yield f"types/{key}", "another type", {key: {"an": "object"}}
    for bound in getattr(hint, "__metadata__", ()):
        for name, limit, allowed in _limits(bound):
            why = f"{key} {'allows' if allowed else 'does not allow'} {limit}"
            yield f"bounds/{key}-{name}", why, {key: _value(base, limit)}


def _limits(bound: object) -> Iterator[tuple[str, Decimal, bool]]:
    """Yield (name, value, allowed) at and beyond a bound."""
    match bound:
        case Ge(low):
            yield "least", Decimal(str(low)), True
            yield "under-least", Decimal(str(low)) - 1, False
        case Gt(low):
            yield "at-open-least", Decimal(str(low)), False
        case Le(high):
            yield "most", Decimal(str(high)), True
            yield "over-most", Decimal(str(high)) + 1, False
        case Lt(high):
            yield "at-open-most", Decimal(str(high)), False


def _value(base: object, limit: Decimal) -> object:
    if base is int:
        return int(limit)
    return float(limit) if base is float else text(limit)
