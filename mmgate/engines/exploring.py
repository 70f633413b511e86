"""Breadth-first search through every state of a scope of the small system, on the real model.

Each state is met by one of its shortest paths; states that go on alike are one (`specs.system_key`). Every move is
judged, and from every state the world is let heal, to see that what must come to an end does: a shutdown, a halt. A
state is remembered by a hash of 64 bits: two of some hundred thousand states share one with a chance of about one in a
hundred million.
"""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from decimal import localcontext
from typing import TypeAlias

from mmgate.engines.rows import counted_rows
from mmgate.ports.direct import defect_of
from mmgate.request import MakerRef
from model.arithmetic import CONTEXT
from specs.defects import applied
from specs.system import System
from specs.system_healing import Healing, ending
from specs.system_key import key
from specs.system_moves import moves, opened
from specs.system_parts import Move, Scope
from specs.system_races import Pair, race
from specs.system_resuming import Resuming, resumed
from specs.system_safety import Found, judge

TOTALITY = "ROB-1"
HEALED, RESUMED = "healed", "resumed"
WAYS_ON = {HEALED: ending, RESUMED: resumed}
"""How a world in which nothing fails any more goes on: it shuts down, or it quotes again."""
Watch: TypeAlias = Callable[[System, Move, System], None]


@dataclass(frozen=True, slots=True)
class Broken:
    """A spec that a path breaks: the fact, the beginning of the first life, and the moves from there.

    `ends`: HEALED or RESUMED where it shows only in how a healed world goes on after those, by the moves `ending`.
    """

    spec_id: str
    text: str
    start_ms: int
    moves: tuple[Move, ...]
    ends: str = ""
    ending: tuple[Move, ...] = ()

    @property
    def path(self) -> tuple[Move, ...]:
        """All moves, to the end."""
        return (*self.moves, *self.ending)


@dataclass(slots=True)
class Explored:
    """What a search gave. `depth`: moves after the opening; `met`: antecedents by spec; `table`: order transitions.

    `closed`: every state within the budgets was met. `seconds`: of this process. `first`: the shortest way to each
    order transition and pair of events, told only of a search without healing.
    """

    scope: str
    states: int = 1
    transitions: int = 0
    depth: int = 0
    closed: bool = False
    met: Counter[str] = field(default_factory=Counter)
    pairs: Counter[Pair] = field(default_factory=Counter)
    deeds: Counter[str] = field(default_factory=Counter)
    table: Counter[tuple[str, str]] = field(default_factory=Counter)
    broken: dict[str, Broken] = field(default_factory=dict)
    first: dict[Pair, tuple[Move, ...]] = field(default_factory=dict)
    healed: int = 0
    seconds: float = 0.0

    def strength(self) -> str:
        """Return how far it went, in words."""
        reach = "closed" if self.closed else f"to depth {self.depth}"
        return f"{reach}, {self.states} states, {self.transitions} transitions"


def explore(
    scope: Scope,
    ref: MakerRef,
    most_states: int,
    *,
    until: frozenset[str] = frozenset(),
    healing: bool = True,
    watch: Watch | None = None,
) -> Explored:
    """Search a scope with the reference or a defect; it ends when no state is new, or at `most_states`.

    `until`: specs whose violation, all of them, ends the search at once. `watch`: shown each state, move, next state.
    """
    found = Explored(scope.name)
    began = time.process_time()
    with localcontext(CONTEXT), in_force(ref), counted_rows(found.table), _uncollected():
        _Search(scope, found, most_states, until, Healing() if healing else None, watch).run()
    found.seconds = time.process_time() - began
    return found


