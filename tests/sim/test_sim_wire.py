"""Latency, blocks, batches, connection, and what each kind of fault does."""

from __future__ import annotations

from decimal import Decimal as D
from itertools import count

import pytest

from model import events, journal
from model.actions import Cancel, QueryOpenOrders, ScheduleCancel, Side, Tif
from sim.faults import STEPS, FaultKind
from sim.parameters import Finish
from sim.script import (
    Disconnect,
    Fault,
    Reconnect,
    SetPrices,
    Silence,
    TakerOrder,
    WorldTrade,
)
from sim.uplink import batches

M = "xyz:GOLD"


def during(kind: FaultKind, *, extra_ms: int = 0) -> Fault:
    return Fault(0, 5_000, kind, extra_ms=extra_ms)


def sold(at_ms: int, px: str = "95", sz: str = "20") -> WorldTrade:
    return WorldTrade(at_ms, M, Side.SELL, D(px), D(sz))


def test_an_order_lands_in_the_block_after_its_latency_and_its_reply_takes_as_long_again(play, order):
    seen = play([(1000, order(1, Side.BUY, "98"))])
    (opened,) = seen.of(journal.OrderOpened)
    assert opened.now_ms % 70 == 0
    assert 1040 <= opened.now_ms <= 1170
    (resting,) = seen.told(events.Resting)
    assert 40 <= resting.now_ms - opened.now_ms <= 100


def test_neighbours_of_one_class_travel_as_one_batch(order):
    a, b, c = order(1, Side.BUY, "98"), order(2, Side.BUY, "97"), order(3, Side.BUY, "97", tif=Tif.IOC)
    cancel = Cancel(M, 5)
    parts = [[len(group)] for _, group in batches((cancel, cancel, a, b, c, a, QueryOpenOrders(), QueryOpenOrders()))]
    assert parts == [[2], [2], [1], [1], [1], [1]]


def test_in_one_block_cancels_come_before_what_crosses_whoever_arrived_first(play, order):
    maker = [(1000, order(1, Side.BUY, "100")), (2250, Cancel(M, 1000))]
    for seed in range(5):
        seen = play(maker, sold(2241), end_ms=4000, seed=seed, latency=(50, 50))
        assert [(c.now_ms, c.reason) for c in seen.of(journal.OrderClosed)] == [(2310, "canceled")]


def test_in_one_block_posting_comes_before_cancels_even_of_the_same_reply(play, order):
    maker = [(500, order(1, Side.BUY, "100")), (2250, Cancel(M, 1000)), (2250, order(2, Side.SELL, "100"))]
    for seed in range(5):
        seen = play(maker, end_ms=4000, seed=seed, latency=(50, 50))
        assert [r.reason[-14:] for r in seen.told(events.Rejected)] == ["bbo was 100@101."[-14:]]
        assert len(seen.of(journal.OrderClosed)) == 1


def test_a_fill_may_be_told_before_the_reply_to_its_order(play, order):
    def first(seed: int) -> str:
        maker = [(1000, order(1, Side.BUY, "101", tif=Tif.GTC, sz="12"))]
        seen = play(maker, seed=seed, latency=(100, 600))
        return type(seen.told(events.Fill, events.Resting)[0]).__name__

    assert {first(seed) for seed in range(12)} == {"Fill", "Resting"}


def test_messages_of_one_stream_keep_their_order(play, order):
    steps = [sold(2000 + 70 * i, "99.6", "0.1") for i in range(20)]
    seen = play([(1000, order(1, Side.BUY, "99.6", "5"))], *steps, latency=(100, 900))
    times = [fill.time_ms for fill in seen.told(events.Fill)]
    assert len(times) == 20
    assert times == sorted(times)


def test_time_never_goes_back_for_the_maker(play, order):
    seen = play([(1000, order(1, Side.BUY, "98"))], sold(2000), latency=(100, 900))
    times = [turn.now_ms for turn in seen.of(journal.Turn)]
    assert times == sorted(times)


def test_a_timer_comes_every_period_connected_or_not(play):
    seen = play([], Disconnect(1000), Reconnect(3000), end_ms=4000)
    assert [t.now_ms for t in seen.told(events.Timer)] == list(range(250, 4000, 250))


def test_a_query_is_answered_with_the_time_at_which_it_was_sent(play, order):
    seen = play([(1000, order(1, Side.BUY, "98")), (2000, QueryOpenOrders())])
    (answer,) = seen.told(events.OpenOrders)
    assert answer.sent_ms == 2000
    assert [o.px for o in answer.orders] == [D(98)]
    assert answer.positions[0].market == M


