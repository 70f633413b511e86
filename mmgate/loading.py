"""From data to a `MakerConfig`: every error at once, with key, value, what is allowed, nearest name (CFG-1).

Names, defaults, ranges and contradictions are those of `model.config`; nothing is declared again here.
Pydantic checks the table; the sentences are ours. Numbers are exact: a decimal comes as an integer, a TOML
float (read as `Decimal`) or a string, never as a binary float.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, create_model
from pydantic_core import ErrorDetails, PydanticCustomError

from mmgate.inputs import shown
from model.arithmetic import text
from model.config import CLOID_PREFIX_PATTERN, CONTRADICTIONS, KEYS, ConfigRefused, MakerConfig

DIGITS = 28
LARGEST = Decimal("1e28")
SMALLEST = Decimal("1e-28")
LARGEST_INT = 2**53 - 1
"""Integers of a config stay exact in every language that reads JSON."""
MAX_NAMES = 1000
MAX_NAME_LENGTH = 64
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,100}(?:\.[0-9]{0,100})?|\.[0-9]{1,100})(?:[eE][+-]?[0-9]{1,3})?")
_MARKET = re.compile(r"[^\s:]+(?::[^\s:]+)?")

Problem = tuple[str, str, str]


def config_from_data(data: Mapping[str, object]) -> MakerConfig:
    """Check a table of maker keys and give the config it means; what it omits has its default (CFG-1, CFG-4).

    Raises ConfigRefused with all errors as (key, code, text); codes: unknown_key, wrong_type, out_of_range,
    unknown_value, malformed, contradiction.
    """
    known = {key: value for key, value in data.items() if key in KEYS}
    problems = [_unknown(key, data[key]) for key in data if key not in KEYS]
    values, refused = _checked(known)
    problems += refused
    bad = {key for key, _, _ in refused}
    config = MakerConfig(**values)
    problems += [
        (rule.keys[0], "contradiction", f"{_pairs(rule.keys, config)}: {rule.rule} must hold")
        for rule in CONTRADICTIONS
        if not bad.intersection(rule.keys) and not rule.holds(config)
    ]
    if problems:
        raise ConfigRefused(tuple(problems))
    return config


def nearest(name: str, names: Iterable[str]) -> str:
    """Return "; did you mean X?" for the name nearest to a misspelt one, or nothing."""
    folded = {candidate.casefold(): candidate for candidate in names}
    close = difflib.get_close_matches(name[:100].casefold(), list(folded), n=1, cutoff=0.6)
    return f"; did you mean {folded[close[0]]}?" if close else ""


def _checked(known: Mapping[str, object]) -> tuple[dict[str, Any], list[Problem]]:
    """Return the values that are right, and a problem for each that is not, in the table's order."""
    try:
        table = _table()(**known)
    except ValidationError as error:
        details = {str(detail["loc"][0]): detail for detail in reversed(error.errors(include_url=False))}
        problems = [_problem(key, known[key], details[key]) for key in KEYS if key in details]
        good, _ = _checked({key: value for key, value in known.items() if key not in details})
        return good, problems
    return {key: getattr(table, key) for key in known}, []


@cache
def _table() -> type[BaseModel]:
    """Build the Pydantic twin of `MakerConfig` from its annotations."""
    hints = get_type_hints(MakerConfig, include_extras=True)
    columns: dict[str, Any] = {
        field.name: (_column(field.name, hints[field.name]), field.default) for field in fields(MakerConfig)
    }
    return create_model("MakerTable", __config__=ConfigDict(extra="forbid", frozen=True), **columns)


def _column(key: str, hint: Any) -> Any:
    """Put the reader of the key's type before the constraints of its annotation."""
    if key == "cloid_prefix":
        return Annotated[hint, BeforeValidator(_prefix)]
    if key == "markets":
        return Annotated[hint, BeforeValidator(_markets)]
    base = _base(hint)
    if isinstance(base, type) and issubclass(base, StrEnum):
        return Annotated[hint, BeforeValidator(lambda value: _choice(base, value))]
    return Annotated[hint, BeforeValidator({bool: _bool, int: _int, Decimal: _decimal, float: _float}[base])]


def _base(hint: Any) -> Any:
    """Strip `Annotated` from a hint."""
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise PydanticCustomError("wrong_type", "must be true or false")
    return value


