"""The venue on the clock: blocks, the order of execution inside them, budget, dead man's switch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from model import events
from model.actions import Action, Cancel, Place, ScheduleCancel, Side
from model.journal import Owner, Record, ScheduleCancelSet
from sim import refusals
from sim.budget import Budget
from sim.by_hand import Hands
from sim.clock import Clock
from sim.downlink import Downlink
from sim.faults import FaultKind, FaultTable
from sim.parameters import Parameters
from sim.script import TakerOrder, WorldQuote, WorldTrade
from sim.venue import Part, Venue

TAKER_CLOID = "0x7a7a7a7a{:024x}"
"""The other strategy's orders bear a prefix of their own."""

SWITCH_VOLUME_USD = 1_000_000
SWITCH_LEAST_MS = 5_000
SWITCH_TRIGGERS_A_DAY = 10
_DAY_MS = 86_400_000


class BatchKind(IntEnum):
    """What a batch holds; the value is its place in a block: posting before cancels before crossing."""

    POSTING = 1
    CANCELS = 2
    CROSSING = 3
    SWITCH = 4
    QUERY = 5


@dataclass(frozen=True, slots=True)
class Batch:
    """Neighbouring actions of one class, sent at `sent_ms` over `connection`."""

    kind: BatchKind
    actions: tuple[Action, ...]
    sent_ms: int
    connection: int


Work: TypeAlias = Batch | WorldQuote | WorldTrade | TakerOrder


