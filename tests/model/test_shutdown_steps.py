"""The shutdown step by step: its entrances, what it does, when it is done (L-9, S-2, S-3, S-4)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from model import shutdown
from model.actions import QueryOpenOrders, Role, ScheduleCancel, Side
from model.draft import Draft
from model.events import Shutdown, Timer
from model.journal import LogLine
from model.orders import Answered
from model.risk import Adverse
from model.state import Attempt, MarketState, ShutdownState, State
from model.velocity import VelocityState

D = Decimal
GOLD = "xyz:GOLD"
HOUR_MS = 3_600_000
SUNDAY_2100_MS = 1770584400000
FRIDAY_2100_MS = SUNDAY_2100_MS + 5 * 24 * HOUR_MS
NONE, RUNNING, DONE = ShutdownState
AMOUNT = Answered(D(1), D(5000), 0, 0, ("a",))


def draft_of(d, now: int | None = None, **config: object) -> Draft:
    """A step in the making over the desk's state."""
    return Draft(replace(d.maker._config, **config), d.maker.state.fork(), d.now if now is None else now)


def facts(*told: object) -> tuple[object, ...]:
    """What is told, to be compared at once."""
    return told


def gold(draft: Draft) -> MarketState:
    return draft.state.markets[GOLD]


def holding(d, net: str, taker: str = "0", mark: str | None = "5000", now: int | None = None, **config) -> Draft:
    """A draft whose books hold a position, at a mark."""
    draft = draft_of(d, now, **config)
    where = gold(draft)
    where.book = replace(where.book, net=D(net), cost=D(net) * 5000)
    where.taker_net = D(taker)
    where.oracle_px = where.mark_px = D(mark) if mark else None
    return draft


@pytest.mark.parametrize(("net", "taker", "left"), [
    ("2", "0", "2"), ("2", "5", "2"), ("2", "-1", "1"), ("2", "-2", "0"), ("2", "-3", "0"),
    ("-2", "0", "2"), ("-2", "-5", "2"), ("-2", "1", "1"), ("-2", "2", "0"), ("-2", "3", "0"),
    ("0", "0", "0"), ("0", "1", "0"), ("0.5", "-0.2", "0.3"), ("0.00019", "0", "0.0001"),
])  # fmt: skip
def test_a_close_takes_no_more_than_the_account_can_reduce(desk, config, net: str, taker: str, left: str):
    assert shutdown.closable(gold(holding(desk(config), net, taker))) == D(left)


def test_a_new_weekend_forgets_what_belongs_to_the_last(desk, config):
    d = desk(config)
    draft = draft_of(d, FRIDAY_2100_MS)
    where = gold(draft)
    where.velocity, where.adverse, where.ladder_due = VelocityState(D(1), (D(1),)), Adverse(Side.BUY, 2, 5), False
    where.collected_buy = where.collected_sell = AMOUNT
    draft.state.started_ms, draft.state.shutdown, draft.state.shutdown_reason = draft.now, DONE, "window"
    was = draft.state.weekend
    shutdown.run_sessions(draft)
    assert draft.state.weekend == was + 1
    assert (where.velocity, where.adverse, where.ladder_due) == (VelocityState(), Adverse(), True)
    assert facts(where.collected_buy, where.collected_sell) == (None, None)
    assert (draft.state.shutdown, draft.state.shutdown_reason) == (NONE, "")


def test_within_a_weekend_nothing_is_forgotten(desk, config):
    draft = draft_of(desk(config))
    where = gold(draft)
    where.adverse, where.ladder_due = Adverse(Side.BUY, 2, 5), False
    shutdown.run_sessions(draft)
    assert (where.adverse, where.ladder_due) == (Adverse(Side.BUY, 2, 5), False)
    assert draft.log == []


@pytest.mark.parametrize("was", [DONE, RUNNING])
def test_a_life_that_was_stopped_stays_so_over_a_new_weekend(desk, config, was: ShutdownState):
    draft = draft_of(desk(config), FRIDAY_2100_MS)
    draft.state.started_ms = draft.now
    draft.state.stopped, draft.state.shutdown, draft.state.shutdown_reason = "signal", was, "signal"
    shutdown.run_sessions(draft)
    assert (draft.state.shutdown, draft.state.shutdown_reason) == (was, "signal")


