"""The machine's rules reach every kind of fault, and what runs were made of is counted."""

from __future__ import annotations

from mmgate.engines.composer import Composer
from mmgate.engines.judging import judge
from mmgate.engines.playing import Batch, play
from mmgate.engines.tally import NOTHING, added
from mmgate.profiles import suite_file
from mmgate.request import MakerRef
from sim.faults import DISORDERS, DOUBLES, LOSSES, REFUSALS, SCRIPTED, STEPS, UNTOLD, FaultKind

BATCH = Batch("all-on", suite_file("all-on").config, MakerRef(), ("OFF-2",), 4, 20, 3, 60.0)


def test_every_kind_of_fault_belongs_to_a_step_or_to_one_of_the_groups():
    groups = (*LOSSES, *REFUSALS, *UNTOLD, *DOUBLES, *DISORDERS)
    assert sorted(groups) == sorted(SCRIPTED)
    assert sorted((*SCRIPTED, *STEPS)) == sorted(FaultKind)


def test_the_counts_of_runs_add_up():
    played = play(BATCH)
    tally = added(one.tally for one in played.judged)
    assert tally.places > tally.accepted > 0
    assert tally.accepted == sum(one.tally.accepted for one in played.judged)
    assert dict(tally.faults).keys() <= set(FaultKind)
    assert added([]) == NOTHING


def test_a_maker_that_can_t_be_started_sent_nothing():
    world = Composer(BATCH.config).world("empty", 1)
    assert judge(world, MakerRef("port", "/bin/false")).tally == NOTHING


def test_every_story_that_begins_before_the_window_has_all_endings():
    fired = dict(play(BATCH).fired)
    assert fired["signal"] >= fired["opening"]
    assert fired["hard_stop"] >= fired["opening"]
