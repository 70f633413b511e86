"""Legal prices and passive rounding, against hand-computed numbers and a brute-force search."""

from __future__ import annotations

from decimal import Decimal as D
from fractions import Fraction as F

import pytest

from model.actions import Side
from model.market import Market
from specs.definitions import rounding

GOLD = Market("xyz:GOLD", 4)


@pytest.mark.parametrize(
    ("px", "sz_decimals", "legal"),
    [
        ("4966.1", 4, True),
        ("4966.12", 4, False),
        ("4966.10", 4, True),
        ("123456", 4, True),
        ("123456.5", 4, False),
        ("0.01", 4, True),
        ("0.011", 4, False),
        ("0.00012345", 0, False),
        ("0.000123", 0, True),
        ("1.2345", 1, True),
        ("1.23456", 1, False),
        ("1234.5", 7, False),
        ("12E2", 7, True),
        ("0", 4, False),
        ("-1", 4, False),
        ("NaN", 4, False),
    ],
)
def test_a_price_is_legal_by_its_digits(px: str, sz_decimals: int, legal: bool):
    assert rounding.is_legal_price(D(px), Market("m", sz_decimals)) is legal


@pytest.mark.parametrize(
    ("px", "side", "rounded"),
    [
        ("4956.1678", Side.BUY, "4956.1"),
        ("4956.1678", Side.SELL, "4956.2"),
        ("4956.1", Side.SELL, "4956.1"),
        ("99999.5", Side.SELL, "100000"),
        ("100000.5", Side.BUY, "100000"),
        ("100000.5", Side.SELL, "100001"),
        ("9.99999", Side.SELL, "10"),
        ("0.004", Side.BUY, "0"),
        ("0.004", Side.SELL, "0.01"),
    ],
)
def test_rounding_is_passive(px: str, side: Side, rounded: str):
    assert rounding.passive_price(F(D(px)), side, GOLD) == F(D(rounded))


def test_no_legal_price_lies_between_a_price_and_its_rounding():
    for sz_decimals in (0, 2, 5, 6, 8):
        market = Market("m", sz_decimals)
        for number in range(99_000, 101_500, 37):
            for shift in (-7, -4, -1, 0):
                px = D(number).scaleb(shift)
                step = D(1).scaleb(-10)
                buy = rounding.passive_price(F(px), Side.BUY, market)
                sell = rounding.passive_price(F(px), Side.SELL, market)
                assert buy <= F(px) <= sell
                if rounding.is_legal_price(px, market):
                    assert buy == sell == F(px)
                for k in range(1, 8):
                    between = px + k * (D(sell.numerator) / D(sell.denominator) - px) / 8
                    assert between >= F(sell) or not rounding.is_legal_price(between + step * 0, market)


def test_a_computed_price_may_round_to_either_neighbour_when_in_doubt():
    low, high = rounding.accepted_prices(F(D("4956.1")), Side.BUY, GOLD, F(1, 10**20))
    assert (low, high) == (F(D("4956")), F(D("4956.1")))


def test_sizes_go_down_to_the_lot():
    assert rounding.lot(GOLD) == F(1, 10_000)
    assert rounding.floor_size(F(D("0.00519")), GOLD) == F(D("0.0051"))
    assert rounding.floor_size(F(-1), GOLD) == 0
    assert rounding.is_legal_size(D("0.0051"), GOLD)
    assert not rounding.is_legal_size(D("0.00511"), GOLD)
    assert not rounding.is_legal_size(D("0"), GOLD)


def test_the_minimum_is_on_the_value():
    assert rounding.below_minimum(D("4956.1"), D("0.002"), GOLD)
    assert not rounding.below_minimum(D("5000"), D("0.002"), GOLD)
