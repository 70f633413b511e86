"""The maker's and the taker's position per market: as told (fills counted once), and as the venue booked them."""

from __future__ import annotations

from collections import deque
from decimal import Decimal

from model import events, journal
from specs.own import ZERO, FillIdentity

HOUR_MS = 3_600_000
NEVER_MS = -(1 << 62)
"""Where something is known until such a time, it is not known."""
MOST_SHIFTS = 64
"""So many differences that may have been adopted are held. Each takes a quiet `sent_timeout_ms`."""
FEW_SHIFTS = 4
SURELY_TIMEOUTS = 6
"""A difference that all answers tell for so many `sent_timeout_ms` was adopted by every maker (L-7): asked only where
there are more than a few."""


class Positions:
    """Net positions in base units.

    `net`, `taker`: the told ledger, start positions plus fills told since, each identity once (L-4).
    `_answered`: the taker's part by the last answer and the fills since, with the time of its query; see `takers`.
    `offset`: by how much the last answer differed from the ledger; `adopted`: the differences that two answers told
    alike, `sent_timeout_ms` apart and with no fill told since, each with the later query's time, so that a maker may
    have made it its own (L-7). It may wait for a later answer, and hold an earlier one until then.
    `mm`, `taker_truth`: what the venue booked. `taker_pnl`: (venue time, time told, closed PnL − fee), this life.
    """

    def __init__(self) -> None:
        self.net: dict[str, Decimal] = {}
        self.taker: dict[str, Decimal] = {}
        self._answered: dict[str, tuple[Decimal, int]] = {}
        self.offset: dict[str, Decimal] = {}
        self.adopted: dict[str, tuple[tuple[Decimal, int], ...]] = {}
        self._first_told: dict[str, dict[Decimal, int]] = {}
        self._row: dict[str, tuple[Decimal, int]] = {}
        self._last_fill_ms: dict[str, int] = {}
        self.seen: set[FillIdentity] = set()
        self.taker_pnl: deque[tuple[int, int, Decimal]] = deque()
        self.mm: dict[str, Decimal] = {}
        self.taker_truth: dict[str, Decimal] = {}
        self.truth_known = False
        self._sums: tuple[Decimal, Decimal] = (ZERO, ZERO)
        self.sums_until_ms = NEVER_MS
        """Before this time the sums of `taker_pnl` stay as they were worked out last."""

    def life_began(self, start: events.Start) -> None:
        """Take over what a life is told at its start; start fills are contained in the positions (S-5)."""
        self.net = {p.market: p.size - p.taker_size for p in start.positions}
        self.taker = {p.market: p.taker_size for p in start.positions}
        self.offset, self.adopted = {}, {}
        self._answered.clear()
        self._first_told.clear()
        self._row.clear()
        self._last_fill_ms.clear()
        self.seen = {(f.time_ms, f.market, f.tid) for f in start.fills}
        self.taker_pnl.clear()
        self.sums_until_ms = NEVER_MS
        for fill in start.fills:
            if isinstance(fill, events.TakerFill):
                self.taker_pnl.append((fill.time_ms, start.now_ms, fill.closed_pnl - fill.fee))
        if not self.truth_known:
            self.mm, self.taker_truth = dict(self.net), dict(self.taker)
            self.truth_known = True

    def told_fill(self, fill: events.Fill) -> bool:
        """Book an own fill; False when its identity was seen before."""
        if not self._fresh(fill):
            return False
        signed = fill.side.sign * fill.sz
        self._fill_told(fill)
        self.net[fill.market] = self.net.get(fill.market, ZERO) + signed
        self.offset.pop(fill.market, None)
        shifts = self.adopted.get(fill.market, ())
        if shifts:  # what a correction contains, the ledger catches up with (L-7)
            held = ((shift - signed if fill.time_ms < ms else shift, ms) for shift, ms in shifts)
            self.adopted[fill.market] = tuple(dict.fromkeys(held))
        return True

    def told_taker_fill(self, fill: events.TakerFill, now_ms: int) -> bool:
        """Book a fill of the account's other strategy; False when its identity was seen before."""
        if not self._fresh(fill):
            return False
        self._fill_told(fill)
        signed = fill.side.sign * fill.sz
        self.taker[fill.market] = self.taker.get(fill.market, ZERO) + signed
        answered = self._answered.get(fill.market)
        if answered is not None and fill.time_ms >= answered[1]:
            self._answered[fill.market] = (answered[0] + signed, answered[1])
        self.taker_pnl.append((fill.time_ms, now_ms, fill.closed_pnl - fill.fee))
        self.sums_until_ms = NEVER_MS
        while now_ms - self.taker_pnl[0][1] > 2 * HOUR_MS:
            self.taker_pnl.popleft()
        return True

    def told_answer(self, answer: events.OpenOrders, sent_timeout_ms: int) -> None:
        """Note where the venue's MM part differs from the ledger, and what may have been adopted (L-7)."""
        told = {p.market: p for p in answer.positions}
        for market in sorted({*told, *self.net, *self.taker}):
            position = told.get(market)
            size = position.size - position.taker_size if position else ZERO
            difference = size - self.net.get(market, ZERO)
            self.offset[market] = difference
            if answer.sent_ms < self._last_fill_ms.get(market, answer.sent_ms):
                continue
            self._answered[market] = (position.taker_size if position else ZERO, answer.sent_ms)
            first_ms = self._first_told.setdefault(market, {}).setdefault(difference, answer.sent_ms)
            row = self._row.get(market)
            if row is None or row[0] != difference:
                row = self._row[market] = (difference, answer.sent_ms)
            surely = answer.sent_ms - row[1] >= SURELY_TIMEOUTS * sent_timeout_ms
            if answer.sent_ms - first_ms >= sent_timeout_ms and (difference != 0 or market in self.adopted):
                self._adopt(market, difference, answer.sent_ms, surely)

    def _adopt(self, market: str, difference: Decimal, sent_ms: int, surely: bool) -> None:
        """Hold a difference by the first and by the last query that a maker may have adopted it with."""
        held = self.adopted.get(market, ())
        alike = [one for one in held if one[0] == difference]
        others = [one for one in held if one[0] != difference]
        if surely and len(others) >= FEW_SHIFTS:
            others = []
            self.net[market] = self.net.get(market, ZERO) + difference
            self.offset[market], alike, difference = ZERO, [(ZERO, at_ms) for _, at_ms in alike], ZERO
            self._begin_row(market)
        self.adopted[market] = (*others, *alike[:1], (difference, sent_ms))[-MOST_SHIFTS:]

    def _fill_told(self, fill: events.Fill | events.TakerFill) -> None:
        """A fill breaks the row of answers that tell the same (L-7)."""
        self._begin_row(fill.market)
        self._last_fill_ms[fill.market] = fill.now_ms

    def _begin_row(self, market: str) -> None:
        self._first_told.pop(market, None)
        self._row.pop(market, None)

    def takers(self, market: str) -> tuple[Decimal, ...]:
        """Return the taker's positions that a maker may rightly hold: by fills, or by an answer and the fills since.

        What was filled between the sending of the query and the venue's reading of it, and is told after the answer,
        counts twice in the second one: no maker can tell (L-7).
        """
        by_fills = self.taker.get(market, ZERO)
        by_answer, _ = self._answered.get(market, (by_fills, 0))
        return (by_fills,) if by_answer == by_fills else (by_fills, by_answer)

    def candidates(self, market: str) -> tuple[Decimal, ...]:
        """Return the MM positions that a maker may rightly hold: the ledger's first, then corrected ones (L-7)."""
        net = self.net.get(market, ZERO)
        offset, shifts = self.offset.get(market, ZERO), self.adopted.get(market, ())
        if offset == 0 and not shifts:
            return (net,)
        return tuple(dict.fromkeys((net, net + offset, *(net + shift for shift, _ in shifts))))

    def traded(self, record: journal.Traded) -> None:
        """Book a fill at the venue."""
        if record.owner == journal.Owner.MAKER:
            book = self.mm
        elif record.owner == journal.Owner.TAKER:
            book = self.taker_truth
        else:
            return
        book[record.market] = book.get(record.market, ZERO) + record.side.sign * record.sz

    def closable(self, market: str) -> Decimal:
        """Return what of the venue's MM position the account's net position lets reduce-only close (L-9), unsigned."""
        mm = self.mm.get(market, ZERO)
        net = mm + self.taker_truth.get(market, ZERO)
        if mm == 0 or net == 0 or (mm > 0) != (net > 0):
            return ZERO
        return min(abs(mm), abs(net))

    def taker_pnl_sums(self, now_ms: int) -> tuple[Decimal, Decimal]:
        """Return I-7's sum over the last hour, by the fills' venue time and by the time they were told."""
        if now_ms >= self.sums_until_ms:
            by_time = sum((pnl for t, _, pnl in self.taker_pnl if now_ms - t < HOUR_MS), ZERO)
            by_told = sum((pnl for _, told, pnl in self.taker_pnl if now_ms - told < HOUR_MS), ZERO)
            self._sums = by_time, by_told
            counted = (ms + HOUR_MS for t, told, _ in self.taker_pnl for ms in (t, told) if now_ms - ms < HOUR_MS)
            self.sums_until_ms = min(counted, default=now_ms + HOUR_MS)
        return self._sums

    def _fresh(self, fill: events.Fill | events.TakerFill) -> bool:
        identity = (fill.time_ms, fill.market, fill.tid)
        if identity in self.seen:
            return False
        self.seen.add(identity)
        return True