def test_the_window_is_entered_once_and_at_its_first_instant(desk, config):
    d = desk(config)
    early, first = draft_of(d, SUNDAY_2100_MS - 1), draft_of(d, SUNDAY_2100_MS)
    shutdown.run_sessions(early)
    assert (early.state.shutdown, early.state.window_taken) == (NONE, None)
    shutdown.run_sessions(first)
    assert (first.state.shutdown, first.state.window_taken) == (RUNNING, SUNDAY_2100_MS)
    first.state.shutdown = DONE
    shutdown.run_sessions(first)
    assert first.state.shutdown is DONE
    assert first.log == [LogLine("info", "shutdown_started", None, "shutting down: window", (("reason", "window"),))]


def test_quoting_all_week_begins_again_when_the_window_is_over(desk, config):
    for now, word, reason in ((3 * HOUR_MS - 1, DONE, "window"), (3 * HOUR_MS, NONE, "")):
        draft = draft_of(desk(replace(config, weekend_only=False)), SUNDAY_2100_MS + now)
        draft.state.window_taken = SUNDAY_2100_MS
        draft.state.shutdown, draft.state.shutdown_reason = DONE, "window"
        shutdown.run_sessions(draft)
        assert (draft.state.shutdown, draft.state.shutdown_reason) == (word, reason)


def test_on_weekends_only_or_stopped_or_running_nothing_begins_again(desk, config):
    for weekend_only, stopped, was in ((True, "", DONE), (False, "signal", DONE), (False, "", RUNNING)):
        draft = draft_of(desk(replace(config, weekend_only=weekend_only)), SUNDAY_2100_MS + 3 * HOUR_MS)
        draft.state.window_taken = SUNDAY_2100_MS
        draft.state.stopped, draft.state.shutdown = stopped, was
        shutdown.run_sessions(draft)
        assert draft.state.shutdown is was


@pytest.mark.parametrize(("at_ms", "entered"), [(-1, False), (0, True), (3 * HOUR_MS - 1, True), (3 * HOUR_MS, False)])
def test_a_start_inside_the_window_enters_it_at_once(desk, config, at_ms: int, entered: bool):
    d = desk(config, now=SUNDAY_2100_MS + at_ms)
    assert d.maker.state.window_taken == (SUNDAY_2100_MS if entered else None)
    assert (d.maker.state.shutdown is not NONE) is entered
    assert d.maker.state.shutdown_reason == ("window" if entered else "")


def test_a_signal_stops_with_its_reason(desk, config):
    d = desk(config)
    d.tell(Shutdown(0, "by hand"))
    assert (d.maker.state.stopped, d.maker.state.shutdown_reason) == ("by hand", "by hand")
    assert d.logged("shutdown_started")[0].fields == (("reason", "by hand"),)


def test_entering_gives_every_market_its_attempts_again_and_entering_twice_changes_nothing(desk, config):
    draft = draft_of(desk(config))
    gold(draft).attempts, draft.state.quiet_ms = 5, 7
    shutdown.enter_shutdown(draft, "first")
    assert facts(gold(draft).attempts, draft.state.quiet_ms) == (0, None)
    gold(draft).attempts, draft.state.quiet_ms = 3, 8
    shutdown.enter_shutdown(draft, "second")
    assert (gold(draft).attempts, draft.state.quiet_ms, draft.state.shutdown_reason) == (3, 8, "first")
    assert [line.code for line in draft.log] == ["shutdown_started"]


def test_everything_own_is_cancelled_once_and_closes_are_left_alone(desk, config):
    d = desk(config)
    d.quoting()
    draft = draft_of(d)
    orders = list(draft.state.orders.values())
    draft.state.orders[orders[0].cloid] = orders[0]._replace(role=Role.FLATTEN)
    draft.cancel(orders[1])
    draft.state.shutdown = RUNNING
    shutdown.run_shutdown(draft)
    shutdown.run_shutdown(draft)
    assert [cancel.oid for cancel in draft.cancels] == [order.oid for order in orders[1:]]
    assert draft.state.quiet_ms is None


