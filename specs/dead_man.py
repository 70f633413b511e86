"""DMS-1: the dead man's switch stays armed while an own order is live, and is cleared when a shutdown has finished."""

from __future__ import annotations

from model import events, journal
from model.actions import Place, ScheduleCancel
from specs.duties import calm_since
from specs.monitor import Monitor
from specs.own import OwnOrder
from specs.statements import statement
from specs.view import View

FIRED = "scheduledCancel"
"""The venue's word for an order that the switch has cancelled."""


class DeadlineAhead(Monitor):
    """DMS-1, by the venue's own record of the switch.

    `_bare_ms`: since when an own order of this life is live without a deadline ahead. A message's way is allowed for:
    the order may land before the switch that was sent with it. `_set_ms`: when the venue took the deadline in force;
    `_renewed_ms`: when this life last asked for one in an outage, which swallows it without a word;
    `_live_ms`: since when an own order is live, from when on it has to be renewed each third of its time.
    `_done_ms`: since when a shutdown is told to be done and nothing was placed; a switch left armed would then cancel
    the orders of the account's other strategies (L-10).
    """

    spec = statement("DMS-1")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._deadline_ms: int | None = None
        self._asked = False
        self._refused = False
        self._bare_ms: int | None = None
        self._reported = False
        self._set_ms = self._renewed_ms = 0
        self._live_ms: int | None = None
        self._late = False
        self._fired_ms: int | None = None
        self._done_ms: int | None = None

    def switched_off(self) -> str:
        """Without `dead_man_ms` there is no switch."""
        return "" if self.view.config.dead_man_ms > 0 else "dead_man_ms is 0"

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """A new life arms the switch anew."""
        self._asked = self._refused = self._reported = False
        self._bare_ms = self._done_ms = self._live_ms = None
        self._renewed_ms = 0

    def on_log(self, turn: journal.Turn) -> None:
        """Note that the shutdown is done."""
        if self.view.config.dead_man_ms and any(line.code == "shutdown_done" for line in turn.reply.log):
            self._done_ms = self.view.event_ms
            self.antecedent("shutdown done, armed before" if self._deadline_ms is not None else "shutdown done")

    def sent_place(self, turn: journal.Turn, place: Place, order: OwnOrder) -> None:
        """An order needs the switch again."""
        self._done_ms = None

    def on_run_ended(self, record: journal.RunEnded) -> None:
        """Look once more for a switch that was left armed."""
        self._judge_left(self._deadline_ms)

    def _judge_left(self, deadline_ms: int | None) -> None:
        """Blame a deadline that outlives a finished shutdown by more than a message's way."""
        if deadline_ms is None or self._done_ms is None or self._refused or not self._overdue(self._done_ms):
            return
        ago_ms, self._done_ms = self.view.now_ms - self._done_ms, None
        self.violated(f"the switch is left armed for {deadline_ms}, {ago_ms} ms after the shutdown was done")

    def sent_schedule_cancel(self, turn: journal.Turn, action: ScheduleCancel, order: None) -> None:
        """Note that the maker asks for a deadline."""
        self._asked = self._asked or action.time_ms is not None
        if not self.view.connected:
            self._renewed_ms = self.view.event_ms

    def told_schedule_cancel_rejected(self, turn: journal.Turn, event: events.ScheduleCancelRejected) -> None:
        """What is not granted can't be demanded."""
        self._refused = True

    def on_schedule_cancel_set(self, record: journal.ScheduleCancelSet) -> None:
        """Judge a new deadline, or one that has come; remember it."""
        if record.fired:
            self._judge_left(self._deadline_ms)
        self._deadline_ms = record.time_ms
        self._set_ms, self._late = record.now_ms, False
        if record.time_ms is None:
            return
        self._refused = False
        dead_man_ms, ahead_ms = self.view.config.dead_man_ms, record.time_ms - record.now_ms
        self.antecedent("deadline set over live orders" if self.view.orders.live else "deadline set")
        if dead_man_ms and ahead_ms > dead_man_ms:
            self.violated(f"the deadline lies {ahead_ms} ms ahead, dead_man_ms is {dead_man_ms}")

    def on_order_closed(self, record: journal.OrderClosed) -> None:
        """A switch that fires over an own order has not been renewed in time."""
        view = self.view
        order = view.orders.find(record.cloid, record.oid)
        if record.reason != FIRED or order is None or order.life != view.life or self._refused:
            return
        if self._fired_ms != record.now_ms and self._overdue(order.opened_ms or record.now_ms):
            self._fired_ms = record.now_ms
            fact = f"the switch fired over {order.label()}: it was not renewed in time"
            self.violated(fact, order.market, order.cloid)

    def on_turn(self, turn: journal.Turn) -> None:
        """Look for live orders without a deadline."""
        view = self.view
        if view.config.dead_man_ms == 0:
            return
        if self._done_ms is not None:
            self._judge_left(self._deadline_ms)
        armed = self._deadline_ms is not None and self._deadline_ms >= view.now_ms
        live = self._own_live()
        self._live_ms = None if not live else view.now_ms if self._live_ms is None else self._live_ms
        if armed and live and not self._refused:
            self._judge_age(self._live_ms)
        if armed or self._refused or not live:
            self._bare_ms = None
            self._reported = self._reported and not armed
            return
        if self._bare_ms is None:
            self._bare_ms = view.now_ms
        if self._overdue(self._bare_ms) and not self._reported:
            self._reported = True
            deadline = "was never asked for" if not self._asked else f"is {self._deadline_ms or 'not set'}"
            bare_ms = view.now_ms - self._bare_ms
            self.violated(f"own orders are live for {bare_ms} ms without a deadline ahead: it {deadline}")

    def _judge_age(self, live_ms: int | None) -> None:
        """Blame a deadline that was not renewed each third of its time while an own order was live (L-10)."""
        dead_man_ms = self.view.config.dead_man_ms
        due_ms = max(self._set_ms, self._renewed_ms) + dead_man_ms // 3
        if self._late or live_ms is None or not self._overdue(max(live_ms, due_ms)):
            return
        self._late = True
        age = f"{self.view.now_ms - self._set_ms} ms old, over live orders"
        self.violated(f"the deadline is {age}; it is renewed each third of {dead_man_ms} ms")

    def _overdue(self, since_ms: int) -> bool:
        """Say whether a renewal must have reached the venue since then, the maker being connected and awake.

        What an outage kept back is repeated after the first answer (L-14).
        """
        if self.view.halts.reconciling:
            return False
        calm_ms, bounds = calm_since(self.view, max(since_ms, self.view.halts.answered_ms)), self.view.bounds
        way_ms = bounds.round_trip_ms + 2 * bounds.timer_ms + bounds.late_ms
        return calm_ms is not None and self.view.now_ms > calm_ms + way_ms

    def _own_live(self) -> bool:
        """Say whether an order that this life sent is on the book."""
        orders = self.view.orders
        return len(orders.live) > len(orders.former_live)


MONITORS: tuple[type[Monitor], ...] = (DeadlineAhead,)
