"""ORD-6 and CFG-5: quoting goes on when nothing halts it, in exactly the configured markets."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest

from model import events
from model.actions import QueryOpenOrders
from specs.spec import Word

B_RESUME_MS = 23_700


def prices(run, seconds, *reply):
    for _ in range(seconds):
        run.oracle("100", *reply)


def after_an_outage(run):
    """Quote, lose the connection, get it back and the answer."""
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.now_ms += 100
    run.tell(events.Disconnected(run.now_ms), run.cancel(rung))
    run.now_ms += 1000
    run.tell(events.Connected(run.now_ms), QueryOpenOrders())
    run.closed(rung)
    run.answer()


def test_a_ladder_after_the_cause_holds_and_names_what_ended_it(story):
    run = story()
    after_an_outage(run)
    run.oracle("100", run.rung())
    outcome = run.end("ORD-6")
    assert outcome.word is Word.HOLDS
    assert dict(outcome.contexts) == {"start · ended by oracle": 1, "connection · ended by open_orders": 1}


def test_no_ladder_within_b_resume_is_told_once(story):
    run = story()
    after_an_outage(run)
    prices(run, 30)
    outcome = run.end("ORD-6")
    assert (outcome.word, outcome.reason) == (Word.VIOLATED, "1 violations")
    assert "nothing halts it any more (connection, ended by open_orders)" in outcome.violations[0].text
    assert f"B-resume is {B_RESUME_MS} ms" in outcome.violations[0].text


def test_without_a_told_price_nothing_is_owed(story):
    run = story()
    after_an_outage(run)
    for _ in range(120):
        run.timer()
    assert run.word("ORD-6") is not Word.VIOLATED


def test_where_no_legal_price_is_near_no_ladder_is_owed(story):
    run = story()
    after_an_outage(run)
    for _ in range(30):
        run.oracle("0.0004")  # with three decimals a bid is at 0 and an ask two and a half times as high
    assert run.word("ORD-6") is not Word.VIOLATED


def test_what_still_holds_a_maker_back_is_no_halt_too_long(story):
    for changed in ({"enabled": False}, {"size_per_level_usd": D(5)}, {"max_position_usd": D(50)}):
        run = story(**changed)
        prices(run, 40)
        assert run.word("ORD-6") is not Word.VIOLATED, changed


@pytest.mark.parametrize(("sz", "word"), [("9.6", Word.VACUOUS), ("9", Word.VIOLATED)])
def test_an_emergency_excuses_an_empty_book_a_warning_only_the_side_that_adds(story, sz, word):
    run = story(settle=False)
    run.net = D(sz)
    run.begin(after_ms=1000)
    prices(run, 40)
    assert run.word("ORD-6") is word


def test_an_unanswered_place_may_halt_all_by_a_fair_reading(story):
    run = story()
    run.oracle("100", run.rung())
    run.timer(6000)
    prices(run, 40)
    assert run.word("ORD-6") is not Word.VIOLATED


def test_a_run_that_is_never_free_is_vacuous(story):
    assert story(settle=False).word("ORD-6") is Word.VACUOUS


def test_a_market_named_without_its_dex_has_to_be_quoted(story):
    run = story(markets=("GOLD",))
    prices(run, 40)
    outcome = run.end("CFG-5")
    assert outcome.word is Word.VIOLATED
    assert "named without its dex" in outcome.violations[0].text


def test_both_forms_of_a_name_and_none_at_all_mean_the_market(story):
    for markets in (("GOLD",), ("xyz:GOLD",), ()):
        run = story(markets=markets)
        run.oracle("100", run.rung())
        assert run.word("CFG-5") is Word.HOLDS, markets


def test_a_rung_in_a_market_that_is_not_named_is_told_a_close_is_not(story):
    run = story(markets=("xyz:SILVER",))
    run.oracle("100", run.close())
    run.oracle("100", replace(run.rung(), level=1))
    outcome = run.end("CFG-5")
    assert (outcome.word, outcome.reason) == (Word.VIOLATED, "1 violations")
    assert "the config names xyz:SILVER" in outcome.violations[0].text


def test_a_market_that_is_not_named_tempts_and_may_stay_empty(story):
    run = story(markets=("xyz:SILVER",))
    prices(run, 40)
    outcome = run.end("CFG-5")
    assert outcome.word is Word.HOLDS
    assert dict(outcome.contexts) == {"not configured, quotable price": 40}


SUNDAY_2050_MS = 1_770_583_800_000
MONDAY_MS = 1_770_595_200_000
FRIDAY_2100_MS = 1_771_016_400_000


def over_a_window(story, **changed):
    """Quote on Sunday, shut down at the window's start, and be told on Monday that nothing is open."""
    run = story(now_ms=SUNDAY_2050_MS, weekend_only=False, **changed)
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.now_ms = SUNDAY_2050_MS + 600_000
    run.timer(250, run.cancel(rung))
    run.canceled(rung)
    run.timer(250, QueryOpenOrders())
    run.answer()
    run.now_ms = MONDAY_MS
    return run


def test_a_shutdown_by_the_clock_may_last_until_the_weekend_that_resets_its_latch(story):
    run = over_a_window(story)
    prices(run, 60)
    run.now_ms = FRIDAY_2100_MS - 60_000
    prices(run, 55)
    run.oracle("100", run.rung(), after_ms=10_000)
    assert run.word("ORD-6") is Word.HOLDS
    assert run.outcome("CFG-5").word is Word.HOLDS


def test_from_that_weekend_on_a_ladder_is_owed(story):
    run = over_a_window(story)
    run.now_ms = FRIDAY_2100_MS
    prices(run, 40)
    assert run.word("ORD-6") is Word.VIOLATED


def test_a_maker_that_quotes_again_on_monday_does_not_wait_for_the_weekend(story):
    run = over_a_window(story)
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    after_an_outage(run)
    prices(run, 40)
    assert "(connection, ended by open_orders)" in run.end("ORD-6").violations[0].text


def test_a_signal_before_the_window_lasts_for_the_life(story):
    run = story(now_ms=SUNDAY_2050_MS, weekend_only=False)
    run.signal()
    run.now_ms = FRIDAY_2100_MS
    prices(run, 40)
    assert run.word("ORD-6") is not Word.VIOLATED
