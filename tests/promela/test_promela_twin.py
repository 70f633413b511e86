"""Spin counts the states of a second writing of the small system: as many as the explorer meets, no more, no fewer.

The explorer keeps more of a state than `ladder.pml` does (ages that decide nothing here, ids, what was told when), so
states are compared as they look (`shown`). That loses nothing, and is held here over the whole search: states that look
alike can do the same, and each move leads on to states that look alike (a bisimulation). Then Spin has to store as
many states as there are looks, to take as many transitions as there are pairs of look and move, and to meet the very
same looks. The tests at the end break either side and see that it differs.

One thing the twin keeps apart that the explorer takes for one: an order that came back at its old price, and the first
one. Where that can happen, the search here goes by key and look together, which meets all that Spin meets; and what is
held of looks is held there of the explorer's keys: so nothing is missed by a search that goes by the key alone.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeGuard

import pytest

from mmgate.engines import exploring
from mmgate.engines.exploring import explore
from mmgate.request import MakerRef
from model.actions import Cancel, Place, Side
from model.events import CancelRejected, Fill, Oracle, Resting
from model.orders import OrderState
from specs.system import System
from specs.system_key import key
from specs.system_moves import moves
from specs.system_parts import DEEDS, ORACLES, Message, Move, Scope
from specs.system_scopes import CONFIG, scope
from specs.system_venue import MARKET

MODEL = Path(__file__).with_name("ladder.pml")
BUDGETS = ("price", "trade", "partial", "taker", "reorder", "lose_fill", "duplicate_fill")
MACROS = ("PRICE", "TRADE", "PARTIAL", "TAKER", "REORDER", "LOSE", "TWICE")
PLAIN = replace(CONFIG, counter_order_enabled=False)
LONG_AGO_MS, HALF_SECOND_MS = 1_000, 500
OLD_PX = {Side.BUY: Decimal(998), Side.SELL: Decimal(1002)}
LOT = Decimal("0.0001")
MOST, MOST_BROKEN = 2_000_000, 1_000
DEEP = os.environ.get("MMGATE_SPIN") == "1"
"""`make deep` compares a larger scope too: 6 501 states, of several times as many that the explorer tells apart."""
LARGER = ("price", "trade", "partial", "reorder")
COMING_BACK = ("price", "trade", "partial", "taker", "reorder")
"""Here an order can come back at its old price, with nothing but its name to tell it from the first one."""

needs_spin = pytest.mark.skipif(
    not (shutil.which("spin") and shutil.which("gcc")), reason="spin and gcc are not both here: no second count"
)

SLOTS = range(4)
CHANNELS = ("orders", "replies", "updates", "fills", "again", "prices")
NO_MESSAGE = (0, 0, 0, 0)
HELD = {OrderState.SENT: 1, OrderState.RESTING: 2, OrderState.CANCEL_REQUESTED: 3}
KINDS: dict[object, int] = {Cancel: 1, Place: 2, CancelRejected: 1, Resting: 2}
Look = tuple[int, ...]


def twin_scope(*deeds: str) -> Scope:
    """Return the scope in which both count."""
    return replace(scope(*deeds, config=PLAIN, note="no counter-orders, two prices"), prices=(0, 1), rests=True)


# -- the explorer's side


class Looks:
    """Watches a search: which looks it meets, what can happen to them, and what each move leads to.

    `read`: what a state looks like, if not as the twin shows it. A look is kept as its hash of 64 bits.
    """

    def __init__(self, read: Callable[[System], Hashable] | None = None) -> None:
        self._read: Callable[[System], Hashable] = read or shown
        self.moves: dict[int, frozenset[Move]] = {}
        self.leads: dict[tuple[int, Move], int] = {}
        self.contradictions: list[str] = []
        self._last: System | None = None
        self._look = 0
        self._same: dict[object, Any] = {}

    def __call__(self, before: System, move: Move, after: System) -> None:
        if self._last is not before:
            self._last, self._look = before, hash(self._read(before))
            can = self._one(frozenset(moves(before)))
            if self.moves.setdefault(self._look, can) != can:
                self.contradictions.append(f"{shown(before)} can do {can} or {self.moves[self._look]}")
        then = hash(self._read(after))
        if self.leads.setdefault((self._look, self._one(move)), then) != then:
            self.contradictions.append(f"{move} leads from {shown(before)} to {shown(after)} or elsewhere")

    def _one(self, value: Any) -> Any:
        """Return the first of equal values, so that each is held once."""
        return self._same.setdefault(value, value)

    def count(self) -> Count:
        """Return how many looks were gone on from, how many pairs of look and move, what these lead to."""
        return Count(len(self.moves), len(self.leads), frozenset(self.leads.values()))

    def faults(self) -> list[str]:
        """Say where looks do not go on alike, and what was met but not gone on from."""
        left = set(self.leads.values()) - self.moves.keys()
        left_moves = {(look, move) for look, can in self.moves.items() for move in can} - self.leads.keys()
        return [*self.contradictions, *(f"{one} was met and left" for one in (*left, *left_moves))]


def shown(system: System) -> Look:
    """Return a state as `ladder.pml` shows it: its numbers, in its order."""
    state, venue = system.state, system.venue
    assert state is not None
    where = state.markets[MARKET]
    left = dict(zip(DEEDS, system.deeds, strict=True))
    book = {slot(system, o.cloid): lots(o.remaining) for o in venue.orders if o.own}
    live = {slot(system, cloid): order for cloid, order in state.orders.items()}
    return (
        system.oracle or 0,
        min(system.now_ms - where.requote_ms, LONG_AGO_MS) // HALF_SECOND_MS,
        *(left[name] for name in BUDGETS),
        *(book.get(at, 0) for at in SLOTS),
        *(HELD[live[at].state] if at in live else 0 for at in SLOTS),
        *(lots(live[at].filled) if at in live else 0 for at in SLOTS),
        lots(venue.net),
        lots(where.book.net),
        *(first_met(system, side) for side in OLD_PX),
        *(number for name in CHANNELS for number in channel(system, name)),
    )


def lots(size: Decimal) -> int:
    return int(size / LOT)


def slot(system: System, cloid: str | None, oid: int | None = None) -> int:
    """Number an order: 0 and 1 the first ladder's, 2 and 3 the second one's; bids are even."""
    name = system.cloid(cloid, oid)
    assert name is not None
    return 2 * (int(name[-12:], 16) > len(OLD_PX)) + (system.sent[name].place.side is Side.SELL)


def first_met(system: System, side: Side) -> int:
    """Say whether a new order of a side that is sent or rests is met before the old one, after it, or with it."""
    under_way = [a for m in system.channels.get("orders", ()) for a in m.actions if isinstance(a, Place)]
    pxs = [a.px for a in under_way if a.side is side]
    pxs += [o.px for o in system.venue.orders if o.own and o.side is side and slot(system, o.cloid) > 1]
    better = [(px - OLD_PX[side]) * side.sign for px in pxs]
    return 0 if not better or better[0] < 0 else 1 if better[0] > 0 else 2


def channel(system: System, name: str) -> Look:
    """Return how many messages wait in a channel, and two of them."""
    waiting = system.channels.get(name, ())
    numbers = [message(system, one) for one in waiting]
    return (len(waiting), *(number for one in (*numbers, NO_MESSAGE, NO_MESSAGE)[:2] for number in one))


def message(system: System, told: Message) -> Look:
    """Return a message's kind, the orders or the one thing it names, a size, its age."""
    if told.actions:
        kinds = {KINDS[type(action)] for action in told.actions}
        named = [slot(system, a.cloid, a.oid if isinstance(a, Cancel) else None) for a in told.actions if named_by(a)]
        return (kinds.pop(), sum(1 << at for at in named), 0, told.age)
    (kind, values), *more = told.parts
    if kind is Oracle:
        return (0, ORACLES.index(values[1]), 0, told.age)
    at = slot(system, values[1], values[2])
    if kind is Fill:
        return (0, at, lots(values[7]), told.age)
    mask = (1 << at) + sum(1 << slot(system, v[1], v[2]) for _, v in more)
    return (KINDS.get(kind, 0), mask, 0, told.age)


