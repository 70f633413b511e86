"""Reconcile step by step: when to ask, and what an answer decides (L-5, L-6, L-7, L-7a, L-9, L-14)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from model import reconcile
from model.actions import Cancel, QueryOpenOrders, Role, Side
from model.draft import Draft
from model.events import OpenOrder, OpenOrders, Position
from model.journal import LogLine
from model.orders import End, Order, OrderState, cancel_failed, cancel_sent
from model.state import Attempt, MarketState, ShutdownState, Suspect

D = Decimal
GOLD = "xyz:GOLD"
OLD = "0x6d6d6701" + "0" * 24


def facts(*told: object) -> tuple[object, ...]:
    """What is told, to be compared at once."""
    return told


def draft_of(d, now: int | None = None, **state: object) -> Draft:
    """A step in the making over the desk's state, with some fields of the account changed."""
    draft = Draft(d.maker._config, d.maker.state.fork(), d.now if now is None else now)
    for name, value in state.items():
        setattr(draft.state, name, value)
    return draft


def gold(draft: Draft) -> MarketState:
    return draft.state.markets[GOLD]


def asking(d, query_ms: int | None = None, **state: object) -> Draft:
    """A draft 100 ms after the query that is out."""
    sent_ms = d.now if query_ms is None else query_ms
    return draft_of(d, d.now + 100, query_ms=sent_ms, last_query_ms=sent_ms, **state)


def query_of(draft: Draft) -> int:
    assert draft.state.query_ms is not None
    return draft.state.query_ms


def attempt_of(draft: Draft) -> Attempt:
    attempt = gold(draft).attempt
    assert attempt is not None
    return attempt


def ended_of(draft: Draft, cloid: str, now: int) -> Order:
    ended = draft.state.ended.find(cloid, now)
    assert ended is not None
    return ended.order


def taken(draft: Draft, *orders: OpenOrder, size: str = "0", taker: str = "0") -> bool:
    position = Position(GOLD, D(size), D(taker))
    return reconcile.take_answer(draft, OpenOrders(0, query_of(draft), orders, (position,)))


def told(order: Order, remaining: str | None = None, oid: int = 7) -> OpenOrder:
    """An order as an answer tells it."""
    left = order.size if remaining is None else D(remaining)
    return OpenOrder(order.market, oid, order.cloid, order.side or Side.BUY, order.px, left)


def sent_orders(d) -> Draft:
    """A draft, asked 1 ms after the ladder was sent, whose orders nothing has told of yet."""
    d.settle()
    d.oracle("5000")
    return asking(d, d.now + 1)


# -- the answer


def test_an_answer_is_taken_once_and_only_for_the_query_that_is_out(desk, config):
    draft = asking(desk(config), waiting_since_ms=5)
    was = query_of(draft)
    assert not reconcile.take_answer(draft, OpenOrders(0, was - 1, (), ()))
    assert facts(draft.state.query_ms, draft.state.waiting_since_ms) == (was, 5)
    assert taken(draft)
    state = draft.state
    assert facts(state.query_ms, state.last_answer_ms, state.waiting_since_ms) == (None, draft.now, None)
    assert not reconcile.take_answer(draft, OpenOrders(0, was, (), ()))


def test_the_start_is_settled_by_a_query_of_the_repetition(desk, config):
    d = desk(config)
    for later, settled in ((4999, False), (5000, True)):
        draft = asking(d, d.maker.state.started_ms + later)
        taken(draft)
        assert draft.state.settled is settled


def test_foreign_orders_are_counted_and_told_when_their_number_changes(desk, config):
    draft = asking(desk(config))
    query_ms = query_of(draft)
    foreign = [OpenOrder(GOLD, 1, None, Side.BUY, D(1), D(1)), OpenOrder(GOLD, 2, "0xabc", Side.BUY, D(1), D(1))]
    assert taken(draft, *foreign)
    line = LogLine("info", "foreign_orders", None, "2 open orders are not own and are left alone")
    assert facts(draft.state.foreign_orders, draft.log, draft.cancels) == (2, [line], [])
    draft.state.query_ms = query_ms
    assert taken(draft, *foreign)
    assert draft.log == [line]


