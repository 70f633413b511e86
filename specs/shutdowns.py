"""ORD-3 and ORD-4: every entrance leads into the shutdown, and the shutdown finishes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from model import events, journal
from model.actions import FLATTEN, Place
from specs.definitions.rounding import passive_price
from specs.duties import attempts_spent, calm_since, shutdown_deadline, told_closable
from specs.logs import SHUTDOWN_DONE
from specs.monitor import ASLEEP_MS, AWAKE_MS, Monitor
from specs.own import BPS, OwnOrder
from specs.statements import statement
from specs.stops import Stop
from specs.view import View


@dataclass(slots=True)
class Attempts:
    """What closing has come to in one market since the last fill of another order: executions, thin ones among them."""

    executed: int = 0
    thin: int = 0


class ShutdownFinishes(Monitor):
    """ORD-3: within B-shutdown no own order is live, and no position that could have been closed is left."""

    spec = statement("ORD-3")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._stop: Stop | None = None
        self._attempts: dict[str, Attempts] = {}
        self._reported: set[tuple[int, str]] = set()

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """A new life counts its own attempts."""
        self._attempts.clear()

    def told_stop(self, turn: journal.Turn) -> None:
        """A shutdown is entered."""
        self.wake_ms = AWAKE_MS

    def on_order_executed(self, record: journal.OrderExecuted) -> None:
        """Count a close that the venue executed; thin: the book did not hold what the slippage would have taken."""
        order = self.view.orders.find(record.cloid, record.oid)
        if order is None or order.role is not FLATTEN:
            return
        attempts = self._attempts.setdefault(record.market, Attempts())
        attempts.executed += 1
        left = self.view.positions.closable(record.market)
        if record.filled_sz < record.sz and left > 0 and not tighter_than_slippage(self.view, order):
            attempts.thin += 1

    def on_traded(self, record: journal.Traded) -> None:
        """A fill of any order but a close begins a new count of attempts (L-9)."""
        order = self.view.orders.find(record.cloid, record.oid)
        if record.owner != journal.Owner.MAKER or (order is not None and order.role is FLATTEN):
            return
        self._attempts.pop(record.market, None)

    def on_log(self, turn: journal.Turn) -> None:
        """Where a maker says that it is done, whoever waits for that stops it: no own order may be open by all told."""
        if any(line.code == SHUTDOWN_DONE for line in turn.reply.log):
            self.antecedent(SHUTDOWN_DONE)
            for order in self.view.orders.open.values():
                self.violated(f"shutdown_done is said with {order.label()} open", order.market, order.cloid)
                return

    def on_turn(self, turn: journal.Turn) -> None:
        """Judge when B-shutdown is over."""
        view = self.view
        if view.new_stop is not None and view.new_stop is not self._stop:
            self._enter(view.new_stop)
        if view.stops.current is None:
            self.wake_ms = ASLEEP_MS
        elif view.orders.live or any(view.positions.mm.values()):
            self._judge()

    def on_run_ended(self, record: journal.RunEnded) -> None:
        """Judge once more at the very end."""
        self._judge()

    def pending(self) -> str:
        """Name what a shutdown in force has not finished, its bound not yet over."""
        view = self.view
        if view.stops.current is None or not view.stops.in_force(view.event_ms):
            return ""
        deadline_ms = shutdown_deadline(view)
        late = deadline_ms is not None and view.now_ms > deadline_ms
        if view.orders.live and not late:
            return f"{len(view.orders.live)} own orders are live at the end, B-shutdown is not over"
        for market in sorted(view.positions.mm):
            if self._excuse(market):
                continue
            if deadline_ms is None or view.now_ms <= self._deadline_of(market, deadline_ms):
                left = view.positions.closable(market)
                return f"{left} of {market} could still be closed at the end, B-shutdown is not over"
        return ""

    def _enter(self, stop: Stop) -> None:
        self._stop = stop
        orders, positions = bool(self.view.orders.open or self.view.orders.live), any(self.view.positions.mm.values())
        left = " and ".join(name for name, holds in (("orders", orders), ("position", positions)) if holds)
        if left:
            self.antecedent(f"{stop.cause} · {left}")

    def _judge(self) -> None:
        view = self.view
        deadline_ms = shutdown_deadline(view)
        if deadline_ms is None or view.now_ms <= deadline_ms:
            return
        stop = view.stops.current
        assert stop is not None
        age = f"{view.now_ms - stop.entered_ms} ms after the shutdown began ({stop.cause})"
        if view.orders.live:
            first = next(iter(view.orders.live.values()))
            self._report(stop, "", f"{len(view.orders.live)} own orders are live {age}, first {first.label()}", first)
        for market in sorted(view.positions.mm):
            if view.now_ms > self._deadline_of(market, deadline_ms) and not self._excuse(market):
                made = self._attempts.get(market, Attempts())
                left = view.positions.closable(market)
                tries = f"{made.executed} closes executed, {made.thin} of them on a thin book"
                self._report(stop, market, f"{left} of the own position in {market} is open {age}; {tries}")

    def _deadline_of(self, market: str, deadline_ms: int) -> int:
        """A trade of the other strategy moves what may be closed: the bound counts again."""
        return max(deadline_ms, self.view.last_taker_trade_ms.get(market, 0) + self.view.bounds.shutdown_ms)

    def _excuse(self, market: str) -> bool:
        """Say whether nothing of this market's position must have been closed (L-9)."""
        view = self.view
        if view.positions.closable(market) == 0 or not view.told_of(market).mark_usable(view.config):
            return True
        made = self._attempts.get(market, Attempts())
        return made.thin > 0 and made.executed >= view.config.flatten_max_attempts

    def _report(self, stop: Stop, market: str, text: str, order: OwnOrder | None = None) -> None:
        key = (stop.entered_ms, market)
        if key not in self._reported:
            self._reported.add(key)
            self.violated(text, market or (order.market if order else None), order.cloid if order else None)


