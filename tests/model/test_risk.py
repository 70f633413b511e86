"""Gates and counts: drawdown, adverse selection, the request budget (I-6, I-7, I-8, L-12)."""

from __future__ import annotations

from decimal import Decimal

from model.actions import Side
from model.config import MakerConfig
from model.risk import GATE_WINDOW_MS, Adverse, DrawdownGate, Requests

D = Decimal
HOUR_MS = 3_600_000
CONFIG = MakerConfig(max_hourly_drawdown_usd=D(10), request_reserve=100)


def gate(*results: tuple[int, str]) -> DrawdownGate:
    told = DrawdownGate()
    for time_ms, usd in results:
        told = told.with_result(time_ms, D(usd))
    return told


def test_the_gate_shuts_at_the_limit_and_not_before():
    assert not gate((0, "-9.99")).shut(CONFIG)
    assert gate((0, "-9.99"), (1, "-0.01")).shut(CONFIG)
    assert not gate().shut(CONFIG)


def test_without_a_limit_nothing_shuts_the_gate():
    assert not gate((0, "-1000")).shut(MakerConfig())


def test_a_gain_makes_up_for_a_loss():
    assert not gate((0, "-12"), (1, "3")).shut(CONFIG)


def test_a_result_counts_for_an_hour_and_no_longer():
    losses = gate((1000, "-6"), (2000, "-5"))
    assert losses.aged(1000 + HOUR_MS - 1).shut(CONFIG)
    assert not losses.aged(1000 + HOUR_MS).shut(CONFIG)
    assert GATE_WINDOW_MS == HOUR_MS


def test_each_result_leaves_at_its_own_hour():
    losses = gate((1000, "-10"), (2000, "-10"), (3000, "-10"))
    later = losses.aged(1000 + HOUR_MS)
    assert later == gate((2000, "-10"), (3000, "-10"))
    assert later.aged(2000 + HOUR_MS) == gate((3000, "-10"))
    assert later.aged(3000 + HOUR_MS) == gate()


def test_results_may_come_in_any_order_of_their_times():
    losses = gate((2000, "-6"), (1000, "-6"))
    assert not losses.aged(1000 + HOUR_MS).shut(CONFIG)
    assert losses.aged(1000 + HOUR_MS) == gate((2000, "-6"))
    assert gate((1000, "-6"), (2000, "-6")).aged(1000 + HOUR_MS) == gate((2000, "-6"))


def test_fills_in_a_row_on_one_side_widen_the_spread():
    config = MakerConfig(adverse_consecutive_fills=2, adverse_spread_multiplier=D(3))
    once = Adverse().with_fill(config, Side.BUY, 10)
    twice = once.with_fill(config, Side.BUY, 20)
    assert [told.multiplier(config, 20) for told in (once, twice)] == [1, 3]
    assert twice.with_fill(config, Side.SELL, 30) == Adverse(Side.SELL, 1, 30)


def test_the_count_is_forgotten_when_its_time_is_up_and_not_before():
    config = MakerConfig(adverse_consecutive_fills=1, adverse_decay_ms=500)
    told = Adverse().with_fill(config, Side.BUY, 1000)
    assert told.aged(config, 1499) == told
    assert told.aged(config, 1500) == Adverse()
    assert told.with_fill(config, Side.BUY, 1500) == Adverse(Side.BUY, 1, 1500)
    assert [told.multiplier(config, now) for now in (1499, 1500)] == [2, 1]


def test_a_decay_of_nothing_never_forgets_and_a_count_of_nothing_never_widens():
    lasting = MakerConfig(adverse_consecutive_fills=1, adverse_decay_ms=0)
    told = Adverse().with_fill(lasting, Side.BUY, 0)
    assert told.aged(lasting, 10**12) == told
    assert told.multiplier(MakerConfig(adverse_consecutive_fills=0, adverse_decay_ms=0), 0) == 1


def test_requests_are_earned_by_trading_and_spent_by_acting():
    told = Requests(told=90, used=30, traded_usd=D("41.5"))
    assert told.left() == D("101.5")
    assert told.allows_place(CONFIG)
    assert Requests(101).allows_place(CONFIG)
    assert not Requests(101, used=1).allows_place(CONFIG)
