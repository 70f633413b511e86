"""Reading an object that has all its fields at once; any other one is left to the reader that says what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields as fields_of
from dataclasses import make_dataclass
from functools import cache
from typing import Any

Reader = Callable[[Any], Any]


def whole_reader(cls: type, fields: Sequence[tuple[str, Reader]], tagged: bool, careful: Reader) -> Reader:
    """Return a reader of a class: `fields` are the keys, in the order of its arguments, with what reads each.

    With `tagged`, an object has one key more, which the caller has looked at. What `careful` refuses, it refuses; a
    field's reader may refuse by any ValueError, LookupError or TypeError.
    """
    if not fields:
        return careful
    count, parts = len(fields) + tagged, tuple(fields)
    blank = None if tagged else _blank(cls, [key for key, _ in fields])
    default = None if blank is None else cls()
    loose: Any = None  # made with the first object: most classes of a long union are never met

    def read(data: Any) -> object:
        try:
            if len(data) == count:
                return cls(*[reader(data[key]) for key, reader in parts])
        except (ValueError, LookupError, TypeError):
            pass
        return careful(data)

    def fill(data: Any) -> object:
        nonlocal loose
        if blank is not None and data == blank:
            return default
        if loose is None:
            loose = _loose(cls)
        try:
            if len(data) == count:
                found = loose(*[reader(data[key]) for key, reader in parts])
                found.__class__ = cls
                return found
        except (ValueError, LookupError, TypeError):
            pass
        return careful(data)

    return fill if _is_plain(cls) else read


def _is_plain(cls: type) -> bool:
    """Say whether a class has nothing but slots, so that another one can be laid out alike."""
    return "__slots__" in vars(cls) and not hasattr(cls, "__post_init__") and cls.__bases__ == (object,)


@cache
def _loose(cls: type) -> Any:
    """Return a class laid out as a frozen one, whose fields can still be set.

    What it makes is given the frozen class afterwards: a frozen dataclass sets its fields one by one around its own
    guard, which takes four times as long.
    """
    return make_dataclass(
        cls.__name__, [(field.name, object) for field in fields_of(cls)], slots=True, eq=False, repr=False
    )


def _blank(cls: type, keys: Sequence[str]) -> dict[str, Any] | None:
    """Return how an object reads that has nothing in it; None for a class whose objects always have something."""
    if any(field.default is not None and field.default != () for field in fields_of(cls)):
        return None
    blanks: list[Any] = [None if field.default is None else [] for field in fields_of(cls)]
    return dict(zip(keys, blanks, strict=True))
