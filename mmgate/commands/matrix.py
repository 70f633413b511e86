"""`mmgate matrix`: which injected defects are caught, by which specs, by which engines."""

from __future__ import annotations

from typing import Annotated

import typer

from mmgate.commands import options


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command(name="matrix", help="Try every injected defect: exit 1 if one is caught by no spec.")(matrix)


def matrix(
    as_json: Annotated[bool, typer.Option("--json", help="Print the matrix as JSON, and nothing else.")] = False,
    defects: options.Defects = None,
    engine: Annotated[
        list[str] | None,
        typer.Option(
            "--engine",
            metavar="NAME",
            help="Use these engines only: symbolic, property, simulation, exhaustive.",
        ),
    ] = None,
    profile: options.Profile = None,
    seed: options.Seed = None,
    quiet: options.Quiet = False,
) -> int:
    """Read the options, then hunt every defect."""
    from mmgate.killing import fill_matrix
    from mmgate.reporting.matrix import tell_matrix

    return tell_matrix(fill_matrix(defects or "all", tuple(engine or ()), profile, seed), as_json, quiet)
