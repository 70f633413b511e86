"""Pages made from templates: the report in HTML (escaped, self-contained) and in Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from mmgate.accounting import short
from mmgate.data.shift import write_time
from mmgate.report import Report
from mmgate.reporting.money import usd
from mmgate.reporting.words import MARKS, cell, clean, counts, doubts, facts, meaning, outcome_of, run_line
from specs.catalogue import NOT_JUDGED


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("mmgate.reporting"),
        autoescape=select_autoescape(("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["clean"] = clean
    environment.filters["md"] = markdown_cell
    environment.filters["usd"] = lambda amount: usd(Decimal(amount))
    environment.filters["short"] = short
    environment.filters["moment"] = write_time
    return environment


def markdown_cell(text: str) -> str:
    """Make a text safe inside a Markdown table or line: no bars, no HTML, no line breaks."""
    plain = clean(text).replace("\\", "\\\\")
    for sign in "|`*<>[]":
        plain = plain.replace(sign, "\\" + sign)
    return plain


def render(template: str, values: Mapping[str, object]) -> str:
    """Fill a template of the package."""
    return _environment().get_template(template).render(**values)


def report_page(report: Report) -> str:
    """Return the report as one HTML page that needs nothing else."""
    return render("report.html", _values(report))


def report_markdown(report: Report) -> str:
    """Return the report in Markdown, without the code's revision: it changes where the report does, and only there."""
    return render("report.md", {**_values(report), "run_line": run_line(report.run, with_code=False)})


def _values(report: Report) -> dict[str, object]:
    return {
        "report": report,
        "run_line": run_line(report.run),
        "meaning": meaning(report),
        "counts": counts(report),
        "doubts": doubts(report),
        "not_judged": NOT_JUDGED,
        "marks": MARKS,
        "cells": {row.spec.id: [cell(outcome_of(row, engine)) for engine in report.engines] for row in report.rows},
        "facts": {row.spec.id: facts(row) for row in report.violated()},
        "witnesses": {row.spec.id: report.witness(row.spec.id) for row in report.violated()},
    }
