"""Records read line by line: what kind a line is, its time, its content, or what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TypeAlias

from mmgate.audit.lines import Line, Lines, loaded
from mmgate.audit.mapping import RecordMap
from mmgate.audit.times import time_of
from model.codec import Malformed, show

Item: TypeAlias = tuple[int, int, str, Any, dict[str, Any]]
"""Line, its time in ms, its kind, its content, the line as a whole. No kind: a flaw, and the content says which."""
KINDS = ("received", "watched", "sent", "process", "reply", "log")
WHOLE_LINE = "."
"""The key of a content that is not under any key: it is the line itself."""
SIGNS = {"channel": "received", "method": "sent", "event": "process", "code": "log", "status": "reply", "type": "sent"}
"""By which key of a content its kind is known, where several kinds stand under one key."""
SINGLE = ("sent", "received", "reply")
"""Kinds of which no two lines of one ms are the same, prices apart, but by an accident of recording."""
FLAW = ""


class Reader:
    """Reads lines as the mapping says. Iterate it once."""

    def __init__(self, lines: Lines, mapping: RecordMap) -> None:
        self._lines = lines
        self._number_key: str = mapping.lines["number"]
        self._time_key: str = mapping.lines["time"]
        self._unit: str = mapping.lines["time_unit"]
        named: dict[str, list[str]] = {}
        for kind in KINDS:
            if mapping.names[kind]:
                named.setdefault(mapping.names[kind], []).append(kind)
        self._whole_line = named.pop(WHOLE_LINE, [])
        self._kinds = list(named.items())
        self._number = 0
        self._ended = False
        self._latest: dict[bytes, int] = {}
        self._latest_ms = 0

    def __iter__(self) -> Iterator[Item]:
        last_ms, numbered = 0, bool(self._number_key)
        for line in self._lines:
            found = _parsed(line)
            if isinstance(found, str):
                self._number += 1
                yield line.number, last_ms, FLAW, found, {}
                continue
            wrong = self._misnumbered(line.number, found) if numbered else ""
            if wrong:
                yield line.number, last_ms, FLAW, wrong, {}
            try:
                last_ms = time_of(found.get(self._time_key), self._unit)
                kind, content = self._content(found)
            except Malformed as fault:
                yield line.number, last_ms, FLAW, misread(fault), {}
                continue
            again = "" if numbered else self._again(line, last_ms, kind, content)
            if again:
                yield line.number, last_ms, FLAW, again, {}
            self._ended = kind == "process" and isinstance(content, dict) and content.get("event") == "end"
            yield line.number, last_ms, kind, content, found

    def _again(self, line: Line, now_ms: int, kind: str, content: Any) -> str:
        """Notice, where lines bear no numbers, one that comes a second time within a ms."""
        if now_ms != self._latest_ms:
            self._latest.clear()
            self._latest_ms = now_ms
        repeated = isinstance(content, dict) and content.get("channel") == "activeAssetCtx"
        if kind not in SINGLE or repeated or line.data is None:
            return ""
        before = self._latest.setdefault(line.data, line.number)
        return f"the line is line {before} once more" if before != line.number else ""

    def _content(self, found: dict[str, Any]) -> tuple[str, Any]:
        key, kinds = WHOLE_LINE, self._whole_line
        for known_key, its_kinds in self._kinds:
            if known_key in found:
                key, kinds = known_key, its_kinds
                break
        if not kinds:
            names = ", ".join(name for name, _ in self._kinds)
            raise Malformed("", f"it has no key of {names}; [names] of the mapping says which key bears what")
        content = found if key == WHOLE_LINE else found[key]
        if isinstance(content, str):
            content = _unpacked(content)
        if len(kinds) == 1:
            return kinds[0], content
        known = content if isinstance(content, dict) else {}
        kind = next((kind for key, kind in SIGNS.items() if key in known and kind in kinds), FLAW)
        if not kind:
            raise Malformed("", f"it may be {' or '.join(kinds)}, and nothing in it says which")
        return kind, content

    def _misnumbered(self, line: int, found: dict[str, Any]) -> str:
        """Check a line's number; say what is wrong, or nothing. A new file may number anew after an end."""
        expected, number = self._number + 1, found.get(self._number_key)
        if type(number) is int and number == expected:
            self._number = number
            return ""
        if not isinstance(number, int) or isinstance(number, bool) or abs(number) > 2**53:
            self._number = expected
            return f"the line bears no number {self._number_key!r}"
        self._number = number
        if number == expected or (number == 1 and self._ended and self._lines.begins(line)):
            return ""
        told = f"number {number} follows {expected - 1}"
        return f"{told}: lines missing, {number - expected}" if number > expected else told


def misread(fault: Exception) -> str:
    """Say that a line could not be read, and why."""
    told = str(fault) if isinstance(fault, Malformed) else f"{type(fault).__name__} {fault}"
    return f"the line is none that the mapping knows: {told}"


def _unpacked(text: str) -> Any:
    """Read a message that was kept as text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed("", f"{show(text)} is no message") from None


def _parsed(line: Line) -> dict[str, Any] | str:
    data = line.data
    if data is None:
        return "the line is longer than any message"
    if data[-1:] != b"\n":
        return "the line is cut off"
    try:
        found = loaded(data)
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else "the line is no JSON object"
