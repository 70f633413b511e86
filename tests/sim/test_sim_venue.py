"""The venue's rules, one sentence each, without clock or wire."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from model import events, journal
from model.actions import Cancel, Place, Side, Tif
from model.journal import Owner
from model.market import Market
from sim.ticks import lots, nearest_price, price_is_legal, size_is_legal
from sim.venue import Fees, Venue

M = "xyz:GOLD"


class Desk:
    """A venue with bid 99 and ask 101 for 10 each, and shorthand for talking to it."""

    def __init__(self, bid: str = "99", ask: str = "101", depth: str = "10") -> None:
        self.records: list[journal.Record] = []
        self.venue = Venue((Market(M, 2),), self.records.append, Fees())
        self.venue.set_prices(0, M, D(100), D(100))
        self.quote(bid, ask, depth)
        self.count = 0

    def quote(self, bid: str, ask: str, depth: str = "10") -> None:
        self.venue.quote(0, M, ((Side.BUY, D(bid), D(depth)), (Side.SELL, D(ask), D(depth))))

    def place(self, side, px, sz="1", tif=Tif.ALO, owner=Owner.MAKER, cloid=None, now_ms=1, **more):
        self.count += 1
        order = Place(cloid or f"0x{self.count:032x}", M, side, D(px), D(sz), tif, **more)
        reply = self.venue.place(now_ms, owner, order)
        return None if reply is None else reply[0](1, *reply[1])

    def cancel(self, oid=None, cloid=None):
        reply = self.venue.cancel(1, Cancel(M, oid, cloid))
        return None if reply is None else reply[0](1, *reply[1])

    def of(self, kind):
        return [record for record in self.records if isinstance(record, kind)]

    def told(self, stream):
        return [kind(1, *values) for kind, values in stream]

    @property
    def net(self):
        return self.venue.positions()[0].size


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_post_only_order_that_would_match_is_rejected_with_the_venues_words_and_consumes_an_oid(desk):
    rejected = desk.place(Side.BUY, "101")
    assert rejected.reason == "Post only order would have immediately matched, bbo was 99@101."
    rested = desk.place(Side.BUY, "100")
    assert isinstance(rested, events.Resting)
    assert rested.oid == rejected.oid + 1
    assert [r.reason for r in desk.of(journal.OrderRefused)] == [rejected.reason]


def test_a_post_only_order_that_meets_nothing_rests(desk):
    rested = desk.place(Side.SELL, "100.5", "2")
    assert (rested.px, rested.remaining) == (D("100.5"), D(2))
    assert [o.oid for o in desk.venue.open_orders()] == [rested.oid]
    assert desk.of(journal.OrderOpened)[0].sz == 2


def test_an_ioc_fills_what_is_there_within_its_price_and_never_rests(desk):
    done = desk.place(Side.BUY, "101", "12", Tif.IOC)
    assert done.filled_sz == 10
    assert desk.venue.open_orders() == ()
    executed = desk.of(journal.OrderExecuted)[0]
    assert (executed.sz, executed.filled_sz, executed.crossable_sz) == (D(12), D(10), D(10))


def test_an_ioc_that_meets_nothing_is_done_with_nothing_filled(desk):
    assert desk.place(Side.BUY, "100", "1", Tif.IOC).filled_sz == 0
    assert desk.of(journal.OrderExecuted)[0].crossable_sz == 0


def test_a_gtc_that_matches_partly_keeps_its_rest_under_the_same_oid(desk):
    rested = desk.place(Side.BUY, "101", "12", Tif.GTC)
    assert rested.remaining == 2
    (traded,) = desk.of(journal.Traded)
    assert traded.oid == rested.oid
    assert traded.crossed
    assert desk.venue.open_orders()[0].oid == rested.oid


def test_a_gtc_filled_on_entry_has_no_reply_but_its_fills(desk):
    assert desk.place(Side.SELL, "99", "3", Tif.GTC) is None
    assert [fill.sz for fill in desk.told(desk.venue.fills)] == [D(3)]


def test_trades_happen_at_the_resting_price_and_better_prices_first(desk):
    desk.place(Side.SELL, "100.5", "1")
    desk.venue.trade(2, M, Side.BUY, D(102), D(3))
    (traded,) = desk.of(journal.Traded)
    assert (traded.px, traded.sz, traded.side, traded.crossed) == (D("100.5"), D(1), Side.SELL, False)
    assert desk.of(journal.OrderClosed)[0].reason == "filled"


def test_the_world_fills_own_orders_in_time_priority_within_a_price():
    desk = Desk("98", "102")
    first, second = desk.place(Side.BUY, "99", "1"), desk.place(Side.BUY, "99", "1")
    desk.venue.trade(2, M, Side.SELL, D(99), D("1.5"))
    assert [(t.oid, t.sz) for t in desk.of(journal.Traded)] == [(first.oid, D(1)), (second.oid, D("0.5"))]


def test_a_world_quote_that_crosses_own_orders_fills_them_and_rests_with_what_is_left(desk):
    desk.place(Side.BUY, "100", "4")
    desk.quote("98", "100", "10")
    assert [t.sz for t in desk.of(journal.Traded)] == [D(4)]
    assert desk.place(Side.BUY, "100", "9", Tif.IOC).filled_sz == 6


def test_quotes_of_the_world_replace_each_other(desk):
    desk.quote("97", "103")
    assert isinstance(desk.place(Side.BUY, "102", "1"), events.Resting)
    assert [o.px for o in desk.venue.listings[M].book.asks.orders] == [D(103)]


def test_an_own_order_in_the_way_is_cancelled_instead_of_traded_with(desk):
    rested = desk.place(Side.SELL, "100.5", "1")
    done = desk.place(Side.BUY, "101", "2", Tif.IOC)
    assert done.filled_sz == 2
    assert [(c.oid, c.reason) for c in desk.of(journal.OrderClosed)] == [(rested.oid, "selfTradeCanceled")]
    assert [c.reason for c in desk.told(desk.venue.updates)] == ["selfTradeCanceled"]
    assert [t.px for t in desk.of(journal.Traded)] == [D(101)]


def test_the_accounts_two_strategies_do_not_trade_with_each_other_either(desk):
    desk.place(Side.SELL, "100.5", "1")
    desk.place(Side.BUY, "101", "1", Tif.IOC, owner=Owner.TAKER)
    assert [t.owner for t in desk.of(journal.Traded)] == [Owner.TAKER]


@pytest.mark.parametrize(
    ("px", "sz", "reason"),
    [
        ("100.001", "1", "Price must be divisible by tick size."),
        ("0", "1", "Price must be divisible by tick size."),
        ("-5", "1", "Price must be divisible by tick size."),
        ("100", "0.001", "Order has invalid size."),
        ("100", "0", "Order has invalid size."),
        ("100", "0.09", "Order must have minimum value of $10."),
        ("4", "10", "Order price cannot be more than 95% away from the reference price"),
    ],
)
def test_an_order_off_tick_lot_minimum_or_range_is_refused(desk, px, sz, reason):
    assert desk.place(Side.BUY, px, sz).reason == reason
    assert desk.venue.open_orders() == ()


def test_a_reduce_only_order_is_refused_when_flat_and_exempt_from_the_minimum_when_not(desk):
    assert desk.place(Side.SELL, "99", "1", Tif.IOC, reduce_only=True).reason.startswith("Reduce only")
    desk.place(Side.BUY, "101", "0.1", Tif.IOC)
    assert desk.place(Side.SELL, "99", "0.05", Tif.IOC, reduce_only=True).filled_sz == D("0.05")


def test_a_reduce_only_order_shrinks_to_the_position_and_never_flips_it(desk):
    desk.place(Side.BUY, "101", "1", Tif.IOC)
    assert desk.place(Side.SELL, "99", "5", Tif.IOC, reduce_only=True).filled_sz == 1
    assert desk.net == 0
    assert desk.of(journal.OrderExecuted)[-1].crossable_sz == 1


def test_a_resting_reduce_only_order_follows_the_position_down_and_ends_with_it(desk):
    desk.place(Side.BUY, "101", "2", Tif.IOC)
    rested = desk.place(Side.SELL, "100.5", "2", reduce_only=True)
    desk.place(Side.SELL, "99", "1.5", Tif.IOC)
    assert desk.venue.open_orders()[0].remaining == D("0.5")
    desk.place(Side.SELL, "99", "0.5", Tif.IOC)
    assert (desk.of(journal.OrderClosed)[-1].oid, desk.of(journal.OrderClosed)[-1].reason) == (
        rested.oid,
        "reduceOnlyCanceled",
    )


def test_a_reduce_only_order_that_is_filled_ends_as_filled(desk):
    desk.place(Side.BUY, "101", "2", Tif.IOC)
    desk.place(Side.SELL, "100.5", "2", reduce_only=True)
    desk.venue.trade(2, M, Side.BUY, D("100.5"), D(2))
    assert [c.reason for c in desk.of(journal.OrderClosed)] == ["filled"]


def test_a_cancel_by_oid_or_by_cloid_ends_the_order_and_only_the_stream_says_so(desk):
    by_oid, by_cloid = desk.place(Side.BUY, "98"), desk.place(Side.BUY, "97")
    assert desk.cancel(oid=by_oid.oid) is None
    assert desk.cancel(cloid=by_cloid.cloid) is None
    assert [c.oid for c in desk.told(desk.venue.updates)] == [by_oid.oid, by_cloid.oid]
    assert desk.venue.open_orders() == ()


def test_a_cancel_of_what_is_gone_or_never_was_has_one_answer(desk):
    rested = desk.place(Side.BUY, "98")
    desk.cancel(oid=rested.oid)
    for answer in (desk.cancel(oid=rested.oid), desk.cancel(cloid="0xff"), desk.cancel()):
        assert isinstance(answer, events.CancelRejected)


def test_a_cloid_is_taken_once_for_ever(desk):
    rested = desk.place(Side.BUY, "98", cloid="0xaa")
    desk.cancel(oid=rested.oid)
    again = desk.place(Side.BUY, "98", cloid="0xaa")
    assert isinstance(again, events.Rejected)
    assert again.oid is None


def test_an_order_for_an_unknown_market_is_dropped_unseen(desk):
    kind, values = desk.venue.place(1, Owner.MAKER, Place("0x1", "NOPE", Side.BUY, D(1), D(1), Tif.ALO))
    assert kind is events.SendFailed
    assert values[0] == "NOPE"


def test_in_post_only_mode_only_post_only_orders_are_taken(desk):
    desk.venue.post_only_mode = True
    assert isinstance(desk.place(Side.BUY, "98"), events.Resting)
    assert desk.place(Side.BUY, "101", "1", Tif.IOC).reason.startswith("Only post-only")


def test_too_many_open_orders_are_refused(desk):
    replies = [desk.place(Side.BUY, "50") for _ in range(1001)]
    assert isinstance(replies[999], events.Resting)
    assert replies[1000].reason == "Too many open orders."


def test_the_position_is_net_and_the_other_strategys_part_is_told_apart(desk):
    desk.place(Side.BUY, "101", "3", Tif.IOC)
    desk.place(Side.SELL, "99", "1", Tif.IOC, owner=Owner.TAKER)
    (position,) = desk.venue.positions()
    assert (position.size, position.taker_size, position.entry_px) == (D(2), D(-1), D(101))


def test_closed_pnl_is_booked_against_the_average_entry_and_a_flip_starts_anew(desk):
    desk.place(Side.BUY, "101", "1", Tif.IOC)
    desk.quote("104", "105")
    desk.place(Side.BUY, "105", "1", Tif.IOC)
    desk.place(Side.SELL, "104", "3", Tif.IOC)
    assert desk.of(journal.Traded)[-1].closed_pnl == D(2)
    assert (desk.net, desk.venue.positions()[0].entry_px) == (D(-1), D(104))


def test_resting_orders_pay_the_makers_fee_and_taking_ones_the_takers(desk):
    desk.place(Side.BUY, "101", "1", Tif.IOC)
    desk.place(Side.SELL, "100", "1")
    desk.venue.trade(2, M, Side.BUY, D(100), D(1))
    assert [t.fee for t in desk.of(journal.Traded)] == [D("0.009090"), D("0.003000")]


def test_trade_ids_repeat_but_never_at_one_time_in_one_market(desk):
    desk.quote("99", "101", "1000")
    for now_ms in (5, 5, 6):
        desk.place(Side.BUY, "101", "1", Tif.IOC, now_ms=now_ms)
    tids = [t.tid for t in desk.of(journal.Traded)]
    assert tids == [1, 2, 1]


@pytest.mark.parametrize(
    ("px", "legal"),
    [("12345", True), ("123456", True), ("1234.5", True), ("1234.56", False), ("0.0012", True), ("0.00123", False)],
)
def test_a_price_is_legal_by_figures_and_decimals_or_as_an_integer(px, legal):
    assert price_is_legal(D(px), 2) is legal


def test_rounded_prices_and_sizes_are_legal():
    for px in ("4966.1234", "0.000001", "77.42000001", "99999.9"):
        assert price_is_legal(nearest_price(D(px), 2), 2)
    assert size_is_legal(lots(D("0.0001"), 2), 2)
    assert lots(D("1.239"), 2) == D("1.23")
