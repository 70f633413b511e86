"""Monitors on counter-orders: CTR-1 … CTR-5. Which fills an order answers is deduced, never taken on trust."""

from __future__ import annotations

from fractions import Fraction

from model import events, journal
from model.actions import COUNTER, LADDER, Place
from specs.definitions import counter, rounding
from specs.definitions.counter import Answered
from specs.latest import Marked
from specs.lots import SLACK, Answer, Explanation, legal
from specs.monitor import ASLEEP_MS, AWAKE_MS, Monitor
from specs.own import OwnOrder
from specs.rungs import DECIMAL_DOUBT
from specs.showing import shown
from specs.statements import statement
from specs.view import View


class CounterMonitor(Monitor):
    """A monitor that judges each counter-order once, at its sending, with the fills that it may answer."""

    def switched_off(self) -> str:
        """Excuse a config without counter-orders."""
        return "" if self.view.config.counter_order_enabled else "counter_order_enabled is false"


class PriceByLevel(CounterMonitor):
    """CTR-1. Antecedents: orders whose level makes another price than level 0 after rounding."""

    spec = statement("CTR-1")

    def sent_counter(self, order: OwnOrder, answer: Answer) -> None:
        """Compare with the definition for every fair reading of the fills it answers."""
        if not answer.readings:
            return
        reading = answer.fit or answer.readings[0]
        if reading.loose:
            return
        flat_low, flat_high = self._at_level_zero(order, reading)
        if (flat_low, flat_high) != (reading.low_px, reading.high_px):
            single = "one fill" if len(reading.lots) == 1 else "collected"
            self.antecedent(f"{order.side} · level {reading.level} · {single} · {order.market}")
        if answer.fit is not None:
            return
        hint = "; level 0 would stand there" if reading.level and flat_low <= answer.px <= flat_high else ""
        self.violated(
            f"{order.label()} answers {told_fills(reading)}: by L-8 with level {reading.level} and mark "
            f"{shown(reading.mark_px)} it stands at {shown(reading.due.px)}, rounded {shown(reading.low_px)}{hint}",
            order.market,
            order.cloid,
        )

    def _at_level_zero(self, order: OwnOrder, reading: Explanation) -> tuple[Fraction, Fraction]:
        fills = [Answered(lot.side, lot.px, lot.sz, 0) for lot in reading.lots]
        due = counter.collected(self.view.config, fills, reading.mark_px)
        return legal(due, self.view.markets[order.market])


class EarnsItsFees(CounterMonitor):
    """CTR-2."""

    spec = statement("CTR-2")

    def sent_place(self, turn: journal.Turn, action: Place, order: OwnOrder) -> None:
        """Refuse a counter-order on the side of the fill that it answers."""
        fresh = self.view.pricing.answers.fresh
        if action.role is not COUNTER or order.role is COUNTER or fresh is None:
            return
        if isinstance(turn.event, events.Fill) and turn.event.market == order.market and fresh.side is order.side:
            self.violated(
                f"{action.side} {action.sz} @ {action.px} ({action.cloid}) is called a counter-order, on the side of "
                f"the fill {fresh.side} {shown(fresh.sz)} @ {shown(fresh.px)} ({fresh.cloid})",
                order.market,
                order.cloid,
            )

    def sent_counter(self, order: OwnOrder, answer: Answer) -> None:
        """Hold the bounds for one fair reading at least."""
        readings = (answer.fit,) if answer.fit is not None else answer.readings
        if not readings or readings[0].loose:
            return  # a price that some mean price gives keeps the bounds for that one
        faults = [self._fault(order, answer.px, reading) for reading in readings]
        first = readings[0]
        mean = mean_px(first)
        moved = abs(first.mark_px - mean) * counter.reversion(self.view.config, first.level)
        above = moved > counter.fee_distance(self.view.config, mean)
        self.antecedent(f"{order.side} · {'reversion' if above else 'fee floor'} · {order.market}")
        if all(faults):
            self.violated(f"{order.label()} answers {told_fills(first)}: {faults[0]}", order.market, order.cloid)

    def _fault(self, order: OwnOrder, px: Fraction, reading: Explanation) -> str:
        config, market = self.view.config, self.view.markets[order.market]
        mean = mean_px(reading)
        sent = (mean - px) * order.side.sign
        fee, distance = counter.fee_distance(config, mean), abs(reading.mark_px - mean)
        most = max(distance * counter.LARGEST_REVERSION, fee) + rounding.price_step(px, market)
        if sent < fee * (1 - DECIMAL_DOUBT):
            return f"{shown(sent)} better than the fill, the fee buffer is {shown(fee)}"
        if sent > most:
            return (
                f"{shown(sent)} away from the fill, at most {shown(most)} is allowed at mark {shown(reading.mark_px)}"
            )
        due = distance * counter.reversion(config, reading.level)
        if due > fee * (1 + DECIMAL_DOUBT) and sent <= fee:
            return f"only {shown(sent)} away, the reversion to mark {shown(reading.mark_px)} gives {shown(due)}"
        return ""


