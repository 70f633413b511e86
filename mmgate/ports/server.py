"""A maker of this process served on stdio under port protocol 1: the other end of `process`.

Whatever comes in is answered; what is no request, with an error that says where. Only the end of the input or
`bye` ends the loop.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO, Protocol

from mmgate.ports import messages
from mmgate.ports.calls import FUNCTIONS, config_errors, plain
from mmgate.ports.messages import LINE_LIMIT, Data, Hello
from model.codec import Malformed
from model.config import ConfigRefused
from model.journal import Maker

MakerFactory = Callable[[], Maker]
Answer = Callable[[str, Data], object]
"""What answers a call, by the function's name."""


class Input(Protocol):
    """Where lines come from."""

    def readline(self, limit: int = -1, /) -> bytes:
        """Return the next line with its newline, at most `limit` bytes; empty at the end."""
        ...


class Refused(Exception):
    """A request that is answered with an error: its code and what explains it."""

    def __init__(self, code: str, **more: object) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


class Session:
    """One conversation: the maker, and whether a life has begun."""

    def __init__(self, factory: MakerFactory, call: Answer) -> None:
        self._factory = factory
        self._call_of = call
        self._maker = factory()
        self._started = False
        self._kinds: dict[str, Callable[[object, Data], str]] = {
            "hello": self._hello,
            "start": self._start,
            "event": self._event,
            "events": self._events,
            "call": self._call,
            "bye": lambda number, _data: messages.bye_reply(number),
        }

    def answer(self, line: bytes) -> tuple[str, bool]:
        """Answer one line; the second value is false when it was the last."""
        number: object = None
        try:
            data = messages.parse(line)
            number = data.get("id")
            kind = data.get("kind")
            handler = self._kinds.get(kind) if isinstance(kind, str) else None
            if handler is None:
                raise Refused("unknown_kind")
            return handler(number, data), kind != "bye"
        except Malformed as fault:
            return messages.error_reply(number, "malformed", path=fault.path, text=fault.text), True
        except ConfigRefused as refusal:
            return messages.error_reply(number, "config", errors=config_errors(refusal)), True
        except Refused as refusal:
            return messages.error_reply(number, refusal.code, **refusal.more), True

    def _hello(self, number: object, data: Data) -> str:
        if data.get("protocol") != messages.PROTOCOL:
            raise Refused("protocol", spoken=messages.PROTOCOL)
        maker = self._maker
        calls = frozenset(FUNCTIONS) | ({"books"} if "books" in maker.features else set())
        return messages.hello_reply(number, Hello(maker.name, "", maker.features, calls, restartable=True))

    def _start(self, number: object, data: Data) -> str:
        start = messages.read_start(data)
        self._maker = self._factory()
        reply = self._maker.start(start)
        self._started = True
        return messages.turn_reply(number, reply)

    def _event(self, number: object, data: Data) -> str:
        event = messages.read_event(data)
        return messages.turn_reply(number, self._alive().handle(event))

    def _events(self, number: object, data: Data) -> str:
        events = messages.read_events(data)
        maker = self._alive()
        return messages.turns_reply(number, [maker.handle(event) for event in events])

    def _call(self, number: object, data: Data) -> str:
        fn, args = data.get("fn"), data.get("args", {})
        if not isinstance(args, dict):
            raise Malformed("args", "is not an object")
        if fn == "books" and "books" in self._maker.features:
            books = self._alive().books()
            return messages.result_reply(number, None if books is None else plain(books))
        if not isinstance(fn, str) or fn not in FUNCTIONS:
            raise Refused("unknown_fn", known=sorted(FUNCTIONS))
        return messages.result_reply(number, self._call_of(fn, args))

    def _alive(self) -> Maker:
        if not self._started:
            raise Refused("not_started")
        return self._maker


def right(fn: str, args: Data) -> object:
    """Answer a call as the reference does."""
    return FUNCTIONS[fn](args)


def serve(source: Input, sink: BinaryIO, factory: MakerFactory, call: Answer = right) -> None:
    """Answer line after line until `bye` or the end of the input; `call` answers the functions."""
    session = Session(factory, call)
    going = True
    while going and (line := source.readline(LINE_LIMIT)):
        if len(line) >= LINE_LIMIT and not line.endswith(b"\n"):
            while (rest := source.readline(LINE_LIMIT)) and not rest.endswith(b"\n"):
                pass
            reply = messages.error_reply(None, "too_long", limit_bytes=LINE_LIMIT)
        else:
            reply, going = session.answer(line)
        sink.write(reply.encode() + b"\n")
        sink.flush()
