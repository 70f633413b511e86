"""Whether a run goes on with a former one: lives of one maker on one account, recorded one after the other."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TypeAlias

from mmgate.audit.gaps import Gap
from model import events, journal

LIVED = (journal.Turn, journal.Crashed, journal.MakerFailed, journal.BooksTold)
Found: TypeAlias = list[tuple[int, journal.Record | Gap]]
UNSEEN = "unseen"
"""The reason of an end that nothing told."""
NO_END = "the records before have no end: what happened until the next ones begin is not told"


class Runs:
    """The runs of some logs as one. `refusal` says why the latest does not go on with those before.

    Lives that begin to count anew count on. An end that is followed by another run is no end.
    """

    def __init__(self) -> None:
        self._run: journal.RunStarted | None = None
        self._end: journal.RunEnded | None = None
        self._last_ms = 0
        self._life = 0
        self._shift = 0
        self._joined = False

    @property
    def begun(self) -> bool:
        """Whether a run has begun."""
        return self._run is not None

    def begin(self, run: journal.RunStarted) -> str:
        """Take in the beginning of a run; say why it does not go on with the former one, if it does not."""
        former, self._run = self._run, self._run or run
        if former is None:
            return ""
        if run.now_ms < self._last_ms:
            order = "name the oldest first, each once"
            return f"it begins at {run.now_ms}, before the former ends at {self._last_ms}; {order}"
        for what, one, other in (
            ("maker", former.maker, run.maker),
            ("scenario and seed", (former.scenario, former.seed), (run.scenario, run.seed)),
            ("cloid_prefix", former.config.cloid_prefix, run.config.cloid_prefix),
            ("markets", _named(former), _named(run)),
            ("features", former.features, run.features),
            ("timer_ms, round_trip_ms, delivery_ms", _times(former), _times(run)),
        ):
            if one != other:
                return f"its {what} are {other}, the former's are {one}; audit them one by one"
        self._shift, self._joined = self._life, True
        return ""

    def see(self, line: int, record: journal.Record) -> Found:
        """Take in a record after the beginning; return what is to be judged now."""
        self._last_ms = max(self._last_ms, record.now_ms)
        if isinstance(record, journal.RunEnded):
            self._end = record
            return []
        record = self._counted(record)
        found: Found = []
        if self._joined and isinstance(record, journal.Turn):
            self._joined = False
            found += [(line, Gap(line, line, text)) for text in self._between(record.event)]
            found += [(line, closed) for closed in self._gone(record.event)]
        if isinstance(record, journal.Turn):
            self._end = None
        return [*found, (line, record)]

    def over(self) -> journal.RunEnded | None:
        """Return the end of the last run, if it was told."""
        return self._end

    def _counted(self, record: journal.Record) -> journal.Record:
        """Count lives on."""
        if not isinstance(record, LIVED):
            return record
        if self._shift:
            record = replace(record, life=record.life + self._shift)
        if isinstance(record, journal.Turn):
            if self._shift and isinstance(record.event, events.Start):
                record = replace(record, event=replace(record.event, life=record.life))
            self._life = max(self._life, record.life)
        return record

    def _between(self, event: object) -> list[str]:
        """Say what happened between two runs, as far as the end of the one and the beginning of the other show."""
        if self._end is None:
            return [NO_END]
        if not isinstance(event, events.Start):
            return []
        told = []
        before, now = (_sizes(one) for one in (self._end.positions, event.positions))
        changed = [market for market in sorted({*before, *now}) if before.get(market, 0) != now.get(market, 0)]
        for market in changed:
            was, is_now = before.get(market, Decimal(0)), now.get(market, Decimal(0))
            told.append(f"the position of {market} was {was} at the end before and is {is_now}: fills are not told")
        if not {order.oid for order in event.open_orders} <= {order.oid for order in self._end.open_orders}:
            told.append("orders are open that were not at the end before: their coming is not told")
        return told

    def _gone(self, event: object) -> list[journal.Record]:
        """Close the orders that were open at the end before, and are not any more."""
        if self._end is None or self._run is None or not isinstance(event, events.Start):
            return []
        left, prefix = {order.oid for order in event.open_orders}, "0x" + self._run.config.cloid_prefix
        return [
            journal.OrderClosed(
                self._end.now_ms,
                journal.Owner.MAKER if (order.cloid or "").startswith(prefix) else journal.Owner.TAKER,
                order.market, order.oid, order.cloid, UNSEEN, order.remaining,
            )
            for order in self._end.open_orders
            if order.oid not in left
        ]  # fmt: skip


def _named(run: journal.RunStarted) -> str:
    return ", ".join(sorted(f"{market.name}/{market.sz_decimals}" for market in run.markets))


def _times(run: journal.RunStarted) -> tuple[int, int, int]:
    return run.timer_ms, run.round_trip_ms, run.delivery_ms


def _sizes(positions: tuple[events.Position, ...]) -> dict[str, Decimal]:
    return {position.market: position.size for position in positions}
