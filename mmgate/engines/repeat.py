"""The same run in another process with another hash seed (DET-1).

`python -m mmgate.engines.repeat` reads pickled jobs of this program from its parent and writes their digests.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from mmgate.engines.pool import Lost
from mmgate.identity import code_revision
from mmgate.memory import collect_seldom
from mmgate.ports.children import leave_with_parent

if TYPE_CHECKING:
    from mmgate.engines.simulation import Job

HASH_SEEDS = ("1", "4242")
TIMEOUT_MARGIN_S = 60.0


def digests(jobs: Sequence[Job], expected: Sequence[str], workers: int) -> list[str | Lost]:
    """Run the jobs again, in fresh processes, and return their traces' digests in order.

    `expected`: the digests of the first runs; they tell apart a run that differs from code that was changed.
    """
    if not jobs:
        return []
    share = max(1, workers)
    code_revision()  # as it is now, before the children look
    lots = [(jobs[at::share], expected[at::share]) for at in range(min(share, len(jobs)))]
    with ThreadPoolExecutor(len(lots)) as threads:
        answers = list(threads.map(lambda lot: _lot(*lot), lots))
    return [answers[at % len(lots)][at // len(lots)] for at in range(len(jobs))]


def _lot(jobs: Sequence[Job], expected: Sequence[str]) -> list[str | Lost]:
    """Run some jobs in one other process."""
    seed = HASH_SEEDS[1] if os.environ.get("PYTHONHASHSEED") == HASH_SEEDS[0] else HASH_SEEDS[0]
    limit_s = sum(job.limit_s for job in jobs) + TIMEOUT_MARGIN_S
    try:
        child = subprocess.run(
            [sys.executable, "-P", "-m", "mmgate.engines.repeat"],
            input=pickle.dumps(list(jobs)),
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(_paths())},
            timeout=limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return [Lost(f"the repeated run took longer than {limit_s:.0f} s")] * len(jobs)
    code, *lines = child.stdout.decode("ascii", "replace").split() or [""]
    if child.returncode != 0 or len(lines) != len(jobs):
        told = child.stderr.decode("utf-8", "replace").strip().splitlines()
        return [Lost(f"the repeated run died: {told[-1] if told else child.returncode}")] * len(jobs)
    if code != code_revision() and any(line != digest for line, digest in zip(lines, expected, strict=True)):
        return [Lost("mmgate's own code was changed while it ran; run it again")] * len(jobs)
    return list(lines)


def _paths() -> list[str]:
    """Return where the child looks for modules first: beside this package, never in the current folder."""
    home = str(Path(__file__).resolve().parents[2])
    return [home, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]


def main() -> int:
    """Answer the parent."""
    leave_with_parent()
    collect_seldom()
    from mmgate.engines.simulation import run_job

    sys.stdout.write(f"{code_revision()}\n")
    for job in pickle.loads(sys.stdin.buffer.read()):
        judged = run_job(job).judged
        sys.stdout.write(f"{judged.digest if judged is not None and judged.digest else 'none'}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
