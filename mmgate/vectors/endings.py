"""Lives about limits, closes and shutdowns where they seldom go, and about configs that switch a rule off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from mmgate.vectors.case import Case
from mmgate.vectors.corners import SILVER, STRANGER, named, oracle
from mmgate.vectors.races import CLOSE_MS, CONFIG
from mmgate.vectors.stories import SATURDAY_MS, quoting
from mmgate.vectors.teller import GOLD, Stories, Story, Teller, cases_of
from model import events
from model.actions import Role, Side
from model.config import CounterTif
from model.events import OpenOrder, Position, Start

WEDNESDAY_MS = CLOSE_MS + 67 * 3_600_000
FRIDAY_MS = CLOSE_MS + 120 * 3_600_000
HELD = Decimal("0.01")


def signalled(size: str = "1", reason: str = "signal") -> Teller:
    """Tell a life with a position to end; its rungs are cancelled, its close is under way."""
    teller = quoting(counter_order_enabled=False)
    teller.fill(teller.find(Side.BUY), size)
    teller.tell(events.Shutdown(teller.after(100), reason))
    for order in list(teller.orders.values()):
        if order.place.role is not Role.FLATTEN and not order.over:
            teller.canceled(order)
    return teller


# -- closes


def _close(word: str) -> Story:
    def tell() -> Teller:
        teller = signalled()
        close = teller.find(Side.SELL, Role.FLATTEN)
        match word:
            case "rejected":
                teller.rejected(close)
            case "send-failed":
                teller.tell(events.SendFailed(teller.after(20), *named(close), "budget", "place"))
            case "canceled":
                teller.canceled(close)
            case "done-before-its-fills":
                teller.tell(events.Done(teller.after(20), *named(close), close.left))
                teller.tell(events.Done(teller.after(20), *named(close), close.left))
                teller.settle(3000)
                teller.fill(close, crossed=True)
            case "fills-untold":
                teller.size[GOLD.name] = Decimal(0)
                teller.tell(events.Done(teller.after(20), *named(close), close.left))
            case _:
                teller.settle(9000)
        teller.settle(14_000)
        return teller

    return tell


def _attempts_used_up() -> Teller:
    teller = signalled()
    for _ in range(6):
        closes = [o for o in teller.orders.values() if o.place.role is Role.FLATTEN and not o.over]
        for close in closes:
            teller.done(close)
        teller.settle(2100)
    teller.taker_fill(Side.SELL, "4960", "0.002")
    teller.settle(8000)
    return teller


def _blocked_in_part() -> Teller:
    teller = quoting(counter_order_enabled=False)
    teller.fill(teller.find(Side.BUY))
    teller.taker_fill(Side.SELL, "4960", "0.005")
    teller.tell(events.Shutdown(teller.after(100), "signal"))
    teller.settle(1000)
    teller.taker_fill(Side.SELL, "4960", "0.0071")
    teller.settle(1000)
    return teller


def _no_mark_at_the_end() -> Teller:
    teller = quoting(counter_order_enabled=False)
    teller.fill(teller.find(Side.BUY))
    oracle(teller, GOLD.name, "4966.1", None)
    teller.tell(events.Shutdown(teller.after(100), "hard_stop"))
    for order in list(teller.orders.values()):
        teller.canceled(order)
    teller.settle(7000)
    oracle(teller, GOLD.name, "4966.1", "4965")
    teller.tell(events.Shutdown(teller.after(100), "signal"))
    teller.settle(1000)
    return teller


def _emergency_closes_late() -> Teller:
    small = Decimal(60)
    teller = quoting(max_position_usd=small, counter_order_enabled=False, inventory_warn_ratio=Decimal("0.5"))
    teller.fill(teller.find(Side.BUY))
    close = teller.find(Side.SELL, Role.FLATTEN)
    teller.fill(close, "0.1", crossed=True)
    teller.done(close)
    teller.price("4966.1", ms=700)
    teller.price("4966.1", ms=1500)
    teller.tell(events.Shutdown(teller.after(100), "signal"))
    teller.settle(3000)
    return teller


# -- weekends and starts


def _next_weekend(stopped: bool) -> Story:
    def tell() -> Teller:
        teller = quoting(CLOSE_MS - 10_000, counter_order_enabled=False)
        if stopped:
            teller.tell(events.Shutdown(teller.after(100), "hard_stop"))
        teller.now_ms = CLOSE_MS
        teller.timer(1)
        for order in list(teller.orders.values()):
            teller.canceled(order)
        teller.settle(6500)
        teller.now_ms = FRIDAY_MS - 500
        teller.settle(2000)
        teller.price("4966.1")
        teller.price("4970.1", ms=2100)
        return teller

    return tell


def _silent_through_the_window() -> Teller:
    teller = quoting(CLOSE_MS - 10_000, counter_order_enabled=False, weekend_only=False)
    teller.fill(teller.find(Side.BUY), "0.5")
    teller.now_ms = CLOSE_MS + 4 * 3_600_000
    teller.price("4966.1")
    for order in list(teller.orders.values()):
        if order.place.role is not Role.FLATTEN:
            teller.canceled(order)
    teller.settle(1200)
    return teller


def _starts(start_ms: int, *, orders: bool, enabled: bool = True) -> Story:
    """Begin a life with a position of unknown history, fills of the past and, if so, orders of a former life."""

    def tell() -> Teller:
        teller = Teller(replace(CONFIG, enabled=enabled), start_ms, (GOLD, SILVER))
        mine = "0x" + CONFIG.cloid_prefix + "0" * 23 + "1"
        own = OpenOrder(GOLD.name, 55, mine, Side.BUY, Decimal("4960.1"), HELD)
        theirs = OpenOrder(GOLD.name, 56, STRANGER, Side.BUY, Decimal("4900"), HELD)
        nameless = OpenOrder(GOLD.name, 57, None, Side.SELL, Decimal("5100"), HELD)
        past = start_ms - 60_000
        fill = (Side.BUY, Decimal("4961"), HELD)
        start = Start(
            start_ms,
            1,
            teller.config,
            teller.markets,
            (own, theirs, nameless) if orders else (),
            (Position(GOLD.name, HELD * 2, HELD),),
            (
                events.Fill(past, GOLD.name, mine, 54, past, 1, *fill, fee=Decimal("0.01")),
                events.TakerFill(past, GOLD.name, None, 53, past, 2, *fill, closed_pnl=Decimal(-2)),
            ),
        )
        teller.size[GOLD.name], teller.taker[GOLD.name] = HELD * 2, HELD
        teller.begin(start)
        teller.price("4966.1", ms=300)
        if orders:
            teller.tell(events.Canceled(teller.after(50), GOLD.name, mine, 55))
        teller.settle(6500)
        teller.price("4966.1", ms=300)
        teller.tell(events.Fill(teller.after(50), GOLD.name, mine, 54, past, 1, *fill, snapshot=True))
        teller.tell(events.Resting(teller.after(50), GOLD.name, mine[:-1] + "9", 58, Decimal("4959"), HELD))
        teller.settle(600)
        return teller

    return tell


# -- corrections, gates, switches


def _corrected(taker_trades: bool) -> Story:
    def tell() -> Teller:
        teller = quoting(reconcile_interval_ms=1000, counter_order_enabled=False)
        teller.size[GOLD.name] -= Decimal("0.02")
        at_ms = teller.now_ms
        teller.settle(3000)
        if taker_trades:
            teller.taker_fill(Side.BUY, "4966", "0.01")
        teller.settle(12_000)
        bid = teller.find(Side.BUY)
        late = (GOLD.name, bid.place.cloid, bid.oid, at_ms + 10, 7300, Side.SELL, Decimal("4965"), Decimal("0.02"))
        teller.tell(events.Fill(teller.after(20), *late))
        later = (GOLD.name, STRANGER, 4713, at_ms + 11, 7301, Side.SELL, Decimal("4965"), Decimal("0.01"))
        teller.tell(events.TakerFill(teller.after(20), *later))
        teller.settle(600)
        return teller

    return tell


def _gate_opens_again() -> Teller:
    teller = quoting(max_hourly_drawdown_usd=Decimal(5), oracle_max_age_ms=0, reconcile_interval_ms=86_400_000)
    teller.taker_fill(Side.SELL, "4960", "0.01", "-3")
    teller.after(1_800_000)
    teller.taker_fill(Side.SELL, "4955", "0.01", "-2.5")
    late = (GOLD.name, STRANGER, 4714, teller.now_ms - 2_000_000, 7400, Side.SELL, Decimal(4960), Decimal("0.01"))
    teller.tell(events.TakerFill(teller.after(20), *late, closed_pnl=Decimal(-1)))
    for order in list(teller.orders.values()):
        teller.canceled(order)
    teller.after(1_801_000)
    teller.price("4966.1")
    return teller


def _dead_man_ends() -> Teller:
    teller = quoting(dead_man_ms=6000)
    for _ in range(2):
        teller.tell(events.ScheduleCancelRejected(teller.after(100), "not allowed"))
    teller.tell(events.Shutdown(teller.after(100), "signal"))
    for order in list(teller.orders.values()):
        teller.canceled(order)
    teller.settle(2500)
    return teller


def _budget_runs_out() -> Teller:
    teller = quoting(request_reserve=10_001)
    for px in ("4970", "4974", "4978"):
        for order in [one for one in teller.orders.values() if not one.over]:
            teller.canceled(order)
        teller.price(px, ms=2100)
    return teller


def _switched_off() -> Teller:
    off = {"stale_cancel_timeout_ms": 0, "adverse_consecutive_fills": 0, "counter_max_age_ms": 0, "counter_max_open": 0}
    teller = quoting(**off, use_alo=False, counter_order_tif=CounterTif.IOC, adverse_decay_ms=0)
    teller.fill(teller.find(Side.BUY), "0.6")
    counter = teller.find(Side.SELL, Role.COUNTER)
    teller.fill(counter, "0.5", crossed=True)
    teller.done(counter)
    teller.price("4972", ms=2100)
    teller.settle(12_000)
    return teller


def _ioc_told_resting() -> Teller:
    teller = quoting(counter_order_tif=CounterTif.IOC)
    teller.fill(teller.find(Side.BUY))
    counter = teller.find(Side.SELL, Role.COUNTER)
    teller.ack(counter)
    teller.done(counter)
    teller.rejected(teller.find(Side.SELL))
    teller.settle(600)
    return teller


def _counters_merge() -> Teller:
    teller = quoting(counter_max_open=1, num_levels=2, level_spacing_bps=Decimal(5), max_position_usd=Decimal(900))
    for order in [one for one in teller.orders.values() if one.place.side is Side.BUY]:
        teller.fill(order)
    for _ in range(2):
        counter = teller.find(Side.SELL, Role.COUNTER)
        teller.rejected(counter)
        teller.timer()
    teller.fill(next(one for one in teller.orders.values() if one.place.side is Side.SELL and not one.over))
    teller.settle(1500)
    return teller


def _offline_with_a_close() -> Teller:
    teller = signalled()
    teller.tell(events.Disconnected(teller.after(50)))
    teller.settle(1500)
    teller.tell(events.Connected(teller.after(50)))
    teller.settle(7000)
    return teller


def _far_over_the_limit(size: str) -> Story:
    def tell() -> Teller:
        teller = Teller(replace(CONFIG, max_position_usd=Decimal(60)), SATURDAY_MS)
        teller.size[GOLD.name] = Decimal(size)
        teller.start()
        teller.settle(6500)
        teller.price("4966.1")
        close = teller.find(Side.SELL if Decimal(size) > 0 else Side.BUY, Role.FLATTEN)
        teller.fill(close, "0.3", crossed=True)
        teller.done(close)
        teller.price("4966.1", ms=2100)
        return teller

    return tell


def _adverse_fades() -> Teller:
    teller = quoting(adverse_consecutive_fills=2, counter_order_enabled=False, adverse_decay_ms=3000)
    for ms in (2100, 2100, 5100, 2100):
        teller.fill(teller.find(Side.BUY))
        teller.price("4966.1", ms=ms)
        teller.acknowledge_all()
    return teller


def _two_markets() -> Teller:
    teller = Teller(replace(CONFIG, markets=("GOLD",)), SATURDAY_MS, (GOLD, SILVER))
    teller.start()
    teller.settle(5600)
    for at in range(3):
        oracle(teller, SILVER.name, f"31.{at}5", f"31.{at}5")
        teller.price(f"496{at}.1", ms=2100)
        teller.acknowledge_all()
    bid = teller.find(Side.BUY)
    for number, (px, sz) in enumerate(((Decimal(0), HELD), (Decimal(4960), Decimal(0)), (Decimal(4960), -HELD))):
        told = (*named(bid), teller.now_ms, 7500 + number, Side.BUY, px, sz)
        teller.tell(events.Fill(teller.after(20), *told))
    teller.tell(events.Resting(teller.after(20), *named(bid), bid.place.px, Decimal(-1)))
    teller.tell(events.Canceled(teller.after(20), GOLD.name, STRANGER, 4715))
    teller.tell(events.Canceled(teller.after(20), GOLD.name, None, 4716))
    teller.settle(1200)
    return teller


ENDINGS: Stories = {
    **{
        f"close/{word}": (_close(word), f"a close: {word.replace('-', ' ')}", "L-9 L-7a", "ORD-3 LOG-1")
        for word in (
            "rejected",
            "send-failed",
            "canceled",
            "done-before-its-fills",
            "fills-untold",
            "unanswered",
        )
    },
    "close/used-up": (_attempts_used_up, "no attempt to close is left", "L-9", "ORD-3"),
    "close/blocked-in-part": (_blocked_in_part, "the account lets a part close, then nothing", "L-9", "ORD-3"),
    "close/no-mark": (_no_mark_at_the_end, "a market without a mark is closed when one is told", "L-9 Q-0", "ORD-3"),
    "close/emergency": (_emergency_closes_late, "the next close waits for the interval", "I-4 L-9", "INV-2"),
    "close/offline": (_offline_with_a_close, "the connection goes with a close under way", "L-14 L-9", "ORD-3 HLT-1"),
    "weekend/silent": (_silent_through_the_window, "the first event comes after the window's end", "S-2", "ORD-4"),
    "weekend/next": (_next_weekend(False), "the next weekend begins afresh", "S-4 S-2", "SES-1 ORD-4"),
    "weekend/next-after-a-stop": (_next_weekend(True), "a hard stop outlasts the weekend", "S-4 I-8", "SES-1"),
    "start/orders-and-position": (_starts(SATURDAY_MS, orders=True), "what a former life left", "S-5 L-7", "ORD-7"),
    "start/on-a-wednesday": (_starts(WEDNESDAY_MS, orders=False), "a position outside the window", "S-3 L-9", "ORD-4"),
    "start/observing": (_starts(SATURDAY_MS, orders=True, enabled=False), "observation cancels", "L-7", "OBS-1"),
    "start/in-the-window": (_starts(CLOSE_MS, orders=True), "a start in the shutdown window", "S-3", "ORD-4 ORD-5"),
    "books/corrected-down": (_corrected(False), "the venue has less, and late fills are contained", "L-7", "FIL-3"),
    "books/correction-waits": (_corrected(True), "a fill between the answers puts it off", "L-7", "FIL-3"),
    "gate/opens-again": (_gate_opens_again, "losses leave the gate after an hour", "I-7", "RSK-1"),
    "switch/ends": (_dead_man_ends, "the switch is refused once, and cleared at the end", "L-10", "DMS-1"),
    "budget/runs-out": (_budget_runs_out, "no placement while less than the reserve is left", "L-12", "ORD-10"),
    "config/switched-off": (_switched_off, "rules off, IOC counters, GTC rungs", "L-6 L-8a I-6", "CTR-4 ORD-16"),
    "limits/long-over": (_far_over_the_limit("0.05"), "a position far over the limit", "I-2 I-4", "INV-2"),
    "limits/short-over": (_far_over_the_limit("-0.05"), "a short one far over the limit", "I-2 I-4", "INV-2"),
    "limits/adverse-fades": (_adverse_fades, "fills in a row are forgotten in time", "I-6", "ADV-1"),
    "markets/one-of-two": (_two_markets, "two markets told, one quoted; words of no one", "C-1 N-6", "CFG-5 ROB-1"),
    "counter/told-resting": (_ioc_told_resting, "an IOC and a refused rung are told to rest", "L-5 L-1", "ROB-1"),
    "counter/merged": (_counters_merge, "rejected and collected amounts become one", "L-8a", "CTR-1 CTR-3"),
}  # fmt: skip


UNSAID = frozenset({"close/blocked-in-part"})
"""Lives in which the rules leave open how often a line is logged."""


def endings() -> Iterator[Case]:
    """Yield the lives of this page."""
    yield from cases_of(ENDINGS, "corner", "boundary", UNSAID)
