"""The simulation engine: scenarios × seeds on the simulated venue, every spec watching as a monitor.

Runs are spread over processes and merged in the order of the suite, so that the answer depends neither on the
number of workers nor on who was first. Violations are shortened and saved as witnesses. DET-1 runs the first
scenario of each config again, in another process with another hash seed, and compares the traces.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from mmgate.engines import crashes, repeat, twins
from mmgate.engines.judging import PATIENCE, SLOW_PATIENCE, Judgement, judge
from mmgate.engines.pool import Lost, spread
from mmgate.engines.witnesses import Search, twin_searches, witnessed
from mmgate.identity import code_revision
from mmgate.inputs import InputRefused
from mmgate.request import EngineResult, Entry, MakerRef, Request
from mmgate.worlds import world_of
from specs.spec import Outcome, Violation, Word, merge_runs

ENGINE = "simulation"
DETERMINISM = "DET-1"


@dataclass(frozen=True, slots=True)
class Job:
    """One run: an entry of the suite with a seed. Travels to a worker."""

    entry: Entry
    seed: int
    maker: MakerRef
    specs: tuple[str, ...]
    limit_s: float
    evidence: Path | None = None
    engine: str = ENGINE

    def name(self) -> str:
        """Return how the run is called in reports."""
        crash = f", {self.entry.crash.label()}" if self.entry.crash is not None else ""
        return f"{self.entry.name}/{self.entry.scenario}, seed {self.seed}{crash}"


@dataclass(frozen=True, slots=True)
class Done:
    """A job and how it went; `refused`: the input could not be used, in lines."""

    job: Job
    judged: Judgement | None
    lost: str = ""
    refused: tuple[str, ...] = ()


def run(request: Request) -> EngineResult:
    """Run every entry with every seed and judge it. Raises InputRefused for a suite or maker that can't be used."""
    code_revision()  # remembered before anything runs, so that a change of the code in between is seen
    done = _run_all(request)
    outcomes = _with_twins(merged(done, request.specs), request)
    if DETERMINISM in request.specs:
        outcomes = [*(o for o in outcomes if o.spec_id != DETERMINISM), _determinism(done, request)]
    searches = [*_searches(done, outcomes, request), *twin_searches(request, ENGINE, outcomes)]
    shown = witnessed(outcomes, searches, request)
    return EngineResult(ENGINE, shown.outcomes, shown.witnesses, (*_notes(done), *shown.notes))


def _with_twins(outcomes: Sequence[Outcome], request: Request) -> list[Outcome]:
    """Add what twin runs say, to the same specs' outcomes where there are any."""
    found = {outcome.spec_id: outcome for outcome in twins.outcomes(request, ENGINE)}
    joined = [
        replace(merge_runs((one, found.pop(one.spec_id))), strength=one.strength) if one.spec_id in found else one
        for one in outcomes
    ]
    return [*joined, *found.values()]


def _run_all(request: Request) -> list[Done]:
    """Run all jobs, in order; a maker that hangs again and again, or is too slow, is given up."""
    jobs = jobs_of(request)
    done: list[Done] = []
    with closing(spread(run_job, jobs, request.workers)) as runs:
        for finished in runs:
            result = finished.result
            one = Done(finished.work, None, result.reason) if isinstance(result, Lost) else result
            if one.refused:
                raise InputRefused(*one.refused)
            done.append(one)
            request.progress(f"{len(done)} of {len(jobs)} runs, {one.job.name()}")
            if _hung(done) >= PATIENCE or len(_too_slow(done)) >= SLOW_PATIENCE:
                break
    return done


def _hung(done: Sequence[Done]) -> int:
    return sum(one.judged is not None and one.judged.hung for one in done)


def _too_slow(done: Sequence[Done]) -> list[Done]:
    """Return the runs that the wall clock stopped."""
    return [one for one in done if one.judged is not None and one.judged.out_of_time]


