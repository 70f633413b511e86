"""What came later than the rules assume is told as the reason; the specs that it can't concern still blame."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from mmgate.audit.lateness import MOST_KEPT, Lateness
from mmgate.profiles import suite_file
from model import events, journal
from model.actions import Cancel, Place, Side, Tif
from model.config import MakerConfig
from model.maker import Reference
from sim import plan
from sim.journal_file import JournalFile
from sim.run import run
from sim.scenario import load
from specs.panel import Panel

GOLD = "xyz:GOLD"
ONE = Decimal(1)
AFTER_MS = 200_000
"""Longer than any bound of the default config."""


def heard(lateness: Lateness, event: events.Start | events.Event, *sent: Place | Cancel) -> None:
    lateness.see(journal.Turn(event.now_ms, 1, event, journal.Reply(sent)))


def begun() -> Lateness:
    lateness = Lateness()
    config = MakerConfig()
    lateness.see(journal.RunStarted(0, "", 0, "", config, (), 250, 2000, 5000))
    heard(lateness, events.Start(0, 1, config, ()))
    return lateness


def fill(now_ms: int, time_ms: int, *, snapshot: bool = False) -> events.Fill:
    ids = (GOLD, "0x01", 7, time_ms, 1, Side.BUY)
    return events.Fill(now_ms, *ids, ONE, ONE, False, ONE, ONE, None, snapshot)


def opened(now_ms: int) -> journal.OrderOpened:
    ids = (journal.Owner.MAKER, GOLD, 7, "0x01", Side.BUY)
    return journal.OrderOpened(now_ms, *ids, ONE, ONE, Tif.ALO, False)


def test_a_fill_that_came_late_excuses_from_its_happening_on_for_as_long_as_it_is_repaired():
    lateness = begun()
    heard(lateness, fill(26_001, 20_000))
    told = "a fill was told 6001 ms after it happened, later than sent_timeout_ms"
    assert lateness.excuse("INV-1", 19_999) == ""
    assert lateness.excuse("INV-1", 20_000) == told
    assert lateness.excuse("ORD-2", 27_000) == told
    assert lateness.excuse("INV-1", 26_001 + AFTER_MS) == ""


def test_a_spec_that_judges_by_nothing_late_is_not_excused():
    lateness = begun()
    heard(lateness, fill(26_001, 20_000))
    assert lateness.excuse("ORD-11", 21_000) == lateness.excuse("SES-1", 21_000) == ""


@pytest.mark.parametrize("told", [fill(25_000, 20_000), fill(90_000, 20_000, snapshot=True)])
def test_what_comes_in_time_or_by_a_snapshot_excuses_nothing(told):
    lateness = begun()
    heard(lateness, told)
    assert lateness.excuse("INV-1", 24_000) == ""


def test_orders_words_and_answers_that_are_late_are_told_as_such():
    place = Place("0x01", GOLD, Side.BUY, ONE, ONE, Tif.ALO, False)
    lateness = begun()
    heard(lateness, events.Timer(10_000), place)
    lateness.see(opened(16_000))
    assert lateness.excuse("ORD-1", 12_000).startswith("an order came to the venue 6000 ms after it was sent")
    lateness = begun()
    lateness.see(opened(16_000))
    heard(lateness, events.Resting(22_000, GOLD, "0x01", 7, ONE, ONE))
    assert lateness.excuse("ORD-1", 17_000).startswith("a word on an order was told 6000 ms after it happened")
    lateness = begun()
    heard(lateness, events.OpenOrders(22_000, 16_000, (), ()))
    assert lateness.excuse("ORD-1", 17_000).startswith("an answer came 6000 ms after it was asked for")


def test_of_a_cancel_that_got_lost_and_its_repetition_the_last_one_counts():
    lateness = begun()
    heard(lateness, events.Timer(10_000), Cancel(GOLD, None, "0x01"))
    heard(lateness, events.Timer(20_000), Cancel(GOLD, 7, None))
    lateness.see(journal.OrderClosed(20_500, journal.Owner.MAKER, GOLD, 7, "0x01", "canceled", ONE))
    assert lateness.excuse("ORD-1", 15_000) == ""


def test_a_world_slower_than_the_rules_assume_blames_nobody_in_an_audit(tmp_path: Path, audit):
    slow = replace(load("saturday"), latency_median_ms=1500, latency_max_ms=9000)
    panel = Panel()
    with JournalFile(tmp_path / "t.jsonl", {}) as trace:
        run(plan.world(slow, suite_file("exponential-convex").config, 12), Reference(), [trace, panel])
    assert "violated" in {one.word.value for one in panel.outcomes()}
    data = audit(tmp_path / "t.jsonl")[1]
    rows = {row["id"]: row for row in data["specs"]}
    assert "violated" not in {row["word"] for row in rows.values()}
    assert "later than sent_timeout_ms" in rows["ORD-8"]["reason"]
    assert rows["ORD-11"]["word"] == "holds"


def test_what_came_late_early_in_a_long_log_is_not_forgotten_for_what_comes_later():
    lateness = begun()
    for index in range(MOST_KEPT + 10):
        happened_ms = 20_000 + index * 2 * AFTER_MS
        heard(lateness, fill(happened_ms + 6_001, happened_ms))
    assert lateness.excuse("INV-1", 21_000) != ""
    assert lateness.excuse("INV-1", 20_000 + MOST_KEPT * 2 * AFTER_MS) != ""
    assert lateness.excuse("INV-1", MOST_KEPT * 2 * AFTER_MS) == ""
