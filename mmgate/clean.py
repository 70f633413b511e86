"""The clean reference: many seeds, spread over the suite, under every monitor. Whatever fires is a false alarm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mmgate.engines.pool import Lost, spread
from mmgate.engines.simulation import Done, Job, run_job
from mmgate.request import MakerRef, Request
from specs.spec import Word

FIRST_SEED = 1000
"""The clean runs' seeds begin here, beyond those of every profile."""
LIMIT_S = 1800.0
"""The reference never hangs; a machine under load has let a run of a second wait for two minutes."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that fired on the reference: the run, the spec, its word and the fact."""

    run: str
    spec: str
    word: Word
    fact: str


def jobs_of(request: Request, count: int) -> list[Job]:
    """Return `count` runs of the reference, each with a seed of its own, the suite's entries in turn."""
    return [
        Job(
            request.suite[number % len(request.suite)],
            FIRST_SEED + request.seed + number,
            MakerRef(),
            request.specs,
            LIMIT_S,
        )
        for number in range(count)
    ]


def clean_runs(request: Request, count: int, tell: Callable[[str], None]) -> tuple[Alarm, ...]:
    """Run the reference `count` times and return what fired."""
    alarms: list[Alarm] = []
    jobs = jobs_of(request, count)
    for number, finished in enumerate(spread(run_job, jobs, request.workers), 1):
        alarms += alarms_of(finished.work, finished.result)
        tell(f"{number} of {count} clean runs, {len(alarms)} alarms")
    return tuple(alarms)


def alarms_of(job: Job, result: Done | Lost) -> list[Alarm]:
    """Return what fired in one run: violations, errors, and runs that were not finished."""
    if isinstance(result, Lost):
        return [Alarm(job.name(), "", Word.ERROR, result.reason)]
    if result.judged is None or result.judged.cut:
        why = result.judged.cut if result.judged is not None else "; ".join(result.refused)
        return [Alarm(job.name(), "", Word.ERROR, why)]
    fired = (one for one in result.judged.outcomes if one.word in (Word.VIOLATED, Word.ERROR))
    return [
        Alarm(job.name(), one.spec_id, one.word, one.violations[0].text if one.violations else one.reason)
        for one in fired
    ]
