"""Lives that faults of a foreign maker taught: each for one that no other case of the small set showed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from mmgate.vectors.case import Case
from mmgate.vectors.corners import SILVER, begun, named, oracle
from mmgate.vectors.races import CONFIG
from mmgate.vectors.rare_limits import rungs
from mmgate.vectors.rare_words import LOTS, own
from mmgate.vectors.stories import SATURDAY_MS, quoting
from mmgate.vectors.teller import GOLD, Stories, Teller, cases_of
from model import events
from model.actions import Role, Side


def strange_fill(
    teller: Teller, side: Side, sz: Decimal, time_ms: int, market: str = GOLD.name, px: str = "4960"
) -> None:
    """Tell a fill of an own order that this life never knew."""
    name = (market, own(9).cloid, 609, time_ms, 7950, side)
    teller.tell(events.Fill(teller.after(20), *name, Decimal(px), sz))


def _collected_amount_falls() -> Teller:
    teller = quoting(counter_max_open=1, num_levels=2, level_spacing_bps=Decimal(5), max_position_usd=Decimal(900))
    for order in rungs(teller, Side.BUY):
        teller.fill(order)
    counter = teller.find(Side.SELL, Role.COUNTER)
    for order, share in zip(rungs(teller, Side.SELL), ("1", "0.5"), strict=True):
        teller.fill(order, share)
    teller.canceled(counter)
    for _ in range(3):
        teller.timer()
    return teller


def _early_cancel_refused() -> Teller:
    teller = begun(replace(CONFIG, max_position_usd=Decimal(100)))
    teller.price("4966.1")
    bid = teller.find(Side.BUY)
    teller.price("4972", ms=2100)
    teller.ack(bid)
    teller.cancel_rejected(bid)
    return teller


def _contained_fill() -> Teller:
    teller = begun(replace(CONFIG, reconcile_interval_ms=1000))
    at_ms = teller.now_ms
    teller.size[GOLD.name] += LOTS
    teller.settle(7000)
    strange_fill(teller, Side.BUY, LOTS, at_ms + 10)
    return teller


def _counter_at_the_warning() -> Teller:
    teller = quoting(max_position_usd=Decimal(70))
    teller.fill(teller.find(Side.BUY))
    strange_fill(teller, Side.SELL, Decimal("0.0245"), teller.now_ms)
    return teller


def _close_behind_the_gate() -> Teller:
    teller = quoting(max_hourly_drawdown_usd=Decimal(5), counter_order_enabled=False)
    teller.fill(teller.find(Side.BUY))
    teller.taker_fill(Side.BUY, "4960", "0.01", "-6")
    teller.tell(events.Shutdown(teller.after(100), "signal"))
    return teller


def _gate_by_its_fee() -> Teller:
    teller = quoting(max_hourly_drawdown_usd=Decimal(5))
    teller.taker_fill(Side.BUY, "4960", "0.01", "-4.99")
    return teller


def _gate_in_the_next_life() -> Teller:
    teller = quoting(max_hourly_drawdown_usd=Decimal(5))
    teller.taker_fill(Side.BUY, "4960", "0.01", "-6")
    for order in list(teller.orders.values()):
        teller.canceled(order)
    teller.start()
    teller.settle(5600)
    teller.price("4966.1")
    return teller


def _less_told_than_filled() -> Teller:
    teller = quoting(max_position_usd=Decimal(100), counter_order_enabled=False)
    bid = teller.find(Side.BUY)
    teller.tell(events.Resting(teller.after(20), *named(bid), bid.place.px, Decimal("0.002")))
    teller.price("4972", ms=2100)
    return teller


def _one_order_in_parts() -> Teller:
    teller = quoting(adverse_consecutive_fills=2, counter_order_enabled=False)
    bid = teller.find(Side.BUY)
    for share in ("0.4", "0.4"):
        teller.fill(bid, share)
    teller.price("4972", ms=2100)
    return teller


def _market_no_longer_quoted() -> Teller:
    teller = Teller(replace(CONFIG, markets=("GOLD",)), SATURDAY_MS, (GOLD, SILVER))
    teller.size[SILVER.name] = Decimal(2)
    teller.start()
    teller.settle(5600)
    oracle(teller, SILVER.name, "31.25", "31.25")
    teller.price("4966.1")
    teller.tell(events.Shutdown(teller.after(100), "signal"))
    return teller


def _price_before_the_answer() -> Teller:
    teller = quoting()
    for order in list(teller.orders.values()):
        teller.canceled(order)
    teller.tell(events.Disconnected(teller.after(100)))
    teller.tell(events.Connected(teller.after(900)))
    teller.price("4970", ms=50)
    return teller


def _fill_of_the_outage() -> Teller:
    teller = quoting()
    teller.tell(events.Disconnected(teller.after(100)))
    teller.tell(events.Connected(teller.after(900)))
    teller.fill(teller.find(Side.BUY), snapshot=True)
    return teller


def _cancels_at_the_reserve() -> Teller:
    teller = quoting(request_reserve=9_998)
    teller.price("4972", ms=2100)
    return teller


def _one_number_in_two_markets() -> Teller:
    teller = begun(CONFIG, markets=(GOLD, SILVER))
    at_ms = teller.now_ms
    strange_fill(teller, Side.BUY, LOTS, at_ms)
    strange_fill(teller, Side.BUY, Decimal("0.1"), at_ms, SILVER.name, "31.2")
    return teller


LESSONS: Stories = {
    "collected-falls": (_collected_amount_falls, "what waits is more than the position that is left", "L-8a", "CTR-3"),
    "early-cancel-refused": (_early_cancel_refused, "a cancel from before its order rests is refused", "L-5", "ORD-13"),
    "contained-fill": (_contained_fill, "a correction holds a fill that is told later", "L-7 L-4", "FIL-3"),
    "counter-at-the-warning": (_counter_at_the_warning, "a counter-order adds to the position now", "I-3", "INV-2"),
    "close-behind-the-gate": (_close_behind_the_gate, "a shut gate holds no close back", "I-8 L-9", "ORD-5 RSK-1"),
    "gate-by-its-fee": (_gate_by_its_fee, "the fee makes the loss large enough", "I-7", "RSK-1"),
    "gate-in-the-next-life": (_gate_in_the_next_life, "a life counts the losses of the hour", "I-7 S-5", "RSK-1 HLT-1"),
    "less-told-than-filled": (_less_told_than_filled, "a smaller remaining makes no room", "I-5 L-4", "INV-3"),
    "one-order-in-parts": (_one_order_in_parts, "two fills of one order count once", "I-6", "ADV-1"),
    "market-not-quoted": (_market_no_longer_quoted, "a position where nothing is quoted is closed", "L-9 S-5", "ORD-5"),
    "price-before-the-answer": (_price_before_the_answer, "no ladder before the reconnect's answer", "L-14", "HLT-1"),
    "fill-of-the-outage": (_fill_of_the_outage, "a snapshot tells a fill for the first time", "L-4", "FIL-2"),
    "cancels-at-the-reserve": (_cancels_at_the_reserve, "the reserve is there for cancels", "L-12", "ORD-10"),
    "one-number-twice": (_one_number_in_two_markets, "fills of two markets share a number", "L-4", "FIL-1 FIL-2"),
}  # fmt: skip


def lessons() -> Iterator[Case]:
    """Yield the lives of this page."""
    yield from cases_of(LESSONS, "lesson", "story")
