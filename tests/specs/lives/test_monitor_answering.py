"""CTR-7 and ORD-14: a fill that may be answered is answered at once; a start is followed by a second query."""

from __future__ import annotations

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
