"""`mmgate config`: check a gate file, show what it means."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mmgate.commands import options


def register(app: typer.Typer) -> None:
    """Put the commands on the application."""
    group = typer.Typer(help="Check a gate file, or show the config it means.", no_args_is_help=True)
    group.command(name="check", help="Say everything that is wrong with a gate file: exit 0 nothing, 2 something.")(
        check
    )
    group.command(name="show", help="Show the config that a file means, or the defaults, as TOML.")(show)
    app.add_typer(group, name="config")


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A gate file.")],
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> int:
    """Read a file; what is wrong with it ends the command."""
    import json

    from mmgate.asking import checked_waivers
    from mmgate.gatefile import load
    from mmgate.identity import config_data, digest_of
    from mmgate.inputs import shown_path

    content = load(file)
    checked_waivers(content)
    digest = digest_of([config_data(content.maker)])
    if as_json:
        data = {"file": shown_path(file), "valid": True, "config": digest, "waivers": [w.id for w in content.waivers]}
        typer.echo(json.dumps({**data, "enabled": content.maker.enabled}, indent=2))
        return 0
    if quiet:
        return 0
    waivers = f", {len(content.waivers)} waivers" if content.waivers else ""
    typer.echo(f"{shown_path(file)}: a valid gate file{waivers}, config {digest}")
    if not content.maker.enabled:
        typer.echo("note: enabled = false, so nothing is placed but a reduce-only close")
    return 0


def show(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="A gate file; without one, the defaults.")] = None,
    as_json: options.AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only what is not the default.")] = False,
) -> int:
    """Write the whole config, defaults filled in."""
    import json

    from mmgate.gatefile import load
    from mmgate.identity import config_data
    from mmgate.loading import as_toml
    from model.config import MakerConfig

    maker = load(file).maker if file is not None else MakerConfig()
    usual = set(as_toml(MakerConfig()).splitlines()[1:]) if quiet else set()
    if as_json:
        typer.echo(json.dumps(config_data(maker), indent=2))
    else:
        typer.echo("\n".join(line for line in as_toml(maker).splitlines() if line not in usual))
    return 0
