"""Classic incidents of market makers: the venue's words misread, fills miscounted, orders forgotten."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from model.actions import Role, Side, Tif
from model.draft import Draft, Wanted
from model.events import Canceled, Unknown
from model.memory import FillSet
from model.orders import Order, OrderState, Trigger, advance
from model.state import ShutdownState
from specs.defects.defect import Defect, Patch


def _gone_when_asked(original: Any) -> Callable[[Draft, Order], None]:
    def cancel(draft: Draft, order: Order) -> None:
        original(draft, order)
        if draft.state.ended.find(order.cloid, draft.now) is None:
            draft.keep(advance(draft.state.orders[order.cloid], Trigger.CANCELED, draft.now))

    return cancel


def _refused_is_gone(original: Any) -> Callable[[Order, int], Order]:
    return lambda order, now_ms: advance(order, Trigger.CANCEL_REFUSED, now_ms)


def _full_at_first(original: Any) -> Callable[[Order, Decimal, int], Order]:
    return lambda order, sz, now_ms: original(order, order.size, now_ms)._replace(filled=order.filled + sz)


def _unasked_ignored(original: Any) -> Callable[[Draft, Order, Any], None]:
    def word(draft: Draft, order: Order, event: Any) -> None:
        if not isinstance(event, Canceled) or order.cancel_requested:
            original(draft, order, event)

    return word


def _sent_twice(original: Any) -> Callable[[Draft, Order, Any], None]:
    def word(draft: Draft, order: Order, event: Any) -> None:
        original(draft, order, event)
        if isinstance(event, Unknown) and order.side is not None and order.role is not None:
            again = Wanted(order.side, order.px, order.size, order.tif, order.role, order.level, order.reduce_only)
            draft.place(draft.state.markets[order.market].market, again)

    return word


def _absent_is_gone(original: Any) -> Callable[..., None]:
    def judge(draft: Draft, order: Order, told: Any, query_ms: int) -> None:
        original(draft, order if told is not None else order._replace(seen_resting=True), told, query_ms)

    return judge


def _never_asked(original: Any) -> Callable[[Draft], None]:
    def ask_if_due(draft: Draft) -> None:
        if not draft.state.settled or draft.state.shutdown is not ShutdownState.NONE:
            original(draft)

    return ask_if_due


def _each_time(_original: Any) -> Callable[[FillSet, Any], bool]:
    return lambda _self, _identity: False


def _by_number_alone(original: Any) -> Callable[[FillSet, Any], FillSet]:
    return lambda self, identity: original(self, (0, "", identity[2]))


def _number_known(original: Any) -> Callable[[FillSet, Any], bool]:
    return lambda self, identity: original(self, (0, "", identity[2]))


def _known_only(original: Any) -> Callable[[Draft, Any], bool]:
    return lambda draft, fill: fill.cloid in draft.state.orders


def _order_of_this_life(original: Any) -> Callable[[Draft, Any], bool]:
    def is_own(draft: Draft, fill: Any) -> bool:
        this_life = f"{draft.state.prefix}{draft.state.started_ms:012x}"
        return original(draft, fill) and (fill.cloid is None or fill.cloid.startswith(this_life))

    return is_own


def _whole_order(original: Any) -> Callable[..., None]:
    return lambda draft, where, order, px, _sz: original(draft, where, order, px, order.size)


def _counters_too(original: Any) -> Callable[..., None]:
    def answer(draft: Draft, where: Any, order: Order, fill: Any) -> None:
        known = order.role is Role.COUNTER and order.level is not None
        original(draft, where, order._replace(role=Role.LADDER) if known else order, fill)

    return answer


def _sent_again(original: Any) -> Callable[..., None]:
    def collect(where: Any, side: Side, amount: Any) -> None:
        if amount is not None:
            original(where, side, amount)

    return collect


def _strangers_cancelled(original: Any) -> Callable[..., bool]:
    def take_answer(draft: Draft, answer: Any) -> bool:
        agreed: bool = original(draft, answer)
        for told in answer.orders:
            if not draft.state.owns(told.cloid):
                draft.cancels.append(_by_oid(told))
        return agreed

    return take_answer


def _by_oid(told: Any) -> Any:
    from model.actions import Cancel

    return Cancel(told.market, oid=told.oid)


def _sent_stay(original: Any) -> Callable[..., list[Order]]:
    return lambda draft, market: [o for o in original(draft, market) if o.state is OrderState.RESTING]


def _good_til_cancelled(original: Any) -> Callable[..., Any]:
    def wanted(side: Any, px: Any, sz: Any, _tif: Tif, *more: Any, **named: Any) -> Any:
        return original(side, px, sz, Tif.GTC, *more, **named)

    return wanted


DEFECTS: tuple[Defect, ...] = (
    Defect(
        "rungs-good-til-cancelled",
        "Rungs are sent good til cancelled, so that they may take",
        ("L-3",),
        ("ORD-16",),
        (Patch("model.requote:Wanted", _good_til_cancelled),),
        tags=("incident",),
    ),
    Defect(
        "counters-good-til-cancelled",
        "Counter-orders are sent good til cancelled, whatever the config names",
        ("L-8",),
        ("ORD-16",),
        (Patch("model.answers:Wanted", _good_til_cancelled),),
        tags=("incident",),
    ),
    Defect(
        "closes-rest",
        "Closes are sent reduce-only, but good til cancelled",
        ("L-9", "I-4"),
        ("ORD-16",),
        (Patch("model.attempts:Wanted", _good_til_cancelled),),
        tags=("incident",),
    ),
    Defect(
        "cancel-taken-for-done",
        "An order is forgotten as soon as its cancel is sent",
        ("L-2", "L-1"),
        ("ORD-1", "INV-3"),
        (Patch("model.draft:Draft.cancel", _gone_when_asked),),
        tags=("incident",),
    ),
    Defect(
        "early-cancel-believed",
        "A cancel that overtook its place is refused, and the order is taken for ended",
        ("L-5",),
        ("ORD-1", "STL-1"),
        (Patch("model.words:cancel_refused", _refused_is_gone),),
        tags=("incident",),
    ),
    Defect(
        "part-fill-taken-for-full",
        "The first fill ends an order, whatever still rests",
        ("L-4",),
        ("INV-3", "ORD-8"),
        (Patch("model.fills:filled", _full_at_first),),
        tags=("incident",),
    ),
    Defect(
        "unasked-cancel-ignored",
        "An order that the venue cancels by itself stays in the books",
        ("L-5",),
        ("ORD-2",),
        (Patch("model.words:_word", _unasked_ignored),),
    ),
    Defect(
        "sent-twice-on-unknown",
        "What was told `unknown` is sent once more",
        ("L-6",),
        ("ORD-10",),
        (Patch("model.words:_word", _sent_twice),),
        tags=("incident",),
    ),
    Defect(
        "absent-taken-for-gone",
        "An order that one answer does not tell is ended, under way or not",
        ("L-7a",),
        ("INV-3", "ORD-8"),
        (Patch("model.reconcile:_judge", _absent_is_gone),),
        tags=("incident",),
    ),
    Defect(
        "never-reconciled",
        "After the start the venue is never asked again",
        ("L-7", "L-6"),
        ("ORD-2",),
        (Patch("model.maker:ask_if_due", _never_asked),),
        tags=("incident",),
    ),
    Defect(
        "fills-counted-again",
        "A fill that is told twice counts twice",
        ("L-4",),
        ("FIL-1",),
        (Patch("model.memory:FillSet.__contains__", _each_time),),
        tags=("incident",),
    ),
    Defect(
        "fills-told-apart-by-number",
        "A fill's number alone is its identity",
        ("L-4",),
        ("FIL-1",),
        (
            Patch("model.memory:FillSet.__contains__", _number_known),
            Patch("model.memory:FillSet.with_fill", _by_number_alone),
        ),
        tags=("incident",),
    ),
    Defect(
        "late-fills-are-takers",
        "A fill of an order that has ended is counted as the other strategy's",
        ("L-4", "I-0"),
        ("FIL-2",),
        (Patch("model.fills:_is_own", _known_only),),
        tags=("incident",),
    ),
    Defect(
        "old-lifes-fills-are-takers",
        "A fill of an order of an earlier life is counted as the other strategy's",
        ("L-11", "I-0"),
        ("FIL-2",),
        (Patch("model.fills:_is_own", _order_of_this_life),),
        tags=("incident",),
    ),
    Defect(
        "counter-for-the-whole-order",
        "Each part fill is answered by a counter-order of the whole order's size",
        ("L-8",),
        ("CTR-3",),
        (Patch("model.fills:answer_fill", _whole_order),),
        tags=("incident",),
    ),
    Defect(
        "counter-answers-counter",
        "A counter-order's fill is answered by one more",
        ("L-8a",),
        ("CTR-5",),
        (Patch("model.fills:_answer", _counters_too),),
        tags=("incident",),
    ),
    Defect(
        "collected-sent-again",
        "A collected amount stays collected when it has been sent",
        ("L-8a",),
        ("CTR-3",),
        (Patch("model.state:MarketState.collect", _sent_again),),
    ),
    Defect(
        "strangers-cancelled",
        "Every order that an answer tells is cancelled, whoever sent it",
        ("L-7", "L-11"),
        ("ORD-12",),
        (Patch("model.maker:take_answer", _strangers_cancelled),),
        tags=("incident",),
    ),
    Defect(
        "unconfirmed-not-cancelled",
        "A requote cancels confirmed rungs only",
        ("L-2", "L-3"),
        ("ORD-8", "ORD-10"),
        (Patch("model.requote:resting_ladder", _sent_stay), Patch("model.permission:resting_ladder", _sent_stay)),
        tags=("incident",),
    ),
)
