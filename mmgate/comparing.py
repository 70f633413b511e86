"""Two versions of a maker: which specs changed their word, and the shortest run that tells the two apart."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import import_module

from mmgate.corpus import Case
from mmgate.engines.judging import ALIKE, DIFFERENTIAL
from mmgate.engines.pool import Lost, spread
from mmgate.engines.simulation import jobs_of, run_job
from mmgate.engines.witnesses import Search, search
from mmgate.profiles import fitted
from mmgate.report import Report, RunId, conclude
from mmgate.request import EngineResult, MakerRef, Request
from mmgate.verification import selected
from specs.spec import Word


@dataclass(frozen=True, slots=True)
class Changed:
    """A spec whose word differs, with what the new version's engines say."""

    spec_id: str
    old: Word
    new: Word
    why: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What two versions share and do not. `case`: the shortest run with different answers; None: none was found.

    `steps`: how many answers were equal; `uncompared`: in how many runs the comparison ended early; `parted`: in how
    many they differed.
    """

    old: Report
    new: Report
    changed: tuple[Changed, ...]
    case: Case | None
    steps: int
    runs: int
    uncompared: int
    parted: int

    @property
    def worse(self) -> tuple[Changed, ...]:
        """The specs that are violated, or not judged for an error, and were not before."""
        return tuple(one for one in self.changed if one.new in (Word.VIOLATED, Word.ERROR))


Progress = Callable[[str], None]


def compare(request: Request, old: str, features: frozenset[str], progress: Progress) -> Compared:
    """Judge both versions on what both declare, then run them in lock step. `request` names the new one."""
    suite = tuple(fitted(entry, features) for entry in request.suite)
    new = replace(request, suite=suite, out=request.out / "new")
    before = _judged(replace(new, maker=MakerRef("port", old), out=request.out / "old"), "old", progress)
    after = _judged(new, "new", progress)
    return _apart(replace(new, maker=replace(new.maker, beside=old)), before, after, progress)


def _judged(request: Request, name: str, progress: Progress) -> Report:
    """Judge one version by the engines that were asked for."""
    results: list[EngineResult] = []
    for engine in request.engines:
        progress(f"{name}: {engine}")
        results.append(import_module(f"mmgate.engines.{engine}").run(request))
    run = RunId((), "", request.maker.label(), "", request.profile.name, request.seed)
    return conclude(run, selected(request.specs), results, (), datetime.now(UTC).date())


def _changes(old: Report, new: Report) -> tuple[Changed, ...]:
    before = {row.spec.id: row.word for row in old.rows}
    return tuple(
        Changed(
            row.spec.id, before[row.spec.id], row.word, next((one.reason for one in row.outcomes if one.reason), "")
        )
        for row in new.rows
        if row.word is not before[row.spec.id]
    )


def _apart(request: Request, old: Report, new: Report, progress: Progress) -> Compared:
    """Run both in lock step over the suite; shorten the divergence that came after the fewest answers."""
    jobs = [replace(job, specs=(ALIKE,), engine=DIFFERENTIAL, evidence=None) for job in jobs_of(request)]
    parted: list[tuple[int, int]] = []
    steps = uncompared = 0
    with closing(spread(run_job, jobs, request.workers)) as runs:
        for at, finished in enumerate(runs):
            progress(f"lock step: {at + 1} of {len(jobs)} runs")
            done = finished.result
            outcome = None if isinstance(done, Lost) or done.judged is None else done.judged.outcome(ALIKE)
            uncompared += outcome is None or outcome.word is Word.INCONCLUSIVE
            if outcome is not None:
                steps += outcome.antecedents
                parted += [(outcome.antecedents, at)] if outcome.word is Word.VIOLATED else []
    case = None
    if parted:
        job = jobs[min(parted)[1]]
        progress("shortening the run that tells them apart")
        case = search(Search((job.entry, job.seed), request.maker, ALIKE, DIFFERENTIAL))
    return Compared(old, new, _changes(old, new), case, steps, len(jobs), uncompared, len(parted))
