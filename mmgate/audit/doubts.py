"""What the maker is told, and what of it shows that something else is not told. No judgement of the maker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from mmgate.audit.chains import Known
from model import events
from model.market import Market

OLDER = (
    "fill {} of {} is older than the maker's life, and its start tells it not: put such fills into the start's fills"
)
WHOSE = "an answer tells the position of {}, and not which part of it is the other strategy's, whose fills are told"
UNSENT = "a word on order {} is told, and its sending is not"
TROUBLES = ("Only post-only orders", "Too many cumulative requests")
"""How refusals begin that are the venue's trouble, or the account's, and no fault of an order."""
FILLS, REFUSED = (events.Fill, events.TakerFill), (events.Rejected, events.SendFailed)
SETTLED_MS = 60_000
"""So long after a life's beginning words on orders of earlier ones may come."""


def troubled(event: events.Event) -> bool:
    """Say whether a word tells that the world misbehaves: no reply, or a refusal that is no fault of the order."""
    if isinstance(event, REFUSED):
        return event.reason.startswith(TROUBLES)
    return isinstance(event, events.Unknown)


class Doubts:
    """Looks at what the maker is told. `numbered`: no line is missing unnoticed; `markets`: of the mapping, if any."""

    def __init__(self, *, numbered: bool, markets: Iterable[Market], own: Callable[[str | None], bool]) -> None:
        self._numbered = numbered
        self._markets = frozenset(market.name for market in markets)
        self._own = own
        self._placed = Known()
        self._contained = Known()
        self._foreign: set[str] = set()
        self._life_ms = 0

    def began(self, start: events.Start) -> None:
        """A life begins with orders and fills."""
        self._life_ms = start.now_ms
        for order in start.open_orders:
            self._placed.add(order.cloid)
        for fill in start.fills:
            self._contained.add((fill.time_ms, fill.market, fill.tid))

    def placed(self, cloid: str) -> None:
        """An order is sent."""
        self._placed.add(cloid)

    def told(self, now_ms: int, event: events.Event) -> list[str]:
        """Return what a word or fill needs and nothing told."""
        found = []
        if not self._numbered and now_ms - self._life_ms > SETTLED_MS:
            cloid = getattr(event, "cloid", None)
            if cloid is not None and self._own(cloid) and cloid not in self._placed:
                self._placed.add(cloid)
                found.append(UNSENT.format(cloid))
        if isinstance(event, FILLS) and event.snapshot and event.market in self._markets:
            key = (event.time_ms, event.market, event.tid)
            if event.time_ms < self._life_ms and key not in self._contained:
                self._contained.add(key)
                found.append(OLDER.format(event.tid, event.market))
        return found

    def shared(self, told: Iterable[events.Event]) -> Iterator[str]:
        """Yield doubts of positions whose parts are not told, where the other strategy trades the market, too."""
        for event in told:
            if isinstance(event, events.TakerFill):
                self._foreign.add(event.market)
            elif isinstance(event, events.OpenOrders):
                shared = [one.market for one in event.positions if one.market in self._foreign and one.size]
                if shared:
                    yield WHOSE.format(shared[0])
