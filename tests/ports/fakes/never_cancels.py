"""A port of twenty lines that quotes around the oracle and never cancels anything."""

import json
import sys

placed = 0
for line in sys.stdin:
    request = json.loads(line)
    reply = {"id": request["id"]}
    event = request.get("event", {})
    if request["kind"] == "hello":
        reply |= {"name": "never-cancels", "features": [], "restartable": True}
    elif request["kind"] == "events":
        reply |= {"error": {"code": "unknown_kind"}}
    elif request["kind"] != "bye":
        reply |= {"actions": [], "log": []}
    if event.get("type") == "oracle" and placed < 2:
        placed += 1
        px = str(int(float(event["oracle_px"]) * (0.99 if placed == 1 else 1.01)))
        place = {"type": "place", "cloid": f"0x{request['now_ms']:032x}", "market": event["market"]}
        place |= {"side": "buy" if placed == 1 else "sell", "px": px, "sz": str(round(50 / float(px) + 0.1, 1))}
        reply["actions"] = [place | {"tif": "alo", "reduce_only": False}]
    print(json.dumps(reply), flush=True)
