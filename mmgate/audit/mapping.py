"""The mapping: what in somebody's records is what. A small TOML file over the shipped one; every error at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from mmgate.audit.times import UNITS
from mmgate.gatefile import read_toml
from mmgate.inputs import InputRefused, shown, shown_path
from mmgate.loading import nearest, shown_key
from model.market import Market

SHIPPED = "hyperliquid.toml"
EXPORT_KEYS = ("file", "channel", "time", "time_unit", "columns")
CHANNELS = ("orderUpdates", "userFills", "activeAssetCtx")
MOST_EXPORTS = 100
LONGEST_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Export:
    """One CSV or JSON file of the venue: its channel, its column of times, the column of each field."""

    file: Path
    channel: str
    time: str
    time_unit: str
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RecordMap:
    """A mapping, read. The tables are those of the shipped file; `markets`, `assets`: what `run` and `account` name."""

    lines: dict[str, Any]
    names: dict[str, str]
    account: dict[str, Any]
    run: dict[str, Any]
    markets: tuple[Market, ...]
    exports: tuple[Export, ...]
    assets: dict[int, str]


def load_map(path: Path | None) -> RecordMap:
    """Read a mapping, by default the shipped one. Raises InputRefused with a line for each thing that is wrong."""
    given = {} if path is None else read_toml(path, "map")
    name = SHIPPED if path is None else shown_path(path)
    wrong = list(_wrong(given))
    if wrong:
        raise InputRefused(*(f"map {name}: {line}" for line in wrong))
    merged = {table: {**keys, **_dict(given.get(table))} for table, keys in _shipped().items()}
    folder = Path() if path is None else path.parent
    exports = tuple(_export(folder, row) for row in _rows(given))
    markets = tuple(_market(text) for text in merged["run"]["markets"])
    assets = dict(_asset(text) for text in merged["account"]["assets"])
    return RecordMap(merged["lines"], merged["names"], merged["account"], merged["run"], markets, exports, assets)


@cache
def _shipped() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("mmgate.audit").joinpath(SHIPPED).read_text("utf-8"))


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _rows(given: dict[str, Any]) -> list[dict[str, Any]]:
    rows = given.get("export", [])
    return rows if isinstance(rows, list) else []


def _wrong(given: dict[str, Any]) -> Iterator[str]:
    """Say all that is wrong with a mapping."""
    for table, value in given.items():
        if table == "export":
            yield from _wrong_exports(value)
        elif table not in _shipped():
            yield f"{shown_key(table)}: there is no such table{nearest(table, (*_shipped(), 'export'))}"
        elif not isinstance(value, dict):
            yield f"{table} = {shown(value)}: must be a table"
        else:
            yield from _wrong_table(table, value)


def _wrong_table(table: str, values: dict[str, Any]) -> Iterator[str]:
    known = _shipped()[table]
    for key, value in values.items():
        if key not in known:
            yield f"[{table}] {shown_key(key)}: there is no such key{nearest(key, known)}"
            continue
        default = known[key]
        if type(value) is not type(default):
            yield f"[{table}] {key} = {shown(value)}: must be of the kind of {shown(default)}"
        elif key == "time_unit" and value not in UNITS:
            yield f"[{table}] {key} = {shown(value)}: must be one of {', '.join(UNITS)}"
        elif isinstance(value, int) and not isinstance(value, bool) and not _fits(key, value):
            yield f"[{table}] {key} = {shown(value)}: must be a time from 0 to a day, in ms"
        elif isinstance(value, list) and not all(isinstance(item, str) for item in value):
            yield f"[{table}] {key}: must be a list of texts"
        elif key == "markets":
            yield from (f"[run] markets: {shown(one)} is not such as xyz:GOLD/4" for one in value if not _named(one))
        elif key == "assets":
            wrong = [one for one in value if not _numbered(one)]
            yield from (f"[account] assets: {shown(one)} is not such as 110003 = xyz:GOLD" for one in wrong)


def _fits(key: str, value: int) -> bool:
    return abs(value) <= LONGEST_MS and (value >= 0 or key == "clock_offset_ms")


def _named(text: str) -> bool:
    name, _, decimals = text.rpartition("/")
    return bool(name) and len(decimals) == 1 and decimals in "012345678"


def _market(text: str) -> Market:
    name, _, decimals = text.rpartition("/")
    return Market(name, int(decimals))


def _numbered(text: str) -> bool:
    number, _, coin = text.partition("=")
    return number.strip().isascii() and number.strip().isdigit() and len(number) < 20 and bool(coin.strip())


def _asset(text: str) -> tuple[int, str]:
    number, _, coin = text.partition("=")
    return int(number), coin.strip()


def _wrong_exports(rows: object) -> Iterator[str]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        yield "export: must be written as [[export]], once for each file"
        return
    if len(rows) > MOST_EXPORTS:
        yield f"has {len(rows)} exports; at most {MOST_EXPORTS} are read"
    for number, row in enumerate(rows, 1):
        yield from (f"[[export]] {number}: {line}" for line in _wrong_export(row))


def _wrong_export(row: dict[str, Any]) -> Iterator[str]:
    strange = [key for key in row if key not in EXPORT_KEYS]
    yield from (f"{shown_key(key)}: there is no such key{nearest(key, EXPORT_KEYS)}" for key in strange)
    if not isinstance(row.get("file"), str) or not row["file"].endswith((".csv", ".json")):
        yield f"file = {shown(row.get('file'))}: must be a name that ends in .csv or .json"
    if row.get("channel") not in CHANNELS:
        yield f"channel = {shown(row.get('channel'))}: must be one of {', '.join(CHANNELS)}"
    if not isinstance(row.get("time", "time"), str):
        yield f"time = {shown(row['time'])}: must name a column"
    if row.get("time_unit", "ms") not in UNITS:
        yield f"time_unit = {shown(row['time_unit'])}: must be one of {', '.join(UNITS)}"
    columns = row.get("columns", {})
    if not isinstance(columns, dict) or not all(isinstance(value, str) for value in columns.values()):
        yield "columns: must say for each field which column it is"


def _export(folder: Path, row: dict[str, Any]) -> Export:
    columns = tuple(row.get("columns", {}).items())
    return Export(folder / row["file"], row["channel"], row.get("time", "time"), row.get("time_unit", "ms"), columns)
