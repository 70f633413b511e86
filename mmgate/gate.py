"""The gate: what `verify` does once its options are read; engines run, reporters listen, one exit code comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from mmgate import envelopes, observing, timing
from mmgate.asking import Asked, Plan, plan_of
from mmgate.events import Reporter
from mmgate.evidence import Evidence, write_whole
from mmgate.inputs import InputRefused, shown_path
from mmgate.report import Section
from mmgate.reporting.console import ConsoleReporter
from mmgate.reporting.json_report import JsonReporter
from mmgate.reporting.page import report_markdown
from mmgate.verification import Task, verify, verify_defects

ENVELOPE, TICKS = "CFG-3", "VOL-5"


def judge_asked(asked: Asked) -> int:
    """Judge what was asked for and return the exit code. Raises InputRefused before anything is written."""
    plan = plan_of(asked)
    if asked.summary is not None and asked.summary.is_dir():
        raise InputRefused(f"--summary {shown_path(asked.summary)}: is a folder; name a file")
    reporters: Sequence[Reporter] = (JsonReporter(),) if asked.as_json else (ConsoleReporter(asked.quiet),)
    with Evidence(plan.requests[0].out) as evidence:
        requests = tuple(replace(request, out=evidence.folder) for request in plan.requests)
        if len(requests) == 1:
            report = verify(requests[0], _task(plan), reporters, evidence)
        else:
            report = verify_defects(requests, _task(plan), reporters, evidence)
    if asked.summary is not None:
        write_whole(asked.summary, report_markdown(report), "--summary")
    return int(report.exit_code)


def _task(plan: Plan) -> Task:
    """Add the day to a plan: the only thing that is not a function of what was typed."""
    today = datetime.now(UTC).date()
    return Task(plan.run, plan.waivers, today, plan.allow_conditional, plan.notes, _sections(plan), plan.narrowed)


def _sections(plan: Plan) -> tuple[Section, ...]:
    """Return the envelopes, the bounds and the reports on ticks, where their specs are asked for."""
    first = plan.requests[0]
    sections: list[Section] = []
    if ENVELOPE in first.specs and len(plan.requests) == 1:
        sections.append(envelopes.section_of(first.suite, first.seed))
    if timing.TIMED & set(first.specs) and len(plan.requests) == 1:
        sections.append(timing.section_of(first.suite, first.seed))
    if TICKS in first.specs:
        sections += observing.sections_of(first.suite)
    return tuple(sections)
