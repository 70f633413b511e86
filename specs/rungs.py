"""The rungs of a ladder in whole numbers: what `definitions.ladder` and `definitions.rounding` say, for long runs.

A fraction is kept as numerator and denominator and never reduced, which makes it as exact as `Fraction` and ten
times as fast. A test ties the two; what a person reads, or what is asked seldom, still comes from the definitions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import gcd
from typing import NamedTuple

from model.actions import BUY, Side
from model.config import LevelDistribution, MakerConfig
from model.market import Market
from specs.definitions import ladder, rounding
from specs.definitions.ladder import Inputs

DECIMAL_DOUBT = Fraction(1, 10**18)
BINARY64_DOUBT = Fraction(1, 10**15)
POWER_DOUBT = Fraction(2, 10**13)
"""Relative differences on an offset that the port protocol calls agreement: decimals, statistics, powers."""

PARTS = 10**18
"""Doubts are counted in so many parts."""
BPS = 10_000
FARTHEST_BPS = int(ladder.FARTHEST_BPS)

Whole = tuple[int, int]
"""Numerator and denominator (> 0), not reduced."""


class Expected(NamedTuple):
    """One rung by definition, and the legal prices that it may be rounded to (two where digits are in doubt)."""

    side: Side
    level: int
    offset: Whole
    exact: Whole
    low: Whole
    high: Whole
    usable: bool

    def takes(self, px: Whole) -> bool:
        """Say whether an order at `px` is this rung."""
        above, below = px
        low, low_parts = self.low
        high, high_parts = self.high
        return self.usable and low * below <= above * low_parts and above * high_parts <= high * below

    @property
    def px(self) -> Fraction:
        """The price before venue rounding."""
        return Fraction(*self.exact)

    @property
    def low_px(self) -> Fraction:
        """The least legal price that it may be rounded to."""
        return Fraction(*self.low)

    @property
    def high_px(self) -> Fraction:
        """The greatest legal price that it may be rounded to."""
        return Fraction(*self.high)


class Rungs(tuple[Expected, ...]):
    """The rungs of a side; `at` finds the levels of a price."""

    def at(self, px: Decimal) -> tuple[int, ...]:
        """Return the levels whose rung an order at `px` is, ascending."""
        known = self._known
        if known is None:
            known = self._known = self._sorted_out()
        single, several = known
        whole = px.as_integer_ratio()
        levels = single.get(whole, ())
        more = {rung.level for rung in several if rung.takes(whole)}
        return tuple(sorted(more.union(levels))) if more else levels

    _known: tuple[dict[Whole, tuple[int, ...]], list[Expected]] | None = None
    """Levels by their one legal price; the rungs that have several."""

    def _sorted_out(self) -> tuple[dict[Whole, tuple[int, ...]], list[Expected]]:
        levels: dict[Whole, set[int]] = {}
        several: list[Expected] = []
        for rung in self:
            px, parts = rung.low
            if not rung.usable:
                continue
            if rung.low == rung.high:
                common = gcd(px, parts)
                levels.setdefault((px // common, parts // common), set()).add(rung.level)
            else:
                several.append(rung)
        return {px: tuple(sorted(found)) for px, found in levels.items()}, several


@dataclass(frozen=True, slots=True)
class Terms:
    """What a config contributes to every ladder: floor, skew factors, and the doubt on an offset in `PARTS`."""

    floor: Whole
    inventory: Whole
    velocity: Whole
    doubt: int

    @classmethod
    def of(cls, config: MakerConfig) -> Terms:
        """Read a config."""
        doubt = DECIMAL_DOUBT
        if config.dynamic_offset_enabled:
            doubt += BINARY64_DOUBT
        if config.level_distribution is LevelDistribution.EXPONENTIAL:
            doubt += POWER_DOUBT
        velocity = config.velocity_skew_factor if config.velocity_skew_enabled else Decimal(0)
        return cls(
            ladder.fee_floor_bps(config).as_integer_ratio(),
            config.inventory_skew_factor.as_integer_ratio(),
            velocity.as_integer_ratio(),
            int(doubt * PARTS),
        )

    def widening(self, inputs: Inputs, side: Side) -> Whole:
        """Return the factor of multiplier and skews on a side's bases (Q-1, Q-3 … Q-5)."""
        sign = 1 if side is BUY else -1
        above, below = inputs.multiplier.as_integer_ratio()
        if above < below:
            above = below = 1
        for share, (factor, parts) in ((inputs.ratio, self.inventory), (inputs.trend, self.velocity)):
            if share and factor:
                part, whole = share.as_integer_ratio()
                part = min(max(part, -whole), whole)
                above *= parts * whole + sign * factor * part
                below *= parts * whole
        return above, below


def rungs(
    terms: Terms, inputs: Inputs, widening: Whole, side: Side, bases: Sequence[Whole], market: Market
) -> list[Expected]:
    """Return all rungs of a side, level 0 first; those that Q-7 drops included (`usable` tells).

    `bases`: the levels' `ladder.bases_bps`.
    """
    oracle, oracle_parts = inputs.oracle_px.as_integer_ratio()
    factor, factor_parts = widening
    floor, floor_parts = terms.floor
    doubt, buys = terms.doubt, side is BUY
    decimals = rounding.allowed_decimals(market)
    found: list[Expected] = []
    for level, (base, base_parts) in enumerate(bases):
        above, below = base * factor, base_parts * factor_parts
        if above * floor_parts < floor * below:
            above, below = floor, floor_parts
        whole = below * BPS
        part = whole - above if buys else whole + above
        px, parts = oracle * part, oracle_parts * whole
        exact, exact_parts = px * PARTS, parts * PARTS
        tolerance = oracle * (above * doubt + whole)
        low, high = legal_both(exact - tolerance, exact + tolerance, exact_parts, buys, decimals)
        usable = part > 0 and above <= FARTHEST_BPS * below
        found.append(Expected(side, level, (above, below), (px, parts), low, high, usable))
    return found


def legal_both(low: int, high: int, parts: int, down: bool, decimals: int) -> tuple[Whole, Whole]:
    """Return `legal` of two prices close to each other, the lower one first."""
    whole = low // parts
    if whole <= 0 or len(str(whole)) != len(str(high // parts)):
        return legal(low, parts, down, decimals), legal(high, parts, down, decimals)
    steps = 10 ** max(min(rounding.SIGNIFICANT_FIGURES - len(str(whole)), decimals), 0)
    if down:
        return (low * steps // parts, steps), (high * steps // parts, steps)
    return (-(-low * steps // parts), steps), (-(-high * steps // parts), steps)


def legal(px: int, parts: int, down: bool, decimals: int) -> Whole:
    """Return `rounding.passive_price` of px/parts in a market of so many `decimals`: down for a buy, else up."""
    if px <= 0:
        return 0, 1
    whole = px // parts
    magnitude = len(str(whole)) - 1 if whole else rounding.magnitude(Fraction(px, parts))
    steps = 10 ** max(min(rounding.SIGNIFICANT_FIGURES - 1 - magnitude, decimals), 0)
    if down:
        return px * steps // parts, steps
    return -(-px * steps // parts), steps
