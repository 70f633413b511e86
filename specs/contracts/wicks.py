"""Lemmas on wick statistics and trends."""

from __future__ import annotations

from model import volatility
from specs.contracts.scaled import lemma


@lemma("VOL-1", "volatility.percentile_index")
def a_percentile_is_its_rank_rounded_half_away(per_mille: int, count: int) -> bool:
    """Claim the index nearest to p × (n − 1), halves upward, inside the window.

    pre: 0 <= per_mille <= 1000 and count >= 1
    post: _
    """
    index = volatility.percentile_index(per_mille, count)
    return 0 <= index < count and -1000 <= 2 * (per_mille * (count - 1) - 1000 * index) < 1000
