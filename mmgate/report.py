"""From engines' outcomes to one report: each spec's word, what excuses or waives it, the verdict, the exit code.

`conclude` is pure: the day, on which waivers expire, comes in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from mmgate.exits import ExitCode
from mmgate.gatefile import Waiver
from mmgate.request import Counts, EngineResult, Recalled, Witness
from specs.spec import Judged, Outcome, Severity, Spec, Verdict, Word, spec_word, verdict

EXCUSING = frozenset(
    {
        "dynamic_offset",
        "exponential",
        "convex",
        "counter_order",
        "velocity_skew",
        "schedule_cancel",
        "books",
        "attribution",
    }
)
"""The features whose absence excuses a subject; no other does."""


@dataclass(frozen=True, slots=True)
class RunId:
    """What a run is a function of, and the command that repeats it."""

    command: tuple[str, ...]
    code: str
    maker: str
    config: str
    profile: str
    seed: int


@dataclass(frozen=True, slots=True)
class Row:
    """One spec: the engines' outcomes, the merged word, why it may be not applicable, who answers for it."""

    spec: Spec
    word: Word
    outcomes: tuple[Outcome, ...]
    excuse: str = ""
    waiver: Waiver | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """What is told beside the verdict, for a person in `lines` and as `data`: kind "envelope", "bounds" or "ticks"."""

    kind: str
    title: str
    lines: tuple[str, ...]
    data: tuple[dict[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All that a verification says. `expired`: waivers not in force any more; `survivors`: defects not caught.

    `sections`: what is told beside the verdict; `narrowed`: what was not asked, empty where all was.
    `counts`: tables of what engines counted; `recalled`: former counterexamples that were tried.
    """

    run: RunId
    verdict: Verdict
    exit_code: ExitCode
    rows: tuple[Row, ...]
    engines: tuple[str, ...]
    witnesses: tuple[Witness, ...]
    notes: tuple[str, ...]
    expired: tuple[Waiver, ...] = ()
    survivors: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    narrowed: str = ""
    counts: tuple[tuple[str, str, Counts], ...] = ()
    recalled: tuple[Recalled, ...] = ()

    def violated(self) -> tuple[Row, ...]:
        """Return the violated specs, in reading order."""
        return tuple(row for row in self.rows if row.word is Word.VIOLATED)

    def witness(self, spec_id: str) -> Witness | None:
        """Return the shortest counterexample to a spec; of equals the first."""
        found = [witness for witness in self.witnesses if witness.spec_id == spec_id]
        return min(found, key=lambda witness: len(witness.steps), default=None)


def conclude(
    run: RunId,
    specs: Sequence[Spec],
    results: Sequence[EngineResult],
    waivers: Iterable[Waiver],
    today: date,
    allow_conditional: bool = False,
    notes: Sequence[str] = (),
    survivors: Sequence[str] = (),
    sections: Sequence[Section] = (),
    narrowed: str = "",
    lacking: frozenset[str] = frozenset(),
) -> Report:
    """Merge everything into a report. A spec that no engine answered is vacuous, and visible.

    A defect that was tried and survives is never exit 0, whatever the verdict on its maker. `lacking`: features that
    the config switches on and the maker does not declare; they excuse nothing.
    """
    in_force = {waiver.id: waiver for waiver in waivers if waiver.expires >= today}
    rows = tuple(_row(spec, results, in_force.get(spec.id), lacking) for spec in specs)
    found = verdict(_judged(row) for row in rows)
    return Report(
        run=run,
        verdict=found,
        exit_code=_worse(exit_code(found, allow_conditional), survivors),
        rows=rows,
        engines=tuple(result.engine for result in results if result.outcomes or not result.recalled),
        witnesses=tuple(witness for result in results for witness in result.witnesses),
        notes=(*notes, *(f"{result.engine}: {note}" for result in results for note in result.notes)),
        expired=tuple(waiver for waiver in waivers if waiver.expires < today),
        survivors=tuple(survivors),
        sections=tuple(sections),
        narrowed=narrowed,
        counts=tuple((result.engine, table, rows) for result in results for table, rows in result.counts),
        recalled=tuple(one for result in results for one in result.recalled),
    )


def exit_code(found: Verdict, allow_conditional: bool = False) -> ExitCode:
    """Return the exit code of a verdict."""
    codes = {Verdict.PASS: ExitCode.DONE, Verdict.FAIL: ExitCode.WRONG, Verdict.NONE: ExitCode.HARNESS}
    return codes.get(found, ExitCode.DONE if allow_conditional else ExitCode.CONDITIONAL)


def _worse(code: ExitCode, survivors: Sequence[str]) -> ExitCode:
    """Say with the exit code that a defect survives, unless worse is to be said."""
    return ExitCode.WRONG if survivors and code is not ExitCode.HARNESS else code


def _row(spec: Spec, results: Sequence[EngineResult], waiver: Waiver | None, lacking: frozenset[str]) -> Row:
    """Merge one spec's outcomes; one that is switched off and held by too few engines is not applicable."""
    outcomes = tuple(outcome for result in results for outcome in result.outcomes if outcome.spec_id == spec.id)
    word = spec_word(spec.severity, {outcome.engine: outcome.word for outcome in outcomes})
    excuse = ""
    if word in (Word.VACUOUS, Word.NOT_APPLICABLE):
        excuse = "" if lacking.intersection(spec.features) else _excuse(spec, outcomes)
        word = Word.NOT_APPLICABLE if excuse else word
    used = waiver if spec.severity is Severity.P1 and word is Word.VIOLATED else None
    return Row(spec, word, outcomes, excuse, used)


def _excuse(spec: Spec, outcomes: tuple[Outcome, ...]) -> str:
    """Say why the config or the maker switches the spec's subject off; empty if nothing excuses it.

    An engine that looked for the subject and met it nowhere (vacuous) says that it is not switched off.
    """
    if not set(spec.features) <= EXCUSING or any(outcome.word is Word.VACUOUS for outcome in outcomes):
        return ""
    reasons = [outcome.reason for outcome in outcomes if outcome.word is Word.NOT_APPLICABLE and outcome.reason]
    return reasons[0] if reasons else ""


def _judged(row: Row) -> Judged:
    return Judged(row.spec.id, row.spec.severity, row.word, excused=bool(row.excuse), waived=row.waiver is not None)
