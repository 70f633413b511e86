"""The report on a terminal: the table spec × engine, a story for each violation, the verdict, the evidence."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mmgate.events import Concluded, EngineBegan, EngineEnded, Event, Progressed, RunBegan
from mmgate.report import Report, Row
from mmgate.reporting.words import MARKS, cell, clean, counts, doubts, facts, meaning, outcome_of, run_line
from specs.spec import Verdict, Word

PIPE_WIDTH = 160
"""How wide the output is where it goes into a file or a pipe, unless COLUMNS says otherwise."""
MAX_STEPS = 60
STYLES = {
    Word.HOLDS: "green",
    Word.VIOLATED: "bold red",
    Word.VACUOUS: "yellow",
    Word.INCONCLUSIVE: "yellow",
    Word.NOT_APPLICABLE: "dim",
    Word.ERROR: "bold magenta",
}
VERDICT_STYLES = {
    Verdict.PASS: "bold green",
    Verdict.CONDITIONAL: "bold yellow",
    Verdict.FAIL: "bold red",
    Verdict.NONE: "bold magenta",
}


def console_for(stream: TextIO) -> Console:
    """Make a console that writes no markup of others, and is wide where nobody looks."""
    wide = None if stream.isatty() or os.environ.get("COLUMNS") else PIPE_WIDTH
    return Console(file=stream, width=wide, markup=False, emoji=False, highlight=False, soft_wrap=False)


class ConsoleReporter:
    """Tell a verification to a person; with `quiet` only the run line, violations, verdict and evidence."""

    def __init__(self, quiet: bool = False) -> None:
        self.quiet = quiet
        self.console = console_for(sys.stdout)
        self.status = console_for(sys.stderr)
        self._told: set[str] = set()

    def tell(self, event: Event) -> None:
        """Show the next event."""
        match event:
            case RunBegan(run, notes):
                self.console.print(run_line(run), soft_wrap=True)
                if not self.quiet:
                    self._notes(notes)
            case EngineBegan(engine):
                self._progress(f"{engine} …")
            case Progressed(engine, text):
                self._progress(f"{engine}: {clean(text)}")
            case EngineEnded(result, seconds):
                self._progress(f"{result.engine}: done in {seconds:.1f} s")
            case Concluded(report, evidence):
                self._progress("")
                self._report(report, str(evidence))

    def _progress(self, text: str) -> None:
        """Rewrite the line on which a waiting person sees how far it is; there is none in a pipe."""
        if not self.quiet and self.status.is_terminal:
            self.status.file.write(f"\r\x1b[K{text[: self.status.width - 1]}")
            self.status.file.flush()

    def _notes(self, notes: tuple[str, ...]) -> None:
        for note in notes:
            if note in self._told:
                continue
            self._told.add(note)
            self.console.print(f"  {clean(note)}", style="dim", soft_wrap=True)

    def _report(self, report: Report, evidence: str) -> None:
        if not self.quiet:
            self.console.print(table_of(report))
            self._notes(report.notes)
            self._sections(report)
            for line in doubts(report):
                self.console.print(line, soft_wrap=True)
        for row in report.violated():
            self._story(report, row)
        verdict = Text(f"{report.verdict.value}", style=VERDICT_STYLES[report.verdict])
        self.console.print(verdict.append(f" · {meaning(report)} · {counts(report)}", style="none"), soft_wrap=True)
        self.console.print(f"evidence: {evidence}", soft_wrap=True)

    def _sections(self, report: Report) -> None:
        """Tell what there is beside the verdict: envelopes, ticks."""
        for section in report.sections:
            self.console.print(clean(section.title), style="bold", soft_wrap=True)
            for line in section.lines:
                self.console.print(f"  {clean(line)}", soft_wrap=True)

    def _story(self, report: Report, row: Row) -> None:
        """Tell one violation: what, since when, step by step, and how to see it again."""
        spec, witness = row.spec, report.witness(row.spec.id)
        self.console.print()
        by = ", ".join(outcome.engine for outcome in row.outcomes if outcome.word is Word.VIOLATED)
        title = f"{MARKS[Word.VIOLATED]} {spec.id} {spec.severity} {spec.title} · violated, found by {by}"
        self.console.print(title, style=STYLES[Word.VIOLATED], soft_wrap=True)
        self.console.print(f"  {spec.prose}", soft_wrap=True)
        finding = f" · finding {spec.finding}" if spec.finding else ""
        self.console.print(f"  rules {', '.join(spec.rules)}{finding}", style="dim", soft_wrap=True)
        for fact in facts(row):
            self.console.print(f"  {fact}", soft_wrap=True)
        if witness is None:
            return
        if witness.maker:
            self.console.print(f"  shortest with {clean(witness.maker)}", soft_wrap=True)
        for line in witness.steps[:MAX_STEPS]:
            self.console.print(f"    {clean(line)}", soft_wrap=True)
        if len(witness.steps) > MAX_STEPS:
            self.console.print(f"    … {len(witness.steps) - MAX_STEPS} more lines in the trace")
        self.console.print(f"  again: {clean(witness.command)}", soft_wrap=True)


def table_of(report: Report) -> Table:
    """Lay out specs by engines, each cell a word with its strength."""
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    table.add_column("spec", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("word", no_wrap=True)
    for engine in report.engines:
        table.add_column(engine)
    for row in report.rows:
        word = Text(f"{MARKS[row.word]} {row.word.value}", style=STYLES[row.word])
        cells = [_cell(row, engine) for engine in report.engines]
        table.add_row(row.spec.id, row.spec.severity.value, word, *cells)
    return table


def _cell(row: Row, engine: str) -> Text:
    outcome = outcome_of(row, engine)
    return Text(cell(outcome), style=STYLES[outcome.word] if outcome else "")
