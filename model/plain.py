"""Plain values as they are read, strictly: whatever is wrong raises one `Malformed` that names the place."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

from model.arithmetic import to_binary64

Reader = Callable[[Any], Any]

DECIMAL_PATTERN = re.compile(r"-?[0-9]{1,200}(?:\.[0-9]{1,200})?")
"""Digits and at most one point, as a venue takes it: no exponent, no sign but the minus, no digits but ASCII's."""
DECIMAL_LENGTH = 250
INTEGER_LIMIT = 2**63
DECIMALS_KEPT = 4096

_SPECIAL_FLOATS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class Malformed(ValueError):
    """Data that is no record: `path` names the place ("orders[3].px", "" the whole), `text` what is wrong."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__(f"{path}: {text}" if path else text)
        self.path = path
        self.text = text

    def below(self, name: str) -> Malformed:
        """Return the same fault, seen from one level up."""
        if self.path and not self.path.startswith("["):
            return Malformed(f"{name}.{self.path}", self.text)
        return Malformed(name + self.path, self.text)


def show(data: object) -> str:
    """Write any value for an error text, bounded and in ASCII."""
    shown = ascii(data)
    return shown if len(shown) <= 80 else shown[:77] + "..."


def _read_bool(data: object) -> bool:
    if data is True or data is False:
        return data is True
    raise Malformed("", f"{show(data)} is not true or false")


def _read_int(data: object) -> int:
    if type(data) is int and -INTEGER_LIMIT <= data < INTEGER_LIMIT:
        return data
    if not isinstance(data, int) or isinstance(data, bool):
        raise Malformed("", f"{show(data)} is not an integer")
    if not -INTEGER_LIMIT <= data < INTEGER_LIMIT:
        raise Malformed("", "the integer is beyond 64 bits")
    return data


def _read_str(data: object) -> str:
    if type(data) is str and data.isascii():
        return data
    if not isinstance(data, str):
        raise Malformed("", f"{show(data)} is not a string")
    if not data.isascii() and any("\ud800" <= sign <= "\udfff" for sign in data):
        raise Malformed("", f"{show(data)} holds half a surrogate pair, which is no text")
    return data


def _read_decimal(data: object) -> Decimal:
    if not isinstance(data, str):
        raise Malformed("", f"{show(data)} is not a decimal in a string")
    return decimal(data)


@lru_cache(maxsize=DECIMALS_KEPT)
def decimal(data: str) -> Decimal:
    """Read a decimal, remembering the latest: the same prices and sizes come again and again."""
    if len(data) > DECIMAL_LENGTH or DECIMAL_PATTERN.fullmatch(data) is None:
        raise Malformed("", f"{show(data)} is not a decimal: digits and at most one point, no exponent")
    return Decimal(data)


def _read_float(data: object) -> float:
    if isinstance(data, float):
        return data
    if isinstance(data, str) and data in _SPECIAL_FLOATS:
        return _SPECIAL_FLOATS[data]
    if isinstance(data, int) and not isinstance(data, bool) and abs(data) < INTEGER_LIMIT:
        return to_binary64(Decimal(data))
    raise Malformed("", f"{show(data)} is not a binary64 number")


def members_by_name(enum: type[StrEnum]) -> dict[str, StrEnum]:
    """Return the members of an enum by what is written for them."""
    return {member.value: member for member in enum}


def enum_reader(enum: type[StrEnum]) -> Reader:
    """Return a reader of the members of an enum."""
    by_value = members_by_name(enum)

    def read(data: object) -> StrEnum:
        member = by_value.get(data) if isinstance(data, str) else None
        if member is None:
            raise Malformed("", f"{show(data)} is none of {', '.join(by_value)}")
        return member

    return read


READERS: dict[Any, Reader] = {
    bool: _read_bool,
    int: _read_int,
    str: _read_str,
    Decimal: _read_decimal,
    float: _read_float,
}
