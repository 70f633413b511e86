"""The property engine: Hypothesis on the model's functions, and a rule-based state machine over maker and venue.

Derandomised, without a database or deadlines: the same code, profile and seed draw the same examples. Firings and
antecedents are counted; nothing drawn is an error, never a pass. A port has no functions of ours: for it there is
the machine alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256

from mmgate.engines import advisory, lawful, twins
from mmgate.engines.drawing import check
from mmgate.engines.functions import PROPERTIES, Property
from mmgate.engines.fuzz import Recipe, answered, stories
from mmgate.engines.judging import PATIENCE, TOTALITY
from mmgate.engines.lawful import MOST_SHRINKS, PORT_SHRINKS
from mmgate.engines.playing import ENGINE, Batch, Played, play
from mmgate.engines.pool import Lost, spread
from mmgate.engines.questions import STORY, STORY_SHAPE
from mmgate.engines.simulation import DETERMINISM, outcomes_of, port_evidence
from mmgate.engines.witnesses import Search, twin_searches, witnessed
from mmgate.engines.working import NO_WORK, work_of
from mmgate.ports.direct import defect_of
from mmgate.ports.port import opened
from mmgate.request import EngineResult, MakerRef, Request
from specs.catalogue import MONITORS
from specs.defects import applied
from specs.spec import Outcome, Violation, Word, merge_runs

PORT_SHARE = 6
"""A port gets one story where a maker of this process gets so many."""
LEAST_EXAMPLES = 6
"""So many worlds are written for each config at least."""
WORLDLY = frozenset({monitor.spec.id for monitor in MONITORS} | {TOTALITY, DETERMINISM})
"""The specs that worlds are judged by; for others alone the machine is not asked."""


def run(request: Request) -> EngineResult:
    """Draw functions' cases, stories and worlds, and judge them. Raises InputRefused for a maker that can't be used."""
    found = drawn(request)
    by_worlds = sorted(WORLDLY.intersection(request.specs))
    played, lost = _play_all(request) if by_worlds else ([], [])
    work = work_of(played, lost, request.profile) if by_worlds else NO_WORK
    by_machine = work.heard(_machine_outcomes(played, request))
    if work.error:
        known = {outcome.spec_id for outcome in by_machine}
        by_machine += [Outcome(s, ENGINE, Word.ERROR, reason=work.error) for s in by_worlds if s not in known]
    outcomes = _merged([*found, *by_machine], request.specs)
    shown = witnessed(outcomes, [*_searches(played, request), *twin_searches(request, ENGINE, outcomes)], request)
    return EngineResult(ENGINE, shown.outcomes, shown.witnesses, (*work.notes, *shown.notes), work.counts)


# -- functions


def drawn(request: Request) -> list[Outcome]:
    """Draw the cases of functions, laws, advisory specs, twins and stories: all but the machine's worlds."""
    found = [] if request.maker.kind == "port" else functions(request)
    found += lawful.outcomes(request, check)
    found += advisory.outcomes(request, check)
    found += twins.outcomes(request, ENGINE)
    if TOTALITY in request.specs:
        found.append(_total(request.maker, request.profile.property_examples, request.seed))
    return found


def functions(request: Request) -> list[Outcome]:
    """Check every property that belongs to a spec asked for, with the maker's defect in force."""
    maker = request.maker if request.maker.kind == "defect" else MakerRef()
    wanted = [one for one in PROPERTIES if one.spec_id in request.specs]
    return [_checked(one, maker, request.profile.property_examples, request.seed) for one in wanted]


@lru_cache(maxsize=256)
def _checked(one: Property, maker: MakerRef, examples: int, number: int) -> Outcome:
    """Check one property, once however often it is asked for."""
    with _in_force(maker):
        return check(one, examples, number)


