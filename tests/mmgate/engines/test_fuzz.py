"""Stories of any events: the reference answers them all, and what is not legal is seen."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from mmgate.engines.fuzz import answered
from mmgate.ports.direct import direct
from mmgate.request import MakerRef
from model.actions import Place
from model.events import Event, Start
from model.journal import MakerFault, Reply


class Spoiled:
    """The reference, its places changed on the way."""

    def __init__(self, **changes: Any) -> None:
        self._maker = direct(MakerRef())
        self._changes = changes
        self.name, self.features = self._maker.name, self._maker.features

    def start(self, start: Start) -> Reply:
        return self._maker.start(start)

    def handle(self, event: Event) -> Reply:
        reply = self._maker.handle(event)
        changed = [replace(a, **self._changes) if isinstance(a, Place) else a for a in reply.actions]
        return replace(reply, actions=tuple(changed))

    def books(self) -> None:
        return None


class Faulty(Spoiled):
    """A maker that breaks the protocol."""

    def handle(self, event: Event) -> Reply:
        raise MakerFault("timeout", "no reply within 5 s")


def test_the_reference_answers_a_story_without_events():
    assert answered(direct(MakerRef()), []) is None


def test_a_repeated_cloid_an_illegal_price_and_a_strange_market_are_seen():
    assert answered(Spoiled(cloid="0x1"), []) == "the cloid 0x1 again"
    assert "which is not legal in xyz:GOLD" in str(answered(Spoiled(px=Decimal("1.23456789")), []))
    assert "a market that was not told" in str(answered(Spoiled(market="abc:NONE"), []))


def test_a_fault_of_the_maker_is_told():
    assert answered(Faulty(), []) == "timeout: no reply within 5 s"
