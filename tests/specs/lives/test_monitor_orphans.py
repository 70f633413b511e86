"""ORD-1 and ORD-7: what an orphan is, and what is none."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from model import events, journal
from model.actions import Role, Side
from specs.spec import Word


def test_a_counter_order_that_survives_the_shutdown_is_an_orphan(story):
    run = story()
    rung, counter = run.rung(), run.counter()
    run.oracle("100", rung)
    run.rests(rung)
    run.fills(rung, counter)
    run.rests(counter)
    close = run.close()
    run.signal(close)
    run.executed(close, "1")
    run.timer(46_000)
    outcome = run.end("ORD-1")
    assert outcome.word is Word.VIOLATED
    assert outcome.violations[0].text == (
        "counter sell 1 @ 100.2 (0x00000000000000000000000000000002) is live and no cancel of it was ever requested,"
        " 46150 ms after the shutdown began (signal)"
    )


def test_an_order_cancelled_in_the_shutdown_is_no_orphan(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.signal(run.cancel(rung))
    run.canceled(rung)
    run.timer(60_000)
    assert run.word("ORD-1") is Word.HOLDS


def test_without_a_shutdown_crash_or_lost_connection_nothing_is_judged(story):
    run = story()
    run.oracle("100")
    assert run.word("ORD-1") is Word.VACUOUS


def test_a_shutdown_that_still_has_time_is_inconclusive(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.signal(run.cancel(rung))
    run.timer(10_000)
    outcome = run.end("ORD-1")
    assert outcome.word is Word.INCONCLUSIVE
    assert "live at the end" in outcome.reason


def test_while_a_fault_is_at_work_the_bound_does_not_run(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.see(journal.FaultBegan(run.now_ms, "lose_cancel"))
    run.signal(run.cancel(rung))
    run.timer(100_000)
    run.see(journal.FaultHealed(run.now_ms, "lose_cancel"))
    run.timer(20_000)
    run.canceled(rung)
    run.timer(60_000)
    assert run.word("ORD-1") is Word.HOLDS


def test_a_cancel_that_is_asked_for_in_vain_does_not_excuse_for_ever(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.signal(run.cancel(rung))
    run.timer(46_000)
    outcome = run.end("ORD-1")
    assert outcome.word is Word.VIOLATED
    assert "1 cancels requested" in outcome.violations[0].text


@pytest.mark.parametrize(("lived_ms", "word"), [(20_000, Word.HOLDS), (23_000, Word.VIOLATED)])
def test_an_order_of_an_earlier_life_goes_within_the_bound(story, lived_ms, word):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.crash()
    run.begin(settle=False, after_ms=5000, open_orders=(rung,))
    run.timer(lived_ms, run.cancel(rung))
    run.canceled(rung)
    run.timer(60_000)
    outcomes = {o.spec_id: o.word for o in run.panel.outcomes()}
    assert run.end("ORD-7").word is word
    assert outcomes["ORD-1"] in (word, Word.INCONCLUSIVE)


def test_a_place_that_lands_after_the_crash_counts_from_its_landing(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.crash()
    run.begin(settle=False, after_ms=5000)
    run.timer(20_000)
    run.rests(rung, told=False)
    run.timer(15_000, run.cancel(rung))
    run.canceled(rung)
    run.timer(60_000)
    outcome = run.end("ORD-7")
    assert outcome.word is Word.HOLDS
    assert dict(outcome.contexts) == {"on its way · ladder": 1}


def test_without_a_restart_ord_7_is_vacuous(story):
    run = story()
    run.oracle("100")
    assert run.word("ORD-7") is Word.VACUOUS


def test_an_order_without_a_cancel_after_a_lost_connection_is_an_orphan(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.tell(events.Disconnected(run.now_ms))
    run.tell(events.Connected(run.now_ms + 1000))
    run.timer(25_000)
    outcome = run.end("ORD-1")
    assert outcome.word is Word.VIOLATED
    assert "the connection was lost" in outcome.violations[0].text


def test_books_that_miss_a_live_order_are_told_when_nothing_is_under_way(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung, told=False)
    run.tell(events.Rejected(run.now_ms, rung.market, rung.cloid, None))
    run.timer(30_000)
    run.books()
    outcome = run.end("ORD-1")
    assert outcome.word is Word.VIOLATED
    assert "is live at the venue and in nobody's books, with nothing under way" in outcome.violations[0].text


def test_an_order_is_known_from_its_sending(story):
    run = story()
    run.oracle("100", run.rung())
    run.books(quiescent=False)
    outcome = run.end("ORD-1")
    assert outcome.word is Word.VIOLATED
    assert "is in nobody's books, although nothing told has ended it" in outcome.violations[0].text


def test_a_rung_that_stands_twice_after_a_restart_is_told(story):
    run = story()
    run.crash()
    run.begin(after_ms=5000)
    one, two = run.rung(), run.rung()
    run.oracle("100", one, two)
    run.rests(one)
    run.rests(two)
    run.timer(22_000)
    outcome = run.end("ORD-7")
    assert outcome.word is Word.VIOLATED
    assert "stands beside" in outcome.violations[0].text


def test_roles_are_named_in_the_contexts(story):
    run = story()
    rung, counter = run.rung(), run.counter(Side.SELL, sz="0.5")
    run.oracle("100", rung)
    run.rests(rung)
    run.fills(rung, counter, sz="0.5")
    run.rests(counter)
    run.signal(run.cancel(rung), run.cancel(counter))
    contexts = dict(run.end("ORD-1").contexts)
    assert contexts == {f"the shutdown began (signal) · {role}": 1 for role in (Role.LADDER, Role.COUNTER)}
    assert run.net == D("0.5")
