"""Lives that go where the usual ones do not: words that come late, twice or to the wrong order, and odd configs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

from mmgate.vectors.case import TRACE, Case, Compare
from mmgate.vectors.races import CONFIG
from mmgate.vectors.recorded import step_data
from mmgate.vectors.stories import SATURDAY_MS, quoting
from mmgate.vectors.teller import GOLD, Standing, Stories, Teller, cases_of
from model import events
from model.actions import Side
from model.config import ConfigRefused, MakerConfig
from model.events import Start
from model.maker import Reference
from model.market import Market

SILVER = Market("xyz:SILVER", 2, Decimal(10))
OTHER_GOLD = Market("abc:GOLD", 4, Decimal(10))
STRANGER = "0xffffffff" + "0" * 23 + "7"


def named(order: Standing) -> tuple[str, str, int]:
    """Return how an event names an order."""
    return order.place.market, order.place.cloid, order.oid


def begun(config: MakerConfig, start_ms: int = SATURDAY_MS, markets: tuple[Market, ...] = (GOLD,)) -> Teller:
    """Begin a life and let it settle, without a price yet."""
    teller = Teller(config, start_ms, markets)
    teller.start()
    teller.answer_queries()
    teller.settle(5500)
    return teller


def oracle(teller: Teller, market: str, px: str, mark: str | None, ms: int = 200) -> None:
    """Tell a price of any market, with any mark or none."""
    told = None if mark is None else Decimal(mark)
    teller.tell(events.Oracle(teller.after(ms), market, Decimal(px), told))


# -- words


def _words_of_no_use() -> Teller:
    teller = quoting()
    bid, ask = teller.find(Side.BUY), teller.find(Side.SELL)
    teller.tell(events.Done(teller.after(20), *named(bid), Decimal(0)))
    teller.tell(events.CancelRejected(teller.after(20), *named(bid)))
    teller.tell(events.SendFailed(teller.after(20), *named(bid), "late", "cancel"))
    teller.tell(events.SendFailed(teller.after(20), *named(bid), "late", "place"))
    teller.tell(events.Canceled(teller.after(20), SILVER.name, ask.place.cloid, ask.oid))
    teller.tell(events.Resting(teller.after(20), GOLD.name, ask.place.cloid, None, ask.place.px, Decimal("0.001")))
    teller.rejected(ask)
    teller.settle(1500)
    return teller


def _cancel_overtakes() -> Teller:
    teller = begun(CONFIG)
    teller.price("4966.1")
    teller.tell(events.Shutdown(teller.after(100), "signal"))
    for order in list(teller.orders.values()):
        teller.cancel_rejected(order)
        teller.ack(order)
    teller.settle(700)
    for order in list(teller.orders.values()):
        teller.cancel_rejected(order)
    teller.settle(2000)
    return teller


def _never_left() -> Teller:
    teller = begun(CONFIG)
    teller.price("4966.1")
    bid, ask = teller.find(Side.BUY), teller.find(Side.SELL)
    teller.tell(events.SendFailed(teller.after(20), *named(bid), "budget"))
    teller.fill(ask, "0.5")
    teller.tell(events.SendFailed(teller.after(20), *named(ask), "", "place"))
    teller.tell(events.Unknown(teller.after(20), *named(ask), "place"))
    teller.ack(bid)
    teller.canceled(bid)
    teller.tell(events.SendFailed(teller.after(20), *named(ask), "late"))
    teller.settle(2000)
    return teller


def _absent(word: str) -> Callable[[], Teller]:
    def tell() -> Teller:
        teller = begun(CONFIG)
        teller.price("4966.1")
        bid, ask = teller.find(Side.BUY), teller.find(Side.SELL)
        teller.settle(11_500)
        if word == "resting":
            teller.ack(bid)
            teller.canceled(ask)
        elif word == "filled":
            teller.fill(bid)
            teller.rejected(ask)
        else:
            teller.canceled(bid)
            teller.rejected(ask)
        teller.settle(3000)
        return teller

    return tell


def _strange_fills() -> Teller:
    teller = quoting()
    bid = teller.find(Side.BUY)
    px, sz = bid.place.px, Decimal("0.003")
    for number, (market, cloid, oid, time_ms, mark) in enumerate((
        (GOLD.name, None, bid.oid, teller.now_ms, None),
        (GOLD.name, STRANGER, 4712, teller.now_ms, None),
        (GOLD.name, bid.place.cloid, bid.oid, 1, Decimal(4967)),
    )):  # fmt: skip
        name = (market, cloid, oid, time_ms, 7000 + number, Side.BUY)
        teller.tell(events.Fill(teller.after(20), *name, px, sz, mark_px=mark))
    teller.settle(600)
    return teller


def _late_fills() -> Teller:
    teller = quoting(oracle_max_age_ms=0, reconcile_interval_ms=86_400_000)
    bid, ask = teller.find(Side.BUY), teller.find(Side.SELL)
    teller.canceled(bid)
    teller.canceled(ask)
    teller.settle(20_000)
    teller.fill(bid, "0.5")
    teller.after(590_000)
    teller.timer()
    teller.tell(events.Fill(teller.after(20), *named(bid), 5, 7200, Side.BUY, bid.place.px, bid.left))
    teller.fill(ask)
    teller.settle(1200)
    return teller


def _time_runs_back() -> Teller:
    teller = quoting()
    teller.tell(events.Timer(teller.now_ms - 4000))
    teller.tell(events.Oracle(teller.now_ms - 9000, GOLD.name, Decimal("4969.9"), Decimal("4969.9")))
    teller.tell(events.Oracle(teller.after(50), "xyz:NONE", Decimal(1), None))
    teller.tell(events.TakerFill(teller.after(50), "xyz:NONE", None, 1, 5, 1, Side.BUY, Decimal(1), Decimal(1)))
    teller.settle(500)
    return teller


# -- prices, ladders, statistics


def _odd_marks() -> Teller:
    teller = quoting(oracle_max_age_ms=0)
    good, none, zero = ("4966.1", "4966"), ("4966.1", None), ("4966.1", "0")
    for px, mark in (none, good, zero, ("0", "4966"), ("-3", "-4"), ("5000", "5000")):
        oracle(teller, GOLD.name, px, mark, 400)
        for order in [one for one in teller.orders.values() if one.rests]:
            teller.canceled(order)
        teller.acknowledge_all()
    return teller


def _no_gap_limit() -> Teller:
    teller = quoting(max_oracle_mark_gap_bps=Decimal(0))
    oracle(teller, GOLD.name, "4966.1", "9000", 2100)
    return teller


def _gap_just_within(mark: str) -> Callable[[], Teller]:
    def tell() -> Teller:
        teller = quoting()
        oracle(teller, GOLD.name, "5000", mark, 2100)
        return teller

    return tell


def _crowded() -> Teller:
    crowded = replace(CONFIG, num_levels=4, level_spacing_bps=Decimal("0.05"), size_per_level_usd=Decimal(40))
    teller = begun(crowded)
    teller.price("4966.1")
    return teller


def _small_rungs() -> Teller:
    teller = begun(replace(CONFIG, num_levels=2, size_per_level_usd=Decimal(9)), markets=(GOLD, SILVER))
    teller.price("4966.1")
    oracle(teller, SILVER.name, "31.25", "31.25")
    teller.price("4970.1", ms=2100)
    return teller


def _no_lot() -> Teller:
    teller = begun(CONFIG, markets=(replace(GOLD, sz_decimals=0, min_notional_usd=Decimal(0)),))
    teller.price("4966.1")
    return teller


def _far_rungs() -> Teller:
    far = replace(CONFIG, num_levels=3, min_offset_bps=Decimal(9400), level_spacing_bps=Decimal(90))
    teller = begun(replace(far, max_position_usd=Decimal(5000)))
    teller.price("4966.1")
    teller.price("4966.1", ms=2100)
    return teller


def _statistics(moves: tuple[str, ...]) -> Callable[[], Teller]:
    def tell() -> Teller:
        dynamic = replace(CONFIG, dynamic_offset_enabled=True, velocity_skew_enabled=True, wick_min_samples=4)
        teller = begun(replace(dynamic, num_levels=2, wick_window_size=8))
        for at in range(64):
            teller.price(moves[at % len(moves)], ms=1000)
            if at % 8 == 1:
                teller.acknowledge_all()
                for order in [one for one in teller.orders.values() if one.rests][:2]:
                    teller.canceled(order)
            teller.answer_queries()
        return teller

    return tell


UNSAID = frozenset({"statistics/dead"})
"""Lives in which the rules leave open how often a line is logged."""
MOVING = ("4966.1", "4966.9", "4971", "4967")
CORNERS: Stories = {
    "words/of-no-use": (_words_of_no_use, "words that say nothing about the order they name", "L-5 N-6", "ROB-1 ORD-1"),
    "words/cancel-overtakes": (_cancel_overtakes, "cancels refused before their order rests", "L-5 L-7a", "ORD-13"),
    "words/never-left": (_never_left, "places that never left, and later words on them", "L-5 L-7a", "ORD-1"),
    "words/absent-then-resting": (_absent("resting"), "orders given up as absent rest after all", "L-7a", "ORD-7"),
    "words/absent-then-over": (_absent("over"), "orders given up as absent get the venue's word", "L-7a L-5", "ORD-1"),
    "words/absent-then-filled": (_absent("filled"), "orders given up as absent were filled", "L-7a L-4", "FIL-2"),
    "words/strange-fills": (_strange_fills, "fills by oid, of strangers, of long ago", "L-4 L-11", "FIL-2"),
    "words/late-fills": (_late_fills, "fills of orders that ended long ago", "L-4 L-8", "FIL-2 CTR-7"),
    "words/time-runs-back": (_time_runs_back, "late events, and markets that were not told", "N-5 N-6", "ROB-1"),
    "prices/odd-marks": (_odd_marks, "no mark, none above 0, no oracle above 0", "Q-0", "OFF-9 ROB-2"),
    "prices/no-gap-limit": (_no_gap_limit, "mark and oracle may lie apart as they like", "Q-0", "OFF-9"),
    "prices/gap-at-limit": (_gap_just_within("5250"), "a mark just 500 bps of the oracle away", "Q-0", "OFF-9"),
    "prices/gap-over-limit": (_gap_just_within("5250.1"), "a mark just farther away", "Q-0", "OFF-9"),
    "prices/gap-below": (_gap_just_within("4749"), "a mark too far below: bps are those of the oracle", "Q-0", "OFF-9"),
    "ladder/crowded": (_crowded, "rungs that round to one price: the outer are dropped", "Q-10 Q-9", "OFF-4 TCK-1"),
    "ladder/below-minimum": (_small_rungs, "rungs under the venue's minimum, reported once", "Q-9", "TCK-1 LOG-1"),
    "ladder/no-lot": (_no_lot, "a size under one lot is none", "Q-9", "TCK-1"),
    "ladder/too-far": (_far_rungs, "rungs farther than 9500 bps are dropped", "Q-7", "OFF-5"),
    "statistics/moving": (_statistics(MOVING), "statistics drive the ladder", "Q-2 V-10 W-1", "VOL-1 VEL-2"),
    "statistics/dead": (_statistics(MOVING[:1]), "wicks of 0 are said to tell nothing", "V-10", "VOL-8 LOG-1"),
}  # fmt: skip


def corners() -> Iterator[Case]:
    """Yield the lives of this page, and the starts that must be refused."""
    yield from cases_of(CORNERS, "corner", "boundary", UNSAID)
    yield refused_start("no-such-market", "a named market that was not told", ("GOLD", "TIN"), (GOLD, SILVER))
    yield refused_start("two-markets", "a named market that fits two", ("GOLD",), (GOLD, OTHER_GOLD))


def refused_start(name: str, why: str, wanted: tuple[str, ...], markets: tuple[Market, ...]) -> Case:
    """Return a life that must not begin."""
    start = Start(SATURDAY_MS, 1, replace(CONFIG, markets=wanted), markets)
    try:
        Reference().start(start)
    except ConfigRefused as refusal:
        errors = [{"key": key, "code": code} for key, code in sorted({one[:2] for one in refusal.errors})]
        return Case(
            id=f"{TRACE}/corner/refused/{name}",
            kind=TRACE,
            description=why,
            rules=("C-1",),
            specs=("CFG-1", "CFG-5"),
            origin="boundary",
            compare=Compare.ACTIONS_AND_LOG,
            input={"steps": [step_data(start)]},
            refused={"code": "config", "errors": errors},
        )
    raise AssertionError(f"{name} was not refused")
