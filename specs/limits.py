"""INV-2: the inventory limits act in the reply to the event that shows them (I-3, I-4)."""

from __future__ import annotations

from enum import IntEnum
from fractions import Fraction

from model import events, journal
from model.actions import BUY, FLATTEN, SELL, Place, Side
from specs.definitions.rounding import passive_price
from specs.duties import cancel_missing, had_last_word
from specs.fills import lawful_closes
from specs.monitor import ASLEEP_MS, AWAKE_MS, Monitor
from specs.own import BPS, OwnOrder
from specs.statements import statement
from specs.view import View

MOVING = (events.Oracle, events.Fill, events.TakerFill)


class Level(IntEnum):
    """How near a market's position is to its limit, by every fair reading."""

    CALM = 0
    WARNING = 1
    EMERGENCY = 2


class LimitsActAtOnce(Monitor):
    """INV-2, judged after every turn in which a market stands at a limit."""

    spec = statement("INV-2")
    hears = frozenset((*MOVING, events.OpenOrders))

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._levels: dict[str, Level] = {}
        self._flattens: dict[str, OwnOrder] = {}
        self._reported: set[tuple[str, Level]] = set()

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """A new life begins without a mark."""
        self._levels.clear()
        self._flattens.clear()
        self.wake_ms = ASLEEP_MS

    def told_any(self, turn: journal.Turn) -> None:
        """Find the level of the markets that this event may have moved."""
        event = turn.event
        if isinstance(event, MOVING):
            self._measure(event.market, type(event).__name__)
        elif isinstance(event, events.OpenOrders):
            for market in self.view.positions.net:
                self._measure(market, "OpenOrders")

    def sent_place(self, turn: journal.Turn, place: Place, order: OwnOrder) -> None:
        """Nothing adds to a position at its limit; one close after the other, priced and sized by the rule."""
        if order.role is FLATTEN:
            self._flatten(place, order)
            return
        level = self._levels.get(place.market, Level.CALM)
        adds = level is Level.WARNING and place.side is self._adding_side(place.market) and not place.reduce_only
        if adds or (level is Level.EMERGENCY and not place.reduce_only):
            self._reported.add((place.cloid, level))
            self.violated(f"{order.label()} is placed at {self._standing(place.market)}", place.market, place.cloid)

    def on_turn(self, turn: journal.Turn) -> None:
        """Judge the cancels and the close that a limit asks for."""
        for market, level in self._levels.items():
            self._judge_cancels(market, level)
            if level is Level.EMERGENCY and self.view.stops.current is None:
                self._judge_close(market)

    def _measure(self, market: str, event: str) -> None:
        level = self._level(market)
        before = self._levels.pop(market, Level.CALM)
        if level is Level.CALM:
            self.wake_ms = AWAKE_MS if self._levels else ASLEEP_MS
            return
        self._levels[market] = level
        self.wake_ms = AWAKE_MS
        if level > before:
            side = "long" if self._adding_side(market) is BUY else "short"
            self.antecedent(f"{level.name.lower()} · {side} · {event}", market=market)

    def _level(self, market: str) -> Level:
        ratios = self.view.ratios(market)
        if not ratios or min(ratios) * max(ratios) <= 0:
            return Level.CALM
        least, config = min(abs(r) for r in ratios), self.view.config
        if least >= config.inventory_emergency_ratio:
            return Level.EMERGENCY
        return Level.WARNING if least >= config.inventory_warn_ratio else Level.CALM

    def _adding_side(self, market: str) -> Side:
        return BUY if self.view.positions.candidates(market)[0] > 0 else SELL

    def _standing(self, market: str) -> str:
        ratios = " or ".join(f"{ratio:.4f}" for ratio in self.view.ratios(market))
        return f"inventory ratio {ratios}, {self._levels[market].name.lower()}"

    def _judge_cancels(self, market: str, level: Level) -> None:
        view = self.view
        side = self._adding_side(market)
        for order in view.orders.open_in(market):
            adds = order.side is side and not order.place.reduce_only
            told = (order.cloid, level) in self._reported
            if not told and (adds or level is Level.EMERGENCY) and cancel_missing(view, order):
                self._reported.add((order.cloid, level))
                fact = f"has no cancel request at {self._standing(market)}"
                self.violated(f"{order.label()} {fact}", market, order.cloid)

    def _judge_close(self, market: str) -> None:
        """At an emergency a close is out, unless the last one has no last word yet or went out a moment ago (I-4)."""
        view = self.view
        last = self._flattens.get(market)
        spaced_ms = view.config.requote_interval_ms
        waiting = last is not None and (not had_last_word(last) or view.event_ms - last.sent_ms < spaced_ms)
        if waiting or self._blocked(market):
            return
        if (market, Level.EMERGENCY) not in self._reported:
            self._reported.add((market, Level.EMERGENCY))
            self.violated(f"no close goes out in {market} at {self._standing(market)}", market)

    def _blocked(self, market: str) -> bool:
        """Say whether the account's net position lets no reduce-only close through, by some fair reading."""
        side = self._adding_side(market).sign
        return any(account * side <= 0 for _, account in self.view.accounts(market))

    def _flatten(self, place: Place, order: OwnOrder) -> None:
        view, market = self.view, place.market
        self.antecedent("close sent", order)
        last = self._flattens.get(market)
        if last is not None and last.open_told:
            self.violated(f"{order.label()} goes out before {last.label()} had its last word", market, place.cloid)
        self._flattens[market] = order
        if self._too_aggressive(place, order):
            fact = f"is beyond mark {order.mark_px} and slippage {view.config.flatten_slippage_bps} bps"
            self.violated(f"{order.label()} {fact}", market, place.cloid)
        sizes = lawful_closes(view, place)
        if view.stops.current is None and sizes and Fraction(place.sz) < min(sizes):
            held = view.positions.candidates(market)[0]
            self.violated(f"{order.label()} closes less than the own position {held}", market, place.cloid)

    def _too_aggressive(self, place: Place, order: OwnOrder) -> bool:
        """Say whether a close gives away more than the slippage allows (I-4, L-9, Q-9)."""
        market, sign = self.view.markets.get(place.market), place.side.sign
        if market is None or not order.marks:
            return False
        slip = 1 + sign * Fraction(self.view.config.flatten_slippage_bps) / int(BPS)
        limits = (passive_price(Fraction(mark) * slip, place.side, market) for mark in order.marks)
        return all(sign * (Fraction(place.px) - limit) > 0 for limit in limits)
