"""How the kill matrix reads."""

from __future__ import annotations

import sys

from rich.table import Table

from mmgate.exits import ExitCode
from mmgate.killing import Matrix
from mmgate.reporting.console import console_for
from mmgate.reporting.json_report import as_text
from mmgate.reporting.words import clean


def tell_matrix(matrix: Matrix, as_json: bool) -> int:
    """Print the matrix; exit 1 if a defect survives, 4 if an engine could not look."""
    if as_json:
        sys.stdout.write(as_text(matrix_data(matrix)))
    else:
        _print(matrix)
    if matrix.errors:
        return int(ExitCode.HARNESS)
    return int(ExitCode.WRONG if matrix.survivors() else ExitCode.DONE)


def matrix_data(matrix: Matrix) -> dict[str, object]:
    """Return the matrix as plain data."""
    return {
        "defects": [
            {
                "id": defect.id,
                "title": defect.title,
                "rules": list(defect.rules),
                "finding": defect.finding,
                "tags": list(defect.tags),
                "caught_by": list(defect.caught_by),
                "survives": defect.id in matrix.survivors(),
                "tried": defect.id not in matrix.untried(),
            }
            for defect in matrix.defects
        ],
        "specs": list(matrix.specs),
        "engines": list(matrix.engines),
        "kills": [{"defect": defect, "spec": spec, "engine": engine} for defect, spec, engine in matrix.kills],
        "errors": [{"defect": defect, "engine": by, "reason": clean(why)} for defect, by, why in matrix.errors],
        "missed": [{"defect": defect, "spec": spec} for defect, spec in matrix.missed()],
    }


def _print(matrix: Matrix) -> None:
    console = console_for(sys.stdout)
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    for column in ("defect", "must be caught by", *matrix.engines):
        table.add_column(column)
    for defect in matrix.defects:
        cells = [
            ", ".join(spec for name, spec, by in matrix.kills if name == defect.id and by == engine) or "–"
            for engine in matrix.engines
        ]
        table.add_row(defect.id, ", ".join(defect.caught_by), *cells)
    console.print(table)
    for name in matrix.survivors():
        console.print(f"survives: {name}", style="bold red")
    for name, engine, reason in matrix.errors:
        console.print(f"error: {engine} on {name}: {clean(reason)}", style="bold magenta", soft_wrap=True)
    for name, spec in matrix.missed():
        console.print(f"missed: {spec} did not catch {name}")
    for name in matrix.untried():
        console.print(f"not tried: {name}, none of its specs is judged yet")
    killed = len({defect for defect, _, _ in matrix.kills})
    console.print(f"{killed} of {len(matrix.defects)} defects caught; specs that caught none: {len(matrix.idle())}")
