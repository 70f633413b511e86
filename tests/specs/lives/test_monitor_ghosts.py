"""ORD-2: believing dead orders live; and what is no ghost."""

from __future__ import annotations

from model import journal
from specs.spec import Word


def ended_rung(run):
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.timer(250, run.cancel(rung))
    run.canceled(rung)
    return rung


def test_books_equal_to_the_venue_hold(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.books(rung)
    assert run.word("ORD-2") is Word.HOLDS


def test_an_order_believed_live_after_its_end_with_nothing_under_way_is_a_ghost(story):
    run = story()
    rung = ended_rung(run)
    run.books(rung)
    outcome = run.end("ORD-2")
    assert outcome.word is Word.VIOLATED
    assert "is believed resting, although its end (canceled) was told 0 ms ago" in outcome.violations[0].text


def test_an_end_that_was_never_told_makes_a_ghost_only_with_nothing_under_way(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.closed(rung)
    run.books(rung, quiescent=True)
    outcome = run.end("ORD-2")
    assert outcome.word is Word.VIOLATED
    assert "is believed resting, but canceled at the venue since 0 ms" in outcome.violations[0].text


def test_an_end_that_is_on_its_way_makes_no_ghost(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.timer(250, run.cancel(rung))
    run.closed(rung)
    run.books(rung, quiescent=False)
    assert run.word("ORD-2") is Word.HOLDS


def test_an_end_that_a_fault_swallowed_has_until_b_recover(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.see(journal.FaultBegan(run.now_ms, "lose_reply"))
    run.closed(rung)
    run.timer()
    run.see(journal.FaultHealed(run.now_ms, "lose_reply"))
    run.timer(20_000)
    run.books(rung)
    assert run.panel.monitors[2].violation_count == 0
    run.timer(5_000)
    run.books(rung)
    assert run.word("ORD-2") is Word.VIOLATED


def test_without_books_a_cancel_long_after_the_told_end_shows_a_ghost(story):
    run = story(features=("cancel_by_cloid", "reconcile"))
    rung = ended_rung(run)
    run.timer(22_000, run.cancel(rung))
    outcome = run.end("ORD-2")
    assert outcome.word is Word.VIOLATED
    assert "although its end (canceled) was told" in outcome.violations[0].text


def test_a_cancel_that_crosses_the_told_end_is_no_ghost(story):
    run = story()
    rung = ended_rung(run)
    run.timer(250, run.cancel(rung))
    assert run.word("ORD-2") is Word.HOLDS


def test_without_any_order_there_is_nothing_to_believe(story):
    run = story()
    run.oracle("100")
    assert run.word("ORD-2") is Word.VACUOUS


def test_an_end_by_a_lost_fill_has_until_the_next_periodic_answer(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.see(journal.FaultBegan(run.now_ms, "lose_fill"))
    run.fills(rung, told=False)
    run.timer()
    run.see(journal.FaultHealed(run.now_ms, "lose_fill"))
    for wait_ms in (26_000, 22_000):
        run.timer(wait_ms)
        run.books(rung, net="1", quiescent=False)
        assert run.panel.monitors[2].violation_count == 0
    run.timer(10_000)
    run.books(rung, net="1", quiescent=False)
    assert run.word("ORD-2") is Word.VIOLATED
