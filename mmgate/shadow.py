"""Find out whether another `model`, `sim` or `specs` would be imported in place of the gate's own.

The three are names that users have too: a folder `model/` on the import path is enough. Then the gate would
judge code that is not its own, or fail far from the cause. This module imports none of them; ask it first.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

NEIGHBOURS = ("model", "sim", "specs")


def shadowed() -> str | None:
    """Say in one line which path shadows a neighbour of `mmgate`, or that one is missing; else None."""
    home = Path(__file__).resolve().parent.parent
    for name in NEIGHBOURS:
        found = _place(_spec(name))
        if found is None:
            return f"package `{name}` is missing beside mmgate in {home}: install mmgate again"
        if found != home / name:
            return (
                f"package `{name}` would come from {found}, not from {home / name}: "
                "take that path off PYTHONPATH, or start the command `mmgate` from another folder"
            )
    return None


def _spec(name: str) -> ModuleSpec | None:
    try:
        return find_spec(name)
    except ValueError:  # in sys.modules, but without a spec: someone put it there by hand
        origin = getattr(sys.modules[name], "__file__", None)
        return ModuleSpec(name, None, origin=origin or "an object in sys.modules")


def _place(spec: ModuleSpec | None) -> Path | None:
    """Return the folder of a package, or the file of a plain module, as it would be imported."""
    if spec is None:
        return None
    if spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations))).resolve()
    return Path(spec.origin or "a built-in module")