def jobs_of(request: Request) -> list[Job]:
    """Return the runs of a request, in the order in which they are reported."""
    seeds = range(request.seed, request.seed + request.profile.seeds)
    limit_s = float(request.profile.wall_clock_s)
    runs = [(entry, seed) for entry in request.suite for seed in seeds]
    runs += [(entry, request.seed) for entry in crashes.entries(request)]
    return [
        Job(entry, seed, request.maker, request.specs, limit_s, port_evidence(request, f"{number}-seed-{seed}"))
        for number, (entry, seed) in enumerate(runs, 1)
    ]


def port_evidence(request: Request, name: str) -> Path | None:
    """Return where a port's stderr and transcript of one run are kept; nothing is kept of other makers."""
    return request.out / "port" / name if request.maker.kind == "port" else None


def run_job(job: Job) -> Done:
    """Run one job, here."""
    try:
        world = world_of(job.entry, job.seed)
        judged = judge(world, job.maker, job.specs, job.engine, limit_s=job.limit_s, evidence=job.evidence)
    except InputRefused as refusal:
        return Done(job, None, refused=refusal.lines)
    return Done(job, judged)


# -- outcomes


def merged(done: Sequence[Done], specs: Sequence[str]) -> list[Outcome]:
    """Merge all runs' outcomes, spec by spec in the order asked for; specs that no monitor judges are left out."""
    by_spec: dict[str, list[Outcome]] = {}
    for one in done:
        for outcome in outcomes_of(one.judged, one.lost, one.job.name(), specs):
            by_spec.setdefault(outcome.spec_id, []).append(outcome)
    judged = {spec_id for one in done if one.judged for spec_id in (o.spec_id for o in one.judged.outcomes)}
    strength = _strength(done)
    return [
        replace(merge_runs(by_spec[spec_id]), strength=strength)
        for spec_id in specs
        if spec_id in by_spec and (spec_id in judged or not judged)
    ]


def outcomes_of(
    judged: Judgement | None, lost: str, name: str, specs: Sequence[str], engine: str = ENGINE
) -> list[Outcome]:
    """Return a run's outcomes: the monitors', or what kept them from being given; `name` is the run's."""
    if judged is None or judged.refused:
        why = lost or f"the maker refuses the config: {judged.refused if judged else ''}"
        return [Outcome(spec_id, engine, Word.ERROR, reason=f"{name}: {why}") for spec_id in specs]
    outcomes = [_named(outcome, name) for outcome in judged.outcomes]
    if judged.cut:
        outcomes = [_cut(outcome, f"{name}: {judged.cut}") for outcome in outcomes]
    return outcomes


def _named(outcome: Outcome, name: str) -> Outcome:
    """Say in which run an outcome that is no success was given."""
    if outcome.word in (Word.HOLDS, Word.VACUOUS, Word.NOT_APPLICABLE) or not outcome.reason:
        return outcome
    return replace(outcome, reason=f"{name}: {outcome.reason}")


def _cut(outcome: Outcome, why: str) -> Outcome:
    """A run that was stopped shows violations, and nothing else."""
    if outcome.word in (Word.VIOLATED, Word.ERROR, Word.NOT_APPLICABLE):
        return outcome
    return replace(outcome, word=Word.INCONCLUSIVE, reason=why)


def _strength(done: Iterable[Done]) -> str:
    judged = [one.judged for one in done if one.judged is not None]
    hours = sum(one.hours for one in judged)
    turns = sum(one.turns for one in judged)
    return f"{hours:.1f} h, {turns} events, {len(judged)} runs"


