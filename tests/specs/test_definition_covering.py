"""What ticks say about the innermost offset: small recordings whose answer is known by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from model.config import MakerConfig
from specs.definitions import wicks
from specs.definitions.covering import report, seconds_of

BEGAN_MS = 1_770_000_000_000
CONFIG = MakerConfig(min_offset_bps=Decimal(20), wick_includes_gap=False)


def ticks(*prices: str, every_ms: int = 1000) -> list[tuple[int, Decimal]]:
    return [(BEGAN_MS + at * every_ms, Decimal(px)) for at, px in enumerate(prices)]


def test_one_price_a_second_gives_zero_wicks_only():
    found = report(CONFIG, ticks("100", "101", "100", "101"))
    assert (found.ticks, found.seconds, found.closed, found.flat) == (4, 4, 3, 3)
    assert found.flat_share == 1


def test_with_gaps_the_same_moves_are_wicks():
    found = report(replace(CONFIG, wick_includes_gap=True), ticks("100", "101", "100", "101"))
    assert found.flat == 1, "the first second has no price before it"


def test_a_move_is_covered_up_to_the_offset_and_not_beyond_it():
    inside, outside = ticks("100", "100.2", "100.2"), ticks("100", "100.21", "100.21")
    assert report(CONFIG, inside).coverage[0].moved_covered == 1
    assert report(CONFIG, outside).coverage[0].moved_covered == 0


def test_the_farthest_price_counts_though_the_last_one_came_back():
    spike = [
        (BEGAN_MS, Decimal(100)),
        (BEGAN_MS + 1100, Decimal(103)),
        (BEGAN_MS + 1900, Decimal(100)),
        (BEGAN_MS + 2500, Decimal(100)),
    ]
    next_second = report(CONFIG, spike).coverage[0]
    assert (next_second.moves, next_second.covered) == (2, 1)


def test_a_second_without_a_tick_after_it_is_no_covered_move():
    rare = report(CONFIG, ticks("100", "100", "100", every_ms=3000))
    assert rare.coverage[0].moves == 0
    assert rare.ticks_per_second == Fraction(3, 6)


def test_a_move_that_the_end_of_the_recording_cuts_off_is_left_out():
    assert report(CONFIG, ticks(*["100"] * 40)).coverage[1].moves == 10


def test_the_offset_follows_the_wicks_where_they_are_valid():
    dynamic = replace(CONFIG, dynamic_offset_enabled=True, wick_min_samples=1, l0_wick_multiplier=Decimal(2))
    moving = [(BEGAN_MS + 250 * at, Decimal(100) + at % 2) for at in range(40)]
    found = report(dynamic, moving)
    assert found.l0_low_bps == 20
    assert 195 < found.l0_high_bps < 201
    assert found.valid == 9


def test_flat_seconds_are_the_zero_samples_of_the_definition():
    prices = [Decimal(100) + (at * at % 7) // 5 for at in range(60)]
    told = [(BEGAN_MS + 700 * at, px) for at, px in enumerate(prices)]
    config = replace(CONFIG, wick_includes_gap=True)
    closed = wicks.samples(config, told)
    assert [one.flat for one in seconds_of(config, told)][:-1] == [sample.wick_bps == 0 for sample in closed]


def test_no_ticks_are_refused():
    with pytest.raises(ValueError, match="give at least one"):
        report(CONFIG, [])
