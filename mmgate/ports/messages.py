"""The messages of port protocol 1, to and fro: lines of JSON on the wire, records of the seam inside.

One mapping serves both ends: `process` writes requests and reads replies, `server` reads requests and writes
replies. On the wire `now_ms` stands beside an event, not in it, and some fields have other names. Reading
raises `model.codec.Malformed` and nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from mmgate.loading import config_from_data
from mmgate.request import Promise
from model.actions import Action, Place
from model.codec import Codec, Malformed, show
from model.events import Event, Fill, Start, TakerFill
from model.journal import Books, LogLine, Reply
from model.market import Market

PROTOCOL = 1
CLOID = re.compile(r"0x[0-9a-f]{32}")
CLOID_FORM = "0x and 32 hex digits in small letters"
LINE_LIMIT = 1 << 20
"""The longest line, in bytes, its newline included."""

FEATURES = (
    "dynamic_offset",
    "exponential",
    "convex",
    "counter_order",
    "velocity_skew",
    "schedule_cancel",
    "books",
    "attribution",
    "cancel_by_cloid",
    "reconcile",
)
CALLS = (
    "compute_quotes",
    "wick_stats",
    "velocity_trend",
    "counter_order",
    "round_order",
    "session",
    "config",
    "books",
)

WIRE = Codec(
    names={(Place, "answers"): "for", (Market, "name"): "market"},
    hidden=dict.fromkeys(get_args(Event), "now_ms"),
    strict=False,
)
"""The codec of the wire: unknown fields are ignored, `now_ms` is told beside the event."""

ACTIONS: Any = tuple[Action, ...]
FLAG: Any = bool | None
NOTHING = Reply(())
"""Shapes and the answer that are read with each event, made once."""

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Hello:
    """A port's introduction. `ignores`: the event types it has no entrance for."""

    name: str
    version: str = ""
    features: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()
    ignores: frozenset[str] = frozenset()
    restartable: bool = False

    def promise(self) -> Promise:
        """Return what every process of the port has to declare alike."""
        return self.features, self.calls, self.restartable


