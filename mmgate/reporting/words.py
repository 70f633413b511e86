"""How outcomes read: cells, sentences, and text that may come from a port made safe to show."""

from __future__ import annotations

import shlex

from mmgate.exits import ExitCode
from mmgate.report import Report, Row, RunId
from specs.spec import Outcome, Verdict, Word

MAX_TEXT = 2000
MAX_FACTS = 4
MARKS = {
    Word.HOLDS: "✓",
    Word.VIOLATED: "✗",
    Word.VACUOUS: "○",
    Word.INCONCLUSIVE: "?",
    Word.NOT_APPLICABLE: "–",
    Word.ERROR: "!",
}
"""One sign for each word; the word itself is always written beside it."""
MEANINGS = {
    Verdict.PASS: "every judged spec holds",
    Verdict.CONDITIONAL: "nothing failed, but not all of it is shown to hold",
    Verdict.FAIL: "a spec that guards money is violated",
    Verdict.NONE: "an engine failed: nothing is said about the maker",
}


NARROW_PASS = "every spec that was asked holds"
"""What PASS means where not all was asked: it is no word on the rest."""


def meaning(report: Report) -> str:
    """Say what the verdict means, no more than what was asked for."""
    if report.narrowed and report.verdict is Verdict.PASS:
        return NARROW_PASS
    return MEANINGS[report.verdict]


def clean(text: str) -> str:
    """Make any text one printable, bounded line: what a port says is data, not an instruction to a terminal."""
    line = "".join(char if char.isprintable() else "�" for char in text[: MAX_TEXT + 1].replace("\t", " "))
    return line if len(line) <= MAX_TEXT else line[:MAX_TEXT] + "…"


def run_line(run: RunId, with_code: bool = True) -> str:
    """Write the first line of a run: the command that repeats it, and after the sign what it depends on."""
    parts = (
        *((f"code {run.code}",) if with_code else ()),
        f"config {run.config}",
        f"maker {run.maker}",
        f"profile {run.profile}",
        f"seed {run.seed}",
    )
    return f"{shlex.join(run.command)}  # {clean(' · '.join(parts))}"


def cell(outcome: Outcome | None) -> str:
    """Write one engine's answer on one spec: sign, word, strength."""
    if outcome is None:
        return ""
    strength = outcome.strength
    if outcome.word in (Word.ERROR, Word.INCONCLUSIVE, Word.NOT_APPLICABLE) and outcome.reason:
        strength = outcome.reason
    head = f"{MARKS[outcome.word]} {outcome.word.value}"
    return clean(f"{head} · {strength}" if strength else head)


def outcome_of(row: Row, engine: str) -> Outcome | None:
    """Return an engine's outcome on a spec, if it gave one."""
    return next((outcome for outcome in row.outcomes if outcome.engine == engine), None)


def doubts(report: Report) -> list[str]:
    """Say for each spec that neither holds nor is violated why, and which waivers are in force or expired."""
    lines = []
    for row in report.rows:
        name = f"{row.spec.id} {row.spec.severity}"
        if row.word is Word.NOT_APPLICABLE:
            lines.append(f"{name} not applicable: {clean(row.excuse or _unexcused(row))}")
        elif row.word not in (Word.HOLDS, Word.VIOLATED):
            lines.append(f"{name} {row.word}: {clean(_why(row))}")
        if row.waiver:
            waiver = row.waiver
            lines.append(f"{name} waived until {waiver.expires} by {clean(waiver.owner)}: {clean(waiver.reason)}")
    lines += [f"defect {name} survives: no spec that watched was violated" for name in report.survivors]
    lines += [f"waiver of {clean(w.id)} by {clean(w.owner)} expired on {w.expires}" for w in report.expired]
    if report.verdict is Verdict.CONDITIONAL and report.exit_code is ExitCode.DONE:
        lines.append("CONDITIONAL counts as exit 0 here: it was allowed by the command line or the config file")
    return lines


def _unexcused(row: Row) -> str:
    """Say why a spec does not apply where nothing excuses that."""
    reasons = dict.fromkeys(one.reason for one in row.outcomes if one.reason)
    return f"{'; '.join(reasons)}, and nothing excuses that" if reasons else "no reason was given"


def _why(row: Row) -> str:
    """Say why a spec's word is no better."""
    if not row.outcomes:
        return "no engine answered"
    reasons = [f"{o.engine}: {o.reason or o.word.value}" for o in row.outcomes if o.word is not Word.HOLDS]
    held = [o.engine for o in row.outcomes if o.word is Word.HOLDS]
    if row.word is Word.VACUOUS and held:
        reasons.append(f"only {', '.join(held)} holds, and a {row.spec.severity} needs two engines")
    return "; ".join(reasons)


def facts(row: Row) -> list[str]:
    """Return the facts of a violation, one line for each engine's first ones, without repetition."""
    texts = [v.text for outcome in row.outcomes for v in outcome.violations]
    return [clean(text) for text in dict.fromkeys(texts)][:MAX_FACTS]


def counts(report: Report) -> str:
    """Count the words over all specs; where not all was asked, a good word says so."""
    parts = []
    for word in Word:
        number = sum(row.word is word for row in report.rows)
        if number:
            parts.append(f"{number} {word.value}")
    if report.survivors:
        parts.append(f"defects that survive: {', '.join(report.survivors)}")
    if report.narrowed and report.verdict in (Verdict.PASS, Verdict.CONDITIONAL):
        parts.append(report.narrowed)
    return " · ".join(parts)
