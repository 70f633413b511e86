"""What the monitors on numbers must not blame: readings that the rules leave open, and long histories."""

from __future__ import annotations

from decimal import Decimal as D
from fractions import Fraction as F

from model import events
from model.actions import Side
from model.config import VelocityWeighting
from specs.lots import MAX_LOTS, Lot, compress, lowest_levels, scaled, total
from specs.spec import Word

BUY, SELL = Side.BUY, Side.SELL


def lot(px: str, sz: str, *levels: int) -> Lot:
    return Lot("0x1", BUY, F(px), F(sz), levels, (F(0),), 1)


def test_a_row_of_adverse_fills_doubles_every_offset(tape):
    t = tape(num_levels=1, inventory_skew_factor=D(0))
    for _ in range(3):
        bid = t.rung(BUY, 0, "99.8")
        t.oracle("100", "100", bid)
        t.fill(bid)
    t.oracle("100", "100", t.rung(BUY, 0, "99.6"))
    told = t.outcome("SIZ-1")
    assert (told.word, told.antecedents) == (Word.HOLDS, 4)
    assert t.panel.view.pricing.readings("xyz:GOLD")[0].multiplier == 2


def test_a_magnitude_may_be_weighed_in_price_or_in_bps(tape):
    t = tape(velocity_skew_enabled=True, velocity_weighting=VelocityWeighting.MAGNITUDE)
    for px in ("100", "110", "99"):
        t.oracle(px, px)
    trends = {reading.trend for reading in t.panel.view.pricing.readings("xyz:GOLD")}
    assert trends == {F(0), F(-1, 21)}


def test_a_position_that_an_answer_corrects_may_be_seen_either_way(tape):
    t = tape()
    t.oracle("100", "100")
    t.now_ms += 100
    t.turn(events.OpenOrders(t.now_ms, t.now_ms - 50, (), (events.Position("xyz:GOLD", D(1)),)))
    assert {reading.ratio for reading in t.panel.view.pricing.readings("xyz:GOLD")} == {F(0), F(1, 10)}


def test_a_new_life_knows_nothing_of_the_former_ones_fills(tape):
    t = tape()
    bid = t.rung(BUY, 0, "99.8")
    t.oracle("100", "100", bid)
    t.fill(bid)
    t.life, t.now_ms = 2, t.now_ms + 1000
    t.turn(events.Start(t.now_ms, 2, t.config, tuple(t.panel.view.markets.values())))
    t.oracle("100", "100", t.rung(SELL, 0, "100.2"))
    words = t.words()
    assert (words["CTR-3"], words["OFF-1"]) == (Word.VACUOUS, Word.HOLDS)


def test_a_price_of_absurd_size_is_no_error_of_the_harness(tape):
    t = tape()
    t.oracle("1E+900", "1E+900", t.rung(BUY, 0, "99.8"))
    t.oracle("100", "100", t.rung(BUY, 1, "1E+900"))
    words = t.words()
    assert words["TCK-1"] is Word.VIOLATED
    assert Word.ERROR not in words.values()


def test_merging_lots_keeps_size_mean_and_lowest_level():
    lots = [lot(str(90 + i), "0.1", 1 + i) for i in range(MAX_LOTS + 5)]
    size, value = total(lots), sum((each.px * each.sz for each in lots), F(0))
    compress(lots)
    assert len(lots) == MAX_LOTS
    assert total(lots) == size
    assert abs(sum((each.px * each.sz for each in lots), F(0)) - value) < F(1, 10**20)
    assert lots[0].levels == (1,)


def test_the_lowest_of_doubtful_levels():
    assert lowest_levels([lot("1", "1", 0, 2), lot("1", "1", 1, 3)]) == (0, 1, 2)
    assert lowest_levels([lot("1", "1", 2), lot("1", "1", 1)]) == (1,)


def test_shares_of_lots_stay_short_numbers():
    lots = [lot("1", "1", 0)]
    for _ in range(50):
        lots = scaled(lots, F(6, 7))
    assert lots[0].sz.denominator <= 10**24


def test_a_collected_counter_order_may_go_by_the_oracles_mark_or_by_the_one_that_the_fill_told(tape):
    for px in ("99.889", "100.27"):
        t = tape()
        bid = t.rung(BUY, 1, "99.7")
        t.oracle("100", "100", bid)
        first = t.counter(SELL, "100.27")
        t.fill(bid, first, mark_px="100.6")
        t.rejected(first, t.counter(SELL, px))
        words = t.words()
        assert (words["CTR-1"], words["TCK-1"]) == (Word.HOLDS, Word.HOLDS), px


def test_the_counter_order_in_the_reply_to_its_fill_goes_by_the_mark_told_with_it(tape):
    t = tape()
    bid = t.rung(BUY, 1, "99.7")
    t.oracle("100", "100", bid)
    t.fill(bid, t.counter(SELL, "99.889"), mark_px="100.6")
    assert t.word("CTR-1") is Word.VIOLATED
