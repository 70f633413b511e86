"""Two makers' answers to one event, compared up to the names of orders and the order of independent actions.

Every maker names its orders itself, so a name of one stands for a name of the other from the moment at which both
place the same order. What no rule puts in order is equal here in any order: actions of different markets, and within
a market places and cancels, for a place counts all orders not yet ended, those being cancelled too (I-5, L-3), and may
meet none of them (L-13). Only a flatten waits for the cancels that clear its path (L-13).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from typing import Any

from model import events
from model.actions import Action, Cancel, Place, QueryOpenOrders, ScheduleCancel
from model.arithmetic import text
from model.events import Event, OpenOrder, Start
from model.journal import Reply


class Mode(StrEnum):
    """What must agree: the actions; the codes logged too; or the actions with numbers within a tolerance."""

    ACTIONS = "actions"
    ACTIONS_AND_LOG = "actions+log"
    NUMBERS = "numbers"


CODES = frozenset(
    {
        "close_blocked_by_taker",
        "data_corruption",
        "position_corrected",
        "rung_below_minimum",
        "shutdown_done",
        "stale_oracle",
        "time_went_back",
        "uninformative_statistics",
        "wick_stats",
    }
)
"""The codes of log lines that the rules name; what else a maker logs is its own."""

TOLERANCE = Decimal("2e-4")
"""Relative difference of a price allowed in mode `numbers`: two ticks of five significant figures (N-3, Q-9)."""


class Names:
    """Which order of the port is which of the reference, by cloid; oids are the venue's and need no translation."""

    def __init__(self) -> None:
        self._of_reference: dict[str, str] = {}
        self._of_port: dict[str, str] = {}
        self._by_oid: dict[tuple[str, int], str] = {}

    def pair(self, port: str, reference: str) -> None:
        """Note that both cloids name one order."""
        self._of_reference[port] = reference
        self._of_port[reference] = port

    def reference(self, cloid: str | None) -> str | None:
        """Return the reference's name of a port's order; a stranger's order keeps its own."""
        return cloid if cloid is None else self._of_reference.get(cloid, cloid)

    def told(self, event: Event) -> Event:
        """Return an event as the reference is told it, and learn which oid belongs to which order."""
        if isinstance(event, events.OpenOrders):
            return replace(event, orders=self._orders(event.orders))
        cloid: str | None = getattr(event, "cloid", None)
        if cloid is None:
            return event
        oid, market = getattr(event, "oid", None), getattr(event, "market", "")
        named = self._of_reference.get(cloid, cloid)
        if oid is not None:
            self._by_oid[market, oid] = named
        changed: Any = {"cloid": named}
        return event if named == cloid else replace(event, **changed)

    def start(self, start: Start) -> Start:
        """Return a life's beginning as the reference is told it."""
        fills = tuple(replace(fill, cloid=self.reference(fill.cloid)) for fill in start.fills)
        return replace(start, open_orders=self._orders(start.open_orders), fills=fills)

    def for_port(self, event: Event) -> Event:
        """Return an event told under the reference's names as the port is told it."""
        if isinstance(event, events.OpenOrders):
            return replace(event, orders=self._renamed(event.orders))
        cloid: str | None = getattr(event, "cloid", None)
        if cloid is None or cloid not in self._of_port:
            return event
        changed: Any = {"cloid": self._of_port[cloid]}
        return replace(event, **changed)

    def start_for_port(self, start: Start) -> Start:
        """Return a life's beginning told under the reference's names as the port is told it."""
        fills = tuple(replace(fill, cloid=self._of_port.get(fill.cloid or "", fill.cloid)) for fill in start.fills)
        return replace(start, open_orders=self._renamed(start.open_orders), fills=fills)

    def _renamed(self, orders: Sequence[OpenOrder]) -> tuple[OpenOrder, ...]:
        self._by_oid.update({(one.market, one.oid): one.cloid for one in orders if one.cloid is not None})
        return tuple(replace(one, cloid=self._of_port.get(one.cloid or "", one.cloid)) for one in orders)

    def order_of(self, cancel: Cancel, *, port: bool) -> str:
        """Name the order that a cancel means: by the reference's cloid where it is known, else by oid."""
        if cancel.cloid is not None:
            return str(self.reference(cancel.cloid)) if port else cancel.cloid
        oid = cancel.oid or 0
        return self._by_oid.get((cancel.market, oid), f"oid {oid}")

    def _orders(self, orders: Iterable[OpenOrder]) -> tuple[OpenOrder, ...]:
        named = tuple(replace(order, cloid=self.reference(order.cloid)) for order in orders)
        for order in named:
            if order.cloid is not None:
                self._by_oid[order.market, order.oid] = order.cloid
        return named


