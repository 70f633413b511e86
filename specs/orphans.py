"""ORD-1 and ORD-7: no own order is left behind, by a shutdown, a lost connection or a crash."""

from __future__ import annotations

from model import events, journal
from model.actions import LADDER
from specs.duties import calm_since, cancel_missing, recovered, shutdown_deadline
from specs.monitor import ASLEEP_MS, AWAKE_MS, Monitor, Tell
from specs.own import OwnOrder
from specs.statements import statement
from specs.stops import Stop
from specs.view import View


class NoOrphan(Monitor):
    """ORD-1, by behaviour after each shutdown, restart and lost connection, and by `books` where offered."""

    spec = statement("ORD-1")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._reported: set[str] = set()
        self._due: dict[str, tuple[OwnOrder, int, str]] = {}
        self._stop: Stop | None = None
        self.heeded: list[Tell] = []
        """Told of each finding, too."""

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """Watch what earlier lives left, and begin anew."""
        self._due.clear()
        for order in self.view.orders.live.values():
            self.antecedent(f"restart · {order.role}", order)

    def told_disconnected(self, turn: journal.Turn, event: events.Disconnected) -> None:
        """Every own order needs a cancel request by now, or when the connection is back (L-14)."""
        self._watch("the connection was lost")

    def on_turn(self, turn: journal.Turn) -> None:
        """Look for orders beyond their time."""
        stop = self.view.new_stop
        if stop is not None and stop is not self._stop:
            self._stop = stop
            self._watch(f"the shutdown began ({stop.cause})")
        if self._due:
            self._judge_unasked()
        if self.view.orders.live and self.view.stops.current is not None:
            self._judge_shutdown()
        if self.view.orders.former_live:
            self._judge_restart()

    def on_books_told(self, record: journal.BooksTold) -> None:
        """Compare belief with what was told; with nothing under way, also with the truth (L-1)."""
        view = self.view
        believed = {o.cloid for o in record.books.orders}
        oids = {o.oid for o in record.books.orders if o.oid is not None}
        self.antecedent("books")
        for order in view.orders.open.values():
            doubtful = order.cancel_refused_ms is not None or order.absent_ms is not None
            if order.cloid not in believed and order.oid not in oids and not doubtful:
                self._report(order, "is in nobody's books, although nothing told has ended it")
        if not record.quiescent or not recovered(view, view.life_ms):
            return
        self.antecedent("books, nothing under way")
        for order in view.orders.live.values():
            if order.cloid not in believed and order.oid not in oids:
                self._report(order, "is live at the venue and in nobody's books, with nothing under way")

    def on_run_ended(self, record: journal.RunEnded) -> None:
        """Look once more at the very end."""
        self._judge_shutdown()
        self._judge_restart()

    def pending(self) -> str:
        """Name an own order that is live at the end, its bound not yet over."""
        view = self.view
        left = [o for o in view.orders.live.values() if view.stops.current is not None or o.life != view.life]
        if view.crashed and view.orders.live:
            return f"the run ended after a crash with {len(view.orders.live)} own orders live"
        if left and (view.stops.current is None or view.stops.in_force(view.event_ms)):
            return f"{left[0].label()} is live at the end, its bound not yet over"
        return ""

    def _watch(self, why: str) -> None:
        """From now on, an order without any cancel request is an orphan in the making."""
        view = self.view
        for order in [*view.orders.open.values(), *view.orders.live.values()]:
            if order.cancellable and order.cloid not in self._due:
                self.antecedent(f"{why} · {order.role}", order)
                self._due[order.cloid] = (order, view.now_ms, why)

    def _judge_unasked(self) -> None:
        view = self.view
        for cloid, (order, since_ms, why) in list(self._due.items()):
            if order.cancels_ms or (not order.live and order.ended_ms is not None) or order.closed_ms is not None:
                del self._due[cloid]
            elif order.live and recovered(view, max(since_ms, order.landed_ms or 0)):
                del self._due[cloid]
                waited_ms = view.now_ms - since_ms
                self._report(order, f"is live and no cancel of it was ever requested, {waited_ms} ms after {why}")

    def _judge_shutdown(self) -> None:
        view = self.view
        deadline_ms = shutdown_deadline(view)
        if deadline_ms is None or view.now_ms <= deadline_ms:
            return
        stop = view.stops.current
        assert stop is not None
        for order in list(view.orders.live.values()):
            asked = f"{len(order.cancels_ms)} cancels requested" if order.cancels_ms else "no cancel requested"
            after_ms = view.now_ms - stop.entered_ms
            limit = f"B-shutdown {view.bounds.shutdown_ms} ms is over"
            self._report(order, f"survives the shutdown ({stop.cause}) by {after_ms} ms, {limit}; {asked}")

    def _judge_restart(self) -> None:
        view = self.view
        for order in list(view.orders.former_live.values()):
            if recovered(view, order.landed_ms or 0):
                after_ms = view.now_ms - view.life_ms
                self._report(order, f"of life {order.life} is live {after_ms} ms after life {view.life} began")

    def _report(self, order: OwnOrder, fact: str) -> None:
        if order.cloid not in self._reported:
            self._reported.add(order.cloid)
            text = f"{order.label()} {fact}"
            self.violated(text, order.market, order.cloid)
            for tell in self.heeded:
                tell(text, order.market, order.cloid)


