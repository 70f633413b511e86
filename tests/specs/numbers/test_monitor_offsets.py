"""The monitors on ladder prices, on hand-made journals: oracle 100, ladder at 20, 30, 40 bps unless said otherwise."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest

from model.actions import Role, Side
from model.config import SizeDistribution
from specs.offsets import by_level
from specs.own import OwnOrder
from specs.spec import Word

BUY, SELL = Side.BUY, Side.SELL
ON_RUNGS = ("OFF-1", "OFF-2", "OFF-3", "OFF-4", "TCK-1", "SIZ-1")


def ladder(t, buy=("99.8", "99.7", "99.6"), sell=("100.2", "100.3", "100.4")):
    bids = [t.rung(BUY, i, px) for i, px in enumerate(buy)]
    asks = [t.rung(SELL, i, px) for i, px in enumerate(sell)]
    return [*bids, *asks]


def test_a_right_ladder_holds_everywhere(tape):
    t = tape()
    t.oracle("100", "100", *ladder(t))
    words = t.words()
    assert [words[spec_id] for spec_id in ON_RUNGS] == [Word.HOLDS] * len(ON_RUNGS)


@pytest.mark.parametrize("spec_id", ON_RUNGS)
def test_without_orders_all_is_vacuous(tape, spec_id):
    t = tape()
    t.oracle("100", "100")
    assert t.word(spec_id) is Word.VACUOUS


def test_antecedents_are_counted_by_side(tape):
    t = tape()
    t.oracle("100", "100", *ladder(t))
    told = t.outcome("OFF-1")
    assert told.antecedents == 2
    assert told.contexts == (("buy · fixed · xyz:GOLD", 1), ("sell · fixed · xyz:GOLD", 1))


def test_off_1_a_rung_nearer_than_the_floor_is_told_with_its_values(tape):
    t = tape()
    t.oracle("100", "100", t.rung(BUY, 0, "99.81"))
    told = t.outcome("OFF-1")
    assert told.word is Word.VIOLATED
    assert told.violations[0].text == (
        "ladder L0 buy 0.5 @ 99.81 (0x00000000000000000000000000000001) stands 19 bps from oracle 100; "
        "at ratio 0, trend 0, multiplier 1 nothing may stand nearer than 20 bps"
    )
    assert told.violations[0].market == "xyz:GOLD"


def test_off_1_a_wrongly_declared_level_hides_nothing(tape):
    t = tape()
    t.oracle("100", "100", t.rung(BUY, 2, "99.81"))
    assert t.word("OFF-1") is Word.VIOLATED


def test_off_1_says_nothing_while_there_is_a_position(tape):
    t = tape()
    bid = t.rung(BUY, 0, "99.8")
    t.oracle("100", "100", bid)
    t.fill(bid)
    t.oracle("100", "100", t.rung(SELL, 0, "100.198"))
    told = t.outcome("OFF-1")
    assert (told.word, told.antecedents) == (Word.HOLDS, 1)


def dynamic(tape, **changed):
    t = tape(dynamic_offset_enabled=True, wick_min_samples=2, num_levels=1, **changed)
    for px in ("100", "100.2", "100", "100.2", "100"):
        t.oracle(px, px)
    return t


def test_off_1_the_dynamic_floor_is_the_wick_times_its_multiplier(tape):
    right, wrong = dynamic(tape), dynamic(tape)
    right.oracle("100", "100", right.rung(BUY, 0, "99.6"))
    wrong.oracle("100", "100", wrong.rung(BUY, 0, "99.61"))
    assert right.outcome("OFF-1").contexts == (("buy · dynamic · xyz:GOLD", 1),)
    assert wrong.word("OFF-1") is Word.VIOLATED


def test_off_1_statistics_that_are_not_valid_yet_leave_the_fixed_floor(tape):
    t = tape(dynamic_offset_enabled=True, num_levels=1)
    t.oracle("100", "100")
    t.oracle("101", "101")
    t.oracle("100", "100", t.rung(BUY, 0, "99.8"))
    assert t.word("OFF-1") is Word.HOLDS


def test_off_2_a_bid_at_or_above_the_oracle(tape):
    t = tape()
    t.oracle("100", "100", t.rung(BUY, 0, "100"))
    assert t.word("OFF-2") is Word.VIOLATED


def test_off_2_an_ask_within_one_bp(tape):
    t = tape()
    t.oracle("100", "100", t.rung(SELL, 0, "100.009"))
    assert t.word("OFF-2") is Word.VIOLATED


def test_off_2_judges_by_the_oracle_last_told(tape):
    t = tape()
    t.oracle("100", "100")
    t.oracle("90", "90", t.rung(BUY, 0, "89.82"))
    assert t.word("OFF-2") is Word.HOLDS


def test_off_3_a_skewed_rung_inside_the_fee_floor(tape):
    t = tape(min_offset_bps=D(9))
    bid = t.rung(BUY, 0, "99.91", sz="5")
    t.oracle("100", "100", bid)
    t.fill(bid)
    t.oracle("100", "100", t.rung(SELL, 0, "100.076"))
    assert t.word("OFF-3") is Word.VIOLATED


def test_off_3_is_switched_off_with_its_key(tape):
    t = tape(skew_respects_fee_floor=False)
    t.oracle("100", "100", *ladder(t))
    told = t.outcome("OFF-3")
    assert (told.word, told.reason) == (Word.NOT_APPLICABLE, "skew_respects_fee_floor is false")


def test_off_4_two_rungs_of_one_price(tape):
    t = tape()
    t.oracle("100", "100", t.rung(SELL, 0, "100.2"), t.rung(SELL, 1, "100.2"))
    assert t.word("OFF-4") is Word.VIOLATED


def test_off_4_levels_that_go_inward(tape):
    t = tape()
    t.oracle("100", "100", t.rung(SELL, 0, "100.3"), t.rung(SELL, 1, "100.2"))
    assert t.word("OFF-4") is Word.VIOLATED


def test_off_4_levels_that_nobody_told_are_those_that_go_outward(tape):
    t = tape()
    fits = {"100.2": (0,), "100.3": (1,), "100.4": (1, 2), "100.5": (3,), "100.6": (2, 4), "100.7": (1,)}
    orders = {px: OwnOrder(t.rung(SELL, 0, px), 1, 0, 0, Role.LADDER, None) for px in fits}
    ladder_of_five = [(fits[px], orders[px]) for px in reversed(list(fits)[:5])]
    assert [(level, str(order.px)) for level, order in by_level(SELL, ladder_of_five)] == [
        (0, "100.2"), (1, "100.3"), (1, "100.4"), (3, "100.5"), (4, "100.6")
    ]  # fmt: skip
    inward = by_level(SELL, [*ladder_of_five, (fits["100.7"], orders["100.7"])])
    assert [level for level, _ in inward] == [0, 1, 1, 1, 3, 4]
    assert str(inward[3][1].px) == "100.7"


def test_off_4_two_rungs_of_one_price_without_levels(tape):
    t = tape()
    twins = [replace(t.rung(SELL, level, "100.2"), role=None, level=None) for level in (0, 1)]
    t.oracle("100", "100", *twins)
    assert t.word("OFF-4") is Word.VIOLATED


def test_off_4_a_rung_that_doubles_one_that_stays(tape):
    t = tape()
    t.oracle("100", "100", t.rung(SELL, 0, "100.2"))
    t.oracle("100", "100", t.rung(SELL, 0, "100.2"))
    assert t.word("OFF-4") is Word.VIOLATED


def test_off_4_a_rung_that_replaces_a_cancelled_one(tape):
    t = tape()
    ask = t.rung(SELL, 0, "100.2")
    t.oracle("100", "100", ask)
    t.oracle("100", "100", t.cancel(ask))
    t.timer(t.rung(SELL, 0, "100.2"), t.rung(SELL, 1, "100.3"))
    assert t.word("OFF-4") is Word.HOLDS


@pytest.mark.parametrize(
    ("oracle_px", "mark_px", "kind"),
    [("0", "100", "unusable"), ("100", None, "unusable"), ("100", "106", "gap"), ("-1", "-1", "unusable")],
)
def test_off_9_rungs_must_leave_with_an_unusable_price(tape, oracle_px, mark_px, kind):
    stays, leaves = tape(), tape()
    for t in (stays, leaves):
        rungs = ladder(t)
        t.oracle("100", "100", *rungs)
        t.oracle(oracle_px, mark_px, *([t.cancel(r) for r in rungs] if t is leaves else []))
    assert stays.word("OFF-9") is Word.VIOLATED
    told = leaves.outcome("OFF-9")
    assert (told.word, told.contexts) == (Word.HOLDS, ((f"{kind} · live rungs", 1),))


def test_off_9_each_rung_is_told_once(tape):
    t = tape()
    t.oracle("100", "100", *ladder(t))
    t.oracle("100", "106")
    t.timer()
    told = t.outcome("OFF-9")
    assert told.reason == "6 violations"
    assert "more than 500 bps apart" in told.violations[0].text


def test_off_9_a_rung_sent_on_an_unusable_price(tape):
    t = tape()
    t.oracle("100", "106", t.rung(BUY, 0, "99.8"))
    assert t.word("OFF-9") is Word.VIOLATED


def test_off_9_rungs_leave_on_the_first_event_after_the_age(tape):
    in_time, late = tape(), tape()
    for t in (in_time, late):
        ask = t.rung(SELL, 0, "100.2")
        t.oracle("100", "100", ask)
        t.timer(after_ms=10_000)
        t.timer(*([t.cancel(ask)] if t is in_time else []), after_ms=1)
        t.timer(t.cancel(ask))
    assert in_time.outcome("OFF-9").contexts == (("old · live rungs", 1),)
    assert (
        late.outcome("OFF-9")
        .violations[0]
        .text.endswith("the oracle price of xyz:GOLD is 10001 ms old, more than 10000")
    )


def test_off_9_without_cancel_by_cloid_an_order_not_yet_resting_is_excused(tape):
    t = tape(features=())
    t.oracle("100", "100", *ladder(t))
    t.oracle("100", "106")
    assert t.word("OFF-9") is Word.HOLDS


def test_off_9_a_limit_of_zero_is_no_limit(tape):
    t = tape(oracle_max_age_ms=0, max_oracle_mark_gap_bps=D(0))
    t.oracle("100", "150", *ladder(t))
    t.timer(after_ms=99_000)
    assert t.word("OFF-9") is Word.VACUOUS


@pytest.mark.parametrize(
    ("px", "sz", "fault"),
    [
        ("99.7999", "0.5", "is not legal"),
        ("99.8", "0.50001", "is not a positive multiple of the lot 0.001"),
        ("99.8", "0.1", "is under the venue's minimum of 10"),
        ("0", "0.5", "is not legal"),
    ],
)
def test_tck_1_an_illegal_order(tape, px, sz, fault):
    t = tape()
    t.oracle("100", "100", t.rung(BUY, 0, px, sz))
    assert fault in t.outcome("TCK-1").violations[0].text


def test_tck_1_a_rung_rounded_towards_the_other_side(tape):
    right, wrong = tape(), tape()
    for t, px in ((right, "100.33"), (wrong, "100.34")):
        t.oracle("100.537", "100.537", t.rung(BUY, 0, px))
    assert right.word("TCK-1") is Word.HOLDS
    assert (
        wrong.outcome("TCK-1")
        .violations[0]
        .text.endswith("nearer to the other side than level 0 at 100.335926 before rounding")
    )


def test_tck_1_a_close_beyond_the_slippage(tape):
    for px, word in (("99.5", Word.HOLDS), ("99.49", Word.VIOLATED)):
        t = tape()
        t.oracle("100", "100", t.close(SELL, px, "0.01"))
        assert t.word("TCK-1") is word


def test_siz_1_a_rung_larger_than_computed(tape):
    t = tape()
    t.oracle("100", "100", t.rung(BUY, 0, "99.8", "0.501"))
    assert "larger than the 0.5 computed for level 0 at mark 100" in t.outcome("SIZ-1").violations[0].text


def test_siz_1_uniform_sizes_that_differ(tape):
    t = tape()
    t.oracle("100", "100", t.rung(BUY, 0, "99.8", "0.5"), t.rung(BUY, 1, "99.7", "0.4"))
    assert t.word("SIZ-1") is Word.VIOLATED


def test_siz_1_convex_sizes_rise(tape):
    right, wrong = (tape(size_distribution=SizeDistribution.CONVEX) for _ in range(2))
    right.oracle("100", "100", right.rung(BUY, 0, "99.8", "0.25"), right.rung(BUY, 2, "99.6", "0.75"))
    wrong.oracle("100", "100", wrong.rung(BUY, 0, "99.8", "0.75"), wrong.rung(BUY, 2, "99.6", "0.75"))
    assert right.word("SIZ-1") is Word.HOLDS
    assert wrong.word("SIZ-1") is Word.VIOLATED


def test_a_declared_counter_order_without_a_fill_is_judged_as_a_rung(tape):
    t = tape()
    t.oracle("100", "100", t.rung(BUY, None, "99.81", role=Role.COUNTER))
    assert t.word("OFF-1") is Word.VIOLATED
