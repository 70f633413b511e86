"""How the kill matrix reads."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from mmgate.exits import ExitCode
from mmgate.killing import IDLE_BY_NATURE, Matrix
from mmgate.reporting.console import console_for
from mmgate.reporting.json_report import as_text
from mmgate.reporting.words import clean
from specs.defects import Defect


def tell_matrix(matrix: Matrix, as_json: bool, quiet: bool = False) -> int:
    """Print the matrix, with `quiet` its sum and what is wrong; exit 1 for a wrong harness, 4 where an engine broke."""
    if as_json:
        sys.stdout.write(as_text(matrix_data(matrix)))
    else:
        _print(matrix, quiet)
    if matrix.errors:
        return int(ExitCode.HARNESS)
    return int(ExitCode.WRONG if matrix.wrong() else ExitCode.DONE)


def matrix_data(matrix: Matrix) -> dict[str, object]:
    """Return the matrix as plain data. Seconds are the processor's; all else repeats."""
    return {
        "defects": [_defect(matrix, defect) for defect in matrix.defects],
        "specs": list(matrix.specs),
        "engines": list(matrix.engines),
        "kills": [
            {"defect": kill.defect, "spec": kill.spec, "engine": kill.engine, "stage": kill.stage, "work": kill.work}
            for kill in matrix.kills
        ],
        "sole_killers": {
            "specs": {name: list(ids) for name, ids in matrix.alone(lambda kill: kill.spec).items()},
            "engines": {name: list(ids) for name, ids in matrix.alone(lambda kill: kill.engine).items()},
        },
        "survivors": list(matrix.survivors()),
        "missed": [{"defect": defect, "spec": spec} for defect, spec in matrix.missed()],
        "idle": list(matrix.idle()),
        "idle_by_nature": dict(IDLE_BY_NATURE),
        "clean": {
            "runs": matrix.clean,
            "alarms": [
                {"run": one.run, "spec": one.spec, "word": one.word.value, "fact": clean(one.fact)}
                for one in matrix.alarms
            ],
        },
        "self_test": matrix.self_test,
        "errors": [{"defect": defect, "engine": by, "reason": clean(why)} for defect, by, why in matrix.errors],
        "median_seconds": matrix.median_seconds(),
    }


def _defect(matrix: Matrix, defect: Defect) -> dict[str, object]:
    first = matrix.first(defect.id)
    return {
        "id": defect.id,
        "title": defect.title,
        "rules": list(defect.rules),
        "finding": defect.finding,
        "tags": list(defect.tags),
        "caught_by": list(defect.caught_by),
        "survives": defect.id in matrix.survivors(),
        "tried": defect.id not in matrix.untried(),
        "first_kill": None
        if first is None
        else {
            "spec": first.spec,
            "engine": first.engine,
            "stage": first.stage,
            "work": first.work,
            "seconds": first.seconds,
        },
    }


def _print(matrix: Matrix, quiet: bool) -> None:
    console = console_for(sys.stdout)
    if not quiet:
        console.print(_table(matrix))
    console.print(_summary(matrix), soft_wrap=True)
    for part, told in (
        () if quiet else (("spec", matrix.alone(lambda k: k.spec)), ("engine", matrix.alone(lambda k: k.engine)))
    ):
        for name, ids in told.items():
            console.print(f"only the {part} {name} catches: {', '.join(ids)}", soft_wrap=True)
    _print_wrong(matrix, console)


def _table(matrix: Matrix) -> Table:
    """Lay out the defects: what must catch them, the first kill, and who else killed."""
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    for column in ("defect", "must be caught by", "first kill", "work", "seconds", *matrix.engines):
        table.add_column(column)
    for defect in matrix.defects:
        first = matrix.first(defect.id)
        told = (
            ("–", "–", "–") if first is None else (f"{first.spec}, {first.stage}", str(first.work), f"{first.seconds}")
        )
        cells = (_killers(matrix, defect.id, engine) for engine in matrix.engines)
        table.add_row(defect.id, ", ".join(defect.caught_by), *told, *cells)
    return table


def _killers(matrix: Matrix, defect: str, engine: str) -> str:
    found = (kill.spec for kill in matrix.kills if kill.defect == defect and kill.engine == engine)
    return ", ".join(dict.fromkeys(found)) or "–"


def _summary(matrix: Matrix) -> str:
    killed = sum(matrix.first(defect.id) is not None for defect in matrix.defects)
    return (
        f"{killed} of {len(matrix.defects)} defects killed, median {matrix.median_seconds()} s of processor time;"
        f" {matrix.clean} clean runs, {len(matrix.alarms)} alarms; {matrix.self_test}"
    )


def _print_wrong(matrix: Matrix, console: Console) -> None:
    for line in _wrong_lines(matrix):
        console.print(line, style="bold red", soft_wrap=True)
    for name, engine, reason in matrix.errors:
        console.print(f"error: {engine} on {name}: {clean(reason)}", style="bold magenta", soft_wrap=True)
    for name, reason in IDLE_BY_NATURE.items():
        if matrix.whole and name in matrix.specs:
            console.print(f"idle by nature: {name} {reason}", soft_wrap=True)
    for name in matrix.untried():
        console.print(f"not tried: {name}, no spec that must catch it is judged here")


def _wrong_lines(matrix: Matrix) -> Iterator[str]:
    """Yield what is wrong with the harness, a line each."""
    for name in matrix.survivors():
        yield f"survives: {name}"
    for name, spec in matrix.missed():
        yield f"missed: {spec} did not catch {name}"
    for name in matrix.idle():
        yield f"idle: {name} catches no defect"
    for alarm in matrix.alarms:
        yield f"false alarm: {alarm.spec} {alarm.word} on the clean reference, {alarm.run}: {clean(alarm.fact)}"
