"""The venue's records, line by line, as the records that monitors watch, through a mapping."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge
from pathlib import Path
from typing import Any, TypeAlias

from mmgate.audit.clocks import Clocks
from mmgate.audit.doubts import FILLS, Doubts, troubled
from mmgate.audit.exports import with_exports
from mmgate.audit.gaps import Gap
from mmgate.audit.held import Telling
from mmgate.audit.joins import Runs
from mmgate.audit.lines import Lines
from mmgate.audit.mapping import RecordMap
from mmgate.audit.messages import PROCESS, TURNS, Words
from mmgate.audit.reading import FLAW, Item, Reader, misread
from mmgate.audit.rebuilt import Held
from mmgate.audit.shapes import name, table
from mmgate.audit.silences import UNANSWERED, Silences
from mmgate.audit.wire import Wire
from mmgate.inputs import InputRefused, shown_path
from model import events, journal
from model.actions import Action, Place
from model.codec import TRACE, Malformed, show
from model.config import ConfigRefused, MakerConfig

Found: TypeAlias = tuple[int, journal.Record | Gap]
Handler: TypeAlias = Callable[[int, int, Any, dict[str, Any]], Iterator[Found]]
UNNUMBERED = "the lines bear no numbers, so that one that is missing can't be told from one that never was"
SEVERAL = "a message told several things at once; which one the maker's requests answer is not told"
UNGRANTED = "whether the venue granted the dead man's switch is not told"
UNTOLD = "nothing answers {}: the answer, or only the line that tells it, is missing"
TIMER_MS = 250
"""How often a maker's loop turns at least, where nothing says otherwise."""


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
    """Reads records. Raises InputRefused where it is not known what is judged.

    `notes`: what a reader of the words should know. `unjudged`: specs that the log can't judge, and why. `timers`:
    whether lines tell each turn of the maker's loop. `numbered`: whether they bear numbers.
    """

    def __init__(self, paths: Sequence[Path], mapping: RecordMap, config: MakerConfig | None) -> None:
        self.lines = Lines(paths)
        self.notes: list[str] = []
        self.unjudged: dict[str, str] = {}
        self.timers = True
        self.numbered = bool(mapping.lines["number"])
        self._paths = tuple(paths)
        self._map = mapping
        self._config = config
        self._wire = Wire(mapping.assets)
        self._words = Words(mapping.account, self._own)
        self._clocks = Clocks(mapping.account["clock_offset_ms"])
        self._runs = Runs()
        self._reply_ms: int = mapping.account["reply_ms"]
        self._window_ms: int = mapping.run["delivery_ms"]
        self._silences = Silences(mapping.run["round_trip_ms"])
        self._strangers: set[str] = set()
        self._prefix = "" if config is None else "0x" + config.cloid_prefix
        self._last = (1, 0)
        self._life = 0
        self._doubts = Doubts(numbered=self.numbered, markets=mapping.markets, own=self._own)
        self._begun = self._ended = self._mapped = False
        self._turn: OpenTurn | None = None
        self._held: list[Found] = []
        self._rebuilt = False
        self._guessed = 0
        self._flaw = ""
        self._recent: deque[tuple[int, int]] = deque()
        self._handlers: dict[str, Handler] = {
            "received": self._received,
            "watched": self._watched,
            "sent": self._sent,
            "process": self._process,
            "reply": self._reply,
            "log": self._logged,
        }

    def __iter__(self) -> Iterator[Found]:
        found = self._judged()
        if len(self._paths) == 1:
            yield from found
            return
        for line, record in found:
            if isinstance(record, Gap | journal.RunStarted):
                yield line, record
            else:
                yield from self._runs.see(line, record)
        end = self._runs.over()
        if end is not None:
            yield self._last[0], end

    def _judged(self) -> Iterator[Found]:
        if not self.numbered and not self._map.lines["complete"]:
            yield 1, Gap(1, 1, UNNUMBERED)
        for line, now_ms, kind, content, beside in self._items():
            last_line, last_ms = self._last
            self._last = (line if line > last_line else last_line, now_ms if now_ms > last_ms else last_ms)
            if kind == FLAW:
                self._flaw = self._flaw or f"line {line}: {content}"
                yield line, self._gap(line, content)
                continue
            try:
                yield from list(self._handlers[kind](now_ms, line, content, beside))
            except (Malformed, ConfigRefused, KeyError, TypeError, AttributeError) as fault:
                yield line, self._gap(line, misread(fault))
        yield from self._flush()
        if not self._begun:
            told = f" ({self._flaw})" if self._flaw else ""
            raise InputRefused(f"log {shown_path(self._paths[0])}: has no record{told}; there is nothing to judge")
        yield from self._close()

    def _close(self) -> Iterator[Found]:
        """End the run where the mapping answers for its end; tell how the clocks prove to differ."""
        flaw = None if self._rebuilt else self._clocks.flaw()
        if flaw is not None:
            yield flaw[0], Gap(flaw[0], 1, flaw[1])
        if self._map.run["ended"] and not self._ended:
            yield self._last[0], journal.RunEnded(self._last[1], (), (), settled=False)

    # -- lines, exports, what the venue held

    def _items(self) -> Iterator[Item]:
        if self._map.exports:
            offset_ms = self._map.account["clock_offset_ms"]
            yield from with_exports(Reader(self.lines, self._map), self._map.exports, offset_ms)
            return
        held = Held(self._telling, self._window_ms, numbered=self.numbered)
        self._rebuilt = held.prepare()
        if self._rebuilt:
            self.notes.append("what the venue held is rebuilt from what the maker received")
            self._guessed = held.guessed
            self.unjudged["DMS-1"] = UNGRANTED
            if held.guessed:
                ends = f"{held.guessed} orders were gone when an answer came, and nothing told their end"
                self.notes.append(f"{ends}; books are not compared")
            for line, text in held.flaws:
                yield line, 0, FLAW, text, {}
            rows: Iterator[Item] = ((row[2], row[0], "watched", row[3], {}) for row in held.rows())
            yield from merge(rows, Reader(self.lines, self._map), key=_time)
            return
        if held.lacking:
            self.notes.append(f"what the venue held is not known: {held.lacking}")
        yield from Reader(self.lines, self._map)

    def _telling(self) -> tuple[Reader, Telling]:
        account, run = self._map.account, self._map.run
        offset_ms = account["clock_offset_ms"]
        telling = Telling(self._words, Wire(self._map.assets), Clocks(offset_ms), offset_ms, run["round_trip_ms"])
        return Reader(Lines(self._paths), self._map), telling

    def _gap(self, line: int, text: str) -> Gap:
        """Doubt what the turn that is still open shows, too; and all that a lost message could have told in time."""
        since = line if self._turn is None else self._turn.line
        if self._rebuilt:
            since = min(since, self._recent[0][0] if self._recent else since) if self._life else 1
        return Gap(line, since, text)

    # -- what a line tells

    def _received(self, now_ms: int, line: int, content: Any, beside: dict[str, Any]) -> Iterator[Found]:
        message = table(content)
        if message.get("channel") == "post":
            told = list(self._answered(now_ms, message))
        else:
            told = list(self._words.told(now_ms, message, beside))
        if self._rebuilt:
            self._note(now_ms, line)
        for event in told:
            if isinstance(event, FILLS) and not event.snapshot:
                self._clocks.received(line, event.time_ms, now_ms)
            yield from self._doubts_of(now_ms, line, event)
            yield from self._begin(now_ms, line, event, beside.get("mm_fill"), alone=len(told) == 1)
        data = message.get("data")
        if not (isinstance(data, dict) and "taker" in data):
            for text in self._doubts.shared(told):
                yield line, self._gap(line, text)

    def _note(self, now_ms: int, line: int) -> None:
        """Keep the lines of the latest messages: what is lost may have told of any of their times."""
        self._recent.append((line, now_ms))
        while self._recent[0][1] < now_ms - self._window_ms:
            self._recent.popleft()

    def _answered(self, now_ms: int, message: dict[str, Any]) -> Iterator[events.Event]:
        for kind, told, beside in self._wire.answered(table(message.get("data"))):
            if kind == "reply":
                yield self._words.replied(now_ms, told)
            else:
                yield from self._words.told(now_ms, told, beside)

    def _reply(self, now_ms: int, line: int, reply: Any, _beside: dict[str, Any]) -> Iterator[Found]:
        event = self._words.replied(now_ms, table(reply))
        yield from self._doubts_of(now_ms, line, event)
        yield from self._begin(now_ms, line, event)

    def _doubts_of(self, now_ms: int, line: int, event: events.Event) -> Iterator[Found]:
        """Tell what is missing for what the maker is told, and of what trouble it speaks."""
        for text in self._doubts.told(now_ms, event):
            yield line, self._gap(line, text)
        # where no line tells when the world misbehaved, a word that tells of it counts as such a moment
        if (self._rebuilt or self._mapped) and self._begun and troubled(event):
            yield from self._flush()
            yield line, journal.FaultBegan(now_ms, "told", getattr(event, "reason", "no reply"))
            yield line, journal.FaultHealed(now_ms, "told")

    def _begin(
        self, now_ms: int, line: int, event: events.Event, mm_fill: object = None, *, alone: bool = True
    ) -> Iterator[Found]:
        if self._turn is not None or self._held:
            yield from self._flush()
        if not self._life:
            yield from self._alive(now_ms, line)
        if self._rebuilt:
            yield from self._unanswered(now_ms, line, event)
        self._turn = OpenTurn(line, now_ms, event, mm_fill if isinstance(mm_fill, bool) else None, alone)

    def _unanswered(self, now_ms: int, line: int, event: events.Event) -> Iterator[Found]:
        """Count the moment at which an answer was due as one at which the world misbehaved."""
        self._silences.told(event)
        late = list(self._silences.over(now_ms))
        if not late:
            return
        since, text = late[0]
        if not self.numbered:
            yield line, Gap(line, since, UNTOLD.format(text))
        yield line, journal.FaultBegan(now_ms, UNANSWERED, text)
        yield line, journal.FaultHealed(now_ms, UNANSWERED)

    def _sent(self, now_ms: int, line: int, content: Any, _beside: dict[str, Any]) -> Iterator[Found]:
        request: dict[str, Any] | None = table(content)
        if request is not None and "method" in request:
            turn_ms = now_ms if self._turn is None or self._late(now_ms) else self._turn.now_ms
            request = self._wire.sent(turn_ms, request)
        if request is None:
            return
        found = list(self._words.sent(request))
        turn = yield from self._answering(now_ms, line)
        turn.actions += found
        for action in found:
            if self._rebuilt:
                self._silences.asked(turn.now_ms, turn.line, action)
            if isinstance(action, Place):
                self._doubts.placed(action.cloid)
                if not action.cloid.startswith(self._prefix):
                    self._strangers.add(action.cloid)
        if not turn.alone:
            turn.alone = True
            yield line, Gap(line, turn.line, SEVERAL, alone=True)

    def _logged(self, now_ms: int, line: int, told: Any, _beside: dict[str, Any]) -> Iterator[Found]:
        found = TRACE.decode(journal.LogLine, told)
        turn = yield from self._answering(now_ms, line)
        turn.log.append(found)

    def _answering(self, now_ms: int, line: int) -> Generator[Found, None, OpenTurn]:
        """Return the turn which a request or log line belongs to: the last one, or one of its own."""
        if self._turn is None or self._late(now_ms):
            yield from self._begin(now_ms, line, events.Timer(now_ms))
        assert self._turn is not None
        return self._turn

    def _late(self, now_ms: int) -> bool:
        """Say whether the open turn is over by the time."""
        return self._turn is not None and now_ms - self._turn.now_ms > self._reply_ms

    def _watched(self, now_ms: int, line: int, message: Any, _beside: dict[str, Any]) -> Iterator[Found]:
        found = list(self._words.watched(now_ms, table(message)))
        if self._rebuilt and not self._life:  # by another clock it was before the log begins
            self._held += [(line, record) for record in found]
            return
        if self._late(now_ms):
            yield from self._flush()
        if not self._begun:
            yield from self._running(now_ms, line)
        if self._turn is None:
            for record in found:
                yield line, record
        else:
            self._held += [(line, record) for record in found]

    def _process(self, now_ms: int, line: int, told: Any, _beside: dict[str, Any]) -> Iterator[Found]:
        body = table(told)
        event = name(body.get("event"))
        if event in TURNS:
            yield from self._begin(now_ms, line, TURNS[event](now_ms, body))
        elif event == "start":
            yield from self._start(now_ms, line, body)
        elif event == "recording":
            yield from self._recording(now_ms, line, body)
        elif event == "end":
            orders, positions = self._words.orders(body.get("orders", [])), self._words.positions(body)
            yield from self._flush()
            self._ended = True
            yield line, journal.RunEnded(now_ms, orders, positions, body.get("settled") is True)
        elif event in PROCESS:
            record = PROCESS[event](now_ms, body)
            yield from self._flush()
            yield from self._running(now_ms, line)
            if not (self._guessed and isinstance(record, journal.BooksTold)):
                yield line, record
        else:
            raise Malformed("event", f"{show(event)} is none that is known")

    def _recording(self, now_ms: int, line: int, body: dict[str, Any]) -> Iterator[Found]:
        data = {key: value for key, value in body.items() if key != "event"}
        run = TRACE.decode(journal.RunStarted, {**data, "now_ms": now_ms})
        if self._begun and len(self._paths) == 1:
            yield line, self._gap(line, "a second recording begins")
            return
        yield from self._flush()
        refusal = self._runs.begin(run)
        if refusal:
            raise InputRefused(f"log {self.lines.file_of(line)}: is no further part of that run: {refusal}")
        if self._begun:
            return
        if self._config is not None:
            name_of = shown_path(self._paths[0])
            raise InputRefused(f"--config: log {name_of} tells the maker's config itself; leave it out")
        self._begun, self._config = True, run.config
        self._prefix = "0x" + run.config.cloid_prefix
        yield line, run

    def _start(self, now_ms: int, line: int, body: dict[str, Any]) -> Iterator[Found]:
        yield from self._flush()
        yield from self._running(now_ms, line)
        start = self._words.start(now_ms, body, self._config, self._map.markets, self._life + 1)
        self._life = start.life
        self._doubts.began(start)
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
            raise InputRefused(f"log {shown_path(self._paths[0])}: does not begin with a recording line; {hint}")
        self._begun = self._mapped = True
        self.timers = run["timer_ms"] > 0
        times = (run["timer_ms"] or TIMER_MS, run["round_trip_ms"], run["delivery_ms"])
        features = tuple(sorted(run["features"]))
        started = journal.RunStarted(now_ms, "log", 0, "maker", config, self._map.markets, *times, features)
        self._runs.begin(started)
        yield line, started

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


def _time(item: Item) -> int:
    return item[1]
