"""A log of a stranger's own websocket: raw frames both ways, times of any kind, other coins and channels."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mmgate.audit.wire import Wire
from mmgate.loading import as_toml
from model.codec import Malformed

ORDER = {"a": 110_000, "b": True, "p": "4960", "s": "0.01", "r": False, "t": {"limit": {"tif": "Alo"}}, "c": "0x01"}
CLOSE = {**ORDER, "r": True, "t": {"limit": {"tif": "Ioc"}}, "c": "0x02"}
OLD = {"coin": "xyz:GOLD", "px": "1", "sz": "1", "side": "B", "time": 1700000000000, "tid": 1, "oid": 1, "cloid": None}
BY_BOOKS = {"INV-1"}
USER = "0xabc"
NOISE = (
    {"channel": "subscriptionResponse", "data": {"method": "subscribe", "subscription": {"type": "orderUpdates"}}},
    {"channel": "pong"},
    {"channel": "l2Book", "data": {"coin": "xyz:GOLD", "levels": [[], []], "time": 1}},
    {"channel": "userFills", "data": {"user": USER, "fills": [{"coin": "@107", "px": "18.4", "sz": "2.1"}]}},
)


class Stranger:
    """Writes records as another team's logger would: `ts`, `dir`, `msg`, one frame a line."""

    def __init__(self, lines: list[str], unit: str) -> None:
        self._unit = unit
        self._asked: dict[int, int] = {}
        self._ids = 0
        self.assets: dict[str, int] = {}
        self.out: list[dict[str, Any]] = []
        self.head = json.loads(lines[0])["process"]
        for at, market in enumerate(self.head["markets"]):
            self.assets[market["name"]] = 110_000 + at
        for at, text in enumerate(lines[1:]):
            line = json.loads(text)
            if at % 500 == 40:
                self.put(line["t"], msg=NOISE[at // 500 % len(NOISE)], dir="in")
            self.line(line["t"], line)

    def line(self, t: int, line: dict[str, Any]) -> None:
        if "post" in line:
            self.request(t, line["post"])
        elif line.get("ws", {}).get("channel") == "openOrders" and line["asked"] in self._asked:
            number, data = self._asked.pop(line["asked"]), line["ws"]["data"]
            held = {"assetPositions": [{"type": "oneWay", "position": row} for row in data["positions"]]}
            self.answer(t, number, "frontendOpenOrders", data["orders"])
            self.answer(t, number + 1, "clearinghouseState", held)
        elif "ws" in line:
            beside = {key: line[key] for key in ("mark", "mm_fill", "asked") if key in line}
            self.put(t, msg=json.dumps(line["ws"]), dir="in", **beside)
        else:
            body = {key: value for key, value in line.get("process", {}).items() if key not in ("config", "markets")}
            told: dict[str, Any] = (
                {"process": body} if body else {key: line[key] for key in ("reply", "log") if key in line}
            )
            self.put(t, **told)

    def request(self, t: int, request: dict[str, Any]) -> None:
        kind = request["type"]
        if kind == "openOrders":
            self._asked[t] = self._ids + 1
            for name in ("frontendOpenOrders", "clearinghouseState"):
                self.post(t, {"type": "info", "payload": {"type": name, "user": USER, "dex": "xyz"}})
            return
        if kind == "order":
            rows = [{**row, "a": self.assets[row.pop("coin")]} for row in request["orders"]]
            action: dict[str, Any] = {"type": kind, "orders": rows, "grouping": "na"}
        else:
            key = "a" if kind == "cancel" else "asset"
            action = {
                "type": kind,
                "cancels": [{**row, key: self.assets[row.pop("coin")]} for row in request["cancels"]],
            }
        self.post(t, {"type": "action", "payload": {"action": action, "nonce": t, "signature": {}}})

    def post(self, t: int, request: dict[str, Any]) -> None:
        self._ids += 1
        self.put(t, msg={"method": "post", "id": self._ids, "request": request}, dir="out")

    def answer(self, t: int, number: int, kind: str, data: Any) -> None:
        payload = {"type": "info", "payload": {"type": kind, "data": data}}
        self.put(t, msg={"channel": "post", "data": {"id": number, "response": payload}}, dir="in")

    def put(self, t: int, **body: Any) -> None:
        stamp: Any = t / 1000 if self._unit == "s" else t * 1_000_000 + 417
        if self._unit == "iso":
            stamp = datetime.fromtimestamp(t // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{t % 1000:03d}417Z"
        self.out.append({"seq": len(self.out) + 1, "ts": stamp, **body})

    def mapping(self) -> str:
        run = self.head
        markets = [f"{row['name']}/{row['sz_decimals']}" for row in run["markets"]]
        return (
            f'[lines]\nnumber = "seq"\ntime = "ts"\ntime_unit = "{self._unit}"\n'
            '[names]\nreceived = "msg"\nsent = "msg"\n'
            f"[account]\nassets = {json.dumps([f'{number} = {coin}' for coin, number in self.assets.items()])}\n"
            + "[run]\nended = true\n"
            + "".join(f"{key} = {run[key]}\n" for key in ("timer_ms", "round_trip_ms", "delivery_ms"))
            + f"features = {json.dumps(run['features'])}\nmarkets = {json.dumps(markets)}\n"
        )


@pytest.fixture
def stranger(tmp_path: Path, watched, received, audit):
    """Write a run as a stranger's log; gives a function that audits it, with lines put in if wanted."""

    def asked(unit: str, scenario: str, config: str, change: Any = None) -> tuple[Any, dict[str, Any]]:
        seen = watched(scenario, config, 1)
        written = Stranger(received(tmp_path / "r.jsonl", seen.records), unit)
        if change is not None:
            change(written.out)
        (tmp_path / "s.jsonl").write_text("".join(json.dumps(line) + "\n" for line in written.out))
        (tmp_path / "s.toml").write_text(written.mapping())
        (tmp_path / "mm.toml").write_text(as_toml(seen.records[1].event.config))
        options = ("--map", tmp_path / "s.toml", "--config", tmp_path / "mm.toml")
        return seen, audit(tmp_path / "s.jsonl", *options)[1]

    return asked


@pytest.mark.parametrize(
    ("unit", "scenario", "config"),
    [("iso", "disconnect", "fixed"), ("s", "refusals", "fixed"), ("ns", "crash", "counter")],
)
def test_a_strangers_websocket_log_gives_the_live_words(stranger, unit, scenario, config):
    seen, data = stranger(unit, scenario, config)
    assert data["gap_lines"] == []
    found = {row["id"]: row["word"] for row in data["specs"]}
    assert {spec for spec, word in found.items() if word != seen.words[spec]} <= {*BY_BOOKS, "ORD-1"}
    assert "violated" not in found.values()


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        ({"channel": "l9Book", "data": {}}, "'l9Book' is none that is known; see ignored_channels of the mapping"),
        ({"channel": "error", "data": "Too many inflight posts"}, "the venue tells 'Too many inflight posts'"),
        ({"channel": "post", "data": {"id": 99999, "response": {}}}, "99999 answers no request that is told"),
        ({"channel": "openOrders", "data": {"orders": []}}, "asked: is missing"),
        ({"method": "post", "id": 9, "request": {"type": "action", "payload": {}}}, "is no name"),
        ({"channel": "userFills", "data": {"isSnapshot": True, "fills": [OLD]}}, "is older than the maker's life"),
        ({"spoken": "loud"}, "it may be received or sent, and nothing in it says which"),
        (
            {"method": "post", "id": 9, "request": {"type": "action", "payload": {"action": {"type": "batchModify"}}}},
            "'batchModify' is no request that is known",
        ),
        (
            {
                "method": "post",
                "id": 9,
                "request": {"type": "action", "payload": {"type": "cancel", "cancels": [{"a": 7, "o": 1}]}},
            },
            "asset 7 has no name; [account] assets of the mapping gives it one",
        ),
    ],
)
def test_a_frame_that_cannot_be_followed_says_why(stranger, frame, told):
    def put(lines: list[dict[str, Any]]) -> None:
        lines[30]["msg"] = frame
        for key in ("process", "log"):
            lines[30].pop(key, None)

    data = stranger("ns", "signal-offline", "fixed", put)[1]
    assert told in data["gap_lines"][0]["text"]
    assert data["gap_lines"][0]["line"] == 31


def test_a_log_of_which_no_line_can_be_read_says_what_is_wrong_with_the_first(tmp_path, capsys):
    from mmgate import cli

    (tmp_path / "x.jsonl").write_text('{"seq":1,"time":"2026-02-07T21:00:00Z","msg":{}}\n' * 3)
    assert cli.main(["audit", str(tmp_path / "x.jsonl")]) == 2
    error = capsys.readouterr().err
    assert "line 1: the line bears no number 'n'" in error
    assert error.count("\n") == 1


def replies(action: dict[str, Any], response: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Post an action and give the venue's answer to it; returns cloid or oid, and the word, of each reply."""
    wire = Wire({110_000: "xyz:GOLD"})
    sent = wire.sent(1, {"method": "post", "id": 7, "request": {"type": "action", "payload": {"action": action}}})
    assert sent is not None
    found = list(wire.answered({"id": 7, "response": response}))
    assert {kind for kind, _, _ in found} <= {"reply"}
    return [(body.get("cloid") or body.get("oid"), body["status"]) for _, body, _ in found]


def spoken(*statuses: Any) -> dict[str, Any]:
    response = {"type": "order", "data": {"statuses": list(statuses)}}
    return {"type": "action", "payload": {"status": "ok", "response": response}}


@pytest.mark.parametrize(
    ("orders", "response", "told"),
    [
        ([ORDER], spoken({"resting": {"oid": 5}}), [("0x01", {"resting": {"oid": 5}})]),
        (
            [ORDER, CLOSE],
            spoken({"error": "Order has invalid price."}, {"filled": {"totalSz": "0.01", "avgPx": "1", "oid": 6}}),
            [
                ("0x01", {"error": "Order has invalid price."}),
                ("0x02", {"filled": {"totalSz": "0.01", "avgPx": "1", "oid": 6}}),
            ],
        ),
        ([ORDER], spoken({"filled": {"totalSz": "0.004", "oid": 5}}), []),
        ([ORDER, CLOSE], spoken({"error": "bad"}), [("0x01", {"unsent": "bad"}), ("0x02", {"unsent": "bad"})]),
        ([ORDER], {"type": "error", "payload": "429"}, [("0x01", {"unsent": "429"})]),
        ([ORDER], {"type": "action", "payload": {"status": "err", "response": "no"}}, [("0x01", {"unsent": "no"})]),
    ],
)
def test_the_venues_answer_to_orders_is_a_word_on_each(orders, response, told):
    assert replies({"type": "order", "orders": orders, "grouping": "na"}, response) == told


def test_the_venues_answer_to_cancels_is_a_word_on_each_that_failed():
    cancels = [{"a": 110_000, "o": 5}, {"a": 110_000, "o": 6}]
    gone = {"error": "Order was never placed, already canceled, or filled. asset=110000"}
    assert replies({"type": "cancel", "cancels": cancels}, spoken("success", gone)) == [(6, gone)]


def test_as_many_words_as_items_or_none():
    with pytest.raises(Malformed, match="3 words on 1 items"):
        replies({"type": "order", "orders": [ORDER]}, spoken("success", "success", "success"))
