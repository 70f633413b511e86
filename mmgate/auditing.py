"""Judging a log: which format it has, its records under the monitors, what to tell and how to end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import localcontext
from pathlib import Path

from mmgate.audit.gaps import Gap
from mmgate.audit.lines import Lines
from mmgate.audit.mapping import load_map
from mmgate.audit.records import RecordsLog
from mmgate.audit.traces import TraceLog, is_record, is_trace
from mmgate.engines.audit import Auditor, Found
from mmgate.exits import ExitCode
from mmgate.gatefile import load
from mmgate.inputs import InputRefused, shown_path
from mmgate.reporting.audit import tell_audit
from mmgate.selection import choose
from model.arithmetic import CONTEXT
from model.journal import Record, RunStarted
from sim.journal_file import LONGEST_LINE
from specs.catalogue import MONITORS, spec
from specs.spec import Judged, Verdict, Word, verdict

WATCHED = tuple(dict.fromkeys(monitor.spec.id for monitor in MONITORS))
"""Specs that a log can be judged by."""
EXITS = {
    Verdict.PASS: ExitCode.DONE,
    Verdict.CONDITIONAL: ExitCode.CONDITIONAL,
    Verdict.FAIL: ExitCode.WRONG,
    Verdict.NONE: ExitCode.HARNESS,
}


def audit_logs(
    logs: Sequence[Path],
    mapping: Path | None,
    config: Path | None,
    specs: Sequence[str] = (),
    *,
    as_json: bool = False,
    quiet: bool = False,
) -> int:
    """Judge logs and tell. Raises InputRefused for one that can't be used."""
    asked = choose("--spec", specs, WATCHED, "spec that a log can be judged by") if specs else None
    log = _log(logs, mapping, config)
    auditor = judged(log, log.lines, asked)
    found = auditor.words(log.unjudged if isinstance(log, RecordsLog) else {})
    notes = log.notes if isinstance(log, RecordsLog) else []
    tell_audit(logs, found, auditor, log.lines, notes, as_json=as_json, quiet=quiet)
    return int(EXITS[verdict_of(found)])


def judged(log: Iterable[tuple[int, Record | Gap]], lines: Lines, specs: Sequence[str] | None = None) -> Auditor:
    """Let the monitors watch a log."""
    auditor = Auditor(specs, lines.place)
    with localcontext(CONTEXT):
        for line, record in log:
            if type(record) is RunStarted and isinstance(log, RecordsLog):
                auditor.heed_timers(log.timers)
                auditor.heed_numbers(log.numbered)
            auditor.see(line, record)
    return auditor


def verdict_of(found: Iterable[Found]) -> Verdict:
    """Merge the words over a log. A condition that was never met there is told, and no doubt: a log is what it is."""
    words = [(spec(one.outcome.spec_id).severity, one.outcome) for one in found]
    rows = [Judged(o.spec_id, severity, o.word, excused=True) for severity, o in words if o.word is not Word.VACUOUS]
    return verdict(rows) if rows else Verdict.CONDITIONAL


def _log(logs: Sequence[Path], mapping: Path | None, config: Path | None) -> TraceLog | RecordsLog:
    """Open logs as what their first line says they are."""
    first = next(iter(Lines(logs)), None)
    if first is None:
        raise InputRefused(f"log {shown_path(logs[0])}: is empty; there is nothing to judge")
    trace = first.data is not None and is_trace(first.data)
    for path in logs[1:]:
        _same_kind(logs[0], path, trace=trace)
    if not trace:
        known = load(config).maker if config is not None else None
        return RecordsLog(logs, load_map(mapping), known)
    for option, given in (("--map", mapping), ("--config", config)):
        if given is not None:
            raise InputRefused(f"{option}: {shown_path(logs[0])} is a trace and tells that itself; leave it out")
    return TraceLog(logs)


def _same_kind(first: Path, path: Path, *, trace: bool) -> None:
    """Refuse a log that can't go on with the first one: a trace beside records, or what is none beside a trace."""
    line = next(iter(Lines([path], LONGEST_LINE)), None)
    if line is None:
        return
    other = line.data is not None and (is_trace(line.data) or is_record(line.data))
    if trace and not other:
        raise InputRefused(f"log {shown_path(path)}: is no trace, and {shown_path(first)} is; audit them one by one")
    if not trace and line.data is not None and is_trace(line.data):
        raise InputRefused(
            f"log {shown_path(path)}: is a trace, and {shown_path(first)} is none; audit them one by one"
        )
