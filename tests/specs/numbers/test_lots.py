"""What is left to answer: exact while makers can't differ, else within bounds; then none of them is blamed."""

from __future__ import annotations

from decimal import Decimal as D
from fractions import Fraction as F

import pytest

from model import events
from model.actions import Role, Side
from specs.lots import MAX_LOTS, Lot, compress, loosened, mean_range, partly_covered, total
from specs.spec import Word

BUY, SELL = Side.BUY, Side.SELL


def lot(px: str, sz: str) -> Lot:
    return Lot("0x1", BUY, F(px), F(sz), (0,), (F(0),), 1)


def words_after_a_fall(tape, px: str, sz: str = "0.6") -> dict[str, Word]:
    """Fill bids at 99.8 and 99.4 without room to answer them, then sell 0.4: of 1 at most 0.6 is left to answer."""
    t = tape(max_position_usd=D(1000))
    inner, outer = t.rung(BUY, 0, "99.8"), t.rung(BUY, 2, "99.6")
    ask = t.rung(SELL, 0, "100.2", "0.4")
    t.oracle("100", "100", inner, outer, ask)
    for order in (inner, outer, ask):
        t.fill(order)
    t.timer(t.counter(SELL, px, sz))
    words: dict[str, Word] = t.words()
    return words


def test_after_a_fall_of_the_position_any_parts_of_the_fills_may_be_left(tape):
    # means from 99.63 (0.1 of the inner, 0.5 of the outer) to 99.77; at level 0 a sell 0.4 of the way from 100
    for px in ("99.86", "99.88", "99.9"):
        words = words_after_a_fall(tape, px)
        assert (words["CTR-1"], words["CTR-3"], words["TCK-1"]) == (Word.VACUOUS, Word.HOLDS, Word.HOLDS)


def test_after_a_fall_a_price_that_no_parts_give_is_still_wrong(tape):
    for px in ("99.8", "99.96"):
        assert words_after_a_fall(tape, px)["CTR-1"] is Word.VIOLATED


def test_after_a_fall_more_than_all_fills_left_is_still_too_much(tape):
    assert words_after_a_fall(tape, "99.88", "1.3")["CTR-3"] is Word.VIOLATED


@pytest.mark.parametrize(("sz", "word"), [("0.6", Word.HOLDS), ("0.7", Word.VIOLATED)])
def test_after_a_fall_no_more_than_the_position_is_left_in_all(tape, sz: str, word: Word):
    assert words_after_a_fall(tape, "99.88", sz)["CTR-3"] is word


@pytest.mark.parametrize(("rejects", "word"), [(3, Word.HOLDS), (4, Word.VIOLATED)])
def test_an_amount_rejected_four_times_is_not_there_to_answer_any_more(tape, rejects: int, word: Word):
    t = tape(max_position_usd=D(1000))
    bid = t.rung(BUY, 0, "99.8")
    t.oracle("100", "100", bid)
    tried = t.counter(SELL, "99.92")
    t.fill(bid, tried)
    for _ in range(rejects):
        again = t.counter(SELL, "99.92")
        t.rejected(tried)
        t.timer(again)
        tried = again
    assert t.words()["CTR-3"] is word


def test_parts_of_an_amount_are_known_within_bounds_only():
    lots = [lot("10", "1"), lot("20", "1"), lot("30", "1")]
    assert mean_range(lots, F(3)) == (F(20), F(20))
    assert mean_range(lots, F(1)) == (F(10), F(30))
    assert mean_range(lots, F(3, 2)) == (F(40, 3), F(80, 3))


def test_what_a_part_leaves_of_several_lots_may_lie_in_any_of_them():
    left = partly_covered([lot("10", "1"), lot("20", "1")], F(1, 2))
    assert [(one.sz, one.at_most) for one in left] == [(F(3, 4), F(1)), (F(3, 4), F(1))]
    alone = partly_covered([lot("10", "1")], F(1, 2))
    assert [(one.sz, one.most) for one in alone] == [(F(1, 2), None)]
    assert loosened(left)[0].at_most == 1


def test_merged_lots_keep_the_range_of_their_prices():
    lots = [lot(str(90 + i), "1") for i in range(MAX_LOTS + 3)]
    compress(lots)
    assert (lots[0].low_px, lots[0].high_px, lots[0].at_most) == (F(90), F(93), F(4))
    assert total(lots) == MAX_LOTS + 3


def test_a_pending_rung_in_the_reply_to_a_counter_orders_fill_is_a_rung(tape):
    """No ladder buy was ever filled, so the sell at a rung's price is no counter-order, told or not."""
    t = tape(num_levels=1)
    ask = t.rung(SELL, None, "100.2", role=None)
    t.oracle("100", "100", ask)
    answer = t.counter(BUY, "100.08", role=None)
    t.fill(ask, answer)
    t.oracle("100", "100")
    rung = t.rung(SELL, None, "100.2", role=None)
    t.fill(answer, rung)
    assert t.panel.view.orders.by_cloid[rung.cloid].role is Role.LADDER
    words = t.words()
    assert [words[one] for one in ("CTR-1", "CTR-3", "CTR-5")] == [Word.VACUOUS, Word.HOLDS, Word.HOLDS]


def test_a_fill_contained_in_a_correction_is_no_fall_of_the_position(tape):
    """The position is corrected to 1.6; a sell of 1.2 from before is told later and moves a corrected one not."""
    t = tape(max_position_usd=D(1000))
    inner, ask = t.rung(BUY, 0, "99.8", "1"), t.rung(SELL, 0, "100.2", "1.2")
    t.oracle("100", "100", inner, ask)
    t.fill(inner)
    for after_ms in (0, 6000):
        sent_ms = t.now_ms = t.now_ms + after_ms + 200
        t.turn(events.OpenOrders(sent_ms + 100, sent_ms, (), (events.Position("xyz:GOLD", D("1.6")),)))
    t.now_ms += 200
    t.turn(events.Fill(t.now_ms, "xyz:GOLD", ask.cloid, None, t.now_ms - 5000, 99, SELL, D("100.2"), D("1.2")))
    t.timer(t.counter(SELL, "99.88", "1"))
    assert t.words()["CTR-3"] is Word.HOLDS


@pytest.mark.parametrize(("px", "blamed"), [("99.92", False), ("99.98", False), ("99.95", True)])
def test_a_repeated_fill_may_be_answered_by_its_own_mark_or_by_the_last_told_one(tape, px, blamed):
    t = tape(num_levels=1)
    bid = t.rung(BUY, 0, "99.8")
    t.oracle("100", "100", bid)
    fill = events.Fill(
        t.now_ms + 100, "xyz:GOLD", bid.cloid, None, t.now_ms, 7, BUY, bid.px, bid.sz, mark_px=D("100.1"), snapshot=True
    )
    t.now_ms += 100
    t.turn(fill, t.counter(SELL, px))
    assert (t.words()["CTR-1"] is Word.VIOLATED) is blamed
