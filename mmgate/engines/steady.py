"""The same examples everywhere: Hypothesis without what it learns from the modules that happen to be loaded.

By default it mixes constants found in "local" source files into what it draws, and keeps them in a folder below the
current one. Which files those are depends on how the program was started and installed; so both go.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from hypothesis.internal.conjecture.providers import HypothesisProvider


def _no_constant(*_args: Any, **_named: Any) -> None:
    """Draw no constant."""


@contextmanager
def steady_examples() -> Iterator[None]:
    """Draw steadily inside the block."""
    with patch.object(HypothesisProvider, "_maybe_draw_constant", _no_constant):
        yield
