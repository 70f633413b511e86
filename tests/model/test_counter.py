"""Price and size of a counter-order (L-8)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Context, Decimal, localcontext

from model.actions import Side
from model.config import MakerConfig
from model.counter import CounterOrder, counter_order, counter_price, reversion_at

D = Decimal
CONFIG = MakerConfig(counter_order_enabled=True, fee_buffer_bps=D(8))


def price(side: Side, fill: str, level: int, mark: str) -> Decimal:
    return counter_price(CONFIG, side, D(fill), level, D(mark))


def test_each_level_takes_more_of_the_reversion():
    assert [price(Side.BUY, "990", level, "1000") for level in (0, 1, 4)] == [D("996"), D("996.3"), D("997.2")]
    assert [price(Side.SELL, "1010", level, "1000") for level in (0, 1, 4)] == [D("1004"), D("1003.7"), D("1002.8")]


def test_the_reversion_is_at_most_95_percent():
    assert [reversion_at(CONFIG, level) for level in (0, 11, 12, 49)] == [D("0.6"), D("0.93"), D("0.95"), D("0.95")]


def test_the_fee_buffer_is_always_earned():
    assert price(Side.BUY, "1000", 0, "1000") == D("1000.8")
    assert price(Side.SELL, "1000", 3, "1000.5") == D("999.2")


def test_the_distance_counts_whichever_side_of_the_fill_the_mark_is_on():
    assert price(Side.BUY, "990", 0, "980") == price(Side.BUY, "990", 0, "1000")


def test_a_counter_order_is_the_opposite_of_its_fill_in_its_size():
    told = counter_order(CONFIG, Side.BUY, D(990), D("0.5"), 2, D(1000))
    assert told == CounterOrder(Side.SELL, D("996.6"), D("0.5"), D("0.66"))


def test_none_is_made_while_switched_off_or_on_what_is_not_positive():
    off = replace(CONFIG, counter_order_enabled=False)
    assert counter_order(off, Side.BUY, D(990), D(1), 0, D(1000)) is None
    for px, sz, mark in (("0", "1", "1000"), ("990", "0", "1000"), ("990", "1", "0"), ("990", "1", "-5")):
        assert counter_order(CONFIG, Side.BUY, D(px), D(sz), 0, D(mark)) is None


def test_none_is_made_where_its_price_would_not_be_positive():
    assert counter_order(CONFIG, Side.SELL, D(1), D(1), 0, D(1000)) is None


def test_none_is_made_at_a_price_of_nothing():
    assert price(Side.SELL, "3", 0, "8") == 0
    assert counter_order(CONFIG, Side.SELL, D(3), D(1), 0, D(8)) is None


def test_a_market_that_costs_less_than_one_is_countered_like_any_other():
    told = counter_order(CONFIG, Side.BUY, D("0.5"), D("0.5"), 0, D("0.6"))
    assert told == CounterOrder(Side.SELL, D("0.56"), D("0.5"), D("0.6"))


def test_a_callers_decimal_context_changes_nothing():
    fine = replace(CONFIG, counter_reversion_pct=D("0.123456789"), counter_reversion_per_level=D("0.012345678"))
    with localcontext(Context(prec=4)):
        assert reversion_at(fine, 1) == D("0.135802467")
        assert counter_price(fine, Side.BUY, D("990"), 1, D("1000")) == D("991.35802467")
