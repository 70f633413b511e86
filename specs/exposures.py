"""INV-3: exposure stays within the limit, and rungs are admitted to it from the innermost outward (I-5)."""

from __future__ import annotations

from decimal import Decimal

from model import events, journal
from model.actions import FLATTEN, LADDER, Cancel, Place, Side
from specs.gaps import Ladder
from specs.monitor import Monitor
from specs.own import ZERO, OwnOrder
from specs.statements import statement
from specs.view import View


class ExposureWithinLimit(Monitor):
    """INV-3: I-5 on what the maker was told, at each of its placements; which rungs give way, at its requotes."""

    spec = statement("INV-3")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._rungs: dict[tuple[str, Side], list[OwnOrder]] = {}
        self._cleared: set[tuple[str, Side]] = set()
        self._added_up: tuple[int, int, str, Side] | None = None
        self._count = 0
        self._resting = ZERO
        """At which record, after how many changes, what side's how many orders were added up, and to what."""

    def sent_cancel(self, turn: journal.Turn, cancel: Cancel, order: OwnOrder | None) -> None:
        """Note a side whose rungs are replaced."""
        if order is not None and order.role is LADDER and len(order.cancels_ms) == 1:
            self._cleared.add((order.market, order.side))

    def on_reply(self, turn: journal.Turn) -> None:
        """Judge a requote: surely one is what cancels and places rungs of a side in the reply to its market's price.

        Pending rungs alone may be without those inside, which were filled since.
        """
        if not (self._rungs or self._cleared):
            return
        for where, placed in self._rungs.items():
            if type(turn.event) is events.Oracle and turn.event.market == where[0] and where in self._cleared:
                self._judge_order(placed)
        self._rungs, self._cleared = {}, set()

    def _judge_order(self, placed: list[OwnOrder]) -> None:
        """Rungs are admitted from level 0 outward: none goes out while one inside it is missing."""
        order, pricing = placed[-1], self.view.pricing
        every = [facts for one in placed if (facts := pricing.facts(one)) is not None and facts.levels]
        outermost = max((facts.levels[0] for facts in every), default=0)
        gap = Ladder(self.view, order.market, order.side).gap_inside(outermost)
        if gap is not None:
            fact = f"level {outermost} goes out while level {gap[0]} at {float(gap[1]):g} is missing"
            text = f"{order.side} {fact}: rungs are admitted from level 0 outward"
            self.violated(text, order.market, order.cloid)

    def sent_place(self, turn: journal.Turn, place: Place, order: OwnOrder) -> None:
        """Add up the side that the new order belongs to, by the reading kindest to the maker."""
        view = self.view
        if order.role is LADDER:
            self._rungs.setdefault((order.market, order.side), []).append(order)
        mark_px = min(view.told_of(place.market).marks, default=None)
        if order.role is FLATTEN or place.reduce_only or mark_px is None:
            return
        side, resting = place.side, self._resting_beside(order)
        nets = view.positions.candidates(place.market)
        net = nets[0] * side.sign if len(nets) == 1 else min(n * side.sign for n in nets)
        exposure = max(ZERO, net + resting) * mark_px
        self.antecedent("with a position" if net else "flat", order)
        if exposure > view.config.max_position_usd:
            fact = f"{place.side} exposure becomes {exposure:f} USD over {view.config.max_position_usd}"
            self.violated(f"{order.label()}: {fact} at mark {mark_px}", place.market, place.cloid)

    def _resting_beside(self, order: OwnOrder) -> Decimal:
        """Add up what is unfilled on the side of an order just sent, itself included, closes apart."""
        view = self.view
        others, resting = view.orders.open_on(order.market, order.side), ZERO
        here, count = (view.index, view.orders.changes, order.market, order.side), len(others)
        if here == self._added_up and count == self._count + 1:
            others, resting = (order,), self._resting
        for other in others:
            if other.role is not FLATTEN:
                unfilled = other.place.sz - other.told_filled
                if unfilled > 0:
                    resting += unfilled
        self._added_up, self._count, self._resting = here, count, resting
        return resting


MONITORS: tuple[type[Monitor], ...] = (ExposureWithinLimit,)