def test_an_own_order_in_the_answer_is_no_agreement(desk, config):
    d = desk(config)
    d.quoting()
    draft = asking(d, d.now + 1)
    assert not taken(draft, *(told(order) for order in draft.state.orders.values()))
    assert facts(draft.state.foreign_orders, draft.log) == (0, [])


def test_a_told_order_rests_with_what_is_told_of_it(desk, config):
    draft = sent_orders(desk(config))
    first, *rest = draft.state.orders.values()
    draft.state.orders[first.cloid] = first._replace(doubtful=True, absent_once=True, side=None)
    taken(draft, told(first, "0.01"), *(told(order) for order in rest))
    seen = draft.state.orders[first.cloid]
    assert facts(seen.state, seen.oid, seen.seen_resting, seen.told_remaining) == (
        OrderState.RESTING, 7, True, D("0.01"),
    )  # fmt: skip
    assert facts(seen.doubtful, seen.absent_once, seen.side, seen.changed_ms) == (False, False, Side.BUY, draft.now)
    assert draft.cancels == []


def test_a_known_side_is_kept_whatever_is_told(desk, config):
    draft = sent_orders(desk(config))
    first = next(iter(draft.state.orders.values()))
    taken(draft, replace(told(first), side=Side.SELL))
    assert draft.state.orders[first.cloid].side is Side.BUY


def test_a_told_order_whose_cancel_is_out_is_cancelled_once_more(desk, config):
    draft = sent_orders(desk(config))
    first = next(iter(draft.state.orders.values()))
    draft.state.orders[first.cloid] = cancel_sent(first, first.sent_ms)
    taken(draft, told(first))
    assert draft.cancels == [Cancel(GOLD, oid=7)]
    assert draft.state.orders[first.cloid].state is OrderState.CANCEL_REQUESTED


def test_an_order_changed_since_the_query_is_not_judged(desk, config):
    d = desk(config)
    d.settle()
    d.oracle("5000")
    draft = asking(d)
    before = dict(draft.state.orders)
    assert taken(draft)
    assert dict(draft.state.orders) == before


def test_an_unseen_order_ends_by_the_second_absence_asked_for_late_enough(desk, config):
    for later, ended in ((4999, False), (5000, True)):
        d = desk(config)
        draft = sent_orders(d)
        first = next(iter(draft.state.orders.values()))
        taken(draft)
        once = draft.state.orders[first.cloid]
        assert facts(once.absent_once, once.state) == (True, OrderState.SENT)
        draft.state.query_ms = first.sent_ms + later
        draft.now = first.sent_ms + later + 100
        taken(draft)
        assert (first.cloid not in draft.state.orders) is ended
        if ended:
            last = ended_of(draft, first.cloid, draft.now)
            assert (last.end, last.changed_ms) == (End.ABSENT, draft.now)


def test_the_first_absence_ends_no_unseen_order_however_late(desk, config):
    d = desk(config)
    draft = sent_orders(d)
    draft.state.query_ms = d.now + 60_000
    draft.now += 60_100
    taken(draft)
    assert all(order.absent_once for order in draft.state.orders.values())


def test_an_order_seen_resting_ends_by_its_first_absence(desk, config):
    d = desk(config)
    d.quoting()
    draft = asking(d, d.now + 1)
    assert taken(draft)
    assert len(draft.state.orders) == 0


def test_a_close_that_is_absent_is_lost_and_a_rung_is_not(desk, config):
    for role, lost in ((Role.FLATTEN, True), (Role.LADDER, False)):
        d = desk(config)
        d.quoting()
        draft = asking(d, d.now + 1)
        first = next(iter(draft.state.orders.values()))
        draft.state.orders[first.cloid] = first._replace(role=role)
        gold(draft).attempt = Attempt(first.cloid, first.size, first.sent_ms)
        taken(draft)
        assert attempt_of(draft).lost is lost


