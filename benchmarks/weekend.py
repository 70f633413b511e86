"""Time the simulated weekend: start-up apart from the run, best of a few."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPEATS = 3
LIMIT_SECONDS = 600
MMGATE = Path(sys.executable).with_name("mmgate")


def best_seconds(*arguments: str) -> float:
    """Run `mmgate` REPEATS times in a folder of its own; return the shortest wall time."""
    times = []
    for _ in range(REPEATS):
        with tempfile.TemporaryDirectory() as folder:
            begin = time.perf_counter()
            done = subprocess.run(
                [MMGATE, *arguments],
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=LIMIT_SECONDS,
                check=False,
            )
            times.append(time.perf_counter() - begin)
        if done.returncode:
            sys.exit(f"`mmgate {' '.join(arguments)}` ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return min(times)


def main() -> None:
    """Print two times; the difference is the simulation."""
    start = best_seconds("--help")
    weekend = best_seconds("simulate", "weekend", "--seed", "7")
    print(f"start-up (mmgate --help)             {start:7.2f} s")
    print(f"a weekend (mmgate simulate weekend)  {weekend:7.2f} s")


if __name__ == "__main__":
    main()
