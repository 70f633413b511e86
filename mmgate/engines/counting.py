"""How many comparisons the reference's wick statistics take (VOL-7), counted on numbers that count.

The model keeps its window as packed binary64. While counting, whatever it looks at comes out as a float, a time or a
price that notes each comparison; a subclass is asked first, so that no comparison with a plain number escapes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, ClassVar

from model import volatility
from model.config import MakerConfig
from specs.spec import Outcome, Violation, Word

SPEC = "VOL-7"
ENGINE = "property"
WINDOWS = (16, 128, 1024, 4096)
PER_DOUBLING = 4
"""So many comparisons may come with each doubling of the window: a sample is put in, taken out, aged, looked up."""
CONSTANT = 16
PER_READ = 32
"""So many comparisons a read may take, whatever the window."""
WATCHED = 64
"""So many ticks are counted, after the window is full; as many reads."""


class Tally:
    """Counts comparisons."""

    count: ClassVar[int] = 0


def _noting(name: str, base: type) -> Callable[[Any, Any], Any]:
    original = getattr(base, name)

    def compare(self: Any, other: Any) -> Any:
        Tally.count += 1
        return original(self, other)

    return compare


def counting(base: type) -> type:
    """Return a subclass of a number type whose comparisons are counted."""
    names = ("__lt__", "__le__", "__gt__", "__ge__", "__eq__")
    body = {name: _noting(name, base) for name in names} | {"__hash__": base.__hash__}
    return type(f"Counting{base.__name__.capitalize()}", (base,), body)


Float, Whole, Price = counting(float), counting(int), counting(Decimal)


class Looked(Sequence[Any]):
    """Packed numbers, seen as numbers that count."""

    def __init__(self, plain: Sequence[Any], kind: type) -> None:
        self._plain, self._kind = plain, kind

    def __len__(self) -> int:
        return len(self._plain)

    def __getitem__(self, at: Any) -> Any:
        return self._kind(self._plain[at])


@contextmanager
def counted() -> Iterator[None]:
    """Let the model's window be made of numbers that count, inside the block."""
    floats, times = volatility.floats, volatility.times
    volatility.floats = lambda packed: Looked(floats(packed), Float)
    volatility.times = lambda packed: Looked(times(packed), Whole)
    try:
        yield
    finally:
        volatility.floats, volatility.times = floats, times


@dataclass(frozen=True, slots=True)
class Cost:
    """The dearest tick and the dearest read of a full window, in comparisons."""

    window: int
    tick: int
    read: int

    @property
    def allowed(self) -> int:
        """What a tick may take."""
        return PER_DOUBLING * math.ceil(math.log2(self.window)) + CONSTANT

    def fault(self) -> str:
        """Say what is too dear; empty if nothing is."""
        if self.tick > self.allowed:
            return f"with a window of {self.window} a tick takes {self.tick} comparisons, more than {self.allowed}"
        if self.read > PER_READ:
            return f"with a window of {self.window} a read takes {self.read} comparisons, more than {PER_READ}"
        return ""


def cost(window: int) -> Cost:
    """Fill a window with wicks that repeat in no simple order, then count."""
    config = replace(MakerConfig(), wick_window_size=window, wick_min_samples=1, wick_cache_ttl_ms=0)
    config = replace(config, wick_max_age_ms=window * volatility.SECOND_MS)
    state = volatility.WickState()
    dearest_tick = dearest_read = 0
    for at in range(window + WATCHED):
        now_ms = 1_770_465_600_000 + at * volatility.SECOND_MS
        px = Decimal(5000) + Decimal(at * at % 997) / 100
        if at < window:
            state, _ = volatility.record_tick(config, state, now_ms, px)
            continue
        with counted():
            Tally.count = 0
            state, _ = volatility.record_tick(config, state, now_ms, Price(px))
            dearest_tick, Tally.count = max(dearest_tick, Tally.count), 0
            volatility.read(config, replace(state, cached=None), now_ms)
            dearest_read = max(dearest_read, Tally.count)
    return Cost(window, dearest_tick, dearest_read)


def comparisons() -> Outcome:
    """Judge the statistics as they are now, the reference's or a defect's."""
    costs = [cost(window) for window in WINDOWS]
    faults = [fault for one in costs if (fault := one.fault())]
    told = ", ".join(f"{one.tick} of {one.allowed} at {one.window}" for one in costs)
    strength = f"{len(costs) * WATCHED} cases: dearest tick and window, in comparisons: {told}"
    if not any(one.tick for one in costs):
        return Outcome(SPEC, ENGINE, Word.VACUOUS, strength, reason="no comparison was counted")
    violations = tuple(Violation(SPEC, 0, 0, fault) for fault in faults)
    word = Word.VIOLATED if faults else Word.HOLDS
    counts = len(costs) * WATCHED
    return Outcome(SPEC, ENGINE, word, strength, counts, (("ticks", counts),), violations, "".join(faults[:1]))
