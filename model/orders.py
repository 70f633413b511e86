"""The order life cycle: one transition table, the only place that changes an order's state (L-1, L-4, L-5).

`sent → resting → cancel requested → ended`. An order carries its role and its level from rung to fill, and is known
from sending to its last word. What the venue says is a `Trigger`; `advance` looks the pair up in `TRANSITIONS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from model.actions import Cancel, Place, Role, Side, Tif
from model.arithmetic import ZERO

ROLE_MEMORY_MS = 600_000
"""How long an ended order's role and level are remembered (L-4)."""

RESEND_AFTER_MS = 250
"""How long after a failed sending a cancel is sent again, at the earliest (L-5)."""


class OrderState(StrEnum):
    """Where an order stands, by what the maker sent and was told (L-1)."""

    SENT = "sent"
    RESTING = "resting"
    CANCEL_REQUESTED = "cancel_requested"
    ENDED = "ended"


class End(StrEnum):
    """How an order ended. FAILED and ABSENT are the maker's conclusions, the others the venue's own word (L-7a)."""

    FILLED = "filled"
    CANCELED = "canceled"
    REJECTED = "rejected"
    FAILED = "failed"
    ABSENT = "absent"


class Trigger(StrEnum):
    """What can happen to an order."""

    SEEN_RESTING = "seen_resting"
    CANCEL_SENT = "cancel_sent"
    FILLED_UP = "filled_up"
    CANCELED = "canceled"
    REJECTED = "rejected"
    PLACE_FAILED = "place_failed"
    CANCEL_REFUSED = "cancel_refused"
    DONE = "done"
    ABSENT = "absent"


_LIVE = (OrderState.SENT, OrderState.RESTING, OrderState.CANCEL_REQUESTED)

TRANSITIONS: dict[tuple[OrderState, Trigger], tuple[OrderState, End | None]] = {
    (OrderState.SENT, Trigger.SEEN_RESTING): (OrderState.RESTING, None),
    (OrderState.RESTING, Trigger.SEEN_RESTING): (OrderState.RESTING, None),
    (OrderState.CANCEL_REQUESTED, Trigger.SEEN_RESTING): (OrderState.CANCEL_REQUESTED, None),
    **{(s, Trigger.CANCEL_SENT): (OrderState.CANCEL_REQUESTED, None) for s in _LIVE},
    **{(s, Trigger.FILLED_UP): (OrderState.ENDED, End.FILLED) for s in _LIVE},
    **{(s, Trigger.CANCELED): (OrderState.ENDED, End.CANCELED) for s in _LIVE},
    **{(s, Trigger.REJECTED): (OrderState.ENDED, End.REJECTED) for s in _LIVE},
    **{(s, Trigger.DONE): (OrderState.ENDED, End.CANCELED) for s in _LIVE},
    **{(s, Trigger.ABSENT): (OrderState.ENDED, End.ABSENT) for s in _LIVE},
    (OrderState.SENT, Trigger.PLACE_FAILED): (OrderState.ENDED, End.FAILED),
    (OrderState.CANCEL_REQUESTED, Trigger.PLACE_FAILED): (OrderState.ENDED, End.FAILED),
    (OrderState.CANCEL_REQUESTED, Trigger.CANCEL_REFUSED): (OrderState.ENDED, End.CANCELED),
}
"""State × trigger → state and, where it is the last word, how it ended. A pair that is missing changes nothing."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The fills a counter-order answers, or an amount collected for one (L-8a): base units, mean price, level."""

    size: Decimal
    value: Decimal
    level: int
    tries: int
    cloids: tuple[str, ...]

    @property
    def px(self) -> Decimal:
        """The size-weighted mean fill price."""
        return self.value / self.size

    def merged(self, other: Answered) -> Answered:
        """Add another amount: the lowest level and the highest number of tries carry over (L-8a)."""
        cloids = self.cloids + tuple(c for c in other.cloids if c not in self.cloids)
        return Answered(
            self.size + other.size,
            self.value + other.value,
            min(self.level, other.level),
            max(self.tries, other.tries),
            cloids,
        )


