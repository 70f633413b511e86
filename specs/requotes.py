"""ORD-10: rungs go out in a requote that L-3 allows or as pending, nothing is replaced by its like, requests last."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from model import events, journal
from model.actions import FLATTEN, LADDER, Cancel, Place, Side
from specs import week
from specs.monitor import Monitor
from specs.own import BPS, OwnOrder
from specs.quotable import Doubts, Spending
from specs.statements import statement
from specs.view import View

MAX_REQUOTES = 64
LAST_WORDS = events.Fill | events.Canceled | events.Rejected | events.Done | events.CancelRejected | events.SendFailed
NAMING_AN_END = frozenset((*LAST_WORDS.__args__, events.OpenOrders))
NO_WITHDRAWAL = frozenset((events.Resting, events.Canceled, events.Rejected, events.Done, events.CancelRejected))
"""Events that begin nothing for which a ladder is withdrawn: what they end was seen with the last timer."""
EARNING = frozenset((events.Fill, events.SendFailed))
NEAR = 1 - Fraction(1, 10**15)
"""A move is compared with `min_requote_change_bps` to so many digits."""


@dataclass(slots=True)
class Requoted:
    """What is known of a market's last requote: (time, oracle) of every update that may have been it, oldest first.

    `due`: no ladder was quoted since something that L-3 names. `sides`: rungs per side that stand or were placed
    since; `levels`: those placed since, by side and declared level; `ended_ms`: when an own order last ended;
    `tight`: whether the position was at the emergency when it or the mark was last told.
    """

    times: list[tuple[int, Decimal]] = field(default_factory=list)
    due: bool = True
    sides: dict[Side, int] = field(default_factory=dict)
    levels: set[tuple[Side, int]] = field(default_factory=set)
    ended_ms: int = -1
    tight: bool = False


class RequestsNotWasted(Monitor):
    """ORD-10. Where an update may or may not have been a requote, every reading is kept."""

    spec = statement("ORD-10")
    turns = EARNING | {events.Oracle}

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._doubts = Doubts(view)
        self._spending = Spending()
        self._markets: dict[str, Requoted] = {}
        self._weekend_ms = 0
        self._looked_until_ms = 0
        self._requoting: str | None = None
        self._pending_too = False
        self._places: list[OwnOrder] = []
        self._cancels: list[OwnOrder] = []
        self._sent = 0

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """A new life owes a ladder everywhere."""
        self._markets = {market.name: Requoted() for market in event.markets}
        self._weekend_ms = week.weekend_start(event.now_ms)
        self._looked_until_ms = 0
        self._spending.life_began(event)
        self._doubts.heard(event)

    def told_unknown(self, turn: journal.Turn, event: events.Unknown) -> None:
        """Note what may halt."""
        self._doubts.heard(event)

    def told_any(self, turn: journal.Turn) -> None:
        """Note what lets the next ladder, or a pending rung, go out."""
        event, kind, now_ms = turn.event, type(turn.event), self.view.event_ms
        self._requoting = None
        if now_ms >= self._looked_until_ms:
            self._look_for_weekend(now_ms)
        if kind in NAMING_AN_END:
            self._note_end(event)
        if kind not in NO_WITHDRAWAL:
            moved = kind is not events.Timer  # which moves neither a position nor a mark
            for market, state in self._markets.items():
                if state.due or self._withdrawn(market):
                    state.due = True
                else:
                    state.due = state.tight = self._tight(market) if moved else state.tight
        if isinstance(event, events.Oracle) and event.market in self._markets:
            self._note_update(event)

    def _look_for_weekend(self, now_ms: int) -> None:
        """A new weekend, which begins at a full hour, owes a ladder everywhere (L-3)."""
        self._looked_until_ms = (now_ms // week.HOUR_MS + 1) * week.HOUR_MS
        weekend_ms = week.weekend_start(now_ms)
        if weekend_ms > self._weekend_ms:
            self._weekend_ms = weekend_ms
            for state in self._markets.values():
                state.due = True

    def _note_end(self, event: events.Start | events.Event) -> None:
        """Note that an own order ended, or was filled: that makes room (L-3)."""
        if isinstance(event, events.OpenOrders):
            for state in self._markets.values():
                state.ended_ms = self.view.event_ms
        elif isinstance(event, LAST_WORDS) and event.market in self._markets:
            self._markets[event.market].ended_ms = self.view.event_ms

    def _withdrawn(self, market: str) -> bool:
        """Say whether something may have withdrawn this market's ladder (L-3)."""
        view = self.view
        if view.stops.current is not None or not view.config.enabled or not view.stops.window_open(view.event_ms):
            return True
        return not view.usable(market) or bool(self._doubts.halt(market))

    def _tight(self, market: str) -> bool:
        """Say whether the position may be at the emergency (I-4)."""
        emergency = self.view.config.inventory_emergency_ratio
        return any(abs(ratio) >= emergency for ratio in self.view.ratios(market))

    def _note_update(self, event: events.Oracle) -> None:
        """An update that L-3 allows may be a requote, seen or not."""
        state = self._markets[event.market]
        if state.due or not state.times or self._allowed(state, event):
            self._requoting = event.market
            self._pending_too = not state.due and bool(state.times) and state.ended_ms >= state.times[0][0]

    def _allowed(self, state: Requoted, event: events.Oracle) -> bool:
        config, now_ms = self.view.config, self.view.event_ms
        if any(now_ms - at_ms >= config.requote_interval_ms for at_ms, _ in state.times):
            return True
        change = Fraction(config.min_requote_change_bps) * NEAR / int(BPS)
        return any(px <= 0 or abs(event.oracle_px - px) >= Fraction(px) * change for _, px in state.times)

    # The reply.

    def sent_cancel(self, turn: journal.Turn, cancel: Cancel, order: OwnOrder | None) -> None:
        """Note a rung's first cancel."""
        if order is not None and order.role is LADDER and len(order.cancels_ms) == 1:
            self._cancels.append(order)

    def sent_place(self, turn: journal.Turn, place: Place, order: OwnOrder) -> None:
        """Judge the budget; note a rung."""
        if place.reduce_only or order.role is FLATTEN:
            return
        left = self._spending.perhaps_left() - self._sent
        self._sent += 1
        near = left <= self._spending.reserve + 2 * self.view.config.num_levels
        if near:
            self.antecedent("near the reserve", order)
        if left < self._spending.reserve:
            fact = f"is sent with {left:f} requests left, {self._spending.reserve} are kept for cancels and closes"
            self.violated(f"{order.label()} {fact}", place.market, place.cloid)
        if order.role is LADDER and place.market in self._markets:
            self._places.append(order)

    def on_turn(self, turn: journal.Turn) -> None:
        """Judge the rungs of the reply."""
        if turn.reply.actions or type(turn.event) in EARNING:
            self._spending.turned(self.view, turn)
        for order in self._places:
            self._judge_alike(order)
            if order.market != self._requoting:
                self._judge_pending(order)
        if self._requoting is not None:
            self._requoted(self._requoting)
        for order in self._places:
            if order.market != self._requoting:
                self._stands(self._markets[order.market], order)
        if self._sent or self._cancels:
            self._places, self._cancels, self._sent = [], [], 0

    def _judge_alike(self, order: OwnOrder) -> None:
        """An order with the rung's side, price and remaining size stays where it is (L-3)."""
        for old in self._cancels:
            alike = old.market == order.market and old.side is order.side and old.px == order.px
            if alike and old.remaining_told == old.unfilled_told == order.place.sz:
                fact = f"{order.label()} replaces its like {old.label()}, cancelled in the same reply"
                self.violated(fact, order.market, order.cloid)
                return

    def _judge_pending(self, order: OwnOrder) -> None:
        """Outside a requote a rung goes out only where room was made, and only if it does not stand already."""
        state = self._markets[order.market]
        since_ms = state.times[0][0] if state.times else -1
        self.antecedent("pending", order)
        count = state.sides.get(order.side, 0) + 1
        again = order.level is not None and (order.side, order.level) in state.levels
        if state.ended_ms < since_ms:
            self._wrong(order, "and no word since the last requote made room for it as pending")
        elif again:
            self._wrong(order, f"and level {order.level} has gone out since the last requote: it comes with the next")
        elif count > self.view.config.num_levels and not self.view.guessed(order):
            self._wrong(order, f"as the {count}th rung of its side since the last requote")

    def _wrong(self, order: OwnOrder, why: str) -> None:
        state = self._markets[order.market]
        ago = f"{self.view.event_ms - state.times[-1][0]} ms after one" if state.times else "before any"
        fact = f"goes out in no requote that L-3 allows ({ago}), {why}"
        self.violated(f"{order.label()} {fact}", order.market, order.cloid)

    # What a requote leaves.

    def _requoted(self, market: str) -> None:
        state, told = self._markets[market], self.view.told_of(market)
        assert told.oracle_px is not None
        here = (self.view.event_ms, told.oracle_px)
        placed = [o for o in self._places if o.market == market]
        surely = bool(placed) and not self._pending_too
        if placed:
            self.antecedent("requote" if surely else "requote, or pending", market=market)
        if surely or state.due:
            state.times = [here]
            state.due = state.due and not placed
            state.tight = self._tight(market)
        else:
            state.times.append(here)
            del state.times[1:-MAX_REQUOTES]
        state.sides, state.levels = {}, set()
        new = {id(order) for order in placed}
        for order in self.view.orders.open_in(market):
            if order.role is LADDER and not order.cancels_ms and id(order) not in new:
                state.sides[order.side] = state.sides.get(order.side, 0) + 1
        for order in placed:
            self._stands(state, order)

    def _stands(self, state: Requoted, order: OwnOrder) -> None:
        state.sides[order.side] = state.sides.get(order.side, 0) + 1
        if order.level is not None:
            state.levels.add((order.side, order.level))


MONITORS: tuple[type[Monitor], ...] = (RequestsNotWasted,)
