"""A run in the venue's record format: one numbered JSON line a message received, request sent, log line, life.

`ws`: a message as the maker's process received it; `reply`: the venue's word on one item of a request; `post`: a
request as it left; `log`, `process`: the maker's own; `watch`: the account as a second subscriber, or an export of
the venue, tells it, at the venue's time. `t` is the recorder's time in ms, `n` the line's number.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import IO, Any, TypeAlias

from model import actions, events, journal
from model.actions import Action, Place, Side
from model.arithmetic import text
from model.codec import TRACE

NAME = "hyperliquid"
REMEMBERED = 20_000
"""So many orders are remembered for what is told of them later."""
FILE = "records.jsonl"
SIDES = {Side.BUY: "B", Side.SELL: "A"}
NOTHING_MATCHED = "Order could not immediately match against any resting orders."
CANCEL_FOUND_NOTHING = "Order was never placed, already canceled, or filled."

Body: TypeAlias = dict[str, Any]


class RecordsFile:
    """An observer that writes records; use it with `with`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None
        self._orders: OrderedDict[int, Body] = OrderedDict()
        self.lines = 0

    def __enter__(self) -> RecordsFile:
        self._file = self._path.open("w", encoding="ascii", newline="\n")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def observe(self, record: journal.Record) -> None:
        """Write what a record is in the venue's words."""
        assert self._file is not None
        if isinstance(record, journal.OrderOpened | journal.OrderClosed):
            self._held(record)
        for body in lines_of(record):
            if isinstance(record, journal.Turn) and isinstance(record.event, events.Resting | events.Canceled):
                self._complete(body)
            self.lines += 1
            line = {"n": self.lines, "t": record.now_ms, **body}
            self._file.write(json.dumps(line, separators=(",", ":"), ensure_ascii=True) + "\n")

    def _held(self, record: journal.OrderOpened | journal.OrderClosed) -> None:
        """Remember what the venue's messages about an order bear."""
        if isinstance(record, journal.OrderClosed):
            self._orders.setdefault(record.oid, {})["ended"] = (record.now_ms, text(record.remaining))
            return
        self._orders[record.oid] = {
            "open": (record.now_ms, text(record.sz)),
            "order": {"side": SIDES[record.side], "limitPx": text(record.px), "origSz": text(record.sz)},
        }
        if len(self._orders) > REMEMBERED:
            self._orders.popitem(last=False)

    def _complete(self, body: Body) -> None:
        """Give an order update what the venue's bears, and the maker is not told of: side, size, the venue's time."""
        for row in body.get("ws", {}).get("data", ()):
            known = self._orders.get(row["order"]["oid"], {})
            happened = known.get("open" if row["status"] == "open" else "ended")
            if happened is not None:
                row["order"] = {**known.get("order", {}), "sz": happened[1], **row["order"]}
                row["statusTimestamp"] = happened[0]


def lines_of(record: journal.Record) -> Iterator[Body]:
    """Yield the lines of one record, without number and time."""
    if isinstance(record, journal.Turn):
        yield _told(record)
        for kind, group in groupby(record.reply.actions, _kind):
            yield {"post": _REQUESTS[kind](list(group))}
        for line in record.reply.log:
            yield {"log": TRACE.to_data(line)}
        return
    yield _RECORDS[type(record)](record)


# -- what the maker was told


def _told(turn: journal.Turn) -> Body:
    body = _EVENTS[type(turn.event)](turn.event)
    return body if turn.reply.mm_fill is None else {**body, "mm_fill": turn.reply.mm_fill}


def _ws(channel: str, data: object, **beside: object) -> Body:
    return {"ws": {"channel": channel, "data": data}, **beside}


def _number(value: Decimal | None) -> str | None:
    return None if value is None else text(value)


def _prices(event: events.Oracle | journal.PricesSet) -> Body:
    return {"coin": event.market, "ctx": {"oraclePx": text(event.oracle_px), "markPx": _number(event.mark_px)}}


def _resting(event: events.Resting) -> Body:
    order = {"coin": event.market, "limitPx": text(event.px), "sz": text(event.remaining), **_ids(event)}
    return _ws("orderUpdates", [{"order": order, "status": "open"}])


