"""One step in the making: the forked state, and the actions and log lines gathered so far.

The only ways to send anything: `place`, `cancel`, `query`, `schedule`. They keep books, budget and actions in step.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from model.actions import Action, Cancel, Place, QueryOpenOrders, Role, ScheduleCancel, Side, Tif
from model.config import MakerConfig
from model.journal import LogLine, Reply
from model.market import Market
from model.orders import Answered, Order, cancel_action, cancel_sent, sent
from model.risk import Requests
from model.state import MarketState, State

NOTHING = Reply()
"""What most events are answered with."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order about to be placed: legal price and size, and why it exists."""

    side: Side
    px: Decimal
    sz: Decimal
    tif: Tif
    role: Role
    level: int | None = None
    reduce_only: bool = False
    answered: Answered | None = None


@dataclass(slots=True)
class Draft:
    """A step being made at `now` (ms).

    `freed`: markets in which an order had its last word (L-3); `collected`: amounts waiting for the next event (L-8a).
    """

    config: MakerConfig
    state: State
    now: int
    cancels: list[Cancel] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    others: list[Action] = field(default_factory=list)
    log: list[LogLine] = field(default_factory=list)
    freed: set[str] = field(default_factory=set)
    collected: set[tuple[str, Side]] = field(default_factory=set)
    mm_fill: bool | None = None

    def reply(self) -> Reply:
        """Return what leaves: the dead man's switch, cancels, placements (ALO first), queries (venue.md §1)."""
        if not (self.cancels or self.places or self.others):
            return Reply((), tuple(self.log), self.mm_fill) if self.log or self.mm_fill is not None else NOTHING
        schedules = [a for a in self.others if isinstance(a, ScheduleCancel)]
        queries = [a for a in self.others if isinstance(a, QueryOpenOrders)]
        places = sorted(self.places, key=lambda p: p.tif is not Tif.ALO)
        return Reply((*schedules, *self.cancels, *places, *queries), tuple(self.log), self.mm_fill)

    def say(self, level: str, code: str, market: str | None, text: str, *fields: tuple[str, str]) -> None:
        """Add a line to the log."""
        self.log.append(LogLine(level, code, market, text, fields))

    def say_once(self, where: MarketState, level: str, code: str, text: str) -> None:
        """Add a line to the log unless this market already said so; `forget` lets it be said again."""
        if code not in where.reported:
            where.reported |= {code}
            self.say(level, code, where.market.name, text)

    def orders_of(self, market: str) -> list[Order]:
        """Return the market's own orders not yet ended, in order of sending."""
        return [o for o in self.state.orders.values() if o.market == market]

    def keep(self, order: Order) -> None:
        """Put a changed order back: into the books, or, ended, into the memory (L-1, L-4)."""
        if order.ended:
            state = self.state
            was_live = state.orders.pop(order.cloid, None) is not None
            if was_live:
                self.freed.add(order.market)
            state.ended = state.ended.with_order(order, self.now, was_live=was_live)
        else:
            self.state.orders[order.cloid] = order

    def place(self, market: Market, wanted: Wanted) -> Order:
        """Send a new order: it is known from now on (L-1), its cloid unique for ever (L-11)."""
        state = self.state
        cloid = f"{state.prefix}{state.started_ms:012x}{state.next_cloid:012x}"
        state.next_cloid += 1
        action = Place(
            cloid=cloid,
            market=market.name,
            side=wanted.side,
            px=wanted.px,
            sz=wanted.sz,
            tif=wanted.tif,
            reduce_only=wanted.reduce_only,
            role=wanted.role,
            level=wanted.level,
            answers=wanted.answered.cloids if wanted.answered else (),
        )
        order = sent(action, self.now, wanted.answered)
        state.orders[cloid] = order
        self.places.append(action)
        self._spend()
        return order

    def cancel(self, order: Order) -> None:
        """Send a cancel, the order's first or one more; it stays known until its last word (L-2)."""
        self.state.orders[order.cloid] = cancel_sent(order, self.now)
        self.cancels.append(cancel_action(order))
        self._spend()

    def query(self) -> None:
        """Ask for open orders and positions (L-7)."""
        state = self.state
        state.query_ms = state.last_query_ms = self.now
        state.reconcile_asked = False
        self.others.append(QueryOpenOrders())

    def schedule(self, time_ms: int | None) -> None:
        """Arm the dead man's switch for `time_ms`, or clear it (L-10)."""
        self.state.armed_ms = self.now if time_ms is not None else None
        self.others.append(ScheduleCancel(time_ms))
        self._spend()

    def _spend(self) -> None:
        """Count one request (L-12)."""
        requests = self.state.requests
        self.state.requests = Requests(requests.told, requests.used + 1, requests.traded_usd)


def forget(where: MarketState, *codes: str) -> None:
    """Let these lines be said again."""
    if where.reported and not where.reported.isdisjoint(codes):
        where.reported = where.reported.difference(codes)
