"""Hunting defects: for each, look until every spec that must catch it has caught it, and shorten what was seen.

The simulation goes through the suite run by run, the property engine draws its examples once. Defects are spread over
processes, and told in their own order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mmgate.engines import exhaustive, simulation
from mmgate.engines import property as drawing
from mmgate.engines.judging import Judgement, judge
from mmgate.engines.pool import Lost, spread
from mmgate.engines.witnesses import save_witness, search
from mmgate.inputs import InputRefused
from mmgate.request import EngineResult, Entry, MakerRef, Profile, Request, Witness
from mmgate.worlds import world_of
from specs.defects import BY_ID, Defect
from specs.spec import Outcome, Word, merge_runs


@dataclass(frozen=True, slots=True)
class Prey:
    """One defect to be looked for by one engine. Travels to a worker.

    `specs`: those that must catch it and are still missing; `judged`: all that watch while it is looked for.
    """

    defect_id: str
    engine: str
    specs: tuple[str, ...]
    judged: tuple[str, ...]
    suite: tuple[Entry, ...]
    profile: Profile
    seed: int
    out: Path

    def request(self, specs: tuple[str, ...]) -> Request:
        """Return the same as a request, in one process."""
        maker = MakerRef("defect", self.defect_id)
        return Request(maker, self.suite, specs, (self.engine,), self.profile, self.seed, self.out, workers=0)


@dataclass(frozen=True, slots=True)
class Hunt:
    """What an engine found about a defect: outcomes on the specs that must catch it, and witnesses.

    `also`: the ids of other specs that caught it, looked for only where none of those did.
    """

    defect_id: str
    engine: str
    outcomes: tuple[Outcome, ...]
    witnesses: tuple[Witness, ...] = ()
    also: tuple[str, ...] = ()

    def failed(self) -> str:
        """Say what kept the engine from looking, if anything did."""
        return next((one.reason for one in self.outcomes if one.word is Word.ERROR), "")

    def caught(self) -> tuple[str, ...]:
        """Return the ids of the specs that caught it as they must."""
        return tuple(outcome.spec_id for outcome in self.outcomes if outcome.word is Word.VIOLATED)


def expected(defect: Defect, specs: Sequence[str]) -> tuple[str, ...]:
    """Return those of `specs` that must catch the defect."""
    return tuple(spec_id for spec_id in specs if spec_id in defect.caught_by)


def prey_of(requests: Sequence[Request], engine: str) -> tuple[Prey, ...]:
    """Return what one engine has to look for, defect by defect."""
    return tuple(
        Prey(
            request.maker.name,
            engine,
            expected(BY_ID[request.maker.name], request.specs),
            request.specs,
            request.suite,
            request.profile,
            request.seed,
            request.out / request.maker.name,
        )
        for request in requests
    )


def hunt_all(prey: Sequence[Prey], workers: int, progress: Callable[[str], None]) -> Iterator[Hunt]:
    """Yield what was found of each defect, in order. Raises InputRefused for a suite that can't be used."""
    for number, finished in enumerate(spread(hunt, prey, workers), 1):
        wanted, result = finished.work, finished.result
        if isinstance(result, Lost):
            lost = [Outcome(one, wanted.engine, Word.ERROR, reason=result.reason) for one in wanted.specs]
            result = Hunt(wanted.defect_id, wanted.engine, tuple(lost))
        caught = ", ".join((*result.caught(), *result.also)) or "not caught"
        progress(f"{number} of {len(prey)} defects, {wanted.defect_id}: {caught}")
        yield result


def hunt(prey: Prey) -> Hunt:
    """Look for one defect, here."""
    if not prey.specs:
        return Hunt(prey.defect_id, prey.engine, ())
    found = _LOOK[prey.engine](prey)
    label = f"{prey.defect_id}: {BY_ID[prey.defect_id].title}"
    return replace(
        found,
        outcomes=tuple(_told(outcome, prey.defect_id) for outcome in found.outcomes),
        witnesses=tuple(replace(witness, maker=label) for witness in found.witnesses),
    )


