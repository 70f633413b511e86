"""`mmgate doctor`: which engines and tools are here."""

from __future__ import annotations

import typer

from mmgate.commands import options


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command(name="doctor", help="Say which engines, browser and toolchains are here.")(doctor)


def doctor(as_json: options.AsJson = False, quiet: options.Quiet = False) -> int:
    """Look around; exit 1 if an engine is missing."""
    from mmgate.surroundings import tell_surroundings

    return tell_surroundings(as_json, quiet)
