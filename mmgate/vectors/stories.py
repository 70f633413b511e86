"""Short lives, each about one rule of the order life cycle, of limits, gates or the shutdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from mmgate.vectors.case import Case
from mmgate.vectors.races import CLOSE_MS, CONFIG
from mmgate.vectors.teller import GOLD, Stories, Teller, cases_of
from model import events
from model.actions import Role, Side

SATURDAY_MS = CLOSE_MS - 33 * 3_600_000
"""Noon of the Saturday before."""


def quoting(start_ms: int = SATURDAY_MS, **changes: Any) -> Teller:
    """Begin a life that quotes a ladder which rests."""
    teller = Teller(replace(CONFIG, **changes), start_ms)
    teller.start()
    teller.answer_queries()
    teller.settle(5500)
    teller.price("4966.1")
    teller.acknowledge_all()
    return teller


def _counter_order() -> Teller:
    teller = quoting()
    teller.fill(teller.find(Side.BUY))
    counter = teller.find(Side.SELL, Role.COUNTER)
    teller.ack(counter)
    teller.fill(counter)
    teller.settle(1000)
    return teller


def _counter_ages() -> Teller:
    teller = quoting(counter_max_age_ms=3000, oracle_max_age_ms=60_000)
    teller.fill(teller.find(Side.BUY))
    teller.ack(teller.find(Side.SELL, Role.COUNTER))
    teller.settle(3200)
    teller.canceled(teller.find(Side.SELL, Role.COUNTER))
    return teller


def _partial_fills_collected() -> Teller:
    teller = quoting()
    bid = teller.find(Side.BUY)
    teller.fill(bid, "0.1")
    teller.fill(bid, "0.1")
    teller.fill(bid, "0.5")
    teller.settle(1000)
    return teller


def _counter_rejected_thrice() -> Teller:
    teller = quoting()
    teller.fill(teller.find(Side.BUY))
    for _ in range(3):
        teller.rejected(teller.find(Side.SELL, Role.COUNTER))
        teller.timer()
    return teller


def _requote() -> Teller:
    teller = quoting()
    teller.price("4966.2", ms=500)
    teller.price("4969.9", ms=500)
    for order in list(teller.orders.values())[:2]:
        teller.canceled(order)
    teller.acknowledge_all()
    teller.price("4969.9", ms=2100)
    return teller


def _pending() -> Teller:
    teller = quoting(max_position_usd=Decimal(100))
    teller.price("4970", ms=2100)
    for order in list(teller.orders.values())[:2]:
        teller.canceled(order)
    teller.acknowledge_all()
    return teller


def _warning() -> Teller:
    teller = quoting(max_position_usd=Decimal(70), counter_order_enabled=False)
    teller.fill(teller.find(Side.BUY))
    teller.price("4966.3", ms=2100)
    return teller


def _emergency() -> Teller:
    teller = quoting(max_position_usd=Decimal(60), counter_order_enabled=False, inventory_warn_ratio=Decimal("0.5"))
    teller.fill(teller.find(Side.BUY))
    close = teller.find(Side.SELL, Role.FLATTEN)
    teller.fill(close, crossed=True)
    teller.done(close)
    teller.price("4966.1", ms=2100)
    return teller


def _adverse() -> Teller:
    teller = quoting(adverse_consecutive_fills=2, counter_order_enabled=False, adverse_decay_ms=8000)
    for _ in range(2):
        teller.fill(teller.find(Side.BUY))
        teller.price("4966.1", ms=2100)
        teller.acknowledge_all()
    teller.settle(8000)
    teller.price("4966.1")
    return teller


def _unusable_price() -> Teller:
    teller = quoting()
    teller.price("4966.1", "5300", ms=300)
    for order in list(teller.orders.values()):
        teller.canceled(order)
    teller.price("4966.1", ms=300)
    return teller


def _stale_oracle() -> Teller:
    teller = quoting(oracle_max_age_ms=2000)
    teller.settle(3000)
    return teller


def _disconnect() -> Teller:
    teller = quoting()
    teller.tell(events.Disconnected(teller.after(100)))
    teller.price("4966.1", ms=300)
    teller.tell(events.Connected(teller.after(700)))
    teller.settle(6500)
    teller.price("4966.1")
    return teller


def _restart_with_orders() -> Teller:
    teller = quoting()
    teller.fill(teller.find(Side.BUY), "0.5")
    teller.after(1000)
    teller.start()
    teller.settle(600)
    for order in list(teller.orders.values())[:2]:
        teller.canceled(order)
    teller.settle(6000)
    teller.price("4966.1")
    return teller


def _never_resting() -> Teller:
    teller = Teller(CONFIG, SATURDAY_MS)
    teller.start()
    teller.answer_queries()
    teller.settle(5500)
    teller.price("4966.1")
    teller.settle(14_000)
    return teller


def _send_failed() -> Teller:
    teller = quoting()
    bid, ask = teller.find(Side.BUY), teller.find(Side.SELL)
    teller.price("4972", ms=2100)
    for order in (bid, ask):
        name = (GOLD.name, order.place.cloid, order.oid)
        teller.tell(events.SendFailed(teller.after(10), *name, "paused", "cancel"))
    teller.timer(200)
    teller.timer(200)
    return teller


def _snapshot() -> Teller:
    teller = quoting()
    bid = teller.find(Side.BUY)
    teller.fill(bid, "0.5")
    told = [step["event"] for step in teller.steps if step.get("event", {}).get("type") == "fill"][-1]
    again = events.Fill(
        teller.after(50), GOLD.name, bid.place.cloid, bid.oid, told["time_ms"], told["tid"], Side.BUY,
        Decimal(told["px"]), Decimal(told["sz"]), snapshot=True,
    )  # fmt: skip
    teller.tell(again)
    return teller


def _position_corrected() -> Teller:
    teller = quoting(reconcile_interval_ms=1000)
    teller.size[GOLD.name] += Decimal("0.02")
    teller.settle(14_000)
    return teller


def _drawdown() -> Teller:
    teller = quoting(max_hourly_drawdown_usd=Decimal(5))
    teller.taker_fill(Side.SELL, "4960", "0.01", "-3")
    teller.taker_fill(Side.SELL, "4955", "0.01", "-2.5")
    teller.price("4966.1", ms=2100)
    return teller


def _signal_with_position() -> Teller:
    teller = quoting()
    teller.fill(teller.find(Side.BUY))
    teller.tell(events.Shutdown(teller.after(100), "signal"))
    for order in list(teller.orders.values()):
        if order.place.role is not Role.FLATTEN and not order.over:
            teller.canceled(order)
    close = teller.find(Side.SELL, Role.FLATTEN)
    teller.fill(close, crossed=True)
    teller.done(close)
    teller.settle(6000)
    return teller


def _blocked_by_taker() -> Teller:
    teller = quoting()
    teller.taker_fill(Side.SELL, "4960", "0.05")
    teller.fill(teller.find(Side.BUY))
    teller.tell(events.Shutdown(teller.after(100), "hard_stop"))
    for order in list(teller.orders.values()):
        if not order.over:
            teller.canceled(order)
    teller.settle(8000)
    return teller


def _dead_man() -> Teller:
    teller = quoting(dead_man_ms=6000)
    teller.settle(5000)
    return teller


def _observation() -> Teller:
    teller = Teller(replace(CONFIG, enabled=False), SATURDAY_MS)
    teller.start()
    teller.answer_queries()
    teller.settle(6000)
    for at in range(5):
        teller.price(f"{4966 + at}", ms=900)
    return teller


def _late_start() -> Teller:
    teller = Teller(CONFIG, CLOSE_MS + 60_000)
    teller.size[GOLD.name] = Decimal("0.01")
    teller.start()
    teller.answer_queries()
    teller.price("4966.1")
    teller.settle(3000)
    return teller


STORIES: Stories = {
    "counter/answered": (_counter_order, "a fill, its counter-order, and that one's fill", "L-8 L-8a", "CTR-1 CTR-5"),
    "counter/too-old": (_counter_ages, "a counter-order is cancelled at its greatest age", "L-8a", "CTR-4 CTR-6"),
    "counter/collected": (_partial_fills_collected, "amounts under the minimum are collected", "L-8a", "CTR-1 CTR-3"),
    "counter/rejected": (_counter_rejected_thrice, "three tries, then dropped", "L-8a", "CTR-4"),
    "ladder/requote": (_requote, "too near, far enough, and after the interval", "L-3", "ORD-10 STL-1"),
    "ladder/pending": (_pending, "new rungs wait until the old ones have ended", "L-3 I-5", "INV-3"),
    "limits/warning": (_warning, "at the warning nothing adds to the position", "I-3", "INV-2"),
    "limits/emergency": (_emergency, "at the emergency all is cancelled and one close sent", "I-4", "INV-2"),
    "limits/adverse": (_adverse, "fills in a row widen the spread until they decay", "I-6", "ADV-1"),
    "limits/drawdown": (_drawdown, "the taker's losses shut the gate", "I-7 I-8", "RSK-1"),
    "prices/unusable": (_unusable_price, "a mark too far from the oracle", "Q-0", "OFF-9"),
    "prices/stale": (_stale_oracle, "no price for too long", "Q-11", "OFF-9"),
    "life/disconnect": (_disconnect, "the connection goes and comes back", "L-14 L-7", "ORD-5 HLT-1"),
    "life/restart": (_restart_with_orders, "a new life finds the former one's orders", "S-5 L-7", "ORD-7"),
    "life/never-resting": (_never_resting, "orders that no answer tells of", "L-6 L-7a", "ORD-13"),
    "life/send-failed": (_send_failed, "cancels that never left are sent again", "L-5", "ORD-13"),
    "life/snapshot": (_snapshot, "a fill told again counts once", "L-4", "FIL-1"),
    "life/corrected": (_position_corrected, "the venue's position is another", "L-7", "FIL-3"),
    "life/dead-man": (_dead_man, "the switch is armed and renewed", "L-10", "DMS-1"),
    "shutdown/signal": (_signal_with_position, "a position is closed and the end logged", "L-9", "ORD-3 LOG-1"),
    "shutdown/blocked": (_blocked_by_taker, "the account's net position lets nothing close", "L-9", "ORD-3"),
    "shutdown/late-start": (_late_start, "a start inside the window", "S-3 L-9", "ORD-4"),
    "observation/silent": (_observation, "observation places nothing", "I-8", "OBS-1"),
}


def stories() -> Iterator[Case]:
    """Yield all stories."""
    yield from cases_of(STORIES, "story", "story")
