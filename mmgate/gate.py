"""The gate: what `verify` does once its options are read; engines run, reporters listen, one exit code comes out."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from mmgate import envelopes, observing, timing
from mmgate.asking import Asked, Plan, plan_of
from mmgate.events import Reporter
from mmgate.evidence import Evidence, write_whole
from mmgate.inputs import InputRefused, shown_path
from mmgate.report import Section
from mmgate.reporting.console import ConsoleReporter
from mmgate.reporting.json_report import JsonReporter
from mmgate.reporting.page import report_markdown
from mmgate.resuming import Kept, identity_of
from mmgate.verification import Task, verify, verify_defects

CORPUS = "corpus"
ENVELOPE, TICKS = "CFG-3", "VOL-5"


def judge_asked(asked: Asked) -> int:
    """Judge what was asked for and return the exit code. Raises InputRefused before anything is written."""
    plan = plan_of(asked)
    _spare_inputs(asked, plan.requests[0].out)
    corpus = _corpus(plan.requests[0].out)
    reporters: Sequence[Reporter] = (JsonReporter(),) if asked.as_json else (ConsoleReporter(asked.quiet),)
    kept = _kept(asked, plan)
    with Evidence(plan.requests[0].out) as evidence, _told_what_is_kept(kept):
        requests = tuple(replace(request, out=evidence.folder, corpus=corpus) for request in plan.requests)
        if len(requests) == 1:
            report = verify(requests[0], _task(plan), reporters, evidence, kept)
        else:
            report = verify_defects(requests, _task(plan), reporters, evidence)
    if asked.summary is not None:
        write_whole(asked.summary, report_markdown(report), "--summary")
    return int(report.exit_code)


def _kept(asked: Asked, plan: Plan) -> Kept:
    """Return where the run's answers are kept, those of an interrupted run among them if they are asked for."""
    if asked.resume and len(plan.requests) > 1:
        raise InputRefused("--resume: goes on with the run of one maker, and --defects names several; leave it out")
    kept = Kept(plan.requests[0].out, identity_of(plan.run, plan.requests[0]))
    if not kept.begin(asked.resume) and asked.resume:
        told = f"there is no unfinished run of {shown_path(plan.requests[0].out)}; this one begins at the start"
        sys.stderr.write(f"mmgate: --resume: {told}\n")
    return kept


@contextmanager
def _told_what_is_kept(kept: Kept) -> Iterator[None]:
    """Say what an interrupted run leaves to go on with; one that broke down leaves nothing."""
    try:
        yield
    except Exception:
        kept.forget()
        raise
    except (KeyboardInterrupt, SystemExit):
        answered = kept.answered()
        if answered:
            told = f"what {', '.join(answered)} answered is kept"
            sys.stderr.write(f"mmgate: {told}; the same command with --resume goes on from there\n")
        raise


def _corpus(out: Path) -> Path:
    """Return the folder of former counterexamples: beside the runs' folders. Raises InputRefused."""
    if out.name == CORPUS:
        told = "is the name of the folder of counterexamples; name another folder"
        raise InputRefused(f"--out {shown_path(out)}: {told}")
    return out.parent / CORPUS


def _spare_inputs(asked: Asked, out: Path) -> None:
    """Refuse to write where an input of this run lies: a summary in its place, a run's folder around it."""
    inputs = {path.resolve(): path for path in (asked.config, asked.trades, *asked.ticks) if path is not None}
    for real, path in inputs.items():
        if real.is_relative_to(out.resolve()):
            told = f"holds {shown_path(path)}, an input of this run; name another folder"
            raise InputRefused(f"--out {shown_path(out)}: {told}")
    summary = asked.summary
    if summary is None:
        return
    name = f"--summary {shown_path(summary)}"
    if summary.is_dir():
        raise InputRefused(f"{name}: is a folder; name a file")
    if summary.exists() and not summary.is_file():
        raise InputRefused(f"{name}: is no regular file; name a file")
    if summary.resolve() in inputs:
        raise InputRefused(f"{name}: is an input of this run; name another file")
    if summary.resolve().is_relative_to(out.resolve()):
        raise InputRefused(f"{name}: lies inside the run's folder, which has its own report.md; name another file")


def _task(plan: Plan) -> Task:
    """Add the day to a plan: the only thing that is not a function of what was typed."""
    today = datetime.now(UTC).date()
    return Task(
        plan.run,
        plan.waivers,
        today,
        plan.allow_conditional,
        plan.notes,
        _sections(plan),
        plan.narrowed,
        plan.unheard,
        plan.lacking,
    )


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
