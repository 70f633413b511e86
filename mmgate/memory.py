"""How often Python looks for cycles: seldom, since records and states hold none and are made by the million."""

from __future__ import annotations

import gc

YOUNG, MIDDLE, OLD = 50_000, 20, 100
"""Objects made, then rounds, after which each generation is looked through; Python's own 700, 10, 10 cost a tenth."""
HARDLY = 1_000_000
"""Objects made while a log is read: what monitors remember of an hour is looked through to find no cycle in it."""


def collect_seldom() -> None:
    """Set that for this process; what cycles there are is still found."""
    gc.set_threshold(YOUNG, MIDDLE, OLD)


def collect_hardly() -> None:
    """Look for cycles yet more seldom, in a process that reads one log and ends."""
    gc.set_threshold(HARDLY, MIDDLE, OLD)