# -- connection


def test_while_disconnected_nothing_is_told_and_nothing_leaves(play, order):
    maker = [(1000, order(1, Side.BUY, "98")), (2500, Cancel(M, 1000)), (2600, order(2, Side.BUY, "97"))]
    seen = play(maker, Disconnect(2000), SetPrices(2500, M, D(101), D(101)), end_ms=5000)
    failed = seen.told(events.SendFailed)
    assert [(f.action, f.reason) for f in failed] == [("cancel", "not connected"), ("place", "not connected")]
    assert len(seen.told(events.Oracle)) == 1
    assert len(seen.of(journal.OrderOpened)) == 1


def test_what_was_sent_before_the_connection_dropped_still_lands(play, order):
    seen = play([(1000, order(1, Side.BUY, "98"))], Disconnect(1020), end_ms=3000)
    assert len(seen.of(journal.OrderOpened)) == 1
    assert seen.told(events.Resting) == []


def test_after_a_reconnect_come_connected_all_recent_fills_as_snapshot_then_an_answer(play, order):
    maker = [(500, order(1, Side.BUY, "99.5", "1")), (500, order(2, Side.BUY, "98", "1"))]
    steps = (sold(1000, "99.5", "0.5"), Disconnect(2000), sold(2500, "99.5", "0.5"), Reconnect(4000))
    seen = play(maker, *steps, end_ms=6000)
    told = seen.told(events.Disconnected, events.Connected, events.Fill, events.OpenOrders, events.Oracle)
    after = told[next(i for i, event in enumerate(told) if isinstance(event, events.Connected)) :]
    assert [type(event).__name__ for event in after] == ["Connected", "Fill", "Fill", "OpenOrders", "Oracle"]
    assert [fill.snapshot for fill in after[1:3]] == [True, True]
    assert after[3].sent_ms == 4000
    assert [o.px for o in after[3].orders] == [D(98)]


def test_an_outage_begins_and_heals_in_the_journal(play):
    seen = play([], Disconnect(1000), Disconnect(1500), Reconnect(2000), Reconnect(2500))
    assert [(r.now_ms, r.kind) for r in seen.of(journal.FaultBegan, journal.FaultHealed)] == [
        (1000, "disconnect"),
        (2000, "disconnect"),
    ]


def test_a_process_that_stands_still_gets_no_event_and_then_all_that_waited(play):
    ticks = [SetPrices(at, M, D(100), D(at)) for at in range(1000, 4000, 500)]
    seen = play([], *ticks[:2], Silence(1600, 3200), *ticks[2:], end_ms=5000)
    times = [turn.now_ms for turn in seen.of(journal.Turn)]
    assert not [t for t in times if 1600 < t < 3200]
    late = [event.mark_px for event in seen.told(events.Oracle) if event.now_ms == 3200]
    assert late == [D(2000), D(2500), D(3000)]


# -- faults


def test_every_kind_of_fault_has_a_test_here_or_is_a_step():
    with open(__file__, encoding="utf-8") as file:
        text = file.read()
    missing = [k.name for k in FaultKind if k not in STEPS and f"during(FaultKind.{k.name}" not in text]
    assert missing == []


def test_a_lost_place_never_lands_and_nobody_says_so(play, order):
    seen = play([(1000, order(1, Side.BUY, "98"))], during(FaultKind.LOSE_PLACE))
    assert seen.of(journal.OrderOpened, journal.OrderRefused) == []
    assert seen.told(events.Resting, events.Rejected, events.SendFailed, events.Unknown) == []


def test_a_lost_cancel_leaves_the_order_and_nobody_says_so(play, order):
    maker = [(1000, order(1, Side.BUY, "98")), (2000, Cancel(M, 1000))]
    seen = play(maker, during(FaultKind.LOSE_CANCEL))
    assert seen.of(journal.OrderClosed) == []
    assert seen.told(events.Canceled, events.CancelRejected) == []


def test_a_lost_reply_hides_the_word_but_not_the_deed_nor_the_streams(play, order):
    maker = [(1000, order(1, Side.BUY, "99.5"))]
    seen = play(maker, during(FaultKind.LOSE_REPLY), sold(2000))
    assert seen.told(events.Resting) == []
    assert len(seen.of(journal.OrderOpened)) == 1
    assert len(seen.told(events.Fill)) == 1