def _int(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise PydanticCustomError("wrong_type", "must be a whole number")
    if abs(value) > LARGEST_INT:
        raise PydanticCustomError("out_of_range", f"must be at most {LARGEST_INT}")
    return value


def _decimal(value: object) -> Decimal:
    if isinstance(value, float):
        raise PydanticCustomError("wrong_type", 'must be exact: write it as a string, such as "0.3"')
    number = _number(value)
    if number is None:
        raise PydanticCustomError("wrong_type", 'must be a number, such as 0.3 or "0.3"')
    if not number.is_finite():
        raise PydanticCustomError("out_of_range", "must be a finite number")
    if number != 0 and not SMALLEST <= abs(number) <= LARGEST:
        raise PydanticCustomError("out_of_range", "must lie between 1e-28 and 1e28, or be 0")
    if len(number.as_tuple().digits) > DIGITS:
        raise PydanticCustomError("out_of_range", f"must have at most {DIGITS} significant digits")
    return number


def _float(value: object) -> float:
    number = value if isinstance(value, float) else _number(value)
    if number is None:
        raise PydanticCustomError("wrong_type", "must be a number, such as 1.5")
    try:
        nearest_binary = float(number)
    except OverflowError:
        nearest_binary = math.inf
    if not math.isfinite(nearest_binary):
        raise PydanticCustomError("out_of_range", "must be a finite number")
    return nearest_binary


def _number(value: object) -> Decimal | None:
    """Read an exact number from an integer, a decimal or a plain string; None if it is none of these."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value) if abs(value) <= LARGEST else Decimal("Infinity")
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value)
    return None


def _prefix(value: object) -> str:
    if not isinstance(value, str):
        raise PydanticCustomError("wrong_type", 'must be a string of 8 hex digits, such as "6d6d6701"')
    if not re.fullmatch(CLOID_PREFIX_PATTERN, value) or len(value) != 8:
        raise PydanticCustomError("malformed", "must be 8 hex digits in lower case (0-9, a-f)")
    return value


def _markets(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise PydanticCustomError("wrong_type", 'must be a list of names, such as ["GOLD", "xyz:NVDA"]')
    if len(value) > MAX_NAMES:
        raise PydanticCustomError("out_of_range", f"must be at most {MAX_NAMES} names")
    for name in value:
        if len(name) > MAX_NAME_LENGTH or not name.isprintable() or not _MARKET.fullmatch(name):
            raise PydanticCustomError(
                "malformed",
                "the name {name} must be COIN or dex:COIN, at most {most} characters without blanks",
                {"name": shown(name), "most": MAX_NAME_LENGTH},
            )
    return tuple(value)


def _choice(kind: type[StrEnum], value: object) -> StrEnum:
    words = [member.value for member in kind]
    allowed = "must be " + " or ".join(f'"{word}"' for word in words)
    if not isinstance(value, str):
        raise PydanticCustomError("wrong_type", allowed)
    if value not in words:
        hint = nearest(value, words)
        raise PydanticCustomError("unknown_value", allowed + hint)
    return kind(value)


def _problem(key: str, value: object, detail: ErrorDetails) -> Problem:
    """Say key, value and what is allowed; Pydantic's own complaints are about ranges only."""
    own = ("wrong_type", "out_of_range", "unknown_value", "malformed")
    if detail["type"] in own:
        return key, detail["type"], f"{key} = {shown(value)}: {detail['msg']}"
    return key, "out_of_range", f"{key} = {shown(value)}: must be {_allowed(key)}"


def _allowed(key: str) -> str:
    """Write a key's range in words, from its annotation."""
    hint = get_type_hints(MakerConfig, include_extras=True)[key]
    parts = []
    for bound in getattr(hint, "__metadata__", ()):
        match bound:
            case Ge(low):
                parts.append(f"at least {low}")
            case Gt(low):
                parts.append(f"greater than {low}")
            case Le(high):
                parts.append(f"at most {high}")
            case Lt(high):
                parts.append(f"less than {high}")
            case _:
                continue
    return " and ".join(parts)


def _unknown(key: str, value: object) -> Problem:
    return key, "unknown_key", f"{shown_key(key)} = {shown(value)}: there is no such key{nearest(key, KEYS)}"


def shown_key(key: str) -> str:
    """Write a key that may be anything on one printable, bounded line."""
    return shown(key)[1:-1] if len(shown(key)) > 2 and not shown(key).endswith("…") else shown(key)


def _pairs(keys: tuple[str, ...], config: MakerConfig) -> str:
    return ", ".join(f"{key} = {shown(getattr(config, key))}" for key in keys)


def as_toml(config: MakerConfig) -> str:
    """Write a config as a `[maker]` table that reads back as the same config."""
    lines = ["[maker]", *(f"{key} = {_toml(getattr(config, key))}" for key in KEYS)]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return text(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return repr(value)
