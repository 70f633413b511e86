"""Inventory, drawdown gate and adverse count by definition, against hand-computed numbers."""

from __future__ import annotations

import random
from decimal import Decimal as D
from fractions import Fraction as F

from model.actions import Side
from model.config import MakerConfig
from specs.definitions import gate, inventory
from specs.definitions.adverse import AdverseCount
from specs.definitions.gate import Gate, TakerResult
from specs.definitions.inventory import Ledger

BUY, SELL = Side.BUY, Side.SELL


def test_entry_is_the_mean_and_stays_while_reducing():
    books = Ledger()
    books.fill(BUY, D(100), D(1))
    books.fill(BUY, D(103), D(2))
    assert [books.net, books.entry_px] == [3, 102]
    books.fill(SELL, D(105), D(1))
    assert [books.net, books.entry_px, books.realised] == [2, 102, 3]


def test_a_flip_enters_at_the_fill_price():
    books = Ledger()
    books.fill(SELL, D(100), D(2))
    books.fill(BUY, D(90), D(5))
    assert [books.net, books.entry_px, books.realised] == [3, 90, 20]


def test_cash_and_position_are_conserved_exactly():
    draw, books, mark = random.Random(1), Ledger(), F(101, 3)
    for _ in range(300):
        books.fill(draw.choice([BUY, SELL]), D(draw.randint(1, 999)) / 7, D(draw.randint(1, 99)) / 13)
        assert books.cash + books.net * mark == books.realised + books.unrealised(mark)


def test_a_position_of_unknown_history_enters_at_the_mark():
    books = Ledger()
    books.open(D("-2"), F(50))
    books.fill(BUY, D(40), D(1))
    assert [books.net, books.entry_px, books.realised] == [-1, 50, 10]


def test_the_ratio_is_the_mark_value_over_the_limit():
    assert inventory.ratio(F(-1, 10), F(100), D(25)) == F(-2, 5)
    assert inventory.ratio(F(3), F(100), D(25)) == 1


def test_the_gate_shuts_at_the_limit_and_opens_an_hour_later():
    fills = [TakerResult(1000, 1200, D(-9), D(1))]
    assert set(gate.readings_usd(fills, 2000)) == {-10}
    assert gate.gate(fills, 2000, D(10)) is Gate.SHUT
    assert gate.gate(fills, 2000, D("10.01")) is Gate.OPEN
    assert gate.gate(fills, 3_601_001, D(10)) is Gate.EITHER
    assert gate.gate(fills, 3_601_201, D(10)) is Gate.OPEN
    assert gate.gate(fills, 2000, D(0)) is Gate.OPEN


def test_three_in_a_row_widen_the_spread_and_the_other_side_starts_over():
    row = AdverseCount(MakerConfig())
    for t in (0, 10, 20):
        assert list(row.multipliers(t)) == [1]
        row.first_fill(BUY, t)
    assert list(row.multipliers(20)) == [2]
    row.first_fill(SELL, 30)
    assert [row.counts(30), row.multipliers(30)] == [(1,), (F(1),)]


def test_the_row_decays_and_its_last_ms_is_in_doubt():
    row = AdverseCount(MakerConfig(adverse_consecutive_fills=1))
    row.first_fill(BUY, 0)
    assert list(row.multipliers(299_999)) == [2]
    assert list(row.multipliers(300_000)) == [1, 2]
    assert list(row.multipliers(300_001)) == [1]


def test_a_row_is_in_doubt_while_venue_and_arrival_disagree():
    row = AdverseCount(MakerConfig(adverse_consecutive_fills=1))
    row.first_fill(BUY, 1000, venue_ms=400)
    assert list(row.multipliers(300_399)) == [2]
    assert list(row.multipliers(300_600)) == [1, 2]
    row.first_fill(BUY, 300_600, venue_ms=300_500)
    assert row.counts(300_600) == (1, 2)


def test_a_new_weekend_or_an_off_switch_leaves_the_spread_alone():
    row = AdverseCount(MakerConfig(adverse_consecutive_fills=1))
    row.first_fill(BUY, 0)
    row.reset()
    assert list(row.multipliers(1)) == [1]
    off = AdverseCount(MakerConfig(adverse_consecutive_fills=0))
    off.first_fill(BUY, 0)
    assert list(off.multipliers(1)) == [1]
