"""Adverse selection by definition (I-6): ladder orders filled in a row on one side widen the spread."""

from __future__ import annotations

from fractions import Fraction

from model.actions import Side
from model.config import MakerConfig
from specs.definitions.exact import exact

PLAIN = (Fraction(1),)


class AdverseCount:
    """One market's count, told each ladder order once, at its first fill, and each new weekend (S-4).

    A fill is dated by the venue and by its arrival; while the two dates disagree about the decay, both counts are
    possible.
    """

    def __init__(self, config: MakerConfig) -> None:
        self._config = config
        self._side: Side | None = None
        self._counts: tuple[int, ...] = (0,)
        self._dates_ms: tuple[int, ...] = (0,)

    def first_fill(self, side: Side, now_ms: int, venue_ms: int | None = None) -> None:
        """Count a ladder order on its first fill, told at `now_ms`."""
        before = self.counts(now_ms) if side is self._side else (0,)
        self._counts = tuple(count + 1 for count in before)
        self._side = side
        self._dates_ms = (now_ms,) if venue_ms is None else (now_ms, venue_ms)

    def reset(self) -> None:
        """Forget the row (S-4)."""
        self._side, self._counts = None, (0,)

    def counts(self, now_ms: int) -> tuple[int, ...]:
        """Return the possible lengths of the row; `adverse_decay_ms` after its last order (0: never) it is 0."""
        decay = self._config.adverse_decay_ms
        if decay == 0:
            return self._counts
        ages = [now_ms - date_ms for date_ms in self._dates_ms]
        kept = self._counts if min(ages) <= decay else ()
        gone = (0,) if max(ages) >= decay else ()
        return tuple(sorted({*kept, *gone}))

    def multipliers(self, now_ms: int) -> tuple[Fraction, ...]:
        """Return the possible spread multipliers: more than 1 from `adverse_consecutive_fills` on (0: off)."""
        limit = self._config.adverse_consecutive_fills
        counts = self.counts(now_ms)
        if not limit or max(counts) < limit:
            return PLAIN
        widened = exact(self._config.adverse_spread_multiplier)
        return tuple(sorted({widened if count >= limit else Fraction(1) for count in counts}))
