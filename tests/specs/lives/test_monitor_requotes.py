"""ORD-10 and ORD-8: when a rung may go out, what may not be replaced, how much may be spent and stand."""

from __future__ import annotations

from dataclasses import replace

from model import events, journal
from model.actions import QueryOpenOrders, Side
from specs.growth import NothingGrows
from specs.panel import Panel
from specs.spec import Word

HOUR_MS = 3_600_000


def quoted(run, px="99.8", level=0):
    """Quote one rung, told resting."""
    rung = run.rung(px=px, level=level)
    run.oracle("100", rung)
    run.rests(rung)
    return rung


def test_requotes_after_the_interval_or_a_move_hold(story):
    run = story()
    first = quoted(run)
    second = run.rung(px="99.7")
    run.oracle("100.03", run.cancel(first), second, after_ms=500)
    run.rests(second)
    run.canceled(first)
    run.oracle("100.03", run.cancel(second), run.rung(px="99.6"), after_ms=2000)
    assert run.word("ORD-10") is Word.HOLDS


def test_a_requote_too_soon_and_too_near_is_told(story):
    run = story()
    first = quoted(run)
    run.oracle("100.01", run.cancel(first), run.rung(px="99.7"), after_ms=500)
    outcome = run.end("ORD-10")
    assert outcome.word is Word.VIOLATED
    assert "goes out in no requote that L-3 allows" in outcome.violations[0].text


def test_a_requote_that_changed_nothing_moves_the_price_that_counts(story):
    run = story()
    first = quoted(run)
    run.oracle("100.05", after_ms=300)
    run.oracle("100.01", run.cancel(first), run.rung(px="99.7"), after_ms=300)
    assert run.word("ORD-10") is Word.HOLDS


def test_a_pending_rung_goes_out_when_a_word_makes_room(story):
    run = story()
    old = quoted(run)
    run.oracle("100", run.cancel(old), after_ms=2000)
    new = run.rung(px="99.7", level=1)
    run.now_ms += 100
    run.closed(old)
    run.tell(events.Canceled(run.now_ms, old.market, old.cloid, 1), new)
    outcome = run.end("ORD-10")
    assert outcome.word is Word.HOLDS
    assert ("pending", 1) in outcome.contexts


