"""The honest example with one fault in how it speaks: `bad.py FAULT [WHEN]`.

WHEN is the kind of request that it spoils (hello, start, event, call, bye), by default the events; `life` for all from
the second start on, `60` for all from so many requests on, `=60` for that one alone.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3] / "examples" / "python_port"))
maker = import_module("maker")

FAULT = sys.argv[1]
WHEN = sys.argv[2] if len(sys.argv) > 2 else "event"
HOSTILE = "\x1b]0;owned\x07\x1b[2J\r<script>alert(1)</script>\u202e\u2066drawkcab\u2069&\u0000\n" + "long " * 20_000
PLACE: dict[str, Any] = {
    "type": "place",
    "cloid": "0x6d6d67010000000000000000000000ff",
    "market": "xyz:GOLD",
    "side": "buy",
    "px": "4900",
    "sz": "0.01",
    "tif": "alo",
    "reduce_only": False,
}
LOG: dict[str, Any] = {"level": "info", "code": "c", "market": None, "text": "", "fields": {}}

RAW = {
    "not_json": b"hello there\n",
    "number": b"42\n",
    "nan_literal": b'{"id":%d,"actions":[],"log":[],"x":NaN}\n',
    "deep": b"[" * 100_000 + b"\n",
    "long_integer": b'{"id":' + b"9" * 5000 + b"}\n",
    "not_utf8": b'{"id":%d,"actions":[],"log":["\xff\xfe"]}\n',
    "empty_line": b"\n",
}
"""Whole lines in place of a reply; `%d` is the id."""

ACTIONS: dict[str, dict[str, Any]] = {
    "nan_px": {"px": "NaN"},
    "exponent_px": {"px": "4.9e3"},
    "number_px": {"px": 4900.5},
    "underscore_px": {"px": "4_900"},
    "wide_px": {"px": "４９００"},
    "spaced_px": {"px": " 4900"},
    "plus_px": {"px": "+4900"},
    "endless_px": {"px": "4900." + "1" * 300},
    "true_level": {"level": True, "role": "ladder"},
    "text_level": {"level": "0", "role": "ladder"},
    "huge_level": {"level": 1 << 70, "role": "ladder"},
    "unknown_side": {"side": "BUY"},
    "unknown_role": {"role": "scalper"},
    "no_cloid": {"cloid": None},
    "unknown_action": {"type": "teleport"},
    "nameless_cancel": {"type": "cancel", "cloid": None},
    "unknown_market": {"market": "xyz:TIN"},
    "precise_px": {"px": "4900." + "1" * 60},
    "negative_px": {"px": "-4900"},
    "negative_sz": {"sz": "-1"},
    "hostile_cloid": {"cloid": HOSTILE},
}
"""Fields of a place that is added to a reply."""

REPLIES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "wrong_id": lambda r: {"id": 77_777_777},
    "text_id": lambda r: {"id": str(r["id"])},
    "true_id": lambda r: {"id": True},
    "float_id": lambda r: {"id": float(r["id"])},
    "no_id": lambda r: {"id": None},
    "no_actions": lambda r: {"actions": None},
    "actions_object": lambda r: {"actions": {}},
    "log_text": lambda r: {"log": "all is well"},
    "log_entry": lambda r: {"log": ["all is well"]},
    "log_code": lambda r: {"log": [LOG | {"code": 5}]},
    "log_fields": lambda r: {"log": [LOG | {"fields": [1]}]},
    "half_a_character": lambda r: {"log": [LOG | {"text": "\ud800"}]},
    "attribution_text": lambda r: {"mm_fill": "yes"},
    "result_garbage": lambda r: {"result": {"orders": 3}},
    "result_absent": lambda r: {"result": ...},
    "refuses": lambda r: {"error": {"code": "panic", "errors": [{"key": "markets"}]}},
    "hostile_error": lambda r: {"error": {"code": HOSTILE}},
    "hostile_log": lambda r: {"log": [LOG | {"code": HOSTILE[:900], "text": HOSTILE}]},
    "hostile_name": lambda r: {"name": HOSTILE},
    "no_name": lambda r: {"name": ...},
    "features_text": lambda r: {"features": "books"},
    "no_features": lambda r: {"features": [], "calls": []},
    "every_feature": lambda r: {"features": [*r["features"], "warp_drive"], "calls": [*r["calls"], "warp"]},
    "single_use": lambda r: {"restartable": False},
    "single_use_unlike": lambda r: {"restartable": False, "name": f"born {time.monotonic_ns()}"},
}
"""Fields of a reply that are replaced; `...` takes them out."""


def say(data: bytes) -> bool:
    """Write as many bytes as there are; true, so that deeds can be strung together."""
    return os.write(1, data) > 0


def line(reply: Any) -> bytes:
    return json.dumps(reply).encode() + b"\n"


def child(code: str, *, apart: bool = False) -> bool:
    subprocess.Popen([sys.executable, "-S", "-c", f"import time; {code}; time.sleep(60)"], start_new_session=apart)
    return True


def hang() -> bool:
    time.sleep(60)
    return True


def spoil(reply: Any, last: bytes) -> None:
    """Answer as the fault wants it; return where the fault is that too little or too much is done."""
    if FAULT in RAW:
        say(RAW[FAULT].replace(b"%d", str(reply["id"]).encode()))
    elif FAULT in ACTIONS:
        say(line(reply | {"actions": [*reply.get("actions", ()), PLACE | ACTIONS[FAULT]]}))
    elif FAULT in REPLIES:
        say(line({key: value for key, value in (reply | REPLIES[FAULT](reply)).items() if value is not ...}))
    elif FAULT == "stranger":
        say(line(reply | {"actions": [{"type": "cancel", "market": "xyz:GOLD", "oid": 987_654}]}))
    elif FAULT == "twins":
        say(line(reply | {"actions": [PLACE, PLACE]}))
    else:
        BY_DEED[FAULT](reply, last)


def closes(*handles: int) -> bool:
    for handle in handles:
        os.close(handle)
    return hang()


def slow(reply: Any, last: bytes) -> None:
    time.sleep(0.2)
    say(line(reply))


def partial(reply: Any, last: bytes) -> None:
    whole = line(reply)
    for piece in (whole[:7], whole[7:20], whole[20:]):
        say(piece)
        time.sleep(0.01)


def huge(reply: Any, last: bytes) -> None:
    for _ in range(40):
        say(b"x" * 60_000)
    hang()


def deaf(reply: Any, last: bytes) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    hang()


def forks(reply: Any, last: bytes) -> None:
    child("import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)")
    say(line(reply))


def escapes(reply: Any, last: bytes) -> None:
    child("pass", apart=True)
    say(line(reply))


def spins(reply: Any, last: bytes) -> None:
    say(line(reply))
    while True:
        pass


BY_DEED: dict[str, Callable[[Any, bytes], object]] = {
    "none": lambda reply, last: say(line(reply)),
    "mute": lambda reply, last: hang(),
    "slow": slow,
    "dies": lambda reply, last: os._exit(3),
    "killed": lambda reply, last: os.kill(os.getpid(), signal.SIGKILL),
    "chatty": lambda reply, last: say(b"INFO quoting now\n" + line(reply)),
    "twice": lambda reply, last: say(line(reply) * 2),
    "echo": lambda reply, last: say(last),
    "partial": partial,
    "half": lambda reply, last: say(line(reply)[:-9]) and os._exit(0),
    "unended": lambda reply, last: say(line(reply)[:-1]) and hang(),
    "huge": huge,
    "closes_stdout": lambda reply, last: closes(1),
    "closes_stdin": lambda reply, last: closes(0),
    "closes_both": lambda reply, last: closes(0, 1),
    "deaf": deaf,
    "forks": forks,
    "forks_and_dies": lambda reply, last: child("pass") and os._exit(0),
    "escapes": escapes,
    "spins": spins,
    "noisy": lambda reply, last: os.write(2, b"x" * 3_000_000) and say(line(reply)),
    "duplicate_keys": lambda reply, last: say(b'{"id":5,' + line(reply)[1:]),
    "unasked": lambda reply, last: say(line(reply)),
}


def due(request: Any, number: int, lives: int) -> bool:
    if WHEN.startswith("="):
        return number == int(WHEN[1:])
    if WHEN.isdigit():
        return number >= int(WHEN)
    return lives > 1 if WHEN == "life" else request["kind"] == WHEN


def main() -> None:
    port, last, lives = maker.Port(), b"", 0
    if FAULT == "unasked":
        say(line({"id": 1, "actions": [], "log": []}))
    for number, text in enumerate(sys.stdin, 1):
        request = json.loads(text)
        lives += request["kind"] == "start"
        reply = port.handle(request)
        if due(request, number, lives):
            spoil(reply, last)
        else:
            say(line(reply))
        last = line(reply)
        if request["kind"] == "bye":
            break


if __name__ == "__main__":
    main()
