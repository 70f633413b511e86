"""Explorer paths in the simulated world: each move as a step of a script, its wires worked by hand.

So a counterexample of the search is a witness like any other, and the search's small venue can be compared with the
simulated one: same path, same turns. What the small venue leaves out (fees, PnL, entry prices, texts) is not compared.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from typing import Any

from model.actions import Side, Tif
from model.arithmetic import CONTEXT
from model.events import Event, Fill, OpenOrders, Rejected, SendFailed, Start, TakerFill
from model.journal import Record, Turn
from model.maker import Reference
from sim import script
from sim.faults import FaultKind
from sim.parameters import Finish, Parameters
from sim.run import run
from sim.script import Step
from sim.world import World
from specs.system import System
from specs.system_moves import moves, opened
from specs.system_parts import FOREIGN, MARKETS, ORACLES, STEP_MS, Move, Scope, Told, quotes
from specs.system_venue import MARKET, RUNG_SZ, ZERO

DEPTH = Decimal(1_000)
"""How much the world quotes: more than any path takes."""
LONGEST = 45
"""Moves of a random path."""


@dataclass(frozen=True, slots=True)
class Path:
    """A path through a scope: where it begins, its moves, and the turns of the maker on it."""

    scope: Scope
    start_ms: int
    moves: tuple[Move, ...]


def random_path(scope: Scope, number: int) -> Path:
    """Draw a path through a scope: each move one of those that can happen, all alike."""
    draw = random.Random(number)
    with localcontext(CONTEXT):
        system, path = opened(scope)
        taken = list(path)
        for _ in range(LONGEST):
            can = moves(system)
            move = can[draw.randrange(len(can))]
            taken.append(move)
            system = system.after(move)
    return Path(scope, system.started_ms, tuple(taken))


def turns(path: Path) -> list[Told]:
    """Return the turns of the reference, or the maker in force, on a path through the small system."""
    with localcontext(CONTEXT):
        system = System(path.scope.config, path.start_ms)
        told = list(system.turns)
        for move in path.moves:
            system = system.after(move)
            told += system.turns
        return told


def world_of(path: Path, finish: Finish = Finish.SHUTDOWN) -> World:
    """Return the world whose script goes the path, move by move."""
    with localcontext(CONTEXT):
        steps = tuple(_steps(path))
    delayed = any(move.fault == "delay" for move in path.moves)
    parameters = Parameters(
        start_ms=path.start_ms,
        end_ms=(steps[-1].at_ms if steps else path.start_ms) + STEP_MS,
        finish=finish,
        timer_ms=STEP_MS,
        block_ms=1,
        latency_max_ms=STEP_MS,
        delay_max_ms=STEP_MS if delayed else 0,
        by_hand=True,
    )
    return World(f"explored: {path.scope.name}", 0, path.scope.config, MARKETS, steps, parameters)


def _steps(path: Path) -> Iterator[Step]:
    system = System(path.scope.config, path.start_ms)
    for move in path.moves:
        after = system.after(move)
        yield from _step(move, system, after.now_ms)
        system = after


def _step(move: Move, system: System, now_ms: int) -> Iterator[Step]:
    """Yield a move as steps of a script."""
    fault = FaultKind(move.fault) if move.fault else None
    match move.name:
        case "carry":
            yield script.Carry(now_ms, move.channel, move.at, fault)
        case "wait":
            yield script.Tick(now_ms, fault)
        case "price":
            px = ORACLES[move.at]
            bid, ask = quotes(move.at)
            yield script.SetPrices(now_ms, MARKET, px, px)
            yield script.WorldQuote(now_ms, MARKET, bid, DEPTH, ask, DEPTH)
        case "trade" | "partial" | "taker":
            yield from _met(move, system, now_ms)
        case "foreign":
            yield script.TakerOrder(now_ms, MARKET, FOREIGN.side, FOREIGN.px, FOREIGN.sz, tif=Tif.ALO)
        case "signal":
            yield script.Signal(now_ms)
        case "disconnect":
            yield script.Disconnect(now_ms)
        case "reconnect":
            yield script.Reconnect(now_ms)
        case "crash":
            yield script.Crash(now_ms)
        case "restart":
            yield script.Restart(now_ms)


def _met(move: Move, system: System, now_ms: int) -> Iterator[Step]:
    """Yield the trade that meets the maker's best order of a side."""
    side = (Side.BUY, Side.SELL)[move.at]
    best = system.venue.best(side)
    if best is None:
        return
    if move.name == "taker":
        yield script.TakerOrder(now_ms, MARKET, side.opposite, best.px, RUNG_SZ)
    else:
        sz = best.remaining if move.name == "trade" else best.remaining / 2
        yield script.WorldTrade(now_ms, MARKET, side.opposite, best.px, sz)


# -- comparing


class _Turns:
    """An observer that keeps the turns."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []

    def observe(self, record: Record) -> None:
        """Keep a turn."""
        if isinstance(record, Turn):
            self.turns.append(record)


def difference(path: Path) -> str:
    """Go a path in both worlds with the reference; say where they first differ, or nothing."""
    keeper = _Turns()
    run(world_of(path, Finish.CUT), Reference(), (keeper,))
    small, simulated = [_plain(t) for t in turns(path)], [_plain(t) for t in keeper.turns]
    for number, (ours, theirs) in enumerate(zip(small, simulated, strict=False)):
        if ours != theirs:
            return f"turn {number}: the small venue gives {ours}, the simulated one {theirs}"
    if len(small) != len(simulated):
        return f"the small venue gives {len(small)} turns, the simulated one {len(simulated)}"
    return ""


def _plain(turn: Told | Turn) -> tuple[Any, ...]:
    """Return a turn without what the small venue leaves out."""
    reply = turn.reply
    return _plain_event(turn.event), reply.actions, reply.mm_fill, tuple(line.code for line in reply.log)


def _plain_event(event: Event | Start) -> Event | Start:
    if isinstance(event, Start):
        fills = tuple(replace(f, fee=ZERO, closed_pnl=ZERO) for f in event.fills)
        positions = tuple(replace(p, entry_px=None) for p in event.positions)
        return replace(event, fills=fills, positions=positions, request_budget=0)
    if isinstance(event, Fill | TakerFill):
        return replace(event, fee=ZERO, closed_pnl=ZERO)
    if isinstance(event, OpenOrders):
        return replace(event, positions=tuple(replace(p, entry_px=None) for p in event.positions))
    if isinstance(event, Rejected | SendFailed):
        return replace(event, reason="")
    return event


def differences(scope: Scope, numbers: Sequence[int]) -> list[str]:
    """Compare random paths of a scope; return what differs, path by path."""
    found = ((number, difference(random_path(scope, number))) for number in numbers)
    return [f"path {number}: {text}" for number, text in found if text]