def test_a_rejected_rung_comes_back_with_the_next_requote_only(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.now_ms += 100
    run.tell(events.Rejected(run.now_ms, rung.market, rung.cloid, None), run.rung(px="99.79"))
    outcome = run.end("ORD-10")
    assert outcome.word is Word.VIOLATED
    assert "level 0 has gone out since the last requote" in outcome.violations[0].text


def test_more_rungs_a_side_than_levels_are_none_that_was_pending(story):
    run = story()
    rungs = [run.rung(px=f"99.{8 - i}", level=i) for i in range(3)]
    run.oracle("100", *rungs)
    run.now_ms += 100
    fourth = replace(run.rung(px="99.4"), level=None)
    run.tell(events.Rejected(run.now_ms, rungs[0].market, rungs[0].cloid, None), fourth)
    outcome = run.end("ORD-10")
    assert outcome.word is Word.VIOLATED
    assert "as the 4th rung of its side" in outcome.violations[0].text


def test_a_ladder_that_was_withdrawn_comes_back_at_once(story):
    run = story()
    rung = quoted(run)
    run.oracle("0", run.cancel(rung), after_ms=100)
    run.oracle("100", run.rung(px="99.7"), after_ms=100)
    assert run.word("ORD-10") is Word.HOLDS


def refused_after_a_cancel(story, action):
    """Tell of a rung that a cancel followed that something failed; at its time-out a maker halts, and quotes again."""
    run = story()
    lost, here, again = (run.rung(px=px) for px in ("99.8", "99.7", "99.6"))
    run.oracle("100", lost)
    run.oracle("0", run.cancel(lost), after_ms=100)
    run.now_ms += 100
    run.tell(events.SendFailed(run.now_ms, lost.market, lost.cloid, None, "refused", action))
    run.oracle("100", here, after_ms=4500)
    run.rests(here)
    run.timer(250, run.cancel(here))
    run.canceled(here)
    run.oracle("100", again, after_ms=100)
    return run


def test_a_maker_that_does_not_read_which_action_failed_may_go_on_waiting_for_the_place(story):
    assert refused_after_a_cancel(story, "place").word("ORD-10") is Word.HOLDS
    assert refused_after_a_cancel(story, None).word("ORD-10") is Word.HOLDS


def test_two_answers_without_the_order_end_that_wait(story):
    run = refused_after_a_cancel(story, "place")
    for after_ms in (5000, 1000):
        run.timer(after_ms, QueryOpenOrders())
        run.answer()
    first, second = (run.rung(px=px) for px in ("99.5", "99.4"))
    run.oracle("100", first, after_ms=2000)
    run.rests(first)
    run.timer(250, run.cancel(first))
    run.canceled(first)
    run.oracle("100", second, after_ms=100)
    outcome = run.end("ORD-10")
    assert (outcome.word, outcome.reason) == (Word.VIOLATED, "1 violations")


def test_a_rung_replaced_by_its_like_is_told(story):
    run = story()
    rung = quoted(run)
    run.oracle("100", run.cancel(rung), run.rung(), after_ms=2000)
    outcome = run.end("ORD-10")
    assert outcome.word is Word.VIOLATED
    assert "replaces its like" in outcome.violations[0].text


def test_a_partly_filled_rung_may_be_replaced_by_a_whole_one(story):
    run = story()
    rung = quoted(run)
    run.fills(rung, sz="0.5")
    run.oracle("100", run.cancel(rung), run.rung(), after_ms=2000)
    assert run.word("ORD-10") is Word.HOLDS


def begun(run, budget):
    """Begin a life with a request budget."""
    run.life += 1
    run.now_ms += 1
    run.tell(events.Start(run.now_ms, run.life, run.config, run.markets, request_budget=budget))
    run.timer(5000)
    run.answer()


def test_a_placement_within_the_reserve_is_told_a_close_is_not(story):
    run = story()
    begun(run, 999)
    run.oracle("100", run.close())
    run.oracle("100", run.rung())
    outcome = run.end("ORD-10")
    assert (outcome.word, outcome.reason) == (Word.VIOLATED, "1 violations")
    assert "is sent with 998 requests left, 1000 are kept" in outcome.violations[0].text


def test_the_last_request_above_the_reserve_may_be_spent(story):
    run = story()
    begun(run, 1000)
    run.oracle("100", run.rung())
    outcome = run.end("ORD-10")
    assert outcome.word is Word.HOLDS
    assert ("near the reserve", 1) in outcome.contexts


def test_cancels_of_the_same_reply_may_count_before_its_rungs_or_after_them(story):
    for budget, word in ((1000, Word.VIOLATED), (1001, Word.HOLDS)):
        run = story()
        begun(run, budget)
        rung = quoted(run)
        run.oracle("100", run.cancel(rung), run.rung(px="99.7"), after_ms=2000)
        assert run.word("ORD-10") is word, budget


def test_without_a_placement_requests_and_numbers_are_vacuous(story):
    run = story()
    run.oracle("100")
    run.see(journal.RunEnded(run.now_ms, (), (), settled=True))
    assert run.outcome("ORD-10").word is Word.VACUOUS
    assert run.outcome("ORD-8").word is Word.VACUOUS


def ladder(run, px, number=6):
    half = number // 2
    bids = [run.rung(px=f"{px - i * 0.1:.1f}", sz="0.1", level=i) for i in range(half)]
    asks = [run.rung(Side.SELL, f"{200 - px + i * 0.1:.1f}", "0.1", i) for i in range(half)]
    return [*bids, *asks]


def test_a_new_ladder_beside_one_being_cancelled_holds(story):
    run = story()
    old = ladder(run, 99.0)
    run.oracle("100", *old)
    run.oracle("100", *ladder(run, 99.5), *map(run.cancel, old), after_ms=2000)
    outcome = run.end("ORD-8")
    assert outcome.word is Word.HOLDS
    assert dict(outcome.contexts) == {"at the ladder's size": 2}


def test_ladders_that_add_up_are_told_once(story):
    run = story()
    for n in range(3):
        run.oracle("100", *ladder(run, 99.0 - n), after_ms=2000)
    outcome = run.end("ORD-8")
    assert (outcome.word, outcome.reason) == (Word.VIOLATED, "1 violations")
    assert "12 own orders" in outcome.violations[0].text


def test_counter_orders_have_their_room(story):
    run = story(counter_order_enabled=False)
    run.oracle("100", *ladder(run, 99.0), run.rung(px="98"), run.rung(px="97"))
    assert run.word("ORD-8") is Word.VIOLATED
    run = story()
    run.oracle("100", *ladder(run, 99.0), run.rung(px="98"), run.rung(px="97"))
    assert run.word("ORD-8") is Word.HOLDS


def long_run(story, queries):
    """Play 14 hours of 4 turns each; `queries(hour)` actions in each turn."""
    run = story(weekend_only=False)
    panel = Panel(None, (NothingGrows,))
    panel.observe(journal.RunStarted(run.now_ms, "s", 0, "m", run.config, run.markets, 250, 400, 400))
    panel.observe(journal.Turn(run.now_ms, 1, events.Start(run.now_ms, 1, run.config, run.markets), journal.Reply()))
    for quarter in range(4 * 15):
        now_ms = run.now_ms + quarter * HOUR_MS // 4
        reply = journal.Reply((run.cancel(run.rung()),) * queries(quarter // 4))
        panel.observe(journal.Turn(now_ms, 1, events.Timer(now_ms), reply))
    panel.observe(journal.RunEnded(now_ms, (), (), settled=True))
    return panel.outcomes()[0]


def test_a_long_run_that_stays_as_busy_as_it_was_holds(story):
    outcome = long_run(story, lambda hour: 2 + hour % 2)
    assert (outcome.word, outcome.contexts) == (Word.HOLDS, (("long run", 1),))


def test_actions_that_grow_over_a_long_run_are_told(story):
    outcome = long_run(story, lambda hour: 1 + hour)
    assert outcome.word is Word.VIOLATED
    assert "actions per event grew" in outcome.violations[0].text
