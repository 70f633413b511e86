"""Lemmas on the books: exposure and admission, inventory limits, conservation, drawdown, the request budget."""

from __future__ import annotations

from typing import Any

from model import inventory, permission, requote, risk
from model.actions import Role, Side, Tif
from model.orders import Order, OrderState
from model.quoting import Rung
from specs.contracts.scaled import EXACT, HOUR_MS, exact, having, lemma, side_of, whole

RECORDS = "it reads records of orders, and CrossHair follows no Decimal zero among symbolic integers"


def order_of(side: Side, size: Any, filled: Any, *, cancelling: bool = False, role: Role = Role.LADDER) -> Order:
    """Return an order that rests, or whose cancel is requested."""
    state = OrderState.CANCEL_REQUESTED if cancelling else OrderState.RESTING
    none: Any = 0
    order = Order("", "", side, none, size, role, 0, Tif.ALO, False, 0, 0, size, state)
    return order._replace(filled=filled)


# INV-3: exposure and admission


@lemma("INV-3", "inventory.exposure", "inventory.Exposure.of", "orders.Order.unfilled", beyond=RECORDS)
def an_order_is_exposure_until_it_is_filled(
    net: int, size: int, filled: int, buying: bool, cancelling: bool, counting: bool
) -> bool:
    """Claim ±net + what its fills leave, on its own side only, its cancel requested or not unless that is left out.

    pre: size > 0 and filled >= 0
    post: _
    """
    side = side_of(buying)
    told = [order_of(side, size, filled, cancelling=cancelling)]
    exposed = inventory.exposure(whole(net), told, cancelled_too=counting)
    left = size - filled if filled < size and (counting or not cancelling) else 0
    mine, other = exposed.of(side), exposed.of(side.opposite)
    return bool(mine == side.sign * net + left and other == -side.sign * net)


@lemma("INV-3", "inventory.exposure", beyond=RECORDS)
def a_flatten_is_no_exposure_and_orders_add_up(net: int, first: int, second: int, close: int, buying: bool) -> bool:
    """Claim that two orders of a side add up, and a close beside them counts on neither.

    pre: first > 0 and second > 0 and close > 0
    post: _
    """
    side = side_of(buying)
    close_order = order_of(side, close, 0, role=Role.FLATTEN)
    told = [order_of(side, first, 0), close_order, order_of(side, second, 0)]
    exposed = inventory.exposure(whole(net), told)
    return bool(exposed.of(side) == side.sign * net + first + second)


def standing(net: Any, mark: Any, limit: Any, told: list[Order]) -> tuple[Any, Any, list[Any]]:
    """Return a stand-in draft and market for `told` orders, and the list of what is placed."""
    placed: list[Any] = []
    where = having(
        mark_px=mark, market=having(name=""), book=having(net=net), pending=(), reported=frozenset(), velocity=None
    )
    draft = having(
        config=having(max_position_usd=limit, use_alo=True),
        orders_of=lambda _name: told,
        place=lambda _market, wanted: placed.append(wanted.level),
        state=having(
            orders=having(values=lambda: told),
            requests=having(allows_place=lambda _config: True, left=lambda: 0),
        ),
    )
    return draft, where, placed


@lemma("INV-3", "requote._admitted", "inventory.exposure", beyond=RECORDS)
def rungs_are_admitted_from_level_0_while_they_fit(
    net: int, mark: int, limit: int, live: int, first: int, second: int, buying: bool, cancelling: bool
) -> bool:
    """Claim that a rung is admitted exactly if it and all inside it fit, orders being cancelled not counted.

    pre: mark > 0 and limit > 0 and live > 0 and first > 0 and second > 0
    post: _
    """
    side = side_of(buying)
    draft, where, _ = standing(net, mark, limit, [order_of(side, live, 0, cancelling=cancelling)])
    rungs = tuple(Rung(side, level, whole(mark), whole(sz)) for level, sz in enumerate((first, second)))
    admitted = [rung.level for rung in requote._admitted(draft, where, requote._Replacement(side, rungs, []), {})]
    before = side.sign * net + (0 if cancelling else live)
    one, both = (before + first) * mark <= limit, (before + first + second) * mark <= limit
    return admitted == ([0, 1] if one and both else [0] if one else [])


