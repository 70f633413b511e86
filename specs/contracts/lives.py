"""Lemmas on an order's life: the table over lists of events, cancel-rejects, fills, what remains."""

from __future__ import annotations

from model import orders
from model.actions import Place, Role, Side, Tif
from model.arithmetic import ZERO
from model.orders import End, Order, OrderState, Trigger
from specs.contracts.books import order_of
from specs.contracts.scaled import lemma, side_of, whole

TRIGGERS = tuple(Trigger)
STATES = tuple(OrderState)
TABLE = "it looks a table up by a symbolic key"
ALWAYS_LAST = (Trigger.FILLED_UP, Trigger.CANCELED, Trigger.REJECTED, Trigger.DONE, Trigger.ABSENT)


def in_state(index: int) -> Order:
    """Return an order in the state of that index."""
    order = order_of(Side.BUY, 10, 0)._replace(state=STATES[index], tif=Tif.ALO, role=Role.LADDER)
    return order._replace(end=End.CANCELED if order.ended else None)


@lemma("ORD-2", "orders.advance", beyond=TABLE)
def an_ended_order_stays_ended(state: int, first: int, second: int) -> bool:
    """Claim that of any two events, from any state on, none changes an ended order, and that an end has its how.

    pre: 0 <= state < 4 and 0 <= first < 9 and 0 <= second < 9
    post: _
    """
    order = in_state(state)
    for index in (first, second):
        after = orders.advance(order, TRIGGERS[index], 1)
        if order.ended and after != order:
            return False
        if after.ended != (after.end is not None):
            return False
        order = after
    return True


@lemma("ORD-2", "orders.advance", beyond=TABLE)
def only_a_last_word_ends_an_order(state: int, trigger: int) -> bool:
    """Claim which events end an order: a failed placement unless it was seen resting, a refused cancel if requested.

    pre: 0 <= state < 3 and 0 <= trigger < 9
    post: _
    """
    order, event = in_state(state), TRIGGERS[trigger]
    last = event in ALWAYS_LAST
    last = last or (event is Trigger.PLACE_FAILED and order.state is not OrderState.RESTING)
    last = last or (event is Trigger.CANCEL_REFUSED and order.cancel_requested)
    return orders.advance(order, event, 1).ended == last


@lemma("ORD-1", "orders.advance", beyond=TABLE)
def a_requested_cancel_stays_requested_until_the_end(first: int, second: int) -> bool:
    """Claim that after a cancel no two events make an order that rests without one.

    pre: 0 <= first < 9 and 0 <= second < 9
    post: _
    """
    order = orders.advance(in_state(1), Trigger.CANCEL_SENT, 1)
    for index in (first, second):
        order = orders.advance(order, TRIGGERS[index], 2)
    return order.cancel_requested or order.ended


@lemma("ORD-13", "orders.seen_resting", "orders.cancel_sent", "orders.cancel_refused", "orders.advance", beyond=TABLE)
def a_refused_cancel_ends_only_what_every_cancel_saw_resting(first: int, second: int, third: int, last: int) -> bool:
    """Claim L-5 over any four of: told resting, cancel sent, cancel refused.

    pre: 0 <= first < 3 and 0 <= second < 3 and 0 <= third < 3 and 0 <= last < 3
    post: _
    """
    order, seen, out, early = orders.sent(A_PLACE, 0), False, False, False
    for index in (first, second, third, last):
        if index == 0:
            order, seen = orders.seen_resting(order, 7, order.size, 1), True
        elif index == 1:
            order, out, early = orders.cancel_sent(order, 1), True, early or not seen
        else:
            order = orders.cancel_refused(order, 1)
            if order.ended:
                return out and seen and not early
            if out and seen and not early:
                return False
    return not order.ended and order.cancel_requested == out


@lemma("ORD-2", "orders.filled", "orders.advance", beyond=TABLE)
def fills_end_an_order_only_when_they_add_up(size: int, first: int, second: int, state: int) -> bool:
    """Claim that an order ends by fills exactly when their sum reaches its size.

    pre: size > 0 and first > 0 and second > 0 and 0 <= state < 3
    post: _
    """
    start = in_state(state)._replace(size=whole(size))
    one = orders.filled(start, whole(first), 1)
    both = orders.filled(one, whole(second), 2)
    ends = one.ended == (first >= size) and both.ended == (first + second >= size)
    return ends and (both.end is End.FILLED) == both.ended and both.filled == first + second


@lemma("ORD-2", "orders.Order.remaining", "orders.seen_resting", beyond=TABLE)
def the_smallest_remaining_told_counts(size: int, filled: int, told: int, later: int, buying: bool) -> bool:
    """Claim min(size − fills, the smallest remaining told); a told remaining under 0 is no word.

    pre: size > 0 and 0 <= filled <= size and told >= 0
    post: _
    """
    order = order_of(side_of(buying), size, filled)
    order = orders.seen_resting(orders.seen_resting(order, 7, whole(told), 1), None, whole(later), 2)
    least = min(size - filled, size, told)
    return order.remaining == (min(least, later) if later >= 0 else least) and order.oid == 7


A_PLACE = Place("", "", Side.BUY, ZERO, ZERO, Tif.ALO, role=Role.LADDER, level=0)
