"""The differential engine: a maker in lock step with the reference, in scenarios and in worlds that Hypothesis writes.

A divergence is shortened like any counterexample and saved with what a developer of a port needs: the requests up to
it, and a script that repeats it. An answer that can't be compared ends its run; such runs are counted and capped.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import replace

from mmgate.engines.judging import ALIKE, DIFFERENTIAL, UNCOMPARED, Judgement
from mmgate.engines.playing import Batch, play
from mmgate.engines.pool import Lost, spread
from mmgate.engines.property import batches_of
from mmgate.engines.simulation import Done, jobs_of, run_job
from mmgate.engines.witnesses import Search, witnessed
from mmgate.inputs import InputRefused
from mmgate.ports.pairing import Mode
from mmgate.ports.repro import save_repro
from mmgate.request import EngineResult, Request
from specs.spec import Outcome, Word

MOST_UNCOMPARED = 0.5
"""So large a share of the runs, and of their time, may not be compared; above it the engine concludes nothing."""
MACHINE_SHARE = 4
"""The state machine writes so much fewer worlds than for the property engine: each is asked of two makers."""


def run(request: Request) -> EngineResult:
    """Run every entry and every batch in lock step; nothing else is judged."""
    if ALIKE not in request.specs:
        return EngineResult(DIFFERENTIAL, (), notes=("nothing to compare: DIF-1 was not asked for",))
    asked = replace(request, specs=(ALIKE,))
    judged, searches = _scenarios(asked)
    more, written = _worlds(asked)
    outcome = merged([*judged, *more], request.maker.compare)
    shown = witnessed((outcome,), [*searches, *written][:1], asked)
    for witness in shown.witnesses:
        save_repro(witness.path, request.maker)
    return EngineResult(DIFFERENTIAL, shown.outcomes, shown.witnesses, shown.notes)


def _scenarios(request: Request) -> tuple[list[Judgement], list[Search]]:
    """Play the suite's scenarios. Raises InputRefused for a suite that can't be used."""
    judged: list[Judgement] = []
    searches: list[Search] = []
    jobs = [replace(job, engine=DIFFERENTIAL) for job in jobs_of(request)]
    with closing(spread(run_job, jobs, request.workers)) as runs:
        for finished in runs:
            one = finished.result
            if isinstance(one, Lost):
                judged.append(_lost(finished.work.name(), one.reason))
                continue
            if one.refused:
                raise InputRefused(*one.refused)
            judged.append(_of(one))
            if _diverged(judged[-1]):
                searches.append(Search((one.job.entry, one.job.seed), request.maker, ALIKE, DIFFERENTIAL))
            request.progress(f"{len(judged)} of {len(jobs)} runs in lock step, {one.job.name()}")
    return judged, searches


def _worlds(request: Request) -> tuple[list[Judgement], list[Search]]:
    """Let Hypothesis write worlds, and play them."""
    judged: list[Judgement] = []
    searches: list[Search] = []
    batches = [_fewer(batch) for batch in batches_of(request)]
    with closing(spread(play, batches, request.workers)) as plays:
        for finished in plays:
            played = finished.result
            if isinstance(played, Lost):
                judged.append(_lost(finished.work.name, played.reason))
                continue
            judged += played.judged
            searches += [Search(world, request.maker, ALIKE, DIFFERENTIAL) for _, world in played.broken]
            request.progress(f"{finished.index + 1} of {len(batches)} configs in lock step, {finished.work.name}")
    return judged, searches


def _fewer(batch: Batch) -> Batch:
    return replace(batch, engine=DIFFERENTIAL, examples=math.ceil(batch.examples / MACHINE_SHARE))


def _of(one: Done) -> Judgement:
    if one.judged is None or one.judged.refused:
        return _lost(one.job.name(), one.lost or f"the config is refused: {one.judged.refused if one.judged else ''}")
    return one.judged


def _lost(name: str, why: str) -> Judgement:
    return Judgement((Outcome(ALIKE, DIFFERENTIAL, Word.ERROR, reason=f"{name}: {why}"),))


def _diverged(judged: Judgement) -> bool:
    found = judged.outcome(ALIKE)
    return found is not None and found.word is Word.VIOLATED


def merged(judged: Iterable[Judgement], mode: str = Mode.ACTIONS.value) -> Outcome:
    """Merge all runs: any divergence, else any error, else agreement if enough of them were compared to their end.

    `mode`: what had to agree, for the strength.
    """
    judged = list(judged)
    runs = [word_of(one) for one in judged]
    steps = sum(run.antecedents for run in runs)
    short = [run for run in runs if run.word is Word.INCONCLUSIVE]
    compared = f"{len(runs) - len(short)} of {len(runs)} runs compared to their end"
    strength = f"{steps} steps agree in mode {mode}, {compared}"
    for word in (Word.VIOLATED, Word.ERROR):
        found = next((run for run in runs if run.word is word), None)
        if found is not None:
            return replace(found, strength=strength, antecedents=steps)
    if not steps:
        return Outcome(ALIKE, DIFFERENTIAL, Word.VACUOUS, strength, reason="no answer was compared")
    why = _uncompared(judged, runs)
    if why:
        return Outcome(ALIKE, DIFFERENTIAL, Word.INCONCLUSIVE, strength, steps, reason=why)
    return Outcome(ALIKE, DIFFERENTIAL, Word.HOLDS, strength, steps, (("lock step", steps),))


def _uncompared(judged: Sequence[Judgement], runs: Sequence[Outcome]) -> str:
    """Say why too little was compared; empty where it was enough."""
    short = [run for run in runs if run.word is Word.INCONCLUSIVE]
    left = _time_left(judged, runs)
    if len(short) > MOST_UNCOMPARED * len(runs):
        return f"{len(short)} of {len(runs)} runs end where nothing can be compared, {short[0].reason}"
    if left > MOST_UNCOMPARED:
        return f"{left:.0%} of the runs' time lies after an answer that can't be compared, {short[0].reason}"
    return ""


def _time_left(judged: Sequence[Judgement], runs: Sequence[Outcome]) -> float:
    """Return the share of all runs' time that was not compared: a long run cut early weighs more than a short one."""
    left = [
        max(0.0, one.planned_hours - one.hours)
        for one, run in zip(judged, runs, strict=True)
        if run.word is Word.INCONCLUSIVE
    ]
    whole = sum(left) + sum(one.hours for one in judged)
    return sum(left) / whole if whole else 0.0


def word_of(one: Judgement) -> Outcome:
    """Return what one run says; a maker that broke the protocol, or a run cut for time, says nothing more."""
    found = one.outcome(ALIKE)
    if one.failed is not None:
        reason = f"the maker broke the protocol: {one.failed.kind}: {one.failed.text}"
        return Outcome(ALIKE, DIFFERENTIAL, Word.ERROR, reason=reason)
    if found is None:
        return Outcome(ALIKE, DIFFERENTIAL, Word.ERROR, reason="the run gave no word")
    if found.word is Word.HOLDS and one.cut:
        return replace(found, word=Word.INCONCLUSIVE, reason=f"{UNCOMPARED}: {one.cut}")
    return found
