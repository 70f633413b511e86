"""The books: position, cost, cash, realised results, exposure (I-0, I-1, I-2, I-3, I-5, L-7, S-5)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from model.actions import Place, Role, Side, Tif
from model.config import MakerConfig
from model.inventory import Book, Exposure, adds_to, booked, corrected, exposure, ratio, with_entry
from model.orders import Order, cancel_sent, filled, sent

D = Decimal
BUY, SELL = Side.BUY, Side.SELL
FOUND = Book(net=D(2), cash=D(7), realised=D(3), entry_unknown=True)


def after(*fills: tuple[Side, str, str], book: Book | None = None) -> Book:
    told = book or Book()
    for side, px, sz in fills:
        told = booked(told, side, D(px), D(sz))
    return told


def order(side: Side | None, size: str, role: Role = Role.LADDER) -> Order:
    place = Place("c1", "xyz:GOLD", BUY, D(100), D(size), Tif.ALO, False, role, 0)
    return sent(place, 0)._replace(side=side)


def test_a_first_fill_opens_at_its_price():
    assert after((BUY, "100", "2")) == Book(D(2), D(200), D(-200), D(0))
    assert after((SELL, "100", "2")) == Book(D(-2), D(-200), D(200), D(0))


def test_more_of_the_same_side_moves_the_entry_to_the_mean():
    long = after((BUY, "100", "1"), (BUY, "110", "3"))
    assert (long.net, long.cost, long.cash, long.realised, long.entry) == (D(4), D(430), D(-430), D(0), D("107.5"))
    short = after((SELL, "100", "1"), (SELL, "90", "1"))
    assert (short.net, short.cost, short.cash, short.realised, short.entry) == (D(-2), D(-190), D(190), D(0), D(95))


def test_a_reduction_keeps_the_entry_and_books_the_result():
    assert after((BUY, "100", "4"), (SELL, "110", "1")) == Book(D(3), D(300), D(-290), D(10))
    assert after((SELL, "100", "4"), (BUY, "110", "1")) == Book(D(-3), D(-300), D(290), D(-10))


def test_a_reduction_takes_off_its_share_of_the_cost():
    assert after((BUY, "100", "5"), (SELL, "110", "2")) == Book(D(3), D(300), D(-280), D(20))
    assert after((SELL, "100", "5"), (BUY, "90", "0.5")) == Book(D("-4.5"), D(-450), D(455), D(5))


def test_a_close_leaves_nothing_but_the_result():
    flat = after((BUY, "100", "4"), (SELL, "110", "4"))
    assert flat == Book(D(0), D(0), D(40), D(40))
    assert flat.entry is None


def test_a_close_leaves_no_crumb_of_a_cost_that_cannot_be_shared_out():
    cost = D("427462811.8197296205171845443")
    flat = booked(Book(net=D(5), cost=cost), SELL, D(100), D(5))
    assert flat == Book(D(0), D(0), D(500), 500 - cost)


def test_a_flip_closes_at_the_fill_and_opens_the_rest_at_its_price():
    assert after((BUY, "100", "1"), (SELL, "110", "3")) == Book(D(-2), D(-220), D(230), D(10))
    assert after((SELL, "100", "1"), (BUY, "90", "3")) == Book(D(2), D(180), D(-170), D(10))


def test_a_flat_book_opens_anew_on_either_side():
    assert after((BUY, "100", "1"), (SELL, "100", "1"), (SELL, "90", "1")) == Book(D(-1), D(-90), D(90), D(0))


def test_nothing_is_gained_or_lost_by_rounding():
    told = after((BUY, "100", "3"), (BUY, "101", "4"), (SELL, "99", "1"), (SELL, "107", "2"), (BUY, "3", "0.1"))
    assert told.cash + told.net * 50 == told.realised + (told.net * 50 - told.cost)


def test_a_position_found_at_start_has_no_entry_until_a_price_gives_it_one():
    assert FOUND.entry is None
    assert with_entry(FOUND, D(50)) == Book(D(2), D(100), D(-93), D(3))
    assert with_entry(FOUND, D(50)).entry == 50


def test_the_first_fill_gives_an_unknown_entry_its_own_price():
    assert booked(FOUND, SELL, D(50), D(1)) == Book(D(1), D(50), D(-43), D(3))


def test_a_correction_books_the_difference_at_the_mark():
    long = after((BUY, "100", "2"))
    assert corrected(long, D(3), D(110)) == after((BUY, "100", "2"), (BUY, "110", "1"))
    assert corrected(long, D(-1), D(110)) == after((BUY, "100", "2"), (SELL, "110", "3"))
    assert corrected(long, D(1), D(110)) == after((BUY, "100", "2"), (SELL, "110", "1"))


def test_a_correction_without_a_mark_is_booked_at_the_entry():
    long = after((BUY, "100", "2"))
    assert corrected(long, D(1), None) == after((BUY, "100", "2"), (SELL, "100", "1"))


def test_a_correction_to_what_the_books_hold_changes_nothing():
    assert corrected(FOUND, D(2), D(50)) is FOUND
    long = after((BUY, "100", "2"))
    assert corrected(long, D(2), None) is long


def test_a_correction_without_any_price_waits_for_one():
    assert corrected(Book(cash=D(7), realised=D(3)), D(2), None) == FOUND
    assert corrected(FOUND, D(0), None) == Book(D(0), D(0), D(7), D(3))


def test_the_ratio_is_the_value_in_the_limit_and_stays_within_one():
    config = MakerConfig(max_position_usd=D(1000))
    told = [ratio(config, D(net), D(100)) for net in ("0", "2.5", "-2.5", "10", "11", "-10", "-11")]
    assert told == [0, D("0.25"), D("-0.25"), 1, 1, -1, -1]


def test_each_order_adds_what_is_unfilled_to_its_side():
    orders = [order(BUY, "3"), order(SELL, "2"), filled(order(BUY, "5"), D(1), 0)]
    told = exposure(D(1), orders)
    assert told == Exposure(D(8), D(1))
    assert (told.of(BUY), told.of(SELL)) == (D(8), D(1))


def test_an_order_of_unknown_side_counts_on_both():
    assert exposure(D(-1), [order(None, "3")]) == Exposure(D(2), D(4))


def test_orders_being_cancelled_count_unless_they_are_left_out():
    orders = [cancel_sent(order(BUY, "3"), 5), order(BUY, "2")]
    assert exposure(D(0), orders).long == 5
    assert exposure(D(0), orders, cancelled_too=False).long == 2


def test_closes_are_no_exposure_and_those_after_them_still_are():
    assert exposure(D(0), [order(BUY, "3", Role.FLATTEN), order(BUY, "2")]) == Exposure(D(2), D(0))


@pytest.mark.parametrize(("net", "side", "adds"), [
    ("1", BUY, True), ("1", SELL, False), ("-1", BUY, False), ("-1", SELL, True), ("0", BUY, True), ("0", SELL, True),
    ("1", None, True), ("-1", None, True),
])  # fmt: skip
def test_an_order_adds_to_a_position_of_its_side(net: str, side: Side | None, adds: bool):
    assert adds_to(D(net), side) is adds