def named_by(action: object) -> TypeGuard[Place | Cancel]:
    return isinstance(action, Place | Cancel)


@dataclass(frozen=True)
class Count:
    """How many states and transitions there are, and the hashes of the states that transitions lead to."""

    states: int
    transitions: int
    met: frozenset[int]


def explored(searched: Scope, defect: str = "") -> Looks:
    looks = Looks()
    most = MOST_BROKEN if defect else MOST
    found = explore(searched, MakerRef("defect", defect) if defect else MakerRef(), most, healing=False, watch=looks)
    assert found.closed or defect
    return looks


# -- Spin's side


def counted(folder: Path, deeds: tuple[str, ...], model: str) -> Count:
    """Return the states that Spin meets, how many it stores, and how many transitions it takes.

    It counts the arrival at the first state as one transition, and shows the states that transitions lead to.
    """
    (folder / "twin.pml").write_text(model, encoding="utf-8")
    macros = [f"-D{macro}={int(name in deeds)}" for name, macro in zip(BUDGETS, MACROS, strict=True)]
    for command in (
        ["spin", *macros, "-a", "-o1", "-o2", "-o3", "twin.pml"],
        ["gcc", "-O0", "-w", "-DSAFETY", "-DNOREDUCE", "-DPRINTF", "-o", "pan", "pan.c"],
    ):
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    said = subprocess.run(
        ["./pan", "-m100000", "-w20"], cwd=folder, check=True, capture_output=True, text=True, timeout=900
    )
    assert "errors: 0" in said.stdout
    stored, transitions = (re.search(rf"(\d+) {what}", said.stdout) for what in ("states, stored", "transitions"))
    assert stored is not None
    assert transitions is not None
    shown_once = {line for line in said.stdout.splitlines() if line.startswith("S ")}
    met = frozenset(hash(tuple(map(int, line.split()[1:]))) for line in shown_once)
    return Count(int(stored[1]), int(transitions[1]) - 1, met)