@lru_cache(maxsize=64)
def _total(maker: MakerRef, examples: int, number: int) -> Outcome:
    """Tell the maker stories of any events in any order (ROB-1); a port, started for each, gets fewer."""

    def told(story: list[Recipe]) -> str | None:
        with opened(maker) as fresh:
            return answered(fresh, story)

    title = "stories of any events are answered"
    stories_told = examples if maker.kind != "port" else max(1, examples // PORT_SHARE)
    most = MOST_SHRINKS if maker.kind != "port" else PORT_SHRINKS
    return check(Property(TOTALITY, title, stories, told, STORY_SHAPE, STORY), stories_told, number, most=most)


@contextmanager
def _in_force(maker: MakerRef) -> Iterator[None]:
    if maker.kind != "defect":
        yield
        return
    with applied(defect_of(maker.name)):
        yield


# -- the machine


def _play_all(request: Request) -> tuple[list[Played], list[str]]:
    """Play every config's batch; the second list tells which were lost."""
    played: list[Played] = []
    lost: list[str] = []
    batches = batches_of(request)
    with closing(spread(play_once, batches, request.workers)) as plays:
        for finished in plays:
            if isinstance(finished.result, Lost):
                lost.append(f"{finished.work.name}: {finished.result.reason}")
            else:
                played.append(finished.result)
            request.progress(f"{finished.index + 1} of {len(batches)} configs in the machine, {finished.work.name}")
            if sum(judged.hung for one in played for judged in one.judged) >= PATIENCE:
                break
    return played, lost


@lru_cache(maxsize=64)
def play_once(batch: Batch) -> Played:
    """Play a batch, once in this process however often it is asked for."""
    return play(batch)


def batches_of(request: Request) -> list[Batch]:
    """Return one batch for each config of the suite, each with a seed of its own."""
    configs = {entry.name: entry.config for entry in request.suite}
    each = max(LEAST_EXAMPLES, math.ceil(request.profile.machine_examples / max(1, len(configs))))
    return [
        Batch(
            name,
            config,
            request.maker,
            request.specs,
            each,
            request.profile.machine_steps,
            _seed(request.seed, name),
            float(request.profile.wall_clock_s),
            port_evidence(request, f"machine-{name}"),
        )
        for name, config in configs.items()
    ]


def _seed(number: int, name: str) -> int:
    """Return a config's seed: the same whatever else is in the suite."""
    return int.from_bytes(sha256(f"{number}/{name}".encode()).digest()[:4], "big")


def _machine_outcomes(played: Sequence[Played], request: Request) -> list[Outcome]:
    """Return the outcomes of all worlds, and the comparison of those that were run twice."""
    outcomes = []
    for one in played:
        for at, judged in enumerate(one.judged):
            name = f"machine {one.batch.name}, world {at}"
            outcomes += outcomes_of(judged, "", name, request.specs, ENGINE)
    if DETERMINISM in request.specs and played:
        outcomes = [outcome for outcome in outcomes if outcome.spec_id != DETERMINISM]
        outcomes.append(_determinism(played))
    return outcomes


def _determinism(played: Sequence[Played]) -> Outcome:
    differed = [name for one in played for name in one.differed]
    repeated = sum(one.repeated for one in played)
    violations = tuple(
        Violation(DETERMINISM, 0, 0, f"{name}: the same world run twice gave two traces") for name in differed
    )
    word = Word.VIOLATED if differed else Word.HOLDS if repeated else Word.VACUOUS
    return Outcome(DETERMINISM, ENGINE, word, f"{repeated} worlds run twice", repeated, (), violations)


def _merged(outcomes: Sequence[Outcome], specs: Sequence[str]) -> list[Outcome]:
    by_spec: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_spec.setdefault(outcome.spec_id, []).append(outcome)
    return [_merge_one(by_spec[spec_id]) for spec_id in specs if spec_id in by_spec]


def _merge_one(outcomes: list[Outcome]) -> Outcome:
    """Merge one spec's outcomes; its strength counts worlds and names functions."""
    drawn = [outcome.strength for outcome in outcomes if " cases: " in outcome.strength]
    worlds = len(outcomes) - len(drawn)
    told = [f"{worlds} worlds"] if worlds and outcomes[0].spec_id != DETERMINISM else []
    told += [outcomes[0].strength] if outcomes[0].spec_id == DETERMINISM else drawn
    return replace(merge_runs(outcomes), strength="; ".join(told))


def _searches(played: Sequence[Played], request: Request) -> list[Search]:
    """Return the first world that broke each spec, to be shortened."""
    first: dict[str, Search] = {}
    for one in played:
        for spec_id, world in one.broken:
            first.setdefault(spec_id, Search(world, request.maker, spec_id, ENGINE))
    return [first[spec_id] for spec_id in request.specs if spec_id in first]
