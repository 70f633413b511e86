"""The rungs in whole numbers are those of the definition: offset, price and legal prices, digit by digit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D
from fractions import Fraction as F
from itertools import product

import pytest

from model.actions import Side
from model.config import LevelDistribution, MakerConfig
from model.market import Market
from specs.definitions import ladder
from specs.definitions.ladder import Inputs
from specs.definitions.rounding import accepted_prices
from specs.definitions.wicks import NO_STATISTICS, Statistics
from specs.rungs import PARTS, Terms, rungs

PLAIN = MakerConfig(num_levels=4, velocity_skew_enabled=True, inventory_skew_factor=D("0.9"))
DYNAMIC = replace(PLAIN, dynamic_offset_enabled=True, level_distribution=LevelDistribution.EXPONENTIAL)
CONFIGS = (
    PLAIN,
    replace(PLAIN, level_spacing_bps=D(4000), skew_respects_fee_floor=False, velocity_skew_enabled=False),
    replace(PLAIN, min_offset_bps=D("0.5"), fee_buffer_bps=D("7.7"), level_spacing_bps=D(0)),
    DYNAMIC,
    replace(DYNAMIC, level_exponent=D("1.7"), num_levels=7),
)
WICKS = Statistics((1.5, 2.25, 7.1, 8.0, 9.3, 20.7, 41.3), 100, True, 7.1, "P99", 7.1, 7.1)
ORACLES = (D("4966.1"), D("0.00123456"), D("99999.5"), D("123456789"), D("1E-9"), D("100000"))
SKEWS = ((F(0), F(0)), (F(7, 23), F(-3, 5)), (F(-1), F(1)), (F(9), F(-9)))
MARKETS = (Market("xyz:GOLD", 4), Market("xyz:COIN", 0), Market("xyz:BIG", 7))


@pytest.mark.parametrize("config", CONFIGS, ids=range(len(CONFIGS)))
def test_whole_numbers_give_the_rungs_of_the_definition(config: MakerConfig) -> None:
    terms = Terms.of(config)
    parts = product(ORACLES, SKEWS, (F(1, 2), F(1), F(5, 2)), (None, NO_STATISTICS, WICKS), Side, MARKETS)
    for oracle, (ratio, trend), multiplier, statistics, side, market in parts:
        inputs = Inputs(F(oracle), ratio, trend, multiplier, statistics)
        bases = [base.as_integer_ratio() for base in ladder.bases_bps(config, statistics)]
        found = rungs(terms, inputs, terms.widening(inputs, side), side, bases, market)
        for rung, due in zip(found, ladder.ladder(config, inputs, side), strict=True):
            assert (rung.level, F(*rung.offset), rung.px) == (due.level, due.offset_bps, due.px)
            assert rung.usable is due.usable
            doubt = due.offset_bps * F(terms.doubt, PARTS) / ladder.BPS + F(1, PARTS)
            assert (rung.low_px, rung.high_px) == accepted_prices(due.px, side, market, inputs.oracle_px * doubt)


def test_an_order_is_a_rung_at_each_of_its_legal_prices_and_nowhere_else() -> None:
    terms, inputs = Terms.of(PLAIN), Inputs(F(D("100.003")))
    inner = rungs(terms, inputs, terms.widening(inputs, Side.BUY), Side.BUY, [(20, 1)], MARKETS[0])[0]
    assert [px for px in ("99.79", "99.8", "99.80", "99.81") if inner.takes(D(px).as_integer_ratio())] == [
        "99.8",
        "99.80",
    ]
