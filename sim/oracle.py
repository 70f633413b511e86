"""Synthetic oracle and mark: a walk, or the venue's weekend formula, with wicks on top.

Binary64 is used for drawing only (sums, products, square roots: the same on every machine); what leaves here is a
legal decimal price.
"""

from __future__ import annotations

from decimal import Decimal
from math import sqrt
from random import Random

from sim.randomness import normal
from sim.scenario import Listed, Prices
from sim.ticks import nearest_price

_BPS = 10_000.0
_TAU_S = 1800.0
_CLAMP_BPS = 50.0
"""One update of the weekend oracle moves at most this far."""

_IMPACT_BPS = 4.0
"""Half the distance between the impact prices of the weekend formula."""


class PriceProcess:
    """The price of one market as it goes on: `fair` moves, `oracle` follows by its process, wicks shift both."""

    def __init__(self, listed: Listed, prices: Prices, source: Random) -> None:
        self.shift_bps = 0.0
        self._listed = listed
        self._start = float(listed.start_px)
        self._weekend = prices.process == "weekend"
        self._volatility = float(prices.volatility_bps)
        self._drift_per_s = float(prices.drift_bps_per_h) / 3600.0
        self._discovery = float(prices.discovery_bps)
        self._mark_noise = float(prices.mark_noise_bps)
        self._move = float(prices.move_probability)
        self._source = source
        self._fair_bps = 0.0
        self._oracle_bps = 0.0
        self._basis_bps = 0.0
        self._last_ms: int | None = None
        self._moved_ms: int | None = None

    def advance(self, now_ms: int) -> None:
        """Let the prices move up to `now_ms`, or, by chance, stay where they were."""
        if self._last_ms is None:
            self._last_ms = self._moved_ms = now_ms
            return
        elapsed_s = (now_ms - self._last_ms) / 1000.0
        if self._source.random() >= self._move:
            return
        self._last_ms = now_ms
        step = self._volatility * sqrt(elapsed_s) * normal(self._source) + self._drift_per_s * elapsed_s
        self._fair_bps += step
        self._oracle_bps = self._follow(elapsed_s) if self._weekend else self._fair_bps
        self._basis_bps = self._mark_noise * (2.0 * self._source.random() - 1.0)

    def _follow(self, elapsed_s: float) -> float:
        """Move the weekend oracle towards the book: S + (1 − β)·IPD, clamped, within the discovery bounds."""
        bid, ask = self._fair_bps - _IMPACT_BPS, self._fair_bps + _IMPACT_BPS
        premium = max(bid - self._oracle_bps, 0.0) - max(self._oracle_bps - ask, 0.0)
        x = min(elapsed_s, _TAU_S / 10.0) / _TAU_S
        gain = x - x * x / 2.0 + x * x * x / 6.0  # 1 − e^−x for x ≤ 0.1, without the platform's exp
        moved = self._oracle_bps + max(-_CLAMP_BPS, min(_CLAMP_BPS, gain * premium))
        return max(-self._discovery, min(self._discovery, moved))

    def oracle(self) -> Decimal:
        """Return the oracle price."""
        return self._price(self._oracle_bps + self.shift_bps)

    def mark(self) -> Decimal:
        """Return the mark price."""
        return self._price(self._oracle_bps + self.shift_bps + self._basis_bps)

    def away(self, offset_bps: float) -> Decimal:
        """Return the legal price `offset_bps` above (below, if negative) what the book trades around."""
        centre = self._oracle_bps + self._basis_bps + self.shift_bps
        return self._price(centre + offset_bps)

    def _price(self, bps: float) -> Decimal:
        return nearest_price(Decimal(self._start * (1.0 + bps / _BPS)), self._listed.sz_decimals)
