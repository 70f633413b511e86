"""Hand-made journals: a tape that plays records to the monitors on numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal as D
from typing import Any

import pytest

from model import actions, events, journal
from model.actions import Cancel, Place, Role, Side, Tif
from model.config import MakerConfig
from model.market import Market
from specs import counter_orders, offsets, ticks
from specs.panel import Panel
from specs.spec import Outcome, Word

SATURDAY_MS = 1_770_468_000_000
GOLD = "xyz:GOLD"
MONITORS = (*offsets.MONITORS, *ticks.MONITORS, *counter_orders.MONITORS)


class Tape:
    """One life of a maker, written by hand; each call is a turn, its actions are the reply."""

    def __init__(self, config: MakerConfig, features: tuple[str, ...] = ("counter_order", "cancel_by_cloid")) -> None:
        self.config = config
        self.panel = Panel(None, MONITORS)
        self.now_ms = SATURDAY_MS
        self.life = 1
        self._names = 0
        self._tids = 0
        markets = (Market(GOLD, 3),)
        head = (self.now_ms, "hand-made", 0, "hand", config, markets)
        self.panel.observe(
            journal.RunStarted(*head, timer_ms=250, round_trip_ms=400, delivery_ms=400, features=features)
        )
        self.turn(events.Start(self.now_ms, 1, config, markets))

    def turn(self, event: events.Start | events.Event, *reply: actions.Action) -> None:
        """Play a turn."""
        self.panel.observe(journal.Turn(event.now_ms, self.life, event, journal.Reply(reply)))

    def oracle(self, oracle_px: str, mark_px: str | None, *reply: actions.Action, after_ms: int = 1000) -> None:
        """Tell oracle and mark of GOLD."""
        self.now_ms += after_ms
        mark = None if mark_px is None else D(mark_px)
        self.turn(events.Oracle(self.now_ms, GOLD, D(oracle_px), mark), *reply)

    def timer(self, *reply: actions.Action, after_ms: int = 250) -> None:
        """Let time pass."""
        self.now_ms += after_ms
        self.turn(events.Timer(self.now_ms), *reply)

    def fill(self, order: Place, *reply: actions.Action, sz: str | None = None, mark_px: str | None = None) -> None:
        """Tell a fill of an own order."""
        self.now_ms += 100
        self._tids += 1
        size = order.sz if sz is None else D(sz)
        mark = None if mark_px is None else D(mark_px)
        names = (GOLD, order.cloid, None, self.now_ms, self._tids)
        self.turn(events.Fill(self.now_ms, *names, order.side, order.px, size, mark_px=mark), *reply)

    def rejected(self, order: Place, *reply: actions.Action) -> None:
        """Tell that the venue refused an order."""
        self.now_ms += 100
        self.turn(events.Rejected(self.now_ms, GOLD, order.cloid, None, "would match"), *reply)

    def rung(self, side: Side, level: int | None, px: str, sz: str = "0.5", role: Role | None = Role.LADDER) -> Place:
        """Make a ladder order."""
        return Place(self._name(), GOLD, side, D(px), D(sz), Tif.ALO, role=role, level=level)

    def counter(self, side: Side, px: str, sz: str = "0.5", role: Role | None = Role.COUNTER) -> Place:
        """Make a counter-order."""
        return Place(self._name(), GOLD, side, D(px), D(sz), Tif.ALO, role=role)

    def close(self, side: Side, px: str, sz: str = "0.5") -> Place:
        """Make a closing order."""
        return Place(self._name(), GOLD, side, D(px), D(sz), Tif.IOC, reduce_only=True, role=Role.FLATTEN)

    def cancel(self, order: Place) -> Cancel:
        """Make a cancel."""
        return Cancel(GOLD, cloid=order.cloid)

    def outcome(self, spec_id: str) -> Outcome:
        """End the run and give one spec's outcome."""
        self.panel.observe(journal.RunEnded(self.now_ms, (), (), settled=True))
        return next(outcome for outcome in self.panel.outcomes() if outcome.spec_id == spec_id)

    def word(self, spec_id: str) -> Word:
        """End the run and give one spec's word."""
        return self.outcome(spec_id).word

    def words(self) -> dict[str, Word]:
        """End the run and give all words."""
        self.panel.observe(journal.RunEnded(self.now_ms, (), (), settled=True))
        return {outcome.spec_id: outcome.word for outcome in self.panel.outcomes()}

    def _name(self) -> str:
        self._names += 1
        return f"0x{self._names:032x}"


@pytest.fixture
def tape() -> Callable[..., Tape]:
    """Return a maker of tapes: call it with the config's changed values."""

    def make(features: tuple[str, ...] = ("counter_order", "cancel_by_cloid"), **changed: Any) -> Tape:
        values: dict[str, Any] = {
            "enabled": True,
            "num_levels": 3,
            "size_per_level_usd": D(50),
            "max_position_usd": D(1000),
            "counter_order_enabled": True,
        }
        return Tape(replace(MakerConfig(), **{**values, **changed}), features)

    return make
