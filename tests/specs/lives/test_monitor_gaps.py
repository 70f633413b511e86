"""CFG-5, INV-3, ORD-15: what a ladder lacks. ORD-3: what is said to be done. And the fair exceptions."""

from __future__ import annotations

from decimal import Decimal as D

from model import events, journal
from model.actions import QueryOpenOrders, Side
from specs.spec import Word

PX = "100.03"
"""Off the grid of prices, so that each rung has one legal price."""
BIDS = ("99.829", "99.729", "99.629")
ASKS = ("100.24", "100.34", "100.44")


def ladder(run, bids=BIDS, asks=ASKS):
    """Make rungs at these prices, of the size that the config asks for."""
    every = [(Side.BUY, px, BIDS.index(px)) for px in bids] + [(Side.SELL, px, ASKS.index(px)) for px in asks]
    return [run.rung(side, px=px, sz="0.999", level=level) for side, px, level in every]


def quoted(run, **which):
    """Quote at the first price and let every rung rest."""
    rungs = ladder(run, **which)
    run.oracle(PX, *rungs)
    for rung in rungs:
        run.rests(rung)
    return rungs


def prices(run, count=5):
    for _ in range(count):
        run.oracle(PX)


def gone(run, rungs):
    for rung in rungs:
        run.canceled(rung)


def test_a_whole_ladder_lacks_nothing(story):
    run = story()
    quoted(run)
    prices(run)
    assert [run.word(spec) for spec in ("CFG-5", "INV-3", "ORD-15")] == [Word.HOLDS, Word.HOLDS, Word.VACUOUS]


def test_a_quoted_market_is_not_left_without_a_ladder(story):
    run = story()
    rungs = quoted(run)
    run.timer(250, *(run.cancel(rung) for rung in rungs))
    gone(run, rungs)
    prices(run)
    outcome = run.end("CFG-5")
    assert outcome.word is Word.VIOLATED
    assert "has had no ladder for 2000 ms, although it has room and nothing holds it back" in outcome.violations[0].text


def test_a_maker_that_waits_for_its_cancels_is_not_blamed_for_an_empty_book(story):
    run = story()
    rungs = quoted(run)
    run.oracle(PX, *(run.cancel(rung) for rung in rungs), after_ms=2000)
    prices(run)
    assert run.word("CFG-5") is Word.HOLDS


def test_a_maker_that_cannot_tell_whether_its_place_or_its_cancel_failed_may_wait(story):
    run = story()
    rungs = quoted(run)
    run.timer(250, *(run.cancel(rung) for rung in rungs))
    gone(run, rungs)
    again = ladder(run)
    run.oracle(PX, *again, after_ms=2000)
    run.timer(100, *(run.cancel(rung) for rung in again))
    for rung in again:
        run.tell(events.SendFailed(run.now_ms, rung.market, rung.cloid, None, "budget", "place"))
    prices(run, count=4)
    assert run.end("CFG-5").violations == ()


def test_a_ladder_withdrawn_for_a_cause_is_not_missed(story):
    run = story()
    rungs = quoted(run)
    run.oracle(PX, *(run.cancel(rung) for rung in rungs), mark=None)
    gone(run, rungs)
    for _ in range(5):
        run.oracle(PX, mark=None)
    assert run.word("CFG-5") is Word.HOLDS


def test_a_rung_that_every_requote_leaves_out_is_named(story):
    run = story()
    quoted(run, bids=BIDS[:2])
    prices(run)
    outcome = run.end("ORD-15")
    assert outcome.word is Word.VIOLATED
    assert "buy level 2, 0.999 @ 99.629, is left out by every requote of the last 2500 ms" in outcome.violations[0].text


