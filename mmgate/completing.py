"""Completion in a shell: what a word on the command line may be, and the protocol between shell and command.

The shell asks by an environment variable; nothing is installed, and what is only asked for loads no engine.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_MMGATE_COMPLETE"
"""Set by the shell's script when it asks, to `complete_bash` and the like."""


def prepare(environment: Mapping[str, str] = os.environ) -> None:
    """Get ready to answer, if a shell asks; its protocols are not loaded otherwise."""
    if VARIABLE in environment:
        import_module("typer.completion").completion_init()


def script(shell: str) -> str:
    """Return the script for a shell. Raises InputRefused for one that is not known."""
    from mmgate.selection import choose_one

    name = choose_one("completion", shell, SHELLS, "shell that is known")
    made = import_module("typer.completion").get_completion_script(
        prog_name="mmgate", complete_var=VARIABLE, shell=name
    )
    return str(made)


def specs(incomplete: str) -> list[tuple[str, str]]:
    """Return ids and titles of specs that begin so."""
    from specs.statements import SPECS

    return [(one.id, one.title) for one in SPECS if one.id.startswith(incomplete.upper())]


def scenarios(incomplete: str) -> list[str]:
    """Return the embedded scenarios that begin so."""
    from sim.scenario import embedded

    return [name for name in embedded() if name.startswith(incomplete)]


def profiles(incomplete: str) -> list[str]:
    """Return the profiles that begin so."""
    from mmgate.profiles import PROFILES

    return [name for name in PROFILES if name.startswith(incomplete)]


def modes(incomplete: str) -> list[str]:
    """Return the modes of comparison that begin so."""
    from mmgate.ports.pairing import Mode

    return [mode.value for mode in Mode if mode.value.startswith(incomplete)]


def engines(incomplete: str) -> list[str]:
    """Return the engines that begin so."""
    from mmgate.verification import ENGINES

    return [name for name in ENGINES if name.startswith(incomplete)]


def defects(incomplete: str) -> list[tuple[str, str]]:
    """Return ids and titles of defects that begin so, and their tags."""
    from specs.defects import ALL

    tags = sorted({tag for defect in ALL for tag in defect.tags})
    found = [*((tag, "all defects of this tag") for tag in tags), *((one.id, one.title) for one in ALL)]
    return [(name, title) for name, title in found if name.startswith(incomplete)]
