"""What the maker remembers to save work changes no answer: due times of orders, valuations, ladders, prices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from model import events
from model.actions import Place
from model.config import CounterTif, MakerConfig
from model.journal import Reply
from model.live import NEVER_MS, Limits, LiveOrders, due_ms
from model.maker import begin, step
from model.market import Market
from model.state import State

GOLD = Market("xyz:GOLD", 4)
SATURDAY_MS = 1_770_465_600_000
HASTY = MakerConfig(
    enabled=True,
    num_levels=2,
    size_per_level_usd=Decimal(40),
    max_position_usd=Decimal(200),
    requote_interval_ms=400,
    stale_cancel_timeout_ms=900,
    sent_timeout_ms=700,
    counter_order_enabled=True,
    counter_order_tif=CounterTif.GTC,
    counter_max_age_ms=1500,
    dynamic_offset_enabled=True,
    velocity_skew_enabled=True,
    wick_min_samples=2,
    adverse_decay_ms=3000,
    max_hourly_drawdown_usd=Decimal(5),
)


def forgetful(config: MakerConfig, state: State) -> State:
    """Return the state without anything remembered."""
    bare = state.fork()
    bare.orders = LiveOrders(Limits.of(config))
    for cloid, order in state.orders.items():
        bare.orders[cloid] = order
    for where in bare.markets.values():
        where.valued = where.built = where.priced = None
    return bare


class Chance:
    """Tells a life of chance events, most of them on orders that were sent."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.now, self.px, self.tid = SATURDAY_MS, Decimal(5000), 0
        self.sent: list[Place] = []

    def start(self, config: MakerConfig) -> events.Start:
        """Return the start."""
        return events.Start(self.now, 1, config, (GOLD,))

    def heard(self, reply: Reply) -> None:
        """Keep what was sent."""
        self.sent += [a for a in reply.actions if isinstance(a, Place)]

    def next(self, state: State) -> events.Event:
        """Return the next event."""
        self.now += self.random.choice((0, 1, 50, 250, 250, 800))
        if state.query_ms is not None and self.random.random() < 0.3:
            return events.OpenOrders(self.now, state.query_ms, (), ())
        kinds = [self.timer, self.oracle] + ([self.word, self.fill] if self.sent else [])
        return self.random.choice(kinds)()

    def timer(self) -> events.Event:
        """Let time pass."""
        return events.Timer(self.now)

    def oracle(self) -> events.Event:
        """Move the price, the mark now and then apart or gone."""
        self.px += self.random.randrange(-15, 16)
        mark = self.random.choice((self.px, self.px, self.px, self.px + 5, self.px * 2, None))
        return events.Oracle(self.now, GOLD.name, self.px, mark)

    def word(self) -> events.Event:
        """Say something of one of the latest orders."""
        order = self.random.choice(self.sent[-8:])
        names = (self.now, GOLD.name, order.cloid, None)
        return self.random.choice(
            (
                events.Resting(*names, order.px, order.sz),
                events.Resting(*names, order.px, order.sz),
                events.Canceled(*names),
                events.Rejected(*names),
                events.CancelRejected(*names),
                events.Unknown(*names),
                events.SendFailed(*names),
            )
        )

    def fill(self) -> events.Event:
        """Fill one of the latest orders, whole or by half."""
        order, self.tid = self.random.choice(self.sent[-8:]), self.tid + 1
        sz = order.sz / self.random.choice((1, 2))
        kind = self.random.choice((events.Fill, events.Fill, events.Fill, events.TakerFill))
        return kind(self.now, GOLD.name, order.cloid, None, self.now, self.tid, order.side, order.px, sz)


def life(config: MakerConfig, seed: int, turns: int) -> Iterator[tuple[State, events.Event, State, Reply]]:
    """Yield each turn of a chance life: the state before it, the event, the state and the reply after it."""
    chance = Chance(seed)
    state, reply = begin(chance.start(config))
    for _ in range(turns):
        chance.heard(reply)
        event = chance.next(state)
        before = state
        state, reply = step(config, before, event)
        yield before, event, state, reply


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "config", [HASTY, replace(HASTY, stale_cancel_timeout_ms=0, weekend_only=False)], ids=["hasty", "unhalted"]
)
def test_a_maker_that_remembers_nothing_answers_alike(config, seed):
    for before, event, after, reply in life(config, seed, 250):
        anew, bare_reply = step(config, forgetful(config, before), event)
        assert bare_reply == reply
        assert anew.canonical() == after.canonical()


@pytest.mark.parametrize("seed", range(3))
def test_no_order_is_due_before_the_orders_say_so(seed):
    limits, turns = Limits.of(HASTY), 0
    for _, _, state, _ in life(HASTY, 100 + seed, 250):
        earliest = min((due_ms(order, limits) for order in state.orders.values()), default=NEVER_MS)
        assert state.fork().orders.any_due(state.now_ms) == (earliest <= state.now_ms)
        turns += earliest < NEVER_MS
    assert turns > 50
