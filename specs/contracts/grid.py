"""Lemmas on rounding to the venue's grid of prices."""

from __future__ import annotations

from model import market
from specs.contracts.scaled import GRID, lemma, side_of

# TCK-1: rounding to the venue's grid


@lemma("TCK-1", "market.passive")
def rounding_is_passive_and_less_than_a_step(px: int, decimals: int, buying: bool) -> bool:
    """Claim that a buy is not raised and a sell not lowered, by less than a step, onto the grid.

    pre: px > 0 and 0 <= decimals <= 6
    post: _
    """
    step: int = 10 ** (6 - decimals)
    rounded = market.passive(GRID, side_of(buying), px, decimals)
    moved = px - rounded if buying else rounded - px
    return 0 <= moved < step and rounded % step == 0


@lemma("TCK-1", "market.price_decimals")
def no_price_has_more_figures_or_decimals_than_legal(magnitude: int, sz_decimals: int) -> bool:
    """Claim 5 significant figures and 6 − sz_decimals decimals, or an integer; and as many as that allows.

    pre: -40 <= magnitude <= 40 and 0 <= sz_decimals <= 6
    post: _
    """
    decimals = market.price_decimals(magnitude, sz_decimals)
    legal = magnitude + 1 + decimals <= 5 and decimals <= 6 - sz_decimals
    one_more = magnitude + 2 + decimals <= 5 and decimals + 1 <= 6 - sz_decimals
    return decimals >= 0 and (legal or decimals == 0) and not one_more