def test_an_unknown_own_order_is_adopted_and_cancelled(desk, config):
    draft = asking(desk(config))
    assert not taken(draft, OpenOrder("abc:ELSE", 9, OLD, Side.SELL, D(3), D(2)))
    (order,) = draft.state.orders.values()
    assert facts(order.cloid, order.market, order.oid, order.side, order.px, order.size, order.role) == (
        OLD, "abc:ELSE", 9, Side.SELL, D(3), D(2), None,
    )  # fmt: skip
    assert draft.cancels == [Cancel("abc:ELSE", oid=9)]


def test_an_order_that_ended_before_the_query_comes_back_and_a_later_one_does_not(desk, config):
    for later, back in ((0, False), (1, True)):
        d = desk(config)
        first = d.quoting()[0]
        d.canceled(first)
        draft = asking(d, d.now + later)
        ended = ended_of(draft, first.cloid, d.now)
        taken(draft, told(ended, "0.01", oid=55), *(told(order) for order in draft.state.orders.values()))
        assert (first.cloid in draft.state.orders) is back
        assert draft.cancels == ([Cancel(GOLD, oid=55)] if back else [])
        if back:
            assert draft.state.orders[first.cloid].told_remaining == D("0.01")


# -- positions


def differing(d, difference: str, since_ms: int | None = None, **where: object) -> Draft:
    """A draft asked now whose market has a suspected difference, asked for `since_ms` before."""
    draft = asking(d)
    if since_ms is not None:
        gold(draft).suspect = Suspect(D(difference), d.now - since_ms)
    for name, value in where.items():
        setattr(gold(draft), name, value)
    return draft


def test_a_first_difference_is_suspected_and_no_agreement(desk, config):
    d = desk(config)
    draft = differing(d, "1")
    assert not taken(draft, size="3", taker="2")
    assert gold(draft).suspect == Suspect(D(1), d.now)
    assert facts(gold(draft).book.net, gold(draft).taker_net) == (D(0), D(2))


def test_a_market_that_is_not_told_is_flat(desk, config):
    draft = asking(desk(config))
    gold(draft).taker_net = D(4)
    was = query_of(draft)
    assert reconcile.take_answer(draft, OpenOrders(0, was, (), ()))
    assert gold(draft).taker_net == 0


def test_the_takers_part_is_taken_over_unless_a_fill_came_since(desk, config):
    d = desk(config)
    for fill_ms, net in ((d.now - 1, 2), (d.now, 9), (d.now + 1, 9)):
        draft = asking(d)
        gold(draft).taker_net, gold(draft).last_fill_ms = D(9), fill_ms
        taken(draft, size="2", taker="2")
        assert gold(draft).taker_net == net


def test_agreement_forgets_a_suspicion(desk, config):
    draft = differing(desk(config), "1", 9000)
    assert taken(draft)
    assert gold(draft).suspect is None


def test_two_answers_alike_and_far_enough_apart_correct_the_position(desk, config):
    d = desk(config)
    draft = differing(d, "1", 5000, mark_px=D(100))
    assert taken(draft, size="1")
    where = gold(draft)
    assert facts(where.suspect, where.book.net, where.book.cost, where.contained_before_ms) == (
        None, D(1), D(100), d.now,
    )  # fmt: skip
    text = "position 0 becomes the venue's 1"
    assert draft.log == [LogLine("warn", "position_corrected", GOLD, text, (("difference", "1"),))]


@pytest.mark.parametrize(("since_ms", "suspected", "fill", "kept"), [
    (4999, "1", None, True), (5000, "2", None, False), (5000, "1", 0, False), (5000, "1", 1, False),
    (5000, "1", -1, None),
])  # fmt: skip
def test_a_difference_is_not_believed_too_soon_changed_or_beside_a_fill(
    desk, config, since_ms: int, suspected: str, fill: int | None, kept: bool | None
):
    d = desk(config)
    first_ms = d.now - since_ms
    draft = differing(d, suspected, since_ms, last_fill_ms=None if fill is None else first_ms + fill)
    agreed = taken(draft, size="1")
    assert agreed is (kept is None)
    assert gold(draft).book.net == (1 if kept is None else 0)
    if kept is not None:
        assert gold(draft).suspect == Suspect(D(1), first_ms if kept else d.now)


