"""Exports of the venue, CSV or JSON, row by row as the messages that a second subscriber would have received."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from heapq import merge
from typing import Any

from mmgate.audit.mapping import Export
from mmgate.audit.reading import FLAW, Item
from mmgate.audit.shapes import UNORDERED
from mmgate.audit.times import time_of
from mmgate.inputs import InputRefused, open_bytes, shown, shown_path
from model.codec import Malformed

LARGEST_BYTES = 256 << 20
UPDATE = ("coin", "oid", "cloid", "side", "limitPx", "sz", "tif", "reduceOnly", "origSz", "filledSz", "reason")
WHOLE = frozenset(("oid", "tid", "time"))
TRUE = frozenset(("true", "1", "yes"))


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its time in ms and its message (None: damaged, and `why`), its place."""

    time_ms: int
    message: dict[str, Any] | None
    place: str
    why: str = ""


def with_exports(items: Iterable[Item], exports: Iterable[Export], offset_ms: int) -> Iterator[Item]:
    """Merge lines and the rows of exports by time; a row counts to the line before it.

    At equal times rows come after what opens orders and before what first closes one, as fills do.
    """
    rows = [((row, 1) for row in _items(rows_of(export), offset_ms)) for export in exports]
    line = 1
    for item, _ in merge(_ranked(items), *rows, key=lambda one: (one[0][1], one[1])):
        line = item[0] or line
        yield item if item[0] else (line, *item[1:])


def _ranked(items: Iterable[Item]) -> Iterator[tuple[Item, int]]:
    closing_ms = 0
    for item in items:
        if item[2] == "watched" and _closes(item[3]):
            closing_ms = item[1]
        yield item, 2 if closing_ms == item[1] else 0


def _items(rows: Iterator[Row], offset_ms: int) -> Iterator[Item]:
    for row in rows:
        if row.message is None:
            yield 0, 0, FLAW, f"{row.place} is none that the mapping knows: {row.why}", {}
        else:
            yield 0, row.time_ms + offset_ms, "watched", row.message, {}


def _closes(watched: Any) -> bool:
    """Say whether a message ends an order at the venue."""
    if (
        not isinstance(watched, dict)
        or watched.get("channel") != "orderUpdates"
        or not isinstance(watched.get("data"), list)
    ):
        return False
    return any(isinstance(row, dict) and row.get("status") != "open" for row in watched["data"])


def rows_of(export: Export) -> Iterator[Row]:
    """Yield the rows of an export in the order of their times, the damaged ones first."""
    name = shown_path(export.file)
    data = open_bytes(export.file, LARGEST_BYTES, "export")
    if export.file.suffix == ".csv":
        found, columns = _csv_rows(name, data)
        _has_columns(name, export, columns)
    else:
        found = _json_rows(name, data)
    rows = [_row(export, row, f"{name} row {number}") for number, row in enumerate(found, 1)]
    yield from sorted(rows, key=lambda row: row.time_ms)


def _has_columns(name: str, export: Export, columns: list[str]) -> None:
    """Refuse a mapping that names columns which the headings do not have. Raises InputRefused."""
    named = (export.time, *(column for _, column in export.columns))
    missing = [column for column in dict.fromkeys(named) if column not in columns]
    if missing:
        told = f"has no column {', '.join(map(shown, missing))}; its headings are {', '.join(map(shown, columns[:30]))}"
        raise InputRefused(f"export {name}: {told}; correct [[export]] of the mapping")


def _csv_rows(name: str, data: bytes) -> tuple[list[dict[str, Any]], list[str]]:
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        rows = [{key: value for key, value in row.items() if isinstance(key, str) and value} for row in reader]
        return rows, list(reader.fieldnames or ())
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputRefused(f"export {name}: is no CSV: {error}; write it again") from None


def _json_rows(name: str, data: bytes) -> list[dict[str, Any]]:
    try:
        found = json.loads(data, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise InputRefused(f"export {name}: is no JSON; write it again") from None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise InputRefused(f"export {name}: is no list of objects; write it again")
    return found


def _row(export: Export, row: dict[str, Any], place: str) -> Row:
    order = row.get("order")
    flat = {**row, **(order if isinstance(order, dict) else {})}
    named = {**flat, **{field: flat[column] for field, column in export.columns if column in flat}}
    try:
        time_ms = time_of(flat.get(export.time), export.time_unit)
        values = {key: _value(key, value) for key, value in named.items()}
    except (Malformed, ValueError) as fault:
        return Row(0, None, place, str(fault))
    return Row(time_ms, _message(export.channel, {**values, "time": time_ms}), place)


def _value(key: str, value: Any) -> Any:
    """Read a CSV's text as what the venue's JSON has there."""
    if key in WHOLE and isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    if key in ("crossed", "reduceOnly") and isinstance(value, str):
        return value.lower() in TRUE
    return str(value) if isinstance(value, Decimal) else value


def _message(channel: str, row: dict[str, Any]) -> dict[str, Any]:
    if channel == "userFills":
        return {"channel": channel, "data": {"fills": [row]}}
    if channel == "orderUpdates":
        order = {key: row[key] for key in UPDATE if key in row}
        status = row.get("status")
        return {"channel": channel, "data": [{"order": order, "status": UNORDERED.get(str(status), status)}]}
    return {"channel": channel, "data": {"coin": row.get("coin"), "ctx": row}}
