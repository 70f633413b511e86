"""Counter-orders by definition, against hand-computed numbers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D
from fractions import Fraction as F

from model.actions import Side
from model.config import MakerConfig
from specs.definitions import counter
from specs.definitions.counter import answered

CONFIG = MakerConfig()


def test_reversion_grows_with_the_level_up_to_95_percent():
    assert [counter.reversion(CONFIG, level) for level in (0, 3, 12)] == [F(3, 5), F(69, 100), F(19, 20)]


def test_a_sell_answers_a_buy_above_it():
    told = counter.single(CONFIG, answered(Side.BUY, D(99), D("0.5"), 3), F(100))
    assert (told.side, told.px, told.sz) == (Side.SELL, F(D("99.69")), F(1, 2))


def test_a_buy_answers_a_sell_below_it():
    told = counter.single(CONFIG, answered(Side.SELL, D(101), D("0.5"), 0), F(100))
    assert (told.side, told.px) == (Side.BUY, F(D("100.4")))


def test_the_fee_buffer_is_the_least_displacement():
    told = counter.single(CONFIG, answered(Side.BUY, D(100), D(1), 0), F(100))
    assert told.px == F(D("100.08"))


def test_a_mark_on_the_wrong_side_of_the_fill_counts_by_its_distance():
    assert counter.displacement(CONFIG, 0, F(100), F(95)) == 3


def test_a_collected_amount_has_the_mean_price_and_the_lowest_level():
    fills = [answered(Side.BUY, D(99), D(1), 4), answered(Side.BUY, D(98), D(3), 2)]
    told = counter.collected(replace(CONFIG, fee_buffer_bps=D(0)), fills, F(100))
    assert [told.sz, told.px] == [4, F("98.25") + F("1.75") * F("0.66")]
