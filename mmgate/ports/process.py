"""A maker in a foreign process: a child on the other end of two pipes, under protocol 1, in lock step.

The child is started without a shell in a session of its own. Every reply has a time limit, every line a size
limit; whatever the child does wrong becomes one `PortFault` with the end of the transcript. Closing ends the
child and everything that it started, also what keeps the pipe open or ignores SIGTERM.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from mmgate.ports import messages
from mmgate.ports.child import BYE_TIMEOUT_S, SILENT, STDERR_LIMIT_BYTES, Child, PortFault
from mmgate.ports.command import split_command
from mmgate.ports.messages import Data, Hello
from mmgate.ports.waiting import child_of, prepare
from mmgate.request import Promise
from model.codec import Malformed, show, tag
from model.events import Event, Start
from model.journal import Books, Reply

T = TypeVar("T")

REPLY_TIMEOUT_S = 5.0
STARTUP_FACTOR = 4
"""The first reply may take so many times as long: an interpreter or a virtual machine may have to come up."""
MOST_SILENCES = 6
"""A port that left so many requests without a reply is not started again by this process: waiting shows no more."""
MOST_NAMED = 10
TRANSCRIPT_LINES = 20
TRANSCRIPT_WIDTH = 400


_silences: Counter[str] = Counter()


class CallRefused(Exception):
    """A port answered a call with an error; `code` is its own."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PortMaker:
    """A port as a maker. Starts the child and greets it at once; close it, or use it as a context."""

    def __init__(
        self,
        command: str,
        timeout_s: float = REPLY_TIMEOUT_S,
        stderr_path: Path | None = None,
        *,
        alone: bool = False,
        promise: Promise | None = None,
    ) -> None:
        self.command = command
        self._alone = alone
        self._promise = promise
        self._words = split_command(command)
        self._timeout_s = timeout_s
        self._stderr_path = stderr_path
        self._stderr_left = STDERR_LIMIT_BYTES
        self._child: Child | None = None
        self.fault: PortFault | None = None
        self._number = 0
        self._lives = 0
        self._transcript: deque[str] = deque(maxlen=TRANSCRIPT_LINES)
        self._what = self._asked = ""
        self.answered = ""
        try:
            self._greet_first()
        except PortFault as fault:
            fault.greeted = False
            raise

    @property
    def name(self) -> str:
        """The port's own name and version."""
        return f"{self.hello.name} {self.hello.version}".strip()

    @property
    def features(self) -> frozenset[str]:
        """The features it declared."""
        return self.hello.features

    def start(self, start: Start) -> Reply:
        """Begin a new life, in a new process unless the port is restartable."""
        self._be_born()
        self._lives += 1
        data = self._ask("start", messages.start_request(self._next(), start))
        if self._used_up:
            prepare(self._words)
        return self._read(messages.read_turn, data)

    def refusal_of(self, start: Start, config: Mapping[str, object]) -> tuple[str, ...] | None:
        """Begin a life with a config as it is written; give the keys named in its refusal, None if it is taken.

        A life that is refused has not begun.
        """
        self._be_born()
        number = self._next()
        request = json.loads(messages.start_request(number, start)) | {"config": dict(config)}
        data = self._exchange("start", json.dumps(request, separators=(",", ":")), self._timeout_s)
        if "error" not in data:
            self._lives += 1
            self._read(messages.read_turn, data)
            return None
        errors = data["error"].get("errors", ()) if isinstance(data["error"], dict) else ()
        return tuple(str(one["key"]) for one in errors if isinstance(one, dict) and "key" in one)

    def handle(self, event: Event) -> Reply:
        """Answer one event."""
        data = self._ask(f"event {tag(type(event))}", messages.event_request(self._next(), event))
        return self._read(messages.read_turn, data)

    def handle_all(self, events: Iterable[Event]) -> tuple[Reply, ...]:
        """Answer a list of events known beforehand; raises CallRefused if the port does not take lists."""
        told = tuple(events)
        data = self._exchange("events", messages.events_request(self._next(), told), self._timeout_s)
        if "error" in data:
            raise CallRefused(_code(data["error"]))
        replies = data.get("replies")
        if not isinstance(replies, list) or len(replies) != len(told):
            raise self.wrong("wrong_type", f"a list of {len(told)} is expected", "replies")
        return tuple(self._read(messages.read_turn, reply) for reply in replies)

    def books(self) -> Books | None:
        """Tell what it believes; None if it does not offer that."""
        if "books" not in self.hello.features:
            return None
        try:
            return self._read(messages.read_books, self._called("books", {}), "result")
        except CallRefused as refusal:
            raise self._fault("refused", f"{self._request()} was refused: {refusal.code}") from None

    def call(self, fn: str, args: Mapping[str, Any]) -> object:
        """Call one of its functions; raises CallRefused if it answers with an error."""
        return self._called(fn, args)

    def leave(self) -> None:
        """Say bye and let it end by itself, with all that it started. Raises PortFault if it does not."""
        if self._child is None:
            return
        data = self._ask("bye", messages.bye_request(self._next()))
        if data.get("actions"):
            raise self.wrong("wrong_type", "nothing is done any more after `bye`", "actions")
        if not self._child.leave(self._timeout_s):
            raise self._fault("stays", f"{self._request()}: the port still runs {self._timeout_s:g} s after it")
        unasked = self._child.unasked()
        if unasked:
            text = show(unasked.decode("utf-8", "backslashreplace"))
            raise self._fault("unasked", f"{self._request()}: after its reply came more on stdout: {text}")
        count = self._child.strays()
        if count:
            left = f"{count} process{'es' if count > 1 else ''} that it started"
            raise self._fault("strays", f"{self._request()}: the port ended and left {left} running")
        self._end()

    def close(self) -> None:
        """End the child and all that it started, however it takes the bye; never hangs, may be called twice."""
        child, self._child = self._child, None
        if child is None:
            return
        try:
            child.ask(messages.bye_request(self._next()).encode(), BYE_TIMEOUT_S)
            child.leave(BYE_TIMEOUT_S)
        except PortFault:
            pass
        finally:
            self._stderr_left = child.end()

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            self._stderr_left = child.end()

    def __enter__(self) -> PortMaker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- one exchange

    @property
    def _used_up(self) -> bool:
        """Whether a process serves for one life only."""
        return self._alone or not self.hello.restartable

    def _be_born(self) -> None:
        """Give a life a process of its own, where the present one has had its own and is not restartable."""
        if self._lives and self._used_up:
            self.leave()
            self._greet()

    def _greet_first(self) -> None:
        if _silences[self.command] >= MOST_SILENCES:
            raise PortFault("timeout", f"the port left {MOST_SILENCES} requests without a reply and is not asked again")
        self._greet()

    def _greet(self) -> None:
        try:
            self._child = child_of(self._words)
            self._child.keep_stderr(self._stderr_path, self._stderr_left)
        except (OSError, ValueError) as error:
            raise PortFault("not_started", f"{self._words[0]} could not be started: {error}") from None
        factor = 1 if _silences[self.command] else STARTUP_FACTOR
        data = self._ask("hello", messages.hello_request(self._next()), self._timeout_s * factor)
        self.hello: Hello = self._read(messages.read_hello, data)
        first, self._promise = self._promise or self.hello.promise(), self.hello.promise()
        name, how = _unlike(first, self._promise)
        if name:
            raise self.wrong("unlike", f"{how}, unlike in an earlier process", name)

    def _called(self, fn: str, args: Mapping[str, Any]) -> object:
        data = self._exchange(f"call {fn}", messages.call_request(self._next(), fn, args), self._timeout_s)
        if "error" in data:
            raise CallRefused(_code(data["error"]))
        if "result" not in data:
            raise self.wrong("wrong_type", "is missing", "result")
        return data["result"]

    def _ask(self, what: str, request: str, timeout_s: float | None = None) -> Data:
        data = self._exchange(what, request, self._timeout_s if timeout_s is None else timeout_s)
        if "error" in data:
            raise self._fault("refused", f"{self._request()} was refused: {_code(data['error'])}")
        return data

    def _exchange(self, what: str, request: str, timeout_s: float) -> Data:
        """Send one request and give the reply with its id; anything else ends the child."""
        if self._child is None:
            self._what = what
            raise self._fault("closed", f"{self._request()} was made to a port already closed")
        self._what, self._asked, self.answered = what, request, ""
        self._transcript.append("→ " + _clip(request))
        try:
            line = self._child.ask(request.encode(), timeout_s)
        except PortFault as fault:
            raise self._fault(fault.kind, f"{self._request()}: {fault.text}") from None
        self.answered = line.decode("utf-8", "backslashreplace")
        self._transcript.append("← " + _clip(self.answered))
        try:
            data = messages.parse(line)
        except Malformed as fault:
            kind = "not_utf8" if fault.text.endswith("is not UTF-8") else "not_json"
            raise self.wrong(kind, fault.text) from None
        number = data.get("id")
        if type(number) is not int or number != self._number:
            again = " (already answered)" if type(number) is int and 0 < number < self._number else ""
            found = f"is {show(number)}{again}" if "id" in data else "is missing"
            raise self.wrong("wrong_id", f"{found}, in the request {self._number}", "id")
        return data

    def _read(self, reader: Callable[[Any], T], data: object, place: str = "") -> T:
        try:
            return reader(data)
        except Malformed as fault:
            found = fault.below(place) if place else fault
            raise self.wrong("wrong_type", found.text, found.path) from None

    def _request(self) -> str:
        return f"request {self._number} ({self._what})"

    def wrong(self, kind: str, text: str, path: str = "") -> PortFault:
        """Make the finding of a reply; `path`: the field that is wrong."""
        return self._fault(kind, f"reply to {self._request()}: {Malformed(path, text)}", path)

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _fault(self, kind: str, text: str, path: str = "") -> PortFault:
        """Make the finding, with the transcript so far; the child is ended, nothing more is asked of it."""
        self._end()
        _silences[self.command] += kind in SILENT
        self.fault = PortFault(
            kind, text, tuple(self._transcript), path=path, asked=self._asked, answered=self.answered
        )
        return self.fault


def _unlike(first: Promise, later: Promise) -> tuple[str, str]:
    """Name what two processes of a port declare differently, and how the later one does; empty if nothing."""
    for name, told, now in zip(("features", "calls"), first[:2], later[:2], strict=True):
        parts = (("without", sorted(told - now)), ("with", sorted(now - told)))
        how = [f"{word} {', '.join(map(show, names[:MOST_NAMED]))}" for word, names in parts if names]
        if how:
            return name, f"is {' and '.join(how)}"
    return ("restartable", f"is {str(later[2]).lower()}") if first[2] != later[2] else ("", "")


def _clip(line: str) -> str:
    return line if len(line) <= TRANSCRIPT_WIDTH else f"{line[:TRANSCRIPT_WIDTH]}… ({len(line)} characters)"


def _code(error: object) -> str:
    """Give the code of an error reply, with a config's keys, as one bounded line."""
    if not isinstance(error, dict):
        return show(error)
    errors = error.get("errors")
    keys = [show(item.get("key")) for item in errors if isinstance(item, dict)] if isinstance(errors, list) else []
    return show(error.get("code")) + (f" ({', '.join(keys[:10])})" if keys else "")
