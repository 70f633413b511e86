"""Start the command: make sure that nothing shadows the gate's packages, then hand over to the CLI."""

from __future__ import annotations

import sys
from importlib import import_module
from io import TextIOWrapper

from mmgate.memory import collect_seldom
from mmgate.shadow import shadowed

USAGE_OR_INPUT = 2


def stripped() -> str | None:
    """Say in one line that Python drops assertions, and with -OO the lemmas' docstrings; else None."""
    if not sys.flags.optimize:
        return None
    return "Python was told to drop assertions, which the gate relies on: unset PYTHONOPTIMIZE, start it without -O"


def _write_anywhere() -> None:
    """Let a terminal that can't show a sign show another one, instead of losing the verdict."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def main() -> None:
    """Run `mmgate`; if a package is shadowed say so in one line and exit 2, importing nothing of it."""
    finding = stripped() or shadowed()
    if finding is not None:
        sys.stderr.write(f"mmgate: {finding}\n")
        raise SystemExit(USAGE_OR_INPUT)
    _write_anywhere()
    collect_seldom()
    command = import_module("mmgate.cli").main  # not earlier: it imports the packages just checked
    raise SystemExit(command())


if __name__ == "__main__":
    main()