@lemma("INV-3", "requote._send", "inventory.exposure", "permission.meets_own", beyond=RECORDS)
def what_is_sent_fits_with_all_that_is_not_ended(
    net: int, mark: int, limit: int, live: int, filled: int, first: int, second: int, buying: bool
) -> bool:
    """Claim that what goes out fits with orders being cancelled counted, and what does not waits with its outer ones.

    pre: mark > 0 and limit > 0 and live > 0 and 0 <= filled <= live and first > 0 and second > 0
    post: _
    """
    side = side_of(buying)
    draft, where, placed = standing(net, mark, limit, [order_of(side, live, filled, cancelling=True)])
    rungs = [Rung(side, level, whole(mark), whole(sz)) for level, sz in enumerate((first, second))]
    requote._send(draft, where, rungs)
    before = side.sign * net + live - filled
    one, both = (before + first) * mark <= limit, (before + first + second) * mark <= limit
    sent = [0, 1] if one and both else [0] if one else []
    return placed == sent and [level for _, level in where.pending] == [n for n in (0, 1) if n not in sent]


@lemma("ORD-9", "permission.meets_own", beyond=RECORDS)
def what_would_meet_an_own_order_is_seen(px: int, own_px: int, buying: bool, opposed: bool) -> bool:
    """Claim that an order meets an own one of the other side that its price reaches, and none of its own side.

    post: _
    """
    side = side_of(buying)
    own = order_of(side.opposite if opposed else side, 1, 0, cancelling=True)._replace(px=whole(own_px))
    draft, _, _ = standing(0, 1, 1, [own])
    reaches = px >= own_px if buying else px <= own_px
    return permission.meets_own(draft, "", side, whole(px)) == (opposed and reaches)


# INV-1, INV-2: books and limits


@lemma("INV-1", "inventory.booked", beyond=EXACT)
def a_fill_conserves_money_and_size(net: int, cost: int, cash: int, px: int, sz: int, buying: bool) -> bool:
    """Claim cash + cost = realised before and after, the new net, and that a reduction keeps the entry.

    pre: px > 0 and sz > 0 and (net != 0 or cost == 0)
    post: _
    """
    held, side = exact(net), side_of(buying)
    book = inventory.Book(held, exact(cost), exact(cash), exact(cost) + exact(cash))
    after = inventory.booked(book, side, exact(px), exact(sz))
    moved = after.net == held + side.sign * sz and after.cash == exact(cash) - side.sign * exact(sz) * px
    reduced = held * side.sign < 0 and sz < abs(held)
    kept = after.cost * held == cost * after.net if reduced else True
    return bool(moved and after.cash + after.cost == after.realised and kept)


@lemma("INV-2", "inventory.adds_to", "inventory.ratio", beyond=EXACT)
def the_ratio_is_the_value_over_the_limit(net: int, mark: int, limit: int, buying: bool) -> bool:
    """Claim net × mark / limit cut to [−1, 1], and that an order adds exactly to its own side of it, or to none.

    pre: mark > 0 and limit > 0
    post: _
    """
    ratio = inventory.ratio(having(max_position_usd=exact(limit)), exact(net), exact(mark))
    value = exact(net) * mark
    cut = limit if value > limit else -limit if value < -limit else value
    adds = inventory.adds_to(exact(net), side_of(buying))
    return bool(ratio * limit == cut and adds == (net == 0 or (net > 0) == buying))


# RSK-1, ORD-10: what stops new risk


@lemma("RSK-1", "risk.DrawdownGate.with_result", "risk.DrawdownGate.aged", "risk.DrawdownGate.shut", beyond=RECORDS)
def the_gate_is_shut_by_the_last_hours_sum(
    now: int, first: int, second: int, usd: int, more: int, limit: int, between: int
) -> bool:
    """Claim that two results, told in any order and aged in between, shut it exactly when the hour's loses the limit.

    pre: limit >= 0 and between <= now
    post: _
    """
    gate = risk.DrawdownGate().with_result(first, whole(usd)).aged(between).with_result(second, whole(more))
    shut = gate.aged(now).shut(having(max_hourly_drawdown_usd=limit))
    young = sum(result for told, result in ((first, usd), (second, more)) if now - told < HOUR_MS)
    return shut == (limit > 0 and young <= -limit)


@lemma("ORD-10", "risk.Requests.allows_place", "risk.Requests.left", beyond=RECORDS)
def the_reserve_is_never_spent_on_a_placement(told: int, used: int, traded: int, reserve: int) -> bool:
    """Claim that one more placement is allowed exactly if it leaves the reserve untouched.

    pre: reserve >= 0
    post: _
    """
    allowed = risk.Requests(told, used, whole(traded)).allows_place(having(request_reserve=reserve))
    return allowed == (told + traded - used > reserve)
