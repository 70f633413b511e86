"""Any well-formed event in any order (ROB-1): a maker must answer each, and what it sends must stay legal.

Events are drawn as recipes and made when their turn comes, so that they can name orders which the maker has really
placed. Values lie between 1e-28 and 1e28; names, ids, times and sequences are arbitrary.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from hypothesis import strategies as st

from mmgate.engines.composer import SATURDAY_MS
from mmgate.profiles import fitted_config
from model import events
from model.actions import Action, Cancel, Place, Side
from model.codec import canonical
from model.config import MakerConfig
from model.journal import Maker, MakerFault
from model.market import Market
from specs.definitions import rounding

MARKETS = (Market("xyz:GOLD", 4), Market("xyz:SILVER", 2))
CONFIG = MakerConfig(
    enabled=True,
    num_levels=3,
    size_per_level_usd=Decimal(60),
    max_position_usd=Decimal(2000),
    counter_order_enabled=True,
    dynamic_offset_enabled=True,
    wick_min_samples=2,
    velocity_skew_enabled=True,
)
WARM_UP_MS = 7_000
MOST_EVENTS = 25

odd = st.sampled_from(
    tuple(map(Decimal, ("1e-28", "1e28", "0", "-1", "-1e28", "1", "9.99999", "123456.789", "5000", "5001.5", "4990")))
)
near = st.integers(49_000, 51_000).map(lambda tenths: Decimal(tenths) / 10)
numbers = st.one_of(near, odd)
sizes = st.one_of(st.integers(1, 300).map(lambda lots: Decimal(lots) / 10_000), odd)
names = st.sampled_from(("xyz:GOLD", "xyz:GOLD", "xyz:GOLD", "xyz:SILVER", "GOLD", "abc:NONE", "", "ü" * 40))
ids = st.one_of(st.none(), st.integers(0, 40), st.sampled_from((-1, 2**53)))
steps_ms = st.sampled_from((0, 1, 40, 250, 700, 2_000, 6_000, 11_000, -5_000))
KINDS = (
    "oracle", "oracle", "resting", "fill", "fill", "taker_fill", "done", "canceled", "rejected", "cancel_rejected",
    "send_failed", "unknown", "open_orders", "timer", "disconnected", "connected", "schedule_cancel_rejected",
    "shutdown",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recipe:
    """One event to be: `known` names an order that was placed (its number, modulo how many there are), or none."""

    kind: str
    step_ms: int
    known: int | None
    market: str
    oid: int | None
    side: Side
    px: Decimal
    sz: Decimal
    number: int
    flag: bool


recipes = st.builds(
    Recipe,
    st.sampled_from(KINDS),
    steps_ms,
    st.one_of(st.none(), st.integers(0, 30), st.integers(0, 30)),
    names,
    ids,
    st.sampled_from((Side.BUY, Side.SELL)),
    numbers,
    sizes,
    st.integers(0, 5),
    st.booleans(),
)
stories = st.lists(recipes, max_size=MOST_EVENTS)


@dataclass(slots=True)
class Desk:
    """A life under fuzz: the time, what was placed, what the maker must not repeat."""

    now_ms: int
    placed: list[Place] = field(default_factory=list)
    cloids: set[str] = field(default_factory=set)

    def make(self, recipe: Recipe) -> events.Event:
        """Make the event."""
        self.now_ms += recipe.step_ms
        place = self.placed[recipe.known % len(self.placed)] if self.placed and recipe.known is not None else None
        market = place.market if place else recipe.market
        cloid = place.cloid if place else None if recipe.flag else f"0x6d6d6701{recipe.number:024x}"
        return _event(recipe, self.now_ms, market, cloid, place)

    def accept(self, action: Action) -> str | None:
        """Say what is wrong with an action, or None."""
        canonical(action)
        if isinstance(action, Cancel):
            return "a cancel names no order" if action.oid is None and action.cloid is None else None
        if not isinstance(action, Place):
            return None
        market = next((known for known in MARKETS if known.name == action.market), None)
        if market is None:
            return f"a place in {action.market!r}, a market that was not told"
        if not rounding.is_legal_price(action.px, market) or not rounding.is_legal_size(action.sz, market):
            return f"a place of {action.sz} @ {action.px}, which is not legal in {market.name}"
        if not action.reduce_only and rounding.below_minimum(action.px, action.sz, market):
            return f"a place of {action.sz} @ {action.px}, which is under the minimum"
        if action.cloid in self.cloids:
            return f"the cloid {action.cloid} again"
        self.cloids.add(action.cloid)
        self.placed.append(action)
        return None


def _event(r: Recipe, now_ms: int, market: str, cloid: str | None, place: Place | None) -> events.Event:
    """Make an event of a recipe's kind; prices and sizes are mostly those of the order it names."""
    px, sz, side = (place.px, place.sz, place.side) if place and r.flag else (r.px, r.sz, r.side)
    order = (market, cloid, r.oid)
    match r.kind:
        case "oracle":
            return events.Oracle(now_ms, r.market, r.px, None if r.number == 0 else r.sz if r.number == 1 else r.px)
        case "resting":
            return events.Resting(now_ms, *order, px, sz)
        case "fill":
            return events.Fill(now_ms, *order, now_ms, r.number, side, px, sz, snapshot=r.number == 0)
        case "taker_fill":
            return events.TakerFill(now_ms, *order, now_ms, r.number, side, px, sz, closed_pnl=r.px)
        case "done":
            return events.Done(now_ms, *order, sz)
        case "canceled":
            return events.Canceled(now_ms, *order)
        case "rejected":
            return events.Rejected(now_ms, *order, "any reason")
        case "cancel_rejected":
            return events.CancelRejected(now_ms, *order)
        case "send_failed":
            return events.SendFailed(now_ms, *order, "", None if r.number == 0 else "cancel" if r.flag else "place")
        case "unknown":
            return events.Unknown(now_ms, *order)
        case "open_orders":
            resting = events.OpenOrder(market, r.oid or 1, cloid, side, px, sz)
            orders = (resting,) * (r.number % 3)
            return events.OpenOrders(now_ms, now_ms - 250 * r.number, orders, (events.Position(market, r.sz),))
        case "disconnected":
            return events.Disconnected(now_ms)
        case "connected":
            return events.Connected(now_ms)
        case "schedule_cancel_rejected":
            return events.ScheduleCancelRejected(now_ms)
        case "shutdown" if r.number == 0:
            return events.Shutdown(now_ms, "signal" if r.flag else "hard_stop")
        case _:
            return events.Timer(now_ms)


