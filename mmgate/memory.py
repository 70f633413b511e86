"""How often Python looks for cycles: seldom, since records and states hold none and are made by the million."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG, MIDDLE, OLD = 50_000, 20, 100
"""Objects made, then rounds, after which each generation is looked through; Python's own 700, 10, 10 cost a tenth."""
HARDLY = 1_000_000
"""Objects made, while a log is read: what monitors remember of an hour lives on, and looking through it finds none."""


def collect_seldom() -> None:
    """Set that for this process; what cycles there are is still found."""
    gc.set_threshold(YOUNG, MIDDLE, OLD)


@contextmanager
def hardly_collecting() -> Iterator[None]:
    """Look for cycles yet more seldom, for as long as this lasts."""
    before = gc.get_threshold()
    gc.set_threshold(HARDLY, MIDDLE, OLD)
    try:
        yield
    finally:
        gc.set_threshold(*before)
