"""The trend over noticeable moves (W-1, W-2)."""

from __future__ import annotations

from decimal import Context, Decimal, localcontext

from model.config import MakerConfig, VelocityWeighting
from model.velocity import VelocityState, record_move, trend

CONFIG = MakerConfig()
MAGNITUDE = MakerConfig(velocity_weighting=VelocityWeighting.MAGNITUDE)


def after(prices: list[str], config: MakerConfig = CONFIG) -> VelocityState:
    state = VelocityState()
    for px in prices:
        state = record_move(config, state, Decimal(px))
    return state


def trend_of(prices: list[str], config: MakerConfig = CONFIG) -> Decimal:
    return trend(config, after(prices, config))


def test_no_price_and_the_first_price_have_no_trend():
    assert trend_of([]) == 0
    assert trend_of(["100"]) == 0


def test_all_ups_are_one_and_all_downs_minus_one():
    assert trend_of(["100", "101", "102"]) == 1
    assert trend_of(["100", "99", "98"]) == -1


def test_moves_below_the_threshold_leave_no_trace():
    assert after(["100", "100.001", "100.002", "100"]) == after(["100"])


def test_small_moves_in_one_direction_add_up_to_one_entry():
    assert after(["100", "100.002", "100.004", "100.006"]).moves == (Decimal("0.6"),)


def test_a_move_of_exactly_the_threshold_counts():
    assert trend_of(["100", "100.005"]) == 1


def test_without_a_threshold_a_standing_price_still_is_no_move():
    config = MakerConfig(velocity_min_tick_bps=Decimal(0))
    assert after(["100", "100", "100.00001"], config).moves == (Decimal("0.001"),)


def test_unusable_prices_neither_anchor_nor_move():
    assert after(["0", "-1", "NaN", "Infinity", "100", "0", "101"]) == after(["100", "101"])


def test_only_the_last_moves_of_the_window_count():
    assert trend_of(["100", "90", "80", "81", "82", "83", "84", "85"]) == 1
    assert trend_of(["100", "99", "98", "99", "100", "101"]) == Decimal("0.2")


def test_by_magnitude_the_larger_move_decides():
    prices = ["100", "110", "121", "60.5"]
    assert trend_of(prices) == Decimal(4) / 3 - 1
    assert trend_of(prices, MAGNITUDE) == Decimal(1000 + 1000 - 5000) / 7000


def test_a_market_that_costs_less_than_one_has_a_trend_too():
    assert trend_of(["0.5", "0.51", "0.52"]) == 1


def test_a_callers_decimal_context_changes_no_trend():
    prices = ["100", "101", "100.9", "100.8"]
    moves, by_size = after(prices).moves, trend_of(prices, MAGNITUDE)
    with localcontext(Context(prec=3)):
        assert after(prices).moves == moves
        assert trend(MAGNITUDE, VelocityState(None, moves)) == by_size
