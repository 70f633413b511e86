"""The monitors on counter-orders, on hand-made journals: bids of 0.5 at 99.8, 99.7, 99.6 around oracle 100.

A fill of level 1 at 99.7 with mark 100: reversion 0.63, so a sell at 99.7 + 0.3 × 0.63 = 99.889; level 0: 99.88.
"""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from model.actions import Role, Side
from specs.spec import Word

BUY, SELL = Side.BUY, Side.SELL
ALL = ("CTR-1", "CTR-2", "CTR-3", "CTR-4", "CTR-5")


def bids(t, role=Role.LADDER, levels=(0, 1, 2)):
    """Quote three bids at oracle 100 and return them."""
    prices = ("99.8", "99.7", "99.6")
    rungs = [t.rung(BUY, level, px, role=role) for level, px in zip(levels, prices, strict=True)]
    t.oracle("100", "100", *rungs)
    return rungs


def test_a_right_counter_order_holds_everywhere(tape):
    t = tape()
    _, rung, _ = bids(t)
    answer = t.counter(SELL, "99.889")
    t.fill(rung, answer)
    t.fill(answer)
    words = t.words()
    assert [words[spec_id] for spec_id in ALL] == [Word.HOLDS] * 5


@pytest.mark.parametrize("spec_id", ALL)
def test_without_fills_all_is_vacuous(tape, spec_id):
    t = tape()
    bids(t)
    assert t.word(spec_id) is Word.VACUOUS


@pytest.mark.parametrize("spec_id", ALL)
def test_with_the_phase_off_none_applies(tape, spec_id):
    t = tape(counter_order_enabled=False)
    bids(t)
    assert t.word(spec_id) is Word.NOT_APPLICABLE


def test_ctr_1_the_price_of_level_0_for_level_1_is_told_with_its_values(tape):
    t = tape()
    _, rung, _ = bids(t)
    t.fill(rung, t.counter(SELL, "99.88"))
    told = t.outcome("CTR-1")
    assert told.violations[0].text == (
        "counter sell 0.5 @ 99.88 (0x00000000000000000000000000000004) answers the fill buy 0.5 @ 99.7 "
        "(0x00000000000000000000000000000002): by L-8 with level 1 and mark 100 it stands at 99.889, rounded 99.889; "
        "level 0 would stand there"
    )
    assert told.contexts == (("sell · level 1 · one fill · xyz:GOLD", 1),)


def test_ctr_1_a_fill_of_level_0_is_no_antecedent(tape):
    t = tape()
    rung, _, _ = bids(t)
    t.fill(rung, t.counter(SELL, "99.92"))
    assert t.word("CTR-1") is Word.VACUOUS


def test_ctr_1_a_wrongly_declared_level_hides_nothing(tape):
    t = tape()
    _, rung, _ = bids(t, levels=(0, 0, 0))
    t.fill(rung, t.counter(SELL, "99.88"))
    assert t.word("CTR-1") is Word.VIOLATED


def test_ctr_1_a_port_that_declares_nothing_is_judged_by_its_prices(tape):
    for px, word in (("99.889", Word.HOLDS), ("99.88", Word.VIOLATED)):
        t = tape()
        _, rung, _ = bids(t, role=None, levels=(None, None, None))
        t.fill(rung, t.counter(SELL, px, role=None))
        assert t.word("CTR-1") is word


def test_ctr_1_a_counter_order_called_a_rung_is_still_judged(tape):
    t = tape()
    _, rung, _ = bids(t)
    t.fill(rung, t.counter(SELL, "99.88", role=Role.LADDER))
    assert t.word("CTR-1") is Word.VIOLATED


def test_ctr_1_a_pending_rung_of_the_other_side_is_no_counter_order(tape):
    t = tape()
    rung, _, _ = bids(t, role=None, levels=(None, None, None))
    t.fill(rung, t.rung(SELL, None, "100.2", "0.5", role=None))
    assert t.word("CTR-1") is Word.VACUOUS


def test_ctr_1_the_mark_is_the_one_last_told_not_the_fills_price(tape):
    t = tape()
    _, rung, _ = bids(t)
    t.oracle("100", "100.1")
    t.fill(rung, t.counter(SELL, "99.952"))
    assert t.word("CTR-1") is Word.HOLDS


def test_ctr_1_the_mark_told_with_the_fill_counts(tape):
    for px, word in (("99.952", Word.HOLDS), ("99.889", Word.VIOLATED)):
        t = tape()
        _, rung, _ = bids(t)
        t.fill(rung, t.counter(SELL, px), mark_px="100.1")
        assert t.word("CTR-1") is word


