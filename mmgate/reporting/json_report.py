"""The report as data, for machines: `report.json` of the evidence, and what `--json` prints."""

from __future__ import annotations

import json
import sys

from mmgate.events import Concluded, Event, RunBegan
from mmgate.report import Report, Row
from mmgate.reporting.words import clean, run_line
from specs.spec import Outcome

SCHEMA = 1


class JsonReporter:
    """Print the report as one JSON document on stdout; the run line goes to stderr."""

    def tell(self, event: Event) -> None:
        """Show what there is to show."""
        match event:
            case RunBegan(run, _):
                sys.stderr.write(run_line(run) + "\n")
            case Concluded(report, evidence):
                data = report_data(report)
                data["evidence"] = str(evidence)
                sys.stdout.write(as_text(data))
            case _:
                return


def as_text(data: object) -> str:
    """Write data as JSON for people and machines alike: two blanks, keys in their order, ASCII."""
    return json.dumps(data, indent=2) + "\n"


def report_data(report: Report) -> dict[str, object]:
    """Return the report as plain data. It holds no wall clock: the same run gives the same document."""
    run = report.run
    return {
        "schema": SCHEMA,
        "verdict": report.verdict.value,
        "exit_code": int(report.exit_code),
        "run": {
            "command": list(run.command),
            "code": run.code,
            "config": run.config,
            "maker": clean(run.maker),
            "profile": run.profile,
            "seed": run.seed,
        },
        "engines": list(report.engines),
        "specs": [_row(row) for row in report.rows],
        "witnesses": [
            {
                "spec": witness.spec_id,
                "path": str(witness.path),
                "command": witness.command,
                "steps": [clean(step) for step in witness.steps],
            }
            for witness in report.witnesses
        ],
        "corpus": [
            {"spec": one.spec_id, "path": str(one.path), "word": one.word, "text": clean(one.text)}
            for one in report.recalled
        ],
        "counts": {f"{engine} {table}": dict(rows) for engine, table, rows in report.counts},
        "notes": [clean(note) for note in report.notes],
        "narrowed": report.narrowed,
        "sections": [
            {"kind": section.kind, "title": clean(section.title), "data": list(section.data)}
            for section in report.sections
        ],
        "survivors": list(report.survivors),
        "expired_waivers": [waiver.id for waiver in report.expired],
    }


def _row(row: Row) -> dict[str, object]:
    waiver = row.waiver
    return {
        "id": row.spec.id,
        "severity": row.spec.severity.value,
        "title": row.spec.title,
        "rules": list(row.spec.rules),
        "finding": row.spec.finding,
        "word": row.word.value,
        "excuse": clean(row.excuse),
        "waiver": None
        if waiver is None
        else {"reason": waiver.reason, "owner": waiver.owner, "expires": waiver.expires.isoformat()},
        "outcomes": [_outcome(outcome) for outcome in row.outcomes],
    }


def _outcome(outcome: Outcome) -> dict[str, object]:
    return {
        "engine": outcome.engine,
        "word": outcome.word.value,
        "strength": clean(outcome.strength),
        "reason": clean(outcome.reason),
        "antecedents": outcome.antecedents,
        "contexts": dict(outcome.contexts),
        "surroundings": dict(outcome.surroundings),
        "violations": [
            {
                "now_ms": violation.now_ms,
                "index": violation.index,
                "text": clean(violation.text),
                "market": clean(violation.market) if violation.market else None,
                "cloid": clean(violation.cloid) if violation.cloid else None,
            }
            for violation in outcome.violations
        ],
    }
