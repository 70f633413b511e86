"""What a maker remembers for long, shared between forks: persistent collections that never change in place.

`FillSet` holds the identities of fills for ever (L-4); `EndedOrders` the ended orders of the last minutes (L-4).
Adding returns a new collection that shares almost everything with the old one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from model.orders import ROLE_MEMORY_MS, Order

FillId: TypeAlias = tuple[int, str, int]
"""(venue time in ms, market, tid): `tid` alone is not unique (L-4)."""

CHUNK = 64
"""How many ended orders lie in one shared chunk."""


@dataclass(frozen=True, slots=True)
class FillSet:
    """A growing set of fill identities, as runs of falling size: adding costs O(log n) amortised."""

    runs: tuple[frozenset[FillId], ...] = ()

    def __contains__(self, identity: FillId) -> bool:
        """Tell whether the fill was seen."""
        return any(identity in run for run in self.runs)

    def __len__(self) -> int:
        """Count the fills seen."""
        return sum(len(run) for run in self.runs)

    def with_fill(self, identity: FillId) -> FillSet:
        """Return the set with one more fill."""
        runs = [*self.runs, frozenset((identity,))]
        while len(runs) > 1 and len(runs[-2]) <= 2 * len(runs[-1]):
            runs[-2:] = [runs[-2] | runs[-1]]
        return FillSet(tuple(runs))

    def identities(self) -> frozenset[FillId]:
        """Return the fills seen, whatever the order in which they were."""
        return self.runs[0] if len(self.runs) == 1 else frozenset().union(*self.runs)

    @staticmethod
    def of(identities: frozenset[FillId]) -> FillSet:
        """Return the set of these fills."""
        return FillSet((identities,) if identities else ())


class Ended(NamedTuple):
    """An ended order and when it ended, in ms."""

    order: Order
    ended_ms: int


class Chunk(NamedTuple):
    """Some ended orders by cloid, and when the last of them ended, in ms."""

    orders: dict[str, Ended]
    newest_ms: int


@dataclass(frozen=True, slots=True)
class EndedOrders:
    """The orders that ended within `ROLE_MEMORY_MS`, in chunks, the latest in the last one (L-4).

    `again`: those that came back, which alone can end a second time (L-7a).
    """

    chunks: tuple[Chunk, ...] = ()
    again: frozenset[str] = frozenset()

    def find(self, cloid: str, now_ms: int) -> Ended | None:
        """Return the ended order of that cloid, or None if it is unknown or too old."""
        for chunk in reversed(self.chunks):
            ended = chunk.orders.get(cloid)
            if ended is not None:
                return ended if now_ms - ended.ended_ms <= ROLE_MEMORY_MS else None
        return None

    def find_oid(self, oid: int, now_ms: int) -> Ended | None:
        """Return the ended order of that oid, or None."""
        for chunk in reversed(self.chunks):
            for cloid, ended in chunk.orders.items():
                if ended.order.oid == oid and now_ms - ended.ended_ms <= ROLE_MEMORY_MS:
                    return self.find(cloid, now_ms)
        return None

    def canonical(self) -> tuple[object, ...]:
        """Return the ended orders in the order in which they ended, hashable; how they lie in chunks says nothing."""
        return self.again, tuple([ended for chunk in self.chunks for ended in chunk.orders.values()])

    def with_revived(self, cloid: str) -> EndedOrders:
        """Return the memory that knows of an order's coming back (L-7a)."""
        return EndedOrders(self.chunks, self.again | {cloid})

    def with_order(self, order: Order, now_ms: int, *, was_live: bool = False) -> EndedOrders:
        """Return the memory with one more ended order, or a newer word on it; what is too old is dropped.

        A newer word leaves the time of its end as it was. `was_live`: it was known to be live until now.
        """
        first = was_live and order.cloid not in self.again
        known = None if first else self.find(order.cloid, now_ms)
        ended = Ended(order, known.ended_ms if known else now_ms)
        chunks, last = self.chunks, {order.cloid: ended}
        if chunks and len(chunks[-1].orders) < CHUNK:
            last = {**chunks[-1].orders, order.cloid: ended}
            chunks = chunks[:-1]
        while chunks and now_ms - chunks[0].newest_ms > ROLE_MEMORY_MS:
            chunks = chunks[1:]
        return EndedOrders((*chunks, Chunk(last, now_ms)), self.again)