def test_ctr_1_each_part_of_a_partial_fill_is_answered_alike(tape):
    t = tape()
    _, rung, _ = bids(t)
    t.fill(rung, t.counter(SELL, "99.889", "0.2"), sz="0.2")
    t.fill(rung, t.counter(SELL, "99.889", "0.3"), sz="0.3")
    words = t.words()
    assert (words["CTR-1"], words["CTR-3"]) == (Word.HOLDS, Word.HOLDS)


def test_ctr_1_a_missing_counter_order_is_no_violation(tape):
    t = tape()
    _, rung, _ = bids(t)
    t.fill(rung)
    assert t.word("CTR-1") is Word.VACUOUS


def test_ctr_1_collected_fills_stand_at_their_mean_with_the_lowest_level(tape):
    # mean of 99.7 and 99.6 is 99.65; level 1: 99.65 + 0.4 × 0.63 with the mark then, 100.05
    for px, word in (("99.902", Word.HOLDS), ("99.914", Word.VIOLATED)):
        t = tape()
        _, middle, outer = bids(t)
        t.fill(middle)
        t.fill(outer)
        t.oracle("100", "100.05")
        t.timer(t.counter(SELL, px, "1"))
        told = t.outcome("CTR-1")
        assert told.word is word
        assert told.contexts == (("sell · level 1 · collected · xyz:GOLD", 1),)


def test_ctr_1_a_collected_amount_that_goes_out_in_part_keeps_its_mean(tape):
    t = tape()
    _, middle, outer = bids(t)
    t.fill(middle)
    t.fill(outer)
    t.timer(t.counter(SELL, "99.871", "0.4"))
    t.timer(t.counter(SELL, "99.871", "0.6"))
    words = t.words()
    assert (words["CTR-1"], words["CTR-3"]) == (Word.HOLDS, Word.HOLDS)


def test_ctr_1_amounts_cleared_before_are_no_part_of_the_mean(tape):
    t = tape()
    _, middle, outer = bids(t)
    t.fill(outer)
    t.fill(middle)
    t.timer(t.counter(SELL, "99.889"))
    assert t.word("CTR-1") is Word.HOLDS


def test_ctr_1_a_rejected_counter_order_is_collected_again(tape):
    t = tape()
    _, rung, _ = bids(t)
    first = t.counter(SELL, "99.889")
    t.fill(rung, first)
    t.oracle("100", "100.1")
    t.rejected(first, t.counter(SELL, "99.952"))
    words = t.words()
    assert (words["CTR-1"], words["CTR-3"]) == (Word.HOLDS, Word.HOLDS)


def test_ctr_1_an_order_kept_through_a_requote_may_have_its_new_level(tape):
    # at oracle 99.9 the bid at 99.7 is level 0's price after rounding
    for px, word in (("99.88", Word.VACUOUS), ("99.889", Word.HOLDS), ("99.898", Word.VIOLATED)):
        t = tape()
        _, rung, _ = bids(t)
        t.oracle("99.9", "100")
        t.fill(rung, t.counter(SELL, px))
        assert t.word("CTR-1") is word


def test_ctr_2_at_break_even_as_reviewed(tape):
    t = tape()
    _, rung, _ = bids(t)
    t.fill(rung, t.counter(SELL, "99.7"))
    assert "better than the fill, the fee buffer is 0.07976" in t.outcome("CTR-2").violations[0].text


def test_ctr_2_at_the_fee_floor_though_the_reversion_is_above(tape):
    t = tape()
    _, rung, _ = bids(t)
    t.fill(rung, t.counter(SELL, "99.78"))
    assert t.word("CTR-2") is Word.HOLDS  # rounding alone puts it above the floor
    t = tape(fee_buffer_bps=D(10))
    rung = t.rung(BUY, 0, "99")
    t.oracle("99.3", "99.3", rung)
    t.fill(rung, t.counter(SELL, "99.099"))
    assert "the reversion to mark 99.3 gives 0.18" in t.outcome("CTR-2").violations[0].text


def test_ctr_2_beyond_95_percent(tape):
    t = tape()
    _, rung, _ = bids(t)
    t.fill(rung, t.counter(SELL, "99.99"))
    assert "at most 0.286 is allowed at mark 100" in t.outcome("CTR-2").violations[0].text


def test_ctr_2_on_the_side_of_the_fill(tape):
    t = tape()
    _, rung, _ = bids(t)
    t.fill(rung, t.counter(BUY, "99.5"))
    assert "on the side of the fill buy 0.5 @ 99.7" in t.outcome("CTR-2").violations[0].text