def test_when_nothing_is_left_the_moment_is_kept_and_an_answer_is_asked_for(desk, config):
    draft = draft_of(desk(config))
    draft.state.shutdown, draft.state.reconcile_asked = RUNNING, False
    gold(draft).collected_buy = AMOUNT
    shutdown.run_shutdown(draft)
    told = (draft.state.quiet_ms, draft.state.reconcile_asked, gold(draft).collected_buy)
    assert told == (draft.now, True, None)
    was, draft.now, draft.state.reconcile_asked = draft.now, draft.now + 5, False
    shutdown.run_shutdown(draft)
    assert (draft.state.quiet_ms, draft.state.reconcile_asked) == (was, False)
    gold(draft).attempt = Attempt("c", D(1), 0)
    shutdown.run_shutdown(draft)
    assert draft.state.quiet_ms is None


def test_a_shutdown_that_was_not_begun_does_nothing(desk, config):
    d = desk(config)
    d.quoting()
    draft = draft_of(d)
    shutdown.run_shutdown(draft)
    assert (draft.cancels, draft.state.quiet_ms) == ([], None)


def test_work_that_turns_up_opens_a_finished_shutdown_again(desk, config):
    d = desk(config)
    d.quoting()
    draft = draft_of(d)
    draft.state.shutdown, draft.state.quiet_ms = DONE, 7
    shutdown.run_shutdown(draft)
    assert facts(draft.state.shutdown, draft.state.quiet_ms) == (RUNNING, None)
    assert len(draft.cancels) == 4


@pytest.mark.parametrize("net", ["1", "-1"])
def test_a_position_outside_the_window_begins_it(desk, config, net: str):
    draft = holding(desk(config), net, now=SUNDAY_2100_MS + 10 * HOUR_MS)
    shutdown.run_shutdown(draft)
    assert (draft.state.shutdown, draft.state.shutdown_reason) == (RUNNING, "outside_window")
    (place,) = draft.places
    assert facts(place.role, place.side, place.sz, place.reduce_only) == (
        Role.FLATTEN, Side.SELL if net == "1" else Side.BUY, 1, True,
    )  # fmt: skip


def test_an_order_outside_the_window_begins_it_and_nothing_does_not(desk, config):
    d = desk(config)
    later = SUNDAY_2100_MS + 10 * HOUR_MS
    empty = draft_of(d, later)
    shutdown.run_shutdown(empty)
    assert (empty.state.shutdown, empty.log) == (NONE, [])
    d.quoting()
    live = draft_of(d, later)
    shutdown.run_shutdown(live)
    assert (live.state.shutdown, len(live.cancels)) == (RUNNING, 4)
    inside = draft_of(d)
    shutdown.run_shutdown(inside)
    assert (inside.state.shutdown, inside.cancels) == (NONE, [])


def test_what_the_taker_blocks_is_told_with_both_numbers(desk, config):
    draft = holding(desk(config), "2", taker="-0.5")
    draft.state.shutdown = RUNNING
    shutdown.run_shutdown(draft)
    text = "0.5000 of the position 2 can't be closed beside the taker's -0.5"
    assert draft.log == [LogLine("warn", "close_blocked_by_taker", GOLD, text)]
    assert [place.sz for place in draft.places] == [D("1.5")]
    again = holding(desk(config), "-2", taker="5")
    again.state.shutdown = RUNNING
    shutdown.run_shutdown(again)
    assert again.log[0].text == "2 of the position -2 can't be closed beside the taker's 5"
    assert again.places == []
    assert again.state.quiet_ms == again.now