def test_every_market_is_compared_and_one_difference_is_enough(desk, config):
    draft = asking(desk(config))
    other = replace(gold(draft).market, name="xyz:OIL")
    draft.state.markets["xyz:OIL"] = MarketState(other, True)
    query_ms = query_of(draft)
    for name in (GOLD, "xyz:OIL"):
        draft.state.query_ms = query_ms
        answer = OpenOrders(0, query_ms, (), (Position(name, D(1)),))
        assert not reconcile.take_answer(draft, answer)
        assert draft.state.markets[name].suspect == Suspect(D(1), query_ms)


def test_answers_settle_a_close_whose_fills_are_untold(desk, config):
    for agreed_ms, size, left, attempts in (
        (None, "0", True, 0), (-4999, "0", True, 0), (-5000, "0", False, 1), (-5000, "1", True, 0),
    ):  # fmt: skip
        d = desk(config)
        draft = asking(d)
        first_ms = None if agreed_ms is None else d.now + agreed_ms
        gold(draft).attempt = Attempt("c", D(1), 0, done_sz=D(1), ended_ms=d.now - 9000, agreed_ms=first_ms)
        taken(draft, size=size)
        assert facts(gold(draft).attempt is not None, gold(draft).attempts) == (left, attempts)
        if left:
            expected = None if size == "1" else d.now if agreed_ms is None else first_ms
            assert attempt_of(draft).agreed_ms == expected


def test_a_correction_settles_a_close_at_once(desk, config):
    d = desk(config)
    draft = differing(d, "1", 5000, mark_px=D(100), attempt=Attempt("c", D(1), 0, lost=True, ended_ms=d.now - 1))
    taken(draft, size="1")
    assert facts(gold(draft).attempt, gold(draft).attempts) == (None, 0)


# -- what is sent again, what is asked


def test_a_cancel_that_never_left_goes_out_again_when_connected_and_due(desk, config):
    d = desk(config)
    d.quoting()
    for later, waiting, again in ((249, None, 0), (250, None, 1), (250, 5, 0)):
        draft = draft_of(d, waiting_since_ms=waiting)
        first = next(iter(draft.state.orders.values()))
        draft.state.orders[first.cloid] = cancel_failed(cancel_sent(first, d.now), d.now)
        draft.now += later
        reconcile.send_again(draft)
        assert len(draft.cancels) == again


def asked(draft: Draft) -> bool:
    reconcile.ask_if_due(draft)
    return draft.others == [QueryOpenOrders()]


def calm(d, **state: object) -> Draft:
    """A draft 60 s into the life, connected, answered just now: nothing is due."""
    now = d.now + 60_000
    fields: dict[str, object] = {
        "query_ms": None, "last_query_ms": now - 1000, "last_answer_ms": now - 900, "repeat_ms": None,
        "reconcile_asked": False,
    }  # fmt: skip
    return draft_of(d, now, **(fields | state))


def test_nothing_is_asked_while_nothing_is_due(desk, config):
    assert not asked(calm(desk(config)))


def test_nothing_is_asked_while_disconnected_or_twice_in_one_millisecond(desk, config):
    d = desk(config)
    assert asked(calm(d, reconcile_asked=True))
    assert not asked(calm(d, reconcile_asked=True, connected=False))
    assert not asked(calm(d, reconcile_asked=True, last_query_ms=d.now + 60_000))
    assert asked(calm(d, reconcile_asked=True, last_query_ms=d.now + 59_999))
    assert asked(calm(d, last_query_ms=None))


def test_an_unanswered_query_is_repeated_after_its_time_out_and_no_other_is_sent(desk, config):
    d = desk(config)
    now = d.now + 60_000
    assert asked(calm(d, query_ms=now - 5000))
    assert not asked(calm(d, query_ms=now - 4999))
    assert not asked(calm(d, query_ms=now - 4999, reconcile_asked=True, repeat_ms=now))


