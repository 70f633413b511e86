"""Run a simulation's trace again: the same scenario, config and seed must give the same records, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmgate.inputs import InputRefused, shown, shown_path
from mmgate.profiles import RECORDED
from mmgate.progress import ProgressLine, RunProgress
from mmgate.request import Entry
from mmgate.worlds import world_of
from model.codec import TRACE, Malformed, canonical
from model.config import ConfigRefused, MakerConfig
from model.journal import Record
from model.maker import Reference
from sim.journal_file import JournalDigest, TraceRefused, file_digest, read_head, read_records
from sim.run import run
from sim.scenario import embedded
from sim.world import World

SAME, DIFFERENT = "the same to the byte", "does not reproduce"


@dataclass(frozen=True, slots=True)
class Retraced:
    """What running a trace again gave: whether it is the same, and the first record that is not."""

    word: str
    text: str
    digest: str


class Differ:
    """An observer that compares each record with the trace's next; `at`: the first that differs, 0 while none does."""

    def __init__(self, records: Iterator[Record]) -> None:
        self._records = records
        self.count = self.at = 0
        self.then = self.now = ""

    def observe(self, record: Record) -> None:
        """Compare one record."""
        self.count += 1
        if self.at:
            return
        before = next(self._records, None)
        then, now = "the trace's end" if before is None else canonical(before), canonical(record)
        if then != now:
            self.at, self.then, self.now = self.count, then, now


def is_trace(path: Path) -> bool:
    """Say whether a file is a simulation's trace, as far as its first line tells."""
    try:
        if not path.is_file():  # a pipe that nobody writes to would keep us waiting
            return False
        read_head(path)
    except (TraceRefused, OSError, ValueError):
        return False
    return True


def retrace(path: Path, *, quiet: bool = False) -> Retraced:
    """Run the simulation of a trace again and compare. Raises InputRefused for a trace that can't be run."""
    name = shown_path(path)
    try:
        head = read_head(path)
        digest = file_digest(path)
        world = _world(head, name)
        again, differ = JournalDigest(_told(head)), Differ(read_records(path))
        with ProgressLine(shown=not quiet) as line:
            progress = RunProgress(line, world.parameters.start_ms, world.parameters.end_ms)
            run(world, Reference(), [again, differ, progress], label="reference")
    except TraceRefused as error:
        raise InputRefused(str(error)) from None
    if again.digest == digest:
        return Retraced(SAME, f"{differ.count} records, sha256 {digest}", digest)
    if not differ.at:
        return Retraced(DIFFERENT, f"the trace goes on after record {differ.count}, where this run ends", again.digest)
    facts = f"record {differ.at} was {shown(differ.then)}, now it is {shown(differ.now)}"
    return Retraced(DIFFERENT, facts, again.digest)


def _told(head: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in head.items() if key not in ("format", "version")}


def _world(head: dict[str, Any], name: str) -> World:
    """Make the trace's world anew from what its head tells."""
    entry, world = head.get("entry"), head.get("world")
    if not isinstance(entry, dict) or not isinstance(world, dict):
        raise InputRefused(f"trace {name}: line 1 does not tell how it was run; run mmgate simulate again")
    scenario = entry.get("scenario")
    if scenario == RECORDED or scenario not in embedded():
        told = "a recording" if scenario == RECORDED else f"the file {shown(scenario)}"
        raise InputRefused(f"trace {name}: was made from {told}; run its mmgate simulate again and compare the sha256")
    try:
        config, seed = TRACE.decode(MakerConfig, world.get("config")), TRACE.decode(int, world.get("seed"))
        assume = TRACE.decode(tuple[tuple[str, str], ...], entry.get("assume"))
    except (Malformed, ConfigRefused) as fault:
        raise InputRefused(f"trace {name}: line 1: {fault}") from None
    return world_of(Entry("trace", config, scenario, assume=assume), seed)
