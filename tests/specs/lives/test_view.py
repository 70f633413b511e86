"""The view: what the maker of this life was told of its orders and positions, beside the venue's truth."""

from __future__ import annotations

from decimal import Decimal as D

from model import events
from model.actions import Place, QueryOpenOrders, Role, Side, Tif
from model.config import MakerConfig
from specs.duties import cancel_missing
from specs.own import inferred_role

GOLD = "xyz:GOLD"


def order_of(run, place):
    return run.panel.view.orders.by_cloid[place.cloid]


def test_an_order_is_known_from_sending_with_role_level_and_prices(story):
    run = story()
    rung = run.rung(level=2)
    run.oracle("100", rung, mark="100.1")
    order = order_of(run, rung)
    assert (order.role, order.level, order.oracle_px, order.mark_px) == (Role.LADDER, 2, D(100), D("100.1"))
    assert order.open_told
    assert not order.live


def test_told_and_true_are_kept_apart(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung, told=False)
    order = order_of(run, rung)
    assert order.live
    assert order.told_resting_ms is None
    run.closed(rung)
    assert order.open_told
    assert not order.live


def test_a_refused_cancel_ends_only_an_order_whose_cancels_all_followed_its_resting(story):
    for early, ended in ((True, False), (False, True)):
        run = story()
        rung = run.rung()
        run.oracle("100", rung, *((run.cancel(rung),) if early else ()))
        run.rests(rung)
        run.timer(250, run.cancel(rung))
        run.tell(events.CancelRejected(run.now_ms, GOLD, rung.cloid, None))
        assert (order_of(run, rung).ended_ms is not None) is ended


def test_absence_ends_an_order_seen_resting_at_once_and_an_unseen_one_the_second_time(story):
    run = story()
    seen, unseen = run.rung(), run.rung(px="99.7")
    run.oracle("100", seen, unseen)
    run.rests(seen)
    run.timer(1000, QueryOpenOrders())
    run.answer()
    assert order_of(run, seen).ended_by == "absent"
    assert order_of(run, unseen).open_told
    run.timer(5000, QueryOpenOrders())
    run.answer()
    assert order_of(run, unseen).ended_by == "absent"


def test_an_answer_asked_for_in_the_ms_of_a_word_may_or_may_not_be_the_first_absence(story):
    run = story()
    unseen = run.rung()
    run.oracle("100", unseen)
    run.timer(4900, run.cancel(unseen))
    run.timer(50)
    run.tell(events.CancelRejected(run.now_ms, GOLD, unseen.cloid, None), QueryOpenOrders())
    run.answer()
    run.timer(250, QueryOpenOrders())
    run.answer()
    assert order_of(run, unseen).ended_by == "absent"
    assert run.panel.view.orders.perhaps_in(GOLD)
    run.timer(250, QueryOpenOrders())
    run.answer()
    assert not run.panel.view.orders.perhaps_in(GOLD)


