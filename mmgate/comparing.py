"""Two versions of a maker: which specs changed their word, and the shortest run that tells the two apart."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import import_module

from mmgate.corpus import Case
from mmgate.engines.differential import word_of
from mmgate.engines.judging import ALIKE, DIFFERENTIAL
from mmgate.engines.pool import Lost, spread
from mmgate.engines.simulation import Done, jobs_of, run_job
from mmgate.engines.witnesses import Search, search
from mmgate.ports.pairing import Mode, Names, difference
from mmgate.ports.port import opened
from mmgate.ports.repro import Told, told_in
from mmgate.profiles import fitted
from mmgate.report import Report, Row, RunId, conclude
from mmgate.request import EngineResult, MakerRef, Request
from mmgate.verification import selected
from model.events import Start
from model.journal import MakerFault, Turn
from specs.spec import Outcome, Word


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

    `steps`: how many answers were equal in `mode`; `uncompared`: in how many runs the comparison ended early, and why
    in the first; `parted`: in how many they differed. `only_old`, `only_new`: features that one of them declares.
    `told_old`: what the old version was told in `case`, under its own names of orders; the records have the new one's.
    """

    old: Report
    new: Report
    changed: tuple[Changed, ...]
    case: Case | None
    steps: int
    runs: int
    uncompared: int
    parted: int
    mode: str
    why_uncompared: str = ""
    only_old: tuple[str, ...] = ()
    only_new: tuple[str, ...] = ()
    told_old: tuple[Told, ...] = ()

    @property
    def worse(self) -> tuple[Changed, ...]:
        """The specs that are violated, or not judged for an error, and were not before."""
        return tuple(one for one in self.changed if one.new in (Word.VIOLATED, Word.ERROR))


@dataclass(frozen=True, slots=True)
class Declared:
    """The features of both versions; `embedded`: the suite is the gate's, to be fitted to what both declare."""

    old: frozenset[str]
    new: frozenset[str]
    embedded: bool


Progress = Callable[[str], None]


def compare(request: Request, old: str, declared: Declared, mode: Mode, progress: Progress) -> Compared:
    """Judge both versions on what both declare, then run them in lock step. `request` names the new one."""
    suite = request.suite
    if declared.embedded:
        suite = tuple(fitted(entry, declared.old & declared.new) for entry in suite)
    new = replace(request, suite=suite, out=request.out / "new")
    before = _judged(replace(new, maker=MakerRef("port", old), out=request.out / "old"), "old", progress)
    after = _judged(new, "new", progress)
    both = replace(new, maker=replace(new.maker, beside=old, compare=mode.value))
    found = _apart(both, before, after, progress)
    only_old, only_new = (tuple(sorted(one)) for one in (declared.old - declared.new, declared.new - declared.old))
    return replace(found, only_old=only_old, only_new=only_new)


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
        Changed(row.spec.id, before[row.spec.id], row.word, _why(row))
        for row in new.rows
        if row.word is not before[row.spec.id]
    )


def _why(row: Row) -> str:
    """Say what the new version does wrong, or else why its word is what it is."""
    broken = (one.violations[0].text for one in row.outcomes if one.word is Word.VIOLATED and one.violations)
    return next((text for text in (*broken, *(one.reason for one in row.outcomes)) if text), "")


def _apart(request: Request, old: Report, new: Report, progress: Progress) -> Compared:
    """Run both in lock step over the suite; shorten the divergence that came after the fewest answers."""
    jobs = [replace(job, specs=(ALIKE,), engine=DIFFERENTIAL, evidence=None) for job in jobs_of(request)]
    parted: list[tuple[int, int]] = []
    steps, uncompared = 0, list[str]()
    with closing(spread(run_job, jobs, request.workers)) as runs:
        for at, finished in enumerate(runs):
            progress(f"lock step: {at + 1} of {len(jobs)} runs")
            outcome = _word_of(finished.result)
            steps += outcome.antecedents
            if outcome.word is Word.VIOLATED:
                parted.append((outcome.antecedents, at))
            elif outcome.word is not Word.HOLDS:
                uncompared.append(f"{jobs[at].name()}: {outcome.reason or outcome.word.value}")
    case = None
    if parted:
        job = jobs[min(parted)[1]]
        progress("shortening the run that tells them apart")
        case = search(Search((job.entry, job.seed), request.maker, ALIKE, DIFFERENTIAL))
    return Compared(
        old,
        new,
        _changes(old, new),
        case,
        steps,
        len(jobs),
        len(uncompared),
        len(parted),
        request.maker.compare,
        next(iter(uncompared), ""),
        told_old=() if case is None else _told_old(case),
    )


def _word_of(done: Done | Lost) -> Outcome:
    """Return the word of one run in lock step; one that a version broke, or that was cut short, is none."""
    if isinstance(done, Lost) or done.judged is None:
        return Outcome(ALIKE, DIFFERENTIAL, Word.ERROR, reason=done.reason if isinstance(done, Lost) else done.lost)
    if done.judged.refused:
        return Outcome(ALIKE, DIFFERENTIAL, Word.ERROR, reason=f"the config is refused: {done.judged.refused}")
    return word_of(done.judged)


def _told_old(case: Case) -> tuple[Told, ...]:
    """Send the old version what the new one was told, under its own names of orders; return what it was told."""
    told: list[Told] = []
    recorded = (record.reply for record in case.records if isinstance(record, Turn))
    names, mode = Names(), Mode(case.maker.compare)
    try:
        with opened(MakerRef("port", case.maker.beside)) as old:
            for event, reply in zip(told_in(case.records), recorded, strict=True):
                one = names.start(event) if isinstance(event, Start) else names.told(event)
                told.append(one)
                answer = old.start(one) if isinstance(one, Start) else old.handle(one)
                difference(names, answer, reply, mode)
    except MakerFault:  # the last answer that it was asked for
        pass
    return tuple(told)