def test_an_unknown_reply_is_told_for_each_action_of_the_batch(play, order):
    maker = [(1000, order(1, Side.BUY, "98")), (1000, order(2, Side.BUY, "97")), (2000, Cancel(M, 1000))]
    seen = play(maker, during(FaultKind.UNKNOWN_REPLY))
    assert [(u.action, u.oid) for u in seen.told(events.Unknown)] == [
        ("place", None),
        ("place", None),
        ("cancel", 1000),
    ]
    assert len(seen.of(journal.OrderOpened)) == 2
    assert len(seen.told(events.Canceled)) == 1


def test_a_lost_query_gets_no_answer(play):
    assert play([(1000, QueryOpenOrders())], during(FaultKind.QUERY_LOST)).told(events.OpenOrders) == []


def test_a_refused_batch_of_places_is_refused_as_a_whole_and_costs_no_oid(play, order):
    maker = [(1000, order(1, Side.BUY, "98")), (1000, order(2, Side.BUY, "97")), (6000, order(3, Side.BUY, "97"))]
    seen = play(maker, during(FaultKind.REFUSE_PLACE))
    assert [(f.action, f.cloid[-1]) for f in seen.told(events.SendFailed)] == [("place", "1"), ("place", "2")]
    assert [(r.oid, r.reason) for r in seen.of(journal.OrderRefused)] == [(None, "Batch failed validation.")] * 2
    assert [o.oid for o in seen.of(journal.OrderOpened)] == [1000]


def test_a_refused_cancel_leaves_the_order_and_says_so(play, order):
    maker = [(1000, order(1, Side.BUY, "98")), (2000, Cancel(M, 1000))]
    seen = play(maker, during(FaultKind.REFUSE_CANCEL))
    assert [(f.action, f.oid) for f in seen.told(events.SendFailed)] == [("cancel", 1000)]
    assert seen.of(journal.OrderClosed) == []


def test_in_post_only_mode_crossing_orders_are_rejected_by_word(play, order):
    maker = [(1000, order(1, Side.BUY, "98")), (1000, order(2, Side.BUY, "101", tif=Tif.IOC))]
    seen = play(maker, during(FaultKind.POST_ONLY_MODE))
    assert len(seen.told(events.Resting)) == 1
    assert [r.reason[:14] for r in seen.told(events.Rejected)] == ["Only post-only"]


def test_a_lost_fill_is_told_by_no_stream_though_the_venue_books_it(play, order):
    seen = play([(1000, order(1, Side.BUY, "99.5"))], during(FaultKind.LOSE_FILL), sold(2000))
    assert seen.told(events.Fill) == []
    assert len(seen.of(journal.Traded)) == 1


def test_a_duplicated_fill_is_told_twice_with_one_identity(play, order):
    seen = play([(1000, order(1, Side.BUY, "99.5"))], during(FaultKind.DUPLICATE_FILL), sold(2000))
    first, second = seen.told(events.Fill)
    assert (first.time_ms, first.market, first.tid) == (second.time_ms, second.market, second.tid)
    assert len(seen.of(journal.Traded)) == 1


def test_a_delay_holds_messages_up_to_its_bound_and_the_run_declares_it(play, order):
    fault = during(FaultKind.DELAY, extra_ms=2000)
    late = play([(1000, order(1, Side.BUY, "98"))], fault, delay_max_ms=2000).of(journal.OrderOpened)[0]
    seen = play([(1000, order(1, Side.BUY, "98"))], fault, delay_max_ms=500)
    head = seen.of(journal.RunStarted)[0]
    assert late.now_ms > 1170
    assert seen.of(journal.OrderOpened)[0].now_ms <= 1000 + 100 + 500 + 70
    assert (head.round_trip_ms, head.delivery_ms) == (2 * (100 + 500) + 70, 100 + 500 + 70)


def test_reordered_messages_overtake_each_other_in_one_stream(play, order):
    def fills(*fault: Fault) -> list[int]:
        steps = [sold(2000 + 70 * i, "99.6", "0.1") for i in range(20)]
        seen = play([(1000, order(1, Side.BUY, "99.6", "5"))], *fault, *steps, latency=(100, 900))
        return [fill.time_ms for fill in seen.told(events.Fill)]

    assert fills(during(FaultKind.REORDER)) != sorted(fills())
    assert sorted(fills(during(FaultKind.REORDER))) == sorted(fills())


