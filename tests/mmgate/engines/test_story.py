"""A counterexample is told in lines that a person can follow."""

from __future__ import annotations

from decimal import Decimal

from mmgate.engines.story import HEAD_LINES, MAX_LINES, clock, tell
from model.actions import Cancel, Place, QueryOpenOrders, Role, Side, Tif
from model.events import Canceled, Fill, Oracle, Timer
from model.journal import Crashed, FaultBegan, OrderClosed, OrderOpened, Owner, Record, Reply, RunEnded, Traded, Turn
from specs.spec import Violation

T = 1_770_584_399_100
BUY = Place("0xaa", "m", Side.BUY, Decimal("99.50"), Decimal(2), Tif.ALO, role=Role.LADDER, level=0)
SELL = Place("0xbb", "m", Side.SELL, Decimal(101), Decimal(2), Tif.ALO, True)


def opened(place: Place, oid: int) -> OrderOpened:
    return OrderOpened(T + 70, Owner.MAKER, "m", oid, place.cloid, place.side, place.px, place.sz, place.tif, False)


def turn(event, *actions) -> Turn:
    return Turn(event.now_ms, 1, event, Reply(tuple(actions)))


STORY: list[Record] = [
    turn(Timer(T - 250)),
    turn(Oracle(T - 1, "m", Decimal(100), None)),
    turn(Oracle(T, "m", Decimal("100.0"), Decimal(100)), BUY, SELL, QueryOpenOrders()),
    opened(BUY, 7),
    opened(SELL, 8),
    turn(Canceled(T + 100, "m", None, 8)),
    turn(Fill(T + 100, "m", "0xaa", 7, T + 90, 1, Side.BUY, Decimal("99.5"), Decimal("0.5"))),
    Traded(
        T + 110,
        Owner.MAKER,
        "m",
        7,
        "0xaa",
        2,
        Side.BUY,
        Decimal("99.5"),
        Decimal("0.5"),
        False,
        Decimal(0),
        Decimal(0),
    ),
    FaultBegan(T + 120, "delay"),
    Crashed(T + 130, 1),
    turn(Timer(T + 140), Cancel("m", oid=8), Cancel("m", cloid="0xaa")),
    OrderClosed(T + 150, Owner.MAKER, "m", 8, "0xbb", "canceled", Decimal(2)),
    RunEnded(T + 160, (), (), True),
]


def test_each_line_has_time_event_answer_and_what_the_venue_holds():
    assert tell(STORY, None) == (
        "                … 2 events answered with nothing",
        "Sun 20:59:59.100  told oracle 100, mark 100 of m → place ladder L0 #1 buy 2 @ 99.5 alo; "
        "place #2 sell 2 @ 101 alo reduce-only; query  | live: none",
        "Sun 20:59:59.170  venue: #1 rests; #2 rests  | live: #1 buy 2 @ 99.5, #2 sell 2 @ 101",
        "Sun 20:59:59.200  told canceled #2: canceled; fill #1: buy 0.5 @ 99.5 → nothing",
        "Sun 20:59:59.210  venue: #1 buy trades 0.5 @ 99.5  | live: #1 buy 1.5 @ 99.5, #2 sell 2 @ 101",
        "Sun 20:59:59.220  fault delay begins",
        "Sun 20:59:59.230  the maker crashes (life 1)",
        "Sun 20:59:59.240  told timer → cancel #2; cancel #1",
        "Sun 20:59:59.250  venue: #2 is off the book: canceled  | live: #1 buy 1.5 @ 99.5",
        "Sun 20:59:59.260  the run ends; positions: none",
    )


def test_a_story_ends_with_its_violation_and_names_orders_by_number():
    steps = tell(STORY, Violation("ORD-1", T + 100, 5, "order 0xbb is nobody's", "m", "0xbb"))
    assert steps[-1] == "Sun 20:59:59.200  ✗ ORD-1: order #2 is nobody's"
    assert len(steps) == 5


def test_a_long_story_leaves_out_its_middle():
    long: list[Record] = [Crashed(T + at, at) for at in range(200)]
    steps = tell(long, None)
    assert len(steps) == MAX_LINES
    assert steps[HEAD_LINES].strip() == f"… {200 - MAX_LINES + 1} lines left out"
    assert steps[-1].endswith("(life 199)")


def test_a_time_beyond_the_calendar_is_told_as_it_is():
    assert clock(10**17) == f"{10**17} ms"
    assert clock(0) == "Thu 00:00:00.000"
