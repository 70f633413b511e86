"""A port as a maker that writes down what is said, so that whoever wrote it sees what it was told and answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from mmgate.ports import messages
from mmgate.ports.process import PortMaker
from model.events import Event, Start
from model.journal import Books, Reply

T = TypeVar("T")
Exchange = tuple[str, str]
"""A request and its reply, or as much of one as came."""
MOST_REPLY = 1 << 16
"""So many characters of one reply are kept."""
MOST_KEPT = 1 << 22
"""So many characters of all replies to a case; the latest stay."""


class Overheard:
    """A port as a maker, writing down what is said since it was last forgotten."""

    def __init__(self, command: str, stderr_path: Path | None = None) -> None:
        self.maker = PortMaker(command, stderr_path=stderr_path)
        self.said: list[Exchange] = []
        self.since = 0
        """The first exchange of the process that hears now: one that is not restartable hears one life."""
        self._kept = 0

    @property
    def name(self) -> str:
        """The port's own name."""
        return self.maker.name

    @property
    def features(self) -> frozenset[str]:
        """The features it declared."""
        return self.maker.features

    def forget(self) -> None:
        """Begin another case."""
        self.said, self.since, self._kept = [], 0, 0

    def start(self, start: Start) -> Reply:
        """Begin a new life."""
        self.since = 0 if self.maker.hello.restartable else len(self.said)
        return self._noted(messages.start_request(self._number, start), lambda: self.maker.start(start))

    def refusal_of(self, start: Start, config: Mapping[str, object]) -> tuple[str, ...] | None:
        """Begin a life with a config as it is written; give the keys named in its refusal, None if it is taken."""
        request = json.loads(messages.start_request(self._number, start)) | {"config": dict(config)}
        line = json.dumps(request, separators=(",", ":"))
        return self._noted(line, lambda: self.maker.refusal_of(start, config))

    def handle(self, event: Event) -> Reply:
        """Answer one event."""
        return self._noted(messages.event_request(self._number, event), lambda: self.maker.handle(event))

    def books(self) -> Books | None:
        """Tell what it believes; None if it does not offer that."""
        if "books" not in self.features:
            return None
        return self._noted(messages.call_request(self._number, "books", {}), self.maker.books)

    def call(self, fn: str, args: Mapping[str, Any]) -> object:
        """Call one of its functions; raises CallRefused if it answers with an error."""
        return self._noted(messages.call_request(self._number, fn, args), lambda: self.maker.call(fn, args))

    def close(self) -> None:
        """End the port."""
        self.maker.close()

    @property
    def _number(self) -> int:
        """The number of the next request, were this case all that is said: `hello` is the first."""
        return len(self.said) + 2

    def _noted(self, request: str, ask: Callable[[], T]) -> T:
        try:
            return ask()
        finally:
            self._note(request, self.maker.answered)

    def _note(self, request: str, reply: str) -> None:
        """Keep an exchange; of long replies the beginning, and of a long case the end."""
        if len(reply) > MOST_REPLY:
            reply = f"{reply[:MOST_REPLY]}… ({len(reply)} characters)"
        self.said.append((request, reply))
        self._kept += len(reply)
        for at, (asked, answered) in enumerate(self.said):
            if self._kept <= MOST_KEPT:
                break
            self._kept -= len(answered)
            self.said[at] = (asked, "")
