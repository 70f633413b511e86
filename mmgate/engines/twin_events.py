"""The events that twins are told instead of others: taker fills, events to be refused, unusable prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from model import events
from model.actions import Side
from model.config import MakerConfig

NOWHERE = "abc:NOWHERE"
FOREIGN = "0xffffffff" + "0" * 23 + "7"
FAR_OID = 2**52
FAR_TID = 2**51
LONG_AGO_MS = 36_000_000


def taker_fill(now_ms: int, market: str, number: int) -> events.TakerFill:
    """Make a fill of the account's other strategy that neither won nor lost anything."""
    side = Side.BUY if number % 3 else Side.SELL
    ids = (now_ms, market, FOREIGN, FAR_OID + number, now_ms, FAR_TID + number)
    return events.TakerFill(*ids, side, Decimal(5000), Decimal(3 + number % 5) / 100)


def altered_taker(fill: events.TakerFill) -> events.TakerFill:
    """Return a taker fill on the other side and of another size, with the same result."""
    return replace(fill, side=fill.side.opposite, sz=fill.sz * 3)


def refused(kind: int, now_ms: int, market: str, told: Sequence[events.Fill]) -> events.Event:
    """Make an event that changes nothing: of nowhere, of nobody, impossible, told before, or never asked for."""
    order = (now_ms, NOWHERE, FOREIGN, FAR_OID)
    match kind:
        case 0:
            return events.Oracle(now_ms, NOWHERE, Decimal(7), Decimal(7))
        case 1 if told:
            return replace(told[-1], now_ms=now_ms, snapshot=True)
        case 2:
            return events.OpenOrders(now_ms, now_ms - LONG_AGO_MS, (), ())
        case 3:
            return events.Canceled(*order)
        case 4:
            return events.SendFailed(*order, "of nobody")
        case 5:
            return events.Done(*order, Decimal(1))
        case 6 if told:
            return replace(told[0], now_ms=now_ms, snapshot=True)
        case 7:
            return events.Rejected(*order, "of nobody")
        case _:
            return events.Resting(*order, Decimal(5), Decimal(1))


def unusable(event: events.Oracle, kind: int, config: MakerConfig) -> tuple[events.Oracle, str]:
    """Make a price unusable; say which of "mark" and "oracle" can't be used by it (Q-0)."""
    if kind == 0 and config.max_oracle_mark_gap_bps > 0 and event.mark_px is not None:
        return replace(event, mark_px=event.mark_px * 3), "mark"
    zero, below = Decimal(0), Decimal(-1)
    shapes = (
        (replace(event, mark_px=None), "mark"),
        (replace(event, mark_px=zero), "mark"),
        (replace(event, mark_px=below), "mark"),
        (replace(event, oracle_px=zero), "oracle"),
        (replace(event, oracle_px=below), "oracle"),
    )
    return shapes[kind]
