"""What goes out: the orders a maker sends, and the words they are made of.

The shapes are those of the port protocol; one record serves the model, the venue, the monitors and the wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeAlias


class Side(StrEnum):
    """The side of an order."""

    BUY = "buy"
    SELL = "sell"

    @property
    def opposite(self) -> Side:
        """The other side."""
        return _OPPOSITE[self]

    @property
    def sign(self) -> int:
        """+1 for a buy, −1 for a sell."""
        return _SIGN[self]


_OPPOSITE: Mapping[Side, Side] = {Side.BUY: Side.SELL, Side.SELL: Side.BUY}
_SIGN: Mapping[Side, int] = {Side.BUY: 1, Side.SELL: -1}
"""Looked up, since naming a member of an enum costs more than that."""


class Tif(StrEnum):
    """Time in force: add-liquidity-only, good til cancelled, immediate or cancel."""

    ALO = "alo"
    GTC = "gtc"
    IOC = "ioc"


class Role(StrEnum):
    """Why an order exists: a rung, the answer to a fill, or a close (L-1)."""

    LADDER = "ladder"
    COUNTER = "counter"
    FLATTEN = "flatten"


BUY: Final = Side.BUY
SELL: Final = Side.SELL
ALO: Final = Tif.ALO
GTC: Final = Tif.GTC
IOC: Final = Tif.IOC
LADDER: Final = Role.LADDER
COUNTER: Final = Role.COUNTER
FLATTEN: Final = Role.FLATTEN
"""The same by shorter names, for what is asked all the time: a member named through its enum costs ten times more."""


@dataclass(frozen=True, slots=True)
class Place:
    """A new order. `px` in quote currency, `sz` in base units; `answers`: the cloids whose fills it answers."""

    cloid: str
    market: str
    side: Side
    px: Decimal
    sz: Decimal
    tif: Tif
    reduce_only: bool = False
    role: Role | None = None
    level: int | None = None
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cancel:
    """A request to cancel one order, named by oid where it is known, else by cloid (L-2)."""

    market: str
    oid: int | None = None
    cloid: str | None = None


@dataclass(frozen=True, slots=True)
class QueryOpenOrders:
    """A request for the account's open orders and positions (L-7)."""


@dataclass(frozen=True, slots=True)
class ScheduleCancel:
    """Arm the venue's dead man's switch for `time_ms`, or clear it with None (L-10)."""

    time_ms: int | None = None


Action: TypeAlias = Place | Cancel | QueryOpenOrders | ScheduleCancel