@dataclass(frozen=True, slots=True)
class Difference:
    """What two replies do not share, each action on one line; `kind` is a code.

    kinds: actions, order (of dependent actions), attribution, log; `query` and `near` are what can't be compared:
    a query that one of them sends at another fair moment (L-7a), a price within the tolerance of mode `numbers`.
    """

    kind: str
    only_reference: tuple[str, ...] = ()
    only_port: tuple[str, ...] = ()

    @property
    def comparable(self) -> bool:
        """Whether this is a divergence, not the end of what can be compared."""
        return self.kind not in ("query", "near")

    def told(self, between: tuple[str, str] = ("the reference", "the port")) -> str:
        """Say it on one line; `between`: how the two makers are called."""
        wanted = "; ".join(self.only_reference) or "nothing"
        found = "; ".join(self.only_port) or "nothing"
        return f"{between[0]}: {wanted} · {between[1]}: {found}"


def difference(names: Names, reference: Reply, port: Reply, mode: Mode = Mode.ACTIONS) -> Difference | None:
    """Compare two answers, pair the orders that both place; None if they agree."""
    found = _orders_apart(names, reference.actions, port.actions, near=mode is Mode.NUMBERS)
    if found is not None and found.comparable:
        return found
    for kind in (ScheduleCancel, QueryOpenOrders):
        mine, others = (
            tuple(_line(one) for one in reply.actions if isinstance(one, kind)) for reply in (reference, port)
        )
        if mine != others:
            return Difference("query" if kind is QueryOpenOrders else "actions", mine, others)
    if port.mm_fill is not None and reference.mm_fill is not None and port.mm_fill != reference.mm_fill:
        return Difference("attribution", (f"mm_fill {reference.mm_fill}",), (f"mm_fill {port.mm_fill}",))
    if mode is Mode.ACTIONS_AND_LOG and (mine := codes(reference)) != (others := codes(port)):
        return Difference("log", _less(mine, others), _less(others, mine))
    return found


def codes(reply: Reply) -> tuple[str, ...]:
    """Return what a reply logged of the codes that the rules name, each with its market, in order of the alphabet."""
    lines = (f"{line.code} {line.market or ''}".strip() for line in reply.log if line.code in CODES)
    return tuple(sorted(lines))


def _less(these: Sequence[str], those: Sequence[str]) -> tuple[str, ...]:
    """Return what is in the first list and not in the second, each as often."""
    rest = list(those)
    left = []
    for one in these:
        if one in rest:
            rest.remove(one)
        else:
            left.append(one)
    return tuple(left)


# -- orders


def _orders_apart(
    names: Names, reference: Sequence[Action], port: Sequence[Action], *, near: bool
) -> Difference | None:
    """Compare places and cancels market by market, what is free in its order at once."""
    close: Difference | None = None
    mine, others = _by_market(reference), _by_market(port)
    for market in dict.fromkeys((*mine, *others)):
        batches, theirs = _batches(mine.get(market, ())), _batches(others.get(market, ()))
        if [kind for kind, _ in batches] != [kind for kind, _ in theirs]:
            return _apart(names, mine.get(market, ()), others.get(market, ()))
        for (_, batch), (_, other) in zip(batches, theirs, strict=True):
            found = _batch_apart(names, batch, other, near=near)
            if found is not None and found.comparable:
                return found
            close = close or found
    return close


def _by_market(actions: Sequence[Action]) -> dict[str, list[Place | Cancel]]:
    sorted_out: dict[str, list[Place | Cancel]] = {}
    for action in actions:
        if isinstance(action, Place | Cancel):
            sorted_out.setdefault(action.market, []).append(action)
    return sorted_out


