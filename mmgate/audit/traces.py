"""Our own trace format, line by line: a line that is no record is evidence of a gap, and the rest is judged."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from mmgate.audit.gaps import Gap
from mmgate.audit.joins import Runs
from mmgate.audit.lines import Lines, loaded
from mmgate.inputs import InputRefused, shown_path
from model.codec import Malformed, from_data
from model.journal import Record, RunStarted
from sim.journal_file import FORMAT, FORMAT_VERSION, LONGEST_LINE


class TraceLog:
    """The records of a trace with their lines; of several, one after the other, as one run.

    A file without a head goes on with the one before. Raises InputRefused where there is no head to begin with, or
    where a trace is of another run than those before.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(paths)
        self._name = shown_path(paths[0])
        self.lines = Lines(paths, LONGEST_LINE)

    def __iter__(self) -> Iterator[tuple[int, Record | Gap]]:
        return self._one() if len(self._paths) == 1 else self._several()

    def _several(self) -> Iterator[tuple[int, Record | Gap]]:
        runs, last = Runs(), 1
        for line, found in self._one():
            last = line
            if isinstance(found, Gap):
                yield line, found
            elif isinstance(found, RunStarted):
                first = not runs.begun
                refusal = runs.begin(found)
                if refusal:
                    raise InputRefused(f"log {self.lines.file_of(line)}: is no further part of that run: {refusal}")
                if first:
                    yield line, found
            else:
                yield from runs.see(line, found)
        end = runs.over()
        if end is not None:
            yield last, end

    def _one(self) -> Iterator[tuple[int, Record | Gap]]:
        begun = False
        for number, data in self.lines:
            if number == 1 or (self.lines.begins(number) and data is not None and is_trace(data)):
                _check_head(self.lines.file_of(number), data)
                continue
            found = _record(number, data)
            if not begun:
                begun = isinstance(found, RunStarted)
            if not begun:
                raise InputRefused(f"log {self._name}: line 2 is no start of a run; what was judged is not known")
            yield number, found
        if not begun:
            raise InputRefused(f"log {self._name}: has no record; there is nothing to judge")


def is_trace(data: bytes) -> bool:
    """Say whether a first line is the head of a trace."""
    try:
        head = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(head, dict) and head.get("format") == FORMAT


def is_record(data: bytes) -> bool:
    """Say whether a line is a record of a trace."""
    return not isinstance(_record(1, data), Gap)


def _check_head(name: str, data: bytes | None) -> None:
    if data is None or not is_trace(data):
        raise InputRefused(f"log {name}: line 1 is no head of a trace")
    version = json.loads(data).get("version")
    if version != FORMAT_VERSION:
        told = version if isinstance(version, int) else "unknown"
        raise InputRefused(f"log {name}: is a trace of version {told}; this program reads version {FORMAT_VERSION}")


def _record(number: int, data: bytes | None) -> Record | Gap:
    if data is None:
        return Gap(number, number, "the line is too long for a record")
    if data[-1:] != b"\n":
        return Gap(number, number, "the line is cut off")
    try:
        found: Record = from_data(loaded(data))
    except (ValueError, RecursionError, Malformed):
        return Gap(number, number, "the line is no record")
    return found
