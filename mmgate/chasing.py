"""Chasing one defect through the stages of its trail, and through all others while a spec that must catch it has not.

Everything watches: also specs that need not catch the defect are noted where they do. Work is counted in units that
repeat, events told and cases drawn; seconds are the processor's.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mmgate.engines import exhaustive, repeat, simulation, symbolic, twins
from mmgate.engines import property as drawing
from mmgate.engines.judging import Judgement, judge
from mmgate.engines.pool import Lost
from mmgate.inputs import InputRefused
from mmgate.request import Entry, MakerRef, Profile, Request
from mmgate.trails import (
    AGAIN,
    DRAWN,
    LEMMAS,
    MACHINE,
    MONITORED,
    SCOPES,
    TWINS,
    Stage,
    lemmas_on,
    second_looks,
    stages_of,
)
from mmgate.worlds import world_of
from specs.defects import BY_ID
from specs.spec import Outcome, Word

TOTALITY = "ROB-1"


@dataclass(frozen=True, slots=True)
class Chase:
    """One defect to be chased. Travels to a worker.

    `must`: the specs that have to catch it; `watching`: all that look; `only_trail`: give up where the trail ends.
    """

    defect_id: str
    must: tuple[str, ...]
    watching: tuple[str, ...]
    engines: tuple[str, ...]
    suite: tuple[Entry, ...]
    profile: Profile
    seed: int
    only_trail: bool = False

    def request(self, engine: str, specs: Sequence[str]) -> Request:
        """Return the same as a request to an engine, in one process."""
        maker = MakerRef("defect", self.defect_id)
        return Request(maker, self.suite, tuple(specs), (engine,), self.profile, self.seed, Path(), workers=0)


@dataclass(frozen=True, slots=True)
class Kill:
    """A spec that caught a defect: by which engine, in which stage, after how much work and time of the whole chase."""

    defect: str
    spec: str
    engine: str
    stage: str
    work: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Chased:
    """What a chase gave: kills in the order in which they came, all work done, what kept an engine from looking."""

    defect_id: str
    kills: tuple[Kill, ...]
    work: int
    seconds: float
    errors: tuple[tuple[str, str], ...] = ()


def chase(wanted: Chase) -> Chased:
    """Chase one defect, here: its trail, a second look by the engine that the trail lacks, then all else while needed.

    Raises InputRefused for a suite that can't be used.
    """
    trail, rest = stages_of(BY_ID[wanted.defect_id], wanted.suite, wanted.seed)
    began = time.process_time()
    kills: dict[tuple[str, str], Kill] = {}
    errors: list[tuple[str, str]] = []
    work = 0
    always = trail if wanted.only_trail else (*trail, *second_looks(trail, rest))
    for stage in (*always, *(() if wanted.only_trail else (one for one in rest if one not in always))):
        missing = [spec_id for spec_id in wanted.must if all(spec_id != caught for caught, _ in kills)]
        enough = not missing and (wanted.only_trail or stage not in always)
        if stage.engine not in wanted.engines or enough:
            continue
        outcomes, done = _looked(stage, wanted, missing)
        work += done
        errors += [(stage.engine, f"{stage.name}: {one.reason}") for one in outcomes if one.word is Word.ERROR][:1]
        for outcome in outcomes:
            if outcome.word is Word.VIOLATED:
                spent = round(time.process_time() - began, 2)
                kill = Kill(wanted.defect_id, outcome.spec_id, stage.engine, stage.name, work, spent)
                kills.setdefault((outcome.spec_id, stage.engine), kill)
    spent = round(time.process_time() - began, 2)
    return Chased(wanted.defect_id, tuple(kills.values()), work, spent, tuple(errors))


def _looked(stage: Stage, wanted: Chase, missing: Sequence[str]) -> tuple[list[Outcome], int]:
    """Look in one stage; return the outcomes and the units of work done."""
    if stage.kind == DRAWN:
        return _counted(drawing.drawn(wanted.request(stage.engine, wanted.must)))
    if stage.kind == TWINS:
        return _counted(twins.outcomes(wanted.request(stage.engine, missing or wanted.must), stage.engine))
    if stage.kind == AGAIN:
        return _counted([_again(stage, wanted)])
    if stage.kind == MACHINE:
        return _machine(stage, wanted)
    if stage.kind == SCOPES:
        return _scopes(stage, wanted)
    if stage.kind == LEMMAS:
        return _lemmas(stage, wanted)
    assert stage.entry is not None
    maker = MakerRef("defect", wanted.defect_id)
    world, brief = world_of(stage.entry, stage.seed), wanted.only_trail and set(wanted.watching) <= MONITORED
    judged = judge(world, maker, wanted.watching, stage.engine, stop_when_each=brief)
    if judged.refused:
        raise InputRefused(f"{stage.name}: {judged.refused}")
    return _of_defect(judged, wanted), judged.turns


def _again(stage: Stage, wanted: Chase) -> Outcome:
    """Run the stage's entry here and in a process with another hash seed (DET-1)."""
    assert stage.entry is not None
    maker = MakerRef("defect", wanted.defect_id)
    job = simulation.Job(stage.entry, stage.seed, maker, (), float(wanted.profile.wall_clock_s))
    judged = judge(world_of(job.entry, job.seed), maker, (), stage.engine)
    other = repeat.digests([job], [judged.digest], 0)[0]
    spec_id, turns = simulation.DETERMINISM, judged.turns
    if isinstance(other, Lost):
        return Outcome(spec_id, stage.engine, Word.ERROR, reason=other.reason)
    return Outcome(spec_id, stage.engine, Word.HOLDS if other == judged.digest else Word.VIOLATED, antecedents=turns)


def _machine(stage: Stage, wanted: Chase) -> tuple[list[Outcome], int]:
    """Let the state machine play the worlds of one config until a world shows what is missing."""
    name = stage.name.removeprefix(f"{MACHINE}/")
    request = wanted.request(stage.engine, wanted.watching)
    batch = next(batch for batch in drawing.batches_of(request) if batch.name == name)
    judged = drawing.play_once(batch).judged
    return [one for world in judged for one in _of_defect(world, wanted)], sum(one.turns for one in judged)


def _scopes(stage: Stage, wanted: Chase) -> tuple[list[Outcome], int]:
    """Search the small scopes until every spec that must catch the defect, and is judged there, has."""
    must = [spec_id for spec_id in wanted.must if spec_id in exhaustive.JUDGED]
    return exhaustive.caught(wanted.request(stage.engine, must))


def _lemmas(stage: Stage, wanted: Chase) -> tuple[list[Outcome], int]:
    """Examine the lemmas on what the defect changes; the work is the lemmas answered."""
    specs = dict.fromkeys(lemma.spec_id for lemma in lemmas_on(BY_ID[wanted.defect_id]))
    request = wanted.request(stage.engine, [spec_id for spec_id in specs if spec_id in wanted.must])
    return _counted(symbolic.judged(request))


def _of_defect(judged: Judgement, wanted: Chase) -> list[Outcome]:
    """Return a run's outcomes; one that breaks down unmeant and shows nothing else is faulty itself."""
    failed = judged.failed
    shown = any(one.word is Word.VIOLATED and one.spec_id in wanted.must for one in judged.outcomes)
    if failed is None or shown:
        return list(judged.outcomes)
    reason = f"the defect itself broke down: {failed.text}"
    return [*judged.outcomes, Outcome(TOTALITY, "", Word.ERROR, reason=reason)]


def _counted(outcomes: Sequence[Outcome]) -> tuple[list[Outcome], int]:
    return list(outcomes), sum(outcome.antecedents for outcome in outcomes)
