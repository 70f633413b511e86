"""What the page of the protocol shows is what goes over the wire."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

from mmgate.ports import messages
from mmgate.ports.messages import WIRE
from model.codec import tag
from model.events import Event

PAGE = (Path(__file__).parents[2] / "docs" / "port-protocol.md").read_text(encoding="utf-8")
EVENT = re.compile(r'^\{"type":.*\}$', re.MULTILINE)


def test_one_of_each_event_is_shown_as_the_gate_writes_it():
    shown = EVENT.findall(PAGE)
    assert sorted(json.loads(line)["type"] for line in shown) == sorted(tag(cls) for cls in get_args(Event))
    for line in shown:
        event = messages.read_event({"now_ms": 1_770_465_607_000, "event": json.loads(line)})
        assert WIRE.canonical(event) == line


def test_what_the_page_calls_optional_may_be_left_out():
    place = {"type": "place", "cloid": f"0x{7:032x}", "market": "m", "side": "buy", "px": "1", "sz": "1", "tif": "alo"}
    reply = messages.read_turn({"id": 1, "actions": [place]})
    (action,) = reply.actions
    assert (WIRE.to_data(action)["reduce_only"], reply.log) == (False, ())
