"""Time bare steps of the model as an exhaustive search takes them: fork, step, name the new state, look it up.

The smallest scope that trades: one market, one level, counter-orders on. From every state met, breadth first, each
of a handful of events is tried; the events answer for the venue, so nothing but the model is measured.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections import deque
from collections.abc import Iterator
from decimal import Decimal

from model import events
from model.config import MakerConfig
from model.events import Event
from model.maker import begin, step
from model.market import Market
from model.state import State

GOLD = Market("xyz:GOLD", 4)
START_MS = 1_770_411_600_000
CONFIG = MakerConfig(
    enabled=True,
    size_per_level_usd=Decimal(40),
    max_position_usd=Decimal(100),
    counter_order_enabled=True,
)
PRICES = (Decimal("4966.1"), Decimal("4986.1"))


def settled() -> State:
    """Return a life whose start is over: both answers to its queries are told, it may quote."""
    state, _ = begin(events.Start(START_MS, 1, CONFIG, (GOLD,)))
    for _ in range(2):
        while state.query_ms is None:
            state, _ = step(CONFIG, state, events.Timer(state.now_ms + 1000))
        state, _ = step(CONFIG, state, events.OpenOrders(state.now_ms + 1, state.query_ms, (), ()))
    return state


def possible(state: State) -> Iterator[Event]:
    """Yield what may be told next: time, prices, and for each order what its state allows."""
    now = state.now_ms + 250
    yield events.Timer(now)
    for px in PRICES:
        yield events.Oracle(now, GOLD.name, px, px)
    for order in state.orders.values():
        oid = int(order.cloid[-12:], 16)
        if not order.seen_resting:
            yield events.Resting(now, GOLD.name, order.cloid, oid, order.px, order.size)
            yield events.Rejected(now, GOLD.name, order.cloid, oid)
        if order.cancel_requested:
            yield events.Canceled(now, GOLD.name, order.cloid, oid)
        if order.side is not None:
            yield events.Fill(now, GOLD.name, order.cloid, oid, now, oid, order.side, order.px, order.remaining)


def search(transitions: int) -> tuple[int, float, float]:
    """Take so many transitions breadth first; return states met, seconds in all, seconds without naming states.

    States hold no cycles: the collector of cycles finds nothing among them and would cost half the time.
    """
    gc.disable()
    first = settled()
    seen, queue, taken, steps_s = {first.canonical()}, deque([first]), 0, 0.0
    began = time.process_time()
    while queue and taken < transitions:
        state = queue.popleft()
        before = time.process_time()
        reached = [step(CONFIG, state, event)[0] for event in possible(state)]
        steps_s += time.process_time() - before
        taken += len(reached)
        for one in reached:
            key = one.canonical()
            if key not in seen:
                seen.add(key)
                queue.append(one)
    return len(seen), time.process_time() - began, steps_s


def main() -> None:
    """Print transitions per second of processor time, with and without naming and looking up the states."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transitions", type=int, default=50_000)
    wanted = parser.parse_args().transitions
    states, total_s, steps_s = search(wanted)
    print(
        f"{wanted} transitions, {states} states: {wanted / total_s:.0f} transitions/s, "
        f"of which steps alone {wanted / steps_s:.0f}/s; one core"
    )


if __name__ == "__main__":
    main()
