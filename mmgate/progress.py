"""How far a long piece of work is: one line on a person's terminal, rewritten in place; nothing anywhere else."""

from __future__ import annotations

import os
import shutil
import sys
import time
from types import TracebackType
from typing import TextIO

from model.journal import Record

PATIENCE_S = 2.0
"""What takes less is done before a person asks how far it is."""
EVERY_S = 0.5
LOOK_EVERY = 2_000
"""Records between two looks at the clock."""


class ProgressLine:
    """One line on stderr, if that is a terminal; gone when the block is left."""

    def __init__(self, stream: TextIO | None = None, *, shown: bool = True) -> None:
        self._stream = stream or sys.stderr
        self._shows = shown and self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._written = False
        self._last_s = time.monotonic() + PATIENCE_S - EVERY_S

    @property
    def shows(self) -> bool:
        """Whether anybody sees it."""
        return self._shows

    def say(self, text: str, *, at_once: bool = False) -> None:
        """Rewrite the line, not more often than a person reads, nor in the first two seconds, unless `at_once`."""
        now_s = time.monotonic()
        if self._shows and (at_once or now_s - self._last_s >= EVERY_S):
            self._last_s, self._written = now_s, True
            width = shutil.get_terminal_size().columns
            self._stream.write(f"\r\x1b[K{text[: width - 1]}")
            self._stream.flush()

    def clear(self) -> None:
        """Leave no trace on the terminal."""
        if self._written:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._written = False

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()


class RunProgress:
    """An observer that tells how much of a run's time has passed."""

    def __init__(self, line: ProgressLine, start_ms: int, end_ms: int) -> None:
        self._line, self._start_ms, self._span_ms = line, start_ms, max(1, end_ms - start_ms)
        self._records = 0

    def observe(self, record: Record) -> None:
        """Count a record; look at the clock now and then."""
        self._records += 1
        if self._records % LOOK_EVERY == 0 and self._line.shows:
            share = min(99, (record.now_ms - self._start_ms) * 100 // self._span_ms)
            self._line.say(f"{share} % of the run, {self._records} records")