def answered(maker: Maker, story: list[Recipe]) -> str | None:
    """Tell a story to a maker; give what is wrong with its answers, or None."""
    desk = Desk(SATURDAY_MS)
    try:
        faults = [desk.accept(action) for action in maker.start(start(maker.features)).actions]
        for event in _warm_up():
            faults += [desk.accept(action) for action in maker.handle(event).actions]
        desk.now_ms += WARM_UP_MS
        for recipe in story:
            event = desk.make(recipe)
            for action in maker.handle(event).actions:
                fault = desk.accept(action)
                if fault is not None:
                    return f"{fault}, in the answer to {canonical(event)}"
    except MakerFault as fault:
        return f"{fault.kind}: {fault.text}"
    return next((fault for fault in faults if fault is not None), None)


def start(features: frozenset[str]) -> events.Start:
    """Return the start of each life under fuzz, without the phases that a maker does not declare."""
    return events.Start(SATURDAY_MS, 1, fitted_config(CONFIG, features), MARKETS)


def _warm_up() -> Iterator[events.Event]:
    """Yield prices, and answers to the queries of the start, until a ladder may be quoted."""
    for second in range(WARM_UP_MS // 1000):
        now_ms = SATURDAY_MS + 1000 * second + 500
        for market in MARKETS:
            yield events.Oracle(now_ms, market.name, Decimal(5000 + second), Decimal(5000 + second))
        for query_ms in (SATURDAY_MS, SATURDAY_MS + 5_500):
            yield events.OpenOrders(now_ms, query_ms, (), ())
        yield events.Timer(now_ms)
