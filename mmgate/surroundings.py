"""What of the gate's surroundings is here: Python, engines and what they stand on, optional programs."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from mmgate.exits import ExitCode
from mmgate.identity import code_revision
from mmgate.reporting.console import console_for
from mmgate.reporting.json_report import as_text
from mmgate.verification import ENGINES

NEEDED = ("pydantic", "typer", "rich", "jinja2", "simpy", "hypothesis")
ENGINE_NEEDS = {
    "symbolic": ("crosshair-tool", "z3-solver"),
    "property": ("hypothesis",),
    "exhaustive": ("simpy",),
    "simulation": ("simpy",),
}
PROGRAMS = {
    "chromium": "a browser, for the tests that look at pages",
    "spin": "the twin of the explorer",
    "cargo": "the production code's toolchain, for a port in Rust",
}


@dataclass(frozen=True, slots=True)
class Found:
    """One thing looked for: whether it is here, and what is known of it."""

    name: str
    here: bool
    text: str
    needed: bool = True


def look() -> tuple[Found, ...]:
    """Look for everything."""
    python = Found("python", sys.version_info >= (3, 11), platform.python_version())
    packages = [_package(name) for name in NEEDED]
    engines = [_engine(name) for name in ENGINES]
    programs = [
        Found(name, shutil.which(name) is not None, shutil.which(name) or f"not here; {what}", needed=False)
        for name, what in PROGRAMS.items()
    ]
    cores = Found("cores", True, str(os.cpu_count() or 1), needed=False)
    return (python, *packages, *engines, *programs, cores)


def tell_surroundings(as_json: bool = False, quiet: bool = False) -> int:
    """Print what is here, with `quiet` what is needed and missing; exit 1 if something is."""
    console = console_for(sys.stdout)
    found = look()
    if as_json:
        data = [{"name": one.name, "here": one.here, "needed": one.needed, "text": one.text} for one in found]
        sys.stdout.write(as_text({"code": code_revision(), "found": data}))
    else:
        if not quiet:
            console.print(f"mmgate {code_revision()}", soft_wrap=True)
        for one in found:
            mark = "✓" if one.here else "✗" if one.needed else "–"
            if not quiet or (one.needed and not one.here):
                console.print(f"{mark} {one.name:<12} {one.text}", soft_wrap=True)
    return int(ExitCode.DONE if all(one.here for one in found if one.needed) else ExitCode.WRONG)


def _package(name: str) -> Found:
    found = _version(name)
    return Found(name, found is not None, found or "not installed")


def _engine(name: str) -> Found:
    """Look for an engine's module and what it stands on."""
    if find_spec(f"mmgate.engines.{name}") is None:
        return Found(name, False, "engine: not part of this installation")
    parts = {need: _version(need) for need in ENGINE_NEEDS.get(name, ())}
    missing = [need for need, found in parts.items() if found is None]
    if missing:
        return Found(name, False, f"engine: needs {', '.join(missing)}; install mmgate[symbolic]")
    return Found(name, True, "engine: " + ", ".join(f"{need} {found}" for need, found in parts.items()))


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
