"""How the comparison of two versions reads, and what is kept of it."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import typer

from mmgate.comparing import Compared
from mmgate.exits import ExitCode
from mmgate.ports.repro import REQUESTS, SCRIPT, write_requests, write_script
from mmgate.reporting.words import clean

MARK = "compare.json"
MOST_STEPS = 60


def exit_code(found: Compared) -> ExitCode:
    """Return 1 where a spec got worse, 3 where anything else differs or was not compared, 0 where nothing does."""
    if found.worse:
        return ExitCode.WRONG
    same = not found.changed and not found.parted and found.steps and not found.uncompared
    return ExitCode.DONE if same else ExitCode.CONDITIONAL


def compared_data(found: Compared) -> str:
    """Return the comparison as JSON."""
    data = {
        "old": {"maker": found.old.run.maker, "verdict": found.old.verdict.value},
        "new": {"maker": found.new.run.maker, "verdict": found.new.verdict.value},
        "changed": [
            {"spec": one.spec_id, "old": one.old.value, "new": one.new.value, "why": one.why} for one in found.changed
        ],
        "lock_step": {
            "equal_answers": found.steps,
            "runs": found.runs,
            "parted": found.parted,
            "not_compared_to_their_end": found.uncompared,
        },
        "divergence": None if found.case is None else found.case.violation.text,
        "exit": int(exit_code(found)),
    }
    return json.dumps(data, indent=1) + "\n"


def save_case(found: Compared, folder: Path) -> tuple[str, ...]:
    """Write the requests that tell the two apart, and a script that sends them to both; return the steps."""
    if found.case is None:
        return ()
    write_requests(folder / REQUESTS, found.case.records)
    here = '"$(dirname "$0")'
    script = (
        "# Run from the folder in which the gate was run. Both versions hear the same; the last answers differ.",
        f'{found.case.maker.beside} < {here}/{REQUESTS}" > {here}/old.jsonl"',
        f'{found.case.maker.name} < {here}/{REQUESTS}" > {here}/new.jsonl"',
        f'diff {here}/old.jsonl" {here}/new.jsonl"',
    )
    write_script(folder / SCRIPT, script)
    return found.case.steps()


def tell_compared(found: Compared, folder: Path, steps: tuple[str, ...], as_json: bool, quiet: bool) -> int:
    """Print what changed and return the exit code."""
    code = exit_code(found)
    if as_json:
        typer.echo(compared_data(found), nl=False)
        return int(code)
    for name, report in (("old", found.old), ("new", found.new)):
        typer.echo(f"{name}: {clean(report.run.maker)}: {report.verdict.value}")
    for one in found.changed:
        why = f": {clean(one.why)}" if one.why else ""
        typer.echo(f"  {one.spec_id}: {one.old.value} → {one.new.value}{why}")
    if not found.changed:
        typer.echo("  no spec changed its word")
    ended = found.runs - found.uncompared
    typer.echo(f"lock step: {found.steps} equal answers; of {found.runs} runs {ended} compared, {found.parted} differ")
    if found.case is not None:
        typer.echo("the shortest run that tells them apart (called the reference: the old version; the port: the new):")
        typer.echo(f"  {clean(found.case.violation.text)}")
        for step in () if quiet else steps[:MOST_STEPS]:
            typer.echo(f"    {clean(step)}")
        typer.echo(f"again: {shlex.quote(str(folder / SCRIPT))}")
    elif found.parted:
        typer.echo("the run that tells them apart could not be repeated: is one of them not deterministic?")
    typer.echo(f"evidence: {folder}")
    return int(code)
