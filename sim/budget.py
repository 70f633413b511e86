"""The request budget of an address."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

SLOW_MS = 10_000
"""With the budget used up, one request passes in each such period."""

MORE_CANCELS = 100_000


@dataclass(slots=True)
class Budget:
    """Requests sent against requests earned: `initial` + 1 for each USD traded; a batch of n costs n."""

    initial: int
    used: int = 0
    traded_usd: Decimal = Decimal(0)
    passed_ms: int | None = None

    def left(self) -> int:
        """Return how many requests are left, at least 0."""
        return max(0, self._limit() - self.used)

    def spend(self, now_ms: int, requests: int, *, cancels: bool) -> bool:
        """Count a batch and tell whether it passes; cancels have a larger allowance."""
        limit = self._limit()
        if cancels:
            limit = min(limit + MORE_CANCELS, 2 * limit)
        if self.used + requests > limit:
            if self.passed_ms is not None and now_ms - self.passed_ms < SLOW_MS:
                return False
            self.passed_ms = now_ms
        self.used += requests
        return True

    def _limit(self) -> int:
        return self.initial + int(self.traded_usd)