def test_ctr_2_where_the_fee_floor_is_larger_it_is_enough(tape):
    t = tape(fee_buffer_bps=D(50), min_offset_bps=D(60))
    rung = t.rung(BUY, 0, "99.4")
    t.oracle("100", "99.4", rung)
    t.fill(rung, t.counter(SELL, "99.897"))
    told = t.outcome("CTR-2")
    assert (told.word, told.contexts) == (Word.HOLDS, (("sell · fee floor · xyz:GOLD", 1),))


def test_ctr_3_a_uniform_size_whatever_was_filled(tape):
    t = tape()
    _, rung, _ = bids(t)
    t.fill(rung, t.counter(SELL, "99.889", "0.5"), sz="0.2")
    assert (
        "the fill buy 0.2 @ 99.7 (0x00000000000000000000000000000002) leave 0.2"
        in t.outcome("CTR-3").violations[0].text
    )


def test_ctr_3_a_fill_answered_twice(tape):
    t = tape()
    _, rung, _ = bids(t)
    t.fill(rung, t.counter(SELL, "99.889"))
    t.timer(t.counter(SELL, "99.889"))
    words = t.words()
    assert (words["CTR-1"], words["CTR-3"]) == (Word.HOLDS, Word.VIOLATED)


def test_ctr_3_a_collected_amount_that_outlived_its_position(tape):
    t = tape()
    rung, _, _ = bids(t)
    ask = t.rung(SELL, 0, "100.2")
    t.oracle("100", "100", ask)
    t.fill(rung)
    t.fill(ask)
    t.timer(t.counter(SELL, "99.92"))
    assert t.word("CTR-3") is Word.VIOLATED


def test_ctr_3_a_fill_that_turned_the_position_may_be_answered_in_full(tape):
    t = tape()
    ask = t.rung(SELL, 0, "100.2", "0.3")
    t.oracle("100", "100", ask)
    t.fill(ask)
    rung, _, _ = bids(t)
    t.fill(rung, t.counter(SELL, "99.92", "0.5"))
    assert t.word("CTR-3") is Word.HOLDS


def test_ctr_4_one_more_than_the_bound(tape):
    for most, word in ((2, Word.HOLDS), (1, Word.VIOLATED)):
        t = tape(counter_max_open=most)
        inner, middle, _ = bids(t)
        t.fill(inner, t.counter(SELL, "99.92"))
        t.fill(middle, t.counter(SELL, "99.889"))
        assert t.word("CTR-4") is word


def test_ctr_4_an_ended_one_makes_room(tape):
    t = tape(counter_max_open=1)
    inner, middle, _ = bids(t)
    answer = t.counter(SELL, "99.92")
    t.fill(inner, answer)
    t.fill(answer)
    t.fill(middle, t.counter(SELL, "99.889"))
    assert t.word("CTR-4") is Word.HOLDS


def test_ctr_4_a_cancel_on_the_first_event_after_the_age(tape):
    for in_time, word in ((True, Word.HOLDS), (False, Word.VIOLATED)):
        t = tape()
        rung, _, _ = bids(t)
        answer = t.counter(SELL, "99.92")
        t.fill(rung, answer)
        t.timer(after_ms=60_000)
        t.timer(*([t.cancel(answer)] if in_time else []), after_ms=1)
        t.timer(t.cancel(answer))
        told = t.outcome("CTR-4")
        assert told.word is word
        assert ("age · sell", 1) in told.contexts


def test_ctr_4_without_any_bound_it_does_not_apply(tape):
    t = tape(counter_max_open=0, counter_max_age_ms=0)
    assert t.word("CTR-4") is Word.NOT_APPLICABLE


def test_ctr_5_a_counter_order_on_a_counter_orders_fill(tape):
    t = tape()
    _, rung, _ = bids(t)
    answer = t.counter(SELL, "99.889")
    t.fill(rung, answer)
    t.fill(answer, t.counter(BUY, "99.8"))
    told = t.outcome("CTR-5")
    assert (told.word, told.contexts) == (Word.VIOLATED, (("counter · sell · xyz:GOLD", 1),))


def test_ctr_5_a_collected_amount_may_go_out_when_a_counter_order_filled(tape):
    t = tape(counter_max_open=1)
    inner, middle, _ = bids(t)
    answer = t.counter(SELL, "99.92")
    t.fill(inner, answer)
    t.fill(middle)
    t.fill(answer, t.counter(SELL, "99.889"))
    words = t.words()
    assert (words["CTR-1"], words["CTR-5"]) == (Word.HOLDS, Word.HOLDS)
