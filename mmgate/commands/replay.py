"""`mmgate replay`: run a saved counterexample again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mmgate.commands import options


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command(
        name="replay",
        help="Run a saved counterexample again: exit 1 it still fails, 0 it is fixed, 4 it does not reproduce; or the "
        "trace of a simulation: exit 0 the same to the byte, 4 it is not. "
        "One of a port runs with --port only: a file starts no program by itself.",
    )(replay)


def replay(
    trace: Annotated[
        Path, typer.Argument(metavar="TRACE", help="A counterexample that verify saved, or the trace of a simulation.")
    ],
    port: options.Port = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> int:
    """Read the file, run it, show it."""
    from mmgate.asking import greet
    from mmgate.corpus import FIXED, STILL_FAILS, load
    from mmgate.corpus import replay as again
    from mmgate.exits import ExitCode
    from mmgate.inputs import InputRefused, shown, shown_path
    from mmgate.progress import ProgressLine
    from mmgate.reporting.replaying import tell_replay, tell_retraced
    from mmgate.request import MakerRef
    from mmgate.retracing import SAME, is_trace, retrace

    if is_trace(trace):
        if port is not None:
            raise InputRefused(f"--port: {shown_path(trace)} is a simulation of the reference, not a counterexample")
        traced = retrace(trace, quiet=quiet)
        tell_retraced(trace, traced, as_json, quiet)
        return int(ExitCode.DONE if traced.word == SAME else ExitCode.HARNESS)
    override = MakerRef("port", port) if port is not None else None
    maker = load(trace).maker
    if override is not None:
        greet(override)
    elif maker.kind == "port":  # whoever wrote the file chose that command
        told = f"replaying it would run the command {shown(maker.name)}, which stands in the file"
        raise InputRefused(f'witness {shown_path(trace)}: {told}; if you trust it, give it yourself: --port "CMD"')
    with ProgressLine(shown=not quiet) as line:
        line.say("running it again …", at_once=True)
        found = again(trace, override)
    tell_replay(trace, found, as_json, quiet)
    return int({STILL_FAILS: ExitCode.WRONG, FIXED: ExitCode.DONE}.get(found.word, ExitCode.HARNESS))
