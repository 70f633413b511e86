"""Time a simulated weekend on one core: with every monitor and the trace to disk, then with less, then longer.

Each measurement is a process of its own, so that its peak memory is its own. Nothing here is asserted: a benchmark
that fails on a busy machine measures the machine.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from mmgate.memory import collect_seldom
from mmgate.profiles import suite_file
from model import actions, events
from model.journal import Observer, Record, Turn
from model.maker import Reference
from sim import plan
from sim.journal_file import JournalFile
from sim.run import run
from sim.scenario import Flow, Listed, Prices, Scenario, Taker
from sim.world import World
from specs.panel import Panel

FRIDAY = datetime(2026, 2, 6, 21, 0, tzinfo=UTC)
"""The quoting window opens here and closes 48 h later."""
SEED = 7
HOURS = (1, 6)
LONG_HOURS = (24, 48)
HOUR_MS = 3_600_000
BUDGET = 10**12
KINDS = ("full", "no monitors", "no trace", "neither")
PLACES = (actions.Place, actions.Cancel)
ANSWERS = (
    events.Resting,
    events.Fill,
    events.Done,
    events.Canceled,
    events.Rejected,
    events.CancelRejected,
)
HOTTEST = 25
OTHERS = tuple(Path(__file__).with_name(name) for name in ("transitions.py", "ports.py", "audit.py"))


def weekend(hours: Decimal, suite: str = "all-on") -> World:
    """Return the world: one market, 5 levels × 2 sides, an oracle a second, takers, a budget that never binds.

    `suite`: whose config of the suite; every phase on, by default.
    """
    scenario = Scenario(
        why="the benchmark",
        name="bench",
        start=FRIDAY,
        duration_s=hours * 3600,
        market=(Listed("xyz:GOLD", Decimal("4966.1"), 4),),
        prices=Prices(tick_ms=(1000, 1000)),
        flow=Flow(sweeps_per_min=Decimal(2)),
        taker=Taker(orders_per_min=Decimal(1)),
        request_budget=BUDGET,
    )
    config = replace(suite_file(suite).config, markets=("xyz:GOLD",), num_levels=5, requote_interval_ms=2000)
    return plan.world(scenario, config, SEED)


class Tally:
    """An observer that counts what went to and fro, and looks at the memory held each simulated hour."""

    def __init__(self) -> None:
        self.sent: Counter[type] = Counter()
        self.told: Counter[type] = Counter()
        self.records = 0
        self.next_ms = 0
        self.held: list[float] = []

    def observe(self, record: Record) -> None:
        """Count one record."""
        self.records += 1
        if record.now_ms >= self.next_ms:
            self.next_ms = record.now_ms + HOUR_MS
            self.held.append(held_mib())
        if type(record) is Turn:
            self.told[type(record.event)] += 1
            for action in record.reply.actions:
                self.sent[type(action)] += 1


def measure(kind: str, hours: Decimal) -> dict[str, Any]:
    """Run once, here; times in seconds, memory in MiB."""
    tally, panel = Tally(), Panel()
    watching: list[Observer] = [tally]
    if kind in ("full", "no trace"):
        watching.append(panel)
    before = peak_mib()
    with tempfile.TemporaryDirectory() as folder:
        trace = JournalFile(Path(folder) / "trace.jsonl.gz", {"bench": True})
        began, worked = time.perf_counter(), time.process_time()
        if kind in ("full", "no monitors"):
            with trace:
                ended = run(weekend(hours), Reference(), [*watching, trace])
        else:
            ended = run(weekend(hours), Reference(), watching)
        panel.outcomes()
        wall, cpu = time.perf_counter() - began, time.process_time() - worked
        packed = sum(path.stat().st_size for path in Path(folder).iterdir())
    if ended.failed is not None:
        sys.exit(f"the maker failed: {ended.failed.text}")
    return {
        "hours": float(hours),
        "wall_s": wall,
        "cpu_s": cpu,
        "requests": float(sum(tally.sent[kind] for kind in PLACES)),
        "answers": float(sum(tally.told[kind] for kind in ANSWERS)),
        "events": float(ended.turns),
        "fills": float(tally.told[events.Fill]),
        "records": float(tally.records),
        "clock_events": float(ended.clock_events),
        "held_mib": tally.held,
        "monitors": float(len(panel.monitors)),
        "trace_mib": packed / (1 << 20),
        "before_mib": before,
        "peak_mib": peak_mib(),
    }


def held_mib() -> float:
    """Return the memory that this process holds now, where the system tells (Linux), else the most so far."""
    told = Path("/proc/self/statm")
    if not told.exists():
        return peak_mib()
    return int(told.read_text(encoding="ascii").split()[1]) * resource.getpagesize() / (1 << 20)


def peak_mib() -> float:
    """Return the most memory that this process has held."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1 << 20) if platform.system() == "Darwin" else used / 1024