class Order(NamedTuple):
    """One own order, by all that was sent and told. Sizes in base units, times in ms.

    A named tuple, the one record that nearly every event copies: a changed copy costs a sixth of a dataclass's.

    `side`, `role` are None where an earlier life's order was told without them. `told_remaining` is the smallest
    remaining told. `early_cancel`: some cancel was sent before it was seen resting. `rearmed`: a cancel waits for
    `resting` (L-5). `resend_ms`: when a cancel is sent again. `doubtful`: told `unknown`, or its cancel was refused.
    """

    cloid: str
    market: str
    side: Side | None
    px: Decimal
    size: Decimal
    role: Role | None
    level: int | None
    tif: Tif
    reduce_only: bool
    sent_ms: int
    changed_ms: int
    told_remaining: Decimal
    state: OrderState = OrderState.SENT
    oid: int | None = None
    seen_resting: bool = False
    filled: Decimal = ZERO
    cancel_ms: int | None = None
    early_cancel: bool = False
    rearmed: bool = False
    resend_ms: int | None = None
    doubtful: bool = False
    absent_once: bool = False
    end: End | None = None
    answered: Answered | None = None

    @property
    def remaining(self) -> Decimal:
        """What may still rest: the smaller of size less fills and the smallest remaining told (L-4)."""
        left = self.size - self.filled
        return left if left < self.told_remaining else self.told_remaining

    @property
    def unfilled(self) -> Decimal:
        """What still counts as exposure: size less the fills told (I-5)."""
        left = self.size - self.filled
        return left if left > 0 else ZERO

    @property
    def cancel_requested(self) -> bool:
        """Whether a cancel is out (L-1)."""
        return self.state is OrderState.CANCEL_REQUESTED

    @property
    def ended(self) -> bool:
        """Whether it has had its last word (L-1)."""
        return self.state is OrderState.ENDED


def sent(place: Place, now_ms: int, answered: Answered | None = None) -> Order:
    """Return the order that a placement makes known: from sending on (L-1)."""
    return Order(
        cloid=place.cloid,
        market=place.market,
        side=place.side,
        px=place.px,
        size=place.sz,
        role=place.role,
        level=place.level,
        tif=place.tif,
        reduce_only=place.reduce_only,
        sent_ms=now_ms,
        changed_ms=now_ms,
        told_remaining=place.sz,
        answered=answered,
    )


def advance(order: Order, trigger: Trigger, now_ms: int, **also: Any) -> Order:
    """Return the order after `trigger`, by the table; a pair that the table does not have changes nothing (L-1, L-5).

    What else the trigger tells, `also`, is taken over in the same copy, in the table or not.
    """
    target = TRANSITIONS.get((order.state, trigger))
    if target is None:
        return order._replace(**also) if also else order
    state, end = target
    return order._replace(state=state, end=end, changed_ms=now_ms, doubtful=False, **also)


def seen_resting(order: Order, oid: int | None, remaining: Decimal, now_ms: int) -> Order:
    """Return the order told to rest with `remaining`: its oid is known from now on (L-1, L-4)."""
    smaller = min(order.told_remaining, remaining) if remaining >= 0 else order.told_remaining
    return advance(
        order,
        Trigger.SEEN_RESTING,
        now_ms,
        oid=oid if oid is not None else order.oid,
        seen_resting=True,
        told_remaining=smaller,
        absent_once=False,
    )


def cancel_sent(order: Order, now_ms: int) -> Order:
    """Return the order with one more cancel out; the first unanswered one's time is kept for its time-out (L-6)."""
    return advance(
        order,
        Trigger.CANCEL_SENT,
        now_ms,
        cancel_ms=now_ms if order.cancel_ms is None else order.cancel_ms,
        early_cancel=order.early_cancel or not order.seen_resting,
        rearmed=False,
        resend_ms=None,
    )


def cancel_action(order: Order) -> Cancel:
    """Return the cancel that names the order: by oid where it is known, else by cloid (L-2)."""
    if order.oid is not None:
        return Cancel(order.market, oid=order.oid)
    return Cancel(order.market, cloid=order.cloid)


def filled(order: Order, sz: Decimal, now_ms: int) -> Order:
    """Return the order after one new fill of `sz`; it ends by fills only when they add up to its size (L-4)."""
    total = order.filled + sz
    counted = order._replace(filled=total, changed_ms=now_ms, doubtful=False)
    if total >= order.size:
        return advance(counted, Trigger.FILLED_UP, now_ms)
    return counted


def cancel_refused(order: Order, now_ms: int) -> Order:
    """Return the order after a cancel-reject: ended only if every cancel was sent after it was seen resting (L-5).

    Otherwise the reject says nothing about it (a cancel can overtake its place): seen resting, L-7a decides; not
    yet, the cancel is armed again for its `resting`.
    """
    if order.state is not OrderState.CANCEL_REQUESTED:
        return order
    if order.seen_resting and not order.early_cancel:
        return advance(order, Trigger.CANCEL_REFUSED, now_ms)
    return order._replace(changed_ms=now_ms, doubtful=True, rearmed=not order.seen_resting)


def cancel_failed(order: Order, now_ms: int) -> Order:
    """Return the order whose cancel never left: it is sent again at the first event 250 ms later (L-5)."""
    if order.state is not OrderState.CANCEL_REQUESTED:
        return order
    return order._replace(resend_ms=now_ms + RESEND_AFTER_MS)


def revived(order: Order, now_ms: int) -> Order:
    """Return an order that ended wrongly and is known again (L-7a): it rests, its old cancels are forgotten."""
    return order._replace(
        state=OrderState.RESTING,
        end=None,
        changed_ms=now_ms,
        seen_resting=True,
        cancel_ms=None,
        rearmed=False,
        resend_ms=None,
        doubtful=False,
        absent_once=False,
    )
