"""INV-2, HLT-1, OBS-1, RSK-1: limits, halts, observation, the drawdown gate."""

from __future__ import annotations

from collections import deque
from decimal import Decimal

from model import events, journal
from model.actions import LADDER, Place
from specs import limits
from specs.duties import calm_since, cancel_missing
from specs.monitor import Monitor
from specs.own import ZERO, OwnOrder
from specs.positions import HOUR_MS
from specs.statements import statement
from specs.view import View


class HaltPlacesNothing(Monitor):
    """HLT-1: while halted, by what was told, nothing is placed but reduce-only."""

    spec = statement("HLT-1")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._known: tuple[int, str, tuple[str, ...]] = (-1, "", ())
        """At which record, in which market, the causes found last: no action of a reply adds to them."""

    def told_oracle(self, turn: journal.Turn, event: events.Oracle) -> None:
        """A price on which the maker would quote, were it not halted, tempts it."""
        view = self.view
        if view.config.enabled and view.stops.window_open(view.event_ms) and view.usable(event.market):
            for cause in self._causes(event.market):
                self.antecedent(cause.split(" of ")[0], market=event.market)

    def sent_place(self, turn: journal.Turn, place: Place, order: OwnOrder) -> None:
        """Look for a cause that forbids this order."""
        if place.reduce_only:
            return
        causes = self._causes(place.market)
        if causes:
            self.violated(f"{order.label()} is placed while halted: {', '.join(causes)}", place.market, place.cloid)

    def _causes(self, market: str) -> tuple[str, ...]:
        """Return the causes in force; a stale cancel only if the event before found it stale too (L-6)."""
        view = self.view
        if self._known[:2] != (view.index, market):
            causes = view.halts.account_causes(view.event_ms)
            stale = view.halts.stale_cancel(market, view.previous_event_ms)
            self._known = (view.index, market, (*causes, stale) if stale else causes)
        return self._known[2]


class ObservationPlacesNothing(Monitor):
    """OBS-1: with `enabled = false` nothing is placed but reduce-only."""

    spec = statement("OBS-1")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._observed = False

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """Note whether any life only observes."""
        self._observed = self._observed or not event.config.enabled

    def told_oracle(self, turn: journal.Turn, event: events.Oracle) -> None:
        """Count prices on which an enabled maker would quote."""
        view = self.view
        if not view.config.enabled and view.stops.window_open(view.event_ms) and view.usable(event.market):
            self.antecedent("quotable price", market=event.market)

    def sent_place(self, turn: journal.Turn, place: Place, order: OwnOrder) -> None:
        """Only a close may go out."""
        if not self.view.config.enabled and not place.reduce_only:
            self.violated(f"{order.label()} is placed with enabled = false", place.market, place.cloid)

    def switched_off(self) -> str:
        """With every life enabled there is nothing to observe."""
        return "" if self._observed else "the config is enabled"


class GateSeesTheTaker(Monitor):
    """RSK-1: a taker loss over the limit withdraws the ladder; own losses alone never stop it."""

    spec = statement("RSK-1")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._own: deque[tuple[int, Decimal]] = deque()
        self._missing_ms: dict[str, int] = {}
        self._blamed_ms: int | None = None
        self._quoted_ms = 0
        self._shut = False
        self._reported: set[str] = set()

    def switched_off(self) -> str:
        """Without a limit there is no gate."""
        return "" if self.view.config.max_hourly_drawdown_usd > 0 else "max_hourly_drawdown_usd is 0"

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """A new life has its own gate."""
        self._own.clear()
        self._missing_ms.clear()
        self._blamed_ms = None
        self._shut = False

    def told_fill(self, turn: journal.Turn, event: events.Fill) -> None:
        """Note an own result: it must not touch the gate."""
        if self.view.fill_fresh:
            self._forget()
            self._own.append((self.view.event_ms, event.closed_pnl - event.fee))

    def told_taker_fill(self, turn: journal.Turn, event: events.TakerFill) -> None:
        """Count a loss that shuts the gate."""
        view = self.view
        shut = view.halts.gate_shut(view.event_ms)
        if shut and not self._shut:
            quoted = any(o.role is LADDER for o in view.orders.open.values())
            self.antecedent("taker loss over quotes" if quoted else "taker loss, nothing quoted")
        self._shut = shut

    def on_turn(self, turn: journal.Turn) -> None:
        """While the gate is surely shut the ladder goes; while it is surely open, own losses stop nothing."""
        view = self.view
        if view.config.max_hourly_drawdown_usd == 0:
            return
        if view.halts.gate_shut(view.event_ms):
            self._blamed_ms = None
            self._judge_ladder()
        else:
            self._missing_ms.clear()
            if self._own:
                self._judge_quoting()

    def _judge_ladder(self) -> None:
        view = self.view
        for order in view.orders.open.values():
            if order.role is not LADDER or not cancel_missing(view, order):
                self._missing_ms.pop(order.cloid, None)
                continue
            since_ms = self._missing_ms.setdefault(order.cloid, view.event_ms)
            late = view.event_ms - since_ms >= 2 * view.bounds.timer_ms
            if late and order.cloid not in self._reported:
                self._reported.add(order.cloid)
                fact = f"has no cancel request {view.event_ms - since_ms} ms after the drawdown gate shut"
                self.violated(f"{order.label()} {fact}", order.market, order.cloid)

    def _judge_quoting(self) -> None:
        """Own losses that would shut the gate, were they counted, leave the maker quoting within B-resume."""
        view = self.view
        self._quoted_ms = max(self._quoted_ms, view.last_rung_ms)
        self._forget()
        own = sum((usd for _, usd in self._own), ZERO)
        limit = -view.config.max_hourly_drawdown_usd
        if not all(t + own <= limit < t for t in view.positions.taker_pnl_sums(view.event_ms)) or not self._may_quote():
            self._blamed_ms = None
            return
        stands = any(o.role is LADDER and o.cancel_pending_ms is None for o in view.orders.open.values())
        if self._blamed_ms is None:
            if not stands and view.event_ms - self._quoted_ms > view.bounds.resume_ms:
                return
            self._blamed_ms = view.event_ms
            self.antecedent("own loss")
        if stands or self._quoted_ms >= self._blamed_ms:
            self._quoted_ms = view.event_ms
            return
        calm_ms = calm_since(view, self._blamed_ms)
        if calm_ms is not None and view.event_ms > calm_ms + view.bounds.resume_ms:
            self._blamed_ms = None
            fact = f"no ladder for {view.bounds.resume_ms} ms although the taker's hour is over {limit} USD"
            self.violated(f"{fact}; own fills lost {-own} USD, which is not the gate's business")

    def _forget(self) -> None:
        """Forget own results of more than an hour ago."""
        while self._own and self.view.event_ms - self._own[0][0] >= HOUR_MS:
            self._own.popleft()

    def _may_quote(self) -> bool:
        """Say whether nothing else keeps the maker from quoting some market with room for a rung."""
        view, config = self.view, self.view.config
        if not config.enabled or view.stops.current is not None or not view.stops.window_open(view.event_ms):
            return False
        if config.markets and len(config.markets) < len(view.markets):
            return False
        return all(
            view.usable(market)
            and not view.halted(market)
            and all(2 * abs(ratio) < config.inventory_warn_ratio for ratio in view.ratios(market))
            for market in view.markets
        )


MONITORS: tuple[type[Monitor], ...] = (
    limits.LimitsActAtOnce,
    HaltPlacesNothing,
    ObservationPlacesNothing,
    GateSeesTheTaker,
)