def test_a_fault_heals_once_and_the_journal_names_the_last_of_its_kind(play):
    steps = (Fault(1000, 2000, FaultKind.DELAY), Fault(1500, 3000, FaultKind.DELAY))
    seen = play([], *steps, delay_max_ms=10)
    assert [r.now_ms for r in seen.of(journal.FaultHealed)] == [3000]


def test_a_fault_strikes_only_the_market_it_names(play, order):
    fault = Fault(0, 5_000, FaultKind.LOSE_PLACE, market="xyz:OTHER")
    assert len(play([(1000, order(1, Side.BUY, "98"))], fault).of(journal.OrderOpened)) == 1


# -- budget, dead man's switch, the other strategy


def test_an_exhausted_budget_refuses_unseen_and_lets_one_request_pass_in_ten_seconds(play, order):
    maker = [(1000 * i, order(i, Side.BUY, "90")) for i in range(1, 30)]
    seen = play(maker, end_ms=31_000, request_budget=3)
    assert len(seen.of(journal.OrderOpened)) == 3 + 3
    assert {f.reason[:28] for f in seen.told(events.SendFailed)} == {"Too many cumulative requests"}


def test_cancels_have_a_larger_budget_than_places(play, order):
    maker = [(1000, order(1, Side.BUY, "90")), (1500, order(2, Side.BUY, "90")), (2000, Cancel(M, 1000))]
    seen = play([*maker, (2500, order(3, Side.BUY, "90")), (2700, order(4, Side.BUY, "90"))], request_budget=2)
    assert [c.oid for c in seen.of(journal.OrderClosed)] == [1000]
    assert len(seen.told(events.SendFailed)) == 1


def test_the_dead_mans_switch_cancels_every_order_of_the_account_at_its_time(play, order):
    resting = TakerOrder(500, M, Side.BUY, D(90), D(1), tif=Tif.ALO)
    maker = [(1000, order(1, Side.BUY, "98")), (1000, ScheduleCancel(7000))]
    seen = play(maker, resting)
    assert [(c.now_ms, c.reason) for c in seen.of(journal.OrderClosed)] == [(7000, "scheduledCancel")] * 2
    assert [(s.time_ms, s.fired) for s in seen.of(journal.ScheduleCancelSet)] == [(7000, False), (None, True)]


def test_a_cleared_switch_does_not_fire_and_one_set_anew_fires_once(play, order):
    maker = [(1000, order(1, Side.BUY, "98")), (1000, ScheduleCancel(7000)), (1500, ScheduleCancel(8000))]
    assert [c.now_ms for c in play(maker).of(journal.OrderClosed)] == [8000]
    assert play([*maker, (2000, ScheduleCancel(None))]).of(journal.OrderClosed) == []


@pytest.mark.parametrize(("volume", "time_ms"), [(0, 9000), (1_000_000, 4000)])
def test_the_switch_is_refused_without_volume_or_too_near(play, volume, time_ms):
    seen = play([(1000, ScheduleCancel(time_ms))], traded_volume_usd=D(volume))
    assert len(seen.told(events.ScheduleCancelRejected)) == 1
    assert seen.of(journal.ScheduleCancelSet) == []


def test_fills_of_the_other_strategy_are_told_as_such_and_its_resting_orders_are_foreign(play):
    steps = (
        TakerOrder(1000, M, Side.BUY, D(101), D(1)),
        TakerOrder(1500, M, Side.BUY, D(95), D(1), tif=Tif.GTC),
    )
    seen = play([(3000, QueryOpenOrders())], *steps)
    assert [f.sz for f in seen.told(events.TakerFill)] == [D(1)]
    (answer,) = seen.told(events.OpenOrders)
    assert answer.positions[0].taker_size == D(1)
    assert [o.cloid[:10] for o in answer.orders] == ["0x7a7a7a7a"]
    assert [r.px for r in seen.told(events.Resting)] == [D(95)]


def test_a_flood_of_orders_ends_the_run_as_the_makers_failure(play, order, scripted):
    numbers = count()

    def many(_event):
        tifs = [Tif.ALO, Tif.GTC] * 200
        return journal.Reply(tuple(order(next(numbers), Side.BUY, "90", tif=tif) for tif in tifs))

    seen = play(scripted(react=many), end_ms=600_000, finish=Finish.SHUTDOWN)
    (failed,) = seen.of(journal.MakerFailed)
    assert failed.kind == "flood"
    assert isinstance(seen.records[-1], journal.RunEnded)