def test_an_answer_that_nobody_waits_for_ends_nothing(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.timer(1000)
    run.answer()
    order = order_of(run, rung)
    assert order.open_told
    assert order.absent_ms is not None


def test_an_order_ended_by_absence_is_known_again_when_told_resting(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.tell(events.SendFailed(run.now_ms, GOLD, rung.cloid, None, "unseen", "place"))
    assert order_of(run, rung).ended_by == "send_failed"
    run.rests(rung)
    assert order_of(run, rung).open_told


def test_an_order_ended_by_the_venues_word_is_not_revived(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.canceled(rung)
    run.tell(events.Resting(run.now_ms, GOLD, rung.cloid, 1, rung.px, rung.sz))
    assert order_of(run, rung).ended_by == "canceled"


def test_a_partial_fill_leaves_exposure_by_fills_and_remaining_by_the_smallest_told(story):
    run = story()
    rung = run.rung(sz="3")
    run.oracle("100", rung)
    run.rests(rung)
    run.tell(events.Resting(run.now_ms, GOLD, rung.cloid, 1, rung.px, D(1)))
    order = order_of(run, rung)
    assert (order.remaining_told, order.unfilled_told) == (D(1), D(3))


def test_a_new_life_knows_only_what_its_start_tells(story):
    run = story()
    told, untold = run.rung(), run.rung(px="99.7")
    run.oracle("100", told, untold)
    run.rests(told)
    run.crash()
    run.begin(open_orders=(told,), after_ms=1000, settle=False)
    view = run.panel.view
    assert list(view.orders.open) == [told.cloid]
    assert not order_of(run, untold).known


def test_start_fills_are_contained_in_the_start_positions(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    fill = run.fills(rung)
    run.now_ms += 1000
    held = (events.Position(GOLD, D(1)),)
    run.tell(events.Start(run.now_ms, 2, run.config, run.markets, (), held, (fill,)))
    run.tell(fill)
    assert run.panel.view.positions.net[GOLD] == D(1)


def test_a_fill_after_an_adopted_difference_is_contained_in_it(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    fill = run.fills(rung, told=False)
    for _ in range(2):
        run.timer(6000, QueryOpenOrders())
        run.answer()
    positions = run.panel.view.positions
    assert set(positions.candidates(GOLD)) == {D(0), D(1)}
    run.tell(fill)
    assert positions.candidates(GOLD) == (D(1),)


def test_a_maker_may_hold_an_earlier_correction_until_it_has_made_the_next(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.fills(rung, sz="0.4", told=False)
    for told in (False, True):
        for _ in range(2):
            run.timer(6000, QueryOpenOrders())
            run.answer()
        if not told:
            run.fills(rung, sz="0.1", told=False)
    assert D("0.4") in run.panel.view.positions.candidates(GOLD)
    assert D("0.5") in run.panel.view.positions.candidates(GOLD)


def test_a_difference_told_twice_within_the_time_out_is_not_adopted_yet(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    run.fills(rung, sz="0.4", told=False)
    for _ in range(2):
        run.timer(1000, QueryOpenOrders())
        run.answer()
    assert run.panel.view.positions.adopted == {}


def test_however_many_corrections_went_before_each_may_still_be_held(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.rests(rung)
    for _ in range(9):
        run.fills(rung, sz="0.1", told=False)
        for _ in range(2):
            run.timer(6000, QueryOpenOrders())
            run.answer()
    held = set(run.panel.view.positions.candidates(GOLD))
    assert held == {D(n) / 10 for n in range(10)}
    for _ in range(6):
        run.timer(6000, QueryOpenOrders())
        run.answer()
    assert run.panel.view.positions.candidates(GOLD) == (D("0.9"),)  # by then every maker has adopted it


def test_the_mark_comes_with_prices_and_with_fills_but_not_with_snapshots(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    told = run.panel.view.told_of(GOLD)
    for tid, snapshot, mark in ((1, False, "101"), (2, True, "101")):
        when = (run.now_ms, GOLD, rung.cloid, None, run.now_ms, tid, Side.BUY, D(100), D("0.1"))
        run.tell(events.Fill(*when, mark_px=D(100 + tid), snapshot=snapshot))
        assert told.mark_px == D(mark)


def test_a_mark_too_far_from_the_oracle_is_not_usable(story):
    run = story()
    run.oracle("100", mark="106")
    assert not run.panel.view.usable(GOLD)
    assert run.panel.view.ratios(GOLD) == ()
    run.oracle("0", mark="106")
    assert run.panel.view.told_of(GOLD).mark_usable(run.config)


def test_an_order_of_the_maker_that_nobody_saw_sent_is_taken_up_as_found(story):
    run = story()
    leftover = run.rung()
    run.rests(leftover, told=False)
    order = order_of(run, leftover)
    assert (order.life, order.known, order.live) == (0, False, True)


def test_orders_that_ended_long_ago_are_forgotten_and_live_ones_never(story, monkeypatch):
    monkeypatch.setattr("specs.own_orders.PRUNE_EVERY", 3)
    run = story()
    ended, live, later = run.rung(), run.rung(px="99.7"), run.rung(px="99.6")
    run.oracle("100", ended, live)
    run.rests(ended)
    run.rests(live)
    run.canceled(ended)
    run.oracle("100", later, after_ms=3_700_000)
    assert list(run.panel.view.orders.by_cloid) == [live.cloid, later.cloid]


def test_a_declared_role_is_borne_out_or_inferred():
    config = MakerConfig(counter_order_enabled=True)

    def place(role, side=Side.SELL, tif=Tif.ALO, reduce_only=False):
        return Place("0x1", GOLD, side, D(1), D(1), tif, reduce_only, role)

    assert inferred_role(place(None), config, Side.BUY, False) is Role.COUNTER
    assert inferred_role(place(None), config, Side.SELL, False) is Role.LADDER
    assert inferred_role(place(None), config, None, False) is Role.LADDER
    assert inferred_role(place(Role.COUNTER), config, None, False) is Role.LADDER
    assert inferred_role(place(Role.COUNTER), config, None, True) is Role.COUNTER
    assert inferred_role(place(Role.LADDER, tif=Tif.IOC, reduce_only=True), config, None, False) is Role.FLATTEN
    assert inferred_role(place(Role.FLATTEN), config, None, False) is Role.LADDER
    assert inferred_role(place(None), MakerConfig(), Side.BUY, False) is Role.LADDER


def test_of_two_cancels_that_are_out_the_refusal_of_one_leaves_the_other(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    run.timer(100, run.cancel(rung))
    run.timer(100, run.cancel(rung))
    refused = events.CancelRejected(run.now_ms, GOLD, rung.cloid, None)
    run.tell(refused)
    run.rests(rung)
    order = order_of(run, rung)
    assert not cancel_missing(run.panel.view, order)
    run.tell(refused)
    assert order.cancel_pending_ms is None


def test_a_cancel_of_an_order_that_only_seemed_absent_still_stands_when_it_is_told_to_rest(story):
    run = story()
    rung = run.rung()
    run.oracle("100", rung)
    for _ in range(2):
        run.timer(6000, QueryOpenOrders())
        run.answer()
    order = order_of(run, rung)
    assert order.ended_by == "absent"
    run.timer(100, run.cancel(rung))
    run.rests(rung)
    assert (order.ended_ms, order.cancels_ms) == (None, [order.cancel_pending_ms])