def parse(line: bytes) -> Data:
    """Read one line as a JSON object; strict UTF-8, no NaN literals."""
    try:
        data = json.loads(line.decode("utf-8"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise Malformed("", f"byte {error.start} of the line is not UTF-8") from None
    except RecursionError:
        raise Malformed("", "the line is nested too deeply") from None
    except ValueError as error:
        raise Malformed("", f"not JSON ({error}): {show(line[:60].decode('utf-8', 'replace'))}") from None
    if not isinstance(data, dict):
        raise Malformed("", f"{show(data)} is not an object")
    return data


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number; write it as a string")


# -- requests, as the harness writes them


def hello_request(number: int) -> str:
    """Write the first request of a process."""
    return f'{{"id":{number},"kind":"hello","protocol":{PROTOCOL}}}'


def start_request(number: int, start: Start) -> str:
    """Write the beginning of a life."""
    return f'{{"id":{number},"kind":"start",' + WIRE.canonical(start)[len('{"type":"start",') :]


def event_request(number: int, event: Event) -> str:
    """Write one event."""
    return f'{{"id":{number},"kind":"event",{_told(event)}}}'


def events_request(number: int, events: Iterable[Event]) -> str:
    """Write a list of events known beforehand."""
    told = ",".join(f"{{{_told(event)}}}" for event in events)
    return f'{{"id":{number},"kind":"events","events":[{told}]}}'


def call_request(number: int, fn: str, args: Mapping[str, Any]) -> str:
    """Write the call of one function; `args` is plain data."""
    return json.dumps({"id": number, "kind": "call", "fn": fn, "args": args}, separators=(",", ":"))


def bye_request(number: int) -> str:
    """Write the last request."""
    return f'{{"id":{number},"kind":"bye"}}'


def _told(event: Event) -> str:
    return f'"now_ms":{event.now_ms},"event":{WIRE.canonical(event)}'


# -- requests, as a server reads them


def read_start(data: Data) -> Start:
    """Read the beginning of a life; a fill of the past is told at its venue time.

    Raises ConfigRefused too, with all errors of the config.
    """
    config, fills = data.get("config"), data.get("fills", [])
    if not isinstance(config, dict):
        raise Malformed("config", f"{show(config)} is not an object")
    if not isinstance(fills, list):
        raise Malformed("fills", f"{show(fills)} is not a list")
    start: Start = WIRE.decode(Start, {**data, "type": "start", "config": {}, "fills": []})
    past = tuple(_read_fill(index, fill) for index, fill in enumerate(fills))
    return replace(start, config=config_from_data(config), fills=past)


def _read_fill(index: int, data: object) -> Fill | TakerFill:
    time_ms = data.get("time_ms") if isinstance(data, dict) else None
    try:
        fill: Fill | TakerFill = WIRE.decode(Fill | TakerFill, data, now_ms=time_ms)
    except Malformed as fault:
        raise fault.below(f"fills[{index}]") from None
    return fill


def read_event(data: Data) -> Event:
    """Read one event with its time beside it."""
    if "now_ms" not in data:
        raise Malformed("now_ms", "is missing")
    try:
        now_ms: int = WIRE.decode(int, data["now_ms"])
    except Malformed as fault:
        raise fault.below("now_ms") from None
    try:
        event: Event = WIRE.decode(Event, data.get("event"), now_ms=now_ms)
    except Malformed as fault:
        raise fault.below("event") from None
    return event


def read_events(data: Data) -> tuple[Event, ...]:
    """Read a list of events."""
    told = data.get("events")
    if not isinstance(told, list):
        raise Malformed("events", f"{show(told)} is not a list")
    events = []
    for index, item in enumerate(told):
        if not isinstance(item, dict):
            raise Malformed(f"events[{index}]", f"{show(item)} is not an object")
        try:
            events.append(read_event(item))
        except Malformed as fault:
            raise fault.below(f"events[{index}]") from None
    return tuple(events)


# -- replies, as a server writes them


def hello_reply(number: object, hello: Hello) -> str:
    """Write a server's introduction; its lists in the protocol's order."""
    return _line(
        number,
        {
            "name": hello.name,
            "version": hello.version,
            "features": [name for name in FEATURES if name in hello.features],
            "calls": [name for name in CALLS if name in hello.calls],
            "ignores": sorted(hello.ignores),
            "restartable": hello.restartable,
        },
    )


def turn_reply(number: object, reply: Reply) -> str:
    """Write the answer to one event or start."""
    return f'{{"id":{json.dumps(number)},{_answered(reply)}}}'


def turns_reply(number: object, replies: Iterable[Reply]) -> str:
    """Write the answers to a list of events."""
    answers = ",".join(f"{{{_answered(reply)}}}" for reply in replies)
    return f'{{"id":{json.dumps(number)},"replies":[{answers}]}}'


def result_reply(number: object, result: object) -> str:
    """Write the result of a call, plain data."""
    return _line(number, {"result": result})


def error_reply(number: object, code: str, **more: object) -> str:
    """Write a refusal: a code and what explains it."""
    return _line(number, {"error": {"code": code, **more}})


def bye_reply(number: object) -> str:
    """Write the last reply."""
    return _line(number, {})


def _line(number: object, rest: Mapping[str, object]) -> str:
    return json.dumps({"id": number, **rest}, separators=(",", ":"), allow_nan=False)


def _answered(reply: Reply) -> str:
    actions = ",".join([WIRE.canonical(action) for action in reply.actions])
    log = json.dumps([_logged(line) for line in reply.log], separators=(",", ":")) if reply.log else "[]"
    return f'"actions":[{actions}],"log":{log},"mm_fill":{json.dumps(reply.mm_fill)}'


def _logged(line: LogLine) -> Data:
    return {
        "level": line.level,
        "code": line.code,
        "market": line.market,
        "text": line.text,
        "fields": dict(line.fields),
    }


# -- replies, as the harness reads them


def read_hello(data: Data) -> Hello:
    """Read a port's introduction; unknown features and calls are kept and excuse nothing."""
    hello: Hello = Hello(
        name=_field(data, "name", str),
        version=_field(data, "version", str, ""),
        features=frozenset(_field(data, "features", tuple[str, ...], ())),
        calls=frozenset(_field(data, "calls", tuple[str, ...], ())),
        ignores=frozenset(_field(data, "ignores", tuple[str, ...], ())),
        restartable=_field(data, "restartable", bool, False),
    )
    return hello


def read_turn(data: Data) -> Reply:
    """Read the answer to one event or start."""
    log = data.get("log", [])
    if data.get("actions") == [] and log == [] and data.get("mm_fill") is None:
        return NOTHING  # two answers of three are that
    actions: tuple[Action, ...] = _field(data, "actions", ACTIONS)
    if not isinstance(log, list):
        raise Malformed("log", f"{show(log)} is not a list")
    for index, action in enumerate(actions):
        if getattr(action, "oid", 0) is None and getattr(action, "cloid", None) is None:
            raise Malformed(f"actions[{index}]", "a cancel names neither oid nor cloid")
        if isinstance(action, Place) and CLOID.fullmatch(action.cloid) is None:
            raise Malformed(f"actions[{index}].cloid", f"{show(action.cloid)} is not {CLOID_FORM}")
    lines = tuple(_read_log(index, line) for index, line in enumerate(log))
    return Reply(actions, lines, _field(data, "mm_fill", FLAG, None))


def read_books(data: object) -> Books:
    """Read the result of the call `books`."""
    books: Books = WIRE.decode(Books, _with_roles(data))
    if books.shutdown not in ("none", "running", "done"):
        raise Malformed("shutdown", f"{show(books.shutdown)} is none of none, running, done")
    return books


def _with_roles(data: object) -> object:
    """Write "unknown" for the role of an order whose role its maker can't know: one of an earlier life (L-4)."""
    if not isinstance(data, dict) or not isinstance(data.get("orders"), list):
        return data
    orders = [
        {**order, "role": "unknown"} if isinstance(order, dict) and order.get("role", "") is None else order
        for order in data["orders"]
    ]
    return {**data, "orders": orders}


def _read_log(index: int, data: object) -> LogLine:
    place = f"log[{index}]"
    if not isinstance(data, dict):
        raise Malformed(place, f"{show(data)} is not an object")
    try:
        return LogLine(
            level=_field(data, "level", str),
            code=_field(data, "code", str),
            market=_field(data, "market", str | None, None),
            text=_field(data, "text", str, ""),
            fields=_pairs(data.get("fields")),
        )
    except Malformed as fault:
        raise fault.below(place) from None


def _pairs(data: object) -> tuple[tuple[str, str], ...]:
    """Read a log line's fields; what is no string is kept as its JSON text."""
    if data is None:
        return ()
    if not isinstance(data, dict):
        raise Malformed("fields", f"{show(data)} is not an object")
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in data.items()}
    pairs: tuple[tuple[str, str], ...] = WIRE.decode(
        tuple[tuple[str, str], ...], [list(pair) for pair in texts.items()]
    )
    return pairs


_REQUIRED: Any = object()


def _field(data: Data, name: str, shape: Any, default: Any = _REQUIRED) -> Any:
    if name not in data:
        if default is _REQUIRED:
            raise Malformed(name, "is missing")
        return default
    try:
        return WIRE.decode(shape, data[name])
    except Malformed as fault:
        raise fault.below(name) from None
