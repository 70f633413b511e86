"""The trend of a market's oracle price over its last noticeable moves (W-1, W-2)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext

from model.arithmetic import BPS, CONTEXT, ONE, ZERO
from model.config import MakerConfig, VelocityWeighting


@dataclass(frozen=True, slots=True)
class VelocityState:
    """One market's last recorded price and the moves in its window, oldest first, in bps of the price before each."""

    recorded_px: Decimal | None = None
    moves: tuple[Decimal, ...] = ()


def record_move(config: MakerConfig, state: VelocityState, px: Decimal) -> VelocityState:
    """Record an oracle price whose move from the last recorded one is noticeable (W-1).

    The move must be non-zero and at least `velocity_min_tick_bps` of that price; then the price becomes the
    recorded one, so tiny moves in one direction add up. The first usable price only anchors; unusable prices
    are ignored.
    """
    if not px.is_finite() or px <= 0:
        return state
    recorded_px = state.recorded_px
    if recorded_px is None:
        return VelocityState(px)
    with localcontext(CONTEXT):
        move = px - recorded_px
        if move == 0 or abs(move) * BPS < config.velocity_min_tick_bps * recorded_px:
            return state
        move_bps = move * BPS / recorded_px
    return VelocityState(px, (*state.moves, move_bps)[-config.velocity_window :])


def trend(config: MakerConfig, state: VelocityState) -> Decimal:
    """Return the trend in [−1, 1] of the moves in the window; 0 while there are none (W-2).

    By direction: 2 × ups / entries − 1. By magnitude: Σ moves / Σ |moves|, in bps.
    """
    moves = state.moves
    if not moves:
        return ZERO
    with localcontext(CONTEXT):
        if config.velocity_weighting is VelocityWeighting.DIRECTION:
            ups = sum(1 for move in moves if move > 0)
            return Decimal(2 * ups) / len(moves) - ONE
        return sum(moves, ZERO) / sum((abs(move) for move in moves), ZERO)
