"""INV-2, INV-3: limits in the same reply, one close after the other, exposure; and the fair exceptions."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest

from model.actions import Side
from specs.spec import Word


def long_position(run, sz="8.5"):
    """Fill a bid of 8.5 at 100: ratio 0.85 of 1000 USD; an ask and a bid still rest."""
    bid, ask, outer = run.rung(sz=sz), run.rung(Side.SELL, "100.3", "1"), run.rung(px="99.5", sz="0.1", level=1)
    run.oracle("100", bid, ask, outer)
    for order in (bid, ask, outer):
        run.rests(order)
    return bid, ask, outer


def test_at_the_warning_the_adding_side_is_cancelled_in_the_reply(story):
    run = story()
    bid, _, outer = long_position(run)
    run.fills(bid, run.cancel(outer))
    outcome = run.end("INV-2")
    assert outcome.word is Word.HOLDS
    assert dict(outcome.contexts) == {"warning · long · Fill": 1}


def test_at_the_warning_a_forgotten_adding_order_is_told(story):
    run = story()
    bid, _, _ = long_position(run)
    run.fills(bid)
    outcome = run.end("INV-2")
    assert outcome.word is Word.VIOLATED
    assert "has no cancel request at inventory ratio 0.8500, warning" in outcome.violations[0].text
    assert "buy 0.1 @ 99.5" in outcome.violations[0].text


def test_at_the_warning_a_new_adding_order_is_told_and_a_reducing_one_is_not(story):
    run = story()
    bid, _, outer = long_position(run)
    run.fills(bid, run.cancel(outer))
    run.oracle("100", run.rung(Side.SELL, "100.4"), run.rung(Side.BUY, "99.4"))
    outcome = run.end("INV-2")
    assert len(outcome.violations) == 1
    assert "buy 1 @ 99.4" in outcome.violations[0].text


def test_at_the_emergency_everything_goes_and_one_close_goes_out(story):
    run = story()
    bid, ask, outer = long_position(run, "9.6")
    run.fills(bid, run.cancel(ask), run.cancel(outer), run.close(sz="9.6"))
    outcome = run.end("INV-2")
    assert outcome.word is Word.HOLDS
    assert dict(outcome.contexts) == {"close sent": 1, "emergency · long · Fill": 1}


def test_at_the_emergency_a_missing_close_is_told(story):
    run = story()
    bid, ask, outer = long_position(run, "9.6")
    run.fills(bid, run.cancel(ask), run.cancel(outer))
    assert run.end("INV-2").violations[0].text == ("no close goes out in xyz:GOLD at inventory ratio 0.9600, emergency")


@pytest.mark.parametrize(("second_after_ms", "executed", "count"), [(2500, True, 0), (2500, False, 1), (500, True, 0)])
def test_one_close_after_the_other(story, second_after_ms, executed, count):
    run = story()
    bid, ask, outer = long_position(run, "9.6")
    first = run.close(sz="9.6")
    run.fills(bid, run.cancel(ask), run.cancel(outer), first)
    if executed:
        run.executed(first, "0")
    second = (run.close(sz="9.6"),) if second_after_ms > 2000 else ()
    run.timer(second_after_ms, *second)
    assert len(run.end("INV-2").violations) == count


def test_a_close_beyond_the_slippage_is_told(story):
    run = story()
    bid, ask, outer = long_position(run, "9.6")
    run.fills(bid, run.cancel(ask), run.cancel(outer), run.close(px="99.4", sz="9.6"))
    assert "is beyond mark 100 and slippage 50 bps" in run.end("INV-2").violations[0].text


def test_without_a_usable_mark_no_limit_is_shown(story):
    run = story()
    bid, _, _ = long_position(run, "9.6")
    run.oracle("100", mark=None)
    run.fills(bid)
    assert run.word("INV-2") is Word.VACUOUS


def test_a_position_that_the_account_does_not_have_needs_no_close(story):
    run = story()
    bid, ask, outer = long_position(run, "9.6")
    run.taker_fill(Side.SELL, "20")
    run.fills(bid, run.cancel(ask), run.cancel(outer))
    assert run.end("INV-2").violations == ()


def test_in_a_shutdown_the_close_follows_the_shutdowns_rule(story):
    run = story()
    bid, ask, outer = long_position(run, "9.6")
    run.signal(run.cancel(bid), run.cancel(ask), run.cancel(outer))
    run.fills(bid)
    assert run.end("INV-2").violations == ()


def test_an_order_whose_cancel_is_out_is_no_violation(story):
    run = story()
    bid, _, outer = long_position(run)
    run.timer(250, run.cancel(outer))
    run.fills(bid)
    assert run.word("INV-2") is Word.HOLDS


def test_exposure_counts_every_order_not_yet_ended(story):
    run = story()
    bid = run.rung(sz="6")
    run.oracle("100", bid)
    run.rests(bid)
    run.timer(250, run.cancel(bid), run.rung(px="99.7", sz="5"))
    outcome = run.end("INV-3")
    assert outcome.word is Word.VIOLATED
    assert "buy exposure becomes 1100 USD over 1000 at mark 100" in outcome.violations[0].text


def test_exposure_may_be_counted_at_the_mark_of_the_last_price_or_of_a_later_fill(story):
    for size, word in (("1.95", Word.HOLDS), ("2.05", Word.VIOLATED)):
        run = story()
        bid = run.rung(sz="8")
        run.oracle("100", bid)
        run.rests(bid)
        told = run.fills(bid, told=False)
        run.tell(replace(told, mark_px=D("101")), run.rung(px="99.7", sz=size))
        assert run.word("INV-3") is word


def test_exposure_is_free_again_when_an_order_has_ended(story):
    run = story()
    bid = run.rung(sz="6")
    run.oracle("100", bid)
    run.rests(bid)
    run.timer(250, run.cancel(bid))
    run.canceled(bid, run.rung(px="99.7", sz="10"))
    assert run.word("INV-3") is Word.HOLDS


def test_a_reducing_order_uses_no_exposure_before_it_turns_the_position(story):
    run = story()
    bid = run.rung(sz="8")
    run.oracle("100", bid)
    run.rests(bid)
    run.fills(bid)
    run.oracle("100", run.rung(Side.SELL, "100.4", "18"))
    assert run.outcome("INV-3").violations == ()
    run.oracle("100", run.rung(Side.SELL, "100.5", "0.1", level=1))
    assert run.word("INV-3") is Word.VIOLATED
    assert run.net == D(8)