@needs_spin
@pytest.mark.parametrize(
    "deeds",
    [
        ("price", "trade", "taker"),
        ("price", "partial", "reorder"),
        ("price", "trade", "lose_fill", "duplicate_fill"),
        pytest.param(LARGER, marks=pytest.mark.skipif(not DEEP, reason="`make deep` compares it too")),
    ],
    ids=" ".join,
)
def test_spin_counts_the_states_and_transitions_that_the_explorer_meets(deeds, tmp_path):
    looks = explored(twin_scope(*deeds))
    assert looks.faults() == []
    mine, spins = looks.count(), counted(tmp_path, deeds, MODEL.read_text(encoding="utf-8"))
    assert (mine.states, mine.transitions) == (spins.states, spins.transitions)
    assert mine.met == spins.met


@pytest.mark.skipif(not DEEP, reason="`make deep` compares it")
@needs_spin
def test_what_the_key_merges_and_spin_keeps_apart_goes_on_alike(tmp_path, monkeypatch):
    alone = explore(twin_scope(*COMING_BACK), MakerRef(), MOST, healing=False)
    looks, keys = Looks(), Looks(key)

    def watch(before: System, move: Move, after: System) -> None:
        looks(before, move, after)
        keys(before, move, after)

    monkeypatch.setattr(exploring, "key", lambda system: (key(system), shown(system)))
    finer = explore(twin_scope(*COMING_BACK), MakerRef(), MOST, healing=False, watch=watch)
    assert (looks.faults(), keys.faults()) == ([], [])
    assert alone.closed
    assert alone.states == keys.count().states < finer.states
    assert looks.count() == counted(tmp_path, COMING_BACK, MODEL.read_text(encoding="utf-8"))


# -- either side broken


SMALL = ("price", "partial", "reorder")
SWAPS = [
    ("held[s] = CANCELED; rejected = rejected | (1 << s)", "held[s] = CANCELED"),
    ("kind == RESTS && held[i] == SENT -> held[i] = RESTING", "kind == RESTS && held[i] == SENT -> skip"),
    ("!late ->", "1 ->"),
    ("booked = booked + (what % 2 -> -size : size);", "booked = booked + size;"),
    ("got[what] == rung(what) -> ends(what)", "got[what] -> ends(what)"),
    ("orders.n > 1 && reorder -> reorder--; take(orders, 1)", "orders.n > 1 && reorder -> reorder--; take(orders, 0)"),
]
"""Small faults of the model: each one a rule, or a way of messages, that it gets wrong."""


@needs_spin
@pytest.mark.parametrize(("right", "wrong"), SWAPS, ids=range(len(SWAPS)))
def test_a_model_with_a_fault_counts_otherwise(right, wrong, looks_of_small, tmp_path):
    model = MODEL.read_text(encoding="utf-8")
    assert model.count(right) == 1
    assert counted(tmp_path, SMALL, model.replace(right, wrong)) != looks_of_small.count()


@pytest.fixture(scope="module")
def looks_of_small() -> Looks:
    return explored(twin_scope(*SMALL))


@pytest.fixture(scope="module")
def spin_of_small(tmp_path_factory) -> Count:
    return counted(tmp_path_factory.mktemp("spin"), SMALL, MODEL.read_text(encoding="utf-8"))


@needs_spin
def test_an_explorer_that_merges_too_much_counts_otherwise(spin_of_small, monkeypatch):
    monkeypatch.setattr(exploring, "key", lambda system: key(system)[:5] + key(system)[6:])
    assert explored(twin_scope(*SMALL)).count() != spin_of_small


@needs_spin
def test_an_explorer_that_leaves_out_a_move_counts_otherwise(spin_of_small, monkeypatch):
    monkeypatch.setattr(exploring, "moves", lambda system: [m for m in moves(system) if m.fault != "reorder"])
    assert explored(twin_scope(*SMALL)).count() != spin_of_small


@needs_spin
@pytest.mark.parametrize("defect", ["old-ladder-left", "rung-back-at-once"])
def test_a_maker_with_a_defect_counts_otherwise(defect, spin_of_small):
    assert explored(twin_scope(*SMALL), defect).count() != spin_of_small
