"""How often Python looks for cycles: seldom, since records and states hold none and are made by the million."""

from __future__ import annotations

import gc

YOUNG, MIDDLE, OLD = 50_000, 20, 100
"""Objects made, then rounds, after which each generation is looked through; Python's own 700, 10, 10 cost a tenth."""


def collect_seldom() -> None:
    """Set that for this process; what cycles there are is still found."""
    gc.set_threshold(YOUNG, MIDDLE, OLD)
