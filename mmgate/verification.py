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
from mmgate.inputs import InputRefused
from mmgate.report import Report, RunId, conclude
from mmgate.reporting.json_report import as_text, report_data
from mmgate.reporting.page import report_markdown, report_page
from mmgate.request import EngineResult, Request, Witness
from specs.catalogue import SPECS
from specs.spec import Outcome, Spec, Word

ENGINES = ("symbolic", "property", "simulation")
"""The engines, in the order in which they run: the cheapest to read first."""


@dataclass(frozen=True, slots=True)
class Task:
    """What the command line asks for besides the engines' request; `today` judges waivers."""

    run: RunId
    waivers: tuple[Waiver, ...]
    today: date
    allow_conditional: bool = False
    notes: tuple[str, ...] = ()


def verify(request: Request, task: Task, reporters: Sequence[Reporter], evidence: Evidence) -> Report:
    """Run the request's engines and conclude; the evidence is published before the end is told."""
    tell_all(reporters, RunBegan(task.run, task.notes))
    results = tuple(_engine(name, request, reporters, evidence.folder) for name in request.engines)
    report = conclude(
        task.run,
        selected(request.specs),
        tuple(_placed(result, evidence) for result in results),
        task.waivers,
        task.today,
        task.allow_conditional,
        task.notes,
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


def _engine(name: str, request: Request, reporters: Sequence[Reporter], folder: Path) -> EngineResult:
    """Run one engine; if it crashes, every spec that was asked of it is an error."""
    tell_all(reporters, EngineBegan(name))
    began = time.monotonic()
    listening = replace(request, progress=lambda text: tell_all(reporters, Progressed(name, text)))
    try:
        result: EngineResult = import_module(f"mmgate.engines.{name}").run(listening)
    except InputRefused:
        raise
    except Exception as error:  # whatever an engine does, the others are heard and the verdict says so
        result = _crashed(name, request, error)
        (folder / f"{name}-crash.txt").write_text(
            "".join(traceback.format_exception(error)), encoding="utf-8", errors="replace"
        )
    tell_all(reporters, EngineEnded(result, time.monotonic() - began))
    return result


def _crashed(name: str, request: Request, error: Exception) -> EngineResult:
    reason = f"the engine crashed: {type(error).__name__}: {error}; see {name}-crash.txt"
    outcomes = tuple(Outcome(spec_id, name, Word.ERROR, reason=reason) for spec_id in request.specs)
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
