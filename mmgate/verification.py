"""A verification: engines one after the other, their outcomes merged, everything told and left as evidence."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib import import_module
from pathlib import Path

from mmgate.events import Concluded, EngineBegan, EngineEnded, Progressed, Reporter, RunBegan, tell_all
from mmgate.evidence import MARK, Evidence
from mmgate.gatefile import Waiver
from mmgate.hunting import expected, hunt
from mmgate.inputs import InputRefused
from mmgate.report import Report, RunId, conclude
from mmgate.reporting.json_report import as_text, report_data
from mmgate.reporting.page import report_markdown, report_page
from mmgate.request import EngineResult, Request, Witness
from specs.catalogue import SPECS
from specs.spec import Outcome, Spec, Word, merge_runs

ENGINES = ("symbolic", "property", "simulation")
"""The engines, in the order in which they run: the cheapest to read first."""
CAUGHT = "caught "
"""How an engine's notes begin that name a caught defect."""


@dataclass(frozen=True, slots=True)
class Task:
    """What the command line asks for besides the engines' request; `today` judges waivers."""

    run: RunId
    waivers: tuple[Waiver, ...]
    today: date
    allow_conditional: bool = False
    notes: tuple[str, ...] = ()


def verify(requests: Sequence[Request], task: Task, reporters: Sequence[Reporter], evidence: Evidence) -> Report:
    """Run the engines and conclude; the evidence is published before the end is told.

    One request is judged by all its specs; of several, each the reference with a defect, each is hunted.
    """
    tell_all(reporters, RunBegan(task.run, task.notes))
    first = requests[0]
    results = [_engine(name, requests, reporters, evidence.folder) for name in first.engines]
    report = conclude(
        task.run,
        selected(_judged_specs(requests)),
        [_placed(result, evidence) for result in results],
        task.waivers,
        task.today,
        task.allow_conditional,
        (*task.notes, *_survivors(requests, results)),
    )
    evidence.write(MARK, as_text(report_data(report)))
    evidence.write("report.html", report_page(report))
    evidence.write("report.md", report_markdown(report))
    tell_all(reporters, Concluded(report, evidence.publish()))
    return report


def selected(ids: Iterable[str]) -> tuple[Spec, ...]:
    """Return the named specs in reading order."""
    wanted = frozenset(ids)
    return tuple(spec for spec in SPECS if spec.id in wanted)


def _judged_specs(requests: Sequence[Request]) -> tuple[str, ...]:
    """Return the specs of the report: all that were asked for, or those that must catch one of the defects."""
    if len(requests) == 1:
        return requests[0].specs
    wanted = {spec_id for request in requests for spec_id in expected(request.maker.name, request.specs)}
    return tuple(spec_id for spec_id in requests[0].specs if spec_id in wanted)


def _survivors(requests: Sequence[Request], results: Sequence[EngineResult]) -> list[str]:
    """Say which of several defects no engine caught."""
    if len(requests) == 1:
        return []
    caught = {note.removeprefix(CAUGHT) for result in results for note in result.notes if note.startswith(CAUGHT)}
    return [f"defect {r.maker.name} survives" for r in requests if r.maker.name not in caught]


def _engine(name: str, requests: Sequence[Request], reporters: Sequence[Reporter], folder: Path) -> EngineResult:
    """Run one engine; if it crashes, every spec that was asked of it is an error."""
    tell_all(reporters, EngineBegan(name))
    began = time.monotonic()
    listening = [replace(one, progress=lambda text: tell_all(reporters, Progressed(name, text))) for one in requests]
    try:
        result = _run(name, listening)
    except InputRefused:
        raise
    except Exception as error:  # whatever an engine does, the others are heard and the verdict says so
        result = _crashed(name, _judged_specs(requests), error)
        (folder / f"{name}-crash.txt").write_text(
            "".join(traceback.format_exception(error)), encoding="utf-8", errors="replace"
        )
    tell_all(reporters, EngineEnded(result, time.monotonic() - began))
    return result


def _run(name: str, requests: Sequence[Request]) -> EngineResult:
    """Let an engine judge one maker by everything, or hunt each of several defects."""
    if len(requests) == 1:
        result: EngineResult = import_module(f"mmgate.engines.{name}").run(requests[0])
        return result
    hunts = [hunt(name, replace(one, out=one.out / one.maker.name)) for one in requests]
    by_spec: dict[str, list[Outcome]] = {}
    for outcome in (outcome for one in hunts for outcome in one.result.outcomes):
        by_spec.setdefault(outcome.spec_id, []).append(outcome)
    notes = [f"{CAUGHT}{one.defect.id}" for one in hunts if one.caught()]
    return EngineResult(
        name,
        tuple(merge_runs(runs) for runs in by_spec.values()),
        tuple(witness for one in hunts for witness in one.result.witnesses),
        (*notes, *dict.fromkeys(note for one in hunts for note in one.result.notes)),
    )


def _crashed(name: str, specs: tuple[str, ...], error: Exception) -> EngineResult:
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
