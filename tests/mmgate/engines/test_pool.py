"""Work is spread over processes and comes back in order; a worker that dies loses its own piece only."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mmgate.engines.pool import Lost, spread


def square(number: int) -> int:
    return number * number


def fragile(number: int) -> int:
    if number == 2:
        os._exit(9)
    return number


def refusing(number: int) -> int:
    raise ValueError(f"no {number}")


def test_results_come_in_the_order_of_the_work_whatever_the_number_of_workers():
    here = [finished.result for finished in spread(square, range(5), 0)]
    there = [finished.result for finished in spread(square, range(5), 2)]
    assert here == there == [0, 1, 4, 9, 16]


def test_a_worker_that_dies_loses_its_own_piece_and_no_other():
    results = [finished.result for finished in spread(fragile, range(4), 2)]
    assert results == [0, 1, Lost("the worker process died"), 3]


def test_what_a_piece_of_work_raises_is_raised_here():
    with pytest.raises(ValueError, match="no 0"):
        list(spread(refusing, range(3), 2))


def test_no_work_is_no_result():
    assert list(spread(square, [], 2)) == []


PARENT = """
import os, time
from mmgate.engines.pool import spread

def sleepy(number):
    os.write(1, b"%d\\n" % os.getpid())
    time.sleep(60)

if __name__ == "__main__":
    list(spread(sleepy, range(2), 2))
"""


def test_workers_end_with_their_parent_even_if_it_is_killed(tmp_path: Path):
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert parent.stdout is not None
    workers = [int(parent.stdout.readline()) for _ in range(2)]
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and any(map(runs, workers)):
        time.sleep(0.02)
    assert [worker for worker in workers if runs(worker)] == []


def runs(pid: int) -> bool:
    """Whether a process runs; one that ended and waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
