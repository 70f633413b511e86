"""The trace file is canonical, hashable, written whole or not at all; runs are the same in every process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from model.journal import RunEnded
from sim.journal_file import (
    JournalDigest,
    JournalFile,
    TraceRefused,
    file_digest,
    read_head,
    read_records,
)

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys
from decimal import Decimal
from model.config import MakerConfig
from model.actions import Cancel, Place, Side, Tif
from model.events import Oracle
from model.journal import Reply
from sim import plan, scenario
from sim.journal_file import JournalDigest
from sim.run import run
from sim.ticks import nearest_price

class Ladder:
    name, features = "ladder", frozenset({"a", "b", "c"})
    def start(self, start):
        self.count, self.live = start.life * 10**6, {}
        return Reply(tuple(Cancel(o.market, o.oid) for o in start.open_orders))
    def handle(self, event):
        if not isinstance(event, Oracle) or event.oracle_px <= 0:
            return Reply()
        actions = [Cancel(event.market, None, cloid) for cloid in self.live.pop(event.market, ())]
        for side in Side:
            self.count += 1
            px = nearest_price(event.oracle_px * (1 - side.sign * Decimal(20) / 10000), 4)
            actions.append(Place(f"0x{self.count:032x}", event.market, side, px, Decimal("0.01"), Tif.ALO))
        self.live[event.market] = [a.cloid for a in actions if isinstance(a, Place)]
        return Reply(tuple(actions))
    def books(self):
        return None

for name in ("races", "three-markets", "crash"):
    digest = JournalDigest({"name": name})
    run(plan.world(scenario.load(name), MakerConfig(), 7), Ladder(), [digest])
    print(name, digest.digest)
"""


def digests(hash_seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def test_runs_are_byte_identical_across_processes_and_hash_seeds():
    first = digests("0")
    assert first.count("\n") == 3
    assert digests("4242") == first


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_a_trace_is_read_back_as_it_was_written(tmp_path, play, name):
    seen = play([], end_ms=2000)
    with JournalFile(tmp_path / name, {"seed": 1}) as file:
        for record in seen.records:
            file.observe(record)
    assert list(read_records(tmp_path / name)) == seen.records
    assert read_head(tmp_path / name) == {"format": "mmgate-trace", "version": 1, "seed": 1}
    assert file_digest(tmp_path / name) == file.digest
    assert file.lines == len(seen.records) + 1


def test_the_digest_alone_is_that_of_the_file(tmp_path, play):
    seen = play([], end_ms=2000)
    alone = JournalDigest({"seed": 1})
    with JournalFile(tmp_path / "a", {"seed": 1}) as file:
        for record in seen.records:
            file.observe(record)
            alone.observe(record)
    assert alone.digest == file.digest


def test_packed_traces_of_one_run_are_the_same_bytes(tmp_path, play):
    seen = play([], end_ms=2000)
    for name in ("a.gz", "b.gz"):
        with JournalFile(tmp_path / name, {}) as file:
            for record in seen.records:
                file.observe(record)
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


def test_a_run_that_breaks_off_leaves_nothing_on_disk(tmp_path):
    def breaking_off() -> None:
        with JournalFile(tmp_path / "a", {}) as file:
            file.observe(RunEnded(1, (), (), True))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        breaking_off()
    assert list(tmp_path.iterdir()) == []


def test_a_former_trace_stays_until_the_new_one_is_complete(tmp_path):
    (tmp_path / "a").write_text("old")
    with pytest.raises(RuntimeError), JournalFile(tmp_path / "a", {}):
        raise RuntimeError
    assert (tmp_path / "a").read_text() == "old"


@pytest.mark.parametrize(
    ("content", "fact"),
    [
        (b"", "no trace of mmgate"),
        (b"hello\n", "no trace of mmgate"),
        (b'{"format":"mmgate-trace","version":9}\n', "version 9"),
        (b'{"format":"mmgate-trace","version":1}\n{"type":"run_en', "line 2: cut off"),
        (b'{"format":"mmgate-trace","version":1}\n{"type":"nothing"}\n', "line 2: no record"),
        (b"\xff\xff\n", "no trace of mmgate"),
    ],
)
def test_what_is_no_trace_is_refused_with_file_and_line(tmp_path, content, fact):
    path = tmp_path / "trace"
    path.write_bytes(content)
    with pytest.raises(TraceRefused, match=fact):
        list(read_records(path))


def test_a_missing_file_a_folder_and_a_broken_pack_are_refused(tmp_path):
    (tmp_path / "broken.gz").write_bytes(b"\x1f\x8bnothing")
    for path in (tmp_path / "none", tmp_path, tmp_path / "broken.gz"):
        with pytest.raises(TraceRefused):
            read_head(path)
