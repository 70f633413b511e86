"""What can happen next in the small system: messages, the world's deeds, faults, time; and a world that is fair."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from model.actions import Side
from model.session import QUOTING_MS
from specs.system import System, kind_of
from specs.system_parts import CHANNELS, OPENING_MS, STEP_MS, Message, Move, Scope
from specs.system_venue import RUNG_SZ

_IN_ORDER = frozenset(("orders", "replies", "updates", "fills", "prices"))
_AT_ONCE = ("local", "subscription")
"""What the maker's own host knows, and the subscription of a new connection: handed over before all else."""

_MEETS = {
    "posting": ("lose_place", "lose_reply", "unknown_reply", "refuse_place"),
    "crossing": ("lose_place", "lose_reply", "unknown_reply", "refuse_place", "post_only_mode"),
    "cancels": ("lose_cancel", "lose_reply", "unknown_reply", "refuse_cancel"),
    "query": ("query_lost",),
}
"""The faults that can meet a message to the venue."""
_WAITS = Move("wait")


def moves(system: System) -> list[Move]:
    """Return all that can happen next: messages, the world's deeds, faults, time."""
    for name in _AT_ONCE:
        if system.channels.get(name):
            return [Move("carry", name)]
    found: list[Move] = []
    oldest = 0
    for name, waiting in system.channels.items():
        if waiting:
            oldest = max(oldest, max(m.age for m in waiting))
            found += _carries(system, name, waiting)
    found += _deeds(system)
    if oldest < 1:
        found.append(_WAITS)
        if system.left("silence") and system.state is not None:
            found.append(Move("wait", fault="silence"))
    elif oldest < 2 and system.left("delay"):
        found.append(Move("wait", fault="delay"))
    return found


def _carries(system: System, name: str, waiting: tuple[Message, ...]) -> Iterator[Move]:
    """Yield the ways in which a channel's next message can be handed over, or one that overtakes it."""
    yield Move("carry", name)
    if len(waiting) > 1 and (name not in _IN_ORDER or system.left("reorder")):
        yield Move("carry", name, 1, "reorder" if name in _IN_ORDER else "")
    first = waiting[0]
    if first.actions:
        for fault in _MEETS[kind_of(first.actions[0])]:
            if system.left(fault):
                yield Move("carry", name, 0, fault)
    elif name == "fills":
        yield from (Move("carry", name, 0, f) for f in ("duplicate_fill", "lose_fill") if system.left(f))


def _deeds(system: System) -> Iterator[Move]:
    """Yield what the world may do."""
    if system.left("price"):
        yield from (Move("price", at=at) for at in system.prices)
    for name in ("trade", "partial", "taker"):
        if system.left(name):
            for at, side in enumerate((Side.BUY, Side.SELL)):
                best = system.venue.best(side)
                if best is not None and (name != "partial" or best.remaining == RUNG_SZ):
                    yield Move(name, at=at)
    if system.state is None:
        if system.now_ms > system.began_ms:
            yield Move("restart")
        return
    if system.left("signal"):
        yield Move("signal")
    if system.connected and system.left("disconnect"):
        yield Move("disconnect")
    if not system.connected:
        yield Move("reconnect")
    if system.left("crash"):
        yield Move("crash")


def opened(scope: Scope) -> tuple[System, tuple[Move, ...]]:
    """Return the state from which a scope is searched, its ladder just sent, or at rest, and the moves to it."""
    start_ms = OPENING_MS + QUOTING_MS // 2
    system, path = _settled(scope, start_ms)
    if scope.window_steps:
        early = (system.now_ms - start_ms) + scope.window_steps * STEP_MS
        system, path = _settled(scope, OPENING_MS + QUOTING_MS - early)
    system.deeds, system.prices = scope.allowance(), scope.prices
    return system, path


def _settled(scope: Scope, start_ms: int) -> tuple[System, tuple[Move, ...]]:
    """Start a life and let it settle in a fair world, then tell it a price."""
    system = System(scope.config, start_ms)
    path: list[Move] = []
    for move in (Move("foreign"), *fair(system.after(Move("foreign")), _is_settled)):
        system = system.after(move)
        path.append(move)
    for move in (Move("price"), Move("carry", "prices")):
        system = system.after(move)
        path.append(move)
    for move in fair(system, _is_settled) if scope.rests else ():
        system = system.after(move)
        path.append(move)
    return system, tuple(path)


def _is_settled(system: System) -> bool:
    return system.state is not None and system.state.settled and not any(system.channels.values())


MOST_FAIR_MOVES = 400


def fair_move(system: System) -> Move:
    """Return what happens next in a world that does all it can to finish: the first message, else time."""
    if system.state is None:
        return Move("restart") if system.now_ms > system.began_ms else _WAITS
    for name in CHANNELS:
        if system.channels.get(name):
            return Move("carry", name)
    return Move("wait") if system.connected else Move("reconnect")


def fair(system: System, done: Callable[[System], bool]) -> Iterator[Move]:
    """Yield the moves of a fair world until `done`; raises AssertionError if it never is."""
    for _ in range(MOST_FAIR_MOVES):
        if done(system):
            return
        move = fair_move(system)
        yield move
        system = system.after(move)
    raise AssertionError("a fair world does not settle")
