"""The velocity trend by definition (W-1, W-2), in fractions."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import lcm

from model.config import MakerConfig, VelocityWeighting
from specs.definitions.exact import exact

BPS = 10_000
Part = tuple[int, int]
"""A move as numerator and denominator (> 0), not reduced: as exact as a fraction, and much faster."""


class Trend:
    """One market's window of moves: (as a share of the price before it, in price)."""

    def __init__(self, config: MakerConfig) -> None:
        self._config = config
        self._least = (exact(config.velocity_min_tick_bps) / BPS).as_integer_ratio()
        self._recorded: Part | None = None
        self._moves: deque[tuple[Part, Part]] = deque(maxlen=config.velocity_window)
        self._known: tuple[Fraction, ...] | None = None

    def tick(self, px: Decimal) -> None:
        """Take one told price; unusable ones are ignored, the first one only anchors (W-1)."""
        if px <= 0:
            return
        price, recorded = exact(px).as_integer_ratio(), self._recorded
        if recorded is None:
            self._recorded = price
            return
        if price == recorded:
            return
        (above, below), (before, parts) = price, recorded
        move = above * parts - before * below
        least, leasts = self._least
        if abs(move) * leasts >= least * before * below:
            self._moves.append(((move, before * below), (move, below * parts)))
            self._recorded = price
            self._known = None

    def value(self) -> Fraction:
        """Return the trend in [−1, 1], 0 for an empty window; magnitudes are in bps (W-2)."""
        if not self._moves:
            return Fraction(0)
        if self._config.velocity_weighting is VelocityWeighting.MAGNITUDE:
            return weighed([share for share, _ in self._moves])
        ups = sum(1 for (move, _), _ in self._moves if move > 0)
        return Fraction(2 * ups, len(self._moves)) - 1

    def values(self) -> tuple[Fraction, ...]:
        """Return the trend by each fair reading: W-2 does not say whether a magnitude is in bps or in price."""
        if self._known is None:
            self._known = self._values()
        return self._known

    def _values(self) -> tuple[Fraction, ...]:
        if not self._moves or self._config.velocity_weighting is not VelocityWeighting.MAGNITUDE:
            return (self.value(),)
        in_bps, in_price = self.value(), weighed([move for _, move in self._moves])
        if in_bps == in_price:
            return (in_bps,)
        return (in_bps, in_price) if in_bps < in_price else (in_price, in_bps)


def weighed(moves: list[Part]) -> Fraction:
    """Return Σ moves / Σ |moves|: in bps or as shares, the same."""
    all_parts = lcm(*(parts for _, parts in moves))
    whole = [move * (all_parts // parts) for move, parts in moves]
    return Fraction(sum(whole), sum(abs(move) for move in whole))


def trend(config: MakerConfig, prices: Iterable[Decimal]) -> Fraction:
    """Return the trend after a list of told prices."""
    window = Trend(config)
    for px in prices:
        window.tick(px)
    return window.value()
