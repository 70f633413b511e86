"""The own orders not yet ended, and the earliest time at which a rule of time concerns one of them (L-5, L-6, L-8a).

Every event runs the time-outs (N-5), and hardly ever is one due. So the orders know a time before which none is, and
looking at each of them is put off until then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from model.actions import Role
from model.config import MakerConfig
from model.orders import Order

CANCEL_TIMEOUT_WHEN_OFF_MS = 10_000
"""The stale-cancel time-out used for reconciling where `stale_cancel_timeout_ms` is 0 (L-6)."""

NEVER_MS = 2**63


def cancel_timeout_ms(config: MakerConfig) -> int:
    """Return after how long an unanswered cancel asks for a reconcile (L-6)."""
    return config.stale_cancel_timeout_ms or CANCEL_TIMEOUT_WHEN_OFF_MS


class Limits(NamedTuple):
    """How long an order may wait for what, in ms: its placement, its cancel, a counter-order's age (0: no bound)."""

    place_ms: int
    cancel_ms: int
    counter_ms: int

    @staticmethod
    def of(config: MakerConfig) -> Limits:
        """Return the limits of a config, which lasts a life."""
        return Limits(config.sent_timeout_ms, cancel_timeout_ms(config), config.counter_max_age_ms)


def due_ms(order: Order, limits: Limits) -> int:
    """Return when the first rule of time concerns an order: at its next event (0), at a time in ms, or never.

    A cancel to be sent again (L-5), an unanswered placement or cancel (L-6), a counter-order too old (L-8a), and what
    an answer must decide: told `unknown`, a refused cancel, absent once (L-7a). What is due stays due until the order
    changes.
    """
    if order.doubtful or order.absent_once:
        return 0
    due = NEVER_MS if order.resend_ms is None else order.resend_ms
    if not order.seen_resting:
        due = min(due, order.sent_ms + limits.place_ms)
    if order.cancel_ms is not None:
        due = min(due, order.cancel_ms + limits.cancel_ms)
    if order.role is Role.COUNTER and limits.counter_ms and not order.cancel_requested:
        due = min(due, order.sent_ms + limits.counter_ms)
    return due


class LiveOrders(dict[str, Order]):
    """The own orders not yet ended, by cloid, in order of sending; change it by item only."""

    __slots__ = ("_due_ms", "_limits")

    def __init__(self, limits: Limits, orders: Mapping[str, Order] | None = None, due_ms: int = NEVER_MS) -> None:
        super().__init__(orders or ())
        self._limits = limits
        self._due_ms = due_ms

    def __setitem__(self, cloid: str, order: Order) -> None:
        """Keep an order."""
        due = due_ms(order, self._limits)
        if due < self._due_ms:
            self._due_ms = due
        dict.__setitem__(self, cloid, order)

    def fork(self) -> LiveOrders:
        """Return a copy that may be changed."""
        return LiveOrders(self._limits, self, self._due_ms)

    def any_due(self, now_ms: int) -> bool:
        """Tell whether a rule of time concerns some order now."""
        if now_ms < self._due_ms:
            return False
        self._due_ms = min((due_ms(order, self._limits) for order in self.values()), default=NEVER_MS)
        return now_ms >= self._due_ms
