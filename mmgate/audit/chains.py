"""What a log's records say about each other: where one speaks of something that no other told, a line is missing.

Nothing here is a judgement of the maker. Only what the venue and the process themselves keep in step is looked at,
and what faults, deaths and outages explain is no evidence.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from mmgate.audit.joins import UNSEEN
from mmgate.audit.silences import UNANSWERED
from model import events, journal
from model.actions import Cancel, Place, QueryOpenOrders

REMEMBERED = 20_000
"""Identities kept of what waits for its counterpart."""
ZERO = Decimal(0)
ROUGH = (journal.FaultBegan, journal.Crashed, journal.MakerFailed)
TROUBLES = (*ROUGH, journal.FaultHealed)
ONLINE = (events.Oracle, events.Resting, events.OpenOrders, events.Fill)
DEAD, OFFLINE = "dead", "offline"
SKEW_MS = 1_000
"""Times that go back by more show two clocks, not one."""
UNSENT = "order {} reached the venue, and its sending is not told"
Missing: TypeAlias = Sequence[str]
NOTHING: Missing = ()

Prices: TypeAlias = tuple[Decimal, Decimal | None]
Priced: TypeAlias = tuple[Prices, int]
"""Prices and when the venue set them."""
ANSWERS: Mapping[type, str] = {
    events.Resting: "resting",
    events.Done: "executed",
    events.Canceled: "canceled",
    events.Rejected: "refused",
}
"""What a maker is told of an order, once at least, for what the venue did with it, unless the world misbehaves."""


class Known:
    """The latest identities of one kind, forgetting the oldest."""

    def __init__(self) -> None:
        self._kept: OrderedDict[object, None] = OrderedDict()

    def add(self, key: object) -> None:
        """Remember a key."""
        self._kept[key] = None
        if len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)

    def take(self, key: object) -> bool:
        """Forget a key; say whether it was known."""
        return self._kept.pop(key, self) is not self

    def __contains__(self, key: object) -> bool:
        return key in self._kept


class Chains:
    """Looks at each record and tells what must be missing before it. `timers`: whether every timer is told.

    `priced`: whether so far no price told to the maker can be missing unnoticed: the venue's are known, each one, and
    nothing was troubled.
    """

    def __init__(self) -> None:
        self.timers = True
        self._now_ms = 0
        self._life = 0
        self._timer_ms = 0
        self._last_timer_ms: int | None = None
        self._silent = False
        self._sent = Known()
        self._asked = Known()
        self._foreign = Known()
        self._traded = Known()
        self._open: dict[int, Decimal] = {}
        self._rough = False
        self._untold: OrderedDict[object, None] = OrderedDict()
        self._size: dict[str, Decimal] = {}
        self._began_ms = 0
        self._cancels = Known()
        self._unheard: OrderedDict[tuple[str, int], None] = OrderedDict()
        self._heard = Known()
        self._strange = 0
        self._prices: dict[str, deque[Priced]] = {}
        self._troubles: dict[str, None] = {}
        self._troubled_ms = 0
        self.priced = True
        self._told: dict[type, Callable[[Any], Missing]] = {
            events.Timer: self._timer,
            events.Fill: self._fill,
            events.TakerFill: self._fill,
            events.Oracle: self._priced,
            events.OpenOrders: self._answer,
            events.Connected: self._connected,
            events.Disconnected: self._disconnected,
        }
        self._look: dict[type, Callable[[Any], Missing]] = {
            journal.Turn: self._turn,
            journal.OrderOpened: self._opened,
            journal.OrderClosed: self._closed,
            journal.OrderRefused: self._landed,
            journal.OrderExecuted: self._landed,
            journal.Traded: self._trade,
            journal.PricesSet: self._prices_set,
            journal.RunEnded: lambda record: list(self._ended(record)),
        }

    def missing(self, record: journal.Record) -> Missing:
        """Return a sentence for each thing that a record needs and nothing told."""
        kind, back_ms = type(record), self._now_ms - record.now_ms
        if back_ms < 0:
            self._now_ms = record.now_ms
        if kind in TROUBLES:
            self._trouble(record)
        look, found = self._look.get(kind), NOTHING
        if look is not None:
            found = look(record)
        elif kind is journal.RunStarted:
            self._run(record)
        elif kind in ROUGH and not (isinstance(record, journal.FaultBegan) and record.kind == UNANSWERED):
            self._rough = self._silent = True
        if back_ms > SKEW_MS:
            return [f"the time goes back by {back_ms} ms: two clocks, or lines out of order", *found]
        return found

    def _run(self, record: journal.Record) -> None:
        assert isinstance(record, journal.RunStarted)
        self._timer_ms, self._began_ms = record.timer_ms, record.now_ms

    # -- the maker's side

    def _turn(self, turn: journal.Turn) -> Missing:
        event, found = turn.event, NOTHING
        kind = type(event)
        if self._troubles and OFFLINE in self._troubles and kind in ONLINE:
            del self._troubles[OFFLINE]
            found = ("messages come while the connection is down, and that there is a new one is not told",)
        if kind in ANSWERS:
            self._answered(event)
        if isinstance(event, events.Start):
            self._start(event)
        elif turn.life != self._life:
            found = [*found, f"life {turn.life} speaks, and its beginning is not told"]
            self._life = turn.life
        elif kind in self._told:
            also = self._told[kind](event)
            found = [*found, *also] if also else found
        if turn.reply.actions:
            self._sends(turn)
        return found

    def _sends(self, turn: journal.Turn) -> None:
        """Note what the maker asks for."""
        for action in turn.reply.actions:
            if type(action) is Place:
                self._sent.add(action.cloid)
            elif type(action) is Cancel:
                self._cancels.add(action.oid if action.cloid is None else action.cloid)
            elif type(action) is QueryOpenOrders:
                self._asked.add(turn.now_ms)

    def _answer(self, event: events.OpenOrders) -> Missing:
        if event.sent_ms in self._asked:
            return NOTHING
        return (f"an answer to a query of {event.sent_ms}, and no query of that time is told",)

    def _connected(self, event: events.Connected) -> Missing:
        self._asked.add(event.now_ms)
        self._troubles.pop(OFFLINE, None)
        self._troubled_ms = event.now_ms
        return NOTHING

    def _disconnected(self, _event: events.Disconnected) -> Missing:
        self._rough = True
        self._troubles[OFFLINE] = None
        self.priced = False
        return NOTHING

    def _answered(self, event: Any) -> None:
        """Note what the maker is told of an order; of the other strategy's it is told as it happens."""
        if event.oid is None or event.oid in self._foreign:
            return
        key = (ANSWERS[type(event)], event.oid)
        if key in self._unheard:
            del self._unheard[key]
            self._heard.add(key)
        elif key not in self._heard:
            self._strange += 1

    def _did(self, word: str, oid: int | None) -> None:
        """Note what the venue did with an own order, and the maker is to be told."""
        if oid is not None:
            self._unheard[word, oid] = None
            if len(self._unheard) > REMEMBERED:
                self._unheard.popitem(last=False)

    def _trouble(self, record: journal.Record) -> None:
        """Note the world's troubles, during which not all is told."""
        if isinstance(record, journal.FaultHealed):
            self._troubles.pop(record.kind, None)
        elif isinstance(record, journal.FaultBegan):
            self._troubles[record.kind] = None
        else:
            self._troubles[DEAD] = None
        self._troubled_ms, self.priced = self._now_ms, False

    def _priced(self, event: events.Oracle) -> Missing:
        """Told prices follow the venue's, one by one, but for those of troubled times."""
        waiting = self._prices.get(event.market)
        if waiting is None:
            self.priced = False
            return NOTHING
        prices = (event.oracle_px, event.mark_px)
        if all(known != prices for known, _ in waiting):
            return NOTHING
        passed = 0
        while (known := waiting.popleft())[0] != prices:
            passed += known[1] > self._troubled_ms and not self._troubles
        return (f"{passed} prices of {event.market} were never told",) if passed else NOTHING

    def _prices_set(self, record: journal.PricesSet) -> Missing:
        waiting = self._prices.setdefault(record.market, deque(maxlen=100))
        waiting.append(((record.oracle_px, record.mark_px), record.now_ms))
        return NOTHING

    def _start(self, start: events.Start) -> None:
        for trouble in (DEAD, OFFLINE):
            self._troubles.pop(trouble, None)
        self._troubled_ms = start.now_ms
        if not self._life:
            self._size = {position.market: position.size for position in start.positions}
            self._open = {order.oid: order.remaining for order in start.open_orders}
        self._life, self._last_timer_ms = start.life, start.now_ms

    def _timer(self, event: events.Timer) -> Missing:
        last, self._last_timer_ms = self._last_timer_ms, event.now_ms
        silent, self._silent = self._silent, False
        if silent or last is None or not self.timers or not self._timer_ms or event.now_ms - last <= self._timer_ms:
            return NOTHING
        return (f"no timer was told for {event.now_ms - last} ms, and there is one every {self._timer_ms} ms",)

    def _fill(self, event: events.Fill | events.TakerFill) -> Missing:
        key = (event.time_ms, event.market, event.tid)
        self._untold.pop(key, None)
        if event.time_ms < self._began_ms or key in self._traded:
            return NOTHING
        return (f"fill {event.tid} of {event.market} is told, and not among the venue's",)

    # -- the venue's side

    def _landed(self, record: journal.OrderRefused | journal.OrderExecuted) -> Missing:
        if record.owner != journal.Owner.MAKER:
            return NOTHING
        self._did("executed" if isinstance(record, journal.OrderExecuted) else "refused", record.oid)
        return NOTHING if self._sent.take(record.cloid) else (UNSENT.format(record.cloid),)

    def _opened(self, record: journal.OrderOpened) -> Missing:
        oid, found = record.oid, []
        if record.owner == journal.Owner.MAKER:
            if not self._sent.take(record.cloid):
                found.append(UNSENT.format(record.cloid))
            self._did("resting", oid)
        else:
            self._foreign.add(oid)
        if oid in self._open:
            found.append(f"order {oid} comes on the book a second time")
        self._open[oid] = record.sz
        return found

    def _closed(self, record: journal.OrderClosed) -> Missing:
        oid, reason, ours, found = record.oid, record.reason, record.owner == journal.Owner.MAKER, []
        left = self._open.pop(oid, None)
        if not ours:
            self._foreign.add(oid)
        elif reason not in ("filled", UNSEEN):
            self._did("canceled", oid)
        asked = self._cancels.take(oid) | self._cancels.take(record.cloid)
        if ours and not asked and reason == "canceled":
            found.append(f"order {oid} is canceled on request, and no request is told")
        if left is None:
            found.append(f"order {oid} leaves the book, and its coming is not told")
        elif reason == "filled" and left != 0:
            found.append(f"order {oid} leaves the book filled, and fills of {left} are not told")
        return found

    def _trade(self, record: journal.Traded) -> Missing:
        key = (record.now_ms, record.market, record.tid)
        self._traded.add(key)
        self._untold[key] = None
        if len(self._untold) > REMEMBERED:
            self._untold.popitem(last=False)
        size = record.sz if record.side == "buy" else -record.sz
        self._size[record.market] = self._size.get(record.market, ZERO) + size
        left = self._open.get(record.oid)
        if left is None:
            return NOTHING
        self._open[record.oid] = left - record.sz
        return (f"order {record.oid} trades more than it has",) if left < record.sz else NOTHING

    def _ended(self, record: journal.RunEnded) -> Iterator[str]:
        for position in record.positions:
            if position.size != self._size.get(position.market, ZERO):
                yield f"the fills told of {position.market} do not add up to its position {position.size}"
        if record.settled and {order.oid for order in record.open_orders} != set(self._open):
            yield "the orders told do not add up to those that are open at the end"
        if not record.settled or self._rough:
            return
        if self._untold:
            yield f"{len(self._untold)} fills of the venue were never told"
        if self._unheard or self._strange:
            word, oid = next(iter(self._unheard), ("", 0))
            first = f", first that order {oid} is {word}" if word else ""
            never = f"{len(self._unheard)} things that the venue did were never told{first}"
            yield f"{never}; {self._strange} were told that it did not do"
