"""From any state: the faults heal, the shutdown is sent, and what must come to an end does (ORD-3, ORD-7).

The healed world is fair and has one way to go on, so that ways soon meet: what was found from a state is remembered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from model.events import Fill
from model.state import ShutdownState
from specs.system import System
from specs.system_key import key
from specs.system_moves import MOST_FAIR_MOVES, fair_move
from specs.system_parts import DEEDS, STEP_MS, Move
from specs.system_safety import Facts, Found, bounds_ms
from specs.system_venue import MARKET

JUDGED = ("ORD-1", "ORD-2", "ORD-3", "ORD-7", "FIL-3")
"""The specs that are judged at the end of what follows from a state."""
_SIGNAL = Move("signal")
_SIGNAL_LEFT = tuple(1 if name == "signal" else 0 for name in DEEDS)
_SIGNAL_SENT = (0,) * len(DEEDS)


class Ending(NamedTuple):
    """How it goes on: steps of time to the end and to the last order of an earlier life (-1: none), what is wrong."""

    steps: int
    old_steps: int
    wrong: tuple[Found, ...]


class Healing:
    """Follows states to their ends and remembers what it found."""

    def __init__(self) -> None:
        self._known: dict[int, Ending] = {}

    def ends(self, system: System, met: Counter[str]) -> list[Found]:
        """Judge how a state ends once its faults have healed and the signal was sent."""
        ending = self._ending(system)
        met.update(("ORD-2", "ORD-3", "FIL-3", "ORD-1"))
        recover_ms, shutdown_ms = bounds_ms(system)
        wrong = list(ending.wrong)
        if ending.old_steps >= 0:
            met["ORD-7"] += 1
            if ending.old_steps * STEP_MS > recover_ms:
                over = f"{ending.old_steps * STEP_MS} ms after the faults healed, over {recover_ms}"
                wrong.append(("ORD-7", f"an order of an earlier life is live {over}"))
        if ending.steps * STEP_MS > shutdown_ms and self._late(system, shutdown_ms):
            wrong.append(("ORD-3", f"the shutdown takes {ending.steps * STEP_MS} ms, over {shutdown_ms}"))
        return wrong

    def _ending(self, system: System) -> Ending:
        """Follow a state until its end, or until one that is known."""
        walked: list[tuple[int, bool, bool]] = []
        names: set[int] = set()
        found: Ending | None = None
        last, cycle = system, False
        for move, after in _healed(system):
            name = hash(key(after))
            found = self._known.get(name)
            if found is not None or name in names:
                walked.append((0, move.name == "wait", False))
                cycle = found is None
                break
            names.add(name)
            walked.append((name, move.name == "wait", _old(after)))
            last = after
        ending = found or Ending(0, 0 if _old(last) else -1, tuple(_wrong(last, cycle)))
        for name, waited, old in reversed(walked):
            if name:
                old_steps = ending.old_steps if ending.old_steps >= 0 else 0 if old else -1
                ending = ending._replace(old_steps=old_steps)
                self._known[name] = ending
            step = 1 if waited else 0
            ending = ending._replace(
                steps=ending.steps + step,
                old_steps=ending.old_steps + step if ending.old_steps >= 0 else -1,
            )
        return ending

    def _late(self, system: System, shutdown_ms: int) -> bool:
        """Tell whether it is too late also when the bound is counted from the last fill (B-shutdown)."""
        since = end = system.now_ms
        for _, after in _healed(system):
            end = after.now_ms
            if any(isinstance(turn.event, Fill) for turn in after.turns):
                since = end
        return end - since > shutdown_ms


def _healed(system: System) -> Iterator[tuple[Move, System]]:
    """Yield the moves of a healed world, and the states after them, to its end; a signal is sent if none was."""
    at = _undisturbed(system)
    for _ in range(MOST_FAIR_MOVES):
        if _ended(at):
            return
        move = _SIGNAL if at.state is not None and at.connected and at.left("signal") else fair_move(at)
        at = at.after(move)
        if move.name == "restart":
            at.deeds = _SIGNAL_LEFT
        yield move, at


def ending(system: System) -> Iterator[tuple[Move, System]]:
    """Yield how a healed world goes on from a state: to its end, or until it has been there before."""
    names: set[int] = set()
    for move, after in _healed(system):
        yield move, after
        name = hash(key(after))
        if name in names:
            return
        names.add(name)


def _undisturbed(system: System) -> System:
    """Return a state without what only its past tells; a signal is left to be sent if none was told."""
    new = system.fork()
    facts = system.watch
    stopped = isinstance(facts, Facts) and facts.stopped and system.state is not None
    new.deeds = _SIGNAL_SENT if stopped else _SIGNAL_LEFT
    new.watch, new.races = None, {}
    return new


def _ended(system: System) -> bool:
    """Tell whether the shutdown is done and nothing is under way."""
    done = system.state is not None and system.state.shutdown is ShutdownState.DONE
    return done and system.connected and not any(system.channels.values())


def _old(system: System) -> bool:
    """Tell whether an order of an earlier life is live."""
    return any(o.own and system.sent[o.cloid].life != system.life for o in system.venue.orders)


def _wrong(system: System, cycle: bool) -> Iterator[Found]:
    """Yield what is wrong at the end: orders left, positions left, books that differ from the truth."""
    state = system.state
    if cycle or state is None or not _ended(system):
        yield "ORD-3", "the shutdown never finishes, although nothing fails any more"
    for order in system.venue.orders:
        if order.own:
            yield "ORD-1", f"{order.cloid} is live after the shutdown"
    if state is None:
        return
    for cloid in state.orders:
        yield "ORD-2", f"{cloid} is booked as live after the shutdown, with nothing under way"
    net = state.markets[MARKET].book.net
    if net != system.venue.net:
        yield "FIL-3", f"the books say {net}, the venue {system.venue.net}, with nothing under way"
    if system.venue.net != 0:
        yield "ORD-3", f"a position of {system.venue.net} is left that the book would have taken"
