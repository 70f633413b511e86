"""A path of the exhaustive search as a case of its own: gone again through the small system, judged move by move.

It is kept where the simulated world's monitors do not see what the search saw. The same maker breaks the same spec on
it; for another maker, moves that cannot happen are left out, as a script's are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import localcontext

from mmgate.engines.exploring import HEALED, RESUMED, TOTALITY, WAYS_ON, Broken, broke_down, in_force
from mmgate.engines.story import Teller
from mmgate.request import MakerRef
from model.arithmetic import CONTEXT
from model.codec import Malformed, show
from model.config import MakerConfig
from model.journal import Crashed, FaultBegan, OrderClosed, OrderOpened, Owner, Record, Traded, Turn
from specs.system import MOVES, System
from specs.system_healing import Healing
from specs.system_parts import CHANNELS, FAULTS, ORACLES, Move
from specs.system_resuming import Resuming
from specs.system_safety import Found, judge
from specs.system_venue import MARKET, ZERO

WALK = "walk"
MOST_MOVES = 2_000
"""More than any search or healing takes; a file that tells more is refused."""
SIDES = 2
START = Move("start")
HEALS = {
    HEALED: "the world: from here on nothing fails any more; the maker is told to shut down, if it was not",
    RESUMED: "the world: from here on nothing fails any more; the last price is told again after each step of time",
}


@dataclass(frozen=True, slots=True)
class Walk:
    """Moves from the beginning of a first life. `ends`: what is wrong shows in how a healed world then goes on."""

    config: MakerConfig
    start_ms: int
    moves: tuple[tuple[str, str, int, str], ...]
    ends: str = ""

    def shown(self) -> str:
        """Return it for a person, in a line."""
        return f"{len(self.moves)} moves through the small system" + (", which then heals" if self.ends else "")


def walk_of(config: MakerConfig, broken: Broken) -> Walk:
    """Return the path that breaks a spec, as a case."""
    moves = tuple((move.name, move.channel, move.at, move.fault) for move in broken.moves)
    return Walk(config, broken.start_ms, moves, broken.ends)


def check_walk(walk: Walk) -> None:
    """Refuse moves that no search makes. Raises Malformed."""
    if walk.ends not in ("", *HEALS):
        raise Malformed("ends", f"{show(walk.ends)} is none of {', '.join(HEALS)}")
    if len(walk.moves) > MOST_MOVES:
        raise Malformed("moves", f"{len(walk.moves)} are more than {MOST_MOVES}")
    for number, row in enumerate(walk.moves):
        move = Move(*row)
        most = len(ORACLES) if move.name == "price" else SIDES
        known = move.name in MOVES and move.channel in ("", *CHANNELS) and move.fault in ("", *FAULTS)
        if not known or not 0 <= move.at < most:
            raise Malformed(f"moves[{number}]", f"{show(list(row))} is no move of the small system")


def walked(ref: MakerRef, spec_id: str, walk: Walk, steps: list[str]) -> str | None:
    """Go a walk and tell its steps; return what breaks the spec, None if nothing does. Raises ConfigRefused."""
    with localcontext(CONTEXT), in_force(ref):
        walker = _Walker(spec_id, walk)
        text = walker.go()
    steps += walker.teller.lines()
    return None if text is None else walker.teller.named(text)


class _Walker:
    """One walk: where it stands, and its story so far."""

    def __init__(self, spec_id: str, walk: Walk) -> None:
        self._spec_id, self._walk = spec_id, walk
        self.teller = Teller()

    def go(self) -> str | None:
        """Go from move to move until the spec is broken, then to the end; say what broke it."""
        system = System(self._walk.config, self._walk.start_ms)
        text = self._follow(system, system, START)
        for row in self._walk.moves:
            move = Move(*row)
            if text is not None:
                return text
            if not _possible(system, move):
                continue
            try:
                after = system.after(move)
            except Exception as error:  # whatever it is, the maker must answer every event
                self.teller.note(system.now_ms, f"{move.name} {move.channel}: the maker breaks down")
                return broke_down(error) if self._spec_id == TOTALITY else None
            text = self._follow(system, after, move)
            system = after
        return text if text is not None or not self._walk.ends else self._end(system)

    def _follow(self, before: System, after: System, move: Move) -> str | None:
        """Tell and judge one move."""
        for record in _records(before, after, move):
            self.teller.tell(record)
        return self._of_spec(judge(before, after, move, Counter()))

    def _end(self, system: System) -> str | None:
        """Let the world heal, and say what is wrong with how it ends."""
        ends = self._walk.ends
        self.teller.note(system.now_ms, HEALS[ends])
        at = system
        try:
            for move, after in WAYS_ON[ends](system):
                for record in _records(at, after, move):
                    self.teller.tell(record)
                at = after
            judged = Healing().ends if ends == HEALED else Resuming().ends
            return self._of_spec(judged(system, Counter()))
        except Exception as error:  # as above
            return broke_down(error) if self._spec_id == TOTALITY else None

    def _of_spec(self, found: list[Found]) -> str | None:
        return next((text for spec_id, text in found if spec_id == self._spec_id), None)


def _possible(system: System, move: Move) -> bool:
    """Tell whether a move can happen here: what it names is there, and who does it lives."""
    match move.name:
        case "carry":
            return len(system.channels.get(move.channel, ())) > move.at
        case "restart":
            return system.state is None
        case "reconnect":
            return system.state is not None and not system.connected
        case "disconnect":
            return system.state is not None and system.connected
        case "crash" | "signal":
            return system.state is not None
    return True


def _records(before: System, after: System, move: Move) -> Iterator[Record]:
    """Yield a move as the journal of a run would tell it."""
    now_ms = after.now_ms
    if move.fault:
        yield FaultBegan(now_ms, move.fault)
    if move.name == "crash":
        yield Crashed(now_ms, after.life)
    fills = [] if after is before else after.venue.recent[len(before.venue.recent) :]
    for _, (_, cloid, oid, time_ms, tid, side, px, sz, crossed, fee, pnl, _) in fills:
        yield Traded(time_ms, Owner.MAKER, MARKET, oid, cloid, tid, side, px, sz, crossed, fee, pnl)
    was, now = ({o.oid: o for o in one.venue.orders if o.own} for one in (before, after))
    for oid, o in was.items():
        if oid not in now:
            reason = "filled" if any(values[2] == oid for _, values in fills) else "canceled"
            yield OrderClosed(now_ms, Owner.MAKER, MARKET, oid, o.cloid, reason, ZERO)
    for oid, o in now.items():
        if oid not in was:
            tif = after.sent[o.cloid].place.tif
            yield OrderOpened(now_ms, Owner.MAKER, MARKET, oid, o.cloid, o.side, o.px, o.remaining, tif, o.reduce_only)
    for turn in after.turns:
        yield Turn(now_ms, after.life, turn.event, turn.reply)