class Exchange:
    """Collects what arrives and executes it block by block."""

    def __init__(
        self,
        clock: Clock,
        venue: Venue,
        downlink: Downlink,
        faults: FaultTable,
        parameters: Parameters,
        emit: Callable[[Record], None],
        hands: Hands,
    ) -> None:
        self.venue = venue
        self.budget = Budget(parameters.request_budget)
        self._clock = clock
        self._downlink = downlink
        self._faults = faults
        self._block_ms = parameters.block_ms
        self._hands = hands
        self._traded_before = parameters.traded_volume_usd
        self._emit = emit
        self._waiting: list[tuple[int, Work]] = []
        self._taker_orders = 0
        self._switch_ms: int | None = None
        self._fired_ms: list[int] = []

    @property
    def idle(self) -> bool:
        """Whether nothing waits for a block."""
        return not self._waiting

    def receive(self, batch: Batch) -> None:
        """Take a batch that has arrived."""
        if batch.kind is BatchKind.QUERY:
            self._answer(batch)
        else:
            self._enqueue(1 if batch.kind is BatchKind.SWITCH else int(batch.kind), batch)

    def world(self, step: WorldQuote | WorldTrade | TakerOrder) -> None:
        """Take what others do: in a block it comes after the account's posting and cancels."""
        self._enqueue(int(BatchKind.CROSSING), step)

    def _enqueue(self, place: int, work: Work) -> None:
        if not self._waiting and not self._hands.working:
            now = self._clock.now_ms
            self._clock.at(now + self._block_ms - now % self._block_ms, self._block)
        self._waiting.append((place, work))
        if self._hands.working:
            self._block(None)

    def _block(self, _value: object) -> None:
        """Execute one block: by class, inside a class by arrival (sorting keeps it)."""
        work, self._waiting = sorted(self._waiting, key=lambda one: one[0]), []
        now = self._clock.now_ms
        self.venue.post_only_mode = self._faults.strikes(FaultKind.POST_ONLY_MODE, now)
        for _, one in work:
            if isinstance(one, Batch):
                self._run_batch(now, one)
            else:
                self._run_world(now, one)
        self._flush()

    def _flush(self) -> None:
        """Give the streams what has happened."""
        venue = self.venue
        self.budget.traded_usd = venue.traded_usd
        fills, venue.fills = venue.fills, []
        updates, venue.updates = venue.updates, []
        self._downlink.stream("fills", fills)
        self._downlink.stream("updates", updates)

    # -- batches of the maker

    def _run_batch(self, now_ms: int, batch: Batch) -> None:
        cancels = batch.kind is BatchKind.CANCELS
        refusal = self._refusal(now_ms, batch, cancels=cancels)
        parts: list[Part | None] = []
        for action in batch.actions:
            if isinstance(action, ScheduleCancel):
                parts.append(self._set_switch(now_ms, action.time_ms, refusal))
            elif isinstance(action, Place):
                parts.append(self._place(now_ms, action, refusal))
            elif isinstance(action, Cancel):
                parts.append(not_sent(action, refusal) if refusal else self.venue.cancel(now_ms, action))
        self._reply(now_ms, batch, [part for part in parts if part is not None])

    def _refusal(self, now_ms: int, batch: Batch, *, cancels: bool) -> str | None:
        """Return why the batch as a whole is refused unseen, or None."""
        kind = FaultKind.REFUSE_CANCEL if cancels else FaultKind.REFUSE_PLACE
        if batch.kind is not BatchKind.SWITCH and self._faults.strikes(kind, now_ms, market_of(batch)):
            return refusals.UNSEEN
        if not self.budget.spend(now_ms, len(batch.actions), cancels=cancels):
            return refusals.BUDGET
        return None

    def _place(self, now_ms: int, order: Place, refusal: str | None) -> Part | None:
        if refusal is None:
            return self.venue.place(now_ms, Owner.MAKER, order)
        self.venue.refuse(now_ms, Owner.MAKER, order, None, refusal)
        return not_sent(order, refusal)

    def _reply(self, now_ms: int, batch: Batch, parts: Sequence[Part]) -> None:
        if self._faults.strikes(FaultKind.LOSE_REPLY, now_ms, market_of(batch)):
            return
        if batch.kind is not BatchKind.SWITCH and self._faults.strikes(
            FaultKind.UNKNOWN_REPLY, now_ms, market_of(batch)
        ):
            parts = [unknown(action) for action in batch.actions if isinstance(action, Place | Cancel)]
        self._downlink.reply(batch.connection, parts)

    def _answer(self, batch: Batch) -> None:
        self._downlink.answer(batch.connection, self.account(batch.sent_ms))

    def account(self, sent_ms: int) -> Part:
        """Return the answer to a query sent at `sent_ms`, as things stand now."""
        return events.OpenOrders, (sent_ms, self.venue.open_orders(), self.venue.positions())

    # -- the dead man's switch

    def _set_switch(self, now_ms: int, time_ms: int | None, refusal: str | None) -> Part | None:
        refusal = refusal or self._switch_refusal(now_ms, time_ms)
        if refusal is not None:
            return events.ScheduleCancelRejected, (refusal,)
        self._switch_ms = time_ms
        self._emit(ScheduleCancelSet(now_ms, time_ms))
        if time_ms is not None:
            self._clock.at(time_ms, self._fire, time_ms)
        return None

    def _switch_refusal(self, now_ms: int, time_ms: int | None) -> str | None:
        traded = self._traded_before + self.venue.traded_usd
        if traded < SWITCH_VOLUME_USD:
            return (
                "Cannot set scheduled cancel time until enough volume traded. "
                f"Required: ${SWITCH_VOLUME_USD}. Traded: ${int(traded)}."
            )
        if time_ms is not None and time_ms < now_ms + SWITCH_LEAST_MS:
            return "Scheduled cancel time too early, must be at least 5 seconds from now."
        today = [fired for fired in self._fired_ms if fired // _DAY_MS == now_ms // _DAY_MS]
        if len(today) >= SWITCH_TRIGGERS_A_DAY:
            return "Scheduled cancel was triggered too often today."
        return None

    def _fire(self, time_ms: int) -> None:
        if self._switch_ms != time_ms:
            return
        now = self._clock.now_ms
        self._switch_ms = None
        self._fired_ms.append(now)
        self.venue.cancel_all(now, "scheduledCancel")
        self._emit(ScheduleCancelSet(now, None, fired=True))
        self._flush()

    # -- the world

    def _run_world(self, now_ms: int, step: WorldQuote | WorldTrade | TakerOrder) -> None:
        if isinstance(step, WorldQuote):
            quotes = ((Side.BUY, step.bid_px, step.bid_sz), (Side.SELL, step.ask_px, step.ask_sz))
            self.venue.quote(now_ms, step.market, tuple(q for q in quotes if q[1] > 0 and q[2] > 0))
        elif isinstance(step, WorldTrade):
            if step.px > 0 and step.sz > 0:
                self.venue.trade(now_ms, step.market, step.side, step.px, step.sz)
        else:
            self._run_taker(now_ms, step)

    def _run_taker(self, now_ms: int, step: TakerOrder) -> None:
        self._taker_orders += 1
        cloid = TAKER_CLOID.format(self._taker_orders)
        order = Place(cloid, step.market, step.side, step.px, step.sz, step.tif, step.reduce_only)
        reply = self.venue.place(now_ms, Owner.TAKER, order)
        if reply is not None and reply[0] is events.Resting:
            self.venue.updates.append(reply)


def market_of(batch: Batch) -> str | None:
    """Return the market of a batch's first order, None if it has none."""
    first = batch.actions[0]
    return first.market if isinstance(first, Place | Cancel) else None


def not_sent(action: Place | Cancel, reason: str) -> Part:
    """Return the word that an action never left, or was refused unseen."""
    oid, name = (action.oid, "cancel") if isinstance(action, Cancel) else (None, "place")
    return events.SendFailed, (action.market, action.cloid, oid, reason, name)


def unknown(action: Place | Cancel) -> Part:
    """Return the word that nobody knows what became of an action."""
    oid, name = (action.oid, "cancel") if isinstance(action, Cancel) else (None, "place")
    return events.Unknown, (action.market, action.cloid, oid, name)
