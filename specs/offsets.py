"""Monitors on where a ladder stands: OFF-1 … OFF-4 and OFF-9 on the prices that a maker sends."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from model import events, journal
from model.actions import BUY, LADDER, Place, Side
from specs.definitions.exact import exact
from specs.monitor import ASLEEP_MS, AWAKE_MS, Monitor
from specs.own import OwnOrder
from specs.pricing import Facts, Readings
from specs.rungs import BINARY64_DOUBT, DECIMAL_DOUBT, Whole
from specs.showing import shown
from specs.statements import statement
from specs.view import View

ONE = (1, 1)
FINE = ("", "")
UNTOLD = (None, None)
TELLING_PRICES = frozenset((events.Oracle, events.Fill, events.TakerFill))


class LadderMonitor(Monitor):
    """A monitor that judges each ladder order once, at its sending, with what the definitions say of it."""

    def stands(self, order: OwnOrder, facts: Facts) -> str:
        """Say where an order stands, for a person."""
        return f"{order.label()} stands {shown(facts.offset_bps)} bps from oracle {order.oracle_px}"


class InnermostFloor(LadderMonitor):
    """OFF-1. Every rung is held to the bound of level 0: offsets do not fall with the level (Q-10)."""

    spec = statement("OFF-1")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._seen: Readings = ()
        self._plain = True

    def sent_rung(self, order: OwnOrder, facts: Facts) -> None:
        """Compare with the least floor that a fair reading allows."""
        readings = facts.readings
        if readings is not self._seen:
            self._seen = readings
            self._plain = not any(r.ratio or r.trend or r.multiplier != 1 for r in readings)
        if not self._plain:
            return
        dynamic = any(r.statistics is not None and r.statistics.valid for r in readings)
        if 0 in facts.true_levels:
            self.antecedent(" · ".join((order.side, "dynamic" if dynamic else "fixed", order.market)))
        floor = self.view.pricing.least_base_bps(readings)
        doubt = BINARY64_DOUBT if dynamic else DECIMAL_DOUBT
        if facts.nearer_than(floor) and facts.offset_bps < Fraction(*floor) * (1 - doubt):
            self.violated(
                f"{self.stands(order, facts)}; at ratio 0, trend 0, multiplier 1 nothing may stand nearer than "
                f"{shown(Fraction(*floor))} bps",
                order.market,
                order.cloid,
            )


class PhasesOff(LadderMonitor):
    """CFG-2, in a run: without a dynamic offset each rung stands where config, inventory and trend alone put it."""

    spec = statement("CFG-2")

    def sent_rung(self, order: OwnOrder, facts: Facts) -> None:
        """Look for a level whose price it has by some fair reading."""
        config = self.view.config
        if config.dynamic_offset_enabled or not facts.expected:
            return
        self.antecedent(f"{config.level_distribution} · {order.side} · {order.market}")
        if not facts.levels:
            self.violated(
                f"{self.stands(order, facts)}, where no level stands while the dynamic offset is off",
                order.market,
                order.cloid,
            )


class AroundTheOracle(LadderMonitor):
    """OFF-2."""

    spec = statement("OFF-2")

    def sent_rung(self, order: OwnOrder, facts: Facts) -> None:
        """Hold every rung at least 1 bp away, on its own side."""
        if order.oracle_px is None or order.oracle_px <= 0:
            return
        self.antecedent(order.where)
        if order.px <= 0 or (facts.nearer_than(ONE) and facts.offset_bps < 1 - DECIMAL_DOUBT):
            self.violated(
                f"{self.stands(order, facts)}; a {order.side} must stand at least 1 bp "
                f"{'below' if order.side is BUY else 'above'} it",
                order.market,
                order.cloid,
            )


class FeeFloor(LadderMonitor):
    """OFF-3."""

    spec = statement("OFF-3")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._seen: Readings = ()
        self._skewed = "not skewed"
        self._floor = Fraction(0)
        self._whole_floor: Whole = (0, 1)

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """Begin a life, with a config of its own."""
        self._floor = exact(event.config.fee_buffer_bps)
        self._whole_floor = self._floor.as_integer_ratio()

    def sent_rung(self, order: OwnOrder, facts: Facts) -> None:
        """Hold every rung at least the fee buffer away."""
        if not self.view.config.skew_respects_fee_floor:
            return
        if facts.readings is not self._seen:
            self._seen = facts.readings
            self._skewed = "skewed" if any(r.ratio or r.trend for r in facts.readings) else "not skewed"
        self.antecedent(" · ".join((order.side, self._skewed, order.market)))
        floor = self._floor
        if facts.nearer_than(self._whole_floor) and facts.offset_bps < floor * (1 - DECIMAL_DOUBT):
            self.violated(
                f"{self.stands(order, facts)}; the fee floor is {shown(floor)} bps", order.market, order.cloid
            )

    def switched_off(self) -> str:
        """Excuse a config that does without the floor."""
        return "" if self.view.config.skew_respects_fee_floor else "skew_respects_fee_floor is false"


Rung = tuple[tuple[int, ...], OwnOrder]
"""The levels that a ladder order may have, the one it tells alone, and the order."""


def by_level(side: Side, rungs: list[Rung]) -> list[tuple[int, OwnOrder]]:
    """Return rungs from the innermost outward; of levels not told, each is the lowest that goes on from the one inside.

    A price may fit several levels by several fair readings: of those the ladder that is one is taken, if any is.
    """
    if any(order.level is None for _, order in rungs):
        rungs = sorted(rungs, key=lambda rung: rung[1].px * -side.sign)
    placed, least = [], 0
    for levels, order in rungs:
        fits = [level for level in levels if order.level is None and level >= least]
        level = min(fits or levels)
        least = level if fits else least
        placed.append((level, order))
    return sorted(placed, key=lambda pair: pair[0])


class StrictlyOutward(LadderMonitor):
    """OFF-4, on prices sent: the rungs of one reply by level, and none at the price of one that stays."""

    spec = statement("OFF-4")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._reply: dict[tuple[str, Side], list[Rung]] = {}

    def sent_rung(self, order: OwnOrder, facts: Facts) -> None:
        """Gather the rungs of this reply."""
        levels = (order.level,) if order.level is not None else facts.true_levels
        self._reply.setdefault((order.market, order.side), []).append((levels, order))

    def on_reply(self, turn: journal.Turn) -> None:
        """Judge the whole reply."""
        del turn
        if not self._reply:
            return
        for (market, side), rungs in self._reply.items():
            self._judge_side(market, side, rungs)
        self._reply.clear()

    def _judge_side(self, market: str, side: Side, rungs: list[Rung]) -> None:
        placed = {order.cloid for _, order in rungs}
        life = self.view.life
        kept = {
            order.px: order
            for order in self.view.orders.open_on(market, side)
            if not order.cancels_ms and order.cloid not in placed and order.life == life and order.role is LADDER
        }
        if len(rungs) > 1 or kept:
            self.antecedent(f"{side} · {market}")
        for _, order in rungs if kept else ():
            if order.px in kept:
                twin = kept[order.px].label()
                self.violated(f"{order.label()} doubles {twin}, which stays", market, order.cloid)
        for (inner_level, inner), (outer_level, outer) in pairwise(by_level(side, rungs)):
            if (inner.px - outer.px) * side.sign <= 0:
                self.violated(
                    f"in one reply {side} level {inner_level} at {inner.px} and level {outer_level} at {outer.px}: "
                    "the outer one must stand strictly farther out",
                    market,
                    outer.cloid,
                )

    def switched_off(self) -> str:
        """Excuse a ladder of one rung."""
        return "one level a side" if self.view.config.num_levels == 1 else ""


class UsablePricesOnly(Monitor):
    """OFF-9. A limit of 0 is "as reviewed": no such limit."""

    spec = statement("OFF-9")

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._troubled: dict[str, str] = {}
        self._blamed: set[str] = set()
        self._fine: dict[str, tuple[Decimal | None, Decimal | None]] = {}
        """The prices of each market that were found usable last, their age apart."""
        self._same_until_ms = AWAKE_MS
        """Until then nothing but told prices changes what was found of the markets known."""

    def told_start(self, turn: journal.Turn, event: object) -> None:
        """Begin a life that was told no price yet."""
        del turn, event
        self._troubled.clear()
        self._fine.clear()
        self._same_until_ms = AWAKE_MS

    def told_any(self, turn: journal.Turn) -> None:
        """Note where prices turn unusable or old, and whether rungs are live then."""
        view = self.view
        same = view.event_ms <= self._same_until_ms and len(view.told) == len(self._troubled)
        if same and type(turn.event) not in TELLING_PRICES:
            return
        limit, until_ms, self.wake_ms = view.config.oracle_max_age_ms, ASLEEP_MS, ASLEEP_MS
        for market, told in view.told.items():
            kind, _ = self._trouble(market)
            if kind and self._troubled.get(market) != kind:
                live = "live rungs" if self._uncancelled(market) else "no live rung"
                self.antecedent(f"{kind} · {live}")
            self._troubled[market] = kind
            if kind:
                self.wake_ms = AWAKE_MS
            elif limit:
                until_ms = min(until_ms, (told.oracle_ms or 0) + limit)
        self._same_until_ms = until_ms

    def sent_place(self, turn: journal.Turn, action: Place, order: OwnOrder) -> None:
        """Refuse a rung on an unusable or old price, on an old one a counter-order too, and a close without a mark."""
        del turn
        told = self.view.told_of(order.market)
        if action.reduce_only:
            if told.no_mark(self.view.config):
                fact = f"{order.label()} sent while no usable mark is told (the last one: {told.mark_px})"
                self.violated(fact, order.market, order.cloid)
            return
        kind, why = self._trouble(order.market)
        stale = told.oracle_ms is not None and told.too_old(self.view.config, self.view.event_ms)
        if kind and (stale or order.role is LADDER):
            self.violated(f"{order.label()} sent while {why}", order.market, order.cloid)

    def on_turn(self, turn: journal.Turn) -> None:
        """Demand a cancel of every live rung in the reply to the event that shows the trouble."""
        del turn
        for market, kind in self._troubled.items():
            if not kind:
                continue
            for order in self._uncancelled(market):
                if order.cloid not in self._blamed:
                    self._blamed.add(order.cloid)
                    why = self._trouble(market)[1]
                    self.violated(f"{order.label()} has no cancel out while {why}", market, order.cloid)

    def _uncancelled(self, market: str) -> list[OwnOrder]:
        by_cloid = "cancel_by_cloid" in self.view.features
        return [
            order
            for order in self.view.orders.open.values()
            if order.market == market and order.role is LADDER and order.life == self.view.life
            if not order.cancels_ms and (by_cloid or order.told_resting_ms is not None)
        ]

    def _trouble(self, market: str) -> tuple[str, str]:
        """Return the kind of trouble and the fact with its values; empty when a ladder may be quoted."""
        view, told = self.view, self.view.told_of(market)
        oracle_px, mark_px, oracle_ms = told.oracle_px, told.mark_px, told.oracle_ms
        limit = view.config.oracle_max_age_ms
        fine_oracle_px, fine_mark_px = self._fine.get(market, UNTOLD)
        same = oracle_ms is not None and fine_oracle_px is oracle_px and fine_mark_px is mark_px
        if same and (not limit or view.event_ms - (oracle_ms or 0) <= limit):
            return FINE
        if oracle_px is None or oracle_ms is None:
            return "untold", f"no oracle price of {market} is told"
        if not positive(oracle_px) or mark_px is None or not positive(mark_px):
            return "unusable", f"oracle {oracle_px}, mark {mark_px} of {market} are told"
        gap, allowed = abs(oracle_px - mark_px) * 10_000, view.config.max_oracle_mark_gap_bps
        if allowed and gap > allowed * oracle_px:
            return "gap", f"oracle {oracle_px} and mark {mark_px} of {market} are more than {allowed} bps apart"
        self._fine[market] = (oracle_px, mark_px)
        age = view.event_ms - oracle_ms
        if limit and age > limit:
            return "old", f"the oracle price of {market} is {age} ms old, more than {limit}"
        return FINE


def positive(px: Decimal) -> bool:
    """Say whether a told price is a positive number."""
    return px.is_finite() and px > 0


MONITORS: tuple[type[Monitor], ...] = (
    InnermostFloor,
    PhasesOff,
    AroundTheOracle,
    FeeFloor,
    StrictlyOutward,
    UsablePricesOnly,
)
