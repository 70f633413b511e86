"""How an audit reads: a word for each spec, the line of a violation, the evidence of gaps."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from mmgate.audit.lines import Lines
from mmgate.engines.audit import Auditor, Found
from mmgate.identity import code_revision
from mmgate.reporting.console import STYLES, console_for
from mmgate.reporting.json_report import as_text
from mmgate.reporting.words import MARKS, clean
from specs.catalogue import MONITORS, spec
from specs.spec import Word


def tell_audit(
    logs: Sequence[Path],
    found: Sequence[Found],
    auditor: Auditor,
    lines: Lines,
    notes: Sequence[str] = (),
    *,
    as_json: bool = False,
    quiet: bool = False,
) -> None:
    """Print the words for a person, with `quiet` only what is not well and the counts, or for a machine."""
    if as_json:
        sys.stdout.write(as_text(audit_data(logs, found, auditor, lines, notes)))
        return
    console = console_for(sys.stdout)
    if not quiet:
        console.print(_table(found, lines))
    for one in found:
        if one.outcome.word is Word.VIOLATED:
            _violation(console.print, one, lines)
    for gap in auditor.gaps.kept[: 3 if quiet else None]:
        console.print(clean(f"gap      {lines.place(gap.line)}: {gap.text}"), soft_wrap=True)
    if auditor.gaps.count > len(auditor.gaps.kept):
        console.print(f"gap      … {auditor.gaps.count - len(auditor.gaps.kept)} more")
    for note in (*notes, *_unclear(auditor)):
        console.print(clean(f"note     {note}"), soft_wrap=True)
    told = f"{lines.count} lines, {auditor.records} records, {auditor.panel.view.strength()}"
    watched = len({monitor.spec.id for monitor in MONITORS})
    narrowed = f" · only {len(found)} of {watched} specs were asked" if len(found) < watched else ""
    console.print(f"{told} · {_counts(found)}{narrowed}", soft_wrap=True)


def audit_data(
    logs: Sequence[Path], found: Sequence[Found], auditor: Auditor, lines: Lines, notes: Sequence[str] = ()
) -> dict[str, object]:
    """Return an audit as plain data."""
    return {
        "schema": 1,
        "code": code_revision(),
        "logs": [clean(str(path)) for path in logs],
        "lines": lines.count,
        "records": auditor.records,
        "gaps": auditor.gaps.count,
        "gap_lines": [{"line": gap.line, "text": clean(gap.text)} for gap in auditor.gaps.kept],
        "notes": [clean(note) for note in (*notes, *_unclear(auditor))],
        "specs": [
            {
                "id": one.outcome.spec_id,
                "word": one.outcome.word.value,
                "line": one.line or None,
                "antecedents": one.outcome.antecedents,
                "reason": clean(one.outcome.reason),
                "facts": [clean(violation.text) for violation in one.outcome.violations],
            }
            for one in found
        ],
    }


def _unclear(auditor: Auditor) -> list[str]:
    """Say how many moments blame nobody, though nothing is missing."""
    gaps = auditor.gaps
    return [f"{gaps.unclear} times {gaps.unclear_text}: what such a moment shows blames nobody"] if gaps.unclear else []


def sentence(one: Found, lines: Lines) -> str:
    """Write a word as a sentence: holds, violated at line N, inconclusive because …"""
    outcome = one.outcome
    if outcome.word is Word.VIOLATED:
        return f"violated at {lines.place(one.line)}"
    if outcome.word is Word.INCONCLUSIVE:
        return clean(f"inconclusive because {outcome.reason}")
    if outcome.word is Word.HOLDS:
        return f"holds · {outcome.antecedents} times"
    return clean(f"{outcome.word.value} · {outcome.reason}" if outcome.reason else outcome.word.value)


def _table(found: Sequence[Found], lines: Lines) -> Table:
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    table.add_column("spec", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("word")
    for one in found:
        word = one.outcome.word
        told = Text(f"{MARKS[word]} {sentence(one, lines)}", style=STYLES[word])
        table.add_row(one.outcome.spec_id, spec(one.outcome.spec_id).severity.value, told)
    return table


def _violation(tell: object, one: Found, lines: Lines) -> None:
    known = spec(one.outcome.spec_id)
    assert callable(tell)
    head = f"{MARKS[Word.VIOLATED]} {known.id} {known.severity} {known.title} · violated at {lines.place(one.line)}"
    tell(clean(head), soft_wrap=True)
    for violation in one.outcome.violations:
        tell(clean(f"  {violation.text}"), soft_wrap=True)


def _counts(found: Sequence[Found]) -> str:
    numbers = [(word, sum(one.outcome.word is word for one in found)) for word in Word]
    return " · ".join(f"{number} {word.value}" for word, number in numbers if number)
