"""What the venue held, rebuilt from what the maker received: its own messages carry the venue's time.

`orderUpdates` with a `statusTimestamp` and fills with their `time` are the account's truth, however late they came.
What is never told is taken in the maker's favour: an order is live only as long as something shows that it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from mmgate.audit.clocks import FOREVER_MS, Clocks
from mmgate.audit.joins import UNSEEN
from mmgate.audit.messages import Words
from mmgate.audit.reading import Item
from mmgate.audit.recording import NOTHING_MATCHED
from mmgate.audit.shapes import UNORDERED, ending, name, number, rows, side, table, whole
from mmgate.audit.wire import Wire
from specs.latest import Latest

Body: TypeAlias = dict[str, Any]
Row: TypeAlias = tuple[int, int, int, Body]
"""The venue's time, the order among equal times, the line, the message."""
CROSSED, OPENED, TRADED, ENDED = range(4)
ROUGH = ("start", "died", "disconnected", "connected", "incident", "incident_over")
"""Events of a process around which messages do not come."""
LOST_MS = 60_000
"""Fills that are on their way for longer count as lost."""
ZERO = Decimal(0)


@dataclass(slots=True)
class Standing:
    """An order on the book: what is left of it, and until when something shows that it was there.

    `unseen`: no update told its coming, an answer of that time did; `size`: of its sending, where that is told;
    `before`: what was filled by then; `final`: what the last fills took.
    """

    order: Body
    line: int
    left: Decimal
    seen_ms: int
    traded_ms: int = 0
    absent: bool = False
    unseen: int = 0
    before: Decimal = ZERO
    final: Decimal = ZERO
    size: Decimal | None = None

    def shown(self, ended_ms: int | None = None) -> Body:
        """Return the order as it was when an answer showed it, or, if it had ended before, before its last fills."""
        if ended_ms is not None and ended_ms <= self.unseen and ended_ms == self.traded_ms:
            return {**self.order, "sz": str(self.final)}
        return self.order if self.size is None else {**self.order, "sz": str(self.size - self.before)}


@dataclass(slots=True)
class Sent:
    """What an order's sending tells of it and the venue's messages do not."""

    row: Body
    now_ms: int
    over: bool = False


