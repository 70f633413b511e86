"""What the venue's JSON is made of, read strictly: what is not as it must be raises `Malformed`."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from model.actions import Side, Tif
from model.codec import TRACE, Malformed, show
from model.plain import decimal

SIDES = {"B": Side.BUY, "A": Side.SELL, "buy": Side.BUY, "sell": Side.SELL, "b": Side.BUY, "a": Side.SELL}
UNORDERED = {"selfTradeCanceled": "selfTradeCanceled by an order not told"}
"""Reasons that say more than is known where the order of records of one ms is not told: by which order."""
TIFS = {"Alo": Tif.ALO, "Gtc": Tif.GTC, "Ioc": Tif.IOC, "FrontendMarket": Tif.IOC}

LONGEST_NAME = 128
_DECIMAL = TRACE.reader(Decimal)


def number(value: object) -> Decimal:
    """Read a decimal, written as text or as a number."""
    if type(value) is str:
        return decimal(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)  # the shortest text that is this number, which is what was written
    found: Decimal = _DECIMAL(value)
    return found


whole: Callable[[object], int] = TRACE.reader(int)
"""Reads a whole number."""


def name(value: object) -> str:
    """Read a text."""
    if isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and value.isprintable():
        return value
    raise Malformed("", "is no name")


def optional(read: Callable[[object], Any], value: object) -> Any:
    """Read what may be missing."""
    return None if value is None else read(value)


def table(value: object) -> dict[str, Any]:
    """Read an object."""
    if not isinstance(value, dict):
        raise Malformed("", "is no object")
    return value


def rows(value: object) -> list[dict[str, Any]]:
    """Read a list of objects."""
    if not isinstance(value, list):
        raise Malformed("", "is no list of objects")
    for row in value:
        if not isinstance(row, dict):
            raise Malformed("", "is no list of objects")
    return value


def side(value: object) -> Side:
    """Read a side as the venue writes it."""
    found = SIDES.get(value) if isinstance(value, str) else None
    if found is None:
        raise Malformed("", "is no side")
    return found


def ending(status: str) -> str:
    """Read a status that takes an order off; what else the venue may say some day is none that is known."""
    word = status.partition(" ")[0]
    if word in ("canceled", "scheduledCancel") or word.endswith("Canceled"):
        return status
    raise Malformed("status", f"{show(status)} is none that is known")


def ids(row: dict[str, Any]) -> tuple[str | None, int | None]:
    """Read an order's cloid and oid."""
    cloid, oid = row.get("cloid"), row.get("oid")
    return None if cloid is None else name(cloid), None if oid is None else whole(oid)
