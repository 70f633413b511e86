"""Telling a story to the reference, event by event, with a desk that keeps what the venue would know.

A story is open loop: its events are known beforehand, so a port can be told the same ones. The desk answers
queries, numbers orders and fills, and remembers what rests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from mmgate.vectors.case import Case, Data
from mmgate.vectors.recorded import Recorded
from model import events
from model.actions import Place, QueryOpenOrders, Role, Side, Tif
from model.config import MakerConfig
from model.events import Event, OpenOrder, Position, Start
from model.journal import Reply
from model.market import Market

GOLD = Market("xyz:GOLD", 4, Decimal(10))
TRIP_MS = 120
"""How long the desk takes to answer a query."""
LONGEST = 400
"""So many steps may a story have."""


@dataclass(slots=True)
class Standing:
    """One order as the venue has it."""

    place: Place
    oid: int
    left: Decimal
    rests: bool = False
    over: bool = False


class Teller:
    """A story in the making: tell events, and it becomes a case."""

    def __init__(self, config: MakerConfig, start_ms: int, markets: tuple[Market, ...] = (GOLD,)) -> None:
        self.config, self.markets = config, markets
        self.now_ms = start_ms
        self.orders: dict[str, Standing] = {}
        self.size = dict.fromkeys((market.name for market in markets), Decimal(0))
        self.taker = dict.fromkeys((market.name for market in markets), Decimal(0))
        self.strangers: list[OpenOrder] = []
        """Open orders of the account that no one here has sent; answers and starts tell them too."""
        self._maker = Recorded()
        self._life = 0
        self._queries: list[int] = []
        self._fills: list[events.Fill | events.TakerFill] = []
        self._tid = 0

    @property
    def steps(self) -> list[Data]:
        """What was told so far."""
        return self._maker.steps

    # -- what is told

    def start(self) -> Reply:
        """Begin a life, the first or one more."""
        self._life += 1
        start = Start(
            self.now_ms,
            self._life,
            self.config,
            self.markets,
            self._open_orders(),
            self._positions(),
            tuple(self._fills),
        )
        return self.begin(start)

    def begin(self, start: Start) -> Reply:
        """Begin a life as it is told."""
        self._queries.clear()
        return self._heard(self._maker.start(start))

    def tell(self, event: Event) -> Reply:
        """Tell an event."""
        assert len(self.steps) < LONGEST, "a story must stay short"
        self.now_ms = max(self.now_ms, event.now_ms)
        return self._heard(self._maker.handle(event))

    def after(self, ms: int) -> int:
        """Let time pass; return the time then."""
        self.now_ms += ms
        return self.now_ms

    def timer(self, ms: int = 250) -> Reply:
        """Tell that time has passed."""
        return self.tell(events.Timer(self.after(ms)))

    def price(self, px: str, mark: str | None = None, ms: int = 200) -> Reply:
        """Tell an oracle price, and a mark if it is another."""
        return self.tell(events.Oracle(self.after(ms), GOLD.name, Decimal(px), Decimal(mark or px)))

    def answer_queries(self) -> None:
        """Answer what was asked, in order."""
        while self._queries:
            self.answer(self._open_orders(), self._positions())

    def answer(
        self, orders: tuple[OpenOrder, ...] = (), positions: tuple[Position, ...] = (), ms: int = TRIP_MS
    ) -> Reply:
        """Answer the oldest query with what is said here, `ms` after it was sent at the earliest."""
        sent_ms = self._queries.pop(0)
        return self.tell(events.OpenOrders(max(self.now_ms, sent_ms + ms), sent_ms, orders, positions))

    def must_ask(self, since: int) -> None:
        """Say that from that step to the last one open orders must be asked for, whenever."""
        self._maker.must_ask(since)

    def settle(self, ms: int) -> None:
        """Let time pass in timers, each query answered."""
        until_ms = self.now_ms + ms
        while self.now_ms < until_ms:
            self.answer_queries()
            self.timer(min(1000, until_ms - self.now_ms))
        self.answer_queries()

    # -- what happens to an order

    def find(self, side: Side, role: Role = Role.LADDER) -> Standing:
        """Return the latest order of a side and role."""
        return [one for one in self.orders.values() if one.place.side is side and one.place.role is role][-1]

    def acknowledge_all(self) -> None:
        """Let every order sent rest."""
        for order in list(self.orders.values()):
            if not (order.rests or order.over) and order.place.tif is not Tif.IOC:
                self.ack(order)

    def ack(self, order: Standing, ms: int = 20) -> Reply:
        """The order rests."""
        order.rests = True
        place = order.place
        return self.tell(events.Resting(self.after(ms), place.market, place.cloid, order.oid, place.px, order.left))

    def fill(self, order: Standing, share: str = "1", ms: int = 20, **changes: Any) -> Reply:
        """A share of what is left is filled."""
        place = order.place
        lot = Decimal(1).scaleb(-GOLD.sz_decimals)
        sz = order.left if share == "1" else (order.left * Decimal(share)).quantize(lot)
        order.left -= sz
        order.over = order.over or order.left == 0
        self._tid += 1
        at_ms = self.after(ms)
        told: dict[str, Any] = {"crossed": place.tif is Tif.IOC, "fee": Decimal("0.01"), **changes}
        fill = events.Fill(
            at_ms, place.market, place.cloid, order.oid, at_ms - 10, self._tid, place.side, place.px, sz, **told
        )
        self.size[place.market] += sz * place.side.sign
        self._fills.append(fill)
        return self.tell(fill)

    def taker_fill(self, side: Side, px: str, sz: str, closed_pnl: str = "0", ms: int = 20) -> Reply:
        """The account's other strategy trades."""
        self._tid += 1
        at_ms = self.after(ms)
        fill = events.TakerFill(
            at_ms, GOLD.name, "0xffffffff" + "0" * 23 + "1", 9000 + self._tid, at_ms - 10, self._tid, side,
            Decimal(px), Decimal(sz), fee=Decimal("0.02"), closed_pnl=Decimal(closed_pnl),
        )  # fmt: skip
        self.size[GOLD.name] += fill.sz * side.sign
        self.taker[GOLD.name] += fill.sz * side.sign
        self._fills.append(fill)
        return self.tell(fill)

    def canceled(self, order: Standing, ms: int = 20) -> Reply:
        """The venue cancelled it."""
        order.rests, order.over = False, True
        return self.tell(events.Canceled(self.after(ms), order.place.market, order.place.cloid, order.oid))

    def cancel_rejected(self, order: Standing, ms: int = 20) -> Reply:
        """A cancel found nothing."""
        return self.tell(events.CancelRejected(self.after(ms), order.place.market, order.place.cloid, order.oid))

    def rejected(self, order: Standing, ms: int = 20) -> Reply:
        """The venue refused the order."""
        order.over = True
        return self.tell(events.Rejected(self.after(ms), order.place.market, order.place.cloid, order.oid, "refused"))

    def done(self, order: Standing, ms: int = 20) -> Reply:
        """An IOC has its last word."""
        order.over = True
        filled = order.place.sz - order.left
        return self.tell(events.Done(self.after(ms), order.place.market, order.place.cloid, order.oid, filled))

    # -- the case

    def case(self, name: str, why: str, rules: str, specs: str, origin: str, *, logs: bool = True) -> Case:
        """Return the story as a vector: all steps, all answers, the books at the end."""
        return self._maker.case(name, why, rules, specs, origin, logs=logs)

    def _heard(self, reply: Reply) -> Reply:
        for action in reply.actions:
            if isinstance(action, Place):
                self.orders[action.cloid] = Standing(action, 100 + len(self.orders), action.sz)
            elif isinstance(action, QueryOpenOrders):
                self._queries.append(self.now_ms)
        return reply

    def _open_orders(self) -> tuple[OpenOrder, ...]:
        return (*self._resting(), *self.strangers)

    def _resting(self) -> Iterator[OpenOrder]:
        for order in self.orders.values():
            place = order.place
            if order.rests and not order.over:
                yield OpenOrder(
                    place.market, order.oid, place.cloid, place.side, place.px, order.left, place.reduce_only
                )

    def _positions(self) -> tuple[Position, ...]:
        return tuple(Position(name, size, self.taker[name]) for name, size in self.size.items())


Story: TypeAlias = Callable[[], Teller]
Stories: TypeAlias = Mapping[str, tuple[Story, str, str, str]]
"""By name: what is told, why, the rules and the specs that it shows."""


def cases_of(stories: Stories, page: str, origin: str, unsaid: Set[str] = frozenset()) -> Iterator[Case]:
    """Yield the stories of a page, each told anew; of those in `unsaid` the log lines are not compared."""
    for name, (tell, why, rules, specs) in stories.items():
        yield tell().case(f"{page}/{name}", why, rules, specs, origin, logs=name not in unsaid)