@dataclass
class Telling:
    """One reading of the log, from its beginning: yields the rows as they are told."""

    words: Words
    wire: Wire
    clocks: Clocks
    offset_ms: int
    round_trip_ms: int
    lacking: str = ""
    flaws: list[tuple[int, str]] = field(default_factory=list)
    unexplained: list[tuple[int, str]] = field(default_factory=list)
    open: dict[int, Standing] = field(default_factory=dict)
    _sent: Latest[object, Any] = field(default_factory=Latest)
    _ended: Latest[object, Any] = field(default_factory=Latest)
    _early: Latest[object, Any] = field(default_factory=Latest)
    _gone: Latest[object, Any] = field(default_factory=Latest)
    _traded: set[tuple[int, str, int]] = field(default_factory=set)
    _began_ms: int = 0
    _rough_ms: int = 0
    _size: dict[str, Decimal] = field(default_factory=dict)
    _astray: dict[str, tuple[int, int, str]] = field(default_factory=dict)

    def rows(self, item: Item) -> Iterator[Row]:
        """Yield what a line tells of the venue. Raises Malformed and what wrong shapes raise."""
        line, now_ms, kind, content, beside = item
        if kind == "received":
            yield from self._received(line, now_ms, table(content), beside)
        elif kind == "sent":
            self._request(now_ms, table(content))
        elif kind == "reply":
            yield from self._worded(line, now_ms, table(content))
        elif kind == "process":
            if content.get("event") in ROUGH:
                self._rough_ms = now_ms
            if content.get("event") == "start":
                yield from self._start(line, now_ms, content)

    def _start(self, line: int, now_ms: int, body: Body) -> Iterator[Row]:
        """What the account has at first was never seen coming, and is not judged."""
        if not self._began_ms:
            self._began_ms = now_ms
            self._size = {self.words.coin(row): number(row.get("szi")) for row in rows(body.get("positions"))}
            for row in rows(body.get("orders")):
                self._ended.keep(whole(row.get("oid")), True)
        for row in filter(self.words.heeded, rows(body.get("fills"))):
            yield from self._fill(line, now_ms, row, snapshot=True)
        self._compare(line, now_ms - self.round_trip_ms, now_ms, rows(body.get("orders")))

    def _request(self, now_ms: int, content: Body) -> None:
        """Note orders."""
        request = (self.wire.sent(now_ms, content) or {}) if "method" in content else content
        for row in rows(request.get("orders", [])):
            self._sent.keep(row.get("c"), Sent(row, now_ms))

    def _received(self, line: int, now_ms: int, message: Body, beside: Body) -> Iterator[Row]:
        channel, data = message.get("channel"), message.get("data")
        if channel == "orderUpdates":
            for row in rows(data):
                if self.words.heeded(table(row.get("order"))):
                    yield from self._update(line, now_ms, row)
        elif channel == "userFills":
            snapshot = table(data).get("isSnapshot") is True
            for row in filter(self.words.heeded, rows(table(data).get("fills"))):
                yield from self._fill(line, now_ms, row, snapshot)
        elif channel == "openOrders":
            asked_ms = whole(beside.get("asked"))
            self._compare(line, asked_ms, now_ms, rows(table(data).get("orders")))
            self._add_up(line, asked_ms, rows(table(data).get("positions")))
        elif channel == "post":
            for kind, told, also in self.wire.answered(table(data)):
                if kind == "reply":
                    yield from self._worded(line, now_ms, told)
                else:
                    yield from self._received(line, now_ms, told, also)

    # -- orders

    def _update(self, line: int, now_ms: int, row: Body) -> Iterator[Row]:
        order, status = table(row.get("order")), name(row.get("status"))
        if status == "triggered":
            return
        if "statusTimestamp" not in row:
            self.lacking = self.lacking or f"line {line}: an order update without statusTimestamp"
            return
        venue_ms = whole(row["statusTimestamp"]) + self.offset_ms
        self.clocks.received(line, venue_ms, now_ms)
        sent = self._sent.of(order.get("cloid"))
        if sent is not None:
            self.clocks.landed(line, sent.now_ms, venue_ms)
        if sent is not None and _ioc(sent):
            if status != "open":
                yield from self._executed(line, venue_ms, sent, order, _done(order, status))
        elif status == "rejected" or status.endswith("Rejected"):
            yield from self._refused(line, venue_ms, order, status)
        elif status == "open":
            yield from self._opened(line, venue_ms, order, sent)
        else:
            known = status if status == "filled" else ending(status)
            yield from self._closed(line, venue_ms, order, known)

    def _opened(self, line: int, venue_ms: int, order: Body, sent: Sent | None) -> Iterator[Row]:
        oid = whole(order.get("oid"))
        standing = self.open.get(oid)
        if self._ended.of(oid) or (standing is not None and not standing.unseen):
            return
        if sent is not None:
            tif = table(table(sent.row.get("t")).get("limit")).get("tif")
            order = {**order, "tif": tif, "reduceOnly": sent.row.get("r") is True}
        self.open[oid] = Standing(order, line, number(order.get("sz")), venue_ms)
        yield venue_ms, OPENED, line, _message(order, "open")
        early, last_ms = self._early.of(oid) or (ZERO, 0)
        in_part = number(order.get("origSz", order["sz"])) > number(order["sz"])
        if early and not (in_part and last_ms <= venue_ms):  # else its size there is without them
            yield from self._taken(line, last_ms, oid, early)
        if oid in self.open and (gone := self._gone.of(oid)):
            yield from self._closed(*gone)

    def _closed(self, line: int, venue_ms: int, order: Body, status: str) -> Iterator[Row]:
        oid = whole(order.get("oid"))
        standing = self.open.pop(oid, None)
        if standing is None:
            if not self._ended.of(oid) and not self._gone.of(oid):  # its coming may be told later
                self._gone.keep(oid, (line, venue_ms, order, status))
            return
        self._ended.keep(oid, True)
        if standing.unseen:
            yield min(standing.unseen, venue_ms), OPENED, line, _message(standing.shown(venue_ms), "open")
        yield venue_ms, ENDED, line, _message({**order, "sz": str(order.get("sz", "0"))}, status)

    def _refused(self, line: int, venue_ms: int, order: Body, reason: str) -> Iterator[Row]:
        if not self._over(order):
            yield venue_ms, ENDED, line, _message({**order, "reason": reason}, "rejected")

    def _executed(self, line: int, venue_ms: int, sent: Sent, order: Body, filled: Decimal) -> Iterator[Row]:
        if not self._over(order):
            row = sent.row
            told = {
                "coin": row["coin"], "oid": order.get("oid"), "cloid": row["c"], "side": "B" if row["b"] else "A",
                "limitPx": row["p"], "origSz": row["s"], "filledSz": str(filled), "reduceOnly": row.get("r") is True,
            }  # fmt: skip
            yield venue_ms, ENDED, line, _message(told, "iocDone")

    def _over(self, order: Body) -> bool:
        """Note that an order that never rests has had its last word; say whether it had it before."""
        key = order.get("cloid") or order.get("oid")
        before = self._ended.of(key) is not None
        self._ended.keep(key, True)
        return before

    def _worded(self, line: int, now_ms: int, reply: Body) -> Iterator[Row]:
        """A reply bears no venue's time: what it alone tells counts from its coming."""
        status, sent = table(reply.get("status")), self._sent.of(reply.get("cloid"))
        if sent is None or reply.get("type") != "order":
            return
        error = status.get("error")
        if "filled" in status and _ioc(sent):
            filled = number(table(status["filled"]).get("totalSz"))
            yield from self._executed(line, now_ms, sent, {**reply, "sz": ""}, filled)
        elif isinstance(error, str) and error.startswith(NOTHING_MATCHED):
            yield from self._executed(line, now_ms, sent, reply, ZERO)
        elif isinstance(error, str):
            yield from self._refused(line, now_ms, {key: reply.get(key) for key in ("coin", "oid", "cloid")}, error)

    # -- fills

    def _fill(self, line: int, now_ms: int, row: Body, snapshot: bool) -> Iterator[Row]:
        venue_ms, coin, tid = whole(row.get("time")) + self.offset_ms, name(row.get("coin")), whole(row.get("tid"))
        if not snapshot:
            self.clocks.received(line, venue_ms, now_ms)
        if venue_ms < self._began_ms or (venue_ms, coin, tid) in self._traded:
            return
        self._traded.add((venue_ms, coin, tid))
        coin, signed = self.words.coin(row), number(row.get("sz")) * side(row.get("side")).sign
        self._size[coin] = self._size.get(coin, ZERO) + signed
        crossed = row.get("crossed") is True
        yield venue_ms, CROSSED if crossed else TRADED, line, {"channel": "userFills", "data": {"fills": [row]}}
        if not crossed:
            yield from self._taken(line, venue_ms, whole(row.get("oid")), number(row.get("sz")))

    def _taken(self, line: int, venue_ms: int, oid: int, size: Decimal) -> Iterator[Row]:
        """Take a fill off a resting order, in whatever order they are told; the last of them ends it."""
        standing = self.open.get(oid)
        if standing is None:
            early, last_ms = self._early.of(oid) or (ZERO, 0)
            self._early.keep(oid, (early + size, max(last_ms, venue_ms)))
            return
        if venue_ms <= standing.unseen:
            standing.before += size
            if standing.size is None:
                return
        standing.left -= size
        standing.final = size if venue_ms > standing.traded_ms else standing.final + size
        standing.traded_ms = max(standing.traded_ms, venue_ms)
        standing.seen_ms = max(standing.seen_ms, venue_ms)
        if standing.left <= 0:
            yield from self._closed(line, standing.traded_ms, {**standing.order, "sz": "0"}, "filled")

    # -- answers

    def _compare(self, line: int, asked_ms: int, now_ms: int, told: list[Body]) -> None:
        """Note which open orders an answer shows, which it does not, and those whose coming nothing told.

        Of what it shows nothing is sure but that it was so once between asking and telling.
        """
        present = {whole(row.get("oid")): row for row in told if self.words.heeded(row)}
        for oid, standing in self.open.items():
            if oid in present:
                standing.seen_ms, standing.absent = max(standing.seen_ms, asked_ms), False
            elif standing.seen_ms < asked_ms and self.words.own(standing.order.get("cloid")):
                standing.absent = True  # another strategy's may be of a market that is not asked about
        for oid, row in present.items():
            if oid not in self.open and not self._ended.of(oid) and not self._gone.of(oid):
                self._shown(oid, Standing(row, line, number(row.get("sz")), asked_ms, unseen=now_ms))

    def _shown(self, oid: int, standing: Standing) -> None:
        """Take up an order that only an answer shows. Which fills its size there contains is sure of own ones only."""
        self.open[oid] = standing
        sent = self._sent.of(standing.order.get("cloid"))
        if sent is not None:
            standing.size, (standing.before, _) = number(sent.row["s"]), self._early.of(oid) or (ZERO, 0)
            standing.left = standing.size - standing.before

    def _add_up(self, line: int, asked_ms: int, told: list[Body]) -> None:
        """A position that answers tell otherwise than the fills received, for long: some were not received."""
        held = {self.words.coin(row): number(row.get("szi")) for row in told if self.words.heeded(row)}
        for coin in sorted({*held, *self._size}):
            position, total = held.get(coin, ZERO), self._size.get(coin, ZERO)
            if position == total:
                self._astray.pop(coin, None)
                continue
            text = f"answers tell a position of {position} of {coin}, the fills received add up to {total}"
            first_ms = self._astray.setdefault(coin, (asked_ms, line, text))[0]
            if asked_ms - first_ms >= LOST_MS:
                self.flaws.append((line, f"{text}: some were not received"))
                self._astray[coin] = (FOREVER_MS, line, text)

    def missed(self) -> Iterator[Row]:
        """Yield, after the last line, what nothing told: orders that were gone when an answer came, or there."""
        for first_ms, line, text in self._astray.values():
            if first_ms != FOREVER_MS:
                self.flaws.append((line, f"{text}, to the end"))
        for standing in self.open.values():
            if standing.unseen:
                first_ms = min(standing.unseen, standing.seen_ms) if standing.absent else standing.unseen
                yield first_ms, OPENED, standing.line, _message(standing.shown(), "open")
            if standing.absent:
                if standing.seen_ms > self._rough_ms:
                    oid = standing.order.get("oid")
                    self.unexplained.append(
                        (standing.line, f"order {oid} was gone when an answer came, and nothing told its end")
                    )
                yield standing.seen_ms, ENDED, standing.line, _message({**standing.order, "sz": "0"}, UNSEEN)


def _message(order: Body, status: str) -> Body:
    """Write an update. Which order met one that self-trade prevention took off is not told by times alone."""
    status = UNORDERED.get(status, status)
    return {"channel": "orderUpdates", "data": [{"order": order, "status": status}]}


def _ioc(sent: Sent) -> bool:
    return table(table(sent.row.get("t")).get("limit")).get("tif") in ("Ioc", "FrontendMarket")


def _done(order: Body, status: str) -> Decimal:
    """Return how much of an IOC was filled, by its last update."""
    if status.endswith("Rejected") or "origSz" not in order:
        return ZERO
    return number(order["origSz"]) - number(order.get("sz", "0"))