def test_a_requote_that_replaces_a_side_leaves_no_rung_of_it_out(story):
    run = story()
    rungs = quoted(run)
    run.oracle("100.05", *(run.cancel(r) for r in rungs[:3]), run.rung(px="99.849", sz="0.999"), after_ms=2000)
    outcome = run.end("ORD-15")
    assert outcome.word is Word.VIOLATED
    assert "buy level 1, 0.999 @ 99.749, is left out by this requote" in outcome.violations[0].text


def test_what_has_room_only_after_its_cancels_may_wait(story):
    run = story(max_position_usd=D(310))
    rungs = quoted(run)
    run.oracle("100.05", *(run.cancel(r) for r in rungs[:3]), after_ms=2000)
    gone(run, rungs[:2])
    run.oracle("100.05", after_ms=2000)
    assert run.word("ORD-15") is Word.VACUOUS


def test_a_rung_that_would_meet_a_counter_order_is_not_missed(story):
    run = story()
    quoted(run, bids=BIDS[1:])
    run.oracle(PX, run.counter(px="99.829"))
    prices(run)
    assert run.word("ORD-15") is Word.VACUOUS


def test_a_side_at_the_limit_lacks_what_does_not_fit(story):
    run = story(max_position_usd=D(210))
    quoted(run, bids=BIDS[:2], asks=ASKS[:2])
    prices(run)
    assert run.word("ORD-15") is Word.VACUOUS


def test_rungs_are_admitted_from_the_innermost_outward(story):
    run = story(max_position_usd=D(210))
    rungs = quoted(run, bids=BIDS[:2], asks=ASKS[:2])
    gone(run, rungs[2:])
    outer = run.rung(px="99.649", sz="0.999", level=2)
    run.oracle("100.05", *(run.cancel(r) for r in rungs[:2]), outer, after_ms=2000)
    outcome = run.end("INV-3")
    assert outcome.word is Word.VIOLATED
    fact = "level 2 goes out while level 0 at 99.849 is missing: rungs are admitted from level 0 outward"
    assert any(fact in one.text for one in outcome.violations)


def test_a_pending_rung_may_go_out_after_an_inner_one_was_filled(story):
    run = story()
    rungs = quoted(run)
    run.fills(rungs[0])
    run.canceled(rungs[2], run.rung(px="99.629", sz="0.999", level=2))
    assert run.word("INV-3") is Word.HOLDS


def done(run):
    """Let the maker say that its shutdown is done."""
    run.now_ms += 100
    line = journal.LogLine("info", "shutdown_done", None, "done")
    run.see(journal.Turn(run.now_ms, run.life, events.Timer(run.now_ms), journal.Reply((), (line,), None)))


def test_done_is_not_said_beside_an_order_that_may_still_land(story):
    run = story()
    rung = run.rung(sz="0.999")
    run.oracle(PX, rung)
    run.signal(run.cancel(rung), QueryOpenOrders())
    run.answer()
    done(run)
    outcome = run.end("ORD-3")
    assert outcome.word is Word.VIOLATED
    assert "shutdown_done is said with ladder L0 buy 0.999 @ 99.8" in outcome.violations[0].text


def test_done_is_said_when_all_has_ended(story):
    run = story()
    rung = quoted(run, bids=BIDS[:1], asks=())[0]
    run.signal(run.cancel(rung))
    run.canceled(rung, QueryOpenOrders())
    run.answer()
    done(run)
    assert run.word("ORD-3") is Word.HOLDS


def test_a_late_reject_of_the_first_cancel_leaves_the_second_one_out(story):
    run = story()
    rung = run.rung(sz="0.999")
    run.oracle(PX, rung)
    run.signal(run.cancel(rung))
    run.timer(250, QueryOpenOrders())
    run.rests(rung, told=False)
    run.answer(run.cancel(rung), orders=(rung,))
    run.now_ms += 100
    run.tell(events.CancelRejected(run.now_ms, rung.market, rung.cloid, None))
    run.tell(events.Resting(run.now_ms, rung.market, rung.cloid, 1, rung.px, rung.sz))
    run.timer()
    assert run.outcome("ORD-5").violations == ()
