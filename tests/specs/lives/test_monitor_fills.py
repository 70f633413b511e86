"""FIL-1, FIL-2, FIL-3: counting, attribution, the parts; and readings that are fair."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest

from model import events
from model.actions import QueryOpenOrders, Side
from specs.spec import Word


def quoted(run):
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    return rung


def test_a_fill_told_twice_counts_once(story):
    run = story()
    fill = run.fills(quoted(run))
    run.tell(fill, mm_fill=True)
    run.tell(replace(fill, snapshot=True), mm_fill=True)
    run.books(net="1")
    outcome = run.end("FIL-1")
    assert outcome.word is Word.HOLDS
    assert dict(outcome.contexts) == {"new": 1, "told again": 2}


def test_books_that_count_a_fill_twice_are_told(story):
    run = story()
    run.tell(run.fills(quoted(run)), mm_fill=True)
    run.books(net="2")
    outcome = run.end("FIL-1")
    assert outcome.word is Word.VIOLATED
    assert outcome.violations[0].text == "the books hold 2 of xyz:GOLD; start and told fills, each once, give 1"


def test_one_tid_in_another_ms_is_another_fill(story):
    run = story()
    fill = run.fills(quoted(run), sz="0.5")
    run.tell(replace(fill, time_ms=fill.time_ms + 1), mm_fill=True)
    run.books(net="1.0")
    assert run.outcome("FIL-1").violations == ()


def test_without_books_a_close_larger_than_the_position_is_told(story):
    run = story(features=("reconcile",))
    run.tell(run.fills(quoted(run)))
    run.signal(run.close(sz="2"))
    outcome = run.end("FIL-1")
    assert outcome.word is Word.VIOLATED
    assert "closes more than the own position 1" in outcome.violations[0].text


def test_a_corrected_position_is_fair_and_so_is_one_not_yet_corrected(story):
    run = story()
    run.fills(quoted(run), told=False)
    for _ in range(2):
        run.timer(6000, QueryOpenOrders())
        run.answer()
    run.books(net="1", quiescent=False)
    run.books(net="0", quiescent=False)
    assert run.outcome("FIL-1").violations == ()
    run.books(net="3", quiescent=False)
    assert run.word("FIL-1") is Word.VIOLATED


def test_an_own_fill_said_to_be_the_takers_is_told_with_its_role(story):
    run = story()
    rung, counter = run.rung(), run.counter(px="100.2")
    run.oracle("100", rung)
    run.rests(rung)
    run.fills(rung, counter)
    run.rests(counter)
    run.fills(counter, mm_fill=False)
    outcome = run.end("FIL-2")
    assert outcome.word is Word.VIOLATED
    assert outcome.violations[0].text == (
        "fill 2 of 1 @ 100.2 in xyz:GOLD, of an own order (counter), is answered with mm_fill false"
    )


@pytest.mark.parametrize(("said", "count"), [(None, 1), (True, 0)])
def test_attribution_once_declared_must_be_said(story, said, count):
    run = story()
    run.fills(quoted(run), mm_fill=said)
    assert len(run.end("FIL-2").violations) == count


@pytest.mark.parametrize(("said", "count"), [(True, 1), (False, 0), (None, 0)])
def test_a_takers_fill_is_not_ours(story, said, count):
    run = story()
    run.taker_fill(Side.BUY, "1", mm_fill=said)
    assert len(run.end("FIL-2").violations) == count


def test_a_fill_of_an_earlier_lifes_order_is_ours(story):
    run = story()
    rung = quoted(run)
    run.crash()
    run.begin(after_ms=1000, open_orders=(rung,))
    run.fills(rung, mm_fill=False)
    assert "earlier life" in run.end("FIL-2").violations[0].text


@pytest.mark.parametrize(("sz", "word"), [("1", Word.HOLDS), ("0.5", Word.VIOLATED)])
def test_without_attribution_and_books_closes_show_what_is_counted(story, sz, word):
    run = story(features=("reconcile",))
    run.fills(quoted(run))
    run.signal(run.close(sz=sz))
    assert run.word("FIL-2") is word


def test_without_any_fill_they_are_vacuous(story):
    run = story()
    run.oracle("100")
    assert run.word("FIL-1") is run.outcome("FIL-2").word is run.outcome("FIL-3").word is Word.VACUOUS


@pytest.mark.parametrize(("net", "word"), [("1", Word.HOLDS), ("0", Word.VIOLATED)])
def test_in_quiescence_the_parts_are_the_venues_position(story, net, word):
    run = story()
    run.fills(quoted(run), told=False)
    run.taker_fill(Side.BUY, "2")
    run.books(net=net)
    assert run.word("FIL-3") is word


def test_a_fill_under_way_is_no_matter_of_the_parts(story):
    run = story()
    run.fills(quoted(run), told=False)
    run.books(net="0", quiescent=False)
    assert run.word("FIL-3") is Word.VACUOUS


def test_a_close_that_turns_the_own_part_around_is_told(story):
    run = story()
    run.fills(quoted(run))
    run.taker_fill(Side.BUY, "5")
    close = run.close(sz="2")
    run.signal(close)
    run.executed(close, "2")
    outcome = run.end("FIL-3")
    assert outcome.word is Word.VIOLATED
    assert "turned the own position of xyz:GOLD around, to -1" in outcome.violations[0].text


def test_a_close_on_what_was_told_so_far_is_no_fault_of_the_makers(story):
    run = story()
    bid, ask = run.rung(), run.rung(Side.SELL, "100.2", "3")
    run.oracle("100", bid, ask)
    run.rests(bid)
    run.rests(ask)
    run.fills(ask, told=False)
    run.fills(bid)
    close = run.close()
    run.signal(close)
    run.executed(close, "1")
    assert run.end("FIL-3").violations == ()


def test_a_close_may_count_twice_what_the_taker_filled_while_an_answer_was_on_its_way(story):
    for closed, word in (("1", Word.HOLDS), ("0.5", Word.HOLDS), ("0.25", Word.VIOLATED)):
        run = story(features=("reconcile", "cancel_by_cloid"))
        rung = run.rung(Side.SELL, "100.2")
        run.oracle("100", rung)
        run.rests(rung)
        run.fills(rung)
        run.taker_fill(Side.SELL, "0.5")
        run.timer(1000, QueryOpenOrders())
        asked_ms = run.now_ms
        run.now_ms += 200
        run.tell(events.OpenOrders(run.now_ms, asked_ms, (), (events.Position(rung.market, run.net, D(0)),)))
        when = (run.now_ms, rung.market, "0xtaker", 9999, asked_ms + 50, 77)
        run.tell(events.TakerFill(*when, Side.BUY, D(100), D("0.5"), closed_pnl=D(0)))
        run.signal(run.close(Side.BUY, "100.5", closed))
        assert run.word("FIL-2") is word
