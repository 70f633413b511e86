"""Faults of the maker in Rust are caught where they were caught before: `rust-faults.toml`, edits of the example.

Each is built by rustc alone, offline. Every test run tries the fast ones; with MMGATE_FAULTS set, as in `make deep`,
all are tried, and the survivors where they were looked for in vain.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mmgate.engines import repeat
from mmgate.engines.judging import judge
from mmgate.engines.simulation import DETERMINISM, Job
from mmgate.profiles import QUICK, embedded_suite, fitted
from mmgate.request import MakerRef
from mmgate.worlds import world_of
from specs.spec import Word

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "examples" / "rust_port" / "src"
MMGATE = Path(sysconfig.get_path("scripts")) / "mmgate"
FEATURES = frozenset({"cancel_by_cloid", "reconcile"})
WHOLE = bool(os.environ.get("MMGATE_FAULTS"))
AGAIN = "again "
builds = pytest.mark.skipif(shutil.which("rustc") is None, reason="no Rust toolchain: rustc")


@dataclass(frozen=True)
class Fault:
    """One fault: its edits by file, and where which spec shows it, or where nothing does."""

    id: str
    edits: tuple[tuple[str, str, str], ...]
    trail: str
    spec: str
    near: tuple[str, ...]
    fast: bool

    def built(self, folder: Path) -> MakerRef:
        """Build the example with the fault; nothing is written into the checkout."""
        shutil.copytree(SOURCE, folder / "src")
        for name, old, new in self.edits:
            path = folder / "src" / name
            path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        command = ("rustc", "--edition", "2021", "-C", "opt-level=1", "-A", "warnings", "src/main.rs", "-o", "port")
        told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=110)
        assert told.returncode == 0, told.stderr[-3000:]
        return MakerRef("port", str(folder / "port"))


def read() -> Iterator[Fault]:
    for one in tomllib.loads((Path(__file__).parent / "rust-faults.toml").read_text(encoding="utf-8"))["fault"]:
        edits = tuple((edit["file"], edit["old"], edit["new"]) for edit in one["edit"])
        more = (one.get("trail", ""), one.get("spec", ""), tuple(one.get("near", ())), one.get("fast", False))
        yield Fault(one["id"], edits, *more)


FAULTS = tuple(read())
SUITE = {f"{entry.name}/{entry.scenario}": fitted(entry, FEATURES) for entry in embedded_suite(QUICK)}


def shown_by(maker: MakerRef, place: str) -> set[str]:
    """Return what catches a maker at one place: specs, or the function whose vectors differ."""
    if place == "vectors":
        command = (MMGATE, "vectors", "check", ROOT / "vectors", "--port", maker.name)
        told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=110)
        return {line.split("/")[0].strip("? x✗") for line in told.stdout.splitlines() if "/" in line}
    name, _, seed = place.removeprefix(AGAIN).partition("#")
    judgement = judge(world_of(SUITE[name], int(seed)), maker, () if place.startswith(AGAIN) else None)
    if place.startswith(AGAIN):
        other = repeat.digests([Job(SUITE[name], int(seed), maker, (), 100.0)], [judgement.digest], 0)[0]
        return {DETERMINISM} if other != judgement.digest else set()
    return {outcome.spec_id for outcome in judgement.outcomes if outcome.word is Word.VIOLATED}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_each_edit_of_a_rust_fault_fits_its_file_once(fault: Fault):
    assert [(SOURCE / name).read_text(encoding="utf-8").count(old) for name, old, _ in fault.edits] == [1]
    assert all(old != new for _, old, new in fault.edits)


def test_a_rust_fault_without_a_trail_is_named_as_a_survivor():
    assert len(FAULTS) == 30
    escapes = (ROOT / "docs" / "escapes.md").read_text(encoding="utf-8")
    assert all(fault.near and fault.id in escapes for fault in FAULTS if not fault.trail)


@builds
@pytest.mark.parametrize("fault", [one for one in FAULTS if one.fast or (WHOLE and one.trail)], ids=lambda one: one.id)
def test_a_rust_fault_is_caught_where_its_trail_says(fault: Fault, tmp_path: Path):
    assert fault.spec in shown_by(fault.built(tmp_path), fault.trail)


@builds
@pytest.mark.skipif(not WHOLE, reason="some seconds each: MMGATE_FAULTS")
@pytest.mark.parametrize("fault", [one for one in FAULTS if not one.trail], ids=lambda one: one.id)
def test_a_rust_survivor_survives_so_that_its_killing_is_noticed(fault: Fault, tmp_path: Path):
    maker = fault.built(tmp_path)
    assert [place for place in fault.near if shown_by(maker, place)] == []
