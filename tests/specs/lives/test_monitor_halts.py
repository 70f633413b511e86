"""HLT-1, OBS-1, RSK-1, SES-1: when nothing may be placed; and when it may again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest

from model import events
from model.actions import QueryOpenOrders, Side
from specs.spec import Word

SUNDAY_2059_MS = 1_770_584_340_000
MONDAY_NOON_MS = 1_770_638_400_000


def test_a_rung_before_the_starts_repeated_answer_is_told(story):
    run = story(settle=False)
    run.oracle("100", run.rung())
    outcome = run.end("HLT-1")
    assert outcome.word is Word.VIOLATED
    assert "is placed while halted: start not yet answered" in outcome.violations[0].text


def test_quoting_after_the_answer_holds(story):
    run = story(settle=False)
    run.oracle("100")
    run.timer(5000, QueryOpenOrders())
    run.answer()
    run.oracle("100", run.rung())
    outcome = run.end("HLT-1")
    assert outcome.word is Word.HOLDS
    assert dict(outcome.contexts) == {"start not yet answered": 1}


def test_an_answer_to_the_starts_first_query_does_not_count(story):
    run = story(settle=False)
    run.timer(1000, QueryOpenOrders())
    run.answer()
    run.oracle("100", run.rung())
    assert run.word("HLT-1") is Word.VIOLATED


def test_a_close_passes_every_halt(story):
    run = story(settle=False)
    run.oracle("100", run.close())
    assert run.word("HLT-1") is Word.HOLDS


def stale(run):
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.timer(250, run.cancel(rung))
    return rung


def test_an_unanswered_cancel_halts_its_market_until_it_is_answered(story):
    run = story()
    rung = stale(run)
    run.timer(10_100)
    run.oracle("100")
    run.canceled(rung)
    run.oracle("100", run.rung())
    outcome = run.end("HLT-1")
    assert outcome.word is Word.HOLDS
    assert dict(outcome.contexts) == {"cancel": 1}


def test_a_rung_beside_an_unanswered_cancel_is_told(story):
    run = story()
    stale(run)
    run.timer(10_100)
    run.oracle("100", run.rung(px="99.7"))
    assert "unanswered for" in run.end("HLT-1").violations[0].text


def test_a_cancel_of_an_order_that_has_ended_waits_for_nothing(story):
    run = story()
    lost = run.rung()
    run.oracle("100", lost)
    run.oracle("0", run.cancel(lost))
    run.tell(events.SendFailed(run.now_ms, lost.market, lost.cloid, None, "refused", "place"), run.cancel(lost))
    run.oracle("100", after_ms=10_000)
    run.oracle("100", run.rung(), after_ms=1000)
    assert run.word("HLT-1") is Word.VACUOUS


def test_the_event_that_shows_the_timeout_first_may_still_place(story):
    run = story()
    stale(run)
    run.oracle("100", run.rung(px="99.7"), after_ms=10_100)
    assert run.end("HLT-1").violations == ()


def test_a_timeout_of_zero_halts_nothing(story):
    run = story(stale_cancel_timeout_ms=0)
    stale(run)
    run.timer(60_000)
    run.oracle("100", run.rung(px="99.7"))
    assert run.end("HLT-1").violations == ()


@pytest.mark.parametrize(("answered", "count"), [(True, 0), (False, 1)])
def test_a_lost_connection_halts_until_an_answer(story, answered, count):
    run = story()
    run.tell(events.Disconnected(run.now_ms))
    run.tell(events.Connected(run.now_ms + 100))
    run.timer(250, QueryOpenOrders())
    if answered:
        run.answer()
    run.oracle("100", run.rung())
    assert len(run.end("HLT-1").violations) == count


def test_a_hard_stop_halts_for_the_whole_life(story):
    run = story()
    run.signal(reason="hard_stop")
    run.oracle("100", run.rung(), after_ms=3_600_000)
    assert "hard stop" in run.end("HLT-1").violations[0].text


def test_the_gate_opens_again_after_an_hour(story):
    run = story(max_hourly_drawdown_usd=D(10))
    run.taker_fill(Side.SELL, "1", pnl="-10")
    run.oracle("100")
    run.oracle("100", run.rung(), after_ms=3_601_000)
    outcome = run.end("HLT-1")
    assert outcome.word is Word.HOLDS
    assert dict(outcome.contexts) == {"drawdown gate": 1}


def test_observation_places_nothing_but_closes(story):
    run = story(enabled=False)
    run.oracle("100", run.close())
    assert run.word("OBS-1") is Word.HOLDS
    run.oracle("100", run.rung())
    assert run.outcome("OBS-1").violations[0].text.endswith("is placed with enabled = false")


def test_an_enabled_maker_is_not_observed(story):
    run = story()
    run.oracle("100", run.rung())
    assert run.word("OBS-1") is Word.NOT_APPLICABLE


def test_own_losses_that_stop_the_quoting_are_told(story):
    run = story(max_hourly_drawdown_usd=D(10))
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    fill = run.fills(rung, told=False)
    run.tell(replace(fill, closed_pnl=D(-11)), mm_fill=True)
    for _ in range(30):
        run.oracle("100")
    outcome = run.end("RSK-1")
    assert outcome.word is Word.VIOLATED
    assert "own fills lost 11 USD, which is not the gate's business" in outcome.violations[0].text


def test_own_losses_that_stop_nothing_hold(story):
    run = story(max_hourly_drawdown_usd=D(10))
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    fill = run.fills(rung, told=False)
    run.tell(replace(fill, closed_pnl=D(-11)), mm_fill=True)
    run.oracle("100", run.rung())
    run.timer(60_000)
    assert run.word("RSK-1") is Word.HOLDS


@pytest.mark.parametrize(("cancelled", "word"), [(True, Word.HOLDS), (False, Word.VIOLATED)])
def test_a_taker_loss_withdraws_the_ladder(story, cancelled, word):
    run = story(max_hourly_drawdown_usd=D(10))
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    reply = (run.cancel(rung),) if cancelled else ()
    run.taker_fill(Side.SELL, "1", *reply, pnl="-12")
    run.timer(250)
    run.timer(500)
    assert run.word("RSK-1") is word


def test_without_a_limit_there_is_no_gate(story):
    assert story().word("RSK-1") is Word.NOT_APPLICABLE


def test_a_rung_outside_its_hours_is_told(story):
    run = story(now_ms=MONDAY_NOON_MS)
    run.oracle("100", run.rung())
    outcome = run.end("SES-1")
    assert outcome.word is Word.VIOLATED
    assert outcome.violations[0].text.endswith("is sent outside the quoting window")


@pytest.mark.parametrize("place", ["rung", "counter"])
def test_quotes_and_counters_in_the_shutdown_window_are_told(story, place):
    run = story(now_ms=SUNDAY_2059_MS)
    order = getattr(run, place)()
    run.timer(60_000)
    run.oracle("100", order)
    text = run.end("SES-1").violations[0].text
    assert text.endswith("is sent outside the quoting window and with a shutdown running")


def test_all_week_long_a_maker_may_quote_on_monday(story):
    run = story(now_ms=MONDAY_NOON_MS, weekend_only=False)
    run.oracle("100", run.rung())
    assert run.word("SES-1") is Word.VACUOUS


def test_a_signal_ends_quoting_for_the_life(story):
    run = story()
    run.signal()
    run.timer(1000, QueryOpenOrders())
    run.answer()
    run.oracle("100", run.rung())
    assert run.end("SES-1").violations[0].text.endswith("is sent with a shutdown running")


def test_closes_pass_outside_the_hours(story):
    run = story(now_ms=MONDAY_NOON_MS)
    run.oracle("100", run.close())
    assert run.word("SES-1") is Word.HOLDS


def test_a_signal_outlasts_the_window_that_follows_it(story):
    run = story(now_ms=SUNDAY_2059_MS, weekend_only=False)
    run.signal()
    run.timer(60_000, QueryOpenOrders())
    run.answer()
    run.oracle("100", run.rung(), after_ms=4 * 3_600_000)
    assert run.end("SES-1").violations[0].text.endswith("is sent with a shutdown running")
