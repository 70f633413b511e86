"""Money adds up: what was paid and received plus what is held equals what was earned."""

from __future__ import annotations

from decimal import Decimal

from mmgate.accounting import Account, MarketLedger
from model.actions import Place, Role, Side, Tif
from model.config import MakerConfig
from model.events import Oracle
from model.journal import LogLine, OrderRefused, Owner, PricesSet, Reply, RunStarted, Traded, Turn

M = "xyz:GOLD"


def fill(side: Side, px: str, sz: str, cloid: str = "0x1", owner: str = Owner.MAKER) -> Traded:
    return Traded(0, owner, M, 1, cloid, 1, side, Decimal(px), Decimal(sz), False, Decimal("0.01"), Decimal(0))


def ledger(*fills: Traded, mark: str | None = None) -> MarketLedger:
    book = MarketLedger(mark_px=None if mark is None else Decimal(mark))
    for one in fills:
        book.take(one)
    return book


def test_a_round_trip_realises_the_difference():
    book = ledger(fill(Side.BUY, "100", "2"), fill(Side.SELL, "101", "2"))
    assert [book.net, book.realised, book.fees] == [Decimal(0), Decimal(2), Decimal("0.02")]


def test_a_flip_opens_at_the_fills_price():
    book = ledger(fill(Side.BUY, "100", "1"), fill(Side.SELL, "103", "3"), mark="101")
    assert [book.net, book.realised, book.unrealised] == [Decimal(-2), Decimal(3), Decimal(4)]


def test_cash_and_position_equal_what_was_earned():
    fills = [
        fill(Side.SELL, "100", "1"),
        fill(Side.SELL, "102", "3"),
        fill(Side.BUY, "99", "2"),
        fill(Side.BUY, "98", "5"),
        fill(Side.SELL, "97", "1"),
    ]
    book = ledger(*fills, mark="96.5")
    cash = sum((-one.px * one.sz * one.side.sign for one in fills), Decimal(0))
    assert book.mark_px is not None
    assert cash + book.net * book.mark_px == book.realised + book.unrealised


def test_an_account_counts_by_role_and_by_reason():
    account = Account()
    place = Place("0x1", M, Side.BUY, Decimal(99), Decimal(1), Tif.ALO, role=Role.COUNTER)
    account.observe(Turn(0, 1, Oracle(0, M, Decimal(100), Decimal(100)), Reply((place,))))
    account.observe(fill(Side.BUY, "99", "1"))
    account.observe(fill(Side.BUY, "99", "1", owner=Owner.TAKER))
    account.observe(OrderRefused(0, Owner.MAKER, M, 1, "0x2", "Post only, bbo was 1@2."))
    assert (dict(account.sent), dict(account.filled), account.taker_fills) == ({"counter": 1}, {"counter": 1}, 1)
    assert dict(account.refused) == {"Post only": 1}


def started(config: MakerConfig) -> Account:
    account = Account()
    account.observe(RunStarted(0, "s", 1, "m", config, (), 250, 100, 100))
    return account


def test_without_fills_it_is_said_why():
    assert "enabled = false" in started(MakerConfig()).why_no_fills()
    assert "weekend_only" in started(MakerConfig(enabled=True)).why_no_fills()
    account = started(MakerConfig(enabled=True))
    account.observe(Turn(0, 1, Oracle(0, M, Decimal(100), None), Reply(log=(LogLine("warn", "rung_below_minimum"),))))
    assert "rung_below_minimum (1 times)" in account.why_no_fills()
    place = Place("0x1", M, Side.BUY, Decimal(99), Decimal(1), Tif.ALO)
    account.observe(Turn(0, 1, Oracle(0, M, Decimal(100), None), Reply((place,))))
    assert "1 orders were sent, the nearest 100.00 bps from the oracle" in account.why_no_fills()


def test_the_last_mark_values_what_is_open():
    account = Account()
    account.observe(fill(Side.BUY, "99", "1"))
    account.observe(PricesSet(0, M, Decimal(100), Decimal(101)))
    account.observe(PricesSet(1, M, Decimal(100), None))
    assert account.markets[M].unrealised == 2
