"""ORD-8: a market's open orders are bounded, and over long runs neither replies nor actions per hour grow."""

from __future__ import annotations

from model import events, journal
from model.actions import Place
from specs.monitor import AWAKE_MS, Monitor
from specs.own import OwnOrder
from specs.positions import HOUR_MS
from specs.statements import statement
from specs.view import View

LONG_HOURS = 12
"""Growth is asked about in lives with so many full hours of quoting."""
GROWN = 3
"""So many times the actions per event of the first hours, in all of the last ones, is growth and no chance."""


class NothingGrows(Monitor):
    """ORD-8. Those being cancelled: a cancel was requested, or can't be before `resting` (no `cancel_by_cloid`)."""

    spec = statement("ORD-8")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._over: set[str] = set()
        self._hours: dict[int, tuple[int, int]] = {}
        self._hour = -1
        self._counts = False
        self._told = self._sent = 0
        """Turns and actions of the run before this hour."""

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """A new life is a new run for growth."""
        self._judge_growth(self.view.turns - 1, self.view.actions)
        self._hours.clear()
        self._over.clear()
        self.wake_ms = AWAKE_MS

    def on_reply(self, turn: journal.Turn) -> None:
        """Count the open orders of the markets that got new ones."""
        for market in sorted({action.market for action in turn.reply.actions if isinstance(action, Place)}):
            self._judge_number(market)

    def on_turn(self, turn: journal.Turn) -> None:
        """Begin an hour with its first turn."""
        hour = self.view.event_ms // HOUR_MS
        if hour != self._hour:
            self._end_hour(self.view.turns - 1, self.view.actions - len(turn.reply.actions))
            self._hour, self._counts = hour, self.view.stops.window_open(self.view.event_ms)
        self.wake_ms = (hour + 1) * HOUR_MS

    def _end_hour(self, turns: int, actions: int) -> None:
        """Keep the counts of an hour that lay in the quoting window, whose edges are full hours."""
        if self._counts:
            self._hours[self._hour] = (turns - self._told, actions - self._sent)
        self._told, self._sent = turns, actions
        self._counts = False

    def close(self) -> None:
        """Judge the last life's growth."""
        self._judge_growth(self.view.turns, self.view.actions)

    def _judge_number(self, market: str) -> None:
        config = self.view.config
        counters = config.counter_order_enabled
        if counters and not config.counter_max_open:
            return
        most = 2 * config.num_levels + (config.counter_max_open if counters else 0) + 1
        count = sum(1 for order in self.view.orders.open_in(market) if not self._going(order))
        size = "at the ladder's size" if count >= 2 * config.num_levels else "under the ladder's size"
        self.antecedent(size, market=market)
        if count <= most:
            self._over.discard(market)
        elif market not in self._over:
            self._over.add(market)
            fact = f"{count} own orders of {market} are open, those being cancelled apart"
            self.violated(f"{fact}; {config.num_levels} levels a side and counter-orders make at most {most}", market)

    def _going(self, order: OwnOrder) -> bool:
        unnamed = order.told_resting_ms is None and "cancel_by_cloid" not in self.view.features
        return bool(order.cancels_ms) or unnamed or order.life != self.view.life

    def _judge_growth(self, turns: int, actions: int) -> None:
        """Compare the last sixth of the full hours with the first: each of them busier than all of these."""
        self._end_hour(turns, actions)
        self._hour = -1
        full = [self._hours[hour] for hour in sorted(self._hours)][1:-1]
        if len(full) < LONG_HOURS:
            return
        part = len(full) // 6
        self.antecedent("long run")
        first = max(sent / told for told, sent in full[:part])
        last = min(sent / told for told, sent in full[-part:])
        if first > 0 and last > GROWN * first:
            fact = f"actions per event grew from at most {first:.2f} in the first {part} hours"
            self.violated(f"{fact} to at least {last:.2f} in the last {part} of {len(full)}")


MONITORS: tuple[type[Monitor], ...] = (NothingGrows,)
