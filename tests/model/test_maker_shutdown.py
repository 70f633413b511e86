"""Counter-orders, the shutdown and its entrances (L-8, L-8a, L-9, L-10, S-1..S-5)."""

from dataclasses import replace
from decimal import Decimal

from model.actions import Role, Side
from model.events import Done, Fill, Position, Rejected, ScheduleCancelRejected, Shutdown

D = Decimal
GOLD = "xyz:GOLD"
SUNDAY_2100_MS = 1770584400000


def counter_config(config, **more):
    return replace(config, counter_order_enabled=True, **more)


def test_a_fill_is_answered_at_the_filled_rungs_level(desk, config):
    d = desk(counter_config(config, counter_reversion_per_level=D("0.2")))
    placed = d.quoting()
    d.oracle("5000", after=100)
    outer = next(p for p in placed if p.side is Side.BUY and p.level == 1)
    d.fill(outer)
    (counter,) = d.places()
    assert counter.role is Role.COUNTER
    assert counter.side is Side.SELL
    assert counter.px == D("4985") + D("15") * D("0.8")
    assert counter.sz == outer.sz
    assert counter.answers == (outer.cloid,)


def test_a_counter_orders_fill_makes_none(desk, config):
    d = desk(counter_config(config))
    bid = d.quoting()[0]
    d.fill(bid)
    (counter,) = d.places()
    d.resting(counter)
    d.fill(counter)
    assert d.places() == []


def test_over_the_number_allowed_the_amount_is_collected_and_goes_out_later(desk, config):
    d = desk(counter_config(config, counter_max_open=1))
    placed = [p for p in d.quoting() if p.side is Side.BUY]
    d.fill(placed[0])
    (first,) = d.places()
    d.fill(placed[1])
    assert d.places() == []
    d.canceled(first)
    (second,) = d.places(Role.COUNTER)
    assert second.sz == placed[1].sz


def test_a_counter_order_is_cancelled_at_its_age(desk, config):
    d = desk(counter_config(config))
    d.fill(d.quoting()[0])
    (counter,) = d.places()
    d.resting(counter)
    for _ in range(59):
        d.oracle("5000", after=1000)
        assert counter.cloid not in {c.cloid for c in d.cancels()}
    d.oracle("5000", after=1000)
    assert len([c for c in d.cancels() if c.oid is not None]) >= 1


def test_a_rejected_counter_order_is_tried_three_times_at_most(desk, config):
    d = desk(counter_config(config))
    d.fill(d.quoting()[0])
    sent = 0
    while d.places(Role.COUNTER):
        sent += 1
        counter = d.places(Role.COUNTER)[0]
        d.tell(Rejected(0, GOLD, counter.cloid, None))
        dropped = "counter_dropped" in d.codes()
        d.pass_time(10)
    assert sent == 3
    assert dropped


def test_the_window_cancels_everything_closes_and_says_when_it_is_done(desk, config):
    d = desk(counter_config(config), now=SUNDAY_2100_MS - 60_000)
    placed = d.quoting()
    d.fill(placed[0])
    (counter,) = d.places()
    d.oracle("5000")
    d.now = SUNDAY_2100_MS
    d.oracle("5000")
    assert len(d.cancels()) == 4
    (flatten,) = d.places()
    assert flatten.role is Role.FLATTEN
    assert (flatten.side, flatten.sz, flatten.px) == (Side.SELL, placed[0].sz, D("4975"))
    for place in (*placed[1:], counter):
        d.canceled(place)
    d.fill(flatten)
    d.pass_time(5000)
    assert d.queries()
    d.answer(after=100)
    assert "shutdown_done" in d.codes()
    assert d.net() == 0


def test_shutdown_is_not_done_while_the_venue_tells_another_position(desk, config):
    d = desk(config, now=SUNDAY_2100_MS - 60_000)
    d.settle()
    d.now = SUNDAY_2100_MS
    d.pass_time(0)
    assert d.queries()
    d.answer(net="0.5", after=100)
    assert "shutdown_done" not in d.codes()


def test_the_first_event_long_after_the_window_still_shuts_down(desk, config):
    d = desk(config, now=SUNDAY_2100_MS - 60_000)
    d.quoting()
    d.now = SUNDAY_2100_MS + 40 * 3_600_000
    d.pass_time(0)
    assert "shutdown_started" in d.codes()
    assert len(d.cancels()) == 4


