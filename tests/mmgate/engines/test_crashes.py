"""The process dies after the n-th record of a run, for every n, and starts again: nothing is lost or counted twice.

`make test` walks a sample of the instants, `make deep` (MMGATE_WALK=1) all of them.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from mmgate.engines import crashes
from mmgate.engines.judging import judge
from mmgate.engines.simulation import jobs_of
from mmgate.profiles import QUICK, embedded_suite, suite_file
from mmgate.request import CrashAt, Entry, MakerRef, Request
from mmgate.worlds import world_of
from model import events, journal
from model.maker import Reference
from sim.run import run
from specs.panel import Panel
from specs.spec import Word

RECORDS = 1200
"""So many records the walked part of the run has: from its start to the middle of its shutdown."""
BEGINS_MS = 150_000
PART = 10
SAMPLE = 120
STRIDE = 1 if os.environ.get("MMGATE_WALK") else SAMPLE
DOWN_MS = (1, 300, 2_500, 9_000, 50_000, 10_950_000)
WATCHED = ("ORD-1", "ORD-7", "ORD-11", "FIL-1", "FIL-2", "FIL-3", "INV-1", "RSK-1")


def entry(records: int, down_ms: int) -> Entry:
    crash = CrashAt(BEGINS_MS, records, down_ms)
    return Entry("all-week", suite_file("all-week").config, crashes.SCENARIO, crash=crash)


class Around:
    """Keeps the records just before the crash, and what the next life is told."""

    def __init__(self) -> None:
        self.count = self.died = 0
        self.starts: list[journal.Record] = []

    def observe(self, record: journal.Record) -> None:
        self.count += 1
        if isinstance(record, journal.Crashed):
            assert self.died == 0
            self.died = self.count
        if isinstance(record, journal.Turn) and isinstance(record.event, events.Start):
            self.starts.append(record)


@pytest.mark.parametrize("part", range(PART))
def test_after_a_crash_between_any_two_records_everything_holds(part: int):
    for records in range(1 + part * RECORDS // PART, 1 + (part + 1) * RECORDS // PART, STRIDE):
        down_ms = DOWN_MS[(records // STRIDE) % len(DOWN_MS)]
        judged = judge(world_of(entry(records, down_ms), 1), MakerRef())
        bad = [o for o in judged.outcomes if o.word in (Word.VIOLATED, Word.ERROR, Word.INCONCLUSIVE)]
        assert [(records, down_ms, o.spec_id, o.word, o.violations[:1] or o.reason) for o in bad] == []
        met = {o.spec_id for o in judged.outcomes if o.antecedents}
        assert {"ORD-11", "FIL-2"} <= met


def test_neighbouring_instants_are_one_record_apart():
    died = []
    for records in (200, 201, 202):
        seen = Around()
        run(world_of(entry(records, 300), 1), Reference(), [seen])
        assert len(seen.starts) == 2
        died.append(seen.died)
    assert died == [died[0], died[0] + 1, died[0] + 2]


def test_the_profile_says_how_many_and_the_seed_which_instants():
    request = Request(MakerRef(), embedded_suite(QUICK), ("ORD-7",), (), QUICK, 3, Path("unused"), 0)
    walked = [job for job in jobs_of(request) if job.entry.crash is not None]
    assert len(walked) == QUICK.crashes
    assert len({job.entry.name for job in walked}) == QUICK.crashes
    assert [job.entry for job in walked] == crashes.entries(request)
    assert [job.entry for job in walked] != crashes.entries(replace(request, seed=4))
    assert "records after" in walked[0].name()


def test_a_suite_without_the_scenario_is_not_walked():
    suite = tuple(one for one in embedded_suite(QUICK) if one.scenario != crashes.SCENARIO)
    assert crashes.entries(Request(MakerRef(), suite, (), (), QUICK, 3, Path("unused"), 0)) == []


class Forgetful(Reference):
    """Begins a life without looking at the account."""

    def start(self, start: events.Start) -> journal.Reply:
        return super().start(replace(start, open_orders=(), positions=()))


def test_a_life_that_begins_without_looking_is_caught_by_crashes_alone():
    panel = Panel(WATCHED)
    run(world_of(entry(300, 2_500), 1), Forgetful(), [panel])
    violated = {o.spec_id for o in panel.outcomes() if o.word is Word.VIOLATED}
    assert {"ORD-7", "FIL-1"} & violated
