"""A first little port, as somebody writes it who has only read the protocol; tests make a beginner's mistakes in it."""

import json
import sys
from typing import Any

life: dict[str, Any] = {}


def start(request):
    life.update(born_ms=request["now_ms"], placed=0)
    return [{"type": "query_open_orders"}]


def place(market, px):
    life["placed"] += 1
    cloid = f"0x6d6d6701{life['born_ms']:012x}{life['placed']:012x}"
    order = {"type": "place", "cloid": cloid, "market": market, "side": "buy", "px": px, "sz": "0.01"}
    return {**order, "tif": "alo", "reduce_only": False}


def handle(event):
    return [place(event["market"], "4900")] if event["type"] == "oracle" else []


def answer(request):
    if request["kind"] == "hello":
        return {"name": "newcomer", "version": "1", "features": [], "calls": [], "restartable": True}
    if request["kind"] == "start":
        return {"actions": start(request), "log": []}
    if request["kind"] == "event":
        return {"actions": handle(request["event"])}
    if request["kind"] == "bye":
        return {}
    return {"error": {"code": "unknown_kind"}}


for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps({"id": request["id"], **answer(request)}), flush=True)
    if request["kind"] == "bye":
        break
