"""The honest example without one feature that it declares all the same: `absent.py FEATURE`."""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3] / "examples" / "python_port"))
maker = import_module("maker")

FEATURE = sys.argv[1]
OFF: dict[str, dict[str, Any]] = {
    "dynamic_offset": {"dynamic_offset_enabled": False},
    "exponential": {"level_distribution": "linear"},
    "convex": {"size_distribution": "uniform"},
    "counter_order": {"counter_order_enabled": False},
    "velocity_skew": {"velocity_skew_enabled": False},
    "schedule_cancel": {"dead_man_ms": 0},
}
"""What a config says where a phase is off."""


def kept(action: dict[str, Any]) -> bool:
    if FEATURE == "reconcile":
        return bool(action["type"] != "query_open_orders")
    return FEATURE != "cancel_by_cloid" or action["type"] != "cancel" or "oid" in action


def main() -> None:
    port = maker.Port()
    for text in sys.stdin:
        request = json.loads(text)
        if request["kind"] == "start":
            request["config"] |= OFF.get(FEATURE, {})
        reply = port.handle(request)
        if "actions" in reply:
            reply["actions"] = [action for action in reply["actions"] if kept(action)]
        if FEATURE == "attribution":
            reply.pop("mm_fill", None)
        print(json.dumps(reply), flush=True)
        if request["kind"] == "bye":
            break


if __name__ == "__main__":
    main()
