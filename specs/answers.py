"""Which ladder fills a counter-order answers, deduced from what was told (L-8, L-8a).

Each ladder fill told is a *lot* until counter-orders cover it. A counter-order is explained by the lot told just
before it, or by lots collected: any run of neighbouring lots is a fair reading, since a maker may have cleared the
older ones. What an order covers is taken from its lots in proportion, which keeps their mean price.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from model import events
from model.actions import COUNTER, LADDER, Role, Side
from specs.definitions import counter
from specs.definitions.counter import Answered
from specs.lots import (
    MOST_TRIES,
    RECENT,
    SLACK,
    ZERO,
    Answer,
    Explanation,
    Lot,
    compress,
    legal,
    loose_reading,
    loosened,
    lowest_levels,
    partly_covered,
    price_range,
    runs,
    scaled,
    total,
    without_cleared,
)
from specs.own import OwnOrder, sane

if TYPE_CHECKING:
    from specs.pricing import Facts, Pricing
    from specs.view import View

REFUSALS = (events.Rejected, events.SendFailed)
TELLING = frozenset((events.Fill, events.OpenOrders, *REFUSALS))
"""Events that change what there is to answer."""
MAX_ANSWERS = 512
"""Explanations kept: one is asked for again at its order's sending, or when it is refused soon after."""
LEAST_OFFSET_BPS = 1
"""A declared rung nearer than this, in the reply to a fill of the other side, is judged as a counter-order."""

RUNGLESS = (events.Timer, events.TakerFill, events.Connected, events.Resting)
"""In the reply to these no rung is placed: none is a price, and none ends an order (L-3)."""

Key = tuple[str, Side]
"""Market and side of the fills."""


