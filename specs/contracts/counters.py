"""Lemmas on counter-orders: price, side, size, cap, and the level that the price depends on."""

from __future__ import annotations

from typing import Any

from model import counter
from model.actions import Side
from specs.contracts.scaled import BPS, CAP, EXACT, NUM, SCALE, exact, having, lemma, side_of

# CTR-1, CTR-2: counter-orders


@lemma("CTR-1", "counter.reverting_price", "counter.reversion", "counter.displacement", "counter.displaced")
def the_level_reaches_the_price(fill: int, gap: int, share: int, per_level: int, level: int, bought: bool) -> bool:
    """Claim that a level above 0 is sold higher and bought lower than level 0, where nothing caps or floors.

    pre: fill > 0 and 0 < share and level > 0 and per_level > 0 and gap >= SCALE
    pre: share + per_level * level <= CAP
    post: _
    """
    side, mark = side_of(bought), fill + gap
    first = counter.reverting_price(NUM, side, fill, mark, 0, share, per_level, CAP, 0)
    deeper = counter.reverting_price(NUM, side, fill, mark, level, share, per_level, CAP, 0)
    return deeper > first if bought else deeper < first


@lemma("CTR-1", "counter.reverting_price", "counter.reversion", "counter.displacement", "counter.displaced")
def the_price_of_what_was_bought_is_its_definition(
    fill: int, gap: int, level: int, share: int, per_level: int, fee: int
) -> bool:
    """Claim fill + max(|mark − fill| × min(95 %, share + per_level × level), fee buffer), the mark above the fill.

    pre: fill > 0 and gap >= 0 and level >= 0 and 0 < share <= SCALE and per_level >= 0 and fee >= 0
    post: _
    """
    taken = min(CAP, share + per_level * level)
    expected = fill + max(gap * taken // SCALE, fill * fee // SCALE * SCALE // BPS)
    return counter.reverting_price(NUM, Side.BUY, fill, fill + gap, level, share, per_level, CAP, fee) == expected


@lemma("CTR-1", "counter.reverting_price", "counter.reversion", "counter.displacement", "counter.displaced")
def the_price_of_what_was_sold_is_its_definition(
    fill: int, gap: int, level: int, share: int, per_level: int, fee: int
) -> bool:
    """Claim fill − max(|mark − fill| × min(95 %, share + per_level × level), fee buffer), the mark below the fill.

    pre: fill > 0 and gap >= 0 and level >= 0 and 0 < share <= SCALE and per_level >= 0 and fee >= 0
    post: _
    """
    taken = min(CAP, share + per_level * level)
    expected = fill - max(gap * taken // SCALE, fill * fee // SCALE * SCALE // BPS)
    return counter.reverting_price(NUM, Side.SELL, fill, fill - gap, level, share, per_level, CAP, fee) == expected


@lemma("CTR-2", "counter.reversion")
def the_reversion_is_at_most_its_cap(share: int, per_level: int, level: int, most: int) -> bool:
    """Claim the 95 %, whatever the configuration.

    pre: level >= 0
    post: _
    """
    return counter.reversion(NUM, share, per_level, level, most) <= most


@lemma("CTR-2", "counter.displacement")
def the_displacement_earns_the_fee_buffer(fill: int, mark: int, share: int, fee: int) -> bool:
    """Claim the fee floor, and that a reversion above it is what is sent.

    pre: fill > 0 and mark > 0 and 0 < share <= SCALE and fee >= 0
    post: _
    """
    floor = fill * fee // SCALE * SCALE // BPS
    distance = counter.displacement(NUM, fill, mark, share, fee)
    return distance >= floor and (distance == floor or distance * SCALE <= abs(mark - fill) * share)


@lemma("CTR-2", "counter.displaced")
def a_counter_order_stands_on_the_gaining_side(fill: int, distance: int, bought: bool) -> bool:
    """Claim that what was bought is sold higher, what was sold is bought lower, by the displacement.

    pre: fill > 0 and distance >= 0
    post: _
    """
    px = counter.displaced(side_of(bought), fill, distance)
    return px == fill + distance if bought else px == fill - distance


@lemma("CTR-2", "counter.counter_order", "counter.counter_price", "counter.reversion_at", beyond=EXACT)
def a_counter_order_is_the_opposite_of_the_fill(
    px: int, sz: int, mark: int, level: int, percent: int, per_level: int, bought: bool
) -> bool:
    """Claim its side, the filled size, a reversion of at most 95 %, the gain, and the price by its own level.

    pre: px > 0 and sz > 0 and mark > 0 and 0 <= level < 4 and 0 < percent <= 100 and per_level >= 0
    post: _
    """
    config = counter_config(percent, per_level)
    side, fill, rung = side_of(bought), exact(px), range(4)[level]
    made = counter.counter_order(config, side, fill, exact(sz), rung, exact(mark))
    taken = min(exact(95), exact(percent) + exact(per_level) * rung) / 100
    expected = fill + side.sign * abs(exact(mark) - fill) * taken
    if made is None:
        return bool(expected <= 0)
    placed = made.side is side.opposite and made.sz == sz and made.px == expected > 0
    return bool(placed and made.reversion_pct == taken)


@lemma("CTR-2", "counter.counter_order", beyond=EXACT)
def nothing_unusable_makes_a_counter_order(px: int, sz: int, mark: int, enabled: bool, bought: bool) -> bool:
    """Claim that a price or a size that is not positive makes none, and none is made while they are off.

    post: _
    """
    config = counter_config(60, 3, enabled)
    made = counter.counter_order(config, side_of(bought), exact(px), exact(sz), 0, exact(mark))
    return made is None if not enabled or px <= 0 or sz <= 0 or mark <= 0 else True


def counter_config(percent: int, per_level: int, enabled: bool = True) -> Any:
    """Return what of a config a counter-order depends on, shares in percent, no fee buffer."""
    return having(
        counter_order_enabled=enabled,
        counter_reversion_pct=exact(percent) / 100,
        counter_reversion_per_level=exact(per_level) / 100,
        fee_buffer_bps=0,
    )
