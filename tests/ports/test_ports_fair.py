"""The reference in other clothes is not blamed: no roles, other names and order, cancels by name, no log, no books."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from mmgate.profiles import QUICK, embedded_suite
from mmgate.worlds import world_of
from model import events
from model.actions import Action, Cancel, Place, Tif
from model.events import Event, Start
from model.journal import Books, Reply
from model.maker import Reference
from sim.run import run
from specs.panel import Panel
from specs.spec import Word


class Plain:
    """The reference, telling no more than it must: its orders have names without a prefix, no role and no level."""

    name = "plain"

    def __init__(self) -> None:
        self._inner = Reference()
        self.features = (self._inner.features - {"books", "attribution"}) | {"cancel_by_cloid"}
        self._own: dict[str, str] = {}
        self._name_of: dict[tuple[str, int], str] = {}

    def start(self, start: Start) -> Reply:
        orders = tuple(replace(one, cloid=self._back(one.cloid)) for one in start.open_orders)
        fills = tuple(replace(one, cloid=self._back(one.cloid)) for one in start.fills)
        return self._told(self._inner.start(replace(start, open_orders=orders, fills=fills)))

    def handle(self, event: Event) -> Reply:
        return self._told(self._inner.handle(self._heard(event)))

    def books(self) -> Books | None:
        return None

    def _heard(self, event: Event) -> Event:
        if isinstance(event, events.OpenOrders):
            return replace(event, orders=tuple(replace(one, cloid=self._back(one.cloid)) for one in event.orders))
        cloid, oid = getattr(event, "cloid", None), getattr(event, "oid", None)
        if cloid is None or cloid not in self._own:
            return event
        if oid is not None:
            self._name_of[getattr(event, "market", ""), oid] = cloid
        changed: Any = {"cloid": self._own[cloid]}
        return replace(event, **changed)

    def _told(self, reply: Reply) -> Reply:
        cancels = [self._plain(one) for one in reply.actions if isinstance(one, Cancel)]
        places = [self._plain(one) for one in reply.actions if isinstance(one, Place) and one.tif is Tif.ALO]
        shuffled = {Cancel: cancels[::-1], Place: places[::-1]}
        rest = [
            self._plain(one)
            for one in reply.actions
            if not isinstance(one, Cancel) and not (isinstance(one, Place) and one.tif is Tif.ALO)
        ]
        return Reply((*shuffled[Cancel], *shuffled[Place], *rest))

    def _plain(self, action: Action) -> Action:
        if isinstance(action, Place):
            return replace(action, cloid=self._named(action.cloid), role=None, level=None, answers=())
        if isinstance(action, Cancel):
            known = self._name_of.get((action.market, action.oid or 0))
            cloid = known or (self._named(action.cloid) if action.cloid else None)
            return Cancel(action.market, None if cloid else action.oid, cloid)
        return action

    def _named(self, cloid: str) -> str:
        name = "0x" + sha256(cloid.encode()).hexdigest()[:32]
        self._own[name] = cloid
        return name

    def _back(self, cloid: str | None) -> str | None:
        return self._own.get(cloid or "", cloid)


@pytest.mark.parametrize(
    ("config", "scenario", "seed"),
    [
        ("counter", "crash-loop", 4),
        ("counter", "evening", 9),
        ("counter", "races", 4),
        ("tight", "races", 4),
        ("all-on", "three-markets", 4),
    ],
)
def test_a_maker_that_tells_neither_role_nor_level_is_not_blamed(config: str, scenario: str, seed: int):
    entry = next(e for e in embedded_suite(QUICK) if (e.name, e.scenario) == (config, scenario))
    panel = Panel()
    result = run(world_of(entry, seed), Plain(), [panel])
    assert result.failed is None
    blamed = {o.spec_id: [v.text for v in o.violations[:1]] for o in panel.outcomes() if o.word is Word.VIOLATED}
    assert blamed == {}
    assert [o for o in panel.outcomes() if o.word is Word.ERROR] == []
