"""Lines of logs, read one by one within bounds: packed or not, several files in the order given."""

from __future__ import annotations

import gzip
import json
import os
import stat
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from mmgate.inputs import InputRefused, shown_path

_DECODE = json.JSONDecoder().raw_decode
LONGEST_LINE = 1 << 20
"""Bytes of a line that is read; what is longer is no line of a log but damage."""


class Line(NamedTuple):
    """One line: its number over all files from 1, and its bytes; None: longer than `LONGEST_LINE`."""

    number: int
    data: bytes | None


class Lines:
    """The lines of some files. `place` names a line as a person finds it."""

    def __init__(self, paths: Sequence[Path], longest: int = LONGEST_LINE) -> None:
        self._paths = tuple(paths)
        self._firsts: list[int] = []
        self._longest = longest
        self.count = 0
        self.cut = False

    def __iter__(self) -> Iterator[Line]:
        for path in self._paths:
            self._firsts.append(self.count + 1)
            with _opened(path) as file:
                yield from self._of(path, file)

    def begins(self, number: int) -> bool:
        """Say whether the line just read is the first of its file."""
        return bool(self._firsts) and self._firsts[-1] == number

    def place(self, number: int) -> str:
        """Write where a line stands: its number, and its file where there are several."""
        if len(self._paths) == 1:
            return f"line {number}"
        at = max(0, bisect_right(self._firsts, number) - 1)
        return f"{shown_path(self._paths[at])} line {number - self._firsts[at] + 1}"

    def file_of(self, number: int) -> str:
        """Name the file in which a line stands."""
        return shown_path(self._paths[max(0, bisect_right(self._firsts, number) - 1)])

    def _of(self, path: Path, file: IO[bytes]) -> Iterator[Line]:
        try:
            while data := file.readline(self._longest + 1):
                self.count += 1
                self.cut = not data.endswith(b"\n")
                if self.cut and len(data) > self._longest:
                    _skip(file)
                    yield Line(self.count, None)
                    continue
                yield Line(self.count, data)
        except (OSError, EOFError, zlib.error) as error:
            where = f"log {shown_path(path)}: line {self.count - self._firsts[-1] + 2}"
            raise InputRefused(f"{where}: cannot be read: {error}; copy the file again") from None


def loaded(data: bytes) -> Any:
    """Return what a line says as `json.loads` reads it, without guessing its encoding. Raises ValueError."""
    try:
        text = data.decode()
        found, end = _DECODE(text)
        if text[end:] == "\n":
            return found
    except ValueError:
        pass
    return json.loads(data)


def _skip(file: IO[bytes]) -> None:
    """Pass over the rest of a line that is too long."""
    while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
        pass


def _opened(path: Path) -> IO[bytes]:
    """Open a regular file, packed where its name ends in .gz; a pipe that nobody writes to would keep us waiting."""
    name = shown_path(path)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise InputRefused(f"log {name}: no such file; name a trace or a record of what happened") from None
    except (OSError, ValueError) as error:
        told = (getattr(error, "strerror", None) or str(error)).lower()
        raise InputRefused(f"log {name}: {told}; name a file that can be read") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise InputRefused(f"log {name}: is no regular file; name a file")
    file = os.fdopen(handle, "rb")
    return cast(IO[bytes], gzip.open(file, "rb")) if path.suffix == ".gz" else file