class NothingOutlivesItsLife(Monitor):
    """ORD-7: after a restart no earlier order outlives B-recover, and no rung stands twice."""

    spec = statement("ORD-7")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._former: dict[str, OwnOrder] = {}
        self._doubled_judged = True

    def on_crashed(self, record: journal.Crashed) -> None:
        """Note what the dying life leaves: on the book or on its way."""
        for order in self.view.orders.by_cloid.values():
            on_its_way = order.life == self.view.life and order.landed_ms is None and order.ended_ms is None
            if order.live or on_its_way:
                self._former[order.cloid] = order

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """A new life begins: earlier orders must go."""
        for order in self.view.orders.live.values():
            self._former[order.cloid] = order
        for order in self._former.values():
            self.antecedent(f"{'on the book' if order.live else 'on its way'} · {order.role}", order)
        self._doubled_judged = self.view.life_count < 2
        self.wake_ms = AWAKE_MS

    def on_turn(self, turn: journal.Turn) -> None:
        """Judge what is left when B-recover is over."""
        if self._former:
            self._judge_former()
        if not self._doubled_judged and recovered(self.view, self.view.life_ms):
            self._doubled_judged = True
            self._judge_doubled()
        if not self._former and self._doubled_judged:
            self.wake_ms = ASLEEP_MS

    def pending(self) -> str:
        """Name an earlier order that is still live at the end."""
        live = [o for o in self._former.values() if o.live]
        return f"{live[0].label()} of life {live[0].life} is live at the end" if live else ""

    def _judge_former(self) -> None:
        view = self.view
        for cloid, order in list(self._former.items()):
            gone = not order.live and order.landed_ms is not None
            if gone or (not order.live and recovered(view, view.life_ms)):
                del self._former[cloid]
            elif order.live and recovered(view, order.landed_ms or 0):
                del self._former[cloid]
                calm_ms = calm_since(view, order.landed_ms or 0) or 0
                fact = f"of life {order.life} outlives life {view.life} by {view.now_ms - calm_ms} ms"
                limit = f"B-recover is {view.bounds.recover_ms} ms"
                self.violated(f"{order.label()} {fact}; {limit}", order.market, order.cloid)

    def _judge_doubled(self) -> None:
        """Two live rungs alike, with no cancel of either, are one rung twice."""
        seen: dict[tuple[str, str, str], OwnOrder] = {}
        for order in self.view.orders.live.values():
            if order.role is not LADDER or not cancel_missing(self.view, order):
                continue
            key = (order.market, order.side.value, format(order.px.normalize(), "f"))
            twin = seen.setdefault(key, order)
            if twin is not order:
                self.violated(f"{order.label()} stands beside {twin.label()}", order.market, order.cloid)


MONITORS: tuple[type[Monitor], ...] = (NoOrphan, NothingOutlivesItsLife)
