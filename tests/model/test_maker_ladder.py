"""The ladder on the book: when it comes, stays, goes (L-3, Q-0, Q-11, I-3, I-5, S-5, L-13)."""

from dataclasses import replace
from decimal import Decimal

from model.actions import Role, Side
from model.events import Disconnected, Rejected

D = Decimal


def test_nothing_is_quoted_before_the_repeated_query_of_the_start_is_answered(desk, config):
    d = desk(config)
    assert d.queries()
    d.answer(after=100)
    d.oracle("5000")
    assert d.places() == []
    d.pass_time(5000)
    assert d.queries()
    d.answer(after=100)
    d.oracle("5000")
    assert len(d.places(Role.LADDER)) == 4


def test_rungs_carry_their_level_and_stand_around_the_oracle(desk, config):
    d = desk(config)
    placed = d.quoting("5000")
    assert [(p.side, p.level, p.px) for p in placed] == [
        (Side.BUY, 0, D("4990")),
        (Side.BUY, 1, D("4985")),
        (Side.SELL, 0, D("5010")),
        (Side.SELL, 1, D("5015")),
    ]
    assert all(p.sz == D("0.02") for p in placed)


def test_an_unchanged_ladder_stays_when_it_is_requoted(desk, config):
    d = desk(config)
    d.quoting()
    d.oracle("5000", after=2000)
    assert d.reply.actions == ()


def test_a_move_under_the_threshold_within_the_interval_requotes_nothing(desk, config):
    d = desk(config)
    d.quoting()
    d.oracle("5000.9", after=500)
    assert d.reply.actions == ()
    d.oracle("5001", after=500)
    assert len(d.cancels()) == 4
    assert len(d.places()) == 4


def test_replaced_orders_stay_known_until_their_last_word(desk, config):
    d = desk(config)
    placed = d.quoting()
    d.oracle("5010", after=2000)
    assert set(d.live()) >= {p.cloid for p in placed}
    d.canceled(placed[0])
    assert placed[0].cloid not in d.live()


def test_a_rejected_rung_comes_back_with_the_next_requote_only(desk, config):
    d = desk(config)
    d.settle()
    d.oracle("5000")
    first = d.places()[0]
    d.tell(Rejected(0, first.market, first.cloid, None, "badAloPxRejected"))
    assert d.places() == []
    d.oracle("5000", after=2000)
    assert [p.px for p in d.places()] == [first.px]


def test_a_rung_that_fits_only_after_a_cancel_is_pending_until_the_last_word(desk, config):
    d = desk(replace(config, num_levels=1, max_position_usd=D(150)))
    placed = d.quoting()
    d.oracle("5010", after=2000)
    assert len(d.cancels()) == 2
    assert d.places() == []
    d.canceled(placed[0])
    assert [p.side for p in d.places()] == [Side.BUY]


def test_outer_rungs_over_the_limit_are_dropped(desk, config):
    d = desk(replace(config, num_levels=4, max_position_usd=D(250)))
    d.settle()
    d.oracle("5000")
    assert [p.level for p in d.places() if p.side is Side.BUY] == [0, 1]


def test_an_unusable_price_cancels_the_ladder_in_the_same_reply(desk, config):
    for oracle, mark in (("0", "5000"), ("5000", "0"), ("5000", None), ("5000", "6000")):
        d = desk(config)
        d.quoting()
        d.oracle(oracle, mark, after=100)
        assert len(d.cancels()) == 4, (oracle, mark)
        assert "unusable_price" in d.codes()
        d.oracle("5000", after=100)
        assert len(d.places()) == 4


def test_a_stale_oracle_cancels_the_ladder_on_the_first_event_after_its_age(desk, config):
    d = desk(config)
    d.quoting()
    d.pass_time(10_000)
    assert d.cancels() == []
    d.pass_time(1)
    assert len(d.cancels()) == 4
    assert d.codes() == ["stale_oracle"]
    d.pass_time(250)
    assert d.codes() == []


def test_a_new_quote_never_meets_an_own_order_of_the_other_side(desk, config):
    d = desk(replace(config, num_levels=1, max_position_usd=D(10_000)))
    placed = d.quoting("5000")
    ask = next(p for p in placed if p.side is Side.SELL)
    d.oracle("5040", after=2000)
    assert [p.side for p in d.places()] == [Side.SELL]
    d.canceled(ask)
    assert [p.side for p in d.places()] == [Side.BUY]


def test_at_the_warning_ratio_only_the_reducing_side_is_quoted(desk, config):
    d = desk(replace(config, num_levels=1, size_per_level_usd=D(850)))
    placed = d.quoting()
    bid = next(p for p in placed if p.side is Side.BUY)
    d.fill(bid)
    d.oracle("5000", after=2000)
    assert {p.side for p in d.places(Role.LADDER)} == {Side.SELL}


def test_a_warning_cancels_what_would_add_in_the_reply_that_shows_it(desk, config):
    d = desk(replace(config, size_per_level_usd=D(420)))
    placed = d.quoting()
    bids = [p for p in placed if p.side is Side.BUY]
    d.fill(bids[0])
    assert d.cancels() == []
    d.fill(bids[1], bids[1].sz - D("0.001"))
    assert len(d.cancels()) == 1


def test_an_emergency_cancels_all_and_closes_once_until_its_last_word(desk, config):
    d = desk(replace(config, size_per_level_usd=D(490)))
    placed = d.quoting()
    bids = [p for p in placed if p.side is Side.BUY]
    d.fill(bids[0])
    d.fill(bids[1])
    (flatten,) = d.places()
    assert flatten.role is Role.FLATTEN
    assert flatten.reduce_only
    assert flatten.sz == d.net()
    assert len(d.cancels()) == 2
    d.oracle("5000", after=3000)
    assert d.places() == []


def test_while_disconnected_everything_is_cancelled_and_nothing_placed(desk, config):
    d = desk(config)
    d.quoting()
    d.tell(Disconnected(0))
    assert len(d.cancels()) == 4
    d.oracle("5100", after=3000)
    assert d.places() == []
    assert d.queries() == []


def test_disabled_the_maker_places_nothing(desk, config):
    d = desk(replace(config, enabled=False))
    d.settle()
    d.oracle("5000")
    assert d.reply.actions == ()


def test_the_request_reserve_stops_placements_with_a_warning(desk, config):
    d = desk(replace(config, request_reserve=9_997))
    d.settle()
    d.oracle("5000")
    assert len(d.places()) == 3
    assert "request_reserve" in d.codes()


def test_cancels_of_both_sides_are_counted_before_the_first_place(desk, config):
    d = desk(replace(config, request_reserve=9_991))
    d.quoting()
    d.oracle("5010", after=2000)
    assert len(d.cancels()) == 4
    assert len(d.places()) == 1
    assert "request_reserve" in d.codes()
