"""`mmgate specs`: what is judged."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mmgate import completing
from mmgate.commands import options


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command(name="specs", help="List the specs, or explain one, with how often its condition was met.")(specs)


def specs(
    spec_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="One spec, such as ORD-1.", autocompletion=completing.specs)
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="F", help="Tell what the spec met in this report.json, not the newest here."),
    ] = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> int:
    """List all, or tell one."""
    from mmgate.reporting.catalogue import tell_all_specs, tell_spec

    if spec_id is None:
        tell_all_specs(as_json, quiet)
    else:
        tell_spec(spec_id, report, as_json, quiet)
    return 0