def _batches(actions: Sequence[Place | Cancel]) -> list[tuple[str, list[Place | Cancel]]]:
    """Split one market's actions into what may come in any order: the places, then cancels and flattens in turn."""
    places = [one for one in actions if _class(one) == "places"]
    bound = [one for one in actions if _class(one) != "places"]
    return [("places", places), *((kind, list(batch)) for kind, batch in groupby(bound, _class))]


def _class(action: Place | Cancel) -> str:
    if isinstance(action, Cancel):
        return "cancels"
    return "flattens" if action.reduce_only else "places"


def _batch_apart(
    names: Names, reference: Sequence[Place | Cancel], port: Sequence[Place | Cancel], *, near: bool
) -> Difference | None:
    """Compare two batches in any order; pair their places."""
    left = list(port)
    missing: list[Place | Cancel] = []
    close: list[tuple[Place, Place]] = []
    for action in reference:
        found = next((other for other in left if _same(names, action, other)), None)
        if found is None:
            missing.append(action)
            continue
        left.remove(found)
        _pair(names, action, found)
    if near:
        close = _near_ones(names, missing, left)
    if missing or left:
        return Difference("actions", _lines(names, missing), _lines(names, left, port=True))
    if close:
        return Difference("near", _lines(names, [one for one, _ in close]), _lines(names, [two for _, two in close]))
    return None


def _near_ones(names: Names, missing: list[Place | Cancel], left: list[Place | Cancel]) -> list[tuple[Place, Place]]:
    """Pair and take out the places that agree within the tolerance."""
    close = []
    for action in list(missing):
        other = next((one for one in left if _near(action, one)), None)
        if isinstance(action, Place) and isinstance(other, Place):
            missing.remove(action)
            left.remove(other)
            _pair(names, action, other)
            close.append((action, other))
    return close


def _pair(names: Names, reference: Action, port: Action) -> None:
    if isinstance(reference, Place) and isinstance(port, Place):
        names.pair(port.cloid, reference.cloid)


def _same(names: Names, reference: Place | Cancel, port: Place | Cancel) -> bool:
    """Say whether two actions are one and the same for the venue; role and level count where both tell them."""
    if isinstance(reference, Cancel) and isinstance(port, Cancel):
        return names.order_of(reference, port=False) == names.order_of(port, port=True)
    if not (isinstance(reference, Place) and isinstance(port, Place)):
        return False
    return reference.px == port.px and reference.sz == port.sz and _alike(reference, port)


def _alike(reference: Place, port: Place) -> bool:
    """Say whether two places are the same but for their numbers."""
    fixed = reference.side is port.side and reference.tif is port.tif and reference.reduce_only == port.reduce_only
    same_role = None in (reference.role, port.role) or port.role is reference.role
    return fixed and same_role and (None in (reference.level, port.level) or port.level == reference.level)


def _near(reference: Place | Cancel, port: Place | Cancel) -> bool:
    if not (isinstance(reference, Place) and isinstance(port, Place)) or not _alike(reference, port):
        return False
    return all(abs(a - b) <= TOLERANCE * a for a, b in ((reference.px, port.px), (reference.sz, port.sz)))


def _apart(names: Names, reference: Sequence[Place | Cancel], port: Sequence[Place | Cancel]) -> Difference:
    """Say what only one of them does in a market; if both do the same, in another order."""
    mine, others = _lines(names, reference), _lines(names, port, port=True)
    only, only_port = _less(mine, others), _less(others, mine)
    if only or only_port:
        return Difference("actions", only, only_port)
    return Difference("order", mine, others)


def _lines(names: Names, actions: Iterable[Action], *, port: bool = False) -> tuple[str, ...]:
    return tuple(_line(action, names, port=port) for action in actions)


def _line(action: Action, names: Names | None = None, *, port: bool = False) -> str:
    """Write an action without the names that each maker chooses."""
    if isinstance(action, Place):
        rung = "" if action.level is None else f" L{action.level}"
        role = action.role or ("reduce-only" if action.reduce_only else "order")
        return f"place {role}{rung} {action.side} {text(action.sz)} @ {text(action.px)} {action.tif} {action.market}"
    if isinstance(action, Cancel):
        who = names.order_of(action, port=port) if names is not None else action.cloid
        return f"cancel {who} {action.market}"
    if isinstance(action, ScheduleCancel):
        return f"schedule_cancel {action.time_ms}"
    return "query_open_orders"
