"""Whether quoting is halted, and why, by what the maker was told (L-6, L-14, S-5, I-7, I-8).

A cause is named only while it surely holds: where the rules leave the moment to the maker, it is not yet, or not
any more, named.
"""

from __future__ import annotations

from model import events
from model.config import MakerConfig
from specs.own_orders import Orders
from specs.positions import Positions
from specs.stops import Stops


class Halts:
    """The causes of a halt in the present life.

    `connection_lost`: from `disconnected` (`lost_ms`) until the first answer after `connected`; `reconciling`: until
    the first one that may be taken (`answered_ms`), which comes later where round trips outlast `sent_timeout_ms`:
    each answer then comes after its query was repeated, and is ignored (L-7a). `start_heeded` likewise.
    """

    def __init__(self, orders: Orders, positions: Positions, stops: Stops) -> None:
        self._orders = orders
        self._positions = positions
        self._stops = stops
        self._config = MakerConfig()
        self._began_ms = 0
        self.start_answered = self.start_heeded = False
        self.connection_lost = self.reconciling = False
        self.connected_ms: int | None = None
        self.lost_ms: int | None = None
        self.answered_ms = 0

    def life_began(self, start: events.Start) -> None:
        """Begin halted, until the answer to the start's repeated query (S-5)."""
        self._config, self._began_ms = start.config, start.now_ms
        self.start_answered = self.start_heeded = False
        self.connection_lost = self.reconciling = False
        self.connected_ms = self.lost_ms = None
        self.answered_ms = 0

    def heard(self, event: events.Event, now_ms: int) -> None:
        """Note what begins or ends a cause."""
        if isinstance(event, events.Disconnected):
            self.connection_lost = self.reconciling = True
            self.connected_ms, self.lost_ms = None, now_ms
        elif isinstance(event, events.Connected):
            self.connected_ms = now_ms
        elif isinstance(event, events.OpenOrders):
            heeded = self._orders.heeded
            if self.connected_ms is not None:
                self.connection_lost = False
                if self.reconciling and heeded:
                    self.reconciling, self.answered_ms = False, now_ms
            if event.sent_ms >= self._began_ms + self._config.sent_timeout_ms:
                self.start_answered = True
                self.start_heeded = self.start_heeded or heeded

    def causes(self, market: str, now_ms: int) -> tuple[str, ...]:
        """Return the causes that halt this market now."""
        found = self.account_causes(now_ms)
        stale = self.stale_cancel(market, now_ms)
        return (*found, stale) if stale else found

    def account_causes(self, now_ms: int) -> tuple[str, ...]:
        """Return the causes that halt every market now."""
        found = []
        if self.connection_lost:
            found.append("disconnected")
        if not self.start_answered:
            found.append("start not yet answered")
        if self._stops.hard_stop_ms is not None:
            found.append("hard stop")
        if self.gate_shut(now_ms):
            found.append("drawdown gate")
        return tuple(found)

    def gate_shut(self, now_ms: int) -> bool:
        """Say whether the drawdown gate is surely shut (I-7): by the fills' own times and by the times told."""
        limit = self._config.max_hourly_drawdown_usd
        if limit == 0 or not self._positions.taker_pnl:
            return False
        return all(total <= -limit for total in self._positions.taker_pnl_sums(now_ms))

    def stale_cancel(self, market: str, now_ms: int) -> str:
        """Name a cancel of this market that is unanswered beyond the stale-cancel timeout (L-6); empty if none.

        Repeating it, after an answer that still tells its order, answers it not.
        """
        timeout_ms = self._config.stale_cancel_timeout_ms
        if timeout_ms == 0:
            return ""
        for order in self._orders.cancel_waiting.values():
            sent_ms = order.cancel_waiting_ms
            if order.market == market and sent_ms is not None and now_ms - sent_ms > timeout_ms:
                return f"cancel of {order.cloid} unanswered for {now_ms - sent_ms} ms"
        return ""
