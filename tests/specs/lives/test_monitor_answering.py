"""CTR-7 and ORD-14: a fill that may be answered is answered at once; a start is followed by a second query."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest

from model import events
from model.actions import QueryOpenOrders
from model.market import Market
from specs.spec import Word


def test_an_answered_fill_holds(story):
    run = story()
    rung = run.rung(sz="1")
    run.oracle("100", rung)
    run.rests(rung)
    run.fills(rung, run.counter(sz="1"))
    outcome = run.end("CTR-7")
    assert outcome.word is Word.HOLDS
    assert dict(outcome.contexts) == {"live": 1}


def test_a_fill_that_nothing_answers_is_told(story):
    run = story()
    rung = run.rung(sz="1")
    run.oracle("100", rung)
    run.rests(rung)
    run.fills(rung)
    outcome = run.end("CTR-7")
    assert outcome.word is Word.VIOLATED
    assert "told while it was live" in outcome.violations[0].text


def test_without_counter_orders_nothing_is_owed(story):
    assert story(counter_order_enabled=False).word("CTR-7") is Word.NOT_APPLICABLE


def test_a_start_that_is_never_asked_about_again_is_told(story):
    run = story(settle=False)
    run.oracle("100", after_ms=60_000)
    outcome = run.end("ORD-14")
    assert outcome.word is Word.VIOLATED
    assert "after the start" in outcome.violations[0].text


@pytest.mark.parametrize(("after_ms", "word"), [(500, Word.HOLDS), (1250, Word.VIOLATED)])
def test_the_first_query_leaves_with_the_start(story, after_ms: int, word: Word):
    run = story(settle=False)
    run.timer(after_ms - 100)
    run.timer(100, QueryOpenOrders())
    run.timer(5000, QueryOpenOrders())
    outcome = run.end("ORD-14")
    assert outcome.word is word
    assert dict(outcome.contexts) == {"start, first": 1, "start": 1}


def asked_every(story, each_ms, seconds):
    """Settle a life, and ask and answer so often for so long."""
    run = story(reconcile_interval_ms=10_000)
    run.oracle("100", run.rung())
    for at_ms in range(0, seconds * 1000, 250):
        if each_ms and at_ms % each_ms == 0:
            run.timer(250, QueryOpenOrders())
            run.answer()
        else:
            run.timer(250)
    return run.outcome("ORD-14")


@pytest.mark.parametrize("each_ms", [1000, 9000, 10_000])
def test_a_maker_that_asks_within_its_interval_is_not_blamed(story, each_ms):
    assert asked_every(story, each_ms, 60).word is not Word.VIOLATED


@pytest.mark.parametrize("each_ms", [0, 30_000])
def test_a_maker_that_asks_more_rarely_than_its_interval_is_told(story, each_ms):
    outcome = asked_every(story, each_ms, 90)
    assert outcome.word is Word.VIOLATED
    assert "`reconcile_interval_ms` is 10000" in outcome.violations[0].text


def test_nothing_is_asked_while_the_connection_is_lost(story):
    run = story(reconcile_interval_ms=10_000)
    run.tell(events.Disconnected(run.now_ms))
    for _ in range(400):
        run.timer(250)
    assert run.outcome("ORD-14").word is not Word.VIOLATED


@pytest.mark.parametrize("answered", [True, False])
def test_a_life_that_is_over_for_good_need_not_ask_any_more(story, answered: bool):
    run = story(reconcile_interval_ms=10_000)
    run.tell(events.Shutdown(run.now_ms, "signal"))
    run.timer(250, QueryOpenOrders())
    if answered:
        run.answer()
    for _ in range(120):
        run.timer(250)
    assert bool(run.outcome("ORD-14").violations) is not answered


@pytest.mark.parametrize("open_over_the_outage", [True, False])
def test_after_a_reconnect_some_wait_for_the_answer_to_the_query_before_it(story, open_over_the_outage: bool):
    run = story(settle=False)
    run.timer(250, QueryOpenOrders())
    if not open_over_the_outage:
        run.tell(events.OpenOrders(run.now_ms, run.now_ms, (), ()))
    run.tell(events.Disconnected(run.now_ms))
    run.tell(events.Connected(run.now_ms))
    run.timer(2000)
    run.timer(1000, QueryOpenOrders())
    run.timer(5000, QueryOpenOrders())
    assert run.end("ORD-14").word is (Word.HOLDS if open_over_the_outage else Word.VIOLATED)


@pytest.mark.parametrize(("asked_ms", "word"), [(0, Word.HOLDS), (-100, Word.VIOLATED)])
def test_what_is_told_after_a_reconnect_may_count_as_the_first_answer(story, asked_ms: int, word: Word):
    run = story()
    run.tell(events.Disconnected(run.now_ms))
    run.now_ms += 4000
    run.tell(events.Connected(run.now_ms))
    run.now_ms += 700
    run.tell(events.OpenOrders(run.now_ms, run.now_ms - 700 + asked_ms, (), ()))
    run.timer(1000)
    run.timer(4000, QueryOpenOrders())
    assert run.end("ORD-14").word is word


def answered_elsewhere(story, most):
    """Leave a fill unanswered while a counter-order of another market is open."""
    run = story(counter_max_open=most)
    silver = "xyz:SILVER"
    run.markets += (Market(silver, 3),)
    run.begin()
    there, here = replace(run.rung(sz="1"), market=silver), run.rung(sz="1")
    run.tell(events.Oracle(run.now_ms, silver, D(100), D(100)), there)
    run.rests(there)
    run.fills(there, replace(run.counter(), market=silver))
    run.net = D(0)
    run.oracle("100", here)
    run.rests(here)
    run.fills(here)
    return run.end("CTR-7")


def test_counter_orders_of_another_market_may_be_counted_with_those_of_this_one(story):
    assert answered_elsewhere(story, 1).word is Word.HOLDS
    assert answered_elsewhere(story, 2).word is Word.VIOLATED
