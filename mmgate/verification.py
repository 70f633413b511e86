"""A verification: engines one after the other, their outcomes merged, everything told and left as evidence."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path

from mmgate.events import Concluded, EngineBegan, EngineEnded, Progressed, Reporter, RunBegan, tell_all
from mmgate.evidence import MARK, Evidence
from mmgate.gatefile import Waiver
from mmgate.hunting import Prey, hunt_all, prey_of
from mmgate.inputs import InputRefused
from mmgate.report import Report, RunId, Section, conclude
from mmgate.reporting.json_report import as_text, report_data
from mmgate.reporting.page import report_markdown, report_page
from mmgate.request import EngineResult, Request, Witness
from mmgate.resuming import TAKEN_UP, Kept
from specs.catalogue import SPECS
from specs.defects import BY_ID
from specs.spec import Outcome, Spec, Violation, Word, merge_runs
from specs.statements import OPT_IN

ENGINES = ("symbolic", "property", "exhaustive", "simulation")
"""The engines, in the order in which they run: the cheapest to read first."""
GREETING, TOTALITY = "greeting", "ROB-1"
"""Who tells that a port could not be greeted, and the spec that this violates."""
OPT_IN_ENGINES = ("differential",)
"""Engines that run only when they are asked for by name."""


@dataclass(frozen=True, slots=True)
class Task:
    """What the command line asks for besides the engines' request; `today` judges waivers.

    `unheard`: how the maker broke the protocol when it was first greeted. `lacking`: features that the config switches
    on and the maker does not declare.
    """

    run: RunId
    waivers: tuple[Waiver, ...]
    today: date
    allow_conditional: bool = False
    notes: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    narrowed: str = ""
    unheard: str = ""
    lacking: frozenset[str] = frozenset()


@dataclass(slots=True)
class Caught:
    """By which specs each defect was caught so far: those that must, and others; `tried`: those that were answered."""

    as_must: dict[str, set[str]] = field(default_factory=dict)
    otherwise: dict[str, set[str]] = field(default_factory=dict)
    tried: dict[str, set[str]] = field(default_factory=dict)


def verify(request: Request, task: Task, reporters: Sequence[Reporter], evidence: Evidence, kept: Kept) -> Report:
    """Judge one maker by all engines and conclude; the evidence is published before the end is told.

    What an engine answered is kept until then, so that an interrupted run can go on; a kept answer is not asked again.
    """
    tell_all(reporters, RunBegan(task.run, task.notes))
    task = _tested(task)
    results = [*_greeted(task), *_recalled(request, reporters, evidence)]
    results += [_answer(name, request, reporters, evidence, kept) for name in request.engines]
    task = replace(task, notes=(*task.notes, *_joined(request, results)))
    report = finish(request.specs, results, task, reporters, evidence, _unharmed(request, results))
    kept.forget()
    return report


def _answer(name: str, request: Request, reporters: Sequence[Reporter], evidence: Evidence, kept: Kept) -> EngineResult:
    """Take an engine's answer from an interrupted run, or ask it and keep what it says."""
    former = kept.answer(name, evidence)
    if former is not None:
        if request.maker.kind == "port":
            former = replace(former, notes=(*former.notes, TAKEN_UP))
        return guarded(name, request.specs, reporters, evidence, lambda _progress: former)
    result = guarded(name, request.specs, reporters, evidence, partial(_run, name, request))
    kept.keep(result, evidence)
    return result


def _greeted(task: Task) -> list[EngineResult]:
    """Hold it against a maker (ROB-1) that it could not be greeted at first, however well it behaves later."""
    if not task.unheard:
        return []
    violation = Violation(TOTALITY, 0, 0, f"when it was greeted first: {task.unheard}")
    outcome = Outcome(TOTALITY, GREETING, Word.VIOLATED, "", 1, (), (violation,), violation.text)
    return [EngineResult(GREETING, (outcome,))]


