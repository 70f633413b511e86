"""Orders from sending to last word: races, doubts, reconcile (L-2, L-4, L-5, L-6, L-7, L-7a, L-14)."""

from dataclasses import replace
from decimal import Decimal

import pytest

from model.actions import Side
from model.config import ConfigRefused
from model.events import (
    CancelRejected,
    Connected,
    Disconnected,
    Fill,
    OpenOrder,
    OpenOrders,
    Position,
    Resting,
    SendFailed,
    Start,
    Unknown,
)
from model.maker import Reference
from model.market import Market

GOLD = "xyz:GOLD"
D = Decimal


def test_an_unconfirmed_order_is_cancelled_by_cloid(desk, config):
    d = desk(config)
    d.settle()
    d.oracle("5000")
    first = d.places()[0]
    d.oracle("5100", after=500)
    assert first.cloid in {c.cloid for c in d.cancels()}


def test_a_cancel_that_overtook_its_place_ends_nothing_and_is_sent_again_on_resting(desk, config):
    d = desk(config)
    d.settle()
    d.oracle("5000")
    first = d.places()[0]
    d.oracle("5100", after=500)
    d.tell(CancelRejected(0, GOLD, first.cloid, None))
    assert first.cloid in d.live()
    d.resting(first)
    assert len(d.cancels()) == 1
    assert d.cancels()[0].oid is not None


def test_a_cancel_reject_after_resting_ends_the_order(desk, config):
    d = desk(config)
    first = d.quoting()[0]
    d.oracle("5100", after=500)
    d.tell(CancelRejected(0, GOLD, first.cloid, None))
    assert first.cloid not in d.live()


def test_a_failed_cancel_is_sent_again_after_a_quarter_second(desk, config):
    d = desk(config)
    first = d.quoting()[0]
    d.oracle("5100", after=500)
    d.tell(SendFailed(0, GOLD, first.cloid, None, "pause", "cancel"))
    assert d.cancels() == []
    d.pass_time(249)
    assert d.cancels() == []
    d.pass_time(1)
    assert len(d.cancels()) == 1


def test_a_failed_place_ends_and_a_late_resting_brings_it_back_to_be_cancelled(desk, config):
    d = desk(config)
    d.settle()
    d.oracle("5000")
    first = d.places()[0]
    d.tell(SendFailed(0, GOLD, first.cloid, None, "pause", "place"))
    assert first.cloid not in d.live()
    d.resting(first)
    assert first.cloid in d.live()
    assert len(d.cancels()) == 1


def test_a_replayed_fill_counts_once(desk, config):
    d = desk(config)
    first = d.quoting()[0]
    d.fill(first, D("0.005"), tid=77)
    d.fill(first, D("0.005"), tid=77, snapshot=True)
    assert d.net() == D("0.005")


def test_the_same_tid_at_another_time_is_another_fill(desk, config):
    d = desk(config)
    first = d.quoting()[0]
    d.fill(first, D("0.005"), tid=77)
    d.fill(first, D("0.005"), tid=77, time_ms=d.now + 1)
    assert d.net() == D("0.010")


def test_a_partial_fill_does_not_end_an_order(desk, config):
    d = desk(config)
    first = d.quoting()[0]
    d.fill(first, D("0.005"))
    assert first.cloid in d.live()
    d.fill(first, first.sz - D("0.005"))
    assert first.cloid not in d.live()


def test_a_fill_after_the_cancel_still_counts(desk, config):
    d = desk(config)
    first = d.quoting()[0]
    d.oracle("5100", after=500)
    d.canceled(first)
    d.fill(first, D("0.005"))
    assert d.net() == D("0.005")


def test_an_unanswered_place_asks_for_a_reconcile_and_ends_when_absent_twice(desk, config):
    d = desk(config)
    d.settle()
    d.oracle("5000")
    placed = d.places()
    d.pass_time(4999)
    assert d.queries() == []
    d.pass_time(1)
    assert d.queries()
    d.answer(after=100)
    assert set(d.live()) == {p.cloid for p in placed}
    d.pass_time(1000)
    assert d.queries()
    d.answer(after=100)
    assert d.live() == []


def test_an_order_seen_resting_ends_by_absence_once(desk, config):
    d = desk(config)
    placed = d.quoting()
    d.now += 29_000
    d.oracle("5000")
    d.pass_time(1000)
    assert d.queries()
    d.answer(tuple(d.open_order(p) for p in placed[1:]), after=100)
    assert placed[0].cloid not in d.live()


def test_an_order_changed_after_the_query_is_not_judged_by_its_answer(desk, config):
    d = desk(config)
    d.settle()
    d.now += 30_000
    d.pass_time(0)
    d.oracle("5000")
    placed = d.places()
    for place in placed:
        d.resting(place)
    d.answer(after=100)
    assert len(d.live()) == 4


def test_an_own_order_that_nobody_knows_is_cancelled_in_every_market(desk, config):
    d = desk(config)
    d.answer((OpenOrder("abc:ELSE", 9, "0x6d6d6701" + "0" * 24, Side.BUY, D(1), D(1)),), after=100)
    assert [(c.market, c.oid) for c in d.cancels()] == [("abc:ELSE", 9)]


