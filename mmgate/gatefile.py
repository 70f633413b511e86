"""The gate's own file (`mmgate.toml`, `mm.toml`): `[maker]`, `[gate]`, `[[waiver]]`, every error at once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from mmgate.inputs import InputRefused, read_text, shown, shown_path
from mmgate.loading import config_from_data, nearest, shown_key
from model.config import KEYS, ConfigRefused, MakerConfig

TABLES = ("maker", "gate", "waiver")
PROFILES = ("quick", "standard", "deep")
MAX_SEED = 2**63 - 1
MAX_WAIVERS = 200
MAX_SENTENCE = 500
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Waiver:
    """A P1 violation that someone answers for until `expires`, inclusive."""

    id: str
    reason: str
    owner: str
    expires: date


@dataclass(frozen=True, slots=True)
class GateFile:
    """A file's content; None and empty where it says nothing: then the command line and defaults decide."""

    maker: MakerConfig
    profile: str | None = None
    seed: int | None = None
    scenarios: tuple[str, ...] = ()
    allow_conditional: bool = False
    waivers: tuple[Waiver, ...] = ()


def load(path: Path) -> GateFile:
    """Read a gate file. Raises InputRefused with one line for each thing that is wrong, all at once."""
    data = read_toml(path, "config")
    name = shown_path(path)
    lines = [f"{shown_key(key)}: {_stray(key)}" for key in data if key not in TABLES]
    maker, refused = _maker(data)
    gate, more = _gate(data.get("gate", {}))
    waivers, still_more = _waivers(data.get("waiver", []))
    lines += refused + more + still_more
    if lines:
        raise InputRefused(*(f"config {name}: {line}" for line in lines))
    return GateFile(maker, gate.profile, gate.seed, gate.scenarios, gate.allow_conditional, waivers)


def read_toml(path: Path, what: str) -> dict[str, object]:
    """Read a TOML file with decimals exact. Raises InputRefused with the line where it stops being TOML."""
    source = read_text(path, what)
    return parse_toml(source, f"{what} {shown_path(path)}")


def parse_toml(source: str, name: str) -> dict[str, object]:
    """Parse TOML text with decimals exact; `name` begins an error's line."""
    try:
        return tomllib.loads(source, parse_float=Decimal)
    except RecursionError:
        raise InputRefused(f"{name}: is nested too deeply; write it flatter") from None
    except ValueError as error:
        told = "".join(char for char in str(error) if char.isprintable())[:LONGEST_REASON]
        raise InputRefused(f"{name}: is no TOML: {told}; correct the file") from None


def _stray(key: str) -> str:
    """Say what to do with a key or table that stands outside the three tables."""
    if key in KEYS:
        return "stands outside a table; put it below a line [maker]"
    return f"there is no such table (maker, gate, waiver){nearest(key, TABLES)}"


def _maker(data: Mapping[str, object]) -> tuple[MakerConfig, list[str]]:
    if "maker" not in data:
        return MakerConfig(), ["has no table [maker]; put the maker's keys below such a line"]
    table = data["maker"]
    if not isinstance(table, dict):
        return MakerConfig(), [f"maker = {shown(table)}: must be a table: a line [maker] and keys below it"]
    try:
        return config_from_data(table), []
    except ConfigRefused as error:
        return MakerConfig(), [f"[maker] {text}" for _, _, text in error.errors]


def _gate(table: object) -> tuple[GateFile, list[str]]:
    """Read `[gate]`: profile, seed, scenarios, allow_conditional."""
    nothing = GateFile(MakerConfig())
    if not isinstance(table, dict):
        return nothing, [f"gate = {shown(table)}: must be a table"]
    rules: dict[str, tuple[Callable[[object], bool], str]] = {
        "profile": (lambda v: v in PROFILES, "must be " + " or ".join(f'"{p}"' for p in PROFILES)),
        "seed": (is_seed, f"must be a whole number from 0 to {MAX_SEED}"),
        "scenarios": (_is_names, "must be a list of scenario names, at least one"),
        "allow_conditional": (lambda v: isinstance(v, bool), "must be true or false"),
    }
    lines = [
        f"[gate] {shown_key(key)} = {shown(value)}: there is no such key{nearest(key, rules)}"
        for key, value in table.items()
        if key not in rules
    ]
    for key, (fits, allowed) in rules.items():
        if key in table and not fits(table[key]):
            hint = nearest(table[key], PROFILES) if key == "profile" and isinstance(table[key], str) else ""
            lines.append(f"[gate] {key} = {shown(table[key])}: {allowed}{hint}")
    if lines:
        return nothing, lines
    scenarios = tuple(table.get("scenarios", ()))
    return GateFile(
        MakerConfig(),
        table.get("profile"),
        table.get("seed"),
        scenarios,
        table.get("allow_conditional", False),
    ), []


def is_seed(value: object) -> bool:
    """Say whether a value can seed a run."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_SEED


def _is_names(value: object) -> bool:
    return isinstance(value, list) and 0 < len(value) <= 1000 and all(isinstance(name, str) and name for name in value)


def _waivers(rows: object) -> tuple[tuple[Waiver, ...], list[str]]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return (), ["waiver: must be written as [[waiver]], once for each"]
    if len(rows) > MAX_WAIVERS:
        return (), [f"has {len(rows)} waivers; at most {MAX_WAIVERS} are read"]
    good, lines = [], []
    for number, row in enumerate(rows, 1):
        wrong = list(_wrong_in_waiver(row))
        lines += [f"[[waiver]] {number}: {text}" for text in wrong]
        if not wrong:
            expires = row["expires"]
            day = expires if isinstance(expires, date) else date.fromisoformat(expires)
            good.append(Waiver(row["id"], row["reason"], row["owner"], day))
    ids = [waiver.id for waiver in good]
    lines += [f"[[waiver]] {name} is given twice" for name in dict.fromkeys(ids) if ids.count(name) > 1]
    return tuple(good), lines


def _wrong_in_waiver(row: Mapping[str, object]) -> list[str]:
    """Say all that is wrong with one waiver."""
    names = ("id", "reason", "owner", "expires")
    lines = [
        f"{shown_key(key)} = {shown(row[key])}: there is no such key{nearest(key, names)}"
        for key in row
        if key not in names
    ]
    lines += [f"{name} is missing; a waiver names id, reason, owner, expires" for name in names if name not in row]
    for name in ("id", "reason", "owner"):
        value = row.get(name, "-")
        if not isinstance(value, str) or not value.strip() or len(value) > MAX_SENTENCE:
            lines.append(f"{name} = {shown(value)}: must be a text of 1 to {MAX_SENTENCE} characters")
    if "expires" in row and not _is_day(row["expires"]):
        lines.append(f"expires = {shown(row['expires'])}: must be a day, such as 2026-03-31")
    return lines


def _is_day(value: object) -> bool:
    if isinstance(value, str) and len(value) == 10:
        try:
            return bool(date.fromisoformat(value))
        except ValueError:
            return False
    return isinstance(value, date) and not isinstance(value, datetime)
