"""Runs to audit: each scenario is run once and kept with the words of the monitors that watched it live."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from mmgate import cli
from mmgate.audit.recording import RecordsFile
from mmgate.profiles import suite_file
from mmgate.request import Entry
from mmgate.worlds import world_of
from model.journal import Maker, Record
from model.maker import Reference
from sim.run import run
from specs.defects import BY_ID, DefectMaker
from specs.panel import Panel


@dataclass(frozen=True)
class Watched:
    """A run's records, and a word for each spec as the live monitors gave it."""

    records: tuple[Record, ...]
    words: dict[str, str]


class Keeper:
    """Keeps what it sees."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def observe(self, record: Record) -> None:
        self.records.append(record)


@cache
def watched_run(scenario: str, config: str, seed: int, defect: str = "") -> Watched:
    maker: Maker = DefectMaker(BY_ID[defect]) if defect else Reference()
    keeper, panel = Keeper(), Panel()
    run(world_of(Entry(config, suite_file(config).config, scenario), seed), maker, [keeper, panel])
    return Watched(tuple(keeper.records), {o.spec_id: o.word.value for o in panel.outcomes()})


Audited: TypeAlias = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def watched() -> Callable[..., Watched]:
    """Run a scenario under the monitors, or take it from those run before."""
    return watched_run


SPOKEN = ("incident", "incident_over", "books", "end")
"""What a real log does not tell of a run."""


def as_received(path: Path, records: Any, mapping: str = "") -> list[str]:
    """Write a run as its maker's process saw it, and nothing else, with a mapping that answers for its end."""
    with RecordsFile(path) as file:
        for record in records:
            file.observe(record)
    found: list[str] = []
    for text in path.read_text().splitlines():
        line = json.loads(text)
        if "watch" in line or line.get("process", {}).get("event") in SPOKEN:
            continue
        found.append(json.dumps({**line, "n": len(found) + 1}, separators=(",", ":")) + "\n")
    path.write_text("".join(found))
    (path.parent / "m.toml").write_text(f"[run]\nended = true\n{mapping}")
    return found


@pytest.fixture
def received() -> Callable[..., list[str]]:
    """Write a run as its maker's process saw it; gives its lines."""
    return as_received


@pytest.fixture
def audit(capsys: pytest.CaptureFixture[str]) -> Audited:
    """Audit files by the command line; gives the exit code and what it printed as JSON."""

    def asked(*words: str | Path) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        code = cli.main(["audit", "--json", *map(str, words)])
        return code, json.loads(capsys.readouterr().out)

    return asked
