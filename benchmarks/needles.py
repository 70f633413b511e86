"""What CrossHair behind Hypothesis finds that chance does not: a needle planted in one kernel of each lemma.

Each kernel errs where one of its whole arguments is NEEDLE, and nowhere else. Counted: the lemmas that a search
refutes by that, and its processor time. `python benchmarks/needles.py`
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from mmgate.engines.needles import BACKEND, CHANCE, searched
from specs.contracts import LEMMAS
from specs.lemma import Lemma
from specs.spec import Word

NEEDLE = 7_919_013
CASES = {CHANCE: 2000, BACKEND: 100}


def erring(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """Return a kernel that errs at the needle."""

    def wrong(*arguments: Any) -> Any:
        right = kernel(*arguments)
        if not any(type(one) is not bool and one == NEEDLE for one in arguments):
            return right
        return not right if isinstance(right, bool) or right is None else right + right + 1

    return wrong


@contextmanager
def planted(lemma: Lemma) -> Iterator[None]:
    """Have the lemma's first kernel err inside the block."""
    module, _, name = lemma.kernels[0].partition(".")
    holder = importlib.import_module(f"model.{module}")
    kernel = getattr(holder, name)
    setattr(holder, name, erring(kernel))
    try:
        yield
    finally:
        setattr(holder, name, kernel)


def main() -> None:
    """Print a line for each way to search."""
    lemmas = [one for one in LEMMAS if not one.beyond and one.kernels[0].count(".") == 1]
    for backend, cases in CASES.items():
        began, words = time.process_time(), []
        for lemma in lemmas:
            with planted(lemma):
                words.append(searched(lemma, cases, backend).word)
        spent = time.process_time() - began
        print(
            f"{backend}: {words.count(Word.VIOLATED)} of {len(lemmas)} needles found, at most {cases} cases each,"
            f" {words.count(Word.ERROR)} searches broke down, {spent:.1f} s of processor time"
        )


if __name__ == "__main__":
    main()
