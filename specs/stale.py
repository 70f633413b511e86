"""STL-1: no ladder order stands beside a market that has moved on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from model import events, journal
from model.actions import LADDER, Place
from model.market import Market
from specs.definitions.rounding import price_step
from specs.duties import cancel_missing
from specs.monitor import ASLEEP_MS, AWAKE_MS, Monitor, Tell
from specs.own import BPS, OwnOrder
from specs.statements import statement
from specs.view import View

MAX_BANDS = 64


@dataclass(slots=True)
class Watched:
    """A ladder order, and the band of told prices near the one it was computed on.

    `away_ms`: since when the told price is outside and no rung of its ladder stands at the order's price.
    """

    order: OwnOrder
    low_px: Decimal
    high_px: Decimal
    away_ms: int | None = None


class NoStaleQuote(Monitor):
    """STL-1, judged after every turn; the expected ladder is asked for only where the market has left an order."""

    spec = statement("STL-1")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._watched: dict[str, dict[str, Watched]] = {}
        self._wake_ms: dict[str, int] = {}
        self._silence_ms: dict[str, int] = {}
        self._bands: dict[tuple[str, Decimal], tuple[Decimal, Decimal]] = {}
        self.heeded: list[Tell] = []
        """Told of each finding, too."""

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """A new life answers for its own quotes; earlier ones are ORD-7's."""
        self._watched.clear()
        self._wake_ms.clear()
        self._silence_ms.clear()
        self._bands.clear()

    def told_oracle(self, turn: journal.Turn, event: events.Oracle) -> None:
        """A price is told: look once the reply is known."""
        self.wake_ms = AWAKE_MS

    def sent_place(self, turn: journal.Turn, place: Place, order: OwnOrder) -> None:
        """Watch a new ladder order from the price told last."""
        market = self.view.markets.get(place.market)
        rung = order.role is LADDER or not order.borne_out
        if not rung or not order.cancellable:
            return
        oracle_px = order.oracle_px
        if market is None or oracle_px is None or not oracle_px.is_finite() or oracle_px <= 0:
            return
        watched = Watched(order, *self._band(market, oracle_px))
        self._watched.setdefault(place.market, {})[place.cloid] = watched
        self._wake_ms[place.market], self.wake_ms = 0, AWAKE_MS

    def _band(self, market: Market, oracle_px: Decimal) -> tuple[Decimal, Decimal]:
        """Return the told prices at which an order computed on `oracle_px` may stay."""
        known = self._bands.get((market.name, oracle_px))
        if known is None:
            step = price_step(Fraction(oracle_px), market)
            tick = Decimal(step.numerator) / Decimal(step.denominator)
            width = oracle_px * self.view.config.min_requote_change_bps / BPS + tick
            if len(self._bands) >= MAX_BANDS:
                self._bands.clear()
            known = self._bands[market.name, oracle_px] = (oracle_px - width, oracle_px + width)
        return known

    def on_turn(self, turn: journal.Turn) -> None:
        """Note which orders stand right by the price just told; judge those that do not for too long."""
        event = turn.event
        if isinstance(event, events.Oracle):
            self._look(event.market)
        now_ms = self.view.event_ms
        for market, wake_ms in self._wake_ms.items():
            if now_ms > wake_ms:
                self._judge(market)
        self.wake_ms = min(self._wake_ms.values(), default=ASLEEP_MS) + 1

    def _look(self, market: str) -> None:
        """Mark the orders that the told price leaves in place: near their own price, or a rung of today's ladder."""
        told = self.view.told_of(market)
        if told.oracle_px is None:
            return
        self._wake_ms[market] = 0
        for one in self._watched.get(market, {}).values():
            if one.low_px <= told.oracle_px <= one.high_px or self._is_rung(one.order):
                one.away_ms = None
            elif one.away_ms is None:
                one.away_ms = self.view.event_ms
                self._count("moved market", one.order)

    def _count(self, why: str, order: OwnOrder) -> None:
        """Count an order that the market has left, unless its end or an earlier cancel had settled it."""
        if order.ended_ms is not None or (order.cancels_ms and order.cancels_ms[0] != self.view.event_ms):
            return
        state = "unconfirmed" if order.told_resting_ms is None else "partly filled" if order.told_filled else "resting"
        halted = next(iter(self.view.halted(order.market)), "not halted").split(" of ")[0]
        self.antecedent(f"{why} · {state} · {halted}")

    def _is_rung(self, order: OwnOrder) -> bool:
        """Say whether the ladder at the told price has a rung at the order's price, by some fair reading."""
        if order.ended_ms is not None or order.cancel_pending_ms is not None:
            return False
        pricing = self.view.pricing
        readings = pricing.readings(order.market)
        return bool(pricing.expected(order.market, order.side, readings).at(order.px))

    def _judge(self, market: str) -> None:
        """Judge one market's orders whose time is over; sleep until the next one's may be."""
        view, watched = self.view, self._watched.get(market, {})
        told_ms, age_ms = view.told_of(market).oracle_ms or 0, view.config.oracle_max_age_ms
        stale_ms = view.bounds.stale_ms
        wake_ms = view.event_ms + stale_ms
        if age_ms:
            self._silence(market, told_ms + age_ms)
            wake_ms = min(wake_ms, told_ms + age_ms) if view.event_ms <= told_ms + age_ms else view.event_ms
        for cloid, one in list(watched.items()):
            if one.order.ended_ms is not None and not one.order.live:
                del watched[cloid]
            elif age_ms and view.event_ms > told_ms + age_ms + stale_ms:
                self._stale(one, f"no oracle was told for {view.event_ms - told_ms} ms")
            elif one.away_ms is not None:
                wake_ms = min(wake_ms, one.away_ms + stale_ms)
                if view.event_ms > one.away_ms + stale_ms:
                    now_px = view.told_of(market).oracle_px
                    waited_ms = view.event_ms - one.away_ms
                    self._stale(one, f"for {waited_ms} ms no told oracle was near that, now {now_px}")
        self._wake_ms[market] = wake_ms

    def _silence(self, market: str, until_ms: int) -> None:
        """Count, once per silence, the orders that the oracle's age has overtaken (Q-11)."""
        if self.view.event_ms > until_ms and self._silence_ms.get(market) != until_ms:
            self._silence_ms[market] = until_ms
            for one in self._watched.get(market, {}).values():
                self._count("silence", one.order)

    def _stale(self, one: Watched, fact: str) -> None:
        """The order's time is over: it must have a cancel out."""
        order = one.order
        if not order.live or not cancel_missing(self.view, order):
            return
        del self._watched[order.market][order.cloid]
        text = f"{order.label()}, computed on oracle {order.oracle_px}, is live without a cancel request: {fact}"
        text = f"{text}; B-stale is {self.view.bounds.stale_ms} ms"
        self.violated(text, order.market, order.cloid)
        for tell in self.heeded:
            tell(text, order.market, order.cloid)


MONITORS: tuple[type[Monitor], ...] = (NoStaleQuote,)
