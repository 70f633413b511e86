"""What a venue and a log can see: the records of a run, in order, from which monitors, traces and reports live.

A run is: `RunStarted`, then turns of the maker and what happened at the venue in the order in which it happened,
then `RunEnded`. `Turn` is the only record of the maker; everything else is the venue's or the world's truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, TypeAlias

from model.actions import Action, Side, Tif
from model.config import MakerConfig
from model.events import Event, OpenOrder, Position, Start
from model.market import Market


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the maker's log; `fields` are (name, text) pairs in a fixed order."""

    level: str
    code: str
    market: str | None = None
    text: str = ""
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """A maker's answer to one event. `mm_fill`: for a fill, whether it was attributed to the maker, if told."""

    actions: tuple[Action, ...] = ()
    log: tuple[LogLine, ...] = ()
    mm_fill: bool | None = None


class Owner:
    """Whose an order or a fill is, by the venue's truth."""

    MAKER = "maker"
    TAKER = "taker"
    WORLD = "world"


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The head of a run. R = `round_trip_ms` and T = `timer_ms` are the bounds' parameters, in ms.

    `delivery_ms`: the longest a place takes to land or a fill to arrive, faults included; bounds assume it is at
    most `sent_timeout_ms`.
    """

    now_ms: int
    scenario: str
    seed: int
    maker: str
    config: MakerConfig
    markets: tuple[Market, ...]
    timer_ms: int
    round_trip_ms: int
    delivery_ms: int
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One lock step: what the maker was told at `now_ms`, and all that it answered."""

    now_ms: int
    life: int
    event: Start | Event
    reply: Reply


@dataclass(frozen=True, slots=True)
class OrderOpened:
    """An order rests on the book from now on, with `sz` base units."""

    now_ms: int
    owner: str
    market: str
    oid: int
    cloid: str | None
    side: Side
    px: Decimal
    sz: Decimal
    tif: Tif
    reduce_only: bool


@dataclass(frozen=True, slots=True)
class OrderClosed:
    """A resting order left the book; `reason` is the venue's status word ("filled", "canceled", …)."""

    now_ms: int
    owner: str
    market: str
    oid: int
    cloid: str | None
    reason: str
    remaining: Decimal


@dataclass(frozen=True, slots=True)
class OrderRefused:
    """The venue refused a new order of the account, or dropped it unseen (`oid` None)."""

    now_ms: int
    owner: str
    market: str
    oid: int | None
    cloid: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class OrderExecuted:
    """An IOC order of the account met the book: `crossable_sz` of its `sz` was there within its limit price.

    For a reduce-only order `crossable_sz` is what the position allowed, at most.
    """

    now_ms: int
    owner: str
    market: str
    oid: int
    cloid: str | None
    side: Side
    px: Decimal
    sz: Decimal
    reduce_only: bool
    filled_sz: Decimal
    crossable_sz: Decimal


@dataclass(frozen=True, slots=True)
class Traded:
    """A fill of an order of the account, as the venue booked it (fee and closed PnL in USD)."""

    now_ms: int
    owner: str
    market: str
    oid: int
    cloid: str | None
    tid: int
    side: Side
    px: Decimal
    sz: Decimal
    crossed: bool
    fee: Decimal
    closed_pnl: Decimal


@dataclass(frozen=True, slots=True)
class PricesSet:
    """The venue's own oracle and mark changed (the maker is told later); best bid and ask where a book is known."""

    now_ms: int
    market: str
    oracle_px: Decimal
    mark_px: Decimal | None


@dataclass(frozen=True, slots=True)
class ScheduleCancelSet:
    """The venue's dead man's switch of the account was granted for `time_ms`, cleared (None), or has fired."""

    now_ms: int
    time_ms: int | None
    fired: bool = False


@dataclass(frozen=True, slots=True)
class FaultBegan:
    """The world misbehaves from now on (or just once): loss, delay, duplication, outage …"""

    now_ms: int
    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FaultHealed:
    """The last fault of this kind has ended."""

    now_ms: int
    kind: str


@dataclass(frozen=True, slots=True)
class Crashed:
    """The maker's process died: what it had sent is under way, what it knew is gone."""

    now_ms: int
    life: int


@dataclass(frozen=True, slots=True)
class MakerFailed:
    """The maker itself misbehaved (port protocol: no reply in time, an exit, a malformed line …): the run stops."""

    now_ms: int
    life: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The end of a run, with the venue's truth: the account's open orders (own and foreign) and positions.

    `settled`: nothing was under way between maker and venue any more.
    """

    now_ms: int
    open_orders: tuple[OpenOrder, ...]
    positions: tuple[Position, ...]
    settled: bool


@dataclass(frozen=True, slots=True)
class BookedOrder:
    """One order as the maker believes it (port protocol, `books`)."""

    cloid: str
    oid: int | None
    market: str
    side: Side | None
    px: Decimal
    remaining: Decimal
    role: str
    level: int | None
    state: str


@dataclass(frozen=True, slots=True)
class BookedPosition:
    """A position as the maker believes it."""

    market: str
    net: Decimal
    avg_entry: Decimal | None
    realised: Decimal


@dataclass(frozen=True, slots=True)
class Books:
    """What the maker believes: orders not yet ended, positions, whether it is halted or shutting down."""

    orders: tuple[BookedOrder, ...]
    positions: tuple[BookedPosition, ...]
    halted: bool
    shutdown: str


@dataclass(frozen=True, slots=True)
class BooksTold:
    """What the maker believes, asked between two turns and changing nothing; only where it offers `books`.

    A run may ask every so many seconds (a parameter of the run) and asks at quiescent moments, so that it need not
    ask after every turn: always once just before `RunEnded`. `quiescent`: nothing was under way between maker and
    venue, neither order, cancel, query nor message, so belief and truth must be equal.
    """

    now_ms: int
    life: int
    books: Books
    quiescent: bool = False


Record: TypeAlias = (
    RunStarted
    | Turn
    | OrderOpened
    | OrderClosed
    | OrderRefused
    | OrderExecuted
    | Traded
    | PricesSet
    | ScheduleCancelSet
    | FaultBegan
    | FaultHealed
    | Crashed
    | MakerFailed
    | BooksTold
    | RunEnded
)


class Maker(Protocol):
    """The seam: the reference, a defect, a foreign process are all makers."""

    @property
    def name(self) -> str:
        """The name and version of the maker, for the run's head."""
        ...

    @property
    def features(self) -> frozenset[str]:
        """The features it declares (port protocol)."""
        ...

    def start(self, start: Start) -> Reply:
        """Begin a new life, forgetting everything."""
        ...

    def handle(self, event: Event) -> Reply:
        """Answer one event; events come in order of arrival."""
        ...

    def books(self) -> Books | None:
        """Tell what it believes, changing nothing; None if it does not offer that."""
        ...


class MakerFault(Exception):
    """A maker broke the protocol. `kind` is a code of the closed list of the port protocol's misbehaviours."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind = kind
        self.text = text


class Observer(Protocol):
    """Something that watches a run, record by record."""

    def observe(self, record: Record) -> None:
        """Look at the next record."""
        ...
