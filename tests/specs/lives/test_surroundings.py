"""Antecedents are counted by fault kind, phase, side, role and market beside a monitor's own words."""

from __future__ import annotations

from specs.spec import Outcome, Word, merge_runs
from specs.surroundings import Around, counted

NONE = ("fault none", "phase quoting")
MARKETS = ("xyz:GOLD", "xyz:SILVER")


def test_a_context_tells_side_role_and_market_of_itself():
    met: dict[tuple[str, Around], int] = {
        ("ladder · sell · xyz:GOLD", NONE): 2,
        ("on its way · counter", NONE): 1,
        ("", NONE): 1,
    }
    assert dict(counted(met, MARKETS)) == {
        "fault none": 4,
        "phase quoting": 4,
        "role ladder": 2,
        "role counter": 1,
        "side sell": 2,
        "market xyz:GOLD": 2,
    }


def test_a_condition_met_under_two_faults_counts_for_each_and_once_for_its_phase():
    met: dict[tuple[str, Around], int] = {("books", ("fault delay", "fault reorder", "phase shutdown")): 3}
    assert counted(met, MARKETS) == (("fault delay", 3), ("fault reorder", 3), ("phase shutdown", 3))


def test_runs_add_up():
    one = Outcome("ORD-1", "simulation", Word.HOLDS, surroundings=(("fault none", 1), ("side buy", 1)))
    other = Outcome("ORD-1", "simulation", Word.HOLDS, surroundings=(("fault delay", 2), ("side buy", 1)))
    assert merge_runs((one, other)).surroundings == (("fault delay", 2), ("fault none", 1), ("side buy", 2))
