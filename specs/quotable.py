"""What may rightly keep a maker from quoting a market, read as widely as the rules allow, and what it has spent.

The opposite of `specs.halts`: there a cause is named only while it surely holds, here as soon as it may hold.
Monitors that demand quoting, or that ask when a ladder was last withdrawn, excuse whatever is named here.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from model import actions, events, journal
from model.actions import BUY, LADDER, SELL, Side
from specs.definitions import ladder
from specs.definitions.rounding import floor_size
from specs.own import ZERO, OwnOrder, Told
from specs.positions import HOUR_MS
from specs.view import View

COUNTED = (actions.Place, actions.Cancel)
"""Actions that cost a request by every count."""
CHANGE_NO_EXCUSE = frozenset(
    (events.Timer, events.Resting, events.Canceled, events.Rejected, events.Done, events.CancelRejected)
)
"""Events that bring about no excuse: what they end makes quoting more likely, and what they begin is not late yet."""
HALTS = ("connection", "start", "gate", "hard stop", "stale cancel", "unanswered place", "unknown", "shutdown")
"""Excuses that are halts or shutdowns: what ends them must let quoting go on (L-6)."""


class Doubts:
    """The causes that may halt quoting, by every fair reading (L-6, L-14, S-5, I-7)."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._unknown: dict[str, OwnOrder] = {}
        self._quiet_ms = 0
        self._revivals = 0

    def heard(self, event: events.Start | events.Event) -> None:
        """Note an action of which the sender does not know what became; to be called on every turn."""
        if type(event) is events.Start:
            self._unknown.clear()
            self._quiet_ms = 0
        elif type(event) is events.Unknown:
            order = self._view.orders.find(event.cloid, event.oid)
            if order is not None:
                self._unknown[order.cloid] = order

    def none_until_ms(self) -> int:
        """Return the time before which no halt can begin by itself, where `halt` has just found none."""
        if self._unknown or self._revivals != self._view.orders.revivals:
            return 0
        limit = self._view.config.max_hourly_drawdown_usd
        return min(self._quiet_ms, self._view.positions.sums_until_ms) if limit else self._quiet_ms

    def halt(self, market: str) -> str:
        """Name a cause that may halt this market now; empty when surely none does."""
        return self._account_halt() or self._order_halt(market)

    def _account_halt(self) -> str:
        view, halts = self.view, self.view.halts
        if halts.reconciling or not view.connected:
            return "connection"
        if not halts.start_heeded:
            return "start"
        if view.stops.hard_stop_ms is not None:
            return "hard stop"
        limit = view.config.max_hourly_drawdown_usd
        if limit and any(total <= -limit for total in view.positions.taker_pnl_sums(view.event_ms)):
            return "gate"
        return "unknown" if self._unknown and self._unresolved() else ""

    def _unresolved(self) -> bool:
        for cloid, order in list(self._unknown.items()):
            if not order.open_told:
                del self._unknown[cloid]
        return bool(self._unknown)

    def _order_halt(self, market: str) -> str:
        """Look for a cancel or a place that is unanswered for too long (L-6).

        What is sent later can't be late before a whole time-out is over: until then there is nothing to look at.
        """
        view = self._view
        now_ms, orders = view.event_ms, view.orders
        if now_ms < self._quiet_ms and orders.revivals == self._revivals:
            return ""
        stale_ms, timeout_ms = view.config.stale_cancel_timeout_ms, view.config.sent_timeout_ms
        quiet_ms = now_ms + min(stale_ms or timeout_ms, timeout_ms)
        for order in (*orders.open.values(), *orders.perhaps.values()):
            if stale_ms and order.cancels_ms:
                due_ms = order.cancels_ms[0] + stale_ms
                if due_ms <= now_ms and order.market == market:
                    return "stale cancel"
                quiet_ms = min(quiet_ms, due_ms)
            if order.told_resting_ms is None:
                due_ms = order.sent_ms + timeout_ms
                if due_ms <= now_ms:
                    return "unanswered place"
                quiet_ms = min(quiet_ms, due_ms)
        self._quiet_ms, self._revivals = quiet_ms, orders.revivals
        return ""

    @property
    def view(self) -> View:
        """The run's shared view."""
        return self._view


class Spending:
    """The requests of a life, at most and at least (L-12): readings differ on what is counted."""

    def __init__(self) -> None:
        self.told = 0
        self.reserve = 0
        self.most = 0
        self.least = 0
        self.traded_usd = ZERO

    def life_began(self, start: events.Start) -> None:
        """Begin with the told budget."""
        self.told, self.reserve = start.request_budget, start.config.request_reserve
        self.most = self.least = 0
        self.traded_usd = ZERO

    def turned(self, view: View, turn: journal.Turn) -> None:
        """Count a whole turn: own fills earn, actions cost; what never left costs nothing, at the least."""
        event = turn.event
        if type(event) is events.Fill and view.fill_fresh:
            self.traded_usd += event.px * event.sz
        elif type(event) is events.SendFailed:
            self.least -= 1
        for action in turn.reply.actions:
            self.most += 1
            self.least += type(action) in COUNTED

    def surely_left(self) -> Decimal:
        """Return how many requests are left by the strictest count."""
        return self.told + self.traded_usd - self.most

    def perhaps_left(self) -> Decimal:
        """Return how many requests are left by the kindest count."""
        return self.told + self.traded_usd - self.least


