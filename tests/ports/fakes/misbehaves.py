"""A port that answers properly until its third request (the first event), then does what its argument says."""

import json
import os
import signal
import subprocess
import sys
import time

HOW = sys.argv[1]
HELLO = {"name": "misbehaves", "version": "1", "features": [], "restartable": True}


def say(data: object) -> None:
    print(json.dumps(data), flush=True)


def raw(data: bytes) -> None:
    os.write(1, data)


def stubborn_child(code: str, *, start_new_session: bool = False) -> None:
    words = [sys.executable, "-c", f"import time; {code}; time.sleep(60)"]
    subprocess.Popen(words, start_new_session=start_new_session)


def misbehave(number: int, last: str) -> None:
    proper = {"id": number, "actions": [], "log": []}
    px = {"type": "place", "cloid": "0x1", "market": "m", "side": "buy", "px": "NaN", "sz": "1", "tif": "alo"}
    match HOW:
        case "hang":
            time.sleep(60)
        case "deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(60)
        case "exit":
            sys.exit(3)
        case "signal":
            os.kill(os.getpid(), signal.SIGKILL)
        case "half":
            raw(b'{"id":3,"act')
            sys.exit(0)
        case "closes":
            os.close(1)
            time.sleep(60)
        case "no_json":
            raw(b"hello there\n")
        case "nan_literal":
            raw(b'{"id":3,"actions":[],"log":[],"x":NaN}\n')
        case "deep":
            raw(b"[" * 100_000 + b"\n")
        case "number":
            raw(b"42\n")
        case "long_integer":
            raw(b'{"id":' + b"9" * 5000 + b"}\n")
        case "no_utf8":
            raw(b'{"id":3,"actions":[],"log":["\xff\xfe"]}\n')
        case "huge":
            for _ in range(40):
                raw(b"x" * 60_000)
            time.sleep(60)
        case "wrong_id":
            say(proper | {"id": 77})
        case "text_id":
            say(proper | {"id": str(number)})
        case "true_id":
            say(proper | {"id": True})
        case "echo":
            raw(last.encode())
        case "chatty":
            say(proper)
            say(proper)
        case "nan_px":
            say(proper | {"actions": [px]})
        case "no_actions":
            say({"id": number, "log": []})
        case "nameless_cancel":
            say(proper | {"actions": [{"type": "cancel", "market": "m"}]})
        case "unknown_action":
            say(proper | {"actions": [{"type": "teleport"}]})
        case "error":
            say({"id": number, "error": {"code": "panic", "errors": [{"key": "markets"}]}})
        case "forks":
            stubborn_child("import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)")
            sys.exit(0)
        case "escapes":
            stubborn_child("pass", start_new_session=True)
            sys.exit(0)
        case "noisy":
            sys.stderr.write("x" * 3_000_000)
            sys.stderr.flush()
            say(proper)
        case _:
            say(proper)


last = ""
for line in sys.stdin:
    request = json.loads(line)
    if request["kind"] == "hello":
        say({"id": request["id"], **HELLO})
    elif request["kind"] == "start":
        last = json.dumps({"id": request["id"], "actions": [], "log": []}) + "\n"
        raw(last.encode())
    elif request["kind"] == "bye":
        say({"id": request["id"]})
    elif request["kind"] == "event" and request["id"] == 3:
        misbehave(request["id"], last)
    else:
        say({"id": request["id"], "actions": [], "log": []})