def test_a_repetition_is_asked_at_its_time_and_once(desk, config):
    d = desk(config)
    now = d.now + 60_000
    assert not asked(calm(d, repeat_ms=now + 1))
    draft = calm(d, repeat_ms=now)
    assert asked(draft)
    assert draft.state.repeat_ms is None


def test_the_regular_query_comes_with_its_interval(desk, config):
    d = desk(config)
    now = d.now + 60_000
    assert asked(calm(d, last_query_ms=now - 30_000))
    assert not asked(calm(d, last_query_ms=now - 29_999))
    first = calm(d, last_query_ms=0, last_answer_ms=29_500)
    first.now = 30_000
    assert asked(first)


def doubtful(d, since_answer_ms: int | None, **state: object) -> Draft:
    """A calm draft with an order in doubt."""
    d.quoting() if not d.maker.state.orders else None
    now = d.now + 60_000
    last = None if since_answer_ms is None else now - since_answer_ms
    draft = calm(d, last_answer_ms=last, **state)
    first = next(iter(draft.state.orders.values()))
    draft.state.orders[first.cloid] = first._replace(doubtful=True)
    return draft


def test_an_unsettled_matter_is_asked_about_a_second_after_the_last_answer(desk, config):
    d = desk(config)
    assert asked(doubtful(d, 1000))
    assert not asked(doubtful(d, 999))
    assert asked(doubtful(d, None))
    first = doubtful(d, None, last_query_ms=900)
    first.now = 1000
    assert asked(first)


@pytest.mark.parametrize(("timeout_ms", "wait_ms"), [(100, 250), (600, 600), (5000, 1000)])
def test_the_wait_is_within_what_the_rule_allows(desk, config, timeout_ms: int, wait_ms: int):
    assert reconcile._ask_again_ms(draft_of(desk(replace(config, sent_timeout_ms=timeout_ms)))) == wait_ms


def test_what_waits_for_an_answer(desk, config):
    d = desk(config)
    d.quoting()

    def with_order(**fields: Any) -> Draft:
        draft = calm(d)
        first = next(iter(draft.state.orders.values()))
        draft.state.orders[first.cloid] = first._replace(**fields)
        return draft

    now = d.now + 60_000
    assert not reconcile.unsettled(with_order())
    assert reconcile.unsettled(with_order(doubtful=True))
    assert reconcile.unsettled(with_order(absent_once=True))
    assert reconcile.unsettled(with_order(seen_resting=False, sent_ms=now - 5000))
    assert not reconcile.unsettled(with_order(seen_resting=False, sent_ms=now - 4999))
    assert reconcile.unsettled(with_order(state=OrderState.CANCEL_REQUESTED, cancel_ms=now - 10_000))
    assert not reconcile.unsettled(with_order(state=OrderState.CANCEL_REQUESTED, cancel_ms=now - 9_999))
    assert not reconcile.unsettled(with_order(role=Role.COUNTER, sent_ms=now - 60_000))  # too old, but in no doubt


def test_a_close_a_difference_and_a_quiet_shutdown_wait_too(desk, config):
    d = desk(config)
    running = ShutdownState.RUNNING
    assert not reconcile.unsettled(calm(d))
    assert reconcile.unsettled(calm(d, shutdown=running, quiet_ms=5))
    assert not reconcile.unsettled(calm(d, shutdown=running))
    assert not reconcile.unsettled(calm(d, shutdown=ShutdownState.DONE, quiet_ms=5))
    suspected, untold, in_flight = calm(d), calm(d), calm(d)
    gold(suspected).suspect = Suspect(D(1), 0)
    gold(untold).attempt = Attempt("c", D(1), 0, ended_ms=5)
    gold(in_flight).attempt = Attempt("c", D(1), 0)
    assert reconcile.unsettled(suspected)
    assert reconcile.unsettled(untold)
    assert not reconcile.unsettled(in_flight)