def _recalled(request: Request, reporters: Sequence[Reporter], evidence: Evidence) -> list[EngineResult]:
    """Try former counterexamples of this maker before anything else; nothing is told where there are none."""
    from mmgate.recalling import ENGINE, folder_of, recall  # the engines are loaded when they are needed

    if request.corpus is None or not folder_of(request.corpus, request.maker).is_dir():
        return []
    found = guarded(ENGINE, (), reporters, evidence, partial(recall, request))
    return [found] if found.recalled or found.notes else []


def _joined(request: Request, results: Sequence[EngineResult]) -> tuple[str, ...]:
    """Let what was found join the corpus."""
    from mmgate.recalling import join

    return join(request, results) if request.corpus is not None else ()


def verify_defects(
    requests: Sequence[Request], task: Task, reporters: Sequence[Reporter], evidence: Evidence
) -> Report:
    """Hunt each of several defects: the cheaper engine first, the other one for what it did not catch."""
    tell_all(reporters, RunBegan(task.run, task.notes))
    task = _tested(task)
    specs = expected_of_any(requests)
    caught = Caught()
    results = []
    for name in sorted(requests[0].engines, reverse=True):
        prey = [replace(one, specs=_missing(one, caught)) for one in prey_of(requests, name)]
        results.append(
            guarded(name, specs, reporters, evidence, partial(_hunts, name, prey, caught, requests[0].workers))
        )
    notes = (*task.notes, *_not_as_they_must(requests, caught))
    return finish(specs, results, replace(task, notes=notes), reporters, evidence, _survivors(requests, caught))


def _tested(task: Task) -> Task:
    """Test the harness before it judges; the report says what was seen. Raises SelfTestFailed: there is no verdict."""
    from mmgate.selftest import self_test  # the engines are loaded when they are needed

    return replace(task, notes=(*task.notes, self_test()))


def finish(
    specs: Sequence[str],
    results: Sequence[EngineResult],
    task: Task,
    reporters: Sequence[Reporter],
    evidence: Evidence,
    survivors: Sequence[str] = (),
) -> Report:
    """Merge, write the report, publish, tell."""
    report = conclude(
        task.run,
        selected(specs),
        [_placed(result, evidence) for result in results],
        task.waivers,
        task.today,
        task.allow_conditional,
        task.notes,
        survivors,
        task.sections,
        task.narrowed,
        task.lacking,
    )
    evidence.write(MARK, as_text(report_data(report)))
    evidence.write("report.html", report_page(report))
    evidence.write("report.md", report_markdown(report))
    tell_all(reporters, Concluded(report, evidence.publish()))
    return report


def selected(ids: Iterable[str]) -> tuple[Spec, ...]:
    """Return the named specs in reading order."""
    wanted = frozenset(ids)
    return tuple(spec for spec in (*SPECS, *OPT_IN) if spec.id in wanted)


def expected_of_any(requests: Sequence[Request]) -> tuple[str, ...]:
    """Return the judged specs that must catch one of the defects, in reading order."""
    wanted = {spec_id for one in requests for spec_id in BY_ID[one.maker.name].caught_by}
    return tuple(spec_id for spec_id in requests[0].specs if spec_id in wanted)


def _missing(prey: Prey, caught: Caught) -> tuple[str, ...]:
    return tuple(spec_id for spec_id in prey.specs if spec_id not in caught.as_must.get(prey.defect_id, ()))


def _unharmed(request: Request, results: Sequence[EngineResult]) -> tuple[str, ...]:
    """Return the one defect that is judged if a spec that was asked for must catch it, and none was violated."""
    if request.maker.kind != "defect" or not set(BY_ID[request.maker.name].caught_by) & set(request.specs):
        return ()
    violated = any(outcome.word is Word.VIOLATED for result in results for outcome in result.outcomes)
    return () if violated else (request.maker.name,)


