"""From a long run that violates a spec to a short one that a person can follow.

The world's script knows nothing of the maker, so any step can be taken out and the rest run again, closed loop:
what counts is only that the same spec is still violated. First what follows the violation goes, then what came
long before it, then whole markets, levels and phases, then single steps by halves (delta debugging). Everything is
bounded by work units, reruns and turns, so that the result repeats.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from mmgate.corpus import RUN, Case, examined
from mmgate.engines.judging import Judgement
from mmgate.request import MakerRef
from model.config import LevelDistribution, SizeDistribution
from sim import world as worlds
from sim.parameters import Finish
from sim.script import Restart, SetPrices, Step, WorldQuote
from sim.world import World
from specs.spec import Violation, Word

MAX_RERUNS = 150
"""So many reruns may one counterexample cost."""
MAX_PORT_RERUNS = 60
"""The same for a port, which is started anew for each."""
HUNG_COST = 20
"""A rerun that ends at a maker's time limit counts as so many."""
MAX_TURNS = 600_000
"""So many turns of the maker may one counterexample cost, all reruns together."""
LEAD_MS = (15_000, 30_000, 60_000, 120_000, 300_000, 900_000)
"""How long before the violation a shortened run may begin."""
TAIL_MS = 1

PLAIN: tuple[tuple[str, object], ...] = (
    ("velocity_skew_enabled", False),
    ("dynamic_offset_enabled", False),
    ("level_distribution", LevelDistribution.LINEAR),
    ("size_distribution", SizeDistribution.UNIFORM),
    ("counter_order_enabled", False),
    ("adverse_consecutive_fills", 0),
    ("dead_man_ms", 0),
)
"""What a config may lose on the way to the simplest one that shows the violation."""


@dataclass(slots=True)
class Budget:
    """What is left of the work units."""

    reruns: int = MAX_RERUNS
    turns: int = MAX_TURNS

    @property
    def spent(self) -> bool:
        """Whether nothing more may be run."""
        return self.reruns <= 0 or self.turns <= 0


class Shrinker:
    """The shortest violating run found so far, and the trials that are left."""

    def __init__(self, world: World, ref: MakerRef, spec_id: str, engine: str, budget: Budget, how: str = RUN) -> None:
        self.world = worlds.from_data(worlds.to_data(world))  # as a replay will read it, decimals and all
        self.violation: Violation | None = None
        self._ref, self._spec_id, self._engine = ref, spec_id, engine
        self._budget, self._how = budget, how

    def holds_up(self, world: World) -> bool:
        """Run a candidate; take it over if it violates the spec too."""
        if self._budget.spent:
            return False
        judged = self._judge(world, keep=False)
        self._budget.reruns -= HUNG_COST if judged.hung else 1
        self._budget.turns -= judged.turns
        violation = _violation(judged, self._spec_id)
        if violation is None:
            return False
        self.world, self.violation = world, violation
        return True

    def case(self) -> Case | None:
        """Run the shortest world once more in full and give the counterexample; None if there is none."""
        judged = self._judge(self.world, keep=True)
        violation = _violation(judged, self._spec_id)
        if violation is None:
            return None
        return Case(self._ref, self._spec_id, self._engine, violation, self.world, judged.records, how=self._how)

    def script(self) -> tuple[Step, ...]:
        """Return the steps of the shortest world."""
        return tuple(self.world.script)

    def _judge(self, world: World, *, keep: bool) -> Judgement:
        return examined(world, self._ref, self._spec_id, self._engine, self._how, keep=keep)


def shrink(
    world: World, ref: MakerRef, spec_id: str, engine: str, budget: Budget | None = None, how: str = RUN
) -> Case | None:
    """Shorten a world in which `ref` violates `spec_id`; None if it does not. Raises InputRefused, as `judge` does."""
    reruns = MAX_PORT_RERUNS if ref.kind == "port" else MAX_RERUNS
    shrinker = Shrinker(world, ref, spec_id, engine, budget or Budget(reruns), how)
    if not shrinker.holds_up(shrinker.world):
        return None
    for pass_ in PASSES:
        pass_(shrinker)
    return shrinker.case()


def _violation(judged: Judgement, spec_id: str) -> Violation | None:
    outcome = judged.outcome(spec_id)
    if outcome is None or outcome.word is not Word.VIOLATED or not outcome.violations:
        return None
    return outcome.violations[0]


# -- passes


