"""Lives, crashes, the finish of a run, and order at one instant."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal as D

import pytest

from model import events, journal
from model.actions import Cancel, Side, Tif
from model.codec import Malformed
from model.config import MakerConfig
from model.journal import MakerFault
from model.market import Market
from sim import world as worlds
from sim.clock import Clock
from sim.faults import FaultKind
from sim.parameters import Finish, Parameters, drain_ms
from sim.run import run
from sim.script import (
    Crash,
    Disconnect,
    Fault,
    Restart,
    SetPrices,
    Signal,
    Silence,
    TakerOrder,
    WorldTrade,
)
from sim.week import in_shutdown_window, to_ms

M = "xyz:GOLD"
SUNDAY_21_MS = 1_770_584_400_000


def sold(at_ms: int) -> WorldTrade:
    return WorldTrade(at_ms, M, Side.SELL, D(95), D(20))


def test_a_life_begins_with_the_account_as_it_is_then(play, order, scripted):
    maker = scripted([(1000, order(1, Side.BUY, "99.5")), (1000, order(2, Side.BUY, "90"))])
    taken = TakerOrder(1500, M, Side.BUY, D(101), D(2))
    play(maker, taken, Crash(2000), sold(2500), Restart(4000), end_ms=5000)
    first, second = maker.starts
    assert (first.life, first.now_ms, first.open_orders, first.fills) == (1, 0, (), ())
    assert (second.life, second.now_ms) == (2, 4000)
    assert [o.px for o in second.open_orders] == [D(90)]
    assert [(p.size, p.taker_size) for p in second.positions] == [(D(3), D(2))]
    assert [type(fill).__name__ for fill in second.fills] == ["TakerFill", "Fill"]
    assert second.request_budget == 10_000 - 2 + 301


def test_what_a_dead_process_sent_still_lands_and_nothing_is_told_to_it(play, order):
    seen = play([(1000, order(1, Side.BUY, "98"))], Crash(1020), end_ms=3000)
    assert len(seen.of(journal.OrderOpened)) == 1
    assert max(turn.now_ms for turn in seen.of(journal.Turn)) <= 1020
    assert [c.life for c in seen.of(journal.Crashed)] == [1]


def test_words_for_a_former_life_are_not_told_to_the_next(play, order):
    seen = play([(1000, order(1, Side.BUY, "98"))], Crash(1020), Restart(1030), end_ms=3000)
    assert len(seen.of(journal.OrderOpened)) == 1
    assert seen.told(events.Resting) == []


def test_a_new_life_is_told_the_prices_as_a_new_subscriber(play):
    seen = play([], Crash(1000), Restart(2000), end_ms=3000)
    assert [2000 < e.now_ms <= 2100 for e in seen.told(events.Oracle)] == [False, True]


def test_overrides_hold_from_their_life_on(play, scripted):
    maker = scripted()
    steps = (Crash(1000), Restart(2000, (("enabled", "true"), ("num_levels", "3"))), Crash(3000), Restart(4000))
    play(maker, *steps, end_ms=5000)
    assert [(s.config.enabled, s.config.num_levels) for s in maker.starts] == [(False, 1), (True, 3), (True, 3)]


def test_a_first_restart_gives_the_first_lifes_overrides(scripted):
    maker = scripted()
    script = (Restart(0, (("min_offset_bps", "7.5"),)),)
    run(worlds.World("t", 1, MakerConfig(), (Market(M, 2),), script, Parameters(0, 1000)), maker)
    assert [s.config.min_offset_bps for s in maker.starts] == [D("7.5")]


@pytest.mark.parametrize("override", [("no_key", "1"), ("num_levels", "many"), ("enabled", "maybe")])
def test_an_override_that_is_none_is_refused_by_name(override):
    with pytest.raises(Malformed, match=override[0]):
        worlds.with_overrides(MakerConfig(), (override,))


def test_overrides_read_every_type_of_the_config():
    given = (("markets", "A,B"), ("breakpoint_min_jump_ratio", "2"), ("level_distribution", "exponential"))
    config = worlds.with_overrides(MakerConfig(), given)
    assert (config.markets, config.breakpoint_min_jump_ratio) == (("A", "B"), 2.0)
    assert config.level_distribution == "exponential"


def test_no_two_lives_begin_in_one_ms(play, scripted):
    maker = scripted()
    play(maker, Crash(1000), Restart(1000), Crash(1000), Restart(1000), end_ms=2000)
    assert [s.now_ms for s in maker.starts] == [0, 1000, 1001]


def test_steps_that_make_no_sense_where_they_stand_do_nothing(play):
    odd = (Restart(100), Crash(200), Crash(300), Disconnect(400), Signal(500), Silence(600, 700))
    seen = play([], *odd, end_ms=2000)
    assert len(seen.told(events.Start)) == 1
    assert seen.told(events.Shutdown, events.Disconnected) == []


def test_a_signal_is_told_at_once(play):
    seen = play([], Signal(1000, "hard_stop"), end_ms=2000)
    assert [(e.now_ms, e.reason) for e in seen.told(events.Shutdown)] == [(1000, "hard_stop")]


# -- the finish


def test_at_the_end_faults_heal_the_connection_is_back_and_the_shutdown_is_sent(play):
    steps = (Fault(1000, 10**9, FaultKind.LOSE_PLACE), Disconnect(2000), Silence(2500, 10**9))
    seen = play([], *steps, end_ms=5000, finish=Finish.SHUTDOWN)
    healed = {(r.now_ms, r.kind) for r in seen.of(journal.FaultHealed)}
    assert healed == {(5000, "lose_place"), (5000, "disconnect"), (5000, "silence")}
    names = [type(e).__name__ for e in seen.told(events.Disconnected, events.Connected, events.Shutdown)]
    assert names == ["Disconnected", "Connected", "Shutdown"]
    assert seen.told(events.Shutdown)[0].now_ms == 5001


def test_a_dead_process_is_started_for_the_finish(play, scripted):
    maker = scripted()
    seen = play(maker, Crash(2000), end_ms=5000, finish=Finish.SHUTDOWN)
    assert [s.now_ms for s in maker.starts] == [0, 5000]
    assert len(seen.told(events.Shutdown)) == 1


def test_a_run_goes_on_for_the_bound_of_a_shutdown(play):
    seen = play([], end_ms=5000, finish=Finish.SHUTDOWN)
    head, ended = seen.of(journal.RunStarted)[0], seen.of(journal.RunEnded)[0]
    drain = drain_ms(Parameters(0, 5000, latency_max_ms=100), head.config)
    r = head.round_trip_ms
    recover = 3 * r + 2 * 5000 + 10_000 + 2 * 250
    assert drain > recover + 5 * (2000 + r + 250) + 2 * (5000 + r)
    assert 5000 + drain <= ended.now_ms <= 5000 + drain + 2 * r
    assert seen.told(events.Timer)[-1].now_ms > ended.now_ms - 500


def test_after_the_end_the_book_takes_any_position_at_its_mark(play, order):
    close = order(2, Side.SELL, "99.5", "3", Tif.IOC, reduce_only=True)
    maker = [(1000, order(1, Side.BUY, "99.6", "3")), (7000, close)]
    seen = play(maker, sold(2000), end_ms=6000, finish=Finish.SHUTDOWN)
    assert seen.of(journal.OrderExecuted)[0].filled_sz == 3
    assert [p.size for p in seen.of(journal.RunEnded)[0].positions] == [0]


def test_prices_that_ended_unusable_are_usable_for_the_finish(play):
    seen = play([], SetPrices(4000, M, D(0), None), end_ms=5000, finish=Finish.SHUTDOWN)
    assert [(p.oracle_px, p.mark_px) for p in seen.of(journal.PricesSet)] == [
        (D(100), D(100)),
        (D(0), None),
        (D(100), D(100)),
    ]


def test_no_second_shutdown_is_told_to_a_life_that_was_told_or_is_in_the_window(play, scripted):
    assert len(play([], Signal(1000), end_ms=5000, finish=Finish.SHUTDOWN).told(events.Shutdown)) == 1
    given = Parameters(SUNDAY_21_MS, SUNDAY_21_MS + 5000)
    seen = []

    class Watch:
        def observe(self, record):
            seen.append(record)

    run(worlds.World("t", 1, MakerConfig(), (Market(M, 2),), (), given), scripted(), [Watch()])
    assert not [r for r in seen if isinstance(r, journal.Turn) and isinstance(r.event, events.Shutdown)]


def test_a_run_that_is_cut_ends_where_its_script_does(play, order):
    seen = play([(5000, order(1, Side.BUY, "98"))], end_ms=5020)
    ended = seen.of(journal.RunEnded)[0]
    assert (ended.now_ms, ended.settled) == (5020, False)


def test_a_run_ends_with_the_venues_truth(play, order):
    maker = [(1000, order(1, Side.BUY, "98")), (2000, order(2, Side.BUY, "97")), (3000, Cancel(M, 1001))]
    ended = play(maker, end_ms=5000).of(journal.RunEnded)[0]
    assert [o.px for o in ended.open_orders] == [D(98)]
    assert ended.settled


def test_a_maker_that_breaks_the_protocol_ends_the_run_and_is_recorded(play, scripted):
    def gone(_event):
        raise MakerFault("exit", "the port has gone")

    seen = play(scripted(react=gone))
    assert [type(r).__name__ for r in seen.records[-2:]] == ["MakerFailed", "RunEnded"]
    assert seen.of(journal.MakerFailed)[0].kind == "exit"


def test_a_run_begins_with_its_head_and_the_start(play):
    seen = play([], end_ms=1000)
    assert [type(r).__name__ for r in seen.records[:2]] == ["RunStarted", "Turn"]
    assert seen.records[0].maker == "scripted"


# -- the clock and the week


def test_what_is_due_at_one_ms_runs_in_an_order_drawn_from_the_seed():
    def order_of(seed: int) -> tuple[int, ...]:
        clock = Clock(0, seed)
        ran: list[int] = []
        for n in range(4):
            clock.at(10, ran.append, n)
        clock.at(11, lambda _: clock.end())
        clock.run()
        return tuple(ran)

    assert order_of(1) == order_of(1)
    assert len({order_of(seed) for seed in range(30)}) > 5


def test_the_shutdown_window_is_sunday_21_to_monday_0():
    day = 86_400_000
    assert not in_shutdown_window(SUNDAY_21_MS - 1)
    assert in_shutdown_window(SUNDAY_21_MS)
    assert in_shutdown_window(SUNDAY_21_MS + day // 8 - 1)
    assert not in_shutdown_window(SUNDAY_21_MS + day // 8)
    assert in_shutdown_window(SUNDAY_21_MS + 7 * day)


def test_a_moment_without_a_zone_is_utc():
    assert to_ms(datetime(2026, 2, 8, 21)) == SUNDAY_21_MS


def test_a_crash_after_so_many_records_comes_between_two_of_them(play, order):
    steps = (sold(1200), sold(1300))
    whole = play([(1000, order(1, Side.BUY, "98", sz="50"))], *steps, end_ms=9000)
    for records in range(1, 20):
        seen = play([(1000, order(1, Side.BUY, "98", sz="50"))], Crash(900, records, 500), *steps, end_ms=9000)
        at = next(n for n, record in enumerate(seen.records) if isinstance(record, journal.Crashed))
        before = next(n for n, record in enumerate(whole.records) if record.now_ms >= 900)
        assert at == before + records
        assert seen.records[:at] == whole.records[:at]
        again = next(turn for turn in seen.of(journal.Turn) if turn.life == 2)
        assert again.now_ms - seen.records[at].now_ms == 500


def test_a_reply_after_which_the_process_dies_does_not_leave(play, order):
    seen = play([(1000, order(1, Side.BUY, "98"))], end_ms=3000)
    at = next(n for n, r in enumerate(seen.records) if isinstance(r, journal.Turn) and r.reply.actions)
    first = next(n for n, r in enumerate(seen.records) if r.now_ms >= 900)
    dies = play([(1000, order(1, Side.BUY, "98"))], Crash(900, at - first + 1), end_ms=3000)
    assert isinstance(dies.records[at + 1], journal.Crashed)
    assert dies.of(journal.OrderOpened) == []


def test_a_crash_that_the_run_does_not_live_to_see_does_not_happen(play):
    assert play([], Crash(900, 100_000, 500), end_ms=3000).of(journal.Crashed) == []
