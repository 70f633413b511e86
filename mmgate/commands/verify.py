"""`mmgate verify`: judge a maker by all specs, with all engines, and give a verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mmgate import completing
from mmgate.commands import options

Compare = Annotated[
    str | None,
    typer.Option(
        "--compare",
        metavar="MODE",
        help="What must agree beside the reference: actions, actions+log or numbers.",
        autocompletion=completing.modes,
    ),
]


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command(
        name="verify", help="Judge a maker by the specs and give a verdict: exit 0 PASS, 1 FAIL, 3 CONDITIONAL."
    )(verify)


def verify(
    config: options.Config = None,
    ticks: options.Ticks = None,
    symbol: options.Symbol = None,
    defects: options.Defects = None,
    port: options.Port = None,
    profile: options.Profile = None,
    spec: options.Spec = None,
    engine: options.Engine = None,
    trades: options.Trades = None,
    start: options.Start = None,
    assume: options.Assume = None,
    seed: options.Seed = None,
    out: options.Out = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON, and nothing else.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print violations and the verdict only.")] = False,
    summary: Annotated[
        Path | None, typer.Option("--summary", metavar="F", help="Write the report in Markdown to this file.")
    ] = None,
    compare: Compare = None,
    allow_conditional: Annotated[
        bool, typer.Option("--allow-conditional", help="Exit 0 where the verdict is CONDITIONAL.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with an interrupted run: ask only the engines that did not finish.")
    ] = False,
) -> int:
    """Read the options, then judge."""
    from mmgate.asking import Asked
    from mmgate.gate import judge_asked

    return judge_asked(
        Asked(
            config=config,
            ticks=tuple(ticks or ()),
            symbol=symbol,
            defects=defects,
            port=port,
            profile=profile,
            specs=tuple(spec or ()),
            engines=tuple(engine or ()),
            trades=trades,
            start=start,
            assume=tuple(assume or ()),
            seed=seed,
            out=out,
            as_json=as_json,
            quiet=quiet,
            summary=summary,
            compare=compare,
            allow_conditional=allow_conditional,
            resume=resume,
        )
    )
