"""`mmgate vectors`: the reference's answers as files, for those who write the same system in another language."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mmgate.commands import options

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON, and nothing else.")]

Cases = Annotated[list[str] | None, typer.Option("--case", metavar="ID", help="Ask this case only; may be repeated.")]


def register(app: typer.Typer) -> None:
    """Put the commands on the application."""
    group = typer.Typer(help="Reference vectors: fill, check, compare, explain.", no_args_is_help=True)
    group.command(name="fill", help="Write what the reference answers to every case.")(fill)
    group.command(name="check", help="Ask a maker every case: exit 1 if an answer differs, 3 if too few compare.")(
        check
    )
    group.command(name="compare", help="Say what differs between two sets: exit 1 if anything does.")(compare)
    group.command(name="explain", help="Explain one case: what is asked, what is expected, how it is compared.")(
        explain
    )
    app.add_typer(group, name="vectors")


def fill(
    out: options.Out = None,
    size: Annotated[str, typer.Option("--size", metavar="small|standard", help="How many cases.")] = "small",
) -> int:
    """Write a set into a folder of its own."""
    from mmgate.evidence import REPORTS, Evidence
    from mmgate.exits import ExitCode
    from mmgate.reporting.vectors import tell_filled
    from mmgate.selection import choose
    from mmgate.vectors.fill import MARK, SIZES, write

    choose("--size", (size,), SIZES, "size")
    with Evidence(out or REPORTS / f"vectors-{size}", MARK) as evidence:
        index = write(evidence.folder, size)
        folder = evidence.publish()
    tell_filled(index, folder)
    return int(ExitCode.DONE)


def check(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that `vectors fill` wrote.")],
    port: options.Port = None,
    case: Cases = None,
    out: options.Out = None,
    as_json: Json = False,
) -> int:
    """Ask the reference, or a port; what differs is written to --out, by default reports/vectors-check."""
    from mmgate.reporting.vectors import tell_checked
    from mmgate.vectors.checking import check_set

    return tell_checked(check_set(folder, port, out, case or ()), as_json)


def compare(
    old: Annotated[Path, typer.Argument(metavar="A", help="A set.")],
    new: Annotated[Path, typer.Argument(metavar="B", help="Another set.")],
) -> int:
    """Print a line for each difference; nothing when there is none."""
    from mmgate.exits import ExitCode
    from mmgate.vectors.compare import changes

    count = 0
    for line in changes(old, new):
        count += 1
        typer.echo(line)
    return int(ExitCode.WRONG if count else ExitCode.DONE)


def explain(
    case: Annotated[Path, typer.Argument(metavar="CASE", help="A case's file.")],
) -> int:
    """Write one case for a person."""
    from mmgate.exits import ExitCode
    from mmgate.reporting.vectors import explained
    from mmgate.vectors.case import case_of, read_json

    for line in explained(case_of(read_json(case), case.stem)):
        typer.echo(line)
    return int(ExitCode.DONE)
