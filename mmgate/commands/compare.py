"""`mmgate compare`: two versions of a maker side by side."""

from __future__ import annotations

from typing import Annotated

import typer

from mmgate.commands import options


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command(
        name="compare",
        help="Judge two versions of a maker and say what changed: exit 1 a spec got worse, 3 answers differ.",
    )(compare)


def compare(
    old: Annotated[str, typer.Option("--old", metavar="CMD", help="The command line of the version in use.")],
    new: Annotated[str, typer.Option("--new", metavar="CMD", help="The command line of the version to come.")],
    config: options.Config = None,
    profile: options.Profile = None,
    engine: options.Engine = None,
    mode: Annotated[
        str, typer.Option("--compare", metavar="MODE", help="What must agree: actions, actions+log or numbers.")
    ] = "actions+log",
    seed: options.Seed = None,
    out: options.Out = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> int:
    """Read the options, then compare."""
    import shlex
    from dataclasses import replace

    from mmgate.asking import Asked, plan_of
    from mmgate.comparing import Declared
    from mmgate.comparing import compare as beside
    from mmgate.evidence import Evidence
    from mmgate.inputs import InputRefused
    from mmgate.ports.pairing import Mode
    from mmgate.progress import ProgressLine
    from mmgate.reporting.comparing import MARK, compared_data, save_case, tell_compared
    from mmgate.selection import choose_one

    asked = Asked(config=config, profile=profile, engines=tuple(engine or ()), seed=seed, out=out)
    plans = [plan_of(replace(asked, port=port)) for port in (old, new)]
    for which, port, plan in zip(("--old", "--new"), (old, new), plans, strict=True):
        if plan.features is None:
            raise InputRefused(f"{which}: the port could not be greeted; try: mmgate port smoke {shlex.quote(port)}")
    before, after = (plan.features or frozenset() for plan in plans)
    declared = Declared(before, after, embedded=config is None)
    must_agree = Mode(choose_one("--compare", mode, [one.value for one in Mode], "mode of comparison"))
    request = plans[1].requests[0]
    with Evidence(request.out, MARK) as evidence, ProgressLine(shown=not as_json) as line:
        found = beside(replace(request, out=evidence.folder), old, declared, must_agree, line.say)
        steps = save_case(found, evidence.folder)
        evidence.write(MARK, compared_data(found))
        folder = evidence.publish()
    return tell_compared(found, folder, steps, as_json, quiet)
