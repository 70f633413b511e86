"""The websocket's own frames: requests as the venue takes them, and its answers to them, by their ids.

`sent` gives a frame in the records' own shape, `answered` an answer as the replies and messages that it stands for.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from mmgate.audit.shapes import name, rows, table, whole
from model.codec import Malformed

Body: TypeAlias = dict[str, Any]
ORDERS = ("openOrders", "frontendOpenOrders")
STATE = "clearinghouseState"
QUIET = ("subscribe", "unsubscribe", "ping")
OTHER = (
    *("updateLeverage", "updateIsolatedMargin", "noop", "usdSend", "spotSend", "usdClassTransfer", "withdraw3"),
    *("approveAgent", "approveBuilderFee", "setReferrer", "reserveRequestWeight", "evmUserModify"),
)
"""Actions that no order depends on."""
UNANSWERED = 20_000
"""So many requests are remembered until they are answered."""
NO_POSITIONS = (
    "are not asked for beside the orders; ask for clearinghouseState, too, or log the answer as the maker had it"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: what it was, what it asked for item by item, when."""

    kind: str
    items: tuple[Body, ...]
    asked_ms: int


class Wire:
    """Remembers what was asked until it is answered. `assets`: the coin of each asset number."""

    def __init__(self, assets: Mapping[int, str]) -> None:
        self._assets = assets
        self._asked: OrderedDict[int, Asked] = OrderedDict()
        self._orders: tuple[list[Body], int] | None = None
        self._positions: list[Body] | None = None

    # -- requests

    def sent(self, asked_ms: int, frame: Body) -> Body | None:
        """Return a frame as a request of the records; None: it asks for nothing that an order depends on."""
        method = frame.get("method")
        if method in QUIET:
            return None
        if method != "post":
            raise Malformed("method", f"{method!r} is none that is known"[:80])
        number, request = whole(frame.get("id")), table(frame.get("request"))
        kind, payload = request.get("type"), table(request.get("payload"))
        if kind == "info":
            return self._query(number, name(payload.get("type")), asked_ms)
        action = table(payload.get("action", payload))
        if action.get("type") in OTHER:
            self._remember(number, Asked(name(action["type"]), (), asked_ms))
            return None
        body = self._action(action)
        self._remember(number, Asked(body["type"], tuple(_items(body)), asked_ms))
        return body

    def _query(self, number: int, kind: str, asked_ms: int) -> Body | None:
        self._remember(number, Asked(kind, (), asked_ms))
        if kind not in ORDERS:
            return None
        self._orders = None
        return {"type": "openOrders"}

    def _remember(self, number: int, asked: Asked) -> None:
        self._asked[number] = asked
        if len(self._asked) > UNANSWERED:
            self._asked.popitem(last=False)

    def _action(self, action: Body) -> Body:
        kind = name(action.get("type"))
        if kind == "order":
            orders = [{**row, "coin": self._coin(row, "a")} for row in rows(action.get("orders"))]
            return {"type": kind, "orders": orders}
        if kind == "cancel":
            return {"type": kind, "cancels": [{**row, "coin": self._coin(row, "a")} for row in rows(action["cancels"])]}
        if kind == "cancelByCloid":
            found = [{**row, "coin": self._coin(row, "asset")} for row in rows(action["cancels"])]
            return {"type": kind, "cancels": found}
        if kind == "scheduleCancel":
            return {"type": kind, "time": action.get("time")}
        raise Malformed("type", f"{kind!r} is no request that is known"[:80])

    def _coin(self, row: Body, key: str) -> str:
        number = whole(row.get(key))
        if number not in self._assets:
            raise Malformed(key, f"asset {number} has no name; [account] assets of the mapping gives it one")
        return self._assets[number]

    # -- answers

    def answered(self, data: Body) -> Iterator[tuple[str, Body, Body]]:
        """Yield what an answer tells: ("reply", its words, {}) or ("received", a message, what stands beside it)."""
        number, response = whole(data.get("id")), table(data.get("response"))
        asked = self._asked.pop(number, None)
        if asked is None:
            raise Malformed("id", f"{number} answers no request that is told")
        kind, payload = response.get("type"), response.get("payload")
        if kind == "info":
            yield from self._told(asked, table(payload))
        elif kind == "error":
            yield from _refused(asked, payload)
        elif table(payload).get("status") != "ok":
            yield from _refused(asked, table(payload).get("response"))
        else:
            yield from _statuses(asked, table(table(payload)["response"]))

    def _told(self, asked: Asked, payload: Body) -> Iterator[tuple[str, Body, Body]]:
        """Put orders and positions together, as one answer; the time of asking is that for the orders."""
        data = payload.get("data")
        if asked.kind in ORDERS:
            self._orders = (rows(data), asked.asked_ms)
            if self._positions is None and not any(one.kind == STATE for one in self._asked.values()):
                raise Malformed("positions", NO_POSITIONS)
        elif asked.kind == STATE:
            held = rows(table(data).get("assetPositions"))
            self._positions = [table(row.get("position")) for row in held]
        if self._orders is None or self._positions is None:
            return
        (orders, asked_ms), positions = self._orders, self._positions
        self._orders = self._positions = None
        yield (
            "received",
            {"channel": "openOrders", "data": {"orders": orders, "positions": positions}},
            {"asked": asked_ms},
        )


def _items(body: Body) -> Iterator[Body]:
    """Yield, for each item of a request, what a word on it has to say."""
    if body["type"] == "order":
        for row in body["orders"]:
            tif = table(table(row.get("t")).get("limit")).get("tif")
            yield {
                "type": "order",
                "coin": row["coin"],
                "cloid": row.get("c"),
                "px": row["p"],
                "sz": row["s"],
                "tif": tif,
            }
    for row in body.get("cancels", ()):
        yield {"type": body["type"], "coin": row["coin"], "cloid": row.get("cloid"), "oid": row.get("o")}
    if body["type"] == "scheduleCancel":
        yield {"type": "scheduleCancel"}


def _refused(asked: Asked, reason: object) -> Iterator[tuple[str, Body, Body]]:
    """Yield a refusal of all items unseen: one text for the whole batch."""
    for item in asked.items:
        word = {"error": str(reason)} if item["type"] == "scheduleCancel" else {"unsent": str(reason)}
        yield "reply", {**item, "type": _short(item["type"]), "status": word}, {}


def _statuses(asked: Asked, response: Body) -> Iterator[tuple[str, Body, Body]]:
    statuses = table(response.get("data", {})).get("statuses")
    if statuses is None:
        return
    if not isinstance(statuses, list):
        raise Malformed("statuses", "is no list")
    if len(statuses) != len(asked.items):
        if len(statuses) == 1 and isinstance(statuses[0], dict) and "error" in statuses[0]:
            yield from _refused(asked, statuses[0]["error"])
            return
        raise Malformed("statuses", f"{len(statuses)} words on {len(asked.items)} items")
    for item, status in zip(asked.items, statuses, strict=True):
        if isinstance(status, dict):
            yield from _worded(item, status)


def _worded(item: Body, status: Body) -> Iterator[tuple[str, Body, Body]]:
    """Yield a word on one item; that a GTC was filled on entry is no last word of it (L-4)."""
    told = table(status.get("filled", status.get("resting", {})))
    if "filled" in status and item.get("tif") not in ("Ioc", "FrontendMarket"):
        return
    yield "reply", {"oid": told.get("oid"), **item, "status": status}, {}


def _short(kind: str) -> str:
    return {"order": "place", "cancelByCloid": "cancel"}.get(kind, kind)