class Quotable:
    """Whether a maker surely has to quote a market, an oracle being told."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.doubts = Doubts(view)
        self.spending = Spending()
        self._free: dict[str, tuple[int, int]] = {}
        """By market: until when (ms) nothing excuses it of itself, and the revivals known then."""

    def heard(self, turn: journal.Turn) -> None:
        """Take in a turn's event; to be called on every turn."""
        self.doubts.heard(turn.event)
        self._free.clear()
        if type(turn.event) is events.Start:
            self.spending.life_began(turn.event)

    def turned(self, turn: journal.Turn) -> None:
        """Take in a whole turn; to be called at the end of every turn."""
        self.spending.turned(self._view, turn)
        if any(type(action) is actions.Place and not action.reduce_only for action in turn.reply.actions):
            self._view.stops.quoted_again()

    def excuse(self, market: str) -> str:
        """Name what may rightly keep the maker from quoting this market, room apart; empty when nothing does.

        Asked at the end of a turn, by more than one monitor: worked out once a record.
        """
        view = self._view
        known = view.excuses.get(market)
        if known is None or known[0] != view.index:
            known = view.excuses[market] = (view.index, self._excuse(view, market))
        return known[1]

    def _excuse(self, view: View, market: str) -> str:
        if not view.config.enabled:
            return "disabled"
        if not configured(view, market):
            return "not configured"
        if view.stops.current is not None:
            return "shutdown"
        if not view.stops.window_open(view.event_ms):
            return "closed window"
        if view.stops.latched(view.event_ms):
            return "weekend"
        if not view.usable(market):
            return "prices"
        return self.doubts.halt(market)

    def still_free(self, market: str, kind: type) -> bool:
        """Say whether surely nothing has come up in this turn, of this kind of event, since there was no excuse.

        Where that is not sure, ask for the excuse.
        """
        until_ms, revivals = self._free.get(market, (0, 0))
        view = self._view
        if view.event_ms < until_ms and kind in CHANGE_NO_EXCUSE and revivals == view.orders.revivals:
            return view.stops.current is None
        if self.excuse(market):
            self._free.pop(market, None)
            return False
        hour_ms = (view.event_ms // HOUR_MS + 1) * HOUR_MS
        age_ms, told_ms = view.config.oracle_max_age_ms, view.told_of(market).oracle_ms or 0
        old_ms = told_ms + age_ms + 1 if age_ms else hour_ms
        self._free[market] = (min(hour_ms, old_ms, self.doubts.none_until_ms()), view.orders.revivals)
        return True

    def has_room(self, market: str) -> bool:
        """Say whether the innermost rung of a side surely fits: limits, own orders, minimum, requests.

        Costly: asked only where no ladder stands.
        """
        view = self._view
        if self.spending.surely_left() <= self.spending.reserve + 1 + len(
            view.orders.open
        ):  # they may all be cancelled
            return False
        ratios, config = view.ratios(market), view.config
        if any(abs(ratio) >= config.inventory_emergency_ratio for ratio in ratios):
            return False
        for side in (BUY, SELL):
            adds = any(ratio * side.sign >= config.inventory_warn_ratio for ratio in ratios)
            if not adds and self._fits(market, side):
                return True
        return False

    def _fits(self, market: str, side: Side) -> bool:
        view = self._view
        told, traits = view.told_of(market), view.markets[market]
        assert told.mark_px is not None
        readings = view.pricing.readings(market)
        for inputs in readings:
            rungs = [e for e in view.pricing.expected(market, side, (inputs,)) if e.usable]
            if not rungs:
                return False
            inner = rungs[0]
            sz = floor_size(ladder.size_usd(view.config, inner.level) / Fraction(told.mark_px), traits)
            px = min(inner.low_px, inner.high_px)
            away = max(abs(edge - inputs.oracle_px) for edge in (inner.low_px, inner.high_px))
            if away * ladder.BPS > ladder.FARTHEST_BPS * inputs.oracle_px:  # no legal price is near
                return False
            if sz <= 0 or px * sz < Fraction(traits.min_notional_usd):
                return False
            if not self._admitted(market, side, sz, px, told):
                return False
        return bool(readings)

    def _admitted(self, market: str, side: Side, sz: Fraction, px: Fraction, told: Told) -> bool:
        view = self._view
        assert told.mark_px is not None
        resting = Fraction(0)
        for order in view.orders.open_in(market):
            if order.side is side:
                resting += max(Fraction(0), Fraction(order.unfilled_told))
            elif (px - Fraction(order.px)) * side.sign >= 0:
                return False
        net = max(Fraction(n) * side.sign for n in view.positions.candidates(market))
        return (net + resting + sz) * Fraction(told.mark_px) <= Fraction(view.config.max_position_usd)


def configured(view: View, market: str) -> bool:
    """Say whether the config asks for this told market: none named means all (section 2)."""
    names = view.config.markets
    return not names or _named(names, market)


@lru_cache(maxsize=256)
def _named(names: tuple[str, ...], market: str) -> bool:
    return any(same_market(name, market) for name in names)


def same_market(named: str, told: str) -> bool:
    """Say whether two names mean one market: equal, or equal but for one lacking the dex (section 2)."""
    one_lacks_dex = (":" in named) != (":" in told)
    return named == told or (one_lacks_dex and named.rpartition(":")[2] == told.rpartition(":")[2])


def standing_ladder(view: View, market: str) -> bool:
    """Say whether a rung stands in a market by all that was told: sent, not ended, no cancel requested."""
    return any(order.role is LADDER and not order.cancels_ms for order in view.orders.open_in(market))
