"""How the comparison of two versions reads, and what is kept of it."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import typer

from mmgate.comparing import Compared
from mmgate.exits import ExitCode
from mmgate.ports.repro import REQUESTS, SCRIPT, told_in, write_requests, write_script
from mmgate.reporting.words import clean
from mmgate.request import MakerRef

MARK = "compare.json"
MOST_STEPS = 60
MOST_SPECS = 6


def exit_code(found: Compared) -> ExitCode:
    """Return 1 where a spec got worse, 3 where anything else differs or was not compared, 0 where nothing does."""
    if found.worse:
        return ExitCode.WRONG
    alone = found.only_old or found.only_new
    same = not (found.changed or found.parted or found.uncompared or alone) and found.steps
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
            "why_not": found.why_uncompared,
            "mode": found.mode,
        },
        "declared_by_one": {"old": list(found.only_old), "new": list(found.only_new)},
        "divergence": None if found.case is None else found.case.violation.text,
        "exit": int(exit_code(found)),
    }
    return json.dumps(data, indent=1) + "\n"


def save_case(found: Compared, folder: Path) -> tuple[str, ...]:
    """Write the requests that tell the two apart, and a script that sends them to both; return the steps."""
    if found.case is None:
        return ()
    maker = found.case.maker
    write_requests(folder / f"old-{REQUESTS}", found.told_old, MakerRef("port", maker.beside))
    write_requests(folder / f"new-{REQUESTS}", told_in(found.case.records), maker)
    script = (
        "# Both versions hear the same, each under its own names of orders; the last answers but one differ.",
        f'{maker.beside} < "$here"/old-{REQUESTS} > "$here"/old.jsonl',
        f'{maker.name} < "$here"/new-{REQUESTS} > "$here"/new.jsonl',
        'old=$(tail -n 2 "$here"/old.jsonl | head -n 1)',
        'new=$(tail -n 2 "$here"/new.jsonl | head -n 1)',
        'printf \'old: %s\\nnew: %s\\n\' "$old" "$new"',
        'test "$old" = "$new"',
    )
    write_script(folder / SCRIPT, script)
    return found.case.steps()


def changes(found: Compared) -> list[str]:
    """Tell which words changed: what got worse spec by spec, then the others, those with one reason on one line."""
    worse = [f"{one.spec_id}: {one.old.value} → {one.new.value}: {clean(one.why)}" for one in found.worse]
    rest: dict[tuple[str, str, str], list[str]] = {}
    for one in found.changed:
        if one not in found.worse:
            rest.setdefault((one.old.value, one.new.value, one.why), []).append(one.spec_id)
    return worse + [
        f"{_some(specs)}: {old} → {new}" + (f": {clean(why)}" if why else "") for (old, new, why), specs in rest.items()
    ]


def _some(specs: list[str]) -> str:
    more = len(specs) - MOST_SPECS
    return ", ".join(specs[:MOST_SPECS]) + (f" and {more} more" if more > 0 else "")


def tell_compared(found: Compared, folder: Path, steps: tuple[str, ...], as_json: bool, quiet: bool) -> int:
    """Print what changed and return the exit code."""
    code = exit_code(found)
    if as_json:
        typer.echo(compared_data(found), nl=False)
        return int(code)
    for name, report in (("old", found.old), ("new", found.new)):
        typer.echo(f"{name}: {clean(report.run.maker)}: {report.verdict.value}")
    for line in changes(found) or ["no spec changed its word"]:
        typer.echo(f"  {line}")
    for name, alone in (("old", found.only_old), ("new", found.only_new)):
        if alone:
            typer.echo(f"not compared: {', '.join(map(clean, alone))}, which only the {name} version declares")
    ended = found.runs - found.uncompared
    counts = f"of {found.runs} runs {ended} compared, {found.parted} differ"
    typer.echo(f"lock step, mode {found.mode}: {found.steps} equal answers; {counts}")
    if found.why_uncompared:
        typer.echo(f"  not compared to its end: {clean(found.why_uncompared)}")
    if found.case is not None:
        typer.echo("the shortest run that tells them apart, as the new version goes on:")
        typer.echo(f"  {clean(found.case.violation.text)}")
        for step in () if quiet else steps[:-1][:MOST_STEPS]:  # the last one says the same
            typer.echo(f"    {clean(step)}")
        typer.echo(f"again: {shlex.quote(str(folder / SCRIPT))}")
    elif found.parted:
        typer.echo("the run that tells them apart could not be repeated: is one of them not deterministic?")
    typer.echo(f"evidence: {folder}")
    return int(code)
