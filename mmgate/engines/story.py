"""A counterexample told to a person: one line a step, with what the maker did and what the venue holds then.

Cloids become numbers in the order of their first use (#1, #2 …). Only lines that matter are told: prices and timers
that the maker answered with nothing are counted and left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from model import events, journal
from model.actions import Action, Cancel, Place, QueryOpenOrders, ScheduleCancel, Side
from model.arithmetic import text
from specs.spec import Violation

MAX_LINES = 60
"""The longest story; its middle is left out."""
HEAD_LINES = 12
MAX_HELD = 8
"""How many live orders one line names."""
VENUE = "venue:"
TOLD = "told"
QUIET = (events.Timer, events.Oracle, events.OpenOrders, events.Resting)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(slots=True)
class Line:
    """One line of the story: what happened at one ms, of one kind, and what is live after it."""

    now_ms: int
    kind: str
    told: list[str]
    held: str


@dataclass(slots=True)
class Held:
    """One live own order at the venue."""

    number: int
    market: str
    side: Side
    px: Decimal
    sz: Decimal


class Teller:
    """Goes through the records and keeps what the venue holds."""

    def __init__(self) -> None:
        self._lines: list[Line | str] = []
        self._numbers: dict[str, int] = {}
        self._oids: dict[int, int] = {}
        self._live: dict[int, Held] = {}
        self._roles: dict[int, str] = {}
        self._skipped = 0

    def tell(self, record: journal.Record) -> None:
        """Add a record's line, if it has one."""
        match record:
            case journal.Turn():
                self._turn(record)
            case journal.OrderOpened(owner=journal.Owner.MAKER):
                number = self._number(record.cloid, record.oid)
                self._live[record.oid] = Held(number, record.market, record.side, record.px, record.sz)
                self._say(record.now_ms, VENUE, f"#{number} rests")
            case journal.OrderClosed(owner=journal.Owner.MAKER):
                self._live.pop(record.oid, None)
                self._say(
                    record.now_ms, VENUE, f"#{self._number(record.cloid, record.oid)} is off the book: {record.reason}"
                )
            case journal.Traded():
                self._traded(record)
            case journal.Crashed():
                self._say(record.now_ms, "", f"the maker crashes (life {record.life})")
            case journal.FaultBegan() | journal.FaultHealed():
                word = "begins" if isinstance(record, journal.FaultBegan) else "is healed"
                self._say(record.now_ms, "", f"fault {record.kind} {word}")
            case journal.OrderRefused(owner=journal.Owner.MAKER):
                self._say(record.now_ms, VENUE, f"refuses #{self._number(record.cloid, record.oid)}: {record.reason}")
            case journal.MakerFailed():
                self._say(record.now_ms, "", f"the maker breaks the protocol: {record.kind}: {record.text}")
            case journal.RunEnded():
                self._ended(record)
            case _:
                return

    def mark(self, violation: Violation) -> None:
        """Add the violation's line."""
        self._flush()
        self._lines.append(f"{clock(violation.now_ms)}  ✗ {violation.spec_id}: {self.named(violation.text)}")

    def note(self, now_ms: int, what: str) -> None:
        """Add a line that no record tells."""
        self._say(now_ms, "", what)

    def named(self, said: str) -> str:
        """Put the numbers for the cloids into a violation's text."""
        for cloid, number in self._numbers.items():
            said = said.replace(cloid, f"#{number}")
        return said

    def _turn(self, turn: journal.Turn) -> None:
        actions = turn.reply.actions
        if not actions and isinstance(turn.event, QUIET):
            self._skipped += 1
            return
        event = self._event(turn.event)
        if actions:
            self._say(turn.now_ms, "", f"{event} → {'; '.join(self._actions(actions))}")
        else:
            self._say(turn.now_ms, TOLD, event.removeprefix("told "))

    def _traded(self, record: journal.Traded) -> None:
        who = {journal.Owner.MAKER: "", journal.Owner.TAKER: "the taker's "}.get(record.owner, "")
        held = self._live.get(record.oid)
        if held is not None:
            held.sz -= record.sz
        name = f"#{self._number(record.cloid, record.oid)} " if record.owner == journal.Owner.MAKER else ""
        self._say(record.now_ms, VENUE, f"{who}{name}{record.side} trades {text(record.sz)} @ {text(record.px)}")

    def _ended(self, record: journal.RunEnded) -> None:
        positions = [f"{p.market} {text(p.size)}" for p in record.positions if p.size != 0]
        self._say(record.now_ms, "", f"the run ends; positions: {', '.join(positions) or 'none'}")

    def _say(self, now_ms: int, kind: str, what: str) -> None:
        """Add what happened; what is of one kind and one ms shares a line."""
        self._flush()
        last = self._lines[-1] if self._lines else None
        if kind and isinstance(last, Line) and (last.now_ms, last.kind) == (now_ms, kind):
            last.told.append(what)
            last.held = self._held()
        else:
            self._lines.append(Line(now_ms, kind, [what], self._held()))

    def _flush(self) -> None:
        if self._skipped:
            events = "event" if self._skipped == 1 else "events"
            self._lines.append(f"{'':16}… {self._skipped} {events} answered with nothing")
            self._skipped = 0

    def lines(self) -> list[str]:
        """Return the story so far; what is live is told where it has changed."""
        written = []
        before = ""
        for line in self._lines:
            if isinstance(line, str):
                written.append(line)
                continue
            what = "; ".join(line.told)
            if line.kind:
                what = f"{line.kind} {what}" + (" → nothing" if line.kind == TOLD else "")
            live = "" if line.held == before else f"  | live: {line.held}"
            written.append(f"{clock(line.now_ms)}  {what}{live}")
            before = line.held
        return written

    def _held(self) -> str:
        held = [f"#{h.number} {h.side} {text(h.sz)} @ {text(h.px)}" for h in self._live.values()]
        more = f" and {len(held) - MAX_HELD} more" if len(held) > MAX_HELD else ""
        return ", ".join(held[:MAX_HELD]) + more or "none"

    def _event(self, event: events.Start | events.Event) -> str:
        match event:
            case events.Start():
                return f"life {event.life} begins, {len(event.open_orders)} open orders"
            case events.Oracle():
                mark = "no mark" if event.mark_px is None else f"mark {text(event.mark_px)}"
                return f"told oracle {text(event.oracle_px)}, {mark} of {event.market}"
            case events.Fill() | events.TakerFill():
                again = " again (snapshot)" if event.snapshot else ""
                return f"told {_kind(event)}{again} {self._of(event)}: {event.side} {text(event.sz)} @ {text(event.px)}"
            case events.OpenOrders():
                return f"told {len(event.orders)} open orders, asked for at {clock(event.sent_ms)}"
            case events.Shutdown():
                return f"told to shut down ({event.reason})"
            case events.Timer() | events.Connected() | events.Disconnected() | events.ScheduleCancelRejected():
                return f"told {_kind(event)}"
            case _:
                reason = getattr(event, "reason", "")
                return f"told {_kind(event)} {self._of(event)}" + (f": {reason}" if reason else "")

    def _actions(self, actions: Sequence[Action]) -> list[str]:
        said = []
        for action in actions:
            match action:
                case Place():
                    number = self._number(action.cloid, None)
                    level = "" if action.level is None else f" L{action.level}"
                    role = f"{action.role}{level} " if action.role is not None else ""
                    only = " reduce-only" if action.reduce_only else ""
                    said.append(
                        f"place {role}#{number} {action.side} {text(action.sz)} @ {text(action.px)} {action.tif}{only}"
                    )
                case Cancel():
                    said.append(f"cancel #{self._number(action.cloid, action.oid)}")
                case QueryOpenOrders():
                    said.append("query")
                case ScheduleCancel():
                    said.append(
                        "clear the switch" if action.time_ms is None else f"arm the switch for {clock(action.time_ms)}"
                    )
        return said

    def _of(self, event: object) -> str:
        return f"#{self._number(getattr(event, 'cloid', None), getattr(event, 'oid', None))}"

    def _number(self, cloid: str | None, oid: int | None) -> int:
        """Number an order by its cloid, or by its oid where nothing else is known."""
        if cloid is None and oid is not None and oid in self._oids:
            return self._oids[oid]
        key = cloid if cloid is not None else f"oid {oid}"
        number = self._numbers.setdefault(key, len(self._numbers) + 1)
        if oid is not None:
            self._oids.setdefault(oid, number)
        return number


def tell(records: Sequence[journal.Record], violation: Violation | None) -> tuple[str, ...]:
    """Tell the run up to its violation, or to its end where there is none."""
    teller = Teller()
    for index, record in enumerate(records):
        teller.tell(record)
        if violation is not None and index >= violation.index:
            break
    if violation is not None:
        teller.mark(violation)
    return _bounded(teller.lines())


def _bounded(lines: list[str]) -> tuple[str, ...]:
    if len(lines) <= MAX_LINES:
        return tuple(lines)
    tail = MAX_LINES - HEAD_LINES - 1
    left_out = f"{'':16}… {len(lines) - HEAD_LINES - tail} lines left out"
    return (*lines[:HEAD_LINES], left_out, *lines[-tail:])


def clock(now_ms: int) -> str:
    """Write a time as weekday and time of day, UTC; times beyond any calendar as they are."""
    try:
        moment = datetime.fromtimestamp(now_ms // 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return f"{now_ms} ms"
    return f"{DAYS[moment.weekday()]} {moment:%H:%M:%S}.{now_ms % 1000:03d}"


def _kind(event: object) -> str:
    name = type(event).__name__
    return "".join(f" {char.lower()}" if char.isupper() else char for char in name).strip()
