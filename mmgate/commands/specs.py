"""`mmgate specs`: what is judged."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command(name="specs", help="List the specs, or explain one.")(specs)


def specs(
    spec_id: Annotated[str | None, typer.Argument(metavar="ID", help="One spec, such as ORD-1.")] = None,
) -> int:
    """List all, or tell one."""
    from mmgate.reporting.catalogue import tell_all_specs, tell_spec

    if spec_id is None:
        tell_all_specs()
    else:
        tell_spec(spec_id)
    return 0