def tighter_than_slippage(view: View, order: OwnOrder) -> bool:
    """Say whether a close's price stands short of mark ∓ slippage, by more than its rounding (L-9, Q-9)."""
    market = view.markets.get(order.market)
    if market is None or order.mark_px is None or order.mark_px <= 0:
        return False
    slip = order.side.sign * view.config.flatten_slippage_bps / BPS
    limit = order.mark_px * (1 + slip)
    lawful = passive_price(Fraction(limit), order.side, market)
    return order.side.sign * (Fraction(order.px) - lawful) < 0


class EntrancesReached(Monitor):
    """ORD-4: after every entrance own orders are asked to be cancelled and closable positions to be closed."""

    spec = statement("ORD-4")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._stop: Stop | None = None
        self._orders: dict[str, OwnOrder] = {}
        self._markets: set[str] = set()

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """A new life has its own entrances."""
        self._drop()

    def told_stop(self, turn: journal.Turn) -> None:
        """Note, at an entrance, what must be dealt with."""
        stop = self.view.new_stop
        if stop is None or stop is self._stop:
            return
        self._stop = stop
        self._orders = {c: o for c, o in self.view.orders.open.items() if o.cancellable and not o.cancels_ms}
        self._markets = {m for m in self.view.positions.net if told_closable(self.view, m) > 0}
        what = " and ".join(n for n, there in (("orders", self._orders), ("position", self._markets)) if there)
        if what:
            when = "connected" if stop.connected else "disconnected"
            self.antecedent(f"{stop.cause} · {when} · weekend_only {self.view.config.weekend_only} · {what}")
            self.wake_ms = AWAKE_MS

    def sent_place(self, turn: journal.Turn, place: Place, order: OwnOrder) -> None:
        """A close has been sent."""
        if place.reduce_only:
            self._markets.discard(place.market)

    def on_turn(self, turn: journal.Turn) -> None:
        """Cross off what is dealt with; judge when B-recover is over."""
        if not (self._orders or self._markets):
            self.wake_ms = ASLEEP_MS
            return
        self._cross_off()
        if self._stop is not None and (self._orders or self._markets):
            self._judge(self._stop)

    def pending(self) -> str:
        """Name what an entrance has not led to, its bound not yet over."""
        if self._stop is None or not (self._orders or self._markets):
            return ""
        left = [*self._orders, *sorted(self._markets)]
        return f"the shutdown ({self._stop.cause}) has not dealt with {left[0]} at the end, B-recover is not over"

    def _cross_off(self) -> None:
        view = self.view
        if not view.stops.in_force(view.event_ms):
            self._drop()
            return
        for cloid, order in list(self._orders.items()):
            if order.cancels_ms or order.ended_ms is not None:
                del self._orders[cloid]
        self._markets = {m for m in self._markets if told_closable(view, m) > 0 and not attempts_spent(view, m)}

    def _judge(self, stop: Stop) -> None:
        view = self.view
        base_ms = calm_since(view, max(stop.entered_ms, view.last_own_fill_ms))
        if base_ms is None:
            return
        over = f"{view.now_ms - stop.entered_ms} ms after its entrance ({stop.cause})"
        if view.now_ms > base_ms + view.bounds.recover_ms and self._orders:
            order = next(iter(self._orders.values()))
            fact = f"{len(self._orders)} own orders have no cancel request {over}, first {order.label()}"
            self.violated(f"the shutdown is not reached: {fact}", order.market, order.cloid)
            self._orders = {}
        for market in sorted(self._markets):
            usable_ms = view.told_of(market).mark_usable_since_ms
            moved_ms = max(usable_ms or view.now_ms, view.last_taker_trade_ms.get(market, 0), base_ms)
            if view.now_ms > moved_ms + view.bounds.resume_ms:
                left = told_closable(view, market)
                self.violated(f"the shutdown is not reached: {left} of {market} has no close {over}", market)
                self._markets.discard(market)

    def _drop(self) -> None:
        self._orders, self._markets = {}, set()


MONITORS: tuple[type[Monitor], ...] = (ShutdownFinishes, EntrancesReached)