class NoLargerThanFills(CounterMonitor):
    """CTR-3."""

    spec = statement("CTR-3")

    def sent_counter(self, order: OwnOrder, answer: Answer) -> None:
        """Compare its size with what its fills leave to answer, and its effect with the position before them."""
        if self.view.guessed(order):
            return
        self.antecedent(f"{order.side} · {order.market}")
        reading = answer.fit or (answer.readings[0] if answer.readings else None)
        left = answer.uncovered if answer.fit is None or reading is None else min(reading.covered, answer.uncovered)
        if answer.sz * (1 - SLACK) > left:
            what = f"{told_fills(reading)} leave" if reading is not None else "the ladder fills told leave"
            self.violated(f"{order.label()}: {what} {shown(left)} to answer", order.market, order.cloid)
            return
        if reading is None or any(lot.refused for lot in reading.lots):
            return  # L-8a leaves open whether a fall of |net| clears an amount that is under way
        before = max(abs(net) for lot in reading.lots for net in lot.nets_before)
        after = [net + order.side.sign * answer.sz for net in answer.nets]
        pairs = zip(answer.nets, after, strict=True)
        # Other orders may have moved the position since, so without the fills it may stand elsewhere than before them.
        undone = order.side.sign * reading.covered
        if all(abs(then) > max(abs(now), before, abs(now + undone)) for now, then in pairs):
            self.violated(
                f"{order.label()} takes the position from {shown(answer.nets[0])} to {shown(after[0])}; before "
                f"{told_fills(reading)} it was {shown(reading.lots[0].nets_before[0])}",
                order.market,
                order.cloid,
            )


class Bounded(CounterMonitor):
    """CTR-4, by what the maker was told. A bound of 0 is none."""

    spec = statement("CTR-4")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._blamed: set[str] = set()
        self._aged = Marked(view.orders.gone)
        self._next_ms = 0

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """A new life may have another bound."""
        self.wake_ms = AWAKE_MS

    def sent_counter(self, order: OwnOrder, answer: Answer) -> None:
        """Count the open ones of its market, the new one included."""
        del answer
        if order.role is not COUNTER or self.view.guessed(order):
            return
        most = self.view.config.counter_max_open
        count = sum(1 for other in self._open() if other.market == order.market)
        self.antecedent(f"number · {order.market}")
        if most and count == most:
            self.antecedent("number at the bound")
        if most and count > most:
            self.violated(
                f"{order.label()} is the {count}th open counter-order of {order.market}, counter_max_open is {most}",
                order.market,
                order.cloid,
            )
        self._next_ms, self.wake_ms = 0, AWAKE_MS

    def on_turn(self, turn: journal.Turn) -> None:
        """Demand a cancel of each one past its age, in the reply to the first event after it."""
        del turn
        age_ms, now_ms = self.view.config.counter_max_age_ms, self.view.event_ms
        if not age_ms or not self.view.config.counter_order_enabled:
            self.wake_ms = ASLEEP_MS
            return
        if now_ms <= self._next_ms:
            self.wake_ms = self._next_ms + 1
            return
        due = [order.sent_ms + age_ms for order in self._open() if order.cloid not in self._aged]
        self._next_ms = min(due, default=now_ms + age_ms)
        for order in self._open():
            if now_ms - order.sent_ms > age_ms:
                self._too_old(order, now_ms - order.sent_ms)

    def _too_old(self, order: OwnOrder, age_ms: int) -> None:
        by_cloid = "cancel_by_cloid" in self.view.features
        if not (by_cloid or order.told_resting_ms is not None or order.cancels_ms):
            return
        if order.cloid not in self._aged:
            self._aged.mark(order.cloid)
            self.antecedent(f"age · {order.side}")
        if not order.cancels_ms and order.cloid not in self._blamed:
            self._blamed.add(order.cloid)
            limit = self.view.config.counter_max_age_ms
            self.violated(
                f"{order.label()} is {age_ms} ms old without a cancel, counter_max_age_ms is {limit}",
                order.market,
                order.cloid,
            )

    def _open(self) -> list[OwnOrder]:
        orders = self.view.orders.open.values()
        return [order for order in orders if order.role is COUNTER and order.life == self.view.life]

    def switched_off(self) -> str:
        """Excuse a config without counter-orders or without both bounds."""
        config = self.view.config
        unbounded = config.counter_max_open == 0 and config.counter_max_age_ms == 0
        return super().switched_off() or ("counter_max_open and counter_max_age_ms are 0" if unbounded else "")


class NoneOnACounter(CounterMonitor):
    """CTR-5."""

    spec = statement("CTR-5")

    def told_fill(self, turn: journal.Turn, event: events.Fill) -> None:
        """Count the fills of counter-orders and closes."""
        del turn
        order = self.view.fill_order
        if self.view.fill_fresh and order is not None and order.role is not LADDER:
            self.antecedent(f"{order.role} · {event.side} · {event.market}")

    def sent_counter(self, order: OwnOrder, answer: Answer) -> None:
        """Refuse an answer to such a fill; amounts collected from ladder fills may go out then (L-8a)."""
        filled = self.view.fill_order
        if filled is None or not self.view.fill_fresh or filled.role is LADDER or self.view.guessed(filled):
            return
        if (
            filled.market == order.market
            and filled.side is not order.side
            and answer.sz * (1 - SLACK) > answer.uncovered
        ):
            self.violated(
                f"{order.label()} answers the fill of {filled.label()}, which is no ladder order",
                order.market,
                order.cloid,
            )


def mean_px(reading: Explanation) -> Fraction:
    """Return the size-weighted mean price of a reading's fills."""
    return reading.due.px + reading.due.side.sign * reading.due.displacement


def told_fills(reading: Explanation) -> str:
    """Name a reading's fills for a person."""
    lots = [f"{lot.side} {shown(lot.sz)} @ {shown(lot.px)} ({lot.cloid})" for lot in reading.lots]
    return "the fill " + lots[0] if len(lots) == 1 else f"the {len(lots)} fills " + ", ".join(lots)


MONITORS: tuple[type[Monitor], ...] = (PriceByLevel, EarnsItsFees, NoLargerThanFills, Bounded, NoneOnACounter)
