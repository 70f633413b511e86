"""ORD-13 and DMS-1: failed actions lose nothing, and the venue's deadline lies ahead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model import events, journal
from model.actions import QueryOpenOrders, ScheduleCancel
from specs.spec import Word

FEATURES = ("attribution", "books", "cancel_by_cloid", "counter_order", "reconcile", "schedule_cancel")


def failed(run, order, action, *reply):
    run.now_ms += 100
    run.tell(events.SendFailed(run.now_ms, order.market, order.cloid, None, "too many", action), *reply)


def quoted(run):
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    return rung


def test_a_cancel_that_never_left_and_is_sent_again_holds(story):
    run = story()
    rung = quoted(run)
    run.timer(250, run.cancel(rung))
    failed(run, rung, "cancel")
    run.timer(250, run.cancel(rung))
    run.canceled(rung)
    outcome = run.end("ORD-13")
    assert outcome.word is Word.HOLDS
    assert dict(outcome.contexts) == {"cancel never left": 1}


def test_a_cancel_that_never_left_and_is_taken_as_sent_is_told(story):
    run = story()
    rung = quoted(run)
    run.timer(250, run.cancel(rung))
    failed(run, rung, "cancel")
    for _ in range(4):
        run.timer()
    outcome = run.end("ORD-13")
    assert outcome.word is Word.VIOLATED
    assert "has no new cancel" in outcome.violations[0].text


def test_a_place_that_never_left_is_in_no_books(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    failed(run, rung, "place")
    run.books(rung)
    outcome = run.end("ORD-13")
    assert outcome.word is Word.VIOLATED
    assert "is believed resting, although it was told that it never left" in outcome.violations[0].text


def test_a_cancel_of_what_never_left_is_believed_to_have_gone_only_after_b_recover(story):
    for seconds, word in ((10, Word.HOLDS), (30, Word.VIOLATED)):
        run = story()
        rung = run.rung()
        run.oracle("100", rung)
        failed(run, rung, "place")
        run.timer(seconds * 1000, run.cancel(rung))
        assert run.word("ORD-13") is word


def test_a_failed_place_that_is_told_alive_after_all_may_be_cancelled(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    failed(run, rung, "place")
    run.timer(30_000)
    run.rests(rung, run.cancel(rung))
    run.canceled(rung)
    assert run.word("ORD-13") is Word.HOLDS


@pytest.mark.parametrize("touched", [True, False])
def test_a_stale_quote_is_a_failures_only_where_one_has_touched_it(story, touched):
    run = story()
    rung = quoted(run)
    if touched:
        run.now_ms += 100
        run.tell(events.Unknown(run.now_ms, rung.market, rung.cloid, None, "place"))
    for _ in range(40):
        run.oracle("110")
    outcome = run.end("ORD-13")
    assert outcome.word is (Word.VIOLATED if touched else Word.VACUOUS)
    assert run.outcome("STL-1").word is Word.VIOLATED
    assert not touched or outcome.violations[0].text.startswith("after place unknown: ladder L0")


def test_unanswered_places_and_refused_ones_are_counted(story):
    run = story()
    silent, refused = run.rung(), run.rung(px="99.7", level=1)
    run.oracle("100", silent, refused)
    run.now_ms += 100
    run.tell(events.Rejected(run.now_ms, refused.market, refused.cloid, None))
    run.timer(6000)
    assert dict(run.end("ORD-13").contexts) == {"place refused": 1, "place unanswered": 1}


def armed(story, **changed):
    return story(features=FEATURES, **{"dead_man_ms": 10_000, **changed})


def granted(run, ahead_ms=10_000):
    run.see(journal.ScheduleCancelSet(run.now_ms, run.now_ms + ahead_ms))


def first_order(run):
    rung = run.rung()
    run.oracle("100", ScheduleCancel(run.now_ms + 11_000), rung)
    granted(run)
    run.rests(rung)
    return rung


def test_a_deadline_that_is_renewed_holds(story):
    run = armed(story)
    first_order(run)
    for _ in range(10):
        run.timer(3000, ScheduleCancel(run.now_ms + 13_000))
        granted(run)
    outcome = run.end("DMS-1")
    assert outcome.word is Word.HOLDS
    assert dict(outcome.contexts) == {"deadline set": 1, "deadline set over live orders": 10}


def test_a_deadline_that_has_passed_over_a_live_order_is_told(story):
    run = armed(story)
    first_order(run)
    for _ in range(6):
        run.timer(3000)
    outcome = run.end("DMS-1")
    assert (outcome.word, outcome.reason) == (Word.VIOLATED, "2 violations")
    assert "it is renewed each third of 10000 ms" in outcome.violations[0].text
    assert "without a deadline ahead" in outcome.violations[1].text


@pytest.mark.parametrize(("each_ms", "word"), [(3000, Word.HOLDS), (9000, Word.VIOLATED)])
def test_a_deadline_renewed_later_than_each_third_of_its_time_is_told(story, each_ms, word):
    run = armed(story, dead_man_ms=30_000)
    rung = run.rung()
    run.oracle("100", ScheduleCancel(run.now_ms + 31_000), rung)
    granted(run, 30_000)
    run.rests(rung)
    for _ in range(6):
        for _ in range(3):
            run.timer(each_ms)
        run.see(journal.Turn(run.now_ms, run.life, events.Timer(run.now_ms), journal.Reply((ScheduleCancel(1),))))
        granted(run, 30_000)
    outcome = run.end("DMS-1")
    assert outcome.word is word
    assert len(outcome.violations) == (0 if word is Word.HOLDS else 5)


def test_an_old_deadline_has_a_way_to_be_renewed_in_once_an_order_comes(story):
    run = armed(story, dead_man_ms=30_000)
    rung = first_order(run)
    run.canceled(rung)
    run.closed(rung, "canceled")
    run.timer(19_000)
    again = run.rung(px="99.5")
    run.oracle("100", ScheduleCancel(run.now_ms + 31_000), again)
    run.rests(again)
    run.timer(250)
    granted(run, 30_000)
    assert run.outcome("DMS-1").word is not Word.VIOLATED


@pytest.mark.parametrize("asked", [True, False])
def test_a_renewal_that_an_outage_swallowed_is_followed_by_the_next_a_third_later(story, asked: bool):
    run = armed(story, dead_man_ms=30_000)
    rung = run.rung()
    run.oracle("100", ScheduleCancel(run.now_ms + 31_000), rung)
    granted(run, 30_000)
    run.rests(rung)
    run.timer(9000)
    run.tell(events.Disconnected(run.now_ms))
    run.timer(1000, *((ScheduleCancel(run.now_ms + 31_000),) if asked else ()))
    run.tell(events.Connected(run.now_ms), QueryOpenOrders())
    run.answer(orders=(rung,))
    for _ in range(16):
        run.timer(250)
    assert bool(run.outcome("DMS-1").violations) is not asked


@pytest.mark.parametrize(("renewed_ms", "word"), [(600, Word.HOLDS), (3000, Word.VIOLATED)])
def test_after_a_reconnect_a_deadline_is_renewed_once_the_answer_is_there(story, renewed_ms: int, word: Word):
    run = armed(story, dead_man_ms=30_000)
    rung = run.rung()
    run.oracle("100", ScheduleCancel(run.now_ms + 31_000), rung)
    granted(run, 30_000)
    run.rests(rung)
    run.tell(events.Disconnected(run.now_ms), run.cancel(rung))
    run.timer(11_000)
    run.tell(events.Connected(run.now_ms), QueryOpenOrders())
    run.answer(ScheduleCancel(run.now_ms + 30_400), orders=(rung,), after_ms=400)
    for _ in range(renewed_ms // 100):
        run.timer(100)
    granted(run, 30_000)
    run.timer(100)
    assert run.end("DMS-1").word is word


def test_a_switch_that_fires_over_an_order_is_told(story):
    run = armed(story)
    rung = first_order(run)
    run.timer(9000)
    run.closed(rung, "scheduledCancel")
    outcome = run.end("DMS-1")
    assert (outcome.word, outcome.reason) == (Word.VIOLATED, "2 violations")
    assert "the switch fired over ladder L0" in outcome.violations[1].text


def test_a_switch_that_fires_while_the_connection_is_lost_does_its_work(story):
    run = armed(story)
    rung = first_order(run)
    run.tell(events.Disconnected(run.now_ms), run.cancel(rung))
    run.timer(9000)
    run.closed(rung, "scheduledCancel")
    assert run.word("DMS-1") is Word.HOLDS


def test_a_deadline_never_asked_for_is_told(story):
    run = armed(story)
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.timer(3000)
    run.timer(3000)
    outcome = run.end("DMS-1")
    assert outcome.word is Word.VIOLATED
    assert "it was never asked for" in outcome.violations[0].text


def test_a_deadline_too_far_ahead_is_told(story):
    run = armed(story)
    granted(run, ahead_ms=10_001)
    assert "lies 10001 ms ahead" in run.end("DMS-1").violations[0].text


def test_what_the_venue_refuses_is_not_demanded(story):
    run = armed(story)
    rung = run.rung()
    run.oracle("100", ScheduleCancel(run.now_ms + 11_000), rung)
    run.rests(rung)
    run.now_ms += 100
    run.tell(events.ScheduleCancelRejected(run.now_ms, "too little volume"))
    for _ in range(6):
        run.timer(3000)
    assert run.word("DMS-1") is Word.VACUOUS


def test_neither_a_lost_connection_nor_an_earlier_lifes_order_demands_a_deadline(story):
    run = armed(story)
    rung = first_order(run)
    run.now_ms += 100
    run.tell(events.Disconnected(run.now_ms), run.cancel(rung))
    run.timer(30_000)
    assert run.outcome("DMS-1").word is not Word.VIOLATED
    run.crash()
    run.begin(after_ms=10_000, open_orders=(rung,))
    run.timer(5000)
    assert run.outcome("DMS-1").word is not Word.VIOLATED


def test_a_switch_that_is_off_or_not_declared_is_not_applicable(story):
    assert armed(story, dead_man_ms=0).word("DMS-1") is Word.NOT_APPLICABLE
    assert replace(story(dead_man_ms=10_000).end("DMS-1")).word is Word.NOT_APPLICABLE


@pytest.mark.parametrize(("cleared", "word"), [(True, Word.HOLDS), (False, Word.VIOLATED)])
def test_a_switch_left_armed_when_the_shutdown_is_done_is_told(story, cleared, word):
    run = armed(story)
    rung = first_order(run)
    run.signal(run.cancel(rung))
    run.canceled(rung)
    done = journal.Reply((ScheduleCancel(None),) if cleared else (), (journal.LogLine("info", "shutdown_done"),))
    run.now_ms += 100
    run.see(journal.Turn(run.now_ms, run.life, events.Timer(run.now_ms), done))
    if cleared:
        run.see(journal.ScheduleCancelSet(run.now_ms, None))
    run.timer(3000)
    assert run.end("DMS-1").word is word


def reconnected_slowly(story, heeded):
    """Lose a cancel with the connection; after it each answer comes later than `sent_timeout_ms`, but the last.

    The query is repeated then, and an answer to any but the outstanding one is ignored (L-7a).
    """
    run = story(sent_timeout_ms=400)
    rung = quoted(run)
    run.tell(events.Disconnected(run.now_ms), run.cancel(rung))
    failed(run, rung, "cancel")
    run.now_ms += 100
    asked_ms = run.now_ms
    run.tell(events.Connected(run.now_ms), QueryOpenOrders())
    run.timer(500, QueryOpenOrders())
    outstanding_ms = run.now_ms
    run.now_ms += 100
    here = (run.listed(rung),)
    run.tell(events.OpenOrders(run.now_ms, asked_ms, here, ()))
    if heeded:
        run.now_ms += 100
        run.tell(events.OpenOrders(run.now_ms, outstanding_ms, here, ()))
    run.timer(1000)
    return run


@pytest.mark.parametrize("spec_id", ["ORD-5", "ORD-13"])
def test_an_answer_that_the_maker_must_ignore_asks_for_no_cancel(story, spec_id):
    assert reconnected_slowly(story, heeded=False).word(spec_id) is Word.HOLDS
    assert reconnected_slowly(story, heeded=True).word(spec_id) is Word.VIOLATED


def test_an_order_that_an_ignored_answer_did_not_tell_was_absent_once_only(story):
    run = story(sent_timeout_ms=400)
    rung = run.rung()
    run.oracle("100", rung)
    asked_ms = run.now_ms + 50
    run.timer(50, QueryOpenOrders())
    run.timer(450, QueryOpenOrders())
    outstanding_ms = run.now_ms
    for sent_ms in (asked_ms, outstanding_ms):
        run.now_ms += 100
        run.tell(events.OpenOrders(run.now_ms, sent_ms, (), ()))
    assert rung.cloid in run.panel.view.orders.open
    run.timer(500, QueryOpenOrders())
    run.answer()
    assert rung.cloid not in run.panel.view.orders.open
