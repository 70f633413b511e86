"""`mmgate simulate`: run the reference in one scenario and tell how it went."""

from __future__ import annotations

from typing import Annotated

import typer

from mmgate import completing
from mmgate.commands import options


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command(
        name="simulate", help="Run the reference in a scenario: orders, fills, money, the shutdown, the trace."
    )(simulate)


def simulate(
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO|FILE.toml",
            help="An embedded scenario, such as weekend, or a file.",
            autocompletion=completing.scenarios,
        ),
    ],
    config: options.Config = None,
    ticks: options.OneTicks = None,
    trades: options.Trades = None,
    start: options.Start = None,
    symbol: options.Symbol = None,
    seed: options.Seed = None,
    assume: options.Assume = None,
    html: Annotated[bool, typer.Option("--html", help="Also write the summary as a page.")] = False,
    records: Annotated[
        str | None,
        typer.Option("--records", metavar="FORMAT", help="Also write the run as a venue's records: hyperliquid."),
    ] = None,
    out: options.Out = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> int:
    """Read the options, then run."""
    from mmgate.simulating import Wanted, simulate_wanted

    wanted = Wanted(
        scenario, config, ticks, trades, start, symbol, seed, tuple(assume or ()), html, out, as_json, quiet, records
    )
    return simulate_wanted(wanted)
