"""The server answers every line; what goes over the wire comes back as it was."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from typing import Any

import pytest

from mmgate.ports import messages
from mmgate.ports.server import serve
from model.actions import Cancel, Place, QueryOpenOrders, Role, ScheduleCancel, Side, Tif
from model.config import MakerConfig
from model.events import Event, Fill, OpenOrder, Oracle, Position, Start, TakerFill, Timer
from model.journal import BookedOrder, BookedPosition, Books, LogLine, Reply
from model.market import Market

FILL = Fill(990, "m", "0x1", 4, 990, 7, Side.BUY, Decimal("1.50"), Decimal(2), fee=Decimal("-0.1"))
START = Start(
    1_000,
    3,
    MakerConfig(enabled=True, breakpoint_min_jump_ratio=2.5, markets=("m",)),
    (Market("m", 2),),
    (OpenOrder("m", 4, "0x1", Side.SELL, Decimal(3), Decimal(1), True),),
    (Position("m", Decimal(-1), Decimal(2), Decimal("1.5")),),
    (FILL, TakerFill(991, "m", None, 5, 991, 8, Side.SELL, Decimal(1), Decimal(1))),
    77,
)
ANSWER = Reply(
    (
        Place(f"0x{2:032x}", "m", Side.SELL, Decimal("1.5"), Decimal(1), Tif.GTC, True, Role.COUNTER, 2, ("0x1",)),
        Cancel("m", cloid="0x1"),
        QueryOpenOrders(),
        ScheduleCancel(None),
    ),
    (LogLine("warn", "stale_oracle", "m", "old", (("age_ms", "11"),)),),
    True,
)
BOOKS = Books(
    (BookedOrder("0x2", None, "m", Side.BUY, Decimal(1), Decimal(2), "ladder", 0, "sent"),),
    (BookedPosition("m", Decimal(1), None, Decimal(0)),),
    False,
    "none",
)


class Parrot:
    """A maker that keeps what it is told."""

    name = "parrot 1"
    features = frozenset({"books", "convex"})

    def __init__(self) -> None:
        self.told: list[Start | Event] = []

    def start(self, start: Start) -> Reply:
        self.told.append(start)
        return Reply()

    def handle(self, event: Event) -> Reply:
        self.told.append(event)
        return ANSWER

    def books(self) -> Books:
        return BOOKS


def converse(*lines: str | bytes) -> tuple[list[dict[str, Any]], list[Parrot]]:
    """Serve parrots over the lines; give the replies and the parrots."""
    parrots: list[Parrot] = []

    def hatch() -> Parrot:
        parrots.append(Parrot())
        return parrots[-1]

    sink = io.BytesIO()
    raw = b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines)
    serve(io.BytesIO(raw), sink, hatch)
    return [json.loads(line) for line in sink.getvalue().splitlines()], parrots


def test_a_life_comes_through_the_wire_unchanged():
    oracle = Oracle(1_005, "m", Decimal("1.25"), None)
    replies, parrots = converse(messages.start_request(1, START), messages.event_request(2, oracle))
    assert parrots[-1].told == [START, oracle]
    assert messages.read_turn(replies[1]) == ANSWER


def test_a_list_of_events_is_answered_by_a_list_of_replies():
    events = (Timer(1_001), FILL, Timer(1_002))
    replies, parrots = converse(messages.start_request(1, START), messages.events_request(2, events))
    assert parrots[-1].told == [START, *events]
    assert [messages.read_turn(reply) for reply in replies[1]["replies"]] == [ANSWER] * 3


def test_each_start_begins_with_a_new_maker():
    _, parrots = converse(messages.start_request(1, START), messages.start_request(2, START))
    assert [len(parrot.told) for parrot in parrots] == [0, 1, 1]


def test_the_books_come_through_the_wire_unchanged():
    replies, _ = converse(messages.start_request(1, START), messages.call_request(2, "books", {}))
    assert messages.read_books(replies[1]["result"]) == BOOKS


def test_hello_tells_features_and_calls_in_the_order_of_the_protocol():
    (reply,), _ = converse(messages.hello_request(1))
    assert reply["features"] == ["convex", "books"]
    assert reply["calls"] == list(messages.CALLS)
    assert messages.read_hello(reply).restartable


def test_bye_ends_the_conversation():
    replies, _ = converse(messages.bye_request(9), messages.hello_request(10))
    assert replies == [{"id": 9}]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('{"id":1,"kind":"dance"}', "unknown_kind"),
        ('{"id":1}', "unknown_kind"),
        ('{"id":1,"kind":["event"]}', "unknown_kind"),
        ('{"id":1,"kind":"hello","protocol":2}', "protocol"),
        ('{"id":1,"kind":"event","now_ms":1,"event":{"type":"timer"}}', "not_started"),
        ('{"id":1,"kind":"event","event":{"type":"timer"}}', "malformed"),
        ('{"id":1,"kind":"event","now_ms":1,"event":{"type":"dance"}}', "malformed"),
        ('{"id":1,"kind":"call","fn":"dance"}', "unknown_fn"),
        ('{"id":1,"kind":"call","fn":"session","args":[]}', "malformed"),
        ('{"id":1,"kind":"call","fn":"session","args":{"t_ms":1.5}}', "malformed"),
        ("hello", "malformed"),
        (b"\xff", "malformed"),
        ("", "malformed"),
        ("x" * messages.LINE_LIMIT * 3, "too_long"),
    ],
)
def test_what_is_no_request_is_answered_with_an_error_and_the_next_line_is_heard(line, code):
    replies, _ = converse(line, messages.hello_request(2))
    assert replies[0]["error"]["code"] == code
    assert replies[1]["id"] == 2


def test_a_bad_config_is_refused_with_every_key_at_once():
    data = json.loads(messages.start_request(1, START))
    data["config"] |= {"num_levels": 0, "level_distribution": "exponetial", "colour": "red"}
    (reply,), _ = converse(json.dumps(data))
    assert reply["error"] == {
        "code": "config",
        "errors": [
            {"key": "colour", "code": "unknown_key"},
            {"key": "num_levels", "code": "out_of_range"},
            {"key": "level_distribution", "code": "unknown_value"},
        ],
    }


def call(fn: str, **args: object) -> Any:
    (reply,), _ = converse(messages.call_request(1, fn, args))
    assert "error" not in reply, reply
    return reply["result"]


def test_the_ladder_can_be_called():
    ladder = call(
        "compute_quotes",
        config={"num_levels": 2, "min_offset_bps": "20", "size_per_level_usd": "50"},
        oracle_px="100",
        inventory_ratio="0",
        spread_multiplier="1",
        velocity_trend="0",
    )
    assert [(bid["level"], bid["px"], bid["size_usd"]) for bid in ladder["bids"]] == [
        (0, "99.8", "50"),
        (1, "99.7", "50"),
    ]
    assert ladder["asks"][1]["intermediates"]["final_offset_bps"] == "30"


def test_wick_statistics_are_told_once_per_read():
    ticks = [[1_000, "100"], [1_500, "100.1"], [2_000, "100"], [3_000, "100"]]
    stats = call("wick_stats", config={"wick_min_samples": 1}, ticks=ticks, reads=[1_999, 2_000, 3_000])
    assert [one["sample_count"] for one in stats] == [0, 1, 2]
    assert stats[1]["p100_wick_bps"] == pytest.approx(9.995, abs=1e-3)


def test_the_small_functions_can_be_called():
    gold = {"market": "xyz:GOLD", "sz_decimals": 4, "min_notional_usd": "10"}
    assert call("velocity_trend", prices=["100", "101", "102"]) == {"trend": "1"}
    assert call("session", t_ms=1_770_498_000_000, weekend_only=True) == {"quoting": True, "shutdown_window": False}
    assert call("round_order", market=gold, side="buy", px="4966.19", sz="0.00519") == {"px": "4966.1", "sz": "0.0051"}
    assert call("round_order", market=gold, side="buy", px="1", sz="1") == {"reject": "below_minimum"}
    assert call("config", config={"num_levels": 2}) == {"ok": True}
    assert call("config", config={"num_level": 2}) == {"errors": [{"key": "num_level", "code": "unknown_key"}]}
    assert call("counter_order", config={}, side="buy", px="99", sz="1", level=0, mark_px="100") is None
    answer = call(
        "counter_order", config={"counter_order_enabled": True}, side="buy", px="99", sz="1", level=2, mark_px="100"
    )
    assert answer == {"side": "sell", "px": "99.66", "sz": "1", "reversion_pct": "0.66"}