def _in_examples(prey: Prey) -> Hunt:
    """Let the property engine draw its examples."""
    result: EngineResult = drawing.run(prey.request(prey.specs))
    return Hunt(prey.defect_id, prey.engine, result.outcomes, result.witnesses)


def _in_scopes(prey: Prey) -> Hunt:
    """Let the exhaustive engine search its scopes, as far as it judges what is missing."""
    wanted = tuple(spec_id for spec_id in prey.specs if spec_id in exhaustive.JUDGED)
    if not wanted:
        return Hunt(prey.defect_id, prey.engine, ())
    result: EngineResult = exhaustive.run(prey.request(wanted))
    return Hunt(prey.defect_id, prey.engine, result.outcomes, result.witnesses)


def _in_runs(prey: Prey) -> Hunt:
    """Go through the suite's runs until each spec has caught the defect in one of them; if none has, ask all others."""
    missing = list(prey.specs)
    outcomes: dict[str, list[Outcome]] = {}
    witnesses: list[Witness] = []
    for job in simulation.jobs_of(prey.request(prey.specs)):
        if not missing:
            break
        judged = _judged(job, missing)
        for outcome in judged.outcomes:
            outcomes.setdefault(outcome.spec_id, []).append(replace(outcome, strength=job.name()))
        caught = [one.spec_id for one in judged.outcomes if one.word is Word.VIOLATED]
        missing = [spec_id for spec_id in missing if spec_id not in caught]
        witnesses += [one for spec_id in caught for one in _witness(job, spec_id, prey)]
    also = _others(prey) if len(missing) == len(prey.specs) else ()
    return Hunt(prey.defect_id, prey.engine, tuple(map(_merged, outcomes.values())), tuple(witnesses), also)


def _others(prey: Prey) -> tuple[str, ...]:
    """Return the other specs that catch the defect first, in the first run that shows it to any of them.

    Each config is tried in its first scenario only: this says how blind the specs are, and is no search.
    """
    others = tuple(spec_id for spec_id in prey.judged if spec_id not in prey.specs)
    jobs = {job.entry.name: job for job in reversed(simulation.jobs_of(prey.request(others)))}
    for job in reversed(jobs.values()):
        judged = _judged(job, others, stop=True)
        caught = {outcome.spec_id for outcome in judged.outcomes if outcome.word is Word.VIOLATED}
        if caught:
            return tuple(spec_id for spec_id in others if spec_id in caught)
    return ()


def _judged(job: simulation.Job, specs: Sequence[str], *, stop: bool = False) -> Judgement:
    """Run one job under some specs. Raises InputRefused for a config that the maker does not take."""
    judged = judge(world_of(job.entry, job.seed), job.maker, specs, simulation.ENGINE, stop=stop, limit_s=job.limit_s)
    if judged.refused:
        raise InputRefused(f"{job.name()}: {judged.refused}")
    return judged


def _witness(job: simulation.Job, spec_id: str, prey: Prey) -> list[Witness]:
    """Shorten the violation and save it."""
    case = search(simulation.search_of(job, spec_id))
    return [] if case is None else [save_witness(case, prey.request((spec_id,)))]


def _merged(runs: list[Outcome]) -> Outcome:
    """Merge the runs' outcomes; the strength is that of the last run, where it was caught or given up."""
    return replace(merge_runs(runs), strength=runs[-1].strength)


def _told(outcome: Outcome, defect_id: str) -> Outcome:
    """Say with the first violation which defect shows it; one for each defect is enough."""
    violations = tuple(replace(one, text=f"[{defect_id}] {one.text}") for one in outcome.violations[:1])
    return replace(outcome, violations=violations)


_LOOK: dict[str, Callable[[Prey], Hunt]] = {
    "property": _in_examples,
    exhaustive.ENGINE: _in_scopes,
    simulation.ENGINE: _in_runs,
}
