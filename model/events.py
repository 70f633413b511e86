"""What comes in: the events a maker is told, and the record with which a life begins.

Every event carries `now_ms`, integer milliseconds since 1970 UTC (N-4). Prices, sizes and money are exact decimals.
The shapes are those of the port protocol.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from model.actions import Side
from model.config import MakerConfig
from model.market import Market


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """One open order of the account, as an answer or a start record tells it; `remaining` in base units."""

    market: str
    oid: int
    cloid: str | None
    side: Side
    px: Decimal
    remaining: Decimal
    reduce_only: bool = False


@dataclass(frozen=True, slots=True)
class Position:
    """A position of the account in base units; `taker_size` is the part of the account's other strategy (I-0)."""

    market: str
    size: Decimal
    taker_size: Decimal = Decimal(0)
    entry_px: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Oracle:
    """A change or repetition of oracle or mark; `mark_px` None: no mark from now on."""

    now_ms: int
    market: str
    oracle_px: Decimal
    mark_px: Decimal | None


@dataclass(frozen=True, slots=True)
class Resting:
    """An order was accepted and rests with `remaining` base units."""

    now_ms: int
    market: str
    cloid: str | None
    oid: int | None
    px: Decimal
    remaining: Decimal


@dataclass(frozen=True, slots=True)
class Fill:
    """A fill of an own order. Identity: (`time_ms`, market, `tid`) (L-4); `mark_px` None: as last told."""

    now_ms: int
    market: str
    cloid: str | None
    oid: int | None
    time_ms: int
    tid: int
    side: Side
    px: Decimal
    sz: Decimal
    crossed: bool = False
    fee: Decimal = Decimal(0)
    closed_pnl: Decimal = Decimal(0)
    mark_px: Decimal | None = None
    snapshot: bool = False


@dataclass(frozen=True, slots=True)
class TakerFill:
    """A fill of the account's other strategy; fields as `Fill` (I-0, I-7)."""

    now_ms: int
    market: str
    cloid: str | None
    oid: int | None
    time_ms: int
    tid: int
    side: Side
    px: Decimal
    sz: Decimal
    crossed: bool = True
    fee: Decimal = Decimal(0)
    closed_pnl: Decimal = Decimal(0)
    mark_px: Decimal | None = None
    snapshot: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """An IOC's last word: `filled_sz` base units were filled in all; the fills themselves may come later."""

    now_ms: int
    market: str
    cloid: str | None
    oid: int | None
    filled_sz: Decimal


@dataclass(frozen=True, slots=True)
class Canceled:
    """The venue cancelled an order, asked for or not; `reason` is the venue's status word."""

    now_ms: int
    market: str
    cloid: str | None
    oid: int | None
    reason: str = "canceled"


@dataclass(frozen=True, slots=True)
class Rejected:
    """The venue refused a new order."""

    now_ms: int
    market: str
    cloid: str | None
    oid: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CancelRejected:
    """A cancel found nothing: "never placed, already canceled, or filled", one text for all three (L-5)."""

    now_ms: int
    market: str
    cloid: str | None
    oid: int | None


@dataclass(frozen=True, slots=True)
class SendFailed:
    """An action never left, or was refused unseen. `action` ("place", "cancel") says which, where the sender knows."""

    now_ms: int
    market: str
    cloid: str | None
    oid: int | None
    reason: str = ""
    action: str | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """An action was sent and no reply came; `action` as in `SendFailed`."""

    now_ms: int
    market: str
    cloid: str | None
    oid: int | None
    action: str | None = None


@dataclass(frozen=True, slots=True)
class OpenOrders:
    """The answer to the query sent at `sent_ms`: all open orders and positions of the account (L-7)."""

    now_ms: int
    sent_ms: int
    orders: tuple[OpenOrder, ...]
    positions: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class Timer:
    """Time has passed; told at least every 250 ms, connected or not."""

    now_ms: int


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection to the venue is lost (L-14)."""

    now_ms: int


@dataclass(frozen=True, slots=True)
class Connected:
    """The connection is back; the venue's recent fills follow as snapshot fills, then an answer."""

    now_ms: int


@dataclass(frozen=True, slots=True)
class ScheduleCancelRejected:
    """The venue refused the dead man's switch (L-10)."""

    now_ms: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Shutdown:
    """The process is told to shut down; `reason` is "signal" or "hard_stop" (L-9)."""

    now_ms: int
    reason: str


Event: TypeAlias = (
    Oracle
    | Resting
    | Fill
    | Done
    | Canceled
    | Rejected
    | CancelRejected
    | SendFailed
    | Unknown
    | OpenOrders
    | TakerFill
    | Timer
    | Disconnected
    | Connected
    | ScheduleCancelRejected
    | Shutdown
)


@dataclass(frozen=True, slots=True)
class Start:
    """A life begins: the account as the venue tells it now. No two lives start in one ms (L-11, S-5)."""

    now_ms: int
    life: int
    config: MakerConfig
    markets: tuple[Market, ...]
    open_orders: tuple[OpenOrder, ...] = ()
    positions: tuple[Position, ...] = ()
    fills: tuple[Fill | TakerFill, ...] = ()
    request_budget: int = 10_000
