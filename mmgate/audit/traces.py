"""Our own trace format, line by line: a line that is no record is evidence of a gap, and the rest is judged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from mmgate.audit.gaps import Gap
from mmgate.audit.lines import Lines
from mmgate.inputs import InputRefused, shown_path
from model.codec import Malformed, from_data
from model.journal import Record, RunStarted
from sim.journal_file import FORMAT, FORMAT_VERSION, LONGEST_LINE


class TraceLog:
    """The records of a trace with their lines. Raises InputRefused where there is no head to begin with."""

    def __init__(self, path: Path) -> None:
        self._name = shown_path(path)
        self.lines = Lines((path,), LONGEST_LINE)

    def __iter__(self) -> Iterator[tuple[int, Record | Gap]]:
        begun = False
        for line in self.lines:
            if line.number == 1:
                _check_head(self._name, line.data)
                continue
            found = _record(line.number, line.data)
            begun = begun or isinstance(found, RunStarted)
            if not begun:
                raise InputRefused(f"log {self._name}: line 2 is no start of a run; what was judged is not known")
            yield line.number, found
        if not begun:
            raise InputRefused(f"log {self._name}: has no record; there is nothing to judge")


def is_trace(data: bytes) -> bool:
    """Say whether a first line is the head of a trace."""
    try:
        head = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(head, dict) and head.get("format") == FORMAT


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
    if not data.endswith(b"\n"):
        return Gap(number, number, "the line is cut off")
    try:
        found: Record = from_data(json.loads(data))
    except (ValueError, RecursionError, Malformed):
        return Gap(number, number, "the line is no record")
    return found
