"""Lemmas on wick statistics and trends."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from model import velocity, volatility
from model.config import MakerConfig, VelocityWeighting
from specs.contracts.scaled import EXACT, exact, having, lemma


@lemma("VOL-1", "volatility.percentile_index")
def a_percentile_is_its_rank_rounded_half_away(per_mille: int, count: int) -> bool:
    """Claim the index nearest to p × (n − 1), halves upward, inside the window.

    pre: 0 <= per_mille <= 1000 and count >= 1
    post: _
    """
    index = volatility.percentile_index(per_mille, count)
    return 0 <= index < count and -1000 <= 2 * (per_mille * (count - 1) - 1000 * index) < 1000


@lemma("VOL-1", "volatility.wick_bps", beyond=EXACT)
def a_wick_is_its_range_over_its_middle(high: int, low: int) -> bool:
    """Claim 20 000 × (high − low) / (high + low) bps, at most 500.

    pre: 0 < low <= high
    post: _
    """
    wick = volatility.wick_bps(exact(high), exact(low))
    uncut = (exact(high) - exact(low)) * 20_000
    return bool(wick == 500 if uncut >= 500 * (exact(high) + exact(low)) else wick * (high + low) == uncut)


@lemma("VOL-2", "volatility.breakpoint_index", beyond="it divides, and compares quotients of five pairs")
def the_breakpoint_is_the_first_of_the_largest_jumps(a: int, b: int, c: int, first: int, floored: bool) -> bool:
    """Claim the definition over seven values that change twice: a, then b from `first` on, c from P99.9 on.

    A jump is upper / max(lower, floor) of at least 1.5; floor 0 skips a lower value of 0; without a jump P99.

    pre: 0 <= a <= b <= c and 1 <= first <= 4
    post: _
    """
    config = having(breakpoint_floor_bps=Decimal(int(floored)), breakpoint_min_jump_ratio=1.5)
    values = tuple(a if at < first else b if at < 5 else c for at in range(7))
    found = volatility.breakpoint_index(config, values)
    floor = 1 if floored else 0
    jumps = [(upper, max(lower, floor)) for lower, upper in pairwise(values[:6])]
    best = 0
    for index, (upper, lower) in enumerate(jumps, 1):
        if lower == 0 or 2 * upper < 3 * lower:
            continue
        if best == 0 or upper * jumps[best - 1][1] > jumps[best - 1][0] * lower:
            best = index
    return found == (best or 2)


@lemma("VEL-1", "velocity.trend", beyond=EXACT)
def a_trend_is_the_share_that_its_moves_leave(one: int, two: int, three: int, four: int, by_direction: bool) -> bool:
    """Claim 2 × ups / entries − 1, or Σ moves / Σ |moves|, of four moves; so it lies in [−1, 1].

    pre: one != 0 and two != 0 and three != 0 and four != 0
    post: _
    """
    moves = tuple(exact(move) for move in (one, two, three, four))
    weighting = VelocityWeighting.DIRECTION if by_direction else VelocityWeighting.MAGNITUDE
    trend = velocity.trend(replace(MakerConfig(), velocity_weighting=weighting), velocity.VelocityState(None, moves))
    if by_direction:
        return bool(2 * trend == sum(1 for move in moves if move > 0) - 2)
    sizes = sum(abs(move) for move in moves)
    return bool(trend * sizes == sum(moves) and -sizes <= sum(moves) <= sizes)
