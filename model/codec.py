"""Records as plain data and as canonical text, generic over the fields of the dataclasses.

One codec per set of wire names; encoders and decoders are built once per class. Decimals travel as the
strings of `arithmetic.text`, enums as their values, tuples as lists, binary64 as JSON numbers or "NaN",
"Infinity", "-Infinity" (N-1, N-2). Members of a union carry `"type"`: the class's name in snake case.
Decoding is strict and total: whatever is wrong raises one `Malformed` that names the place.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from json.encoder import encode_basestring_ascii as quote
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar, get_args, get_origin, get_type_hints

from model import actions, events, journal
from model.arithmetic import text
from model.plain import READERS, Reader, decimal, enum_reader, members_by_name
from model.plain import Malformed as Malformed
from model.plain import show as show
from model.shapes import class_of, members_of
from model.whole import whole_reader

T = TypeVar("T")
Writer = Callable[[Any], str]
Names = Mapping[tuple[type, str], str]

_SNAKE = re.compile(r"(?<!^)(?=[A-Z])")


def tag(cls: type) -> str:
    """Return a class's tag: its name in snake case."""
    return _SNAKE.sub("_", cls.__name__).lower()


class Codec:
    """Writes and reads dataclasses. `names` renames fields on the wire, `hidden` fields are not on the wire.

    With `strict`, unknown keys are refused, else ignored.
    """

    def __init__(
        self, names: Names | None = None, hidden: Mapping[type, str] | None = None, *, strict: bool = True
    ) -> None:
        self._names = dict(names or {})
        self._hidden = dict(hidden or {})
        self._strict = strict
        self._writers: dict[Any, Writer] = {}
        self._readers: dict[Any, Reader] = {}
        self._swift: dict[Any, Reader] = {}
        self._tagged: dict[type, Writer] = {}

    def canonical(self, record: object) -> str:
        """Write a record as compact JSON, tagged, its keys in the order of the fields."""
        writer = self._tagged.get(type(record))
        if writer is None:
            writer = self._tagged[type(record)] = self._record_writer(type(record), tagged=True)
        return writer(record)

    def to_data(self, record: object) -> dict[str, Any]:
        """Return a record as plain data, tagged."""
        data: dict[str, Any] = json.loads(self.canonical(record))
        return data

    def decode(self, shape: Any, data: object, **given: object) -> Any:
        """Read data of the given shape: a dataclass, a union of them, or any field type.

        `given` supplies hidden fields of a record or of each member of a union. Raises `Malformed`.
        """
        reader = self._reader(shape) if not given else self._reader_with(shape, tuple(sorted(given)))
        return reader(data) if not given else reader((data, given))

    # -- writing

    def _writer(self, shape: Any) -> Writer:
        found = self._writers.get(shape)
        if found is None:
            found = self._writers[shape] = self._make_writer(shape)
        return found

    def _make_writer(self, shape: Any) -> Writer:
        plain = _PLAIN_WRITERS.get(shape)
        if plain is not None:
            return plain
        if isinstance(shape, type) and issubclass(shape, StrEnum):
            return {member: quote(member.value) for member in shape}.__getitem__
        if is_dataclass(shape):
            return self._record_writer(class_of(shape), tagged=False)
        if get_origin(shape) is tuple:
            return self._tuple_writer(get_args(shape))
        return self._union_writer(members_of(shape))

    def _tuple_writer(self, args: tuple[Any, ...]) -> Writer:
        if len(args) == 2 and args[1] is Ellipsis:
            item = self._writer(args[0])
            return lambda values: "[" + ",".join([item(value) for value in values]) + "]"
        items = [self._writer(arg) for arg in args]
        return lambda values: "[" + ",".join([w(v) for w, v in zip(items, values, strict=True)]) + "]"

    def _union_writer(self, members: tuple[Any, ...]) -> Writer:
        solid = [member for member in members if member is not type(None)]
        if len(solid) == 1:
            one = self._writer(solid[0])
            return lambda value: "null" if value is None else one(value)
        by_class = {cls: self._record_writer(cls, tagged=True) for cls in solid}
        if len(solid) == len(members):
            return lambda value: by_class[type(value)](value)
        return lambda value: "null" if value is None else by_class[type(value)](value)

    def _record_writer(self, cls: type, *, tagged: bool) -> Writer:
        shown = self._fields(cls)
        parts = [f'"type":{quote(tag(cls))}'] if tagged else []
        parts += [f'"{wire}":%s' for _, wire, _, _ in shown]
        template = "{" + ",".join(parts) + "}"
        if not shown:
            return lambda _record: template
        names = [name for name, _, _, _ in shown]
        writers = [self._writer(shape) for _, _, shape, _ in shown]
        values = attrgetter(*names)
        if len(names) == 1:
            only = writers[0]
            return lambda record: template % only(values(record))
        # the template itself writes integers
        converted = [(at, writer) for at, writer in enumerate(writers) if writer is not str]

        def write(record: object) -> str:
            texts = list(values(record))
            for at, writer in converted:
                texts[at] = writer(texts[at])
            return template % tuple(texts)

        return write

    def _fields(self, cls: type) -> list[tuple[str, str, Any, bool]]:
        """List what is on the wire of a class: field name, wire name, type, whether it may be left out."""
        hints = get_type_hints(cls)
        return [
            (
                field.name,
                self._names.get((cls, field.name), field.name),
                hints[field.name],
                field.default is not MISSING or field.default_factory is not MISSING,
            )
            for field in fields(cls)
            if self._hidden.get(cls) != field.name
        ]

    # -- reading

    def reader(self, shape: Any) -> Reader:
        """Return what `decode` reads data of this shape with."""
        return self._reader(shape)

    def _reader(self, shape: Any) -> Reader:
        found = self._readers.get(shape)
        if found is None:
            found = self._readers[shape] = self._make_reader(shape)
        return found

    def _swift_reader(self, shape: Any) -> Reader:
        """Return a reader that may refuse by whatever error, for those who ask a careful one then what is wrong."""
        found = self._swift.get(shape)
        if found is None:
            found = self._swift[shape] = self._make_swift(shape)
        return found

    def _make_swift(self, shape: Any) -> Reader:
        if shape is Decimal:
            return decimal
        if isinstance(shape, type) and issubclass(shape, StrEnum):
            return members_by_name(shape).__getitem__
        if shape in READERS or is_dataclass(shape) or get_origin(shape) is tuple:
            return self._reader(shape)
        solid = [member for member in members_of(shape) if member is not type(None)]
        if len(solid) != 1:
            return self._reader(shape)
        one = self._swift_reader(solid[0])
        return lambda data: None if data is None else one(data)

    def _reader_with(self, shape: Any, given: tuple[str, ...]) -> Reader:
        """Return a reader of (data, values of hidden fields)."""
        found = self._readers.get((shape, given))
        if found is None:
            if is_dataclass(shape):
                found = self._record_reader(class_of(shape), tagged=False, given=True)
            else:
                found = self._union_reader(members_of(shape), given=True)
            self._readers[(shape, given)] = found
        return found

    def _make_reader(self, shape: Any) -> Reader:
        plain = READERS.get(shape)
        if plain is not None:
            return plain
        if isinstance(shape, type) and issubclass(shape, StrEnum):
            return enum_reader(shape)
        if is_dataclass(shape):
            return self._record_reader(class_of(shape), tagged=False)
        if get_origin(shape) is tuple:
            return self._tuple_reader(get_args(shape))
        return self._union_reader(members_of(shape))

    def _tuple_reader(self, args: tuple[Any, ...]) -> Reader:
        repeated = len(args) == 2 and args[1] is Ellipsis
        readers = [self._reader(arg) for arg in args if arg is not Ellipsis]
        first = readers[0]

        def read(data: object) -> tuple[Any, ...]:
            if not isinstance(data, list):
                raise Malformed("", f"{show(data)} is not a list")
            if not data and repeated:
                return ()
            if not repeated and len(data) != len(readers):
                raise Malformed("", f"a list of {len(data)}, where {len(readers)} items are expected")
            if repeated:
                try:
                    return tuple([first(value) for value in data])
                except Malformed:  # which one it is, is told below
                    pass
            items = []
            for index, value in enumerate(data):
                try:
                    items.append(readers[0 if repeated else index](value))
                except Malformed as fault:
                    raise fault.below(f"[{index}]") from None
            return tuple(items)

        return read

    def _union_reader(self, members: tuple[Any, ...], *, given: bool = False) -> Reader:
        solid = [member for member in members if member is not type(None)]
        optional = len(solid) < len(members)
        if len(solid) == 1:
            one = self._reader(solid[0])
            return lambda data: None if data is None else one(data)
        by_tag = {tag(cls): self._record_reader(cls, tagged=True, given=given) for cls in solid}

        def read(source: Any) -> object:
            data = source[0] if given else source
            if data is None and optional:
                return None
            if not isinstance(data, dict):
                raise Malformed("", f"{show(data)} is not an object")
            name = data.get("type")
            reader = by_tag.get(name) if isinstance(name, str) else None
            if reader is None:
                raise Malformed("type", f"{show(name)} is none of {', '.join(by_tag)}")
            return reader(source)

        def swift(data: Any) -> object:
            try:
                reader = by_tag[data["type"]]
            except (LookupError, TypeError):
                return read(data)
            return reader(data)

        return read if given else swift

    def _record_reader(self, cls: type, *, tagged: bool, given: bool = False) -> Reader:
        shown = [(name, wire, self._reader(shape), left_out) for name, wire, shape, left_out in self._fields(cls)]
        known = {wire for _, wire, _, _ in shown} | {"type"}

        def read(source: Any) -> object:
            data = source[0] if given else source
            values: dict[str, object] = dict(source[1]) if given else {}
            if not isinstance(data, dict):
                raise Malformed("", f"{show(data)} is not an object")
            if not tagged and data.get("type", tag(cls)) != tag(cls):
                raise Malformed("type", f"{show(data['type'])} is not {tag(cls)}")
            for name, wire, reader, left_out in shown:
                if wire not in data:
                    if left_out:
                        continue
                    raise Malformed(wire, "is missing")
                try:
                    values[name] = reader(data[wire])
                except Malformed as fault:
                    raise fault.below(wire) from None
            if self._strict and not known.issuperset(data):
                stranger = next(key for key in data if key not in known)
                raise Malformed(str(stranger)[:80], f"is no field of {tag(cls)}; known: {', '.join(sorted(known))}")
            return cls(**values)

        if given or len(shown) < len(fields(cls)):
            return read
        swift = [(wire, self._swift_reader(shape)) for _, wire, shape, _ in self._fields(cls)]
        return whole_reader(cls, swift, tagged, read)


