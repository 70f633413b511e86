"""What comes from a user: files read within bounds, and the one error for anything that can't be used."""

from __future__ import annotations

import os
import stat
from pathlib import Path

MAX_TEXT_BYTES = 1 << 20
"""The largest TOML file that is read: a config is a few kilobytes."""
SHOWN = 60
"""How many characters of a user's value an error repeats."""


class InputRefused(ValueError):
    """Something a user gave can't be used; `lines` say, each for itself: what, where, what is allowed."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def shown(value: object) -> str:
    """Write a user's value for an error line: as it stands in TOML, on one line, printable, bounded."""
    if isinstance(value, bool):
        raw = str(value).lower()
    elif isinstance(value, str):
        raw = '"' + value[: SHOWN + 1] + '"'
    elif isinstance(value, dict):
        raw = "a table"
    else:
        try:
            raw = str(value)
        except ValueError:  # an integer of more digits than Python writes
            raw = "a number of thousands of digits"
    printable = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in raw)
    return printable if len(printable) <= SHOWN + 2 else printable[:SHOWN] + "…"


def open_bytes(path: Path, limit_bytes: int, what: str) -> bytes:
    """Read a whole regular file of at most `limit_bytes`; `what` names it in an error ("config").

    Raises InputRefused for a missing path, a folder, a device, a larger file, a file that can't be read.
    """
    name = shown_path(path)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise InputRefused(f"{what} {name}: no such file; name one that is there") from None
    except (OSError, ValueError) as error:
        raise InputRefused(f"{what} {name}: {_reason(error)}; name a file that can be read") from None
    try:
        status = os.fstat(handle)
        if stat.S_ISDIR(status.st_mode):
            raise InputRefused(f"{what} {name}: is a folder; name a file")
        if not stat.S_ISREG(status.st_mode):
            raise InputRefused(f"{what} {name}: is no regular file; name a file")
        if status.st_size > limit_bytes:
            raise InputRefused(f"{what} {name}: has {status.st_size} bytes; at most {limit_bytes} are read")
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(limit_bytes)
    except OSError as error:
        raise InputRefused(f"{what} {name}: {_reason(error)}; name a file that can be read") from None
    finally:
        os.close(handle)


def read_text(path: Path, what: str) -> str:
    """Read a small UTF-8 file; errors as `open_bytes`."""
    data = open_bytes(path, MAX_TEXT_BYTES, what)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputRefused(f"{what} {shown_path(path)}: line {line} is not UTF-8 text; save it as UTF-8") from None


def shown_path(path: Path) -> str:
    """Write a path on one printable line; unlike other values it is never shortened: one has to find it."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in str(path))


def _reason(error: Exception) -> str:
    """Say why the system refused, in its own words, without Python's."""
    return (getattr(error, "strerror", None) or str(error)).lower()
