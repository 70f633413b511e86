"""Whether a maker cancels only what it placed or was told of (ROB-1): a name that nothing gave it may be another's."""

from __future__ import annotations

from model.actions import Cancel, Place
from model.codec import show
from model.events import OpenOrders, Start
from model.journal import Record, Turn


class Known:
    """An observer of one run. `stranger`: (time, index of the record, text) of the first cancel of an unknown order."""

    def __init__(self) -> None:
        self._names: set[str | int | None] = set()
        self._seen = -1
        self.stranger: tuple[int, int, str] | None = None

    def observe(self, record: Record) -> None:
        """Take in what is told, then what is answered."""
        self._seen += 1
        if not isinstance(record, Turn):
            return
        event = record.event
        if isinstance(event, Start | OpenOrders):
            told = event.open_orders if isinstance(event, Start) else event.orders
            self._names.update(name for order in told for name in (order.oid, order.cloid))
        else:
            self._names.update((getattr(event, "oid", None), getattr(event, "cloid", None)))
        for action in record.reply.actions:
            if isinstance(action, Place):
                self._names.add(action.cloid)
            elif isinstance(action, Cancel):
                self._cancelled(record.now_ms, action)

    def _cancelled(self, now_ms: int, cancel: Cancel) -> None:
        names = [name for name in (cancel.oid, cancel.cloid) if name is not None]
        if self.stranger is None and not any(name in self._names for name in names):
            named = " ".join(show(name) for name in names)
            self.stranger = (now_ms, self._seen, f"cancels {named}, an order that it neither placed nor was told of")
