"""Finding the explorer's shortest ways anew: `python -m mmgate.vectors.searching`, some minutes on one core.

To be run when a case of an edge no longer takes its edge, which a test says, or when scopes reach more.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from decimal import localcontext
from pathlib import Path

from mmgate.engines.exploring import explore
from mmgate.engines.rows import ROWS
from mmgate.request import MakerRef
from mmgate.vectors.case import Data, canonical
from mmgate.vectors.recorded import step_data
from mmgate.vectors.witnesses import EDGE, EXPLORED, RACE
from model.arithmetic import CONTEXT
from specs.system import System
from specs.system_moves import fair_move, opened
from specs.system_parts import Move, Scope
from specs.system_races import EVENTS
from specs.system_scopes import STANDARD, scope

MOST_STATES = 60_000
"""So many states of a scope are searched; the races are met long before."""
SCOPES: tuple[Scope, ...] = (
    *STANDARD,
    scope("trade", "disconnect"),
    scope("partial", "disconnect"),
    scope("price", "signal"),
    scope(disconnect=2),
    scope(price=2),
    scope("reorder", "price", "disconnect"),
    scope("reorder", "price", "crash"),
)
"""The scopes that close within minutes, and some in which the rarer pairs meet."""
FOLLOWED = 24
"""So many moves of a fair world follow a way, so that what comes of it is told too."""
Way = tuple[Scope, tuple[Move, ...]]


def shortest(scopes: Sequence[Scope], most_states: int) -> dict[tuple[str, str], Way]:
    """Return the shortest way to each row of the order table and each pair of events, over all scopes."""
    best: dict[tuple[str, str], Way] = {}
    for one in scopes:
        for pair, path in explore(one, MakerRef(), most_states, healing=False).first.items():
            if pair not in best or len(path) < len(best[pair][1]):
                best[pair] = (one, path)
        sys.stderr.write(f"{one.name}: {len(best)} found\n")
    return best


def lines(best: dict[tuple[str, str], Way]) -> Iterator[str]:
    """Yield what the file keeps: rows in the table's order, then pairs."""
    pairs = [(first, then) for first in EVENTS for then in EVENTS]
    for shows, wanted in ((EDGE, ROWS), (RACE, pairs)):
        for pair in wanted:
            if pair in best:
                yield canonical({"shows": shows, "pair": list(pair), **_way(*best[pair])})


def _way(one: Scope, path: tuple[Move, ...]) -> Data:
    """Return what the reference is told on a way, and in the fair world that follows it."""
    with localcontext(CONTEXT):
        system = System(one.config, opened(one)[0].started_ms)
        told = list(system.turns)
        for at in range(len(path) + FOLLOWED):
            system = system.after(path[at] if at < len(path) else fair_move(system))
            told += system.turns
    return {"scope": one.name, "steps": [step_data(turn.event) for turn in told]}


def main() -> None:
    """Search, and write the file."""
    best = shortest(SCOPES, MOST_STATES)
    (Path(__file__).parent / EXPLORED).write_text("".join(lines(best)), encoding="ascii", newline="\n")


if __name__ == "__main__":
    main()