class _Search:
    """One search: the frontier, what was met, and how each state was first met."""

    def __init__(
        self,
        scope: Scope,
        found: Explored,
        most: int,
        until: frozenset[str],
        healing: Healing | None,
        watch: Watch | None,
    ) -> None:
        self._watch, self._resuming = watch, Resuming()
        self._found, self._most, self._until, self._healing = found, most, until, healing
        first, self._opening, broken = _judged_opening(scope)
        self._start_ms = first.started_ms
        for one in broken:
            found.broken.setdefault(one.spec_id, one)
        self._seen = {hash(key(first))}
        self._parents: list[tuple[int, Move]] = []
        self._frontier: list[tuple[int, System]] = [(0, first)]

    def run(self) -> None:
        """Search level by level."""
        found = self._found
        while self._frontier:
            level, self._frontier = self._frontier, []
            for number, system in level:
                for move in moves(system):
                    self._expand(number, system, move)
                if found.states >= self._most or (self._until and self._until <= found.broken.keys()):
                    return
            found.depth += 1
        found.closed = True

    def _expand(self, number: int, system: System, move: Move) -> None:
        """Let one move happen, judge it, and keep its state if it is new."""
        found = self._found
        found.transitions += 1
        found.deeds[move.fault or move.name] += 1
        counted = len(found.table) + len(found.pairs)
        try:
            after = system.after(move)
        except Exception as error:  # whatever it is, the maker must answer every event
            self._report(number, move, [(TOTALITY, broke_down(error))])
            return
        broken = judge(system, after, move, found.met)
        if broken:
            self._report(number, move, broken)
        race(system, after, found.pairs)
        if self._healing is None and len(found.table) + len(found.pairs) > counted:
            for one in (*found.table, *found.pairs):
                found.first.setdefault(one, (*self._path(number), move))
        if self._watch is not None:
            self._watch(system, move, after)
        name = hash(key(after))
        if name in self._seen:
            return
        self._seen.add(name)
        found.states += 1
        self._parents.append((number, move))
        after.turns = []
        self._frontier.append((found.states - 1, after))
        if self._healing is not None:
            self._heal(self._healing, after)

    def _heal(self, healing: Healing, system: System) -> None:
        """Let the world heal from a state, and see that all comes to its end."""
        found = self._found
        found.healed += 1
        for ends, judged in ((HEALED, healing.ends), (RESUMED, self._resuming.ends)):
            try:
                wrong = judged(system, found.met)
            except Exception as error:  # as above
                wrong = [(TOTALITY, broke_down(error))]
            for spec_id, text in wrong:
                if spec_id not in found.broken:
                    path, end = self._path(found.states - 1), tuple(_as_far_as_it_goes(WAYS_ON[ends](system)))
                    found.broken[spec_id] = Broken(spec_id, text, self._start_ms, path, ends, end)

    def _report(self, number: int, move: Move, broken: list[Found]) -> None:
        for spec_id, text in broken:
            if spec_id not in self._found.broken:
                self._found.broken[spec_id] = Broken(spec_id, text, self._start_ms, (*self._path(number), move))

    def _path(self, number: int) -> tuple[Move, ...]:
        """Return the moves that lead to a state."""
        back: list[Move] = []
        while number:
            number, move = self._parents[number - 1]
            back.append(move)
        return (*self._opening, *reversed(back))


def _judged_opening(scope: Scope) -> tuple[System, tuple[Move, ...], list[Broken]]:
    """Open a scope, following what is told and what becomes of the orders; the opening itself may break a spec."""
    end, path = opened(scope)
    system = System(scope.config, end.started_ms)
    broken = [(spec_id, text, 0) for spec_id, text in judge(system, system, Move("start"), Counter())]
    for count, move in enumerate(path, 1):
        after = system.after(move)
        broken += [(spec_id, text, count) for spec_id, text in judge(system, after, move, Counter())]
        race(system, after, Counter())
        system = after
    system.deeds, system.prices = scope.allowance(), scope.prices
    return system, path, [Broken(one, text, end.started_ms, path[:count]) for one, text, count in broken]


def _as_far_as_it_goes(ways: Iterator[tuple[Move, System]]) -> Iterator[Move]:
    """Yield the moves of how the healed world goes on, until the maker breaks down."""
    with suppress(Exception):
        yield from (move for move, _ in ways)


def broke_down(error: Exception) -> str:
    """Say how a maker broke down over an event that it must answer."""
    return f"{type(error).__name__}: {error}"


@contextmanager
def in_force(ref: MakerRef) -> Iterator[None]:
    """Have the maker's defect, if it has one, in force inside the block."""
    if ref.kind != "defect":
        yield
        return
    with applied(defect_of(ref.name)):
        yield


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector of cycles from looking through all states again and again: they hold no cycles."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
