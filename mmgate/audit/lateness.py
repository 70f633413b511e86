"""What section 7 of the rules assumes and a log refutes: places land and fills arrive within `sent_timeout_ms`.

Where a place came to the venue later, or a word, fill or answer to the maker, no maker can know what the rules take
for known. A snapshot's fills are no such case: the rules say what they mean however old they are (L-4, L-7).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any

from model import events, journal
from model.actions import Cancel, Place
from model.config import MakerConfig
from specs.bounds import Bounds
from specs.latest import Latest

UNTIMED = frozenset(
    (
        *("OFF-2", "OFF-3", "OFF-9", "VEL-2", "VOL-1", "VOL-2", "VOL-6", "VOL-8", "CTR-2", "CTR-5", "ORD-4"),
        *("ORD-11", "ORD-12", "ORD-16", "FIL-2", "OBS-1", "SES-1"),
    )
)
"""Specs that judge by nothing that comes late: what the maker knows of orders and positions, and how long it took."""
SILENT = frozenset((events.Timer, events.Oracle))
"""Events that tell of nothing that happened before."""
FILLS = (events.Fill, events.TakerFill)
MOST_KEPT = 4_096
LATER = "{} {} ms after it {}, later than sent_timeout_ms"


@dataclass(frozen=True, slots=True)
class Late:
    """One thing that came late: when it happened, when it was known, in words."""

    since_ms: int
    until_ms: int
    text: str


def _joined(first: Late, second: Late) -> Late:
    """Return one that lasts as long as both, in the words of the first."""
    return Late(min(first.since_ms, second.since_ms), max(first.until_ms, second.until_ms), first.text)


class Lateness:
    """Looks at each record for what came late; says for how long a spec can't blame for it."""

    def __init__(self) -> None:
        self._run = journal.RunStarted(0, "", 0, "", MakerConfig(), (), 0, 0, 0)
        self._bounds = Bounds(MakerConfig(), 0, 0)
        self._late: deque[Late] = deque()
        self._sent: Latest[Hashable, int] = Latest()
        self._happened: Latest[Hashable, int] = Latest()
        self._look: dict[type, Callable[[Any], Iterator[tuple[int, int, str, str]]]] = {
            journal.Turn: self._turn,
            journal.OrderOpened: self._landed,
            journal.OrderExecuted: self._landed,
            journal.OrderRefused: self._landed,
            journal.OrderClosed: self._closed,
        }

    def see(self, record: journal.Record) -> None:
        """Look at the next record."""
        look = self._look.get(type(record))
        if look is None:
            if isinstance(record, journal.RunStarted):
                self._run = record
            return
        if type(record) is journal.Turn and type(record.event) in SILENT and not record.reply.actions:
            return
        for since_ms, now_ms, what, did in look(record):
            if now_ms - since_ms > self._bounds.config.sent_timeout_ms:
                self._add(Late(since_ms, now_ms, LATER.format(what, now_ms - since_ms, did)))

    def excuse(self, spec_id: str, now_ms: int) -> str:
        """Say what came so late that a spec's finding at this time may be due to it; empty when nothing did."""
        if spec_id in UNTIMED:
            return ""
        after_ms = self._after_ms()
        return next((one.text for one in self._late if one.since_ms <= now_ms <= one.until_ms + after_ms), "")

    def _after_ms(self) -> int:
        """How long what came late is felt after it is known."""
        return self._bounds.shutdown_ms + self._bounds.repair_ms

    def _add(self, late: Late) -> None:
        """Keep it, with the last one where what both excuse overlaps; of too many, the two oldest become one."""
        if self._late and late.since_ms <= self._late[-1].until_ms + self._after_ms():
            late = _joined(self._late.pop(), late)
        self._late.append(late)
        if len(self._late) > MOST_KEPT:  # a spec's first findings are judged at the end: what explains them has to stay
            self._late.appendleft(_joined(self._late.popleft(), self._late.popleft()))

    # -- one record each: when, when known, what, did what

    def _turn(self, turn: journal.Turn) -> Iterator[tuple[int, int, str, str]]:
        event = turn.event
        kind = type(event)
        if kind in SILENT:
            pass  # most of a log
        elif isinstance(event, events.Start):
            run = self._run
            self._bounds = Bounds(event.config, run.round_trip_ms, run.timer_ms, run.delivery_ms)
        elif isinstance(event, FILLS):
            if not event.snapshot:
                yield event.time_ms, turn.now_ms, "a fill was told", "happened"
        elif isinstance(event, events.OpenOrders):
            yield event.sent_ms, turn.now_ms, "an answer came", "was asked for"
        else:
            happened_ms = self._happened.take((kind, getattr(event, "oid", None)))
            if happened_ms is not None:
                yield happened_ms, turn.now_ms, "a word on an order was told", "happened"
        for action in turn.reply.actions:
            if type(action) is Place:
                self._sent.keep(action.cloid, turn.now_ms)
            elif type(action) is Cancel:
                self._sent.keep(("cancel", action.cloid or action.oid), turn.now_ms)

    def _landed(
        self, record: journal.OrderOpened | journal.OrderExecuted | journal.OrderRefused
    ) -> Iterator[tuple[int, int, str, str]]:
        if record.oid is not None:
            self._happened.keep((WORDS[type(record)], record.oid), record.now_ms)
        sent_ms = self._sent.take(record.cloid)
        if sent_ms is not None:
            yield sent_ms, record.now_ms, "an order came to the venue", "was sent"

    def _closed(self, record: journal.OrderClosed) -> Iterator[tuple[int, int, str, str]]:
        if record.reason != "filled":
            self._happened.keep((events.Canceled, record.oid), record.now_ms)
        asked = [self._sent.take(("cancel", name)) for name in (record.cloid, record.oid)]
        times = [asked_ms for asked_ms in asked if asked_ms is not None]
        if times and record.reason == "canceled":  # of several the last one: those before got lost
            yield max(times), record.now_ms, "a cancel came to the venue", "was sent"


WORDS = {
    journal.OrderOpened: events.Resting,
    journal.OrderExecuted: events.Done,
    journal.OrderRefused: events.Rejected,
}
