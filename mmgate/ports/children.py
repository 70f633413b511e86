"""Ending a child process with everything it started, by ids that are known to be its own.

The child leads a session of its own and carries a mark in its environment that its descendants inherit. What
leaves the session and loses its parents is adopted by this process, where the system can do that (Linux), and
found among its descendants by the mark.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
import uuid
from functools import cache
from pathlib import Path
from types import FrameType

MARK = "MMGATE_PORT_MARK"
TERM_GRACE_S = 0.5
KILL_WAIT_S = 2.0
POLL_S = 0.01
KILL_ROUNDS = 5
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
PROC = Path("/proc")


def new_mark() -> str:
    """Return a mark that no other process carries."""
    return uuid.uuid4().hex


def end_children(process: subprocess.Popen[bytes], mark: str) -> None:
    """End a child's group and every process with its mark: SIGTERM, a short grace, SIGKILL; then reap the child.

    The child is reaped last: until then its id, which is the group's, can't be another's.
    """
    strays = set(marked(mark))
    _signal_group(process.pid, signal.SIGTERM)
    wait_unreaped(process.pid, TERM_GRACE_S)
    _signal_group(process.pid, signal.SIGKILL)
    for _ in range(KILL_ROUNDS):
        running = [stray for stray in marked(mark) if stray != process.pid]
        if not running:
            break
        strays.update(running)
        for stray in running:
            _kill(stray)
        time.sleep(POLL_S)
    try:
        process.wait(KILL_WAIT_S)
    except subprocess.TimeoutExpired:  # stuck in the kernel; nothing more can be done from here
        return
    for stray in sorted(strays - {process.pid}):
        _reap(stray)


def wait_unreaped(pid: int, timeout_s: float) -> os.waitid_result | None:
    """Wait for a child's end without reaping it; None if it still runs after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while True:
        status = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)
        if status is not None or time.monotonic() >= deadline:
            return status
        time.sleep(POLL_S)


@cache
def adopt_orphans() -> bool:
    """Ask the system to make this process the parent of orphaned descendants; false where it can't."""
    return _control(PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent(number: int = signal.SIGKILL) -> bool:
    """Ask the system to send this process a signal when its parent ends, however that ends; false where it can't."""
    return _control(PR_SET_PDEATHSIG, number)


def leave_with_parent() -> None:
    """End this process and all below it when its parent ends, or when it is told to; for worker processes."""
    signal.signal(signal.SIGTERM, _leave)
    die_with_parent(signal.SIGTERM)


def _leave(_number: int, _frame: FrameType | None) -> None:
    """Leave at once: a worker's loop would take an exception for the result of its work."""
    for pid in descendants(os.getpid()):
        _kill(pid)
    os._exit(128 + signal.SIGTERM)


def _control(option: int, value: int) -> bool:
    try:
        return bool(_library().prctl(option, value, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False


@cache
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def marked(mark: str) -> list[int]:
    """List the running descendants of this process that carry the mark; empty where /proc does not tell."""
    needle = f"{MARK}={mark}".encode()
    return [pid for pid in descendants(os.getpid()) if needle in _environment(pid)]


def descendants(root: int) -> list[int]:
    """List the processes below `root`, parents first."""
    below: dict[int, list[int]] = {}
    for folder in PROC.glob("[0-9]*"):
        parent = _parent(folder)
        if parent is not None:
            below.setdefault(parent, []).append(int(folder.name))
    found: list[int] = []
    row = [root]
    while row:
        row = sorted(child for pid in row for child in below.pop(pid, []))
        found += row
    return found


def _parent(folder: Path) -> int | None:
    try:
        return int((folder / "stat").read_bytes().rpartition(b")")[2].split()[1])
    except (OSError, ValueError, IndexError):  # it ended while we looked
        return None


def _environment(pid: int) -> list[bytes]:
    try:
        return (PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _signal_group(leader: int, number: int) -> None:
    try:
        os.killpg(leader, number)
    except (ProcessLookupError, PermissionError):
        return


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _reap(pid: int) -> None:
    """Reap a killed process that was adopted; one that has another parent is that one's."""
    deadline = time.monotonic() + KILL_WAIT_S
    try:
        while os.waitpid(pid, os.WNOHANG) == (0, 0) and time.monotonic() < deadline:
            time.sleep(POLL_S)
    except ChildProcessError:
        return