def _write_float(value: float) -> str:
    if math.isfinite(value):
        return repr(value)
    return '"NaN"' if math.isnan(value) else ('"Infinity"' if value > 0 else '"-Infinity"')


_PLAIN_WRITERS: dict[Any, Writer] = {
    bool: {True: "true", False: "false"}.__getitem__,
    int: str,
    str: quote,
    Decimal: lambda value: '"' + text(value) + '"',
    float: _write_float,
}
TRACE = Codec()
"""The codec of traces and witnesses: every field under its own name, unknown keys refused."""

RECORD: TypeAlias = events.Event | events.Start | actions.Action | journal.Record
"""Everything that `from_data` knows by its tag."""


def to_data(record: object) -> dict[str, Any]:
    """Return a record as plain data with its tag under "type"."""
    return TRACE.to_data(record)


def from_data(data: object) -> Any:
    """Return the event, action, start or journal record that `data` tells. Raises `Malformed`."""
    return _any_reader()(data)


@cache
def _any_reader() -> Reader:
    """Look the reader up once: so long a union takes longer to hash than a record to read."""
    return TRACE.reader(RECORD)


def decode(shape: type[T], data: object) -> T:
    """Return the record of the class `shape` that `data` tells. Raises `Malformed`."""
    found: T = TRACE.decode(shape, data)
    return found


def canonical(record: object) -> str:
    """Write a record as canonical text: compact ASCII JSON, tagged, keys in the order of the fields (N-1)."""
    return TRACE.canonical(record)