def _survivors(requests: Sequence[Request], caught: Caught) -> tuple[str, ...]:
    """Return the defects that were tried and that nothing caught."""
    dead = {name for found in (caught.as_must, caught.otherwise) for name, specs in found.items() if specs}
    return tuple(one.maker.name for one in requests if caught.tried.get(one.maker.name) and one.maker.name not in dead)


def _not_as_they_must(requests: Sequence[Request], caught: Caught) -> list[str]:
    """Say of each defect that its specs did not catch whether another one did, or none was there to do so."""
    lines = []
    for prey in prey_of(requests, ""):
        if caught.as_must.get(prey.defect_id):
            continue
        wanted = ", ".join(BY_ID[prey.defect_id].caught_by)
        others = ", ".join(spec_id for spec_id in prey.judged if spec_id in caught.otherwise.get(prey.defect_id, ()))
        if others:
            lines.append(f"defect {prey.defect_id} was not caught by {wanted}, but by {others}")
        elif not caught.tried.get(prey.defect_id):
            lines.append(f"defect {prey.defect_id} was not tried: {wanted} is not judged here")
    return lines


def guarded(
    name: str,
    specs: Sequence[str],
    reporters: Sequence[Reporter],
    evidence: Evidence,
    work: Callable[[Callable[[str], None]], EngineResult],
) -> EngineResult:
    """Run one engine's work; if it crashes, every spec that was asked of it is an error."""
    tell_all(reporters, EngineBegan(name))
    began = time.monotonic()
    try:
        result = work(lambda text: tell_all(reporters, Progressed(name, text)))
    except InputRefused:
        raise
    except Exception as error:  # whatever an engine does, the others are heard and the verdict says so
        result = _crashed(name, specs, error)
        evidence.write(f"{name}-crash.txt", "".join(traceback.format_exception(error)))
    tell_all(reporters, EngineEnded(result, time.monotonic() - began))
    return result


def _run(name: str, request: Request, progress: Callable[[str], None]) -> EngineResult:
    """Let an engine judge one maker by everything."""
    result: EngineResult = import_module(f"mmgate.engines.{name}").run(replace(request, progress=progress))
    return result


def _hunts(
    name: str, prey: Sequence[Prey], caught: Caught, workers: int, progress: Callable[[str], None]
) -> EngineResult:
    """Let an engine hunt each of several defects; add what it caught to `caught`."""
    by_spec: dict[str, list[Outcome]] = {}
    witnesses: list[Witness] = []
    for found in hunt_all(prey, workers, progress):
        caught.as_must.setdefault(found.defect_id, set()).update(found.caught())
        caught.otherwise.setdefault(found.defect_id, set()).update(found.also)
        caught.tried.setdefault(found.defect_id, set()).update(outcome.spec_id for outcome in found.outcomes)
        witnesses += found.witnesses
        for outcome in found.outcomes:
            by_spec.setdefault(outcome.spec_id, []).append(outcome)
    return EngineResult(name, tuple(merge_runs(runs) for runs in by_spec.values()), tuple(witnesses))


def _crashed(name: str, specs: Sequence[str], error: Exception) -> EngineResult:
    reason = f"the engine crashed: {type(error).__name__}: {error}; see {name}-crash.txt"
    outcomes = tuple(Outcome(spec_id, name, Word.ERROR, reason=reason) for spec_id in specs)
    return EngineResult(name, outcomes, notes=(reason,))


def _placed(result: EngineResult, evidence: Evidence) -> EngineResult:
    """Let paths and commands name the published folder instead of the one in the making."""
    return replace(
        result,
        witnesses=tuple(_placed_witness(witness, evidence) for witness in result.witnesses),
        notes=tuple(evidence.placed(note) for note in result.notes),
    )


def _placed_witness(witness: Witness, evidence: Evidence) -> Witness:
    return replace(
        witness,
        path=Path(evidence.placed(str(witness.path))),
        command=evidence.placed(witness.command),
        steps=tuple(evidence.placed(step) for step in witness.steps),
    )