def test_nothing_is_closed_without_a_mark_an_attempt_or_a_position(desk, config):
    for draft in (
        holding(desk(config), "1", mark=None),
        holding(desk(config), "1", taker="-0.5", mark=None),
        holding(desk(config), "0"),
        holding(desk(config), "1", flatten_max_attempts=0),
    ):
        draft.state.shutdown = RUNNING
        shutdown.run_shutdown(draft)
        assert (draft.places, draft.log, draft.state.quiet_ms) == ([], [], draft.now)


def test_the_last_attempt_is_made_and_none_after_it(desk, config):
    for attempts, places in ((4, 1), (5, 0), (6, 0)):
        draft = holding(desk(config), "1")
        draft.state.shutdown, gold(draft).attempts = RUNNING, attempts
        shutdown.run_shutdown(draft)
        assert len(draft.places) == places
        assert (draft.state.quiet_ms is None) is bool(places)


def test_a_close_waits_for_the_last_ones_word_and_interval(desk, config):
    for attempt, attempt_ms, places in ((Attempt("c", D(1), 0), None, 0), (None, -1999, 0), (None, -2000, 1)):
        draft = holding(desk(config), "1")
        where = gold(draft)
        where.attempt, where.attempt_ms = attempt, None if attempt_ms is None else draft.now + attempt_ms
        draft.state.shutdown = RUNNING
        shutdown.run_shutdown(draft)
        assert len(draft.places) == places
        assert draft.state.quiet_ms is None


def finishing(d, net: str = "0", **state: object) -> Draft:
    """A draft whose shutdown can finish, unless a field says otherwise."""
    draft = holding(d, net, mark=None)
    fields = {"shutdown": RUNNING, "shutdown_reason": "signal", "quiet_ms": 100, "settled": True} | state
    for name, value in fields.items():
        setattr(draft.state, name, value)
    return draft


def test_an_answer_asked_for_after_all_ended_finishes_it(desk, config):
    draft = finishing(desk(config))
    shutdown.finish_shutdown(draft, 100, True)
    assert (draft.state.shutdown, draft.state.quiet_ms) == (DONE, None)
    text = "no own order is left and no position"
    assert draft.log == [LogLine("info", "shutdown_done", None, text, (("reason", "signal"),))]
    assert draft.others == []


def test_an_open_position_is_told_at_the_end(desk, config):
    draft = finishing(desk(config), "-2")
    shutdown.finish_shutdown(draft, 101, True)
    text = "no own order is left, open positions: (('xyz:GOLD', '-2'),)"
    assert draft.log == [LogLine("info", "shutdown_done", None, text, (("reason", "signal"), (GOLD, "-2")))]


def test_the_dead_mans_switch_is_cleared_at_the_end(desk, config):
    draft = finishing(desk(config), armed_ms=0)
    shutdown.finish_shutdown(draft, 100, True)
    assert draft.others == [ScheduleCancel(None)]


def test_it_does_not_finish_too_early(desk, config):
    early = finishing(desk(config))
    shutdown.finish_shutdown(early, 99, True)
    disagreed = finishing(desk(config))
    shutdown.finish_shutdown(disagreed, 100, False)
    stirring, unsettled = finishing(desk(config), quiet_ms=None), finishing(desk(config), settled=False)
    working = finishing(desk(config))
    gold(working).attempt = Attempt("c", D(1), 0)
    for draft in (stirring, unsettled, working):
        shutdown.finish_shutdown(draft, 100, True)
    for draft in (early, disagreed, stirring, unsettled, working):
        assert (draft.state.shutdown, draft.log) == (RUNNING, [])
    for state in (NONE, DONE):
        idle = finishing(desk(config), shutdown=state)
        shutdown.finish_shutdown(idle, 100, True)
        assert (idle.state.shutdown, idle.state.quiet_ms, idle.log) == (state, 100, [])


def test_a_query_goes_out_when_nothing_is_left(desk, config):
    d = desk(config)
    d.settle()
    d.now += 2000
    d.tell(Shutdown(0, "signal"))
    assert QueryOpenOrders() in d.reply.actions
    assert isinstance(d.maker.state, State)
    d.tell(Timer(0))
    assert d.queries() == []