def _ids(event: Any) -> Body:
    return {"oid": event.oid, "cloid": event.cloid}


def _canceled(event: events.Canceled) -> Body:
    order = {"coin": event.market, **_ids(event)}
    return _ws("orderUpdates", [{"order": order, "status": event.reason}])


def _fill(event: events.Fill | events.TakerFill) -> Body:
    data = {"isSnapshot": event.snapshot, "fills": [_fill_row(event, event.time_ms)]}
    return _ws("userFills", data) if event.mark_px is None else _ws("userFills", data, mark=text(event.mark_px))


def _fill_row(fill: events.Fill | events.TakerFill | journal.Traded, time_ms: int) -> Body:
    return {
        "coin": fill.market,
        "px": text(fill.px),
        "sz": text(fill.sz),
        "side": SIDES[fill.side],
        "time": time_ms,
        "closedPnl": text(fill.closed_pnl),
        "crossed": fill.crossed,
        "fee": text(fill.fee),
        "tid": fill.tid,
        **_ids(fill),
    }


def _reply(event: Any, kind: str | None, status: Body) -> Body:
    return {"reply": {"type": kind, "coin": event.market, **_ids(event), "status": status}}


def _order_row(order: events.OpenOrder) -> Body:
    return {
        "coin": order.market,
        "side": SIDES[order.side],
        "limitPx": text(order.px),
        "sz": text(order.remaining),
        "reduceOnly": order.reduce_only,
        **_ids(order),
    }


def _positions(rows: tuple[events.Position, ...]) -> Body:
    told = [{"coin": row.market, "szi": text(row.size), "entryPx": _number(row.entry_px)} for row in rows]
    return {"positions": told, "taker": {row.market: text(row.taker_size) for row in rows}}


def _open_orders(event: events.OpenOrders) -> Body:
    data = {"orders": [_order_row(order) for order in event.orders], **_positions(event.positions)}
    return _ws("openOrders", data, asked=event.sent_ms)


def _start(start: events.Start) -> Body:
    return _process(
        "start",
        life=start.life,
        config=TRACE.to_data(start.config),
        markets=_universe(start.markets),
        orders=[_order_row(order) for order in start.open_orders],
        fills=[_fill_row(fill, fill.time_ms) for fill in start.fills],
        request_budget=start.request_budget,
        **_positions(start.positions),
    )


def _process(event: str, **fields: object) -> Body:
    return {"process": {"event": event, **fields}}


def _universe(markets: Any) -> list[Body]:
    return [TRACE.to_data(market) for market in markets]


def _done(event: events.Done) -> Body:
    status = {"filled": {"totalSz": text(event.filled_sz)}} if event.filled_sz else {"error": NOTHING_MATCHED}
    return _reply(event, "order", status)


_EVENTS: Mapping[type, Callable[[Any], Body]] = {
    events.Start: _start,
    events.Oracle: lambda e: _ws("activeAssetCtx", _prices(e)),
    events.Resting: _resting,
    events.Fill: _fill,
    events.TakerFill: _fill,
    events.Done: _done,
    events.Canceled: _canceled,
    events.Rejected: lambda e: _reply(e, "order", {"error": e.reason}),
    events.CancelRejected: lambda e: _reply(e, "cancel", {"error": CANCEL_FOUND_NOTHING}),
    events.SendFailed: lambda e: _reply(e, e.action, {"unsent": e.reason}),
    events.Unknown: lambda e: _reply(e, e.action, {"timeout": True}),
    events.OpenOrders: _open_orders,
    events.Timer: lambda _e: _process("timer"),
    events.Disconnected: lambda _e: _process("disconnected"),
    events.Connected: lambda _e: _process("connected"),
    events.ScheduleCancelRejected: lambda e: {"reply": {"type": "scheduleCancel", "status": {"error": e.reason}}},
    events.Shutdown: lambda e: _process("shutdown", reason=e.reason),
}


# -- what the maker sent


def _kind(action: Action) -> str:
    if isinstance(action, Place):
        return "order"
    if isinstance(action, actions.Cancel):
        return "cancel" if action.oid is not None else "cancelByCloid"
    return "openOrders" if isinstance(action, actions.QueryOpenOrders) else "scheduleCancel"


