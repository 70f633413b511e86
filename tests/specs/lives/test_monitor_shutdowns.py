"""ORD-3, ORD-4: the shutdown is entered, and finishes; what excuses an open position."""

from __future__ import annotations

import pytest

from model import events, journal
from model.actions import QueryOpenOrders, Side
from specs.spec import Word

SUNDAY_2059_MS = 1_770_584_340_000


def filled(run):
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.fills(rung)
    return rung


def test_a_position_closed_in_time_finishes_the_shutdown(story):
    run = story()
    filled(run)
    close = run.close()
    run.signal(close)
    run.executed(close, "1")
    run.timer(60_000)
    assert run.word("ORD-3") is Word.HOLDS
    assert run.outcome("ORD-4").word is Word.HOLDS


def test_a_position_never_closed_is_told_with_what_was_tried(story):
    run = story()
    filled(run)
    run.signal()
    run.timer(46_000)
    outcome = run.end("ORD-3")
    assert outcome.word is Word.VIOLATED
    assert outcome.violations[0].text == (
        "1 of the own position in xyz:GOLD is open 46000 ms after the shutdown began (signal);"
        " 0 closes executed, 0 of them on a thin book"
    )


def thin_closes(run, times):
    for _ in range(times):
        run.now_ms += 2500
        close = run.close()
        run.tell(events.Timer(run.now_ms), close)
        run.executed(close, "0", there="0")


@pytest.mark.parametrize(("times", "word"), [(5, Word.HOLDS), (2, Word.VIOLATED)])
def test_a_thin_book_excuses_after_all_attempts_only(story, times, word):
    run = story()
    filled(run)
    run.signal()
    thin_closes(run, times)
    run.timer(60_000)
    assert run.word("ORD-3") is word


def test_a_close_short_of_the_slippage_is_no_attempt_on_a_thin_book(story):
    run = story()
    filled(run)
    run.signal()
    for _ in range(5):
        run.now_ms += 2500
        close = run.close(px="100.5")
        run.tell(events.Timer(run.now_ms), close)
        run.executed(close, "0", there="0")
    run.timer(60_000)
    assert run.word("ORD-3") is Word.VIOLATED


def test_without_a_usable_mark_a_position_may_stay(story):
    run = story()
    filled(run)
    run.oracle("100", mark=None)
    run.signal()
    run.timer(100_000)
    assert run.word("ORD-3") is Word.HOLDS
    assert run.outcome("ORD-4").violations == ()


def test_what_the_other_strategy_blocks_may_stay(story):
    run = story()
    filled(run)
    run.taker_fill(Side.SELL, "1")
    run.signal()
    run.timer(100_000)
    assert run.word("ORD-3") is Word.HOLDS


def test_the_other_strategys_late_trade_gives_the_bound_anew(story):
    run = story()
    filled(run)
    run.taker_fill(Side.SELL, "1")
    run.signal()
    run.timer(40_000)
    run.taker_fill(Side.BUY, "1")
    run.timer(20_000)
    outcome = run.end("ORD-3")
    assert outcome.word is Word.INCONCLUSIVE
    assert "1 of xyz:GOLD could still be closed at the end" in outcome.reason


def test_a_late_fill_gives_the_bound_anew(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.signal(run.cancel(rung))
    run.timer(40_000)
    run.fills(rung)
    run.timer(40_000)
    assert run.word("ORD-3") is Word.INCONCLUSIVE


def test_with_nothing_open_no_shutdown_is_judged(story):
    run = story()
    run.oracle("100")
    run.signal()
    run.timer(60_000)
    assert run.word("ORD-3") is Word.VACUOUS
    assert run.outcome("ORD-4").word is Word.VACUOUS


@pytest.mark.parametrize("weekend_only", [True, False])
def test_a_window_that_a_maker_does_not_see_is_told(story, weekend_only):
    run = story(now_ms=SUNDAY_2059_MS - 10_000, weekend_only=weekend_only)
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.timer(120_000)
    run.timer(22_000)
    outcome = run.end("ORD-4")
    assert outcome.word is Word.VIOLATED
    assert outcome.violations[0].text.startswith(
        "the shutdown is not reached: 1 own orders have no cancel request 22000 ms after its entrance (window), first"
    )
    assert dict(outcome.contexts) == {f"window · connected · weekend_only {weekend_only} · orders": 1}


def test_the_first_event_after_the_window_is_an_entrance(story):
    run = story(now_ms=SUNDAY_2059_MS - 10_000)
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.timer(4 * 3_600_000, run.cancel(rung))
    run.canceled(rung)
    run.timer(60_000)
    outcome = run.end("ORD-4")
    assert outcome.word is Word.HOLDS
    assert dict(outcome.contexts) == {"late · connected · weekend_only True · orders": 1}


def test_a_start_inside_the_window_with_a_leftover_is_an_entrance(story):
    run = story(now_ms=SUNDAY_2059_MS - 10_000)
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.crash()
    run.begin(run.cancel(rung), after_ms=120_000, open_orders=(rung,))
    run.canceled(rung)
    run.timer(60_000)
    assert dict(run.end("ORD-4").contexts) == {"start inside · connected · weekend_only True · orders": 1}


def test_a_fault_that_never_heals_leaves_the_word_open(story):
    run = story()
    filled(run)
    run.see(journal.FaultBegan(run.now_ms, "refuse_place"))
    run.signal()
    run.timer(100_000)
    assert run.word("ORD-3") is Word.INCONCLUSIVE
    assert run.outcome("ORD-4").word is Word.INCONCLUSIVE


def test_after_monday_an_all_week_maker_may_quote_again(story):
    run = story(now_ms=SUNDAY_2059_MS - 10_000, weekend_only=False)
    rung, later = run.rung(), run.rung(px="99.7")
    run.oracle("100", rung)
    run.rests(rung)
    run.timer(70_000, run.cancel(rung))
    run.canceled(rung)
    run.timer(1000, QueryOpenOrders())
    run.answer()
    run.oracle("100", later, after_ms=3 * 3_600_000)
    run.rests(later)
    run.timer(100_000)
    for spec_id in ("ORD-1", "ORD-3", "ORD-5", "SES-1"):
        assert run.outcome(spec_id).violations == ()


@pytest.mark.parametrize(("times", "blamed"), [(5, []), (2, ["ORD-3", "ORD-4", "ORD-5"])])
def test_attempts_used_up_need_not_be_given_back_by_another_entrance(story, times, blamed):
    run = story(now_ms=SUNDAY_2059_MS - 30_000)
    filled(run)
    run.signal(reason="hard_stop")
    thin_closes(run, times)
    run.oracle("100", after_ms=4 * 3_600_000)
    for _ in range(5):
        run.oracle("100", after_ms=20_000)
    assert [one for one in ("ORD-3", "ORD-4", "ORD-5") if run.word(one) is Word.VIOLATED] == blamed
