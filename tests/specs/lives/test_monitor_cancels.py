"""ORD-5, ORD-9, ORD-11, ORD-12: cancels that must go out, and those that must not; crossing; names."""

from __future__ import annotations

from model import events
from model.actions import Cancel, Place, QueryOpenOrders, Role, Side, Tif
from model.journal import OrderClosed, OrderOpened, Owner
from specs.latest import MOST
from specs.spec import Word


def quoted(run):
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    return rung


def failed(run, order, action="cancel"):
    run.now_ms += 100
    return events.SendFailed(run.now_ms, order.market, order.cloid, None, "budget", action)


def test_cancels_in_the_reply_to_the_signal_hold(story):
    run = story()
    rung = quoted(run)
    run.signal(run.cancel(rung))
    run.timer(1000)
    run.canceled(rung)
    assert run.word("ORD-5") is Word.HOLDS


def test_a_cancel_held_back_in_the_shutdown_is_told(story):
    run = story()
    quoted(run)
    run.signal()
    outcome = run.end("ORD-5")
    assert outcome.word is Word.VIOLATED
    assert "has no cancel request; due since 0 ms: shutdown (signal)" in outcome.violations[0].text


def test_an_unconfirmed_order_is_cancelled_by_cloid_too(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.signal()
    assert run.word("ORD-5") is Word.VIOLATED


def test_a_port_without_cancel_by_cloid_may_wait_for_resting(story):
    run = story(features=("reconcile",))
    rung = run.rung()
    run.oracle("100", rung)
    run.signal()
    run.timer(600)
    run.rests(rung, Cancel(rung.market, oid=1))
    run.canceled(rung)
    assert run.word("ORD-5") is Word.HOLDS


def test_on_a_lost_connection_every_own_order_needs_a_cancel(story):
    run = story()
    quoted(run)
    run.tell(events.Disconnected(run.now_ms))
    assert run.word("ORD-5") is Word.VIOLATED


def test_cancels_that_fail_while_disconnected_wait_for_the_answer(story):
    run = story()
    rung = quoted(run)
    run.tell(events.Disconnected(run.now_ms), run.cancel(rung))
    run.tell(failed(run, rung))
    run.timer(5000)
    run.tell(events.Connected(run.now_ms))
    run.answer(orders=(rung,))
    run.timer(250, run.cancel(rung))
    run.timer(1000)
    assert run.word("ORD-5") is Word.HOLDS


def test_a_cancel_that_never_left_and_is_not_sent_again_is_told(story):
    run = story()
    rung = quoted(run)
    run.timer(250, run.cancel(rung))
    run.tell(failed(run, rung))
    run.timer(250)
    run.timer(500)
    outcome = run.end("ORD-5")
    assert outcome.word is Word.VIOLATED
    assert "is not cancelled again, 750 ms after it was told that the cancel never left" in outcome.violations[0].text


def test_a_cancel_sent_again_in_time_holds(story):
    run = story()
    rung = quoted(run)
    run.timer(250, run.cancel(rung))
    run.tell(failed(run, rung))
    run.timer(250, run.cancel(rung))
    run.timer(1000)
    assert run.word("ORD-5") is Word.HOLDS


def test_a_cancel_rejected_before_resting_waits_for_resting(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.signal(run.cancel(rung))
    run.tell(events.CancelRejected(run.now_ms, rung.market, rung.cloid, None))
    run.timer(5000)
    run.rests(rung, run.cancel(rung))
    run.canceled(rung)
    assert run.word("ORD-5") is Word.HOLDS


def test_a_position_that_no_close_answers_in_the_shutdown_is_told(story):
    run = story()
    run.fills(quoted(run))
    run.signal()
    run.timer(2600)
    assert run.end("ORD-5").violations[0].text == (
        "no close of 1 in xyz:GOLD for 2600 ms; due: shutdown (signal); halted by nothing"
    )


def test_a_close_may_wait_for_own_orders_to_end(story):
    run = story()
    run.fills(quoted(run))
    rung = quoted(run)
    run.signal(run.cancel(rung))
    run.timer(5000)
    close = run.close()
    run.canceled(rung, close)
    run.executed(close, "1")
    run.timer(5000)
    assert run.word("ORD-5") is Word.HOLDS


def test_a_close_may_wait_for_the_last_word_of_the_one_before(story):
    run = story()
    run.fills(quoted(run))
    lost = run.close()
    run.timer(250, lost)
    run.signal()
    for _ in range(2):
        run.timer(6000, QueryOpenOrders())
        run.answer()
    run.timer(3000)
    close = run.close()
    run.timer(10_000, close)
    run.executed(close, "1")
    run.timer(5000)
    assert run.word("ORD-5") is Word.HOLDS


def test_a_position_blocked_by_the_taker_needs_no_close(story):
    run = story()
    run.fills(quoted(run))
    run.taker_fill(Side.SELL, "2")
    run.signal()
    run.timer(25_000)
    assert run.end("ORD-5").violations == ()


def test_an_order_that_meets_an_own_one_is_told(story):
    run = story()
    quoted(run)
    run.timer(250, run.rung(Side.SELL, "99.8"))
    outcome = run.end("ORD-9")
    assert outcome.word is Word.VIOLATED
    assert "meets the own ladder L0 buy 1 @ 99.8" in outcome.violations[0].text


def test_a_close_may_meet_an_own_order_and_an_ended_one_meets_nothing(story):
    run = story()
    rung = quoted(run)
    close = run.close(Side.SELL, "99.5")
    run.timer(250, run.cancel(rung), close)
    run.canceled(rung)
    run.executed(close, "0")
    run.timer(250, run.rung(Side.SELL, "99.7"), run.rung(Side.BUY, "99.6"))
    assert run.word("ORD-9") is Word.HOLDS


def test_an_order_seen_resting_and_absent_when_its_refused_cancel_made_the_maker_ask_meets_nothing(story):
    for asks_first, word in ((False, Word.HOLDS), (True, Word.VIOLATED)):
        run = story()
        rung = run.rung()
        run.oracle("100", rung)
        run.timer(50, run.cancel(rung), *((QueryOpenOrders(),) if asks_first else ()))
        asked_ms = run.now_ms
        run.rests(rung)
        run.fills(rung, told=False)
        run.now_ms += 50
        run.tell(
            events.CancelRejected(run.now_ms, rung.market, rung.cloid, None),
            *(() if asks_first else (QueryOpenOrders(),)),
        )
        asked_ms = asked_ms if asks_first else run.now_ms
        run.now_ms += 100
        run.tell(events.OpenOrders(run.now_ms, asked_ms, (), ()))
        run.timer(250, run.rung(Side.SELL, "99.7"), run.rung(Side.BUY, "99.6"))
        assert run.word("ORD-9") is word


def test_a_self_trade_at_the_venue_is_told_and_the_takers_is_not(story):
    for owner, word in ((Owner.MAKER, Word.VIOLATED), (Owner.TAKER, Word.HOLDS)):
        run = story()
        rung = quoted(run)
        other = Place(run.name(), rung.market, Side.SELL, rung.px + 1, rung.sz, Tif.GTC, role=Role.LADDER)
        run.timer(250, other)
        run.closed(rung, "selfTradeCanceled")
        run.rests(other, owner=owner, told=False)
        assert run.word("ORD-9") is word


def test_a_cloid_used_twice_is_told_in_any_life(story):
    run = story()
    rung = quoted(run)
    run.crash()
    run.begin(after_ms=1000)
    run.oracle("100", rung)
    outcome = run.end("ORD-11")
    assert outcome.word is Word.VIOLATED
    assert "is sent again (first at 1770468006100 in life 1)" in outcome.violations[0].text


def test_fresh_cloids_hold_and_none_is_vacuous(story):
    run = story()
    run.oracle("100", run.rung(), run.rung(px="99.7"))
    assert run.word("ORD-11") is Word.HOLDS
    assert story().word("ORD-11") is Word.VACUOUS


def test_a_cancel_of_a_strangers_order_is_told(story):
    run = story()
    stranger = run.rung()
    run.rests(stranger, owner=Owner.TAKER)
    run.timer(250, Cancel(stranger.market, oid=1))
    outcome = run.end("ORD-12")
    assert outcome.word is Word.VIOLATED
    assert "a cancel of oid 1 in xyz:GOLD, an order of another strategy" in outcome.violations[0].text


def test_own_cancels_beside_strangers_hold_and_cancels_of_nothing_are_no_matter(story):
    run = story()
    run.rests(run.rung(), owner=Owner.TAKER)
    rung = quoted(run)
    run.timer(250, run.cancel(rung), Cancel(rung.market, oid=777))
    assert run.word("ORD-12") is Word.HOLDS
    assert story().word("ORD-12") is Word.VACUOUS


def test_a_strangers_open_order_stays_known_however_many_others_came_and_went(story):
    run = story()
    stranger = run.rung()
    run.rests(stranger, owner=Owner.TAKER)
    monitor = next(m for m in run.panel.monitors if m.spec.id == "ORD-12")
    at = (run.now_ms, Owner.TAKER, stranger.market)
    for oid in range(1000, 1000 + 2 * MOST):
        monitor.on_order_opened(OrderOpened(*at, oid, None, Side.BUY, stranger.px, stranger.sz, Tif.ALO, False))
        monitor.on_order_closed(OrderClosed(*at, oid, None, "canceled", stranger.sz))
    run.timer(250, Cancel(stranger.market, oid=1))
    assert "a cancel of oid 1 in" in run.end("ORD-12").violations[0].text


def test_a_strangers_order_just_closed_is_still_known(story):
    run = story()
    stranger = run.rung()
    run.rests(stranger, owner=Owner.TAKER)
    run.see(OrderClosed(run.now_ms, Owner.TAKER, stranger.market, 1, stranger.cloid, "canceled", stranger.sz))
    run.timer(250, Cancel(stranger.market, cloid=stranger.cloid))
    assert run.word("ORD-12") is Word.VIOLATED
