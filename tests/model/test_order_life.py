"""One order from sending to its last word, step by step (L-1, L-2, L-4, L-5, L-6, L-7a, L-8a)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from model.actions import Cancel, Place, Role, Side, Tif
from model.memory import EndedOrders
from model.orders import (
    TRANSITIONS,
    Answered,
    End,
    Order,
    OrderState,
    Trigger,
    advance,
    cancel_action,
    cancel_failed,
    cancel_refused,
    cancel_sent,
    filled,
    revived,
    seen_resting,
    sent,
)

D = Decimal
SENT, RESTING, REQUESTED, ENDED = OrderState
PLACE = Place("c1", "xyz:GOLD", Side.SELL, D(100), D(4), Tif.GTC, True, Role.COUNTER, 3)
AMOUNT = Answered(D(4), D(400), 3, 1, ("a",))
NEW = sent(PLACE, 1000, AMOUNT)
SEEN = seen_resting(NEW, 7, D(4), 1100)

LIFE: dict[str, dict[OrderState, OrderState | End]] = {
    "seen_resting": {SENT: RESTING, RESTING: RESTING, REQUESTED: REQUESTED},
    "cancel_sent": {SENT: REQUESTED, RESTING: REQUESTED, REQUESTED: REQUESTED},
    "filled_up": {SENT: End.FILLED, RESTING: End.FILLED, REQUESTED: End.FILLED},
    "canceled": {SENT: End.CANCELED, RESTING: End.CANCELED, REQUESTED: End.CANCELED},
    "rejected": {SENT: End.REJECTED, RESTING: End.REJECTED, REQUESTED: End.REJECTED},
    "done": {SENT: End.CANCELED, RESTING: End.CANCELED, REQUESTED: End.CANCELED},
    "absent": {SENT: End.ABSENT, RESTING: End.ABSENT, REQUESTED: End.ABSENT},
    "place_failed": {SENT: End.FAILED, REQUESTED: End.FAILED},
    "cancel_refused": {REQUESTED: End.CANCELED},
}


def in_state(state: OrderState) -> Order:
    return NEW._replace(state=state, doubtful=True)


@pytest.mark.parametrize("state", OrderState)
@pytest.mark.parametrize("trigger", Trigger)
def test_each_word_leads_where_the_rules_say_and_any_other_changes_nothing(state: OrderState, trigger: Trigger):
    target = LIFE[trigger.value].get(state)
    told = advance(in_state(state), trigger, 2000)
    if target is None:
        assert told == in_state(state)
        assert (state, trigger) not in TRANSITIONS
    elif isinstance(target, End):
        assert told == NEW._replace(state=ENDED, end=target, changed_ms=2000, doubtful=False)
    else:
        assert told == NEW._replace(state=target, end=None, changed_ms=2000, doubtful=False)


def test_what_else_is_told_is_kept_even_where_the_word_changes_nothing():
    ended = in_state(ENDED)
    assert advance(ended, Trigger.SEEN_RESTING, 2000, oid=9) == ended._replace(oid=9)
    assert advance(ended, Trigger.SEEN_RESTING, 2000) is ended


def test_a_sent_order_is_known_with_all_that_was_sent():
    assert sent(PLACE, 1000, AMOUNT) == Order(
        "c1", "xyz:GOLD", Side.SELL, D(100), D(4), Role.COUNTER, 3, Tif.GTC, True, 1000, 1000, D(4), answered=AMOUNT
    )
    assert sent(PLACE, 1000).answered is None
    assert not NEW.cancel_requested
    assert not NEW.ended
    assert in_state(REQUESTED).cancel_requested
    assert in_state(ENDED).ended


def test_seen_resting_tells_the_oid_once_and_for_all():
    assert seen_resting(NEW, 7, D(4), 1100) == NEW._replace(state=RESTING, oid=7, seen_resting=True, changed_ms=1100)
    assert seen_resting(SEEN, None, D(4), 1200).oid == 7
    assert seen_resting(SEEN, 8, D(4), 1200).oid == 8
    assert seen_resting(NEW._replace(absent_once=True), 7, D(4), 1100) == SEEN


def test_the_smallest_remaining_told_counts_and_a_negative_one_tells_nothing():
    assert seen_resting(SEEN, 7, D(3), 1200).told_remaining == 3
    assert seen_resting(seen_resting(SEEN, 7, D(3), 1200), 7, D(4), 1300).told_remaining == 3
    assert seen_resting(SEEN, 7, D(0), 1200).told_remaining == 0
    assert seen_resting(SEEN, 7, D(-1), 1200).told_remaining == 4


def test_remaining_is_the_smaller_of_fills_and_words_and_exposure_goes_by_fills_alone():
    part = filled(SEEN, D(1), 1200)
    assert (part.remaining, part.unfilled) == (D(3), D(3))
    assert part.changed_ms == 1200
    told = seen_resting(part, 7, D(2), 1300)
    assert (told.remaining, told.unfilled) == (D(2), D(3))
    assert (filled(told, D(5), 1400).unfilled, filled(told, D("2.5"), 1400).remaining) == (D(0), D("0.5"))


def test_fills_end_an_order_when_they_add_up_to_its_size():
    part = filled(SEEN._replace(doubtful=True), D("3.9"), 1200)
    assert (part.state, part.filled, part.doubtful) == (RESTING, D("3.9"), False)
    full = filled(part, D("0.1"), 1300)
    assert (full.state, full.end, full.filled, full.changed_ms) == (ENDED, End.FILLED, D(4), 1300)
    assert filled(part, D(1), 1300).end is End.FILLED


def test_the_first_unanswered_cancel_keeps_its_time():
    once = cancel_sent(SEEN, 2000)
    assert once == SEEN._replace(state=REQUESTED, changed_ms=2000, cancel_ms=2000)
    again = cancel_sent(once._replace(rearmed=True, resend_ms=2100), 3000)
    assert again == once._replace(changed_ms=3000)


def test_a_cancel_before_its_order_was_seen_is_remembered_as_early():
    early = cancel_sent(NEW, 2000)
    assert early.early_cancel
    assert not cancel_sent(SEEN, 2000).early_cancel
    assert cancel_sent(seen_resting(early, 7, D(4), 2100), 2200).early_cancel


def test_a_cancel_names_the_oid_where_it_is_known():
    assert cancel_action(NEW) == Cancel("xyz:GOLD", cloid="c1")
    assert cancel_action(SEEN) == Cancel("xyz:GOLD", oid=7)
    assert cancel_action(SEEN._replace(oid=0)) == Cancel("xyz:GOLD", oid=0)


def test_a_cancel_reject_ends_only_what_was_seen_before_every_cancel():
    refused = cancel_refused(cancel_sent(SEEN, 2000), 2100)
    assert (refused.end, refused.changed_ms) == (End.CANCELED, 2100)
    early = cancel_sent(NEW, 2000)
    assert cancel_refused(early, 2100) == early._replace(changed_ms=2100, doubtful=True, rearmed=True)
    seen = seen_resting(early, 7, D(4), 2050)
    assert cancel_refused(seen, 2100) == seen._replace(changed_ms=2100, doubtful=True)


def test_a_cancel_reject_that_nothing_asked_for_says_nothing():
    for order in (NEW, SEEN, in_state(ENDED)):
        assert cancel_refused(order, 2100) is order
        assert cancel_failed(order, 2100) is order


def test_a_cancel_that_never_left_is_due_a_quarter_second_later():
    out = cancel_sent(SEEN, 2000)
    assert cancel_failed(out, 2000) == out._replace(resend_ms=2250)


def test_a_revived_order_rests_and_its_old_cancels_are_forgotten():
    dead = cancel_failed(cancel_sent(NEW, 2000), 2000)._replace(
        state=ENDED, end=End.ABSENT, rearmed=True, doubtful=True, absent_once=True
    )
    assert revived(dead, 3000) == NEW._replace(state=RESTING, changed_ms=3000, seen_resting=True, early_cancel=True)


def test_amounts_merge_with_the_lowest_level_and_the_most_tries():
    other = Answered(D(1), D(90), 1, 5, ("b", "a"))
    assert AMOUNT.merged(other) == Answered(D(5), D(490), 1, 5, ("a", "b"))
    assert other.merged(AMOUNT) == Answered(D(5), D(490), 1, 5, ("b", "a"))
    assert AMOUNT.merged(other).px == 98


def test_an_ended_order_is_remembered_for_ten_minutes():
    ended = SEEN._replace(state=ENDED, end=End.FILLED)
    memory = EndedOrders().with_order(ended, 5000, was_live=True)
    assert memory.find("c1", 605_000) == memory.find_oid(7, 605_000) == (ended, 5000)
    assert memory.find("c1", 605_001) is memory.find_oid(7, 605_001) is None
