"""What a specification is, the six words, and the merge of words into one verdict.

A spec is one statement, written once and run by every engine that fits. An engine answers with one `Outcome` per
spec; `spec_word` merges the engines' words, `verdict` the specs'. Both are pure functions over whole tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """P0: real money at risk, any violation fails. P1: fails unless waived. P2: advisory."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"


class Word(StrEnum):
    """The six words. They are never merged into fewer."""

    HOLDS = "holds"
    VIOLATED = "violated"
    VACUOUS = "vacuous"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not applicable"
    ERROR = "error"


class Verdict(StrEnum):
    """The gate's answer. NONE: an error somewhere, so there is no verdict."""

    PASS = "PASS"
    CONDITIONAL = "CONDITIONAL"
    FAIL = "FAIL"
    NONE = "NO VERDICT"


@dataclass(frozen=True, slots=True)
class Spec:
    """One statement. `rules`: the rule ids it guards; `finding`: the review's, if any; `features`: subjects it needs.

    `kind`: function property · always · response within a bound · absence after · existence.
    """

    id: str
    severity: Severity
    title: str
    prose: str
    rules: tuple[str, ...]
    kind: str
    finding: str | None = None
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Violation:
    """One violation: when (run time in ms and index of the record), where, and the fact with its values.

    `asked`: what was asked, as plain text, where no run shows it and it can be asked again.
    """

    spec_id: str
    now_ms: int
    index: int
    text: str
    market: str | None = None
    cloid: str | None = None
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One engine's word on one spec, with its strength.

    `antecedents`: how often the spec's condition was met (0 means vacuous, never holds); `contexts`: the same per
    context, in the monitor's words; `surroundings`: the same by fault kind, phase, side, role and market, as far as a
    monitor names them; `strength`: in words ("closed", "to depth D, S states", "confirmed over all paths",
    "n examples", …).
    """

    spec_id: str
    engine: str
    word: Word
    strength: str = ""
    antecedents: int = 0
    contexts: tuple[tuple[str, int], ...] = ()
    violations: tuple[Violation, ...] = ()
    reason: str = ""
    surroundings: tuple[tuple[str, int], ...] = ()


def merge_runs(outcomes: Iterable[Outcome]) -> Outcome:
    """Merge one engine's outcomes on one spec over several runs: antecedents add up, the worst word wins.

    Order: violated, error, inconclusive, holds, vacuous, not applicable. Raises ValueError on no outcomes.
    """
    runs = list(outcomes)
    if not runs:
        raise ValueError("no outcomes to merge: give at least one")
    order = (Word.VIOLATED, Word.ERROR, Word.INCONCLUSIVE, Word.HOLDS, Word.VACUOUS, Word.NOT_APPLICABLE)
    word = next(w for w in order if any(o.word is w for o in runs))
    of_word = [o for o in runs if o.word is word]
    return Outcome(
        spec_id=runs[0].spec_id,
        engine=runs[0].engine,
        word=word,
        strength=of_word[0].strength,
        antecedents=sum(o.antecedents for o in runs),
        contexts=_summed(run.contexts for run in runs),
        violations=tuple(v for o in runs for v in o.violations),
        reason=next((o.reason for o in of_word if o.reason), ""),
        surroundings=_summed(run.surroundings for run in runs),
    )


def _summed(counts: Iterable[tuple[tuple[str, int], ...]]) -> tuple[tuple[str, int], ...]:
    """Add up counts by name."""
    total: dict[str, int] = {}
    for one in counts:
        for name, count in one:
            total[name] = total.get(name, 0) + count
    return tuple(sorted(total.items()))


def spec_word(severity: Severity, words: Mapping[str, Word]) -> Word:
    """Merge the engines' words on one spec (engine name → word).

    Any violated → violated; else any error → error; else holds when at least one engine holds, two different ones
    for a P0; else inconclusive if any was cut short; not applicable when all that answered say so; else vacuous.
    """
    given = list(words.values())
    if Word.VIOLATED in given:
        return Word.VIOLATED
    if Word.ERROR in given:
        return Word.ERROR
    needed = 2 if severity is Severity.P0 else 1
    holding = given.count(Word.HOLDS)
    if holding >= needed:
        return Word.HOLDS
    if Word.INCONCLUSIVE in given:
        return Word.INCONCLUSIVE
    if given and all(w is Word.NOT_APPLICABLE for w in given):
        return Word.NOT_APPLICABLE
    return Word.VACUOUS


@dataclass(frozen=True, slots=True)
class Judged:
    """One spec with its merged word, for the verdict. `excused`: the config or the port switched its subject off.

    `waived`: a valid waiver (reason, owner, not expired) names it.
    """

    spec_id: str
    severity: Severity
    word: Word
    excused: bool = False
    waived: bool = False


def verdict(judged: Iterable[Judged]) -> Verdict:
    """Merge the specs' words into the gate's verdict; no spec at all is no verdict.

    A violated P0, or P1 without a valid waiver → FAIL; an error anywhere → no verdict; inconclusive, vacuous or
    unexpectedly not applicable at P0/P1, a violated P2, or a waiver in force → CONDITIONAL; else PASS. Where not one
    spec holds, no work was done, whatever the severities: CONDITIONAL.
    """
    rows = list(judged)
    if not rows:
        return Verdict.NONE
    if any(_fails(row) for row in rows):
        return Verdict.FAIL
    if any(row.word is Word.ERROR for row in rows):
        return Verdict.NONE
    if any(_doubts(row) for row in rows):
        return Verdict.CONDITIONAL
    if not any(row.word is Word.HOLDS for row in rows):
        return Verdict.CONDITIONAL
    return Verdict.PASS


def _fails(row: Judged) -> bool:
    """A violation that no waiver can cover: P0 always, P1 without one."""
    if row.word is not Word.VIOLATED:
        return False
    return row.severity is Severity.P0 or (row.severity is Severity.P1 and not row.waived)


def _doubts(row: Judged) -> bool:
    """What lowers PASS to CONDITIONAL."""
    if row.waived or row.word is Word.VIOLATED:
        return True
    if row.severity is Severity.P2:
        return False
    if row.word is Word.NOT_APPLICABLE:
        return not row.excused
    return row.word in (Word.INCONCLUSIVE, Word.VACUOUS)
