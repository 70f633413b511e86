"""A desk to try the maker at: tell it things by hand, look at what it answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from model.actions import Action, Cancel, Place, QueryOpenOrders, Role, ScheduleCancel, Side
from model.config import MakerConfig
from model.events import (
    Canceled,
    Event,
    Fill,
    OpenOrder,
    OpenOrders,
    Oracle,
    Position,
    Resting,
    Start,
    TakerFill,
    Timer,
)
from model.journal import LogLine, Reply
from model.maker import Reference
from model.market import Market

GOLD = "xyz:GOLD"
SATURDAY_MS = int(datetime(2026, 2, 7, 12, tzinfo=UTC).timestamp() * 1000)
SUNDAY_2100_MS = int(datetime(2026, 2, 8, 21, tzinfo=UTC).timestamp() * 1000)

CONFIG = MakerConfig(
    enabled=True,
    num_levels=2,
    size_per_level_usd=Decimal(100),
    max_position_usd=Decimal(1000),
    wick_min_samples=3,
)


class Desk:
    """Drives one reference maker; `now` is the time of the next event, `reply` the last answer."""

    def __init__(self, config: MakerConfig, now: int = SATURDAY_MS, **start: Any) -> None:
        self.maker = Reference()
        self.now = now
        self.oids = count(100)
        self.tids = count(1)
        self.sent: dict[str, Place] = {}
        record = Start(now, 1, config, (Market(GOLD, 4),), **start)
        self.reply = self._noted(self.maker.start(record))

    def _noted(self, reply: Reply) -> Reply:
        for place in reply.actions:
            if isinstance(place, Place):
                self.sent[place.cloid] = place
        return reply

    def tell(self, event: Event) -> Reply:
        """Tell an event at the current time."""
        self.reply = self._noted(self.maker.handle(replace(event, now_ms=self.now)))
        return self.reply

    def pass_time(self, ms: int) -> Reply:
        """Let time pass, then tell a timer."""
        self.now += ms
        return self.tell(Timer(0))

    def oracle(self, px: str, mark: str | None = "same", after: int = 0) -> Reply:
        """Tell a price; the mark is the same unless given."""
        self.now += after
        mark_px = Decimal(px) if mark == "same" else None if mark is None else Decimal(mark)
        return self.tell(Oracle(0, GOLD, Decimal(px), mark_px))

    def resting(self, place: Place) -> Reply:
        """Tell that a placed order rests."""
        return self.tell(Resting(0, GOLD, place.cloid, next(self.oids), place.px, place.sz))

    def canceled(self, place: Place) -> Reply:
        """Tell that the order was cancelled."""
        return self.tell(Canceled(0, GOLD, place.cloid, None))

    def fill(self, place: Place, sz: Decimal | None = None, **more: Any) -> Reply:
        """Tell a fill of the order, of its whole size unless said."""
        fill = Fill(
            0, GOLD, place.cloid, None, self.now, next(self.tids), place.side, place.px, sz or place.sz,
        )  # fmt: skip
        return self.tell(replace(fill, **more))

    def taker_fill(self, side: Side, px: str, sz: str, pnl: str = "0") -> Reply:
        """Tell a fill of the account's other strategy."""
        return self.tell(
            TakerFill(
                0, GOLD, None, 1, self.now, next(self.tids), side, Decimal(px), Decimal(sz), closed_pnl=Decimal(pnl)
            )
        )

    def answer(self, orders: tuple[OpenOrder, ...] = (), net: str = "0", taker: str = "0", after: int = 0) -> Reply:
        """Answer the outstanding query with these orders and positions."""
        query_ms = self.maker.state.query_ms
        assert query_ms is not None, "no query is outstanding"
        self.now += after
        position = Position(GOLD, Decimal(net) + Decimal(taker), Decimal(taker))
        return self.tell(OpenOrders(0, query_ms, orders, (position,)))

    def settle(self, orders: tuple[OpenOrder, ...] = (), net: str = "0", taker: str = "0") -> None:
        """Answer the start's first and its repeated query: quoting may begin."""
        self.answer(orders, net, taker, after=100)
        self.pass_time(5000)
        self.answer(orders, net, taker, after=100)

    def quoting(self, px: str = "5000") -> list[Place]:
        """Settle, tell a price, confirm the ladder; return its places."""
        self.settle()
        self.oracle(px)
        placed = self.places()
        for place in placed:
            self.resting(place)
        return placed

    def places(self, role: Role | None = None) -> list[Place]:
        """Return the last answer's placements."""
        return [a for a in self.reply.actions if isinstance(a, Place) and (role is None or a.role is role)]

    def cancels(self) -> list[Cancel]:
        """Return the last answer's cancels."""
        return [a for a in self.reply.actions if isinstance(a, Cancel)]

    def queries(self) -> list[Action]:
        """Return the last answer's queries."""
        return [a for a in self.reply.actions if isinstance(a, QueryOpenOrders)]

    def schedules(self) -> list[ScheduleCancel]:
        """Return the last answer's settings of the dead man's switch."""
        return [a for a in self.reply.actions if isinstance(a, ScheduleCancel)]

    def codes(self) -> list[str]:
        """Return the codes of the last answer's log."""
        return [line.code for line in self.reply.log]

    def logged(self, code: str) -> list[LogLine]:
        """Return the last answer's log lines of that code."""
        return [line for line in self.reply.log if line.code == code]

    def live(self) -> list[str]:
        """Return the cloids that the maker believes not yet ended."""
        return [o.cloid for o in self.maker.books().orders]

    def net(self) -> Decimal:
        """Return the position that the maker believes."""
        return self.maker.books().positions[0].net

    def open_order(self, place: Place, remaining: Decimal | None = None, oid: int = 7) -> OpenOrder:
        """Return a placed order as an answer tells it."""
        return OpenOrder(GOLD, oid, place.cloid, place.side, place.px, remaining or place.sz)


@pytest.fixture
def desk() -> type[Desk]:
    """The desk's class: `desk(CONFIG)` opens one."""
    return Desk


@pytest.fixture
def config() -> MakerConfig:
    """A small enabled config: two levels of 100 USD, limit 1000 USD."""
    return CONFIG