def apart(kind: str, hours: Decimal) -> dict[str, Any]:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, "--one", kind, "--hours", str(hours)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def line(kind: str, one: dict[str, Any]) -> str:
    """Write one measurement: rates by processor time, which a busy machine disturbs less than the clock."""
    messages, cpu_s = one["requests"] + one["answers"], one["cpu_s"]
    return (
        f"{one['hours']:6g} h  {kind:<12} {cpu_s:8.1f} s  {messages / cpu_s:8.0f} order messages/s"
        f"  {one['events'] / cpu_s:8.0f} events/s  {one['records'] / cpu_s:8.0f} records/s"
        f"  {one['clock_events'] / cpu_s:8.0f} SimPy events/s"
        f"  peak {one['peak_mib']:5.0f} MiB  trace {one['trace_mib']:6.1f} MiB"
    )


def memory(one: dict[str, Any]) -> str:
    """Write how the memory held went on, at some of the simulated hours."""
    held = one["held_mib"]
    shown = sorted({hour for hour in (0, 1, 2, 3, 6, 12, 24, 36, 48) if hour < len(held)})
    return "          memory held: " + ", ".join(f"{held[hour]:.0f} MiB after {hour} h" for hour in shown)


def hottest(hours: Decimal) -> str:
    """Profile the full run and return the functions in which most time goes."""
    profile = cProfile.Profile()
    profile.enable()
    measure("full", hours)
    profile.disable()
    entries = profile.getstats()
    total = sum(entry.inlinetime for entry in entries)
    home = Path(__file__).resolve().parent.parent
    parts: defaultdict[str, float] = defaultdict(float)
    names: defaultdict[str, float] = defaultdict(float)
    for entry in entries:
        part, name = "Python and libraries", str(entry.code)
        if not isinstance(entry.code, str):
            file = Path(entry.code.co_filename)
            name = f"{file.name}:{entry.code.co_firstlineno} {entry.code.co_name}"
            if file.is_relative_to(home) and ".venv" not in file.parts:
                part = file.relative_to(home).parts[0]
        parts[part] += entry.inlinetime
        names[name] += entry.inlinetime
    shares = [f"  {share / total:5.1%}  {part}" for part, share in sorted(parts.items(), key=by_share)]
    rest = [f"  {share / total:5.1%}  {name}" for name, share in sorted(names.items(), key=by_share)[:HOTTEST]]
    return "\n".join(["by package (own time, profiled):", *shares, "by function:", *rest])


def by_share(item: tuple[str, float]) -> float:
    """Put the largest first."""
    return -item[1]


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=Decimal, action="append", help="simulated hours; again for more of them")
    parser.add_argument("--long", action="store_true", help="also 24 and 48 h, which takes a while")
    parser.add_argument("--profile", action="store_true", help="show where the time goes instead")
    parser.add_argument("--one", choices=KINDS, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Print the cost of each part and the cost curve; then what the other benchmarks tell."""
    asked = options()
    collect_seldom()
    hours = asked.hours or [Decimal(h) for h in (*HOURS, *(LONG_HOURS if asked.long else ()))]
    if asked.one:
        print(json.dumps(measure(asked.one, hours[0])))
        return
    if asked.profile:
        print(hottest(hours[0]))
        return
    first = apart("full", hours[0])
    print(f"Python {platform.python_version()}, {platform.machine()}, {first['monitors']:.0f} monitors; one core")
    print(
        f"a simulated hour: {first['requests'] / first['hours']:.0f} places and cancels sent, "
        f"{first['answers'] / first['hours']:.0f} answers and fills told, {first['fills'] / first['hours']:.0f} fills, "
        f"{first['clock_events'] / first['hours']:.0f} SimPy events"
    )
    print(line("full", first))
    for kind in KINDS[1:]:
        print(line(kind, apart(kind, hours[0])), flush=True)
    for more in hours[1:]:
        one = apart("full", more)
        print(line("full", one), memory(one), sep="\n", flush=True)
    for other in OTHERS:
        subprocess.run([sys.executable, str(other)], check=True)


if __name__ == "__main__":
    main()
