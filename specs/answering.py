"""CTR-7: a ladder fill that nothing keeps from being answered is answered in the reply to it (L-8, L-4)."""

from __future__ import annotations

from decimal import Decimal

from model import events, journal
from model.actions import FLATTEN, LADDER, Place
from specs.monitor import Monitor
from specs.own import ZERO, OwnOrder
from specs.quotable import Quotable
from specs.statements import statement
from specs.view import View

REMEMBERED_MS = 600_000
"""So long after its end an order's role and level are known (L-4)."""
LATE_MS = 5_000
LEAST_WORTH = Decimal("0.98")
"""A counter-order is worth at least so much of its fill, at fill price or mark: with less it may be too small."""


class EveryFillAnswered(Monitor):
    """CTR-7. What may keep a maker from answering at once is read as widely as L-8a allows."""

    spec = statement("CTR-7")
    turns = frozenset((events.Fill, events.SendFailed))

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._quotable = Quotable(view)
        self._open = 0

    def switched_off(self) -> str:
        """Excuse a config without counter-orders."""
        return "" if self.view.config.counter_order_enabled else "counter_order_enabled is false"

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """A new life has no doubts yet."""
        self._quotable.heard(turn)

    def told_unknown(self, turn: journal.Turn, event: events.Unknown) -> None:
        """Note a doubt."""
        self._quotable.heard(turn)

    def told_fill(self, turn: journal.Turn, event: events.Fill) -> None:
        """Count the counter-orders that are open before the reply, in this market or in all: L-8a says neither."""
        self._open = sum(o.role is not LADDER for o in self.view.orders.open.values())

    def on_turn(self, turn: journal.Turn) -> None:
        """Judge the reply to a fill."""
        event = turn.event
        if isinstance(event, events.Fill) and self.view.config.counter_order_enabled:
            self._judge(event, [action for action in turn.reply.actions if isinstance(action, Place)])
        if turn.reply.actions or isinstance(event, events.Fill | events.SendFailed):
            self._quotable.turned(turn)

    def _judge(self, event: events.Fill, places: list[Place]) -> None:
        order, fresh = self.view.fill_order, self.view.pricing.answers.fresh
        if order is None or fresh is None or self.view.guessed(order) or self._excuse(event, order):
            return
        ended_ms = order.ended_ms if order.ended_by != "filled" else None
        ago_ms = 0 if ended_ms is None else self.view.event_ms - ended_ms
        if ago_ms > REMEMBERED_MS:
            return
        when = "live" if ended_ms is None else "just ended" if ago_ms <= LATE_MS else "ended long ago"
        self.antecedent(when, order)
        wanted = order.side.opposite
        if not any(p.market == event.market and p.side is wanted and not p.reduce_only for p in places):
            told = f"told {ago_ms} ms after its end" if ago_ms else "told while it was live"
            fact = f"no counter-order answers the fill of {event.sz} @ {event.px} of {order.label()}, {told}"
            self.violated(f"{fact}, although nothing that L-8a names stands against one", event.market, order.cloid)

    def _excuse(self, event: events.Fill, order: OwnOrder) -> str:
        """Name what may rightly have the fill collected, or not answered at all; empty when surely nothing does."""
        view, market = self.view, event.market
        told, marks = view.told_of(market), view.told_of(market).marks
        if self._quotable.excuse(market) or told.too_old(view.config, view.event_ms) or not marks:
            return "halt, session or price"
        if not told.mark_usable(view.config):
            return "mark"
        if 0 < view.config.counter_max_open <= self._open:
            return "number"
        if self._quotable.spending.surely_left() <= view.config.request_reserve + len(view.orders.open) + 1:
            return "budget"  # all that is open may be cancelled in the same reply
        if event.sz * min(*marks, event.px) * LEAST_WORTH < view.markets[market].min_notional_usd:
            return "minimum"
        return self._limit(event, order, max(marks))

    def _limit(self, event: events.Fill, order: OwnOrder, mark_px: Decimal) -> str:
        """Name a limit, a fall of the position or an own order in the way (I-3, I-4, I-5, L-8a, L-13)."""
        side, resting = order.side.opposite, ZERO
        for other in self.view.orders.open_in(event.market):
            if other.side is side and other.role is not FLATTEN:
                resting += max(ZERO, other.unfilled_told)
            elif other.side is order.side and (other.px - event.px) * order.side.sign > 0:
                return "own order"
        config = self.view.config
        for net in self.view.positions.candidates(event.market):
            ratio, held = abs(net) * mark_px / config.max_position_usd, net * side.sign
            if ratio >= config.inventory_emergency_ratio or (held > 0 and ratio >= config.inventory_warn_ratio):
                return "inventory limit"
            if abs(net) < max(event.sz, abs(net - event.side.sign * event.sz)):
                return "fall of the position"
            if (max(ZERO, held + resting) + event.sz) * mark_px > config.max_position_usd:
                return "exposure"
        return ""


MONITORS: tuple[type[Monitor], ...] = (EveryFillAnswered,)
