"""Other fair readings: a maker that takes one is not compared from there on, and no other answer is let through."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cache

import pytest

from mmgate.profiles import QUICK, embedded_suite
from mmgate.vectors.case import Case
from mmgate.vectors.lives import Said, lived
from mmgate.vectors.rare_limits import rarities
from mmgate.vectors.readings import READINGS, TOGETHER
from mmgate.vectors.scenes import STEPS
from mmgate.vectors.scenes import lived as scene
from mmgate.vectors.stories import quoting
from mmgate.worlds import world_of
from model.actions import Side
from specs.defects import BY_ID, Defect, DefectMaker

SHOWN_BY = {
    "reserve-by-the-letter": ("fixed", "budget"),
    "only-what-waits-is-cleared": ("counter", "crash-loop"),
    "collected-before-the-ladder": ("tight", "races"),
    "warned-at-once": ("all-on", "calm"),
    "entry-as-told": ("counter", "crash-loop"),
}


@cache
def beginning(config: str, scenario: str) -> Case:
    (entry,) = [one for one in embedded_suite(QUICK) if (one.name, one.scenario) == (config, scenario)]
    maker = scene(world_of(entry, 1), STEPS)
    return maker.case(f"scenario/{config}/{scenario}", entry.why, "N-5", "ROB-1", "scenario")


def left_orders() -> Case:
    teller = quoting(dead_man_ms=6000)
    teller.start()
    teller.settle(1000)
    return teller.case("story/left-orders", "a life that finds orders", "L-10", "DMS-1", "story")


def skewed_inside() -> Case:
    """A fill moves the skew, so that the pending bid of level 1, recomputed, stands above the resting level 0."""
    teller = quoting(
        num_levels=2,
        level_spacing_bps=Decimal(1),
        min_offset_bps=Decimal(20),
        size_per_level_usd=Decimal(40),
        max_position_usd=Decimal(150),
        counter_order_enabled=False,
    )
    ask = next(one for one in teller.orders.values() if one.place.side is Side.SELL)
    teller.price("4976", ms=2100)
    teller.fill(ask)
    return teller.case(
        "story/skewed-inside", "a pending rung falls inside a resting one", "L-3 Q-10", "ORD-15", "story"
    )


def rare(name: str) -> Callable[[], Case]:
    return lambda: next(case for case in rarities() if case.id == f"trace/rare/{name}")


TOLD = {
    "unanswered-halts-all": rare("answers/no-mark"),
    "own-by-name-only": rare("fills/without-a-name"),
    "switch-renewed-offline": rare("switch/offline"),
    "latched-until-the-weekend": rare("shutdown/opens-again"),
    "armed-for-orders-found": left_orders,
    "pending-where-it-falls": skewed_inside,
}


def case_of(reading: Defect) -> Case:
    return TOLD[reading.id]() if reading.id in TOLD else beginning(*SHOWN_BY[reading.id])


@pytest.mark.parametrize("reading", READINGS, ids=[one.id for one in READINGS])
def test_a_maker_that_reads_a_rule_the_other_way_is_not_compared_from_there_on(reading: Defect):
    result = lived(case_of(reading), DefectMaker(reading))
    assert result.said is Said.NOT_COMPARED
    assert result.why.endswith(f"; fair by another reading of {', '.join(reading.rules)}: {reading.title}")


@pytest.mark.parametrize("defect", ["reserve-spent", "restart-forgets-positions", "collected-sent-again"])
def test_a_defect_is_not_taken_for_a_reading(defect: str):
    shown = {"reserve-spent": ("fixed", "budget"), "restart-forgets-positions": ("counter", "crash-loop")}
    case = beginning(*shown.get(defect, ("counter", "lost-fills")))
    assert lived(case, DefectMaker(BY_ID[defect])).said is Said.DIFFERS


def test_the_readings_together_change_what_each_of_them_changes():
    assert TOGETHER.patches == tuple(patch for one in READINGS for patch in one.patches)
    assert {one.id for one in READINGS}.isdisjoint(BY_ID)
