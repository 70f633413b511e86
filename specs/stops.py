"""When a maker must shut down, by what it was told: the entrances of L-9, S-2 and S-3, in the present life."""

from __future__ import annotations

from dataclasses import dataclass

from model import events
from specs import week
from specs.own_orders import Orders
from specs.positions import Positions

FINDING = frozenset((events.Fill, events.OpenOrders, events.Resting))
"""Events that may tell of own orders or a position outside the quoting window (S-3)."""


@dataclass(slots=True)
class Stop:
    """One entrance to the shutdown. `cause`: window, late, start inside, leftovers, signal, hard stop.

    `lasting`: signal and hard stop hold for the whole life. `answered_ms`: when an answer asked for after the
    entrance told no own order, with none open by all told. `reopened_ms`: from when on it surely is over and quoting
    may go on.
    """

    cause: str
    entered_ms: int
    life: int
    lasting: bool = False
    connected: bool = True
    answered_ms: int | None = None
    reopened_ms: int | None = None


class Stops:
    """The shutdowns of a run, and the one in force in the present life.

    `queries`: whether the maker asks for open orders at all; if not, no answer can be waited for.
    """

    def __init__(self, orders: Orders, positions: Positions) -> None:
        self._orders = orders
        self._positions = positions
        self.all: list[Stop] = []
        self.queries = True
        self.current: Stop | None = None
        self._over: Stop | None = None
        self.hard_stop_ms: int | None = None
        self._life = 0
        self._weekend_only = True
        self._judged_window_ms = 0
        self._judged_until_ms = 0
        self._hour_ms = -week.HOUR_MS
        self._open = False

    def life_began(self, start: events.Start) -> None:
        """Enter at a start inside the shutdown window, or outside the quoting window with leftovers (S-3)."""
        self._life, self._weekend_only = start.life, start.config.weekend_only
        self._judged_window_ms = week.last_shutdown_start(start.now_ms)
        self._judged_until_ms = 0
        self._hour_ms = -week.HOUR_MS
        self.current, self._over, self.hard_stop_ms = None, None, None
        if week.shutdown_window(start.now_ms):
            self._enter("start inside", start.now_ms, True)
        elif not self.window_open(start.now_ms) and self._leftovers():
            self._enter("leftovers", start.now_ms, True)

    def window_open(self, now_ms: int) -> bool:
        """Say whether the clock allows quoting (S-1); every edge is a full hour."""
        if not self._hour_ms <= now_ms < self._hour_ms + week.HOUR_MS:
            self._hour_ms = now_ms // week.HOUR_MS * week.HOUR_MS
            self._open = week.quoting_window(now_ms, self._weekend_only)
        return self._open

    def heard(self, event: events.Event, now_ms: int, connected: bool) -> Stop | None:
        """Look for an entrance in an event; call when orders and positions know it. Returns a new stop."""
        if self.current is not None:
            if not self.queries:
                self._answered(now_ms, now_ms)
            self._reopen(now_ms)
        stop = None if now_ms < self._judged_until_ms else self._by_window(now_ms, connected)
        if type(event) in FINDING:
            stop = stop or self._by_leftovers(now_ms, connected)
            if isinstance(event, events.OpenOrders):
                self._answered(event.sent_ms, now_ms)
        elif isinstance(event, events.Shutdown):
            stop = self._by_order(event, now_ms, connected) or stop
        return stop

    def running(self) -> bool:
        """Say whether a shutdown surely runs: entered, and no answer since told that all own orders are gone."""
        return self.current is not None and (self.current.lasting or self.current.answered_ms is None)

    def in_force(self, now_ms: int) -> bool:
        """Say whether own orders must surely go: a shutdown runs, or is over with the quoting window still shut."""
        return self.running() or (self.current is not None and not self.window_open(now_ms))

    def latched(self, now_ms: int) -> bool:
        """Say whether the last shutdown by the clock may still hold the maker: no new weekend has reset it (S-4)."""
        stop = self._over
        return stop is not None and week.weekend_start(now_ms) <= week.weekend_start(stop.entered_ms)

    def quoted_again(self) -> None:
        """Note that the maker takes such a shutdown for over."""
        self._over = None

    def _by_window(self, now_ms: int, connected: bool) -> Stop | None:
        self._judged_until_ms = (now_ms // week.HOUR_MS + 1) * week.HOUR_MS
        began_ms = week.last_shutdown_start(now_ms)
        if began_ms <= self._judged_window_ms:
            return None
        self._judged_window_ms = began_ms
        inside = week.shutdown_window(now_ms)
        return self._enter("window" if inside else "late", now_ms, connected)

    def _by_order(self, event: events.Shutdown, now_ms: int, connected: bool) -> Stop | None:
        hard = event.reason == "hard_stop"
        if hard and self.hard_stop_ms is None:
            self.hard_stop_ms = now_ms
        if self.current is not None and self.current.lasting:
            return None
        return self._enter("hard stop" if hard else "signal", now_ms, connected, lasting=True)

    def _by_leftovers(self, now_ms: int, connected: bool) -> Stop | None:
        if self.current is not None or self.window_open(now_ms) or not self._leftovers():
            return None
        return self._enter("leftovers", now_ms, connected)

    def _leftovers(self) -> bool:
        return bool(self._orders.open) or any(net != 0 for net in self._positions.net.values())

    def _enter(self, cause: str, now_ms: int, connected: bool, lasting: bool = False) -> Stop:
        lasting = lasting or (self.current is not None and self.current.lasting)
        self.current = Stop(cause, now_ms, self._life, lasting, connected)
        self.all.append(self.current)
        return self.current

    def _answered(self, sent_ms: int, now_ms: int) -> None:
        stop = self.current
        if stop is not None and sent_ms >= stop.entered_ms and not self._orders.open:
            stop.answered_ms = now_ms

    def _reopen(self, now_ms: int) -> None:
        stop = self.current
        if stop is None or stop.lasting or stop.answered_ms is None or not self.window_open(now_ms):
            return
        if self._leftovers():
            return
        stop.reopened_ms = now_ms
        self.current, self._over = None, stop
