"""STL-1: quotes that the market has left; and those that stand for a reason."""

from __future__ import annotations

from decimal import Decimal as D

from model import events, journal
from model.actions import Side
from specs.spec import Word


def quoted(run, px="99.8", oracle="100"):
    rung = run.rung(Side.BUY, px)
    run.oracle(oracle, rung)
    run.rests(rung)
    return rung


def test_a_quote_left_beside_a_moved_market_is_told(story):
    run = story()
    quoted(run)
    run.oracle("101")
    run.timer(13_100)
    outcome = run.end("STL-1")
    assert outcome.word is Word.VIOLATED
    assert outcome.violations[0].text == (
        "ladder L0 buy 1 @ 99.8 (0x00000000000000000000000000000001), computed on oracle 100, is live without a cancel"
        " request: for 13100 ms no told oracle was near that, now 101; B-stale is 13050 ms"
    )


def test_a_quote_cancelled_within_the_bound_holds(story):
    run = story()
    rung = quoted(run)
    run.oracle("101")
    run.timer(12_000, run.cancel(rung))
    run.timer(10_000)
    assert run.word("STL-1") is Word.HOLDS


def test_a_quote_near_its_price_stands_for_ever(story):
    run = story()
    quoted(run)
    for _ in range(20):
        run.oracle("100.02", after_ms=5000)
    assert run.word("STL-1") is Word.VACUOUS


def test_a_market_that_comes_back_in_time_excuses(story):
    run = story()
    quoted(run)
    run.oracle("101")
    run.oracle("100", after_ms=12_000)
    run.oracle("101", after_ms=2000)
    run.timer(11_000)
    assert run.word("STL-1") is Word.HOLDS


def test_a_quote_that_is_a_rung_of_the_present_ladder_stands(story):
    run = story(inventory_skew_factor=D(0))
    quoted(run, "99.799")  # 30 bps under 100.1 is 99.7997: level 1 there
    for _ in range(30):
        run.oracle("100.1", after_ms=1000)
    outcome = run.end("STL-1")
    assert outcome.violations == ()


def test_when_nothing_is_told_any_more_the_quote_must_go(story):
    run = story()
    quoted(run)
    run.timer(10_100)
    run.timer(13_000)
    outcome = run.end("STL-1")
    assert outcome.word is Word.VIOLATED
    assert "no oracle was told for 23200 ms" in outcome.violations[0].text
    assert dict(outcome.contexts) == {"silence · resting · not halted": 1}


def test_a_limit_of_zero_asks_for_no_age(story):
    run = story(oracle_max_age_ms=0)
    quoted(run)
    run.timer(100_000)
    assert run.word("STL-1") is Word.VACUOUS


def test_a_place_that_never_landed_is_not_live(story):
    run = story()
    run.oracle("100", run.rung())
    run.oracle("101")
    run.timer(20_000)
    assert run.end("STL-1").violations == ()


def test_a_refused_cancel_that_is_not_repeated_leaves_a_stale_quote(story):
    run = story()
    rung = quoted(run)
    run.oracle("101", run.cancel(rung))
    run.tell(events.SendFailed(run.now_ms, rung.market, rung.cloid, None, "unseen", "cancel"))
    run.timer(14_000)
    assert run.word("STL-1") is Word.VIOLATED


def test_an_order_told_to_have_ended_is_not_the_makers_to_cancel(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.tell(events.SendFailed(run.now_ms, rung.market, rung.cloid, None, "unseen", "place"))
    run.rests(rung, told=False)
    run.oracle("101")
    run.timer(14_000)
    assert run.end("STL-1").violations == ()


def test_quotes_of_an_earlier_life_are_another_specs(story):
    run = story()
    rung = quoted(run)
    run.see(journal.Crashed(run.now_ms, 1))
    run.begin(open_orders=(rung,), after_ms=1000)
    run.oracle("101")
    run.timer(20_000)
    assert run.end("STL-1").violations == ()