def _notes(done: Sequence[Done]) -> tuple[str, ...]:
    """Tell what a reader of the report must know about the runs."""
    notes = [f"{one.job.name()}: lost, {one.lost}" for one in done if one.lost]
    if _hung(done) >= PATIENCE:
        notes.append(f"the maker left {PATIENCE} runs without an answer; the rest of the suite was not run")
    slow = _too_slow(done)
    if slow:
        turns = sum(one.judged.turns for one in slow if one.judged is not None)
        pace_ms = 1000 * sum(one.job.limit_s for one in slow) / max(1, turns)
        rest = "; the rest of the suite was not run" if len(slow) >= SLOW_PATIENCE else ""
        notes.append(
            f"too slow: an answer and its judging took {pace_ms:.1f} ms, and {len(slow)} runs did not end within their "
            f"{slow[0].job.limit_s:.0f} s each, so nothing holds; a larger profile gives a run more time{rest}"
        )
    for one in done:
        if one.judged is not None and one.judged.failed is not None:
            failed = one.judged.failed
            where = f"; see {one.job.evidence}-transcript.txt" if one.job.evidence is not None else ""
            notes.append(f"{one.job.name()}: the maker broke the protocol: {failed.kind}: {failed.text}{where}")
        if one.judged is not None and one.judged.cut:
            notes.append(f"{one.job.name()}: {one.judged.cut}")
    return tuple(notes)


# -- determinism


def _determinism(done: Sequence[Done], request: Request) -> Outcome:
    """Run the first scenario of every config again in another process and compare.

    A port then has a process for each life, and its first run of several lives is among them: what a restartable one
    remembers of a former life, production would have lost.
    """
    whole = [one for one in done if one.job.seed == request.seed and _repeatable(one)]
    first = list({one.job.entry.name: one for one in reversed(whole)}.values())[::-1]
    port = request.maker.kind == "port"
    if port and not any(_lives(one) > 1 for one in first):
        first += [one for one in whole if _lives(one) > 1][:1]
    request.progress(f"{DETERMINISM}: {len(first)} runs again, with another hash seed")
    digests = [one.judged.digest for one in first if one.judged is not None]
    maker = replace(request.maker, alone=port)
    jobs = [replace(one.job, specs=(), evidence=None, maker=maker) for one in first]
    again = repeat.digests(jobs, digests, request.workers)
    violations = []
    for one, digest, other in zip(first, digests, again, strict=True):
        if isinstance(other, Lost):
            return Outcome(DETERMINISM, ENGINE, Word.ERROR, reason=f"{one.job.name()}: {other.reason}")
        if other != digest:
            where = "with a process for each life" if port and _lives(one) > 1 else "in another process"
            text = f"{one.job.name()}: the same config, seed and events gave other actions {where}"
            violations.append(Violation(DETERMINISM, 0, 0, text))
    word = Word.VIOLATED if violations else Word.HOLDS if first else Word.VACUOUS
    strength = f"{len(first)} runs repeated"
    return Outcome(DETERMINISM, ENGINE, word, strength, len(first), (), tuple(violations))


def _lives(one: Done) -> int:
    return one.judged.lives if one.judged is not None else 0


def _repeatable(one: Done) -> bool:
    """Whether a run went to its own end, so that another can be compared with it."""
    return one.judged is not None and bool(one.judged.digest) and not one.judged.cut and not one.judged.hung


# -- witnesses


def _searches(done: Sequence[Done], outcomes: Iterable[Outcome], request: Request) -> list[Search]:
    """Return the earliest violation of every violated spec, to be shortened."""
    return [
        search_of(job, outcome.spec_id)
        for outcome in outcomes
        if outcome.word is Word.VIOLATED and (job := _earliest(done, outcome.spec_id)) is not None
    ]


def _earliest(done: Sequence[Done], spec_id: str) -> Job | None:
    """Return the run that shows the violation after the fewest records; of equals the first."""
    found = [
        (outcome.violations[0].index, at)
        for at, one in enumerate(done)
        if one.judged is not None
        and (outcome := one.judged.outcome(spec_id)) is not None
        and outcome.violations
        and outcome.word is Word.VIOLATED
    ]
    return done[min(found)[1]].job if found else None


def search_of(job: Job, spec_id: str) -> Search:
    """Return a job's violation as one to be shortened."""
    return Search((job.entry, job.seed), job.maker, spec_id, ENGINE)
