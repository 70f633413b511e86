"""Time makers in processes of their own: lock step under every monitor, with the reference beside, events in batches.

A *message* is a line on the pipe, to the port or from it: an event and its answer are two. Each measurement is a
process of its own, the port its child. Nothing is asserted here: a busy machine is no finding.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

from weekend import weekend

from mmgate.memory import collect_seldom
from mmgate.ports.lockstep import Lockstep
from mmgate.ports.process import PortMaker
from model.arithmetic import CONTEXT
from model.events import Event, Start
from model.journal import Maker, Observer, Record, Turn
from model.maker import Reference
from sim.run import run
from specs.panel import Panel

ROOT = Path(__file__).resolve().parents[1]
HOURS = Decimal("0.25")
BATCH = 256
"""Events in one line: far below the longest line that the protocol allows."""
TIMEOUT_S = 30.0
WATCHED, ALONE, BESIDE, BATCHED = "lock step, all monitors", "lock step alone", "beside the reference", "in batches"
KINDS = (WATCHED, ALONE, BESIDE, BATCHED)
CONFIGS = {"in process": "all-on", "python": "all-on", "rust": "fixed"}
"""The config of the suite that each maker runs under; the example in Rust has the fixed ladder alone."""


class Told:
    """An observer that keeps what a maker was told: its start, then its events."""

    def __init__(self) -> None:
        self.start: Start | None = None
        self.events: list[Event] = []

    def observe(self, record: Record) -> None:
        """Keep a turn's event."""
        if not isinstance(record, Turn):
            return
        if isinstance(record.event, Start):
            self.start = record.event
        else:
            self.events.append(record.event)


class Parts:
    """Processor time of this process and of the children it has ended, and the clock, since `begin`."""

    def __init__(self) -> None:
        self._wall = time.perf_counter()
        self._own, self._child = self._used()

    def _used(self) -> tuple[float, float]:
        own, child = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return own.ru_utime + own.ru_stime, child.ru_utime + child.ru_stime

    def told(self) -> dict[str, float]:
        """Return what was used: wall, own and child's processor time in seconds."""
        own, child = self._used()
        wall_s = time.perf_counter() - self._wall
        return {"wall_s": wall_s, "own_s": own - self._own, "child_s": child - self._child}


def played(name: str, hours: Decimal, maker: Maker, observers: list[Observer]) -> int:
    """Play the weekend with a maker, and return how often it was asked."""
    ended = run(weekend(hours, CONFIGS[name]), maker, observers)
    if ended.failed is not None:
        sys.exit(f"{name}: the maker failed: {ended.failed.text}")
    return ended.turns


def watched(name: str, command: str, hours: Decimal) -> dict[str, float]:
    """Play the weekend under every monitor."""
    panel, parts = Panel(), Parts()
    with PortMaker(command, TIMEOUT_S) as port:
        turns = played(name, hours, port, [panel])
        panel.outcomes()
    return {"events": turns, "messages": 2 * turns, **parts.told()}


def alone(name: str, command: str, hours: Decimal) -> dict[str, float]:
    """Play the weekend with nobody watching."""
    parts = Parts()
    with PortMaker(command, TIMEOUT_S) as port:
        turns = played(name, hours, port, [])
    return {"events": turns, "messages": 2 * turns, **parts.told()}


def beside(name: str, command: str, hours: Decimal) -> dict[str, float]:
    """Play the weekend with the reference told the same: up to the first answer that differs."""
    parts = Parts()
    with PortMaker(command, TIMEOUT_S) as port:
        pair = Lockstep(port)
        try:
            played(name, hours, pair, [])
        except Exception:  # they have parted, at the latest at the next event
            if pair.parting is None:
                raise
    return {"events": pair.steps, "messages": 2 * pair.steps, **parts.told()}


def batched(name: str, command: str, hours: Decimal) -> dict[str, float]:
    """Tell a new process, in batches, what another one was told in a weekend."""
    told = Told()
    with PortMaker(command, TIMEOUT_S) as port:
        played(name, hours, port, [told])
    assert told.start is not None
    parts = Parts()
    with localcontext(CONTEXT), PortMaker(command, TIMEOUT_S) as port:
        port.start(told.start)
        for at in range(0, len(told.events), BATCH):
            port.handle_all(told.events[at : at + BATCH])
    lines = -(-len(told.events) // BATCH)
    return {"events": len(told.events), "messages": 2 * lines, **parts.told()}


def in_process(hours: Decimal) -> dict[str, float]:
    """Play the weekend with the reference in this process, under every monitor: what no port can be faster than."""
    panel, parts = Panel(), Parts()
    turns = played("in process", hours, Reference(), [panel])
    panel.outcomes()
    return {"events": turns, "messages": 2 * turns, **parts.told()}


MEASURES: dict[str, Callable[[str, str, Decimal], dict[str, float]]] = {
    WATCHED: watched,
    ALONE: alone,
    BESIDE: beside,
    BATCHED: batched,
}


def apart(*words: str) -> dict[str, Any]:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def line(name: str, kind: str, one: dict[str, float]) -> str:
    """Write one measurement: rates by the clock and by the processor time of both processes."""
    cpu_s = one["own_s"] + one["child_s"]
    rates = "  ".join(
        f"{one[what] / one['wall_s']:8.0f} {what}/s ({one[what] / cpu_s:6.0f} by processor time)"
        for what in ("messages", "events")
    )
    shares = f"{one['wall_s']:6.2f} s: here {one['own_s']:5.2f} s, port {one['child_s']:5.2f} s"
    return f"{name:<11} {kind:<24} {one['events']:7.0f} events  {shares}  {rates}"


def commands(built: Path) -> dict[str, str]:
    """Return what starts each example; the one in Rust is built below `built` where cargo is there."""
    found = {"python": f"{sys.executable} {ROOT / 'examples' / 'python_port' / 'maker.py'}"}
    if shutil.which("cargo") is None:
        print("no cargo here, so the example in Rust is not measured")
        return found
    manifest = ROOT / "examples" / "rust_port" / "Cargo.toml"
    build = ["cargo", "build", "--quiet", "--release", "--offline", "--manifest-path", str(manifest)]
    subprocess.run([*build, "--target-dir", str(built)], check=True)
    return {**found, "rust": str(built / "release" / "rust_port")}


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=Decimal, default=HOURS, help="simulated hours of each line")
    parser.add_argument("--one", nargs=3, metavar=("NAME", "KIND", "CMD"), help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Print a line for each example and each way to drive it."""
    asked = options()
    collect_seldom()
    if asked.one:
        name, kind, command = asked.one
        here = name == "in process"
        print(json.dumps(in_process(asked.hours) if here else MEASURES[kind](name, command, asked.hours)))
        return
    print(
        f"Python {platform.python_version()}, {platform.machine()}; {asked.hours} h a line; batches of {BATCH} events"
    )
    hours = ("--hours", str(asked.hours))
    print(line("in process", "all monitors", apart(*hours, "--one", "in process", WATCHED, "-")), flush=True)
    with tempfile.TemporaryDirectory() as built:
        for name, command in commands(Path(built)).items():
            for kind in KINDS:
                print(line(name, kind, apart(*hours, "--one", name, kind, command)), flush=True)


if __name__ == "__main__":
    main()
