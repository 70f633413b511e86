"""The venue's words, read: one line's content becomes events, actions, log lines or the venue's own records.

Strict where a number or a name is concerned: what is not as it must be raises `Malformed`, and is a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from mmgate.audit.joins import UNSEEN
from mmgate.audit.recording import CANCEL_FOUND_NOTHING, NOTHING_MATCHED
from mmgate.audit.shapes import TIFS, ending, ids, name, number, optional, rows, side, table, whole
from model import actions, events, journal
from model.actions import Action, Cancel, Place, Side, Tif
from model.codec import TRACE, Malformed, show
from model.config import MakerConfig
from model.market import Market
from specs.latest import Latest

ZERO = Decimal(0)
TRADES = ("Open Long", "Open Short", "Close Long", "Close Short", "Long > Short", "Short > Long", "Buy", "Sell")
"""What `dir` says of fills that a strategy's order made; others (liquidation, settlement, …) are nobody's order."""
TAKEN = "{} is no strategy's trade: whose part of the position it takes is not told"
MOST_QUERIES = 1000


class Words:
    """Reads messages for one account. `own`: whether an order of this cloid is the maker's."""

    def __init__(self, account: Mapping[str, Any], own: Callable[[str | None], bool]) -> None:
        self._dex: str = account["dex"]
        self._offset_ms: int = account["clock_offset_ms"]
        self._ignored = frozenset(account["ignored_channels"])
        self._patterns: list[str] = account["ignored_coins"]
        self._passed: dict[str, bool] = {}
        self._cloids: Latest[int, str] = Latest()
        self._life_ms = 0
        self.own = own

    def coin(self, row: dict[str, Any]) -> str:
        """Read a market's name; a bare one is of the account's dex."""
        coin = name(row.get("coin"))
        return coin if not self._dex or ":" in coin else f"{self._dex}:{coin}"

    def heeded(self, row: dict[str, Any]) -> bool:
        """Say whether a row is of a coin that the mapping does not pass over."""
        coin = row.get("coin")
        if not isinstance(coin, str):
            return True
        passed = self._passed.get(coin)
        if passed is None:
            passed = self._passed[coin] = any(fnmatchcase(coin, pattern) for pattern in self._patterns)
        return not passed

    # -- what the maker was told

    def told(self, now_ms: int, message: dict[str, Any], line: dict[str, Any]) -> Iterator[events.Event]:
        """Yield the events of a message as received."""
        channel, data = message.get("channel"), message.get("data")
        if channel == "activeAssetCtx":
            if self.heeded(table(data)):
                yield events.Oracle(now_ms, *self._prices(table(data)))
        elif channel == "orderUpdates":
            for row in rows(data):
                event = self._update(now_ms, row) if self.heeded(table(row.get("order"))) else None
                if event is not None:
                    yield event
        elif channel == "userFills":
            fills = table(data)
            for row in rows(fills.get("fills")):
                if self.heeded(row):
                    fill = self.fill(now_ms, row, optional(number, line.get("mark")), fills.get("isSnapshot") is True)
                    strange = row.get("dir", TRADES[0]) not in TRADES and fill.time_ms >= self._life_ms
                    if strange and isinstance(fill, events.TakerFill):
                        raise Malformed("dir", TAKEN.format(show(row["dir"])))
                    yield fill
        elif channel == "openOrders":
            told = table(data)
            if "asked" not in line:
                raise Malformed("asked", "is missing: when the answer was asked for")
            asked_ms = whole(line["asked"])
            yield events.OpenOrders(now_ms, asked_ms, self.orders(told.get("orders")), self.positions(told))
        elif channel == "error":
            raise Malformed("error", f"the venue tells {show(data)}, and not what it answers")
        elif channel not in self._ignored:
            raise Malformed("channel", f"{show(channel)} is none that is known; see ignored_channels of the mapping")

    def _prices(self, data: dict[str, Any]) -> tuple[str, Decimal, Decimal | None]:
        context = table(data.get("ctx"))
        return self.coin(data), number(context.get("oraclePx")), optional(number, context.get("markPx"))

    def _update(self, now_ms: int, row: dict[str, Any]) -> events.Event | None:
        order, status = table(row.get("order")), name(row.get("status"))
        cloid, oid = ids(order)
        self._named(cloid, oid)
        if status == "open":
            px, sz = number(order.get("limitPx")), number(order.get("sz"))
            return events.Resting(now_ms, self.coin(order), cloid, oid, px, sz)
        if status.endswith("Rejected") or status == "rejected":
            return events.Rejected(now_ms, self.coin(order), cloid, oid, status)
        if status in ("filled", "triggered"):  # sizes are believed, not this word (L-4)
            return None
        return events.Canceled(now_ms, self.coin(order), cloid, oid, ending(status))

    def fill(
        self, now_ms: int, row: dict[str, Any], mark_px: Decimal | None = None, snapshot: bool = False
    ) -> events.Fill | events.TakerFill:
        """Read a fill as told; one of an order that is not the maker's is the other strategy's."""
        cloid, oid = ids(row)
        if cloid is None and oid is not None:
            cloid = self._cloids.of(oid)
        kind = events.Fill if self.own(cloid) else events.TakerFill
        return kind(
            now_ms, self.coin(row), cloid, oid, whole(row.get("time")) + self._offset_ms, whole(row.get("tid")),
            side(row.get("side")), number(row.get("px")), number(row.get("sz")), row.get("crossed") is True,
            number(row.get("fee", "0")), number(row.get("closedPnl", "0")), mark_px, snapshot,
        )  # fmt: skip

    def _named(self, cloid: str | None, oid: int | None) -> None:
        """Remember an order's name for fills that tell its number only."""
        if cloid is not None and oid is not None and oid not in self._cloids and self.own(cloid):
            self._cloids.keep(oid, cloid)

    def orders(self, value: object) -> tuple[events.OpenOrder, ...]:
        """Read open orders."""
        return tuple(self._open(row) for row in rows(value) if self.heeded(row))

    def _open(self, row: dict[str, Any]) -> events.OpenOrder:
        cloid, oid = ids(row)
        self._named(cloid, oid)
        px, sz = number(row.get("limitPx")), number(row.get("sz"))
        market, reduces = self.coin(row), row.get("reduceOnly") is True
        return events.OpenOrder(market, whole(oid), cloid, side(row.get("side")), px, sz, reduces)

    def positions(self, data: dict[str, Any]) -> tuple[events.Position, ...]:
        """Read positions, and which part of each is the other strategy's."""
        taker = table(data.get("taker", {}))
        return tuple(
            events.Position(
                self.coin(row),
                number(row.get("szi")),
                number(taker.get(row["coin"], "0")),
                optional(number, row.get("entryPx")),
            )
            for row in rows(data.get("positions"))
            if self.heeded(row)
        )

    def replied(self, now_ms: int, reply: dict[str, Any]) -> events.Event:
        """Read the venue's word on one item of a request."""
        status, kind = table(reply.get("status")), optional(name, reply.get("type"))
        if kind == "scheduleCancel":
            return events.ScheduleCancelRejected(now_ms, str(status.get("error")))
        at = (now_ms, self.coin(reply), *ids(reply))
        if "filled" in status:
            return events.Done(*at, number(table(status["filled"]).get("totalSz")))
        if "resting" in status:
            return events.Resting(*at, number(reply.get("px")), number(reply.get("sz")))
        if "unsent" in status:
            return events.SendFailed(*at, str(status["unsent"]), kind)
        if "timeout" in status:
            return events.Unknown(*at, kind)
        error = status.get("error")
        if not isinstance(error, str):
            raise Malformed("status", "is none that is known")
        if kind in ("cancel", "cancelByCloid"):
            known = error.startswith(CANCEL_FOUND_NOTHING)
            return events.CancelRejected(*at) if known else events.SendFailed(*at, error, "cancel")
        return events.Done(*at, ZERO) if error.startswith(NOTHING_MATCHED) else events.Rejected(*at, error)

    def start(
        self, now_ms: int, body: dict[str, Any], config: MakerConfig | None, markets: tuple[Market, ...], life: int
    ) -> events.Start:
        """Read the beginning of a life; where it does not say them: its config, markets, number."""
        for key in ("orders", "positions", "fills"):
            if key not in body:
                raise Malformed(f"start: {key}", "is missing: what the account had then; [] where there was nothing")
        self._life_ms = now_ms
        known = config if config is not None and "config" not in body else TRACE.decode(MakerConfig, body.get("config"))
        return events.Start(
            now_ms,
            whole(body.get("life", life)),
            known,
            TRACE.decode(tuple[Market, ...], body["markets"]) if "markets" in body else markets,
            self.orders(body.get("orders")),
            self.positions(body),
            tuple(self.fill(now_ms, row) for row in rows(body.get("fills"))),
            whole(body.get("request_budget", 10_000)),
        )

    # -- what the maker sent

    def sent(self, request: dict[str, Any]) -> Iterator[Action]:
        """Yield the actions of a request."""
        kind = request.get("type")
        if kind == "order":
            for row in rows(request.get("orders")):
                yield self._place(row)
        elif kind in ("cancel", "cancelByCloid"):
            for row in rows(request.get("cancels")):
                yield Cancel(self.coin(row), optional(whole, row.get("o")), optional(name, row.get("cloid")))
        elif kind == "openOrders":
            yield from [actions.QueryOpenOrders()] * min(whole(request.get("count", 1)), MOST_QUERIES)
        elif kind == "scheduleCancel":
            for time_ms in request.get("times", [request.get("time")]):
                yield actions.ScheduleCancel(optional(whole, time_ms))
        else:
            raise Malformed("type", "is no request that is known")

    def _place(self, row: dict[str, Any]) -> Place:
        tif = TIFS.get(name(table(table(row.get("t")).get("limit")).get("tif")))
        if tif is None or not isinstance(row.get("b"), bool):
            raise Malformed("t", "is no order that is known")
        role = row.get("role")
        return Place(
            name(row.get("c")), self.coin(row), Side.BUY if row["b"] else Side.SELL, number(row.get("p")),
            number(row.get("s")), tif, row.get("r") is True,
            None if role is None else TRACE.decode(actions.Role, role),
            optional(whole, row.get("level")), TRACE.decode(tuple[str, ...], row.get("for", [])),
        )  # fmt: skip

    # -- what the venue held

    def watched(self, now_ms: int, message: dict[str, Any]) -> Iterator[journal.Record]:
        """Yield the venue's records of a message that a second subscriber or an export tells."""
        channel, data = message.get("channel"), message.get("data")
        if channel == "activeAssetCtx":
            yield journal.PricesSet(now_ms, *self._prices(table(data)))
        elif channel == "orderUpdates":
            for row in rows(data):
                if self.heeded(table(row.get("order"))):
                    yield self._held(now_ms, table(row.get("order")), name(row.get("status")))
        elif channel == "userFills":
            for row in filter(self.heeded, rows(table(data).get("fills"))):
                fill = self.fill(now_ms, row)
                yield journal.Traded(
                    now_ms, self._owner(fill.cloid), fill.market, whole(fill.oid), fill.cloid, fill.tid, fill.side,
                    fill.px, fill.sz, fill.crossed, fill.fee, fill.closed_pnl,
                )  # fmt: skip
        elif channel == "scheduledCancel":
            told = table(data)
            yield journal.ScheduleCancelSet(now_ms, optional(whole, told.get("time")), told.get("fired") is True)
        else:
            raise Malformed("channel", "is none that is known")

    def _owner(self, cloid: str | None) -> str:
        return journal.Owner.MAKER if self.own(cloid) else journal.Owner.TAKER

    def _held(self, now_ms: int, order: dict[str, Any], status: str) -> journal.Record:
        cloid, oid = ids(order)
        at = (now_ms, self._owner(cloid), self.coin(order))
        if status == "rejected" or status.endswith("Rejected"):
            return journal.OrderRefused(*at, oid, cloid, str(order.get("reason", status)))
        known = whole(oid)
        self._named(cloid, oid)
        if status == "open":
            tif = TIFS.get(str(order.get("tif", "Gtc")), Tif.GTC)
            return journal.OrderOpened(
                *at, known, cloid, side(order.get("side")), number(order.get("limitPx")), number(order.get("sz")),
                tif, order.get("reduceOnly") is True,
            )  # fmt: skip
        if status == "iocDone":
            filled = number(order.get("filledSz"))
            return journal.OrderExecuted(
                *at, known, cloid, side(order.get("side")), number(order.get("limitPx")),
                number(order.get("origSz")), order.get("reduceOnly") is True, filled,
                number(order.get("crossableSz", str(filled))),
            )  # fmt: skip
        reason = status if status in ("filled", UNSEEN) else ending(status)
        return journal.OrderClosed(*at, known, cloid, reason, number(order.get("sz", "0")))


def _books(now_ms: int, body: dict[str, Any]) -> journal.Record:
    books = TRACE.decode(journal.Books, body.get("books"))
    return journal.BooksTold(now_ms, whole(body.get("life")), books, body.get("quiescent") is True)


PROCESS: Mapping[str, Callable[[int, dict[str, Any]], journal.Record]] = {
    "incident": lambda t, b: journal.FaultBegan(t, name(b.get("kind")), str(b.get("detail", ""))),
    "incident_over": lambda t, b: journal.FaultHealed(t, name(b.get("kind"))),
    "died": lambda t, b: journal.Crashed(t, whole(b.get("life"))),
    "failed": lambda t, b: journal.MakerFailed(t, whole(b.get("life")), name(b.get("kind")), str(b.get("text", ""))),
    "books": _books,
}
"""What a process tells of itself beside its turns."""

TURNS: Mapping[str, Callable[[int, dict[str, Any]], events.Event]] = {
    "timer": lambda t, _b: events.Timer(t),
    "disconnected": lambda t, _b: events.Disconnected(t),
    "connected": lambda t, _b: events.Connected(t),
    "shutdown": lambda t, b: events.Shutdown(t, name(b.get("reason"))),
}
"""What a process is told otherwise than by a message."""
