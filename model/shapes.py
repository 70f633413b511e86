"""Types of fields, looked into: what a codec builds its readers and writers from."""

from __future__ import annotations

import types
from typing import Any, Union, get_args, get_origin


def class_of(shape: Any) -> type:
    """Return a shape that is a class. Raises TypeError."""
    if not isinstance(shape, type):
        raise TypeError(f"{shape!r} is not a class")
    return shape


def members_of(shape: Any) -> tuple[Any, ...]:
    """Return the members of a union. Raises TypeError."""
    if get_origin(shape) not in (Union, types.UnionType):
        raise TypeError(
            f"no codec for fields of type {shape!r}: use str, int, bool, Decimal, enums, tuples, dataclasses"
        )
    return get_args(shape)
