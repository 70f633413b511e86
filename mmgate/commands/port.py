"""`mmgate port`: foreign makers, and the reference as one."""

from __future__ import annotations

from typing import Annotated

import typer

from mmgate.commands import options


def register(app: typer.Typer) -> None:
    """Put the commands on the application."""
    group = typer.Typer(help="Foreign makers under test, and the reference as one.", no_args_is_help=True)
    group.command(name="serve", help="Serve the reference on stdin and stdout under port protocol 1.")(serve)
    group.command(name="smoke", help="Talk to a port once and explain it, message by message.")(smoke)
    app.add_typer(group, name="port")


def serve(
    defect: Annotated[
        str | None, typer.Option("--defect", metavar="ID", help="Serve it with an injected defect.")
    ] = None,
) -> int:
    """Answer until `bye` or the end of the input."""
    import sys

    from mmgate.asking import makers_of
    from mmgate.inputs import InputRefused
    from mmgate.ports.direct import direct
    from mmgate.ports.server import serve as answer
    from mmgate.ports.spoiled import answers_of

    makers = makers_of(defect, None, "--defect")
    if len(makers) > 1:
        raise InputRefused(f"--defect {defect}: names {len(makers)} defects; a port has one, so name one")
    answer(sys.stdin.buffer, sys.stdout.buffer, lambda: direct(makers[0]), answers_of(makers[0]))
    return 0


def smoke(
    command: Annotated[str, typer.Argument(metavar='"CMD"', help="The port's command line.")],
    timeout_s: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=0.1, help="The time limit of a reply.")
    ] = 5.0,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> int:
    """Exit code 1 when the port breaks the protocol."""
    import json

    from mmgate.exits import ExitCode
    from mmgate.ports.smoke import smoke as talk

    lines: list[str] = []
    sound = talk(command, timeout_s, lines.append if as_json or quiet else typer.echo)
    if as_json:
        typer.echo(json.dumps({"command": command, "sound": sound, "told": lines}, indent=2))
    elif quiet and not sound:
        typer.echo("\n".join(lines))
    return int(ExitCode.DONE if sound else ExitCode.WRONG)
