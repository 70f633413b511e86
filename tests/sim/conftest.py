"""A scripted maker, a world of one market, and a look at what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import pytest

from model.actions import Action, Cancel, Place, Side, Tif
from model.config import MakerConfig
from model.events import Event, Oracle, Start
from model.journal import Books, Record, Reply, Turn
from model.market import Market
from sim.parameters import Finish, Parameters
from sim.run import run
from sim.script import SetPrices, Step, WorldQuote
from sim.ticks import nearest_price
from sim.world import World

MARKET = "xyz:GOLD"


class Scripted:
    """A maker that sends given actions at the first event at or after given times (ms after the run's start).

    With `react`, it is that function that answers each event.
    """

    name = "scripted"
    features: frozenset[str] = frozenset()

    def __init__(
        self, actions: Iterable[tuple[int, Action]] = (), react: Callable[[Event], Reply] | None = None
    ) -> None:
        self.react = react
        self.waiting = sorted(actions, key=lambda one: one[0])
        self.starts: list[Start] = []

    def start(self, start: Start) -> Reply:
        self.starts.append(start)
        return self.answer(start.now_ms)

    def handle(self, event: Event) -> Reply:
        return self.react(event) if self.react else self.answer(event.now_ms)

    def answer(self, now_ms: int) -> Reply:
        due = tuple(action for at, action in self.waiting if at <= now_ms)
        self.waiting = [(at, action) for at, action in self.waiting if at > now_ms]
        return Reply(due)

    def books(self) -> Books | None:
        return None


class Seen:
    """All records of a run, and the events that the maker was told."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def observe(self, record: Record) -> None:
        self.records.append(record)

    def of(self, *kinds: type) -> list[Any]:
        return [record for record in self.records if isinstance(record, kinds)]

    def told(self, *kinds: type) -> list[Any]:
        return [turn.event for turn in self.of(Turn) if isinstance(turn.event, kinds)]


class Ladder:
    """A maker that answers each usable oracle by cancelling its two quotes and placing two new ones."""

    name = "ladder"
    features: frozenset[str] = frozenset()

    def start(self, start: Start) -> Reply:
        self.count = start.life * 10**6
        self.live: dict[str, list[str]] = {}
        return Reply(tuple(Cancel(o.market, o.oid) for o in start.open_orders))

    def handle(self, event: Event) -> Reply:
        if not isinstance(event, Oracle) or event.oracle_px <= 0:
            return Reply()
        actions: list[Action] = [Cancel(event.market, None, cloid) for cloid in self.live.pop(event.market, ())]
        self.live[event.market] = []
        for side in Side:
            self.count += 1
            px = nearest_price(event.oracle_px * (1 - side.sign * Decimal(20) / 10000), 4)
            cloid = f"0x{self.count:032x}"
            self.live[event.market].append(cloid)
            actions.append(Place(cloid, event.market, side, px, Decimal("0.01"), Tif.ALO))
        return Reply(tuple(actions))

    def books(self) -> Books | None:
        return None


def order(cloid: int, side: Side, px: str, sz: str = "1", tif: Tif = Tif.ALO, *, reduce_only: bool = False) -> Place:
    return Place(f"0x{cloid:032x}", MARKET, side, Decimal(px), Decimal(sz), tif, reduce_only)


def quote(at_ms: int, bid: str = "99", ask: str = "101", sz: str = "10") -> WorldQuote:
    return WorldQuote(at_ms, MARKET, Decimal(bid), Decimal(sz), Decimal(ask), Decimal(sz))


Play = Callable[..., Seen]


@pytest.fixture
def play() -> Play:
    """Run a script of one market at 100, bid 99, ask 101, against a maker; latency is 100 ms, blocks 70 ms."""

    def play_it(
        maker: Scripted | list[tuple[int, Action]],
        *steps: Step,
        end_ms: int = 10_000,
        seed: int = 1,
        finish: Finish = Finish.CUT,
        latency: tuple[int, int] = (100, 100),
        config: MakerConfig | None = None,
        **others: Any,
    ) -> Seen:
        given = Parameters(0, end_ms, finish, latency_median_ms=latency[0], latency_max_ms=latency[1], **others)
        script = (SetPrices(0, MARKET, Decimal(100), Decimal(100)), quote(0), *steps)
        world = World("test", seed, config or MakerConfig(), (Market(MARKET, 2),), script, given)
        seen = Seen()
        run(world, maker if isinstance(maker, Scripted) else Scripted(maker), [seen])
        return seen

    return play_it


@pytest.fixture
def scripted() -> type[Scripted]:
    return Scripted


@pytest.fixture
def ladder() -> type[Ladder]:
    return Ladder


@pytest.fixture(name="order")
def order_() -> Callable[..., Place]:
    return order


@pytest.fixture(name="quote")
def quote_() -> Callable[..., WorldQuote]:
    return quote
