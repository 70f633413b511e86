"""`mmgate observe`: what recorded ticks say about the offset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mmgate.commands import options


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command(
        name="observe", help="Say what recorded ticks tell of the offset: zero wicks, ticks per second, moves covered."
    )(observe)


def observe(
    ticks: Annotated[list[Path], typer.Argument(metavar="TICKS...", help="Recorded best bids and offers.")],
    config: options.Config = None,
    symbol: options.Symbol = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON, and nothing else.")] = False,
    quiet: options.Quiet = False,
) -> int:
    """Read the options, then report."""
    from mmgate.observing import observe as tell

    return tell(ticks, config, symbol, as_json, quiet)
