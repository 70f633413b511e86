"""Options that several commands share, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mmgate import completing

Config = Annotated[
    Path | None, typer.Option("--config", metavar="F", help="The gate file: [maker], [gate], [[waiver]].")
]
Ticks = Annotated[
    list[Path] | None, typer.Option("--ticks", metavar="F", help="Recorded best bids and offers; may be repeated.")
]
OneTicks = Annotated[Path | None, typer.Option("--ticks", metavar="F", help="Recorded best bids and offers.")]
Trades = Annotated[Path | None, typer.Option("--trades", metavar="F", help="Recorded trades of the same time.")]
Symbol = Annotated[str | None, typer.Option("--symbol", metavar="S", help="The symbol to read, of several.")]
Start = Annotated[
    str | None,
    typer.Option(
        "--start",
        metavar="T",
        help="When the first tick is played: a UTC time, or `recorded`. By default the last "
        "quarter, at most 10 minutes, lies after Sunday 21:00 UTC.",
    ),
]
Seed = Annotated[int | None, typer.Option("--seed", metavar="N", help="The seed of all randomness.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="The folder of this run's evidence.")]
Assume = Annotated[
    list[str] | None, typer.Option("--assume", metavar="K=V", help="Change a parameter of the venue; may be repeated.")
]
Defects = Annotated[
    str | None,
    typer.Option(
        "--defects",
        metavar="ID|TAG",
        help="Judge the reference with injected defects.",
        autocompletion=completing.defects,
    ),
]
Port = Annotated[str | None, typer.Option("--port", metavar="CMD", help="Judge the maker that this command starts.")]
Profile = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="NAME",
        help="How much is tried: quick, standard or deep.",
        autocompletion=completing.profiles,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout, and nothing else there.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print the result only, without what explains it.")]
Spec = Annotated[
    list[str] | None,
    typer.Option(
        "--spec", metavar="ID", help="Judge these only, such as ORD-1 or 'CTR-*'.", autocompletion=completing.specs
    ),
]
Engine = Annotated[
    list[str] | None,
    typer.Option(
        "--engine",
        metavar="NAME",
        help="Use these only: symbolic, property, exhaustive, simulation.",
        autocompletion=completing.engines,
    ),
]
