"""Lemmas on the pure kernels, as two provers read them: exact integers in, one bool out.

Each is a small function whose docstring carries its assumptions (`pre:`) and its claim (`post: _`, the function returns
True). It calls the real kernel through its module, at the time of the call, so a patched kernel is what gets judged.
"""

from __future__ import annotations

from specs.contracts import books, counters, grid, ladder, lives, weeks, wicks
from specs.contracts.scaled import LEMMAS, PARTS

__all__ = ["LEMMAS", "PARTS", "books", "counters", "grid", "ladder", "lives", "weeks", "wicks"]
