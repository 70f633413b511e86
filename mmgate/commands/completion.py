"""`mmgate completion`: the script that teaches a shell to complete `mmgate`. It installs nothing."""

from __future__ import annotations

from typing import Annotated

import typer

from mmgate.completing import SHELLS


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command(
        name="completion",
        help='Print the script that completes mmgate in bash, zsh or fish: eval "$(mmgate completion bash)".',
    )(completion)


def completion(
    shell: Annotated[
        str, typer.Argument(metavar="SHELL", help="bash, zsh or fish.", autocompletion=lambda: list(SHELLS))
    ],
) -> int:
    """Print it; nothing is written anywhere."""
    from mmgate.completing import script

    typer.echo(script(shell))
    return 0
