"""Requests that nothing answered, in a log that does not tell when wire or venue misbehaved: each is such a moment."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from itertools import product
from typing import TypeAlias

from model import events
from model.actions import Action, Cancel, Place, QueryOpenOrders

Key: TypeAlias = tuple[str, str | int]
UNANSWERED = "unanswered"
"""The kind of fault as which such a moment is told: the log is whole, and the wire was not."""
MOST_WAITING = 20_000
ENDS = (events.Canceled, events.CancelRejected, events.SendFailed, events.Unknown, events.Rejected, events.Done)
"""Words that answer a cancel; a fill does, too, and of a place each word on it."""
_PLACE, _CANCEL, _QUERY = "place", "cancel", "query"


class Silences:
    """Remembers requests until they are answered. `round_trip_ms`: an answer takes no longer."""

    def __init__(self, round_trip_ms: int) -> None:
        self._longest_ms = round_trip_ms
        self._waiting: OrderedDict[Key, tuple[int, int]] = OrderedDict()

    def asked(self, now_ms: int, line: int, action: Action) -> None:
        """Note a request."""
        since = now_ms, line
        if isinstance(action, Place):
            self._wait((_PLACE, action.cloid), since)
        elif isinstance(action, Cancel):
            name = action.oid if action.oid is not None else action.cloid
            if name is not None:
                self._wait((_CANCEL, name), since)
        elif isinstance(action, QueryOpenOrders):
            self._wait((_QUERY, ""), since)

    def told(self, event: events.Start | events.Event) -> None:
        """Note what answers requests; a new life, or a lost connection, waits for nothing."""
        if not self._waiting or isinstance(event, events.Timer | events.Oracle):
            return
        if isinstance(event, events.Start | events.Disconnected):
            self._waiting.clear()
        elif isinstance(event, events.OpenOrders):
            self._waiting.pop((_QUERY, ""), None)
        else:
            kinds = (_PLACE, _CANCEL) if isinstance(event, (*ENDS, events.Fill)) else (_PLACE,)
            names: tuple[str | int | None, ...] = (getattr(event, "cloid", None), getattr(event, "oid", None))
            for kind, name in product(kinds, names):
                if name is not None:
                    self._waiting.pop((kind, name), None)

    def over(self, now_ms: int) -> Iterator[tuple[int, str]]:
        """Yield line and name of what has waited for longer than an answer takes, and wait for it no more."""
        while self._waiting:
            (kind, name), (since_ms, line) = next(iter(self._waiting.items()))
            if now_ms - since_ms <= self._longest_ms:
                return
            self._waiting.popitem(last=False)
            yield line, f"{kind} {name}".strip()

    def _wait(self, key: Key, since: tuple[int, int]) -> None:
        """Wait for an answer; of a request that is repeated meanwhile, from the first time on."""
        self._waiting.setdefault(key, since)
        if len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)
