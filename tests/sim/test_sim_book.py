"""The book keeps price-time priority."""

from __future__ import annotations

from decimal import Decimal

from model.actions import Side, Tif
from sim.book import BookSide, Order


def resting(oid: int, side: Side, px: int) -> Order:
    return Order(oid, "maker", None, "m", side, Decimal(px), Decimal(1), Tif.GTC)


def side_of(side: Side, *prices: int) -> BookSide:
    book = BookSide(side)
    for oid, px in enumerate(prices):
        book.add(resting(oid, side, px))
    return book


def test_the_best_bid_is_the_highest_and_older_orders_of_a_price_come_first():
    bids = side_of(Side.BUY, 99, 101, 100, 101)
    assert [(o.oid, int(o.px)) for o in bids.orders] == [(1, 101), (3, 101), (2, 100), (0, 99)]


def test_the_best_ask_is_the_lowest_and_older_orders_of_a_price_come_first():
    asks = side_of(Side.SELL, 99, 101, 99, 98)
    assert [o.oid for o in asks.orders] == [3, 0, 2, 1]


def test_removing_an_order_takes_that_one_and_no_other_of_its_price():
    asks = side_of(Side.SELL, 99, 99, 99)
    asks.remove(asks.orders[1])
    assert [o.oid for o in asks.orders] == [0, 2]


def test_an_incoming_order_reaches_all_prices_up_to_its_own():
    asks = side_of(Side.SELL, 99, 100, 101)
    assert [o.oid for o in asks.reached_by(Decimal(100))] == [0, 1]
    assert asks.meets(Decimal(99))
    assert not asks.meets(Decimal(98))


def test_an_empty_side_has_no_price_and_meets_nothing():
    bids = BookSide(Side.BUY)
    assert bids.best_px() is None
    assert not bids.meets(Decimal(1))