class Answers:
    """The lots of the present life, and the explanation of every counter-order sent in it.

    `fresh`: the ladder fill told in this turn, if it was one.
    """

    def __init__(self, view: View, pricing: Pricing) -> None:
        self._view = view
        self._pricing = pricing
        self._lots: dict[Key, list[Lot]] = {}
        self._most: dict[Key, Fraction] = {}
        self._recent: dict[Key, deque[Lot]] = {}
        self._marks: dict[str, tuple[int, Fraction]] = {}
        self._answers: dict[tuple[str, int], Answer | None] = {}
        self._ranges: dict[Key, tuple[tuple[tuple[Lot, ...], tuple[Fraction, ...]], tuple[Fraction, Fraction]]] = {}
        self.fresh: Lot | None = None

    # Called by the pricing, once per turn.

    def life_began(self, start: events.Start) -> None:
        """Forget everything: a life makes no counter-order for an earlier one's fills (L-4)."""
        del start
        self._lots.clear()
        self._most.clear()
        self._recent.clear()
        self._marks.clear()
        self._answers.clear()
        self._ranges.clear()
        self.fresh = None

    def heard(self, event: events.Event) -> None:
        """Take in an event that the view knows."""
        self.fresh = None
        if not self._view.config.counter_order_enabled:
            return
        if type(event) in TELLING:
            if isinstance(event, events.Fill):
                self._fill(event)
            elif isinstance(event, REFUSALS):
                self._refused(event)
            else:
                self._corrected()
        if self._lots and self._view.stops.running():
            self._lots.clear()
            self._most.clear()

    def _fill(self, event: events.Fill) -> None:
        order = self._view.fill_order
        if not (self._view.fill_fresh and sane(event.px) and sane(event.sz)):
            return
        if event.mark_px is not None and sane(event.mark_px):
            self._marks[event.market] = (self._view.index, Fraction(event.mark_px))
        self._shrink(event)
        if order is not None and order.role is LADDER and order.life == self._view.life:
            levels = self._pricing.levels_of(order) or tuple(range(self._view.config.num_levels))
            self._lot(event, order, levels)

    def _lot(self, event: events.Fill, order: OwnOrder, levels: tuple[int, ...]) -> None:
        key = (event.market, order.side)
        size = Fraction(event.sz)
        nets = self._nets(event.market)
        before = tuple(net - order.side.sign * size for net in nets)
        mark = Fraction(event.mark_px) if event.mark_px is not None and sane(event.mark_px) else None
        lot = Lot(order.cloid, order.side, Fraction(event.px), size, levels, before, self._view.index, mark)
        self.fresh = lot
        lots = self._lots.setdefault(key, [])
        lots.append(lot)
        self._more(key, size)
        compress(lots)
        self._recent.setdefault(key, deque(maxlen=RECENT)).append(lot)

    def _shrink(self, event: events.Fill) -> None:
        """Take off what exceeds |net| after a fall of it: that clears collected amounts (L-8a).

        Lot by lot, for which of them a maker has collected at all is not known; where they exceed it in sum, a maker
        may have left a part of each. Whatever it has left, it is no more than |net| in all.
        """
        nets = self._nets(event.market)
        moved = event.side.sign * Fraction(event.sz)
        falls = [abs(net) < abs(net - moved) for net in nets]
        if any(falls):
            self._loosen(event.market, min(abs(net) for net in nets))
        contained = any(event.time_ms < ms for _, ms in self._view.positions.adopted.get(event.market, ()))
        if contained or not all(falls):
            return
        room = max(abs(net) for net in nets)
        for side in Side:
            lots = self._lots.get((event.market, side), [])
            left = (lot if lot.sz <= room else replace(lot, sz=room) for lot in lots if room > 0)
            self._lots[event.market, side] = list(left)
            self._most[event.market, side] = min(room, self._left((event.market, side)))

    def _left(self, key: Key) -> Fraction:
        """Return how much is left to answer in all, at most."""
        size = total(self._lots.get(key, ()))
        return min(size, self._most.get(key, size))

    def _more(self, key: Key, size: Fraction) -> None:
        """Note that there is more to answer, or, where the size is negative, less."""
        if key in self._most:
            self._most[key] = max(ZERO, self._most[key] + size)

    def _corrected(self) -> None:
        """Note where an answer may have corrected a position: its fall clears collected amounts too (L-7, L-8a)."""
        for market in self._view.positions.adopted:
            self._loosen(market, min(abs(net) for net in self._nets(market)))

    def _loosen(self, market: str, room: Fraction) -> None:
        """Note that no more than `room` may be left of a market's lots in sum."""
        for side in Side:
            lots = self._lots.get((market, side), [])
            if lots and total(lots) > room:
                self._lots[market, side] = loosened(lots)

    def _refused(self, event: events.Rejected | events.SendFailed) -> None:
        """Give the lots of a counter-order that never rested back: it is collected again (L-8a)."""
        if isinstance(event, events.SendFailed) and event.action == "cancel":
            return
        order = self._view.orders.find(event.cloid, event.oid)
        answer = self._answers.pop((order.cloid, order.index), None) if order is not None else None
        if order is None or answer is None or order.told_resting_ms is not None:
            return
        unfilled = Fraction(order.place.sz - order.told_filled)
        back = scaled(answer.taken, unfilled / answer.sz)
        key = (order.market, order.side.opposite)
        tried = isinstance(event, events.Rejected) and answer.whole
        back = [replace(lot, refused=True, tries=lot.tries + 1 if tried else 0) for lot in loosened(back)]
        back = [lot for lot in back if lot.tries < MOST_TRIES]
        self._more(key, total(back))
        merged = sorted([*back, *self._lots.get(key, [])], key=lambda lot: lot.index)
        compress(merged)
        self._lots[key] = merged

    # Read by monitors.

    def judged(self, order: OwnOrder) -> Answer | None:
        """Return the explanation of a new counter-order, called one or not; None for other orders."""
        if not self._view.config.counter_order_enabled:
            return None
        if order.role is LADDER:
            facts = self._pricing.facts(order)  # so that its level is known for its fills
            if facts is None or self.fresh is None or not self._disguised(order, facts, self.fresh):
                return None
        elif order.role is not COUNTER:
            return None
        return self.of(order)

    def of(self, order: OwnOrder) -> Answer | None:
        """Return the explanation of a counter-order, to be asked first at its sending; then its lots are covered.

        None for an order that declares no role and stands where a rung stands: a pending one, placed after a fill.
        """
        key = (order.cloid, order.index)
        if key in self._answers:
            return self._answers[key]
        if order.index != self._view.index or not self._judgeable(order):
            return None
        if len(self._answers) >= MAX_ANSWERS:
            del self._answers[next(iter(self._answers))]
        answer: Answer | None = self._explain(order)
        if answer is not None and answer.fit is None and order.place.role is None and self._is_rung(order):
            answer = None
        if answer is not None:
            answer = replace(answer, taken=tuple(self._cover(answer)))
        self._answers[key] = answer
        return answer

    def role_of(self, order: OwnOrder, in_reply_to_fill: bool) -> Role:
        """Return the role of an order whose maker tells none, where it may be a collected counter-order (L-8a).

        It is one where the fills left to answer give its price and its size, and it is none with a rung's price and
        size at a moment at which rungs are placed (L-3). In the reply to a fill of the other side it is one unless
        only a rung is like it (port protocol).
        """
        if not self._judgeable(order):
            return order.role
        rung = self._pricing.is_rung(order)
        if not self._conceivable(order):
            return COUNTER if in_reply_to_fill and not rung else LADDER
        answer = self._explain(order)
        if rung and answer.fit is not None:
            self._view.guesses.add(order.market)
        if not in_reply_to_fill and rung and not isinstance(self._view.heard_event, RUNGLESS):
            return LADDER
        bound = answer.sz * (1 - SLACK)
        sized = answer.fit is not None and min(answer.fit.covered, answer.uncovered) >= bound
        if in_reply_to_fill:
            return LADDER if rung and not sized else COUNTER
        return COUNTER if sized else LADDER

    # The parts.

    def _disguised(self, order: OwnOrder, facts: Facts, fresh: Lot) -> bool:
        """Say whether a declared rung is none, but answers the ladder fill just told (port protocol)."""
        filled = self._view.fill_order
        if filled is None or filled.market != order.market:
            return False
        if facts.levels or order.side is fresh.side:
            return False
        return bool(order.place.answers) or facts.offset_bps < LEAST_OFFSET_BPS

    def _judgeable(self, order: OwnOrder) -> bool:
        return order.market in self._view.markets and sane(order.px) and sane(order.place.sz)

    def _is_rung(self, order: OwnOrder) -> bool:
        facts = self._pricing.facts(order)
        return facts is not None and bool(facts.levels)

    def _nets(self, market: str) -> tuple[Fraction, ...]:
        return tuple(Fraction(net) for net in self._view.positions.candidates(market))

    def _marks_for(self, market: str, lots: Sequence[Lot]) -> list[Fraction]:
        """Return the marks last told: with the fill, for the one just told; else by an oracle event or a fill.

        What a snapshot repeats of a fill may be an older mark than the last told one: either is fair for it. So it is
        for collected fills, where a fill told a newer mark than the oracle event before it.
        """
        found: list[Fraction] = []
        if self._only_fresh(lots) and lots[0].mark_px is not None:
            found.append(lots[0].mark_px)
            if not getattr(self._view.heard_event, "snapshot", False):
                return found
        found += [mark for mark in map(Fraction, self._view.told_of(market).marks) if mark not in found]
        with_fill = self._marks.get(market)
        if with_fill is not None and with_fill[1] not in found:
            found.append(with_fill[1])
        return found

    def _only_fresh(self, lots: Sequence[Lot]) -> bool:
        """Say whether these lots are just the fill told in this turn."""
        return len(lots) == 1 and self.fresh is not None and lots[0].index == self.fresh.index

    def _conceivable(self, order: OwnOrder) -> bool:
        """Say whether any part of any lots could give its price: most rungs are nowhere near."""
        key = (order.market, order.side.opposite)
        lots = [*self._lots.get(key, ()), *self._recent.get(key, ())]
        if not lots:
            return False
        marks = self._marks_for(order.market, self._lots.get(key, ()))
        marks += [lot.mark_px for lot in lots if lot.mark_px is not None]
        parts = (tuple(lots), tuple(marks))
        if key not in self._ranges or self._ranges[key][0] != parts:
            found = price_range(self._view.config, self._view.markets[order.market], lots, marks)
            self._ranges[key] = (parts, found)
        low_px, high_px = self._ranges[key][1]
        return low_px <= Fraction(order.px) <= high_px

    def _explain(self, order: OwnOrder) -> Answer:
        key = (order.market, order.side.opposite)
        px, sz = Fraction(order.px), Fraction(order.place.sz)
        open_lots = self._lots.get(key, [])
        readings: list[Explanation] = []
        fit: Explanation | None = None
        for number, stage in enumerate(self._stages(open_lots, order, sz)):
            fit, seen = self._read(order, stage, px)
            readings = readings or seen
            if fit is None and number == 1:
                fit = self._read_loose(order, open_lots, px, sz)
            if fit is not None:
                break
        return Answer(order, px, sz, tuple(readings), fit, self._left(key), self._nets(order.market))

    def _stages(self, lots: Sequence[Lot], order: OwnOrder, sz: Fraction) -> Iterator[list[Sequence[Lot]]]:
        """Offer the likely lots first: named or just told; all runs, the seldom rejected first; too small; answered."""
        named = set(order.place.answers)
        likely: list[Sequence[Lot]] = [[lot for lot in lots if self._only_fresh([lot])]]
        likely += without_cleared([lot for lot in lots if lot.cloid in named])
        likely.sort(key=lambda run: abs(total(run) - sz))  # of two fills of one order, one may be answered already
        bound = sz * (1 - SLACK)
        yield [run for run in likely if run and total(run) >= bound]
        every = [*runs(lots), *((total(some), some) for some in without_cleared(lots))]
        sized = sorted(every, key=lambda pair: (abs(pair[0] - sz) > sz * SLACK, max(lot.tries for lot in pair[1])))
        yield [run for size, run in sized if size >= bound]
        yield [run for size, run in sized if size < bound]
        yield [[lot] for lot in self._recent.get((order.market, order.side.opposite), ())]

    def _read(
        self, order: OwnOrder, runs: Iterable[Sequence[Lot]], px: Fraction
    ) -> tuple[Explanation | None, list[Explanation]]:
        """Return the first reading that gives the price, and all those looked at."""
        market, config = self._view.markets[order.market], self._view.config
        seen: list[Explanation] = []
        for run in runs:
            for level in lowest_levels(run):
                fills = [Answered(lot.side, lot.px, lot.sz, level) for lot in run]
                for mark in self._marks_for(order.market, run):
                    due = counter.collected(config, fills, mark)
                    seen.append(Explanation(tuple(run), level, mark, due, *legal(due, market)))
                    if seen[-1].takes(px):
                        return seen[-1], seen
        return None, seen

    def _read_loose(self, order: OwnOrder, lots: Sequence[Lot], px: Fraction, sz: Fraction) -> Explanation | None:
        """Return a reading by which some parts of lots that are not known exactly give the price."""
        if total(lots) < sz * (1 - SLACK) or all(lot.most is None for lot in lots):
            return None
        market, config = self._view.markets[order.market], self._view.config
        merged = any(lot.px_range is not None for lot in lots)
        levels = range(config.num_levels) if merged else sorted({level for lot in lots for level in lot.levels})
        for level in levels:
            for mark in self._marks_for(order.market, lots):
                reading = loose_reading(config, market, lots, sz, level, mark)
                if reading.takes(px):
                    return reading
        return None

    def _cover(self, answer: Answer) -> list[Lot]:
        """Take what an order answers off its lots, and return that; an unexplained one covers the likeliest."""
        order = answer.order
        key = (order.market, order.side.opposite)
        lots = self._lots.get(key, [])
        chosen = answer.fit or (answer.readings[0] if answer.readings else None)
        wanted = {lot.index for lot in chosen.lots} if chosen is not None else set()
        inside = [lot for lot in lots if lot.index in wanted]
        size = total(inside)
        if size == 0:
            return []
        share = min(Fraction(1), answer.sz / size)
        self._more(key, -min(answer.sz, size))
        rest = [lot for lot in lots if lot.index not in wanted]
        left = partly_covered(inside, answer.sz) if share < 1 else []
        self._lots[key] = sorted([*rest, *left], key=lambda lot: lot.index)
        return scaled(inside, share)
