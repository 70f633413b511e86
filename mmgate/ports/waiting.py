"""Processes that wait, started and not yet greeted, for the next life of a port that needs a new one for each.

One waits for each command line; it is passed on from run to run, and what still waits at the end is ended.
"""

from __future__ import annotations

import atexit
from collections.abc import Sequence

from mmgate.ports.child import Child

_waiting: dict[tuple[str, ...], Child] = {}


def child_of(words: Sequence[str]) -> Child:
    """Give a process of a port: the one that waits, if it still runs, or a new one. Raises OSError, ValueError."""
    child = _waiting.pop(tuple(words), None)
    if child is not None and child.runs():
        return child
    if child is not None:
        child.end()
    return Child(list(words))


def prepare(words: Sequence[str]) -> None:
    """Let a process wait for the next life; one that can't be started is told when it is needed."""
    if tuple(words) in _waiting:
        return
    try:
        _waiting[tuple(words)] = Child(list(words))
    except (OSError, ValueError):
        return


def end_waiting() -> None:
    """End all that wait."""
    while _waiting:
        _waiting.popitem()[1].end()


atexit.register(end_waiting)
