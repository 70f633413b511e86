"""CTR-6: a counter-order is cancelled for a cause, never for a requote alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model import events
from model.actions import QueryOpenOrders, Side
from specs.spec import Word


def with_counter(story, sz="1", **changed):
    """Quote, get filled, and have the counter-order rest."""
    run = story(**changed)
    rung = run.rung(sz=sz)
    run.oracle("100", rung)
    run.rests(rung)
    counter = run.counter(sz=sz)
    run.fills(rung, counter)
    run.rests(counter)
    return run, counter


def test_a_requote_beside_a_counter_order_holds(story):
    run, _ = with_counter(story)
    run.oracle("100", run.rung(px="99.7"), after_ms=2000)
    outcome = run.end("CTR-6")
    assert outcome.word is Word.HOLDS
    assert dict(outcome.contexts) == {"requote beside an open one": 1}


def test_a_requote_that_sweeps_it_is_told(story):
    run, counter = with_counter(story)
    run.oracle("100", run.cancel(counter), run.rung(px="99.7"), after_ms=2000)
    outcome = run.end("CTR-6")
    assert outcome.word is Word.VIOLATED
    assert "in the reply to `oracle`, for no cause of L-8a" in outcome.violations[0].text


def test_its_age_is_a_cause(story):
    run, counter = with_counter(story)
    run.timer(60_000, run.cancel(counter))
    assert dict(run.end("CTR-6").contexts) == {"age": 1}


def test_a_cancel_before_its_age_is_told(story):
    run, counter = with_counter(story)
    run.timer(50_000, run.cancel(counter))
    assert run.word("CTR-6") is Word.VIOLATED


def test_limits_are_causes_on_the_side_that_they_ask_for(story):
    run, counter = with_counter(story, sz="9.6")
    run.oracle("100", run.cancel(counter))
    assert dict(run.end("CTR-6").contexts) == {"emergency": 1}
    run, counter = with_counter(story, sz="8.5")
    run.oracle("100", run.cancel(counter))
    assert run.word("CTR-6") is Word.VIOLATED


def lost(run, counter):
    run.now_ms += 100
    run.tell(events.Disconnected(run.now_ms), run.cancel(counter))


def told_absent(run, counter):
    run.timer(250, QueryOpenOrders())
    run.answer(run.cancel(counter))


@pytest.mark.parametrize(
    ("cause", "context"),
    [
        (lambda run, counter: run.signal(run.cancel(counter)), "shutdown"),
        (lost, "connection"),
        (told_absent, "reconcile"),
    ],
)
def test_shutdown_lost_connection_and_reconcile_are_causes(story, cause, context):
    run, counter = with_counter(story)
    cause(run, counter)
    outcome = run.end("CTR-6")
    assert (outcome.word, dict(outcome.contexts)) == (Word.HOLDS, {context: 1})


def test_a_second_cancel_needs_no_cause_of_its_own(story):
    run, counter = with_counter(story)
    run.timer(60_000, run.cancel(counter))
    run.oracle("100", run.cancel(counter))
    assert dict(run.end("CTR-6").contexts) == {"age": 1}


def test_an_undeclared_order_in_the_reply_to_a_fill_may_be_a_rung_that_was_pending(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    other = replace(run.rung(Side.SELL, "100.2"), role=None, level=None)
    run.fills(rung, other)
    run.rests(other)
    run.oracle("100", run.cancel(other), after_ms=2000)
    assert run.word("CTR-6") is not Word.VIOLATED


def test_without_counter_orders_there_is_no_subject(story):
    assert story(counter_order_enabled=False).word("CTR-6") is Word.NOT_APPLICABLE
    assert story().word("CTR-6") is Word.VACUOUS


def test_one_told_at_rest_after_it_ended_by_absence_has_to_go(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    counter = run.counter()
    run.fills(rung, counter)
    run.rests(counter, told=False)
    run.timer(250, QueryOpenOrders())
    run.answer(orders=(counter,))
    run.timer(250, QueryOpenOrders())
    run.answer()  # seen resting and absent: over, though its fill, and the word that it rests, are still on their way
    run.tell(events.Resting(run.now_ms, counter.market, counter.cloid, 2, counter.px, counter.sz), run.cancel(counter))
    outcome = run.end("CTR-6")
    assert (outcome.word, dict(outcome.contexts)) == (Word.HOLDS, {"reconcile": 1})
