"""The velocity trend by definition (W-1, W-2), in fractions."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from model.config import MakerConfig, VelocityWeighting

BPS = Fraction(10_000)


class Trend:
    """One market's window of moves: (in bps of the price before it, in price)."""

    def __init__(self, config: MakerConfig) -> None:
        self._config = config
        self._recorded: Fraction | None = None
        self._moves: deque[tuple[Fraction, Fraction]] = deque(maxlen=config.velocity_window)

    def tick(self, px: Decimal) -> None:
        """Take one told price; unusable ones are ignored, the first one only anchors (W-1)."""
        if px <= 0:
            return
        price = Fraction(px)
        if self._recorded is None:
            self._recorded = price
            return
        move = price - self._recorded
        in_bps = move / self._recorded * BPS
        if move != 0 and abs(in_bps) >= Fraction(self._config.velocity_min_tick_bps):
            self._moves.append((in_bps, move))
            self._recorded = price

    def value(self) -> Fraction:
        """Return the trend in [−1, 1], 0 for an empty window; magnitudes are in bps (W-2)."""
        if not self._moves:
            return Fraction(0)
        if self._config.velocity_weighting is VelocityWeighting.MAGNITUDE:
            return weighed([in_bps for in_bps, _ in self._moves])
        ups = sum(1 for move, _ in self._moves if move > 0)
        return Fraction(2 * ups, len(self._moves)) - 1

    def values(self) -> tuple[Fraction, ...]:
        """Return the trend by each fair reading: W-2 does not say whether a magnitude is in bps or in price."""
        if not self._moves or self._config.velocity_weighting is not VelocityWeighting.MAGNITUDE:
            return (self.value(),)
        return tuple(sorted({self.value(), weighed([move for _, move in self._moves])}))


def weighed(moves: list[Fraction]) -> Fraction:
    """Return Σ moves / Σ |moves|."""
    return sum(moves, Fraction(0)) / sum((abs(move) for move in moves), Fraction(0))


def trend(config: MakerConfig, prices: Iterable[Decimal]) -> Fraction:
    """Return the trend after a list of told prices."""
    window = Trend(config)
    for px in prices:
        window.tick(px)
    return window.value()
