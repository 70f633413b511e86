"""From maker to venue: actions in batches, each a message that may be late, lost, or not leave at all."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import groupby

from model.actions import Action, Cancel, Place, QueryOpenOrders, Tif
from sim import refusals
from sim.by_hand import Hands
from sim.clock import Clock
from sim.downlink import MOST_UNDER_WAY, Downlink, Flood, Latency
from sim.exchange import Batch, BatchKind, Exchange, market_of, not_sent
from sim.faults import FaultKind, FaultTable
from sim.parameters import Parameters
from sim.randomness import Noise

_LOST = {
    BatchKind.POSTING: FaultKind.LOSE_PLACE,
    BatchKind.CROSSING: FaultKind.LOSE_PLACE,
    BatchKind.CANCELS: FaultKind.LOSE_CANCEL,
    BatchKind.QUERY: FaultKind.QUERY_LOST,
}


def kind_of(action: Action) -> BatchKind:
    """Return the class of an action (port protocol: cancels, ALO places, places with a GTC or IOC)."""
    if isinstance(action, Place):
        return BatchKind.POSTING if action.tif is Tif.ALO else BatchKind.CROSSING
    if isinstance(action, Cancel):
        return BatchKind.CANCELS
    return BatchKind.QUERY if isinstance(action, QueryOpenOrders) else BatchKind.SWITCH


def batches(actions: Iterable[Action]) -> Iterator[tuple[BatchKind, tuple[Action, ...]]]:
    """Yield the neighbours of one class; queries and switches travel alone."""
    for kind, group in groupby(actions, kind_of):
        if kind in (BatchKind.QUERY, BatchKind.SWITCH):
            yield from ((kind, (one,)) for one in group)
        else:
            yield kind, tuple(group)


class Uplink:
    """What the maker sends. Orders keep their order unless that fault strikes; queries travel apart from them."""

    def __init__(
        self,
        clock: Clock,
        seed: int,
        parameters: Parameters,
        faults: FaultTable,
        exchange: Exchange,
        downlink: Downlink,
        hands: Hands,
    ) -> None:
        self.under_way = 0
        self._hands = hands
        self._clock = clock
        self._faults = faults
        self._exchange = exchange
        self._downlink = downlink
        self._latency = Latency(parameters.latency_median_ms, parameters.latency_max_ms)
        self._noise = Noise(seed, "latency orders")
        self._query_noise = Noise(seed, "latency queries")
        self._queue: deque[Batch] = deque()
        self._last_due_ms = 0

    def send(self, actions: tuple[Action, ...]) -> None:
        """Send the actions of one reply, in their order."""
        now = self._clock.now_ms
        for kind, group in batches(actions):
            batch = Batch(kind, group, now, self._downlink.connection)
            if self._downlink.connected:
                self._send(now, batch)
            else:
                self._fail(batch)

    def _fail(self, batch: Batch) -> None:
        """Tell the maker that orders and cancels did not leave; for the rest there is no such word."""
        for action in batch.actions:
            if isinstance(action, Place | Cancel):
                self._downlink.local(not_sent(action, refusals.NOT_CONNECTED))

    def _send(self, now_ms: int, batch: Batch) -> None:
        lost = _LOST.get(batch.kind)
        if lost is not None and self._faults.strikes(lost, now_ms, market_of(batch)):
            return
        self.under_way += 1
        if self.under_way > MOST_UNDER_WAY:
            raise Flood
        query = batch.kind is BatchKind.QUERY
        if self._hands.working:
            self._hands.hold("queries" if query else "orders", self._arrive, batch)
            return
        noise = self._query_noise if query else self._noise
        due = now_ms + self._latency.ms(noise.draw(now_ms)) + self._faults.extra_ms(now_ms)
        if query or self._faults.strikes(FaultKind.REORDER, now_ms):
            self._clock.at(due, self._arrive, batch)
            return
        self._last_due_ms = max(due, self._last_due_ms)
        self._queue.append(batch)
        self._clock.at(self._last_due_ms, self._arrive_next)

    def lost(self) -> None:
        """Forget one batch that a fault met on its way."""
        self.under_way -= 1

    def _arrive_next(self, _value: object) -> None:
        self._arrive(self._queue.popleft())

    def _arrive(self, batch: Batch) -> None:
        self.under_way -= 1
        self._exchange.receive(batch)
