"""Configs drawn from the very constraints that validate them: the annotations and contradictions of `model.config`.

Nothing is declared here again but how far to go where a range has no upper end, by the unit that ends a key's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import Any, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le, Lt
from hypothesis import strategies as st

from model.config import CLOID_PREFIX_PATTERN, CONTRADICTIONS, MakerConfig

REACH = {"bps": 60, "usd": 200, "ms": 20_000, "samples": 3, "size": 40}
USUAL_REACH = 6
STEPS = 100
"""Decimals are drawn in hundredths."""
HINTS = get_type_hints(MakerConfig, include_extras=True)
DEFAULTS = {field.name: field.default for field in fields(MakerConfig)}


def value_of(key: str, reach: int | None = None) -> st.SearchStrategy[Any]:
    """Draw any value that a key may have, at most `reach` where its range goes on."""
    hint = HINTS[key]
    base = get_args(hint)[0] if hasattr(hint, "__metadata__") else hint
    if key == "cloid_prefix":
        return st.from_regex(CLOID_PREFIX_PATTERN, fullmatch=True).filter(lambda text: len(text) == 8)
    if get_origin(base) is tuple:
        return st.just(())
    if base is bool:
        return st.booleans()
    if issubclass(base, StrEnum):
        return st.sampled_from(base)
    limit = REACH.get(key.rpartition("_")[2], USUAL_REACH) if reach is None else reach
    return _number(base, getattr(hint, "__metadata__", ()), limit)


def _number(base: type, bounds: tuple[object, ...], limit: int) -> st.SearchStrategy[Any]:
    """Draw a number within the bounds of an annotation, in whole steps, both ends among them."""
    steps = 1 if base is int else STEPS
    low, high = Decimal(0), Decimal(limit * steps)
    for bound in bounds:
        match bound:
            case Ge(least):
                low = (Decimal(str(least)) * steps).to_integral_value(ROUND_CEILING)
            case Gt(below):
                low = (Decimal(str(below)) * steps).to_integral_value(ROUND_FLOOR) + 1
            case Le(most):
                high = min(high, (Decimal(str(most)) * steps).to_integral_value(ROUND_FLOOR))
            case Lt(above):
                high = min(high, (Decimal(str(above)) * steps).to_integral_value(ROUND_CEILING) - 1)
            case _:
                raise TypeError(f"{bound!r}: a constraint that no strategy follows; teach `config_cases` how")
    whole = st.integers(int(low), max(int(low), int(high)))
    if base is int:
        return whole
    return whole.map(lambda n: float(n) / STEPS) if base is float else whole.map(lambda n: Decimal(n) / STEPS)


def config_cases(
    fixed: Mapping[str, object] | None = None, reach: Mapping[str, int] | None = None
) -> st.SearchStrategy[MakerConfig]:
    """Draw configs that a gate takes. Keys of `reach` vary always, within it; all others have their default as a rule.

    `fixed`: values that all of them have.
    """
    given, limits = dict(fixed or {}), dict(reach or {})
    varied = {key: value_of(key, limits[key]) for key in limits}
    others = [key for key in DEFAULTS if key not in given and key not in limits]
    made = {key: value_of(key) for key in others}
    some = st.lists(st.sampled_from(others), max_size=4, unique=True).flatmap(
        lambda keys: st.fixed_dictionaries({key: made[key] for key in keys})
    )
    return st.builds(
        lambda always, now_and_then: mended(MakerConfig(**{**given, **now_and_then, **always})),
        st.fixed_dictionaries(varied),
        some,
    )


def mended(config: MakerConfig) -> MakerConfig:
    """Return a config without contradictions: values that exclude each other are swapped, or have their defaults."""
    for rule in CONTRADICTIONS:
        if not rule.holds(config) and len(rule.keys) == 2:
            first, second = rule.keys
            swapped: dict[str, Any] = {first: getattr(config, second), second: getattr(config, first)}
            config = replace(config, **swapped)
        if not rule.holds(config):
            usual: dict[str, Any] = {key: DEFAULTS[key] for key in rule.keys}
            config = replace(config, **usual)
    return config
