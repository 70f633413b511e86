"""The trace file: a head line, then one canonical line a record; its SHA-256 names it.

Same world, same maker, same bytes: on every machine, in every process. Lines are written in batches to a file
beside the target, which takes its name only when the run is complete.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import IO, Any, cast

from model.codec import Malformed, canonical, from_data
from model.journal import Record

FORMAT = "mmgate-trace"
FORMAT_VERSION = 1
BATCH_LINES = 2_000
PACKING = 1
"""Level at which a `.gz` trace is packed: a fast one; traces repeat themselves."""

LONGEST_LINE = 16 * 1024 * 1024
LARGEST_BYTES = 4 * 1024**3
"""A weekend's trace has some hundred megabytes."""


class TraceRefused(ValueError):
    """A file that is no trace of this version, or is damaged."""


class JournalFile:
    """An observer that writes what it sees; use it with `with`. Afterwards `digest` is the trace's SHA-256.

    `head` is plain data about the run (world, maker, how to repeat it). A path that ends in `.gz` is packed; the
    digest is that of the lines. If the block is left by an exception, nothing remains on disk.
    """

    def __init__(self, path: Path, head: Mapping[str, Any]) -> None:
        self.digest = ""
        self.lines = 0
        self._path = path
        self._partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
        self._batch = [head_line(head)]
        self._hash = sha256()
        self._disk: IO[bytes] | None = None
        self._file: IO[bytes] | None = None

    def __enter__(self) -> JournalFile:
        self._disk = self._file = self._partial.open("wb")
        if self._path.suffix == ".gz":
            packed = gzip.GzipFile(filename="", mode="wb", compresslevel=PACKING, fileobj=self._disk, mtime=0)
            self._file = cast(IO[bytes], packed)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is None or self._disk is None:
            return
        try:
            if kind is None:
                self._write()
            self._file.close()
        finally:
            self._disk.close()
            self._file = self._disk = None
            if kind is not None:
                self._partial.unlink(missing_ok=True)
        if kind is None:
            self._partial.replace(self._path)
            self.digest = self._hash.hexdigest()

    def observe(self, record: Record) -> None:
        """Keep a record for the next batch."""
        self._batch.append(canonical(record))
        if len(self._batch) >= BATCH_LINES:
            self._write()

    def _write(self) -> None:
        data = ("\n".join(self._batch) + "\n").encode("ascii") if self._batch else b""
        self.lines += len(self._batch)
        self._batch.clear()
        self._hash.update(data)
        if self._file is not None:
            self._file.write(data)


class JournalDigest:
    """An observer that only hashes: the digest of the trace that a `JournalFile` with this head would be."""

    def __init__(self, head: Mapping[str, Any]) -> None:
        self._hash = sha256(f"{head_line(head)}\n".encode("ascii"))

    def observe(self, record: Record) -> None:
        """Hash a record's line."""
        self._hash.update(f"{canonical(record)}\n".encode("ascii"))

    @property
    def digest(self) -> str:
        """The SHA-256 of all lines so far, in hex."""
        return self._hash.hexdigest()


def head_line(head: Mapping[str, Any]) -> str:
    """Write the first line of a trace: format and version, then the caller's head."""
    named = {"format": FORMAT, "version": FORMAT_VERSION, **head}
    return json.dumps(named, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def read_head(path: Path) -> dict[str, Any]:
    """Return the head of a trace. Raises `TraceRefused` in one line."""
    with _open(path) as file:
        return _head(path, _line(path, file, 1))


def read_records(path: Path) -> Iterator[Record]:
    """Yield the records of a trace, in order. Raises `TraceRefused` naming the line."""
    with _open(path) as file:
        _head(path, _line(path, file, 1))
        number = 2
        while line := _line(path, file, number):
            try:
                yield from_data(json.loads(line))
            except (ValueError, RecursionError, Malformed) as error:
                raise TraceRefused(f"{path}, line {number}: no record: {error}") from None
            number += 1


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a trace, packed or not, of at most `LARGEST_BYTES`. Raises `TraceRefused`."""
    total, length = sha256(), 0
    with _open(path) as file:
        number = 1
        while line := _line(path, file, number):
            length += len(line)
            if length > LARGEST_BYTES:
                raise TraceRefused(f"{path}, line {number}: more than {LARGEST_BYTES} bytes; this is no trace")
            total.update(line)
            number += 1
    return total.hexdigest()


def _open(path: Path) -> IO[bytes]:
    try:
        if path.suffix == ".gz":
            return cast(IO[bytes], gzip.open(path, "rb"))
        return path.open("rb")
    except OSError as error:
        raise TraceRefused(f"{path} cannot be read: {error.strerror or error}") from None


def _line(path: Path, file: IO[bytes], number: int) -> bytes:
    """Read a line, bounded."""
    try:
        line = file.readline(LONGEST_LINE + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise TraceRefused(f"{path}, line {number}: cannot be read: {error}") from None
    if len(line) > LONGEST_LINE:
        raise TraceRefused(f"{path}, line {number}: longer than {LONGEST_LINE} bytes; this is no trace")
    if line and not line.endswith(b"\n"):
        raise TraceRefused(f"{path}, line {number}: cut off; the trace is damaged")
    return line


def _head(path: Path, line: bytes) -> dict[str, Any]:
    try:
        head = json.loads(line)
    except (ValueError, RecursionError):
        head = None
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise TraceRefused(f"{path} is no trace of mmgate: its first line is no head")
    if head.get("version") != FORMAT_VERSION:
        raise TraceRefused(
            f"{path} is a trace of version {head.get('version')!r}; this program reads version {FORMAT_VERSION}"
        )
    return head
