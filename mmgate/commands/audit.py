"""`mmgate audit`: judge a log of what really happened."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mmgate.commands import options


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command(
        name="audit",
        help="Judge a log of what really happened: a trace of simulate, or the venue's records by a mapping. "
        "Exit 1 violated, 3 inconclusive, 2 the log can't be used.",
    )(audit)


def audit(
    logs: Annotated[
        list[Path], typer.Argument(metavar="LOG...", help="A trace, or records of the venue, oldest first.")
    ],
    mapping: Annotated[
        Path | None, typer.Option("--map", metavar="FILE", help="What in the records is what; by default our own.")
    ] = None,
    config: options.Config = None,
    spec: options.Spec = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> int:
    """Read the options, then judge."""
    from mmgate.auditing import audit_logs
    from mmgate.memory import collect_hardly

    collect_hardly()
    return audit_logs(logs, mapping, config, tuple(spec or ()), as_json=as_json, quiet=quiet)
