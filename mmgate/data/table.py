"""Rows of a recorded file: plain or gzipped CSV, bounded by its unpacked size, numbers exact.

Rows are counted as lines of the file: the header is row 1. Nothing here is binary64.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from mmgate.inputs import InputRefused, open_bytes, shown, shown_path

MAX_PACKED_BYTES = 256 << 20
MAX_UNPACKED_BYTES = 512 << 20
MAX_ROWS = 5_000_000
MAX_COLUMNS = 100
EARLIEST_MS = 946_684_800_000
LATEST_MS = 4_102_444_800_000
"""Times of a recording lie in the years 2000 to 2099; anything else is seconds, microseconds or rubbish."""
LARGEST = Decimal("1e15")
SMALLEST = Decimal("1e-15")
_GZIP_MAGIC = b"\x1f\x8b"
_PLAIN = re.compile(r"[0-9]{1,28}(?:\.[0-9]{0,28})?(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,19}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Table:
    """A file's header and text; `digest` is the SHA-256 of the file as it lies on the disk."""

    name: str
    columns: tuple[str, ...]
    body: str
    digest: str

    @property
    def ends_open(self) -> bool:
        """Tell whether the last row has no line end: then its last number may be cut off."""
        return bool(self.body) and not self.body.endswith("\n")

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield row number and cells; blank lines are passed over. Raises InputRefused naming the row."""
        seen = 0
        for number, line in enumerate(self.body.split("\n"), 2):
            if not line.strip():
                continue
            cells = line.rstrip("\r").split(",")
            if len(cells) != len(self.columns):
                raise self.refused(number, f"has {len(cells)} of {len(self.columns)} columns; is the file cut off?")
            seen += 1
            if seen > MAX_ROWS:
                raise self.refused(number, f"is beyond the {MAX_ROWS} rows that are read; split the file")
            yield number, cells

    def refused(self, number: int, text: str) -> InputRefused:
        """Make the error for one row."""
        return InputRefused(f"{self.name}: row {number}: {text}")

    def time_ms(self, number: int, column: str, cell: str) -> int:
        """Read a time in ms since 1970."""
        if not _WHOLE.fullmatch(cell) or not EARLIEST_MS <= int(cell) <= LATEST_MS:
            raise self.refused(number, f"{column} = {shown(cell)}: must be a time in ms since 1970")
        return int(cell)

    def positive(self, number: int, column: str, cell: str) -> Decimal:
        """Read a price or size exactly; it is greater than 0."""
        if _PLAIN.fullmatch(cell):
            value = Decimal(cell)
            if value == 0 or SMALLEST <= value <= LARGEST:
                if value > 0:
                    return value
                raise self.refused(number, f"{column} = {shown(cell)}: must be greater than 0")
        raise self.refused(number, f"{column} = {shown(cell)}: must be a positive number")


def read_table(path: Path, what: str) -> Table:
    """Read a CSV file, gzipped or not (told by its first bytes). Raises InputRefused in one line."""
    name = f"{what} {shown_path(path)}"
    packed = open_bytes(path, MAX_PACKED_BYTES, what)
    data = _unpacked(packed, name) if packed.startswith(_GZIP_MAGIC) else packed
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise InputRefused(f"{name}: row {row} is not UTF-8 text") from None
    header, _, body = text.partition("\n")
    if not text.strip():
        raise InputRefused(f"{name}: is empty")
    columns = tuple(cell.strip() for cell in header.rstrip("\r").split(","))
    if len(columns) > MAX_COLUMNS:
        raise InputRefused(f"{name}: row 1 has {len(columns)} columns; at most {MAX_COLUMNS} are read")
    return Table(name, columns, body, hashlib.sha256(packed).hexdigest())


def _unpacked(packed: bytes, name: str) -> bytes:
    """Unpack gzip members one after the other, never beyond the bound."""
    parts: list[bytes] = []
    left = MAX_UNPACKED_BYTES
    while packed:
        member = zlib.decompressobj(wbits=31)
        try:
            part = member.decompress(packed, left + 1)
        except zlib.error:
            raise InputRefused(f"{name}: is damaged: it is no gzip after {_size(parts)} bytes") from None
        parts.append(part)
        left -= len(part)
        if left < 0:
            raise InputRefused(f"{name}: unpacks to more than {MAX_UNPACKED_BYTES} bytes; split the file")
        if not member.eof:
            raise InputRefused(f"{name}: is cut off after {_size(parts)} unpacked bytes")
        packed = member.unused_data.lstrip(b"\0")
    return b"".join(parts)


def _size(parts: list[bytes]) -> int:
    return sum(len(part) for part in parts)
