"""Defects of a life as a whole: its beginning, its session, its shutdown, its config; many are classic incidents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from model.actions import Role
from model.config import CounterTif, LevelDistribution, MakerConfig, SizeDistribution, VelocityWeighting
from model.draft import Draft
from model.events import Start
from model.session import SHUTDOWN_MS, quoting_window
from model.state import ShutdownState
from specs.defects.defect import Defect, Patch

FIRST_WORDS = (
    LevelDistribution.LINEAR,
    SizeDistribution.UNIFORM,
    VelocityWeighting.DIRECTION,
    CounterTif.ALO,
)


def _nothing(_original: Any) -> Callable[..., None]:
    return lambda *_args, **_kwargs: None


def _first_word(original: Any) -> Callable[[type[StrEnum], object], Any]:
    def choice(kind: type[StrEnum], value: object) -> Any:
        known = {member.value for member in kind}
        meant = next(word for word in FIRST_WORDS if isinstance(word, kind))
        return original(kind, value if not isinstance(value, str) or value in known else meant.value)

    return choice


def _holds_always(_original: Any) -> property:
    return property(lambda _self: lambda _config: True)


def _other_default(original: Any) -> Callable[..., None]:
    def init(self: MakerConfig, *args: Any, **values: Any) -> None:
        original(self, *args, **({"min_offset_bps": Decimal(25)} | values))

    return init


def _in_the_window(_original: Any) -> Callable[[Draft], bool]:
    return lambda draft: quoting_window(draft.now, draft.config.weekend_only)


def _enabled(_original: Any) -> Callable[[Draft], bool]:
    return lambda draft: draft.config.enabled


def _only_inside(original: Any) -> Callable[[int, int], int | None]:
    def shutdown_start_between(after_ms: int, until_ms: int) -> int | None:
        start_ms: int | None = original(after_ms, until_ms)
        return start_ms if start_ms is not None and until_ms < start_ms + SHUTDOWN_MS else None

    return shutdown_start_between


def _only_after(original: Any) -> Callable[[Draft], None]:
    def begin_in_window(_draft: Draft) -> None:
        return None

    return begin_in_window


def _while_connected(original: Any) -> Callable[[Draft, str], None]:
    return lambda draft, reason: original(draft, reason) if draft.state.connected else None


def _stop_without_cancels(original: Any) -> Callable[[Draft], None]:
    def run_shutdown(draft: Draft) -> None:
        sent = list(draft.state.orders)
        original(draft)
        if draft.state.stopped:
            draft.cancels.clear()
            for cloid in sent:
                draft.state.orders.pop(cloid, None)

    return run_shutdown


def _ladder_only(original: Any) -> Callable[[Draft], None]:
    def run_shutdown(draft: Draft) -> None:
        counters = {c: o for c, o in draft.state.orders.items() if o.role is Role.COUNTER}
        for cloid in counters:
            del draft.state.orders[cloid]
        original(draft)
        draft.state.orders.update(counters)

    return run_shutdown


def _without_orders(original: Any) -> Callable[[Draft, Start], None]:
    return lambda draft, start: original(draft, replace(start, open_orders=()))


def _without_positions(original: Any) -> Callable[[Draft, Start], None]:
    return lambda draft, start: original(draft, replace(start, positions=()))


def _without_fills(original: Any) -> Callable[[Draft, Start], None]:
    return lambda draft, start: original(draft, replace(start, fills=()))


def _same_names_each_life(original: Any) -> Callable[..., Any]:
    def place(draft: Draft, market: Any, wanted: Any) -> Any:
        started_ms, draft.state.started_ms = draft.state.started_ms, 0
        order = original(draft, market, wanted)
        draft.state.started_ms = started_ms
        return order

    return place


def _settled_at_once(original: Any) -> Callable[[Draft], None]:
    def begin_in_window(draft: Draft) -> None:
        draft.state.settled = True
        original(draft)

    return begin_in_window


def _in_hash_order(original: Any) -> Callable[..., Any]:
    return lambda draft, market: sorted(original(draft, market), key=lambda order: hash(order.cloid))


def _hard_stop_cleared(original: Any) -> Callable[[Draft], None]:
    def begin_weekend(draft: Draft) -> None:
        draft.state.stopped = ""
        original(draft)

    return begin_weekend


def _closed_once(original: Any) -> Callable[..., None]:
    def close(draft: Draft, where: Any) -> None:
        if where.attempts == 0:
            original(draft, where)

    return close


def _done_with_a_position(original: Any) -> Callable[..., bool]:
    return lambda draft, where: where.attempt_ms is None and original(draft, where)


def _by_the_account(_original: Any) -> Callable[[Any], Decimal]:
    return lambda where: abs(where.book.net + where.taker_net)


def _raises_on_strangers(original: Any) -> Callable[[Draft, Any], None]:
    def take(draft: Draft, event: Any) -> None:
        market = getattr(event, "market", None)
        if market is not None:
            draft.state.markets[market].reported |= {"known"}
        original(draft, event)

    return take


def _shutdown_ends_itself(original: Any) -> Callable[..., None]:
    def finish_shutdown(draft: Draft, query_ms: int, agreed: bool) -> None:
        original(draft, query_ms, agreed)
        if draft.state.shutdown is ShutdownState.DONE and not draft.state.stopped:
            draft.state.shutdown = ShutdownState.NONE

    return finish_shutdown


DEFECTS: tuple[Defect, ...] = (
    Defect(
        "misspelt-word-means-default",
        "A misspelt distribution silently means the first one",
        ("C-1",),
        ("CFG-1",),
        (Patch("mmgate.loading:_choice", _first_word),),
        tags=("as-reviewed",),
    ),
    Defect(
        "contradictions-taken",
        "Limits that exclude each other are taken",
        ("C-1",),
        ("CFG-1",),
        (Patch("model.config:Contradiction.holds", _holds_always),),
    ),
    Defect(
        "default-moved",
        "The least offset that a config omits is 25 bps",
        ("C-1",),
        ("CFG-4",),
        (Patch("model.config:MakerConfig.__init__", _other_default),),
    ),
    Defect(
        "observation-quotes",
        "The switch `enabled` is not looked at before quoting",
        ("I-8", "L-9"),
        ("OBS-1",),
        (Patch("model.permission:session_open", _in_the_window), Patch("model.answers:session_open", _in_the_window)),
    ),
    Defect(
        "window-not-asked",
        "The quoting window is not asked before an order is sent",
        ("S-1",),
        ("SES-1",),
        (Patch("model.permission:session_open", _enabled), Patch("model.shutdown:enter_shutdown", _nothing)),
    ),
    Defect(
        "window-seen-only-inside",
        "The shutdown window counts only if an event comes inside it",
        ("S-2",),
        ("SES-1",),
        (Patch("model.shutdown:shutdown_start_between", _only_inside),),
    ),
    Defect(
        "signal-lost-offline",
        "A signal that comes while the connection is down is forgotten",
        ("L-9",),
        ("ORD-4",),
        (Patch("model.maker:stop", _while_connected),),
        tags=("incident",),
    ),
    Defect(
        "cancels-skipped-on-signal",
        "A signal ends the maker without cancelling what rests",
        ("L-9", "L-2"),
        ("ORD-1",),
        (Patch("model.maker:run_shutdown", _stop_without_cancels),),
        tags=("incident",),
    ),
    Defect(
        "counters-outlive-shutdown",
        "The shutdown cancels the ladder only",
        ("L-9", "L-8"),
        ("ORD-5",),
        (Patch("model.maker:run_shutdown", _ladder_only),),
        tags=("incident",),
    ),
    Defect(
        "position-left-behind",
        "The shutdown cancels, and closes no position",
        ("L-9",),
        ("ORD-3",),
        (Patch("model.shutdown:_close", _nothing),),
        tags=("incident",),
    ),
    Defect(
        "one-close-is-enough",
        "The shutdown closes once and takes a part fill for the whole",
        ("L-9",),
        ("ORD-3",),
        (Patch("model.shutdown:_close", _closed_once),),
        tags=("incident",),
    ),
    Defect(
        "close-by-the-account",
        "A close is sized by the account's position, the other strategy's part included",
        ("L-9", "I-0"),
        ("FIL-3",),
        (Patch("model.shutdown:closable", _by_the_account),),
        tags=("incident",),
    ),
    Defect(
        "shutdown-forgotten",
        "A shutdown that is done is over, and quoting may begin again",
        ("L-9", "S-2"),
        ("SES-1",),
        (Patch("model.maker:finish_shutdown", _shutdown_ends_itself), Patch("model.permission:session_open", _enabled)),
    ),
    Defect(
        "restart-forgets-orders",
        "A new life does not know its predecessor's orders, whoever tells of them",
        ("L-7", "S-5"),
        ("ORD-1", "ORD-7"),
        (
            Patch("model.maker:_take_account", _without_orders),
            Patch("model.reconcile:adopt", _nothing),
            Patch("model.words:adopt", _nothing),
        ),
        tags=("incident",),
    ),
    Defect(
        "restart-forgets-positions",
        "A new life begins flat, whatever the account holds",
        ("S-5", "I-0"),
        ("FIL-1", "INV-1"),
        (Patch("model.maker:_take_account", _without_positions),),
        tags=("incident",),
    ),
    Defect(
        "restart-opens-the-gate",
        "A new life knows no losses of the hour before it",
        ("I-7", "S-5"),
        ("HLT-1",),
        (Patch("model.maker:_take_account", _without_fills),),
        tags=("incident",),
    ),
    Defect(
        "restart-quotes-at-once",
        "A new life quotes before it knows what the old one left",
        ("S-5", "L-6"),
        ("HLT-1",),
        (Patch("model.maker:begin_in_window", _settled_at_once),),
        tags=("incident",),
    ),
    Defect(
        "names-begin-anew",
        "Client order ids count from the same number in each life",
        ("L-11",),
        ("ORD-11",),
        (Patch("model.draft:Draft.place", _same_names_each_life),),
        tags=("incident",),
    ),
    Defect(
        "cancels-in-hash-order",
        "Orders are cancelled in the order of a hash, which differs from process to process",
        ("N-4",),
        ("DET-1",),
        (Patch("model.requote:resting_ladder", _in_hash_order),),
    ),
    Defect(
        "weekend-clears-hard-stop",
        "A new weekend begins as if no hard stop had been told",
        ("S-4",),
        ("SES-1",),
        (Patch("model.shutdown:_begin_weekend", _hard_stop_cleared),),
    ),
    Defect(
        "stranger-ends-the-maker",
        "A fill in a market that was never told raises",
        ("N-6",),
        ("ROB-1",),
        (Patch("model.maker:_take", _raises_on_strangers),),
        tags=("incident",),
    ),
)
