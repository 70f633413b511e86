"""Adverse selection by definition (I-6): ladder orders filled in a row on one side widen the spread."""

from __future__ import annotations

from fractions import Fraction

from model.actions import Side
from model.config import MakerConfig


class AdverseCount:
    """One market's count, told each ladder order once, at its first fill, and each new weekend (S-4)."""

    def __init__(self, config: MakerConfig) -> None:
        self._config = config
        self._side: Side | None = None
        self._count = 0
        self._last_ms = 0

    def first_fill(self, side: Side, now_ms: int) -> None:
        """Count a ladder order on its first fill."""
        self._count = self.count(now_ms) + 1 if side is self._side else 1
        self._side = side
        self._last_ms = now_ms

    def reset(self) -> None:
        """Forget the row (S-4)."""
        self._side, self._count = None, 0

    def count(self, now_ms: int) -> int:
        """Return the row's length; `adverse_decay_ms` after its last order (0: never) it is 0."""
        decay = self._config.adverse_decay_ms
        if decay and now_ms - self._last_ms >= decay:
            return 0
        return self._count

    def on_the_edge(self, now_ms: int) -> bool:
        """Tell whether the row decays in this very ms, where a fair reading may still count it."""
        decay = self._config.adverse_decay_ms
        return bool(decay) and self._count > 0 and now_ms - self._last_ms == decay

    def multiplier(self, now_ms: int) -> Fraction:
        """Return the spread multiplier: more than 1 from `adverse_consecutive_fills` in a row on (0: off)."""
        limit = self._config.adverse_consecutive_fills
        if limit and self.count(now_ms) >= limit:
            return Fraction(self._config.adverse_spread_multiplier)
        return Fraction(1)

    def multipliers(self, now_ms: int) -> tuple[Fraction, ...]:
        """Return every multiplier that a fair reading allows now."""
        now = self.multiplier(now_ms)
        if self.on_the_edge(now_ms):
            before = self.multiplier(now_ms - 1)
            return (now,) if before == now else (now, before)
        return (now,)