def test_a_start_outside_the_window_with_a_position_closes_it(desk, config):
    position = Position(GOLD, D("0.1"), D(0), None)
    d = desk(config, now=SUNDAY_2100_MS + 10 * 3_600_000, positions=(position,))
    assert "shutdown_started" in d.codes()
    d.oracle("5000")
    assert [p.role for p in d.places()] == [Role.FLATTEN]


def test_what_the_takers_position_blocks_is_reported_and_not_tried(desk, config):
    d = desk(config, now=SUNDAY_2100_MS - 60_000)
    bid = d.quoting()[0]
    d.fill(bid)
    d.taker_fill(Side.SELL, "5000", "0.015")
    d.now = SUNDAY_2100_MS
    d.oracle("5000")
    (flatten,) = d.places()
    assert flatten.sz == bid.sz - D("0.015")
    assert "close_blocked_by_taker" in d.codes()


def test_attempts_are_limited_to_those_the_venue_executed(desk, config):
    d = desk(replace(config, flatten_max_attempts=2), now=SUNDAY_2100_MS - 60_000)
    placed = d.quoting()
    d.fill(placed[0])
    d.now = SUNDAY_2100_MS
    d.oracle("5000")
    attempts = 0
    for _ in range(12):
        flattens = d.places(Role.FLATTEN)
        for flatten in flattens:
            attempts += 1
            if attempts <= 2:
                d.tell(Rejected(0, GOLD, flatten.cloid, None))
            else:
                d.tell(Done(0, GOLD, flatten.cloid, None, D(0)))
        d.oracle("5000", after=2000)
    assert attempts == 4


def test_a_signal_stops_for_the_rest_of_the_life(desk, config):
    d = desk(config)
    placed = d.quoting()
    d.tell(Shutdown(0, "signal"))
    assert len(d.cancels()) == 4
    for place in placed:
        d.canceled(place)
    d.oracle("5000", after=60_000)
    assert d.places() == []


def test_a_fill_after_shutdown_done_opens_it_again(desk, config):
    d = desk(config)
    placed = d.quoting()
    d.tell(Shutdown(0, "signal"))
    for place in placed:
        d.canceled(place)
    d.pass_time(1000)
    d.answer(after=100)
    assert "shutdown_done" in d.codes()
    d.fill(placed[0], D("0.01"))
    assert [p.role for p in d.places()] == [Role.FLATTEN]


def test_all_week_quoting_goes_on_after_the_window(desk, config):
    d = desk(replace(config, weekend_only=False), now=SUNDAY_2100_MS - 60_000)
    placed = d.quoting()
    d.now = SUNDAY_2100_MS
    d.oracle("5000")
    assert len(d.cancels()) == 4
    for place in placed:
        d.canceled(place)
    d.answer(after=100)
    d.now = SUNDAY_2100_MS + 3 * 3_600_000
    d.oracle("5000")
    assert len(d.places(Role.LADDER)) == 4


def test_the_drawdown_gate_cancels_the_ladder_and_ends_with_its_hour(desk, config):
    d = desk(replace(config, max_hourly_drawdown_usd=D(10)))
    placed = d.quoting()
    d.taker_fill(Side.SELL, "5000", "1", pnl="-10")
    assert len(d.cancels()) == 4
    for place in placed:
        d.canceled(place)
    d.oracle("5000", after=3_600_000 - 1)
    assert d.places() == []
    d.oracle("5000", after=1)
    assert len(d.places()) == 4


def test_the_dead_mans_switch_is_armed_with_the_first_order_and_renewed(desk, config):
    d = desk(replace(config, dead_man_ms=9000))
    d.settle()
    d.oracle("5000")
    (armed,) = d.schedules()
    assert armed.time_ms == d.now + 9000
    d.pass_time(2999)
    assert d.schedules() == []
    d.pass_time(1)
    assert len(d.schedules()) == 1
    d.tell(ScheduleCancelRejected(0, "volume"))
    assert "schedule_cancel_refused" in d.codes()


def test_an_own_fill_of_an_earlier_life_counts_and_makes_no_counter_order(desk, config):
    d = desk(counter_config(config))
    d.quoting()
    old = "0x6d6d6701" + "0" * 24
    d.tell(Fill(0, GOLD, old, None, d.now, 999, Side.BUY, D(4990), D("0.02")))
    assert d.net() == D("0.02")
    assert d.reply.mm_fill is True
    assert d.places(Role.COUNTER) == []
