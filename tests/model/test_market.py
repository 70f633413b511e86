"""Venue rounding: legal, on the passive side, by less than a tick (Q-9)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.actions import Side
from model.market import Market, is_legal_price, is_legal_size, meets_minimum, round_price, round_size

GOLD = Market("xyz:GOLD", 4)
MAGNITUDES = st.decimals(min_value="1e-28", max_value="1e28", allow_nan=False, allow_infinity=False)
MARKETS = st.integers(0, 6).map(lambda decimals: Market("xyz:ANY", decimals))
steady = settings(derandomize=True, deadline=None, max_examples=300, database=None)


@pytest.mark.parametrize(
    ("side", "px", "expected"),
    [
        (Side.BUY, "4966.1837", "4966"),
        (Side.SELL, "4966.1837", "4966.2"),
        (Side.SELL, "123456.7", "123457"),
        (Side.BUY, "123456.7", "123456"),
        (Side.BUY, "0.004", "0"),
        (Side.SELL, "0.004", "0.01"),
        (Side.SELL, "99.9951", "100"),
        (Side.BUY, "4966.1", "4966.1"),
        (Side.BUY, "-3", "0"),
    ],
)
def test_a_buy_rounds_down_and_a_sell_up_to_a_legal_price(side, px, expected):
    market = GOLD if side is Side.SELL or px != "4966.1837" else Market("xyz:COARSE", 6)
    assert round_price(market, side, Decimal(px)) == Decimal(expected)


def test_five_figures_and_the_decimals_bind_each_alone():
    assert round_price(Market("a", 0), Side.BUY, Decimal("12.345678")) == Decimal("12.345")
    assert round_price(Market("a", 3), Side.BUY, Decimal("12.345678")) == Decimal("12.345")
    assert round_price(Market("a", 5), Side.BUY, Decimal("12.345678")) == Decimal("12.3")
    assert is_legal_price(GOLD, Decimal("1234567"))
    assert not is_legal_price(GOLD, Decimal("12345.5"))
    assert not is_legal_price(GOLD, Decimal("NaN"))


def is_legal_by_definition(market: Market, px: Decimal) -> bool:
    if px == px.to_integral_value():
        return True
    _, digits, exponent = px.as_tuple()
    figures = "".join(map(str, digits)).lstrip("0").rstrip("0")
    decimals = -int(exponent) - (len(digits) - len("".join(map(str, digits)).rstrip("0")))
    return len(figures) <= 5 and decimals <= 6 - market.sz_decimals


@steady
@given(MARKETS, st.sampled_from(Side), MAGNITUDES)
def test_rounding_is_legal_passive_and_nearest(market, side, px):
    rounded = round_price(market, side, px)
    assert (rounded <= px) if side is Side.BUY else (rounded >= px)
    assert rounded == 0 or (is_legal_price(market, rounded) and is_legal_by_definition(market, rounded))
    assert abs(Fraction(rounded) - Fraction(px)) < max(
        Fraction(px) / 10**4, Fraction(1, 10 ** (6 - market.sz_decimals))
    )
    assert is_legal_price(market, px) == is_legal_by_definition(market, px)


@steady
@given(MARKETS, st.sampled_from(Side), MAGNITUDES)
def test_no_legal_price_lies_between_a_price_and_its_rounding(market, side, px):
    rounded = round_price(market, side, px)
    middle = (Fraction(rounded) + Fraction(px)) / 2
    candidate = round_price(market, side.opposite, Decimal(middle.numerator) / Decimal(middle.denominator))
    beyond = candidate >= px if side is Side.BUY else candidate <= px
    assert rounded == px or candidate == rounded or beyond


@steady
@given(MARKETS, st.decimals(allow_nan=False, allow_infinity=False))
def test_any_finite_size_rounds_down_to_the_lot(market, sz):
    rounded = round_size(market, sz)
    assert abs(rounded) <= abs(sz)
    assert abs(Fraction(sz) - Fraction(rounded)) < Fraction(1, 10**market.sz_decimals)


def test_sizes_are_legal_when_positive_and_whole_lots():
    assert is_legal_size(GOLD, Decimal("0.0001"))
    assert not is_legal_size(GOLD, Decimal("0.00015"))
    assert not is_legal_size(GOLD, Decimal(0))
    assert round_size(GOLD, Decimal("1e999999")) == Decimal("1e999999")


def test_the_minimum_is_reached_exactly_and_not_by_a_rounded_product():
    just_under = Decimal("9.99999999999999999999999999999999999999")
    assert meets_minimum(GOLD, Decimal(10), Decimal(1))
    assert not meets_minimum(GOLD, just_under, Decimal(1))
