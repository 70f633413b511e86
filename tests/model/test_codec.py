"""Records become canonical text and come back; what is no record is refused by one kind of error."""

from __future__ import annotations

import json
import math
from dataclasses import FrozenInstanceError, dataclass
from decimal import Decimal
from typing import Any

import pytest

from model import codec, journal
from model.actions import Cancel, Place, QueryOpenOrders, Role, ScheduleCancel, Side, Tif
from model.codec import Codec, Malformed
from model.config import MakerConfig
from model.events import Event, Fill, OpenOrder, OpenOrders, Oracle, Position, Shutdown, Start, Timer
from model.market import Market

ORACLE = Oracle(1_770_498_000_000, "xyz:GOLD", Decimal("4966.10"), None)
PLACE = Place("0xaa", "xyz:GOLD", Side.BUY, Decimal("4956.1"), Decimal("0.0051"), Tif.ALO, role=Role.LADDER, level=0)
ANSWER = OpenOrders(
    7,
    5,
    (OpenOrder("xyz:GOLD", 1, None, Side.SELL, Decimal(1), Decimal(2)),),
    (Position("xyz:GOLD", Decimal(-1)),),
)
START = Start(
    1,
    3,
    MakerConfig(enabled=True),
    (Market("xyz:GOLD", 4),),
    fills=(Fill(1, "xyz:GOLD", None, 3, 1, 9, Side.BUY, Decimal(1), Decimal(2)),),
)
REPLY = journal.Reply(
    (PLACE, Cancel("xyz:GOLD", oid=4), QueryOpenOrders(), ScheduleCancel(9)),
    (
        journal.LogLine(
            "warn",
            "stale_oracle",
            fields=(("b", "1"), ("a", "ü")),
        ),
    ),
    True,
)
RECORDS = [
    ORACLE,
    ANSWER,
    START,
    PLACE,
    Timer(4),
    Shutdown(5, "signal"),
    journal.Turn(1, 3, START, REPLY),
    journal.Turn(2, 3, ANSWER, journal.Reply()),
    journal.RunStarted(0, "weekend", 7, "reference", MakerConfig(), (), 250, 900, 900, ("books",)),
    journal.OrderClosed(1, "maker", "m", 1, "0x", "filled", Decimal(0)),
    journal.RunEnded(9, ANSWER.orders, ANSWER.positions, True),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_survives_the_way_through_text(record):
    assert codec.from_data(json.loads(codec.canonical(record))) == record


def test_canonical_text_is_compact_tagged_and_in_the_order_of_the_fields():
    assert codec.canonical(ORACLE) == (
        '{"type":"oracle","now_ms":1770498000000,"market":"xyz:GOLD","oracle_px":"4966.1","mark_px":null}'
    )


def test_equal_decimals_written_differently_give_the_same_text():
    assert codec.canonical(Oracle(1, "m", Decimal("1E+2"), Decimal("-0.0"))) == codec.canonical(
        Oracle(1, "m", Decimal("100.00"), Decimal(0))
    )


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"type": "orakle"}, "type: 'orakle' is none of oracle, resting"),
        ({"type": ["oracle"]}, "type: ['oracle'] is none of oracle"),
        ({"oracle_px": "NaN"}, "oracle_px: 'NaN' is not a decimal: digits and at most one point, no exponent"),
        ({"oracle_px": "4.9e3"}, "oracle_px: '4.9e3' is not a decimal"),
        ({"oracle_px": "1_000"}, "is not a decimal"),
        ({"oracle_px": "1" * 300}, "is not a decimal"),
        ({"oracle_px": "١"}, "is not a decimal"),
        ({"oracle_px": 1.5}, "oracle_px: 1.5 is not a decimal in a string"),
        ({"now_ms": True}, "now_ms: True is not an integer"),
        ({"now_ms": 1.0}, "now_ms: 1.0 is not an integer"),
        ({"now_ms": 10**30}, "now_ms: the integer is beyond 64 bits"),
        ({"market": None}, "market: None is not a string"),
        ({"market": "\ud800"}, "half a surrogate pair"),
        ({"colour": 1}, "colour: is no field of oracle; known: mark_px, market"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(change, complaint):
    with pytest.raises(Malformed) as refusal:
        codec.from_data(codec.to_data(ORACLE) | change)
    assert complaint in str(refusal.value)


def test_a_fault_deep_inside_names_its_whole_path():
    data = codec.to_data(ANSWER)
    data["orders"][0]["side"] = "long"
    with pytest.raises(Malformed, match=r"^orders\[0\]\.side: 'long' is none of buy, sell$"):
        codec.from_data(data)


@pytest.mark.parametrize("data", [None, 3, "oracle", [], {}, {"type": None}, [[]], {"type": {}}])
def test_what_is_no_record_at_all_is_malformed_and_nothing_else(data):
    with pytest.raises(Malformed):
        codec.from_data(data)


def test_an_unknown_key_in_the_place_of_one_that_may_be_left_out_is_refused():
    data = codec.to_data(Cancel("xyz:GOLD", oid=4))
    data["colour"] = data.pop("cloid")
    with pytest.raises(Malformed, match="colour: is no field of cancel"):
        codec.from_data(data)


def test_the_same_decimal_text_is_read_alike_each_time_and_a_wrong_one_refused_each_time():
    data = codec.to_data(ORACLE)
    assert [codec.from_data({**data, "oracle_px": "1.50"}).oracle_px.as_tuple().exponent for _ in range(2)] == [-2, -2]
    for _ in range(2):
        with pytest.raises(Malformed, match="oracle_px: '1e5' is not a decimal"):
            codec.from_data({**data, "oracle_px": "1e5"})


def test_a_missing_field_is_named_unless_it_has_a_default():
    data = codec.to_data(PLACE)
    del data["reduce_only"]
    assert codec.from_data(data) == PLACE
    del data["px"]
    with pytest.raises(Malformed, match="px: is missing"):
        codec.from_data(data)


def test_a_lenient_codec_ignores_unknown_keys_and_renames_and_hides_fields():
    lenient = Codec(names={(Place, "answers"): "for"}, hidden={Oracle: "now_ms"}, strict=False)
    assert json.loads(lenient.canonical(PLACE))["for"] == []
    data = {"type": "oracle", "market": "m", "oracle_px": "1", "mark_px": None, "colour": "red"}
    assert lenient.decode(Event, data, now_ms=5) == Oracle(5, "m", Decimal(1), None)


def test_binary64_values_that_json_lacks_travel_as_words():
    @dataclass(frozen=True)
    class Probe:
        value: float

    for value in (1.5, math.inf, -math.inf):
        assert Codec()._record_reader(Probe, tagged=False)({"value": value}) == Probe(value)
    assert Codec()._writer(float)(math.nan) == '"NaN"'
    assert math.isnan(Codec().decode(float, "NaN"))
    assert Codec().decode(float, 2) == 2.0


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_what_is_read_is_as_frozen_as_what_was_written(record: object) -> None:
    found: Any = codec.from_data(json.loads(codec.canonical(record)))
    assert type(found) is type(record)
    for name in vars(type(record))["__slots__"]:
        with pytest.raises(FrozenInstanceError):
            setattr(found, name, 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("side", ["buy"]), ("side", None), ("side", 1), ("px", ["1"]), ("px", 1), ("px", None), ("px", "1e5"),
        ("reduce_only", 1), ("reduce_only", 0), ("level", True), ("level", 2**63), ("role", {}), ("role", "buy"),
        ("cloid", "\ud800"), ("answers", "ab"), ("answers", ["a", 3]),
    ],
)  # fmt: skip
def test_a_whole_object_with_one_wrong_field_is_refused_by_that_fields_name(field: str, value: object) -> None:
    data = json.loads(codec.canonical(PLACE)) | {field: value}
    with pytest.raises(Malformed) as told:
        codec.from_data(data)
    assert told.value.path.startswith(field)


@pytest.mark.parametrize(
    "reply", [{"actions": [], "log": [], "mm_fill": False}, {"actions": [], "log": [], "mm_fill": None}, {}]
)
def test_an_empty_reply_is_read_as_one(reply: dict[str, object]) -> None:
    told = reply.get("mm_fill")
    assert codec.decode(journal.Reply, reply) == journal.Reply(mm_fill=None if told is None else bool(told))


@pytest.mark.parametrize(
    "reply", [{"actions": 0, "log": [], "mm_fill": None}, {"actions": [], "log": [], "mm_fill": 0}]
)
def test_what_is_no_empty_reply_is_refused(reply: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        codec.decode(journal.Reply, reply)


@pytest.mark.parametrize("value", [None, [], "", 0, {}])
def test_a_record_within_a_record_is_never_nothing(value: object) -> None:
    for data, field in ((codec.to_data(START), "config"), (codec.to_data(journal.Turn(1, 3, START, REPLY)), "event")):
        with pytest.raises(Malformed):
            codec.from_data({**data, field: value} if value != {} else {**data, field: {"x": 1}})
    with pytest.raises(Malformed):
        codec.decode(MakerConfig, value if value != {} else {"x": 1})
