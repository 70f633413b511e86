"""ORD-9, ORD-11 and ORD-16: no trade with itself, no cloid twice, the right time in force.

The other specs on orders have files of their own.
"""

from __future__ import annotations

from model import journal
from model.actions import ALO, BUY, COUNTER, FLATTEN, GTC, IOC, LADDER, Place, Tif
from model.config import MakerConfig
from specs import cancels, ghosts, orphans, shutdowns, stale
from specs.cloids import FirstUses
from specs.monitor import Monitor
from specs.own import OwnOrder
from specs.statements import statement
from specs.view import View


class NeverTradesWithItself(Monitor):
    """ORD-9: no order but a flatten is sent at a price that meets an own order that may be live (L-13)."""

    spec = statement("ORD-9")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._prevented: OwnOrder | None = None

    def sent_place(self, turn: journal.Turn, place: Place, order: OwnOrder) -> None:
        """Compare a new order with the own orders of the other side, by all that was told."""
        if order.role is FLATTEN:
            return
        side, px = place.side, place.px
        others = self.view.orders.open_on(place.market, side.opposite)
        if others:
            self.antecedent(str(order.role), order)
        for other in others:
            if px >= other.px if side is BUY else px <= other.px:
                self.violated(f"{order.label()} meets the own {other.label()}", place.market, place.cloid)
                return

    def on_order_closed(self, record: journal.OrderClosed) -> None:
        """The venue's self-trade prevention took an own order off: the order that met it is recorded next."""
        order = self.view.orders.find(record.cloid, record.oid)
        self._prevented = order if record.reason == "selfTradeCanceled" else None

    def on_order_opened(self, record: journal.OrderOpened) -> None:
        """An order that rests after its match."""
        self._met(record)

    def on_order_executed(self, record: journal.OrderExecuted) -> None:
        """An IOC after its match."""
        self._met(record)

    def on_traded(self, record: journal.Traded) -> None:
        """An order that matched on."""
        if record.crossed:
            self._met(record)

    def _met(self, record: journal.OrderOpened | journal.OrderExecuted | journal.Traded) -> None:
        prevented, self._prevented = self._prevented, None
        if prevented is None or record.owner != journal.Owner.MAKER or record.market != prevented.market:
            return
        order = self.view.orders.find(record.cloid, record.oid)
        if order is not None and order.role is not FLATTEN:
            fact = f"{order.label()} met the own {prevented.label()} at the venue"
            self.violated(fact, order.market, order.cloid)


class CloidsAreUnique(Monitor):
    """ORD-11: no cloid is used twice, in any life."""

    spec = statement("ORD-11")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._seen = FirstUses()

    def sent_place(self, turn: journal.Turn, place: Place, order: OwnOrder) -> None:
        """Look the new cloid up among all that were sent."""
        self.antecedent("first life" if self.view.life_count == 1 else "later life", order)
        first = self._seen.use(place.cloid, turn.now_ms, turn.life)
        if first is not None:
            when = f"first at {first[0]} in life {first[1]}"
            self.violated(f"cloid {place.cloid} is sent again ({when})", place.market, place.cloid)


class TimesInForce(Monitor):
    """ORD-16. Where it is not told what an order is for, a counter-order's time in force excuses a rung's."""

    spec = statement("ORD-16")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._config: MakerConfig | None = None
        self._rung = self._counter = ALO
        """What the present life's config gives a rung and a counter-order."""

    def sent_place(self, turn: journal.Turn, place: Place, order: OwnOrder) -> None:
        """Compare with what the config gives an order of its role."""
        closing = place.reduce_only or place.role is FLATTEN
        self.antecedent("close" if closing else str(order.role), order)
        if closing:
            if not place.reduce_only or (place.tif is not IOC and place.role is not COUNTER):
                self._wrong(order, "a close is a reduce-only ioc")
            return
        config = self.view.config
        if config is not self._config:
            self._config = config
            self._rung, self._counter = ALO if config.use_alo else GTC, Tif(config.counter_order_tif.value)
        rung, counter = self._rung, self._counter
        told = place.role is LADDER or (place.role is COUNTER and order.role is COUNTER)
        one_of: tuple[Tif, ...] = (counter,) if order.role is COUNTER else (rung,)
        if not told and config.counter_order_enabled:
            one_of = (rung, counter)
        if place.tif not in one_of:
            self._wrong(order, f"by its config it is {' or '.join(dict.fromkeys(one_of))}")

    def _wrong(self, order: OwnOrder, rule: str) -> None:
        reduce = "a reduce-only " if order.place.reduce_only else ""
        self.violated(f"{order.label()} is sent {reduce}{order.place.tif}; {rule}", order.market, order.cloid)


MONITORS: tuple[type[Monitor], ...] = (
    *orphans.MONITORS,
    *ghosts.MONITORS,
    *stale.MONITORS,
    *shutdowns.MONITORS,
    *cancels.MONITORS,
    NeverTradesWithItself,
    CloidsAreUnique,
    TimesInForce,
)
