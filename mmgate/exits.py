"""The exit codes of every command."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's exit code says; scripts rely on it."""

    DONE = 0
    """Done, nothing wrong; `replay`: the counterexample is fixed."""
    WRONG = 1
    """Something was judged wrong: a violation, a surviving defect, a replay that still fails."""
    USAGE = 2
    """The command line or an input can't be used."""
    CONDITIONAL = 3
    """Conditional or inconclusive."""
    HARNESS = 4
    """The harness itself failed, or there is no verdict; `replay`: does not reproduce."""
