"""A port beside the reference: other names and another order of independent actions are no difference, all else is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from mmgate.ports.direct import direct
from mmgate.ports.lockstep import Lockstep, Parted
from mmgate.ports.pairing import Difference, Mode, Names, difference
from mmgate.profiles import QUICK, embedded_suite
from mmgate.request import MakerRef
from mmgate.worlds import world_of
from model.actions import Action, Cancel, Place, QueryOpenOrders, Role, ScheduleCancel, Side, Tif
from model.config import MakerConfig
from model.events import Event, OpenOrder, OpenOrders, Resting, Start
from model.journal import Books, LogLine, Maker, Reply
from model.maker import Reference
from sim.run import run
from sim.world import World

GOLD, SILVER = "xyz:GOLD", "xyz:SILVER"


def place(cloid: str, px: str = "99", market: str = GOLD, tif: Tif = Tif.ALO, role: Role | None = None) -> Place:
    return Place(cloid, market, Side.BUY, Decimal(px), Decimal(1), tif, role=role)


def compared(
    reference: Sequence[Action], port: Sequence[Action], names: Names | None = None, mode: Mode = Mode.ACTIONS
) -> Difference | None:
    return difference(names or Names(), Reply(tuple(reference)), Reply(tuple(port)), mode)


def apart(reference: Sequence[Action], port: Sequence[Action], mode: Mode = Mode.ACTIONS) -> Difference:
    found = compared(reference, port, None, mode)
    assert found is not None
    return found


def test_orders_with_other_names_are_paired():
    names = Names()
    assert compared([place("a1", "99"), place("a2", "98")], [place("b2", "98"), place("b1", "99")], names) is None
    assert names.reference("b1") == "a1"
    assert names.reference("b2") == "a2"


def test_an_event_reaches_the_reference_under_its_own_name_of_the_order():
    names = Names()
    compared([place("a1")], [place("b1")], names)
    told = names.told(Resting(5, GOLD, "b1", 7, Decimal(99), Decimal(1)))
    assert told == Resting(5, GOLD, "a1", 7, Decimal(99), Decimal(1))
    answer = OpenOrders(6, 5, (OpenOrder(GOLD, 7, "b1", Side.BUY, Decimal(99), Decimal(1)),), ())
    told = names.told(answer)
    assert isinstance(told, OpenOrders)
    assert told.orders[0].cloid == "a1"


def test_a_cancel_by_oid_and_one_by_cloid_mean_the_same_order():
    names = Names()
    compared([place("a1")], [place("b1")], names)
    names.told(Resting(5, GOLD, "b1", 7, Decimal(99), Decimal(1)))
    assert compared([Cancel(GOLD, oid=7)], [Cancel(GOLD, cloid="b1")], names) is None
    found = compared([Cancel(GOLD, oid=7)], [Cancel(GOLD, cloid="b2")], names)
    assert found is not None
    assert found.kind == "actions"


def test_an_order_that_a_life_finds_may_be_cancelled_by_oid_or_by_cloid():
    found = (OpenOrder(GOLD, 55, "a9", Side.BUY, Decimal(99), Decimal(1)),)
    for told in (Names.start, Names.start_for_port):
        names = Names()
        told(names, Start(5, 1, MakerConfig(), (), found))
        assert compared([Cancel(GOLD, oid=55)], [Cancel(GOLD, cloid="a9")], names) is None
    for hear in (Names.told, Names.for_port):
        names = Names()
        hear(names, OpenOrders(6, 5, found, ()))
        assert compared([Cancel(GOLD, oid=55)], [Cancel(GOLD, cloid="a9")], names) is None


def test_a_role_that_only_one_of_two_makers_tells_is_no_difference():
    plain, told = place("a1"), place("b1", role=Role.LADDER)
    assert compared([plain], [told]) is None
    assert compared([told], [plain]) is None
    assert compared([told], [place("b1", role=Role.COUNTER)]) is not None


def test_markets_may_come_in_any_order():
    two = [place("a1"), place("a2", market=SILVER)]
    assert compared(two, [place("b2", market=SILVER), place("b1")]) is None


def test_no_rule_says_whether_cancels_or_places_go_first_where_none_clears_the_path_of_the_other():
    cancel, counter = Cancel(GOLD, oid=3), place("a2", "101", tif=Tif.GTC)
    other = place("b2", "101", tif=Tif.GTC)
    assert compared([cancel, place("a1"), counter], [other, place("b1"), cancel]) is None
    assert apart([cancel, place("a1")], [place("b1")]).kind == "actions"


def test_the_cancels_that_clear_a_flatten_path_go_before_it():
    cancel, close = Cancel(GOLD, oid=3), replace(place("a1", tif=Tif.IOC), reduce_only=True)
    assert apart([cancel, close], [replace(close, cloid="b1"), cancel]).kind == "order"
    both: list[Action] = [place("b2"), cancel, replace(close, cloid="b1")]
    assert compared([cancel, close, place("a2")], both) is None


@pytest.mark.parametrize(
    "other",
    [
        place("b", "98"),
        place("b", market=SILVER),
        place("b", tif=Tif.GTC),
        place("b", role=Role.COUNTER),
        Cancel(GOLD, oid=1),
    ],
)
def test_another_action_is_a_difference(other: Action):
    found = apart([place("a", role=Role.LADDER)], [other])
    assert found.kind == "actions"
    assert found.comparable


def test_an_action_more_is_a_difference():
    assert apart([place("a")], [place("b"), place("c")]).only_port != ()
    assert apart([place("a"), place("c")], [place("b")]).only_reference != ()
    assert apart([], [ScheduleCancel(5)]).kind == "actions"


def test_a_query_at_another_fair_moment_ends_what_can_be_compared():
    found = apart([], [QueryOpenOrders()])
    assert found.kind == "query"
    assert not found.comparable


def test_in_mode_numbers_a_tick_is_no_divergence_but_said():
    assert apart([place("a", "4966.1")], [place("b", "4966.2")], mode=Mode.NUMBERS).kind == "near"
    assert apart([place("a", "4966.1")], [place("b", "4999")], mode=Mode.NUMBERS).kind == "actions"
    assert apart([place("a", "4966.1")], [place("b", "4966.2")]).kind == "actions"


def test_only_codes_that_the_rules_name_are_compared_and_only_when_asked():
    mine, own = LogLine("warn", "stale_oracle", GOLD), LogLine("info", "my_own_words", GOLD)
    replies = Reply((), (mine,)), Reply((), (own,))
    assert difference(Names(), *replies) is None
    found = difference(Names(), *replies, Mode.ACTIONS_AND_LOG)
    assert found is not None
    assert found.kind == "log"
    assert difference(Names(), Reply((), (mine,)), Reply((), (own, mine)), Mode.ACTIONS_AND_LOG) is None


def test_attribution_is_compared_where_it_is_told():
    assert difference(Names(), Reply(mm_fill=True), Reply(mm_fill=None)) is None
    found = difference(Names(), Reply(mm_fill=True), Reply(mm_fill=False))
    assert found is not None
    assert found.kind == "attribution"


class Renamed:
    """The reference with other names for its orders, and each batch the other way round."""

    def __init__(self) -> None:
        self._inner: Maker = Reference()
        self.name, self.features = "renamed", self._inner.features

    def start(self, start: Start) -> Reply:
        return self._inner.start(start)

    def handle(self, event: Event) -> Reply:
        reply = self._inner.handle(event)
        places = [one for one in reply.actions if isinstance(one, Place) and one.tif is Tif.ALO]
        others = [one for one in reply.actions if not (isinstance(one, Place) and one.tif is Tif.ALO)]
        cancels = [one for one in others if isinstance(one, Cancel)]
        rest = [one for one in others if not isinstance(one, Cancel)]
        return Reply((*cancels[::-1], *places[::-1], *rest), reply.log, reply.mm_fill)

    def books(self) -> Books | None:
        return self._inner.books()


def world(name: str, scenario: str) -> World:
    entry = next(one for one in embedded_suite(QUICK) if (one.name, one.scenario) == (name, scenario))
    return world_of(entry, 1)


def test_the_reference_agrees_with_itself_through_crash_and_restart():
    lockstep = Lockstep(Reference(), Mode.ACTIONS_AND_LOG)
    run(world("fixed", "crash"), lockstep)
    assert lockstep.parting is None
    assert lockstep.steps > 4000


def test_batches_the_other_way_round_are_no_difference():
    lockstep = Lockstep(Renamed())
    run(world("fixed", "signal"), lockstep)
    assert lockstep.parting is None


def test_a_defect_parts_from_the_reference_and_the_parting_is_told():
    lockstep = Lockstep(direct(MakerRef("defect", "level-always-0")))
    with pytest.raises(Parted):
        run(world("counter", "evening"), lockstep)
    assert lockstep.parting is not None
    assert lockstep.parting.steps > 0
    assert "place counter" in lockstep.parting.told()