def test_a_foreign_order_is_never_touched(desk, config):
    d = desk(config)
    d.answer((OpenOrder(GOLD, 9, None, Side.BUY, D(1), D(1)),), after=100)
    assert d.cancels() == []
    assert "foreign_orders" in d.codes()


def test_an_unanswered_cancel_halts_its_market_until_it_has_ended(desk, config):
    d = desk(config)
    placed = d.quoting()
    d.oracle("5100", after=500)
    newer = d.places()
    for place in newer:
        d.resting(place)
    for place in placed[1:]:
        d.canceled(place)
    d.oracle("5100", after=10_000)
    assert len(d.cancels()) == 4
    assert d.places() == []
    assert d.queries()
    d.canceled(placed[0])
    d.oracle("5100", after=100)
    assert len(d.places()) == 4


def test_an_unknown_reply_asks_for_a_reconcile(desk, config):
    d = desk(config)
    d.settle()
    d.oracle("5000")
    first = d.places()[0]
    d.now += 1500
    d.tell(Unknown(0, GOLD, first.cloid, None, "place"))
    assert d.queries()


def test_after_a_reconnect_nothing_is_placed_before_an_answer(desk, config):
    d = desk(config)
    placed = d.quoting()
    d.tell(Disconnected(0))
    d.now += 2000
    d.tell(Connected(0))
    assert d.queries()
    d.oracle("5000")
    assert d.places() == []
    d.answer(tuple(d.open_order(p) for p in placed), after=100)
    assert len(d.cancels()) == 4
    d.oracle("5000")
    assert len(d.places()) == 4


def test_a_position_is_corrected_only_by_two_answers_alike_far_enough_apart(desk, config):
    d = desk(config)
    d.settle(net="0")
    d.pass_time(30_000)
    d.answer(net="0.5", after=100)
    assert d.net() == 0
    d.pass_time(1000)
    d.answer(net="0.5", after=100)
    assert d.net() == 0
    for _ in range(4):
        d.pass_time(1000)
        d.answer(net="0.5", after=100)
    assert d.net() == D("0.5")


def test_a_fill_contained_in_a_correction_moves_no_position(desk, config):
    d = desk(config)
    first = d.quoting()[0]
    filled_ms = d.now
    orders = tuple(d.open_order(p) for p in list(d.sent.values())[1:])
    d.pass_time(30_000)
    for _ in range(6):
        d.answer(orders, net=str(first.sz), after=100)
        d.pass_time(1000)
    assert d.net() == first.sz
    d.fill(first, time_ms=filled_ms)
    assert d.net() == first.sz


def test_an_answer_to_another_query_is_ignored(desk, config):
    d = desk(config)
    placed = d.quoting()
    d.tell(OpenOrders(0, d.now - 1, (), ()))
    assert len(d.live()) == len(placed)


def test_two_answers_to_one_start_make_equal_states(desk, config):
    one, two = desk(config), desk(config)
    for d in (one, two):
        d.quoting()
        d.oracle("5003", after=700)
    assert one.reply == two.reply
    assert one.maker.state.canonical() == two.maker.state.canonical()
    assert hash(one.maker.state.canonical()) == hash(two.maker.state.canonical())


def test_a_step_leaves_the_old_state_as_it_was(desk, config):
    d = desk(config)
    d.quoting()
    before = d.maker.state
    seen = before.canonical()
    d.oracle("5100", after=700)
    assert before.canonical() == seen


def test_a_resting_of_an_own_order_of_an_earlier_life_is_cancelled(desk, config):
    d = desk(config)
    d.tell(Resting(0, GOLD, "0x6d6d6701" + "0" * 24, 55, D(5000), D(1)))
    assert [c.oid for c in d.cancels()] == [55]


def test_a_late_resting_of_a_cancelled_order_revives_nothing(desk, config):
    d = desk(config)
    first = d.quoting()[0]
    d.oracle("5100", after=500)
    d.canceled(first)
    d.resting(first)
    assert first.cloid not in d.live()


def test_an_event_of_the_past_is_handled_at_the_last_ones_time(desk, config):
    d = desk(config)
    d.quoting()
    d.now -= 5000
    d.oracle("5000")
    assert "time_went_back" in d.codes()


def test_a_config_for_a_market_that_is_not_told_is_refused_by_name(desk, config):
    with pytest.raises(ConfigRefused, match="SILVER"):
        desk(replace(config, markets=("SILVER",)))
    assert desk(replace(config, markets=("GOLD",))).maker.state.markets[GOLD].quoted


@pytest.mark.parametrize(("mark", "entry"), [("4965", "4965"), (None, "4960")])
def test_a_position_found_at_start_is_entered_at_the_first_mark_also_one_told_with_a_fill(config, mark, entry):
    # Without any mark the fill's own price is all that is known (S-5).
    maker = Reference()
    held = (Position(GOLD, D("0.02")),)
    maker.start(Start(0, 1, config, (Market(GOLD, 4),), (), held))
    cloid = f"0x{config.cloid_prefix}{9:024x}"
    told = None if mark is None else D(mark)
    maker.handle(Fill(1, GOLD, cloid, 609, 1, 1, Side.SELL, D(4960), D("0.003"), mark_px=told))
    (position,) = maker.books().positions
    assert (position.net, position.avg_entry) == (D("0.017"), D(entry))
