"""Reading an object that has all its fields at once; any other one is left to the reader that says what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Reader = Callable[[Any], Any]


def whole_reader(cls: type, fields: Sequence[tuple[str, Reader]], tagged: bool, careful: Reader) -> Reader:
    """Return a reader of a class: `fields` are the keys, in the order of its arguments, with what reads each.

    With `tagged`, an object has one key more, which the caller has looked at. What `careful` refuses, it refuses.
    """
    if not fields:
        return careful
    count, parts = len(fields) + tagged, tuple(fields)

    def read(data: Any) -> object:
        try:
            if len(data) == count:
                return cls(*[reader(data[key]) for key, reader in parts])
        except (ValueError, LookupError, TypeError):
            pass
        return careful(data)

    return read
