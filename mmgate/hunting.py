"""Hunting a defect: run the suite entry by entry until every spec that must catch the defect has caught it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module

from mmgate.request import EngineResult, Request, Witness
from specs.defects import BY_ID, Defect
from specs.spec import Outcome, Word, merge_runs


@dataclass(frozen=True, slots=True)
class Hunt:
    """What an engine found about a defect: its outcomes on the specs that must catch it, and the witnesses."""

    defect: Defect
    result: EngineResult

    def caught(self) -> tuple[str, ...]:
        """Return the ids of the specs that caught it."""
        return tuple(outcome.spec_id for outcome in self.result.outcomes if outcome.word is Word.VIOLATED)


def expected(defect_id: str, specs: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of `specs` that must catch the defect."""
    return tuple(spec_id for spec_id in specs if spec_id in BY_ID[defect_id].caught_by)


def hunt(engine: str, request: Request) -> Hunt:
    """Let one engine look for a defect, an entry at a time, with the specs that are still missing it."""
    defect = BY_ID[request.maker.name]
    missing = list(expected(defect.id, request.specs))
    found: dict[str, list[Outcome]] = {}
    witnesses: list[Witness] = []
    notes: list[str] = []
    for entry in request.suite:
        if not missing:
            break
        request.progress(f"{defect.id} in {entry.name}/{entry.scenario}")
        result = import_module(f"mmgate.engines.{engine}").run(replace(request, suite=(entry,), specs=tuple(missing)))
        for outcome in result.outcomes:
            found.setdefault(outcome.spec_id, []).append(_told(outcome, defect))
        witnesses += result.witnesses
        notes += result.notes
        caught = {outcome.spec_id for outcome in result.outcomes if outcome.word is Word.VIOLATED}
        missing = [spec_id for spec_id in missing if spec_id not in caught]
    outcomes = tuple(_merged(runs) for runs in found.values())
    return Hunt(defect, EngineResult(engine, outcomes, tuple(witnesses), tuple(dict.fromkeys(notes))))


def _merged(runs: list[Outcome]) -> Outcome:
    """Merge the entries' outcomes; the strength is that of the last one, where it was caught or given up."""
    return replace(merge_runs(runs), strength=runs[-1].strength)


def _told(outcome: Outcome, defect: Defect) -> Outcome:
    """Say with each violation which defect shows it."""
    violations = tuple(replace(one, text=f"[{defect.id}] {one.text}") for one in outcome.violations)
    return replace(outcome, violations=violations)
