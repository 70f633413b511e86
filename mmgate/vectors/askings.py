"""Lives in which a maker must ask for open orders: when exactly is its own, never is wrong (L-6, L-7)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from mmgate.vectors.case import Case
from mmgate.vectors.corners import begun, named
from mmgate.vectors.races import CONFIG
from mmgate.vectors.stories import quoting
from mmgate.vectors.teller import Stories, Teller, cases_of
from model import events
from model.actions import Side

SLACK_MS = 2500
"""So much later than the rules say may a maker ask: they leave open from when it counts, and from which event on."""


def wait(teller: Teller, ms: int) -> None:
    """Let time pass without answering."""
    for _ in range(ms // 500):
        teller.timer(500)


def _periodic() -> Teller:
    teller = quoting(reconcile_interval_ms=8000, oracle_max_age_ms=0)
    teller.answer_queries()
    since = len(teller.steps)
    wait(teller, 8000 + SLACK_MS)
    teller.must_ask(since)
    return teller


def _after_a_reconnect() -> Teller:
    teller = quoting(sent_timeout_ms=3000, counter_order_enabled=False)
    for order in list(teller.orders.values()):
        teller.canceled(order)
    teller.tell(events.Disconnected(teller.after(100)))
    wait(teller, 1000)
    since = len(teller.steps)
    teller.tell(events.Connected(teller.after(100)))
    wait(teller, 500)
    teller.must_ask(since)
    teller.answer(ms=0)
    since = len(teller.steps)
    wait(teller, 3000 + SLACK_MS)
    teller.must_ask(since)
    return teller


def _unanswered_place() -> Teller:
    teller = begun(CONFIG)
    teller.price("4966.1")
    since = len(teller.steps)
    wait(teller, CONFIG.sent_timeout_ms + SLACK_MS)
    teller.must_ask(since)
    return teller


def _unanswered_cancel() -> Teller:
    teller = quoting(stale_cancel_timeout_ms=4000, requote_interval_ms=60_000)
    teller.price("4972")
    since = len(teller.steps)
    wait(teller, 4000 + SLACK_MS)
    teller.must_ask(since)
    return teller


def _unknown() -> Teller:
    teller = begun(CONFIG)
    teller.price("4966.1")
    since = len(teller.steps)
    teller.tell(events.Unknown(teller.after(100), *named(teller.find(Side.BUY)), "place"))
    wait(teller, SLACK_MS)
    teller.must_ask(since)
    return teller


def _rejected_close() -> Teller:
    teller = quoting(counter_order_enabled=False, max_position_usd=Decimal(60), inventory_warn_ratio=Decimal("0.5"))
    teller.canceled(teller.find(Side.SELL))
    teller.fill(teller.find(Side.BUY))
    since = len(teller.steps)
    teller.rejected([one for one in teller.orders.values() if one.place.reduce_only][-1])
    wait(teller, 1000)
    teller.must_ask(since)
    return teller


ASKINGS: Stories = {
    "periodic": (_periodic, "must ask: each `reconcile_interval_ms`, though nothing is waited for", "L-7", "ORD-2"),
    "reconnect": (
        _after_a_reconnect,
        "must ask: after a reconnect, and once more `sent_timeout_ms` later",
        "L-7",
        "ORD-14",
    ),
    "place": (_unanswered_place, "must ask: a placement is unanswered for `sent_timeout_ms`", "L-6 L-7", "ORD-13"),
    "cancel": (_unanswered_cancel, "must ask: a cancel is unanswered for its time-out", "L-6 L-7", "ORD-13"),
    "unknown": (_unknown, "must ask: a placement is told `unknown`", "L-6 L-7", "ORD-13"),
    "rejected-close": (_rejected_close, "must ask: a close is rejected", "L-9 L-7", "ORD-3"),
}


def askings() -> Iterator[Case]:
    """Yield the lives of this page."""
    yield from cases_of(ASKINGS, "asks", "story")
