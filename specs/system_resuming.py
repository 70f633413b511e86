"""From any state in which no ladder stands: the faults heal, the price goes on being told, and quoting resumes (ORD-6).

A halt without a standing ladder is what has to end; a state that is going to be halted is followed by such a one. The
healed world is fair and has one way to go on, so that ways soon meet: what was found from a state is remembered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from model.actions import Role
from model.orders import OrderState
from model.state import State
from specs.system import System
from specs.system_key import NEAR_MS, key
from specs.system_moves import MOST_FAIR_MOVES, fair_move
from specs.system_parts import DEEDS, STEP_MS, Move
from specs.system_safety import Facts, Found, bounds_ms

JUDGED = ("ORD-6",)
"""The specs that are judged by how quoting goes on."""
_ONE_PRICE = tuple(1 if name == "price" else 0 for name in DEEDS)
_NO_DEED = (0,) * len(DEEDS)
NEVER = -1
"""So many steps it takes where it never comes."""


class Resuming:
    """Follows states until a ladder stands again, and remembers how many steps of time that took."""

    def __init__(self) -> None:
        self._known: dict[int, int] = {}

    def ends(self, system: System, met: Counter[str]) -> list[Found]:
        """Judge how soon quoting resumes, where it is interrupted and has to."""
        if not must_resume(system):
            return []
        met["ORD-6"] += 1
        steps = self._steps(system)
        most_ms = resume_ms(system)
        if 0 <= steps * STEP_MS <= most_ms:
            return []
        when = "never" if steps == NEVER else f"after {steps * STEP_MS} ms, over {most_ms},"
        return [("ORD-6", f"quoting {when} resumes, although nothing fails any more and the price is told")]

    def _steps(self, system: System) -> int:
        """Follow a state until a ladder stands, or to a state that is known; return the steps of time until then."""
        walked: list[tuple[int, bool]] = []
        names: set[int] = set()
        steps = NEVER
        for move, after in _undisturbed(system):
            waited = move.name == "wait"
            name = 0 if waited and _tells_next(after) else hash(key(after))
            if name in self._known or name in names:
                walked.append((0, waited))
                steps = self._known.get(name, NEVER)
                break
            walked.append((name, waited))
            if name:
                names.add(name)
            steps = 0 if standing(after) else NEVER
        for name, waited in reversed(walked):
            if name:
                self._known[name] = steps
            steps += waited and steps != NEVER
        return steps


def must_resume(system: System) -> bool:
    """Tell whether no ladder stands, and nothing that was told keeps the maker from quoting for good."""
    facts = system.watch
    stopped = isinstance(facts, Facts) and facts.stopped and system.state is not None
    return not stopped and system.window_ms - system.now_ms > NEAR_MS and not standing(system)


def resume_ms(system: System) -> int:
    """Return B-resume of these runs."""
    return bounds_ms(system)[0] + system.config.requote_interval_ms


def standing(system: System) -> bool:
    """Tell whether some rung rests, by the books as by the venue, and is not being cancelled."""
    state = system.state
    return state is not None and any(_stands(state, o.cloid) for o in system.venue.orders if o.own)


def _stands(state: State, cloid: str) -> bool:
    order = state.orders.get(cloid)
    return order is not None and order.role is Role.LADDER and order.state is OrderState.RESTING


def resumed(system: System) -> Iterator[tuple[Move, System]]:
    """Yield how an undisturbed world goes on from a state: until a ladder stands, or it has been there before."""
    names: set[int] = set()
    for move, after in _undisturbed(system):
        yield move, after
        name = hash(key(after))
        if name in names:
            return
        names.add(name)


def _undisturbed(system: System) -> Iterator[tuple[Move, System]]:
    """Yield the moves of a healed world in which the last price is told after each step, and the states after them."""
    at = system.fork()
    at.watch, at.races, at.deeds = None, {}, _NO_DEED
    for _ in range(MOST_FAIR_MOVES):
        if standing(at):
            return
        move = fair_move(at)
        at = at.after(move)
        yield move, at
        if move.name == "wait" and _tells_next(at) and not standing(at):
            move = Move("price", at=at.oracle or 0)
            at.deeds = _ONE_PRICE
            at = at.after(move)
            at.deeds = _NO_DEED
            yield move, at


def _tells_next(system: System) -> bool:
    """Tell whether a price reaches the maker: a state after a step of time is no state of its own until it is told."""
    return system.state is not None and system.subscribed
