"""The venue's records, line by line, as the records that monitors watch, through a mapping."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge
from pathlib import Path
from typing import Any, TypeAlias

from mmgate.audit import messages
from mmgate.audit.exports import Row, rows_of, time_of
from mmgate.audit.gaps import Gap
from mmgate.audit.lines import Line, Lines
from mmgate.audit.mapping import RecordMap
from mmgate.audit.messages import PROCESS, TURNS, Words
from mmgate.inputs import InputRefused, shown_path
from model import events, journal
from model.actions import Action, Place
from model.codec import TRACE, Malformed
from model.config import ConfigRefused, MakerConfig

Found: TypeAlias = tuple[int, journal.Record | Gap]
Content: TypeAlias = Callable[[int, int], Iterator[Found]]
Handler: TypeAlias = Callable[[int, int, Any, dict[str, Any]], Iterator[Found]]
Item: TypeAlias = tuple[int, int, Content | Gap]
UNNUMBERED = "the lines bear no numbers, so that one that is missing can't be told from one that never was"
STRANGE = "the line is none that the mapping knows"


@dataclass(slots=True)
class OpenTurn:
    """A turn whose requests and log lines may still follow; `alone`: the message told one thing only."""

    line: int
    now_ms: int
    event: events.Start | events.Event
    mm_fill: bool | None = None
    alone: bool = True
    actions: list[Action] = field(default_factory=list)
    log: list[journal.LogLine] = field(default_factory=list)


class RecordsLog:
    """Reads records. Raises InputRefused where it is not known what is judged."""

    def __init__(self, paths: Sequence[Path], mapping: RecordMap, config: MakerConfig | None) -> None:
        self.lines = Lines(paths)
        self._name = shown_path(paths[0])
        self._map = mapping
        self._config = config
        self._words = Words(mapping.account["dex"], mapping.account["clock_offset_ms"], self._own)
        self._reply_ms: int = mapping.account["reply_ms"]
        self._strangers: set[str] = set()
        self._prefix = "" if config is None else "0x" + config.cloid_prefix
        self._number = 0
        self._closing_ms = 0
        self._life = 0
        self._begun = False
        self._turn: OpenTurn | None = None
        self._held: list[Found] = []
        handlers: dict[str, Handler] = {
            "received": self._received,
            "watched": self._watched,
            "sent": self._sent,
            "process": self._process,
            "reply": self._reply,
            "log": self._logged,
        }
        self._handlers = [(mapping.names[kind], handler) for kind, handler in handlers.items() if mapping.names[kind]]

    def __iter__(self) -> Iterator[Found]:
        if not self._map.lines["number"] and not self._map.lines["complete"]:
            yield 1, Gap(1, 1, UNNUMBERED)
        for line, now_ms, content in self._with_exports() if self._map.exports else self._read():
            if isinstance(content, Gap):
                yield line, content
                continue
            try:
                yield from list(content(now_ms, line))
            except (Malformed, ConfigRefused, KeyError, TypeError):
                yield line, self._gap(line, STRANGE)
        yield from self._flush()
        if not self._begun:
            raise InputRefused(f"log {self._name}: has no record; there is nothing to judge")

    # -- lines

    def _read(self) -> Iterator[Item]:
        """Yield line, time and what it does, or a gap."""
        last_ms = 0
        for line in self.lines:
            found = self._parsed(line)
            if isinstance(found, Gap):
                self._number += 1
                yield line.number, last_ms, found
                continue
            missing = self._missing(line.number, found)
            if missing is not None:
                yield line.number, last_ms, missing
            try:
                last_ms = time_of(found.get(self._map.lines["time"]), self._map.lines["time_unit"])
                if self._map.exports and _closes(found.get(self._map.names["watched"])):
                    self._closing_ms = last_ms
                yield line.number, last_ms, self._handler(found)
            except Malformed:
                yield line.number, last_ms, self._gap(line.number, STRANGE)

    def _handler(self, found: dict[str, Any]) -> Content:
        for key, handler in self._handlers:
            if key in found:
                return _bound(handler, found[key], found)
        raise Malformed("", STRANGE)

    def _parsed(self, line: Line) -> dict[str, Any] | Gap:
        if line.data is None:
            return self._gap(line.number, "the line is longer than any message")
        if not line.data.endswith(b"\n"):
            return self._gap(line.number, "the line is cut off")
        try:
            found = json.loads(line.data)
        except (ValueError, RecursionError):
            found = None
        return found if isinstance(found, dict) else self._gap(line.number, "the line is no JSON object")

    def _missing(self, line: int, found: dict[str, Any]) -> Gap | None:
        """Check a line's number."""
        key = self._map.lines["number"]
        if not key:
            return None
        expected, number = self._number + 1, found.get(key)
        if not isinstance(number, int) or isinstance(number, bool) or abs(number) > 2**53:
            self._number = expected
            return self._gap(line, "the line bears no number")
        self._number = number
        if number == expected:
            return None
        told = f"number {number} follows {expected - 1}"
        return self._gap(line, f"{told}: lines missing, {number - expected}" if number > expected else told)

    def _gap(self, line: int, text: str) -> Gap:
        """Doubt what the turn that is still open shows, too."""
        return Gap(line, line if self._turn is None else self._turn.line, text)

    def _with_exports(self) -> Iterator[Item]:
        """Merge lines and the rows of exports by time; a row counts to the line before it.

        At equal times rows come after what opens orders and before what first closes one, as fills do.
        """
        rows = [((row, 1) for row in self._rows(rows_of(export))) for export in self._map.exports]
        line = 1
        for (number, now_ms, content), _ in merge(self._ranked(), *rows, key=lambda one: (one[0][1], one[1])):
            line = number or line
            if not number and isinstance(content, Gap):
                yield line, now_ms, Gap(line, 1, content.text)
            else:
                yield line, now_ms, content

    def _ranked(self) -> Iterator[tuple[Item, int]]:
        for item in self._read():
            yield item, 2 if self._closing_ms == item[1] else 0

    def _rows(self, rows: Iterator[Row]) -> Iterator[Item]:
        for row in rows:
            if row.message is None:
                yield 0, 0, Gap(0, 1, f"{row.place} is none that the mapping knows")
            else:
                yield 0, row.time_ms + self._map.account["clock_offset_ms"], _bound(self._watched, row.message, {})

    # -- what a line tells

    def _received(self, now_ms: int, line: int, message: Any, beside: dict[str, Any]) -> Iterator[Found]:
        told = list(self._words.told(now_ms, messages.table(message), beside))
        for event in told:
            yield from self._begin(now_ms, line, event, beside.get("mm_fill"), alone=len(told) == 1)

    def _reply(self, now_ms: int, line: int, reply: Any, _beside: dict[str, Any]) -> Iterator[Found]:
        yield from self._begin(now_ms, line, self._words.replied(now_ms, messages.table(reply)))

    def _begin(
        self, now_ms: int, line: int, event: events.Event, mm_fill: object = None, *, alone: bool = True
    ) -> Iterator[Found]:
        yield from self._flush()
        yield from self._alive(now_ms, line)
        self._turn = OpenTurn(line, now_ms, event, mm_fill if isinstance(mm_fill, bool) else None, alone)

    def _sent(self, now_ms: int, line: int, request: Any, _beside: dict[str, Any]) -> Iterator[Found]:
        found = list(self._words.sent(messages.table(request)))
        turn = yield from self._answering(now_ms, line)
        turn.actions += found
        for action in found:
            if isinstance(action, Place) and not action.cloid.startswith(self._prefix):
                self._strangers.add(action.cloid)
        if not turn.alone:
            turn.alone = True
            text = "a message told several things at once; which one the maker's requests answer is not told"
            yield line, self._gap(line, text)

    def _logged(self, now_ms: int, line: int, told: Any, _beside: dict[str, Any]) -> Iterator[Found]:
        found = TRACE.decode(journal.LogLine, told)
        turn = yield from self._answering(now_ms, line)
        turn.log.append(found)

    def _answering(self, now_ms: int, line: int) -> Generator[Found, None, OpenTurn]:
        """Return the turn which a request or log line belongs to: the last one, or one of its own."""
        if self._turn is None or now_ms - self._turn.now_ms > self._reply_ms:
            yield from self._begin(now_ms, line, events.Timer(now_ms))
        assert self._turn is not None
        return self._turn

    def _watched(self, now_ms: int, line: int, message: Any, _beside: dict[str, Any]) -> Iterator[Found]:
        found = list(self._words.watched(now_ms, messages.table(message)))
        if self._turn is not None and now_ms - self._turn.now_ms > self._reply_ms:
            yield from self._flush()
        yield from self._running(now_ms, line)
        if self._turn is None:
            yield from ((line, record) for record in found)
        else:
            self._held += [(line, record) for record in found]

    def _process(self, now_ms: int, line: int, told: Any, _beside: dict[str, Any]) -> Iterator[Found]:
        body = messages.table(told)
        event = messages.name(body.get("event"))
        if event in TURNS:
            yield from self._begin(now_ms, line, TURNS[event](now_ms, body))
        elif event == "start":
            yield from self._start(now_ms, line, body)
        elif event == "recording":
            yield from self._recording(now_ms, line, body)
        elif event == "end":
            orders, positions = self._words.orders(body.get("orders")), self._words.positions(body)
            yield from self._flush()
            yield line, journal.RunEnded(now_ms, orders, positions, body.get("settled") is True)
        else:
            record = PROCESS[event](now_ms, body)
            yield from self._flush()
            yield from self._running(now_ms, line)
            yield line, record

    def _recording(self, now_ms: int, line: int, body: dict[str, Any]) -> Iterator[Found]:
        if self._begun:
            yield line, self._gap(line, "a second recording begins")
            return
        data = {key: value for key, value in body.items() if key != "event"}
        run = TRACE.decode(journal.RunStarted, {**data, "now_ms": now_ms})
        if self._config is not None:
            raise InputRefused(f"--config: log {self._name} tells the maker's config itself; leave it out")
        self._begun, self._config = True, run.config
        self._prefix = "0x" + run.config.cloid_prefix
        yield line, run

    def _start(self, now_ms: int, line: int, body: dict[str, Any]) -> Iterator[Found]:
        yield from self._flush()
        yield from self._running(now_ms, line)
        start = self._words.start(now_ms, body, self._config)
        self._life = start.life
        self._prefix = "0x" + start.config.cloid_prefix
        self._turn = OpenTurn(line, now_ms, start)

    # -- runs, lives, turns

    def _running(self, now_ms: int, line: int) -> Iterator[Found]:
        """Begin the run as the mapping describes it, where no line has."""
        if self._begun:
            return
        config, run = self._config, self._map.run
        if config is None:
            hint = "give the maker's --config, and what [run] of the mapping asks for"
            raise InputRefused(f"log {self._name}: does not begin with a recording line; {hint}")
        self._begun = True
        times = (run["timer_ms"], run["round_trip_ms"], run["delivery_ms"])
        features = tuple(sorted(run["features"]))
        yield line, journal.RunStarted(now_ms, "log", 0, "maker", config, self._map.markets, *times, features)

    def _alive(self, now_ms: int, line: int) -> Iterator[Found]:
        """Begin a life with nothing known, where no line has; much of what follows can't be judged then."""
        yield from self._running(now_ms, line)
        if self._life:
            return
        assert self._config is not None
        self._life = 1
        yield line, Gap(line, 1, "the beginning of the maker's life is not told")
        start = events.Start(now_ms, 1, self._config, self._map.markets)
        yield line, journal.Turn(now_ms, 1, start, journal.Reply())

    def _flush(self) -> Iterator[Found]:
        """Close the open turn; what the venue did meanwhile comes after it."""
        turn, self._turn = self._turn, None
        if turn is not None:
            reply = journal.Reply(tuple(turn.actions), tuple(turn.log), turn.mm_fill)
            yield turn.line, journal.Turn(turn.now_ms, self._life, turn.event, reply)
        held, self._held = self._held, []
        yield from held

    def _own(self, cloid: str | None) -> bool:
        return cloid is not None and (cloid.startswith(self._prefix) or cloid in self._strangers)


def _bound(handle: Handler, content: Any, beside: dict[str, Any]) -> Content:
    """Keep what a line tells until its turn comes."""
    return lambda now_ms, line: handle(now_ms, line, content, beside)


def _closes(watched: Any) -> bool:
    """Say whether a message ends an order at the venue."""
    if (
        not isinstance(watched, dict)
        or watched.get("channel") != "orderUpdates"
        or not isinstance(watched.get("data"), list)
    ):
        return False
    return any(isinstance(row, dict) and row.get("status") != "open" for row in watched["data"])
