"""What stops new risk, never cancels or closes: drawdown, adverse selection, requests (I-6, I-7, L-12)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from model.actions import Side
from model.arithmetic import ONE, ZERO
from model.config import MakerConfig

GATE_WINDOW_MS = 3_600_000
"""How far back the drawdown gate looks (I-7)."""


@dataclass(frozen=True, slots=True)
class DrawdownGate:
    """The taker's results of the last hour, (venue time in ms, USD) in order of arrival; the oldest's time (I-7)."""

    results: tuple[tuple[int, Decimal], ...] = ()
    oldest_ms: int | None = None

    def with_result(self, time_ms: int, usd: Decimal) -> DrawdownGate:
        """Return the gate after one more taker fill's `closed_pnl − fee`."""
        oldest_ms = time_ms if self.oldest_ms is None else min(time_ms, self.oldest_ms)
        return DrawdownGate((*self.results, (time_ms, usd)), oldest_ms)

    def aged(self, now_ms: int) -> DrawdownGate:
        """Return the gate without results older than its window; itself if none is."""
        if self.oldest_ms is None or now_ms - self.oldest_ms < GATE_WINDOW_MS:
            return self
        young = tuple((t, usd) for t, usd in self.results if now_ms - t < GATE_WINDOW_MS)
        return DrawdownGate(young, min((t for t, _ in young), default=None))

    def shut(self, config: MakerConfig) -> bool:
        """Tell whether new risk is refused: the hour's sum is at or under −`max_hourly_drawdown_usd` (I-7, I-8)."""
        if config.max_hourly_drawdown_usd == 0:
            return False
        return sum((usd for _, usd in self.results), ZERO) <= -config.max_hourly_drawdown_usd


@dataclass(frozen=True, slots=True)
class Adverse:
    """How many ladder orders in a row had their first fill on `side`, the last at `last_ms` (I-6)."""

    side: Side | None = None
    count: int = 0
    last_ms: int = 0

    def with_fill(self, config: MakerConfig, side: Side, now_ms: int) -> Adverse:
        """Return the count after a ladder order's first fill; the other side sets it to 1 for itself (I-6)."""
        base = self.aged(config, now_ms)
        return Adverse(side, base.count + 1 if side is base.side else 1, now_ms)

    def aged(self, config: MakerConfig, now_ms: int) -> Adverse:
        """Return the count, 0 once `adverse_decay_ms` have passed since the last one; 0 ms: never (I-6)."""
        if self.count and config.adverse_decay_ms and now_ms - self.last_ms >= config.adverse_decay_ms:
            return Adverse()
        return self

    def multiplier(self, config: MakerConfig, now_ms: int) -> Decimal:
        """Return the spread multiplier: `adverse_spread_multiplier` at enough fills in a row, else 1 (I-6)."""
        if config.adverse_consecutive_fills == 0:
            return ONE
        if self.aged(config, now_ms).count >= config.adverse_consecutive_fills:
            return config.adverse_spread_multiplier
        return ONE


class Requests(NamedTuple):
    """The request budget: told at start, one spent per action, one earned per USD traded by own fills (L-12)."""

    told: int
    used: int = 0
    traded_usd: Decimal = ZERO

    def left(self) -> Decimal:
        """Return how many requests are left."""
        return self.told + self.traded_usd - self.used

    def allows_place(self, config: MakerConfig) -> bool:
        """Tell whether one more placement leaves `request_reserve` untouched (L-12)."""
        return self.left() - 1 >= config.request_reserve
