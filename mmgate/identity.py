"""What a run is a function of: digests of the code and of the configs it judges."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields
from decimal import Decimal
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from model.arithmetic import text
from model.config import MakerConfig

PACKAGES = ("model", "sim", "specs", "mmgate")
SHORT = 12


@cache
def code_revision() -> str:
    """Return version and digest of the four packages as they lie here: source and data, no caches."""
    home = Path(__file__).resolve().parent.parent
    digest = sha256()
    for package in PACKAGES:
        for path in sorted((home / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(home)).encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{installed_version()}+{digest.hexdigest()[:SHORT]}"


def installed_version() -> str:
    """Return the version that is installed, or "0" in a bare source tree."""
    try:
        return version("mmgate")
    except PackageNotFoundError:
        return "0"


def config_data(config: MakerConfig) -> dict[str, object]:
    """Return a config as plain data, in the table's order; decimals are canonical strings."""
    return {field.name: _plain(getattr(config, field.name)) for field in fields(config)}


def digest_of(parts: Iterable[object]) -> str:
    """Return a short digest of plain data."""
    canonical = json.dumps(list(parts), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256(canonical.encode()).hexdigest()[:SHORT]


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return text(value)
    if isinstance(value, tuple):
        return list(value)
    return value
