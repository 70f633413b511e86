"""Time the audit of a log by every monitor: the venue's records and our own trace, short and ten times as long.

The logs are those of a simulated weekend with nothing recorded but them. Each measurement is a process of its own, so
that its peak memory is its own. Nothing here is asserted.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from weekend import peak_mib, weekend

from mmgate.audit.lines import Lines
from mmgate.audit.mapping import load_map
from mmgate.audit.recording import RecordsFile
from mmgate.audit.records import RecordsLog
from mmgate.audit.traces import TraceLog
from mmgate.auditing import judged
from mmgate.memory import collect_hardly, collect_seldom
from model.maker import Reference
from sim.journal_file import JournalFile
from sim.run import run

HOURS = (Decimal("0.2"), Decimal(2))
RECORDS, TRACE = "records.jsonl", "trace.jsonl"


def write(folder: Path, hours: Decimal) -> None:
    """Simulate a weekend, and write it in both formats."""
    with RecordsFile(folder / RECORDS) as records, JournalFile(folder / TRACE, {"bench": True}) as trace:
        run(weekend(hours), Reference(), [records, trace])


def measure(path: Path) -> dict[str, Any]:
    """Audit one log, here, as the command does."""
    collect_hardly()
    count = sum(1 for _ in Lines([path]))
    before, began = peak_mib(), time.process_time()
    log = TraceLog([path]) if path.name == TRACE else RecordsLog([path], load_map(None), None)
    auditor = judged(log, log.lines)
    auditor.words()
    return {"lines": count, "cpu_s": time.process_time() - began, "before_mib": before, "peak_mib": peak_mib()}


def apart(path: Path) -> dict[str, Any]:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, "--one", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Print a line for each format and length."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=Decimal, action="append", help="simulated hours of a log; again for more")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    collect_seldom()
    if asked.one:
        print(json.dumps(measure(asked.one)))
        return
    for hours in asked.hours or HOURS:
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), hours)
            for name in (RECORDS, TRACE):
                one = apart(Path(folder) / name)
                print(
                    f"audit of {name:<14} {hours:6} h  {one['lines']:8} lines  {one['cpu_s']:6.2f} s"
                    f"  {one['lines'] / one['cpu_s']:7.0f} lines/s  peak {one['peak_mib']:4.0f} MiB",
                    flush=True,
                )


if __name__ == "__main__":
    main()