def _place_row(place: Place) -> Body:
    row: Body = {
        "coin": place.market,
        "b": place.side is Side.BUY,
        "p": text(place.px),
        "s": text(place.sz),
        "r": place.reduce_only,
        "t": {"limit": {"tif": place.tif.value.capitalize()}},
        "c": place.cloid,
    }
    if place.role is not None:
        row["role"] = place.role.value
    if place.level is not None:
        row["level"] = place.level
    if place.answers:
        row["for"] = list(place.answers)
    return row


def _cancels(group: list[Any]) -> Body:
    rows = [{"coin": c.market, "o": c.oid} if c.cloid is None else {"coin": c.market, **_both(c)} for c in group]
    return {"type": _kind(group[0]), "cancels": rows}


def _both(cancel: actions.Cancel) -> Body:
    return {"cloid": cancel.cloid} if cancel.oid is None else {"o": cancel.oid, "cloid": cancel.cloid}


_REQUESTS: Mapping[str, Callable[[list[Any]], Body]] = {
    "order": lambda group: {"type": "order", "orders": [_place_row(place) for place in group]},
    "cancel": _cancels,
    "cancelByCloid": _cancels,
    "openOrders": lambda group: {"type": "openOrders", "count": len(group)},
    "scheduleCancel": lambda group: {"type": "scheduleCancel", "times": [one.time_ms for one in group]},
}


# -- what the venue held


def _watch(channel: str, data: object) -> Body:
    return {"watch": {"channel": channel, "data": data}}


def _update(record: Any, status: str, **fields: object) -> Body:
    order = {"coin": record.market, **_ids(record), **fields}
    return _watch("orderUpdates", [{"order": order, "status": status, "statusTimestamp": record.now_ms}])


def _opened(record: journal.OrderOpened) -> Body:
    tif = record.tif.value.capitalize()
    shown = {"side": SIDES[record.side], "limitPx": text(record.px), "sz": text(record.sz)}
    return _update(record, "open", **shown, tif=tif, reduceOnly=record.reduce_only)


def _executed(record: journal.OrderExecuted) -> Body:
    shown = {"side": SIDES[record.side], "limitPx": text(record.px), "origSz": text(record.sz)}
    filled = {"filledSz": text(record.filled_sz), "crossableSz": text(record.crossable_sz)}
    return _update(record, "iocDone", **shown, **filled, reduceOnly=record.reduce_only)


def _ended(record: journal.RunEnded) -> Body:
    orders = [_order_row(order) for order in record.open_orders]
    return _process("end", orders=orders, settled=record.settled, **_positions(record.positions))


def _run_started(record: journal.RunStarted) -> Body:
    told = TRACE.to_data(record)
    return _process("recording", **{key: value for key, value in told.items() if key not in ("type", "now_ms")})


def _books(record: journal.BooksTold) -> Body:
    return _process("books", life=record.life, books=TRACE.to_data(record.books), quiescent=record.quiescent)


_RECORDS: Mapping[type, Callable[[Any], Body]] = {
    journal.RunStarted: _run_started,
    journal.OrderOpened: _opened,
    journal.OrderClosed: lambda r: _update(r, r.reason, sz=text(r.remaining)),
    journal.OrderRefused: lambda r: _update(r, "rejected", reason=r.reason),
    journal.OrderExecuted: _executed,
    journal.Traded: lambda r: _watch("userFills", {"isSnapshot": False, "fills": [_fill_row(r, r.now_ms)]}),
    journal.PricesSet: lambda r: _watch("activeAssetCtx", _prices(r)),
    journal.ScheduleCancelSet: lambda r: _watch("scheduledCancel", {"time": r.time_ms, "fired": r.fired}),
    journal.FaultBegan: lambda r: _process("incident", kind=r.kind, detail=r.detail),
    journal.FaultHealed: lambda r: _process("incident_over", kind=r.kind),
    journal.Crashed: lambda r: _process("died", life=r.life),
    journal.MakerFailed: lambda r: _process("failed", life=r.life, kind=r.kind, text=r.text),
    journal.BooksTold: _books,
    journal.RunEnded: _ended,
}
