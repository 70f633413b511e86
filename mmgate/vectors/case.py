"""One vector: its fields, its canonical text, its place in the folder; reading refuses what is none.

A vector's id is its path below the folder of its set, without the suffix. The text is canonical JSON: ASCII, keys
sorted, no blanks, one newline at the end, so that equal vectors are equal bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any

from mmgate.inputs import InputRefused, open_bytes, shown

FORMAT = 2
"""The version of the files' shape. It changes when a reader must change."""
SUFFIX = ".json"
LARGEST_BYTES = 1 << 22
ID = re.compile(r"[a-z0-9_]+(?:/[a-z0-9_.+-]+)+")

Data = dict[str, Any]

CALL_KINDS = (
    "compute_quotes",
    "wick_stats",
    "velocity_trend",
    "counter_order",
    "round_order",
    "session",
    "config",
)
TRACE = "trace"
KINDS = (*CALL_KINDS, TRACE)

REFUSALS = (
    "config",
    "price_not_positive",
    "below_minimum",
)
"""The codes with which an input can be refused. A refused case has `refused` and no `expected`."""


class Compare(StrEnum):
    """How an answer is compared with the expected one."""

    EXACT = "exact"
    """The same data, decimals by value."""
    DECIMALS = "decimals"
    """Decimals within 1e-18 of max(1, |a|, |b|)."""
    POWER = "power"
    """Decimals within 1e-13 of max(1, |a|, |b|): a power is involved (N-3)."""
    BINARY64 = "binary64"
    """Binary64 values within 2 ulp."""
    ACTIONS = "actions"
    """Traces: the actions, up to the names of orders and the order of independent actions."""
    ACTIONS_AND_LOG = "actions+log"
    """Traces: the actions and the codes of the log lines that the rules name."""


@dataclass(frozen=True, slots=True)
class Case:
    """One vector. `expected` is the reference's answer; a case that must be refused has `refused` instead.

    `origin`: one of the schemas' words. `seed`: of what was drawn, else None.
    """

    id: str
    kind: str
    description: str
    rules: tuple[str, ...]
    specs: tuple[str, ...]
    origin: str
    compare: Compare
    input: Data
    expected: Any = None
    refused: Data | None = None
    seed: int | None = None

    def data(self) -> Data:
        """Return the case as plain data."""
        data: Data = {
            "id": self.id,
            "kind": self.kind,
            "description": self.description,
            "rules": list(self.rules),
            "specs": list(self.specs),
            "origin": self.origin,
            "compare": self.compare.value,
            "input": self.input,
            "seed": self.seed,
        }
        if self.refused is not None:
            return {**data, "refused": self.refused}
        return {**data, "expected": self.expected}

    def text(self) -> str:
        """Return the canonical text."""
        return canonical(self.data())

    def digest(self) -> str:
        """Return the SHA-256 of the canonical text, in hex."""
        return sha256(self.text().encode()).hexdigest()

    def path(self, folder: Path) -> Path:
        """Return where the case lies below a folder."""
        return folder / f"{self.id}{SUFFIX}"


def canonical(data: object) -> str:
    """Write plain data canonically."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False) + "\n"


def read_case(folder: Path, name: str) -> Case:
    """Read one vector by its id. Raises InputRefused for what is none."""
    if not ID.fullmatch(name) or ".." in name:
        raise InputRefused(f"vector {shown(name)}: is no id of a vector; an id is a path such as session/friday-open")
    data = read_json(folder / f"{name}{SUFFIX}")
    case = case_of(data, name)
    if case.id != name:
        raise InputRefused(f"vector {shown(name)}: the file says it is {shown(case.id)}; fill the set again")
    return case


def read_json(path: Path) -> Data:
    """Read a file that holds one JSON object. Raises InputRefused."""
    raw = open_bytes(path, LARGEST_BYTES, "vectors")
    try:
        data = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        raise InputRefused(f"{shown(str(path))}: is not JSON in UTF-8; fill the set again") from None
    if not isinstance(data, dict):
        raise InputRefused(f"{shown(str(path))}: is not a JSON object; fill the set again")
    return data


def case_of(data: Mapping[str, Any], name: str) -> Case:
    """Build a case from plain data. Raises InputRefused naming the field."""

    def field(key: str, kind: type, default: object = None) -> Any:
        value = data.get(key, default)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise InputRefused(f"vector {shown(name)}: {key} = {shown(value)}: must be a {_words(kind)}")
        return value

    refused = data.get("refused")
    if (refused is None) == ("expected" not in data):
        raise InputRefused(f"vector {shown(name)}: must have either expected or refused")
    if refused is not None and field("refused", dict).get("code") not in REFUSALS:
        raise InputRefused(f"vector {shown(name)}: refused.code must be one of {', '.join(REFUSALS)}")
    kind, compare = field("kind", str), field("compare", str)
    if kind not in KINDS:
        raise InputRefused(f"vector {shown(name)}: kind = {shown(kind)}: must be one of {', '.join(KINDS)}")
    if compare not in [mode.value for mode in Compare]:
        known = ", ".join(mode.value for mode in Compare)
        raise InputRefused(f"vector {shown(name)}: compare = {shown(compare)}: must be one of {known}")
    seed = None if data.get("seed") is None else field("seed", int)
    return Case(
        id=field("id", str),
        kind=kind,
        description=field("description", str, ""),
        rules=tuple(map(str, field("rules", list, []))),
        specs=tuple(map(str, field("specs", list, []))),
        origin=field("origin", str, ""),
        compare=Compare(compare),
        input=field("input", dict),
        expected=data.get("expected"),
        refused=refused,
        seed=seed,
    )


def _words(kind: type) -> str:
    return {str: "string", dict: "object", list: "list", int: "whole number"}[kind]
