"""Counterexamples become short and stay what they were: the same spec, the same maker, closed loop."""

from __future__ import annotations

from mmgate.corpus import TWIN
from mmgate.engines.composer import Composer
from mmgate.engines.judging import judge
from mmgate.engines.shrink import Budget, shrink
from mmgate.profiles import suite_file
from mmgate.request import MakerRef
from model.actions import Side
from sim import world as worlds
from sim.parameters import Finish
from sim.world import World

DEFECT = MakerRef("defect", "level-always-0")


def long_world() -> World:
    """Half a minute of quoting, then fills on every level, then more of everything."""
    desk = Composer(suite_file("counter").config)
    desk.calm(30, [1, 2])
    for side in (Side.BUY, Side.SELL, Side.BUY):
        desk.trade(desk.name_of(0), side, 60, 1500, 400)
        desk.taker(desk.name_of(0), side, 10, 40, False)
        desk.calm(5, [3])
    return desk.world("long", 5)


def test_a_counterexample_is_cut_to_what_it_needs():
    case = shrink(long_world(), DEFECT, "CTR-1", "simulation")
    assert case is not None
    world, script = case.world, tuple(case.world.script)
    assert len(script) < 12 < len(tuple(long_world().script))
    assert (len(world.markets), world.parameters.finish) == (1, Finish.CUT)
    assert world.config.num_levels == 2
    assert not world.config.dynamic_offset_enabled
    assert case.violation.spec_id == "CTR-1"
    assert case.records[-1].now_ms <= case.violation.now_ms + 2


def test_the_short_world_still_breaks_the_spec_and_the_reference_keeps_it():
    case = shrink(long_world(), DEFECT, "CTR-1", "simulation")
    assert case is not None
    broken = judge(case.world, DEFECT, ["CTR-1"]).outcome("CTR-1")
    kept = judge(case.world, MakerRef(), ["CTR-1"]).outcome("CTR-1")
    assert broken is not None
    assert kept is not None
    assert (len(broken.violations), len(kept.violations)) == (1, 0)


def test_shrinking_repeats():
    first, second = (shrink(long_world(), DEFECT, "CTR-1", "simulation") for _ in range(2))
    assert first == second


def test_a_spent_budget_ends_the_search_with_what_it_has():
    case = shrink(long_world(), DEFECT, "CTR-1", "simulation", Budget(reruns=2))
    assert case is not None
    assert len(tuple(case.world.script)) > 20


def test_nothing_to_shrink_is_no_case():
    assert shrink(long_world(), MakerRef(), "CTR-1", "simulation") is None


def test_the_counterexample_of_a_port_that_can_not_be_greeted_can_be_played_again():
    case = shrink(long_world(), MakerRef("port", "false"), "ROB-1", "property", Budget(reruns=4), TWIN)
    assert case is not None
    assert worlds.from_data(worlds.to_data(case.world)).parameters == case.world.parameters
