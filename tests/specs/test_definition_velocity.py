"""The velocity trend by definition, against hand-computed numbers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D
from fractions import Fraction as F

from model.config import MakerConfig, VelocityWeighting
from specs.definitions.velocity import trend

CONFIG = MakerConfig()
MAGNITUDE = replace(CONFIG, velocity_weighting=VelocityWeighting.MAGNITUDE)


def prices(*texts: str) -> list[D]:
    return [D(text) for text in texts]


def test_no_moves_are_no_trend():
    assert trend(CONFIG, []) == 0
    assert trend(CONFIG, prices("100")) == 0
    assert trend(CONFIG, prices("100", "100")) == 0


def test_all_ups_are_one_and_all_downs_minus_one():
    assert trend(CONFIG, prices("100", "101", "102")) == 1
    assert trend(CONFIG, prices("102", "101", "100")) == -1


def test_only_the_window_counts():
    assert trend(CONFIG, prices("1", "2", "3", "4", "3", "2", "1", "2")) == F(-1, 5)


def test_tiny_moves_in_one_direction_add_up():
    assert trend(CONFIG, prices("100", "100.001", "100.002", "100.003", "100.004")) == 0
    assert trend(CONFIG, prices("100", "100.002", "100.004", "100.005")) == 1


def test_unusable_prices_are_ignored():
    assert trend(CONFIG, prices("0", "100", "-1", "0", "101")) == 1


def test_magnitude_weighs_the_moves():
    assert trend(MAGNITUDE, prices("100", "101", "100.798")) == F(100 - 20, 120)