def _cut_tail(shrinker: Shrinker) -> None:
    """End the run right after the violation; if it is one of the finish, end the script earlier."""
    assert shrinker.violation is not None
    world = shrinker.world
    at_ms = max(shrinker.violation.now_ms, world.parameters.start_ms)  # a twin's may bear no time
    if at_ms + TAIL_MS < world.parameters.end_ms or world.parameters.finish is Finish.SHUTDOWN:
        script = tuple(step for step in shrinker.script() if step.at_ms <= at_ms)
        cut = replace(world.parameters, end_ms=at_ms + TAIL_MS, finish=Finish.CUT)
        if shrinker.holds_up(replace(world, script=script, parameters=cut)):
            return
    for share in (8, 4, 2):
        _end_earlier(shrinker, share)


def _end_earlier(shrinker: Shrinker, share: int) -> None:
    """Let the script end after 1/share of its length, as long as the violation stays."""
    while True:
        world = shrinker.world
        p = world.parameters
        end_ms = p.start_ms + (p.end_ms - p.start_ms) // share
        if end_ms <= p.start_ms + p.timer_ms:
            return
        script = tuple(step for step in shrinker.script() if step.at_ms <= end_ms)
        if not shrinker.holds_up(replace(world, script=script, parameters=replace(p, end_ms=end_ms))):
            return


def _cut_head(shrinker: Shrinker) -> None:
    """Begin the run later: the shortest lead before the violation that still shows it."""
    assert shrinker.violation is not None
    world = shrinker.world
    until_ms = min(shrinker.violation.now_ms, world.parameters.end_ms)
    for lead_ms in LEAD_MS:
        start_ms = until_ms - lead_ms
        if start_ms > world.parameters.start_ms and shrinker.holds_up(_beginning_at(world, start_ms)):
            return


def _beginning_at(world: World, start_ms: int) -> World:
    """Return the world with its script's earlier part gone, but for the prices and books as they then stood."""
    state: dict[tuple[type, str], Step] = {}
    first: list[Step] = []
    later: list[Step] = []
    for step in world.script:
        if step.at_ms >= start_ms:
            later.append(step)
        elif isinstance(step, SetPrices | WorldQuote):
            state[(type(step), step.market)] = replace(step, at_ms=start_ms + 1)
        elif isinstance(step, Restart) and step.at_ms <= world.parameters.start_ms:
            first.append(replace(step, at_ms=start_ms))
    late = [step for step in later if step.at_ms > start_ms]
    script = (*first, *state.values(), *late)
    return replace(world, script=script, parameters=replace(world.parameters, start_ms=start_ms))


def _drop_markets(shrinker: Shrinker) -> None:
    """Take out whole markets."""
    for market in shrinker.world.markets:
        world = shrinker.world
        if len(world.markets) == 1:
            return
        markets = tuple(other for other in world.markets if other.name != market.name)
        script = tuple(step for step in shrinker.script() if getattr(step, "market", None) != market.name)
        names = tuple(
            name for name in world.config.markets if name.rpartition(":")[2] != market.name.rpartition(":")[2]
        )
        if world.config.markets and not names:
            continue
        config = replace(world.config, markets=names)
        shrinker.holds_up(replace(world, markets=markets, script=script, config=config))


def _drop_levels(shrinker: Shrinker) -> None:
    """Quote as few levels as show it."""
    for levels in (1, 2, 3):
        if levels >= shrinker.world.config.num_levels:
            return
        if shrinker.holds_up(_with(shrinker.world, num_levels=levels)):
            return


def _drop_phases(shrinker: Shrinker) -> None:
    """Switch off what the violation does not need."""
    for key, value in PLAIN:
        if getattr(shrinker.world.config, key) != value:
            shrinker.holds_up(_with(shrinker.world, **{key: value}))


def _with(world: World, **changes: Any) -> World:
    return replace(world, config=replace(world.config, **changes))


def _drop_kinds(shrinker: Shrinker) -> None:
    """Take out all steps of one kind at once: all trades, all faults …"""
    for kind in dict.fromkeys(type(step) for step in shrinker.script()):
        rest = tuple(step for step in shrinker.script() if type(step) is not kind)
        shrinker.holds_up(replace(shrinker.world, script=rest))


def _drop_steps(shrinker: Shrinker) -> None:
    """Take out steps by halves, quarters … down to single ones."""
    size = len(shrinker.script()) // 2
    while size >= 1:
        at = 0
        while at < len(script := shrinker.script()):
            if not shrinker.holds_up(replace(shrinker.world, script=script[:at] + script[at + size :])):
                at += size
        size //= 2


PASSES: tuple[Callable[[Shrinker], None], ...] = (
    _cut_tail,
    _cut_head,
    _drop_markets,
    _drop_levels,
    _drop_phases,
    _drop_kinds,
    _cut_head,
    _drop_steps,
    _cut_head,
    _cut_tail,
)
"""What is tried, the cheapest gains first."""
