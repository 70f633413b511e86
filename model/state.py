"""What the maker knows: one record per market and one for the account. A step forks it and never changes the old one.

Everything inside is immutable or copied by `fork`; long windows and memories are shared between forks.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

from model.actions import Side
from model.arithmetic import ZERO
from model.inventory import Book
from model.live import LiveOrders
from model.market import Market
from model.memory import EndedOrders, FillSet
from model.orders import Answered
from model.quoting import Ladder
from model.risk import Adverse, DrawdownGate, Requests
from model.velocity import VelocityState
from model.volatility import WickState, WickStats


class ShutdownState(StrEnum):
    """Where L-9 stands."""

    NONE = "none"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One reduce-only close of the position: until its last word no other is sent (I-4, L-9).

    `done_sz`: the size its `done` names. `lost`: it ended by absence or in a way that names no size; then two
    answers that agree with the books settle it, the first one's query sent at `agreed_ms`.
    """

    cloid: str
    size: Decimal
    sent_ms: int
    filled: Decimal = ZERO
    done_sz: Decimal | None = None
    lost: bool = False
    ended_ms: int | None = None
    agreed_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Suspect:
    """A difference between the venue's MM position and the books, first told by the query sent at `sent_ms` (L-7)."""

    difference: Decimal
    sent_ms: int


class Valuation(NamedTuple):
    """What prices and position say of each other: nothing that does not follow from the first three (Q-0, I-2..I-4).

    `mark` None: not usable. `usable`: a ladder can be quoted on these prices.
    """

    oracle_px: Decimal | None
    mark_px: Decimal | None
    net: Decimal
    usable: bool
    mark: Decimal | None
    ratio: Decimal
    warned: bool
    emergency: bool


class Built(NamedTuple):
    """The last ladder and what it was made from: prices, ratio, multiplier, trend, statistics (Q-0..Q-10)."""

    inputs: tuple[Decimal, Decimal, Decimal, Decimal, Decimal, WickStats | None]
    ladder: Ladder


class Priced(NamedTuple):
    """A waiting amount's counter-order at a mark: side, legal price and size; None where none can be made (L-8a)."""

    amount: Answered
    mark: Decimal
    order: tuple[Side, Decimal, Decimal] | None


REMEMBERED = frozenset(("valued", "built", "priced"))
"""Fields of a market that follow from the others: they save work and tell no two states apart."""


@dataclass(slots=True)
class MarketState:
    """One market: prices told, statistics, books, the ladder's last requote, collected amounts, the close in flight.

    `valued`, `built`, `priced`: results kept until what they follow from changes (`REMEMBERED`).
    """

    market: Market
    quoted: bool
    oracle_px: Decimal | None = None
    oracle_ms: int = 0
    mark_px: Decimal | None = None
    wicks: WickState = WickState()
    velocity: VelocityState = VelocityState()
    book: Book = Book()
    taker_net: Decimal = ZERO
    adverse: Adverse = Adverse()
    ladder_due: bool = True
    requote_ms: int = 0
    requote_oracle_px: Decimal = ZERO
    pending: tuple[tuple[Side, int], ...] = ()
    collected_buy: Answered | None = None
    collected_sell: Answered | None = None
    attempt: Attempt | None = None
    attempt_ms: int | None = None
    attempts: int = 0
    suspect: Suspect | None = None
    contained_before_ms: int | None = None
    last_fill_ms: int | None = None
    reported: frozenset[str] = frozenset()
    uninformative_ms: int | None = None
    valued: Valuation | None = None
    built: Built | None = None
    priced: Priced | None = None

    def fork(self) -> MarketState:
        """Return a copy that may be changed."""
        return MarketState(*_market_values(self))

    def collected(self, side: Side) -> Answered | None:
        """Return the amount collected for a counter-order of `side` (L-8a)."""
        return self.collected_buy if side is Side.BUY else self.collected_sell

    def collect(self, side: Side, amount: Answered | None) -> None:
        """Keep an amount for a counter-order of `side`, or clear it."""
        if side is Side.BUY:
            self.collected_buy = amount
        else:
            self.collected_sell = amount


@dataclass(slots=True)
class State:
    """One life of the maker. Times in ms; None: never, or nothing outstanding.

    `settled`: the repeated query of the start was answered (S-5). `lost_since_ms`, `reconnected_ms`: the outage and
    its end, both until the first answer after it (L-14). `weekend`: the weekend last seen (S-4). `window_taken`: the
    shutdown window whose L-9 this life has entered.
    """

    life: int
    started_ms: int
    now_ms: int
    prefix: str
    markets: dict[str, MarketState]
    requests: Requests
    weekend: int
    orders: LiveOrders
    ended: EndedOrders = EndedOrders()
    seen_fills: FillSet = FillSet()
    gate: DrawdownGate = DrawdownGate()
    next_cloid: int = 1
    settled: bool = False
    connected: bool = True
    waiting_since_ms: int | None = None
    query_ms: int | None = None
    last_query_ms: int | None = None
    last_answer_ms: int | None = None
    repeat_ms: int | None = None
    reconcile_asked: bool = False
    foreign_orders: int = 0
    shutdown: ShutdownState = ShutdownState.NONE
    shutdown_reason: str = ""
    stopped: str = ""
    window_taken: int | None = None
    quiet_ms: int | None = None
    armed_ms: int | None = None
    reported: frozenset[str] = frozenset()
    stats_logged_ms: int = 0

    def fork(self) -> State:
        """Return a copy that may be changed, with forked markets; memories and windows stay shared."""
        copy = State(*_state_values(self))
        copy.orders = self.orders.fork()
        copy.markets = {name: market.fork() for name, market in self.markets.items()}
        return copy

    def owns(self, cloid: str | None) -> bool:
        """Tell whether an order of that cloid is own, of this life or an earlier one (L-11)."""
        return cloid is not None and cloid.startswith(self.prefix)

    def canonical(self) -> tuple[object, ...]:
        """Return everything that decides later behaviour, hashable: equal states answer every event alike."""
        return (
            _state_plain(self),
            tuple(self.orders.values()),
            tuple([_market_plain(market) for market in self.markets.values()]),
            self.seen_fills.identities(),
            self.ended.canonical(),
        )


_CONTAINERS = frozenset(("orders", "markets", "seen_fills", "ended"))
_market_values = attrgetter(*(f.name for f in fields(MarketState)))
_market_plain = attrgetter(*(f.name for f in fields(MarketState) if f.name not in REMEMBERED))
_state_values = attrgetter(*(f.name for f in fields(State)))
_state_plain = attrgetter(*(f.name for f in fields(State) if f.name not in _CONTAINERS))
