"""Start the command: make sure that nothing shadows the gate's packages, then hand over to the CLI."""

from __future__ import annotations

import sys
from importlib import import_module

from mmgate.shadow import shadowed

USAGE_OR_INPUT = 2


def main() -> None:
    """Run `mmgate`; if a package is shadowed say so in one line and exit 2, importing nothing of it."""
    finding = shadowed()
    if finding is not None:
        sys.stderr.write(f"mmgate: {finding}\n")
        raise SystemExit(USAGE_OR_INPUT)
    command = import_module("mmgate.cli").main  # not earlier: it imports the packages just checked
    raise SystemExit(command())


if __name__ == "__main__":
    main()
