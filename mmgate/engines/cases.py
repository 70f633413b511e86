"""What the properties of the model's functions are drawn from: configs, statistics, ladders, fills, ticks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from hypothesis import strategies as st

from mmgate.engines.config_cases import config_cases
from model import counter, quoting
from model.actions import Side
from model.config import MakerConfig
from model.market import Market
from model.volatility import WickStats

SAMPLES = 100


def hundredths(low: int, high: int) -> st.SearchStrategy[Decimal]:
    """Draw a decimal with two places, between low and high hundredths."""
    return st.integers(low, high).map(lambda whole: Decimal(whole) / 100)


prices = st.one_of(st.integers(1, 10**7), st.integers(10**4, 10**6)).map(lambda whole: Decimal(whole) / 100)
ratios = hundredths(-150, 150)
multipliers = hundredths(50, 400)
wick_values = st.one_of(st.floats(0, 500), st.sampled_from((0.0, 0.5, 3.0, 12.0)))
sides = st.sampled_from((Side.BUY, Side.SELL))
some_markets = st.builds(Market, st.just("xyz:GOLD"), st.integers(0, 5))
configs = config_cases(
    fixed={"enabled": True, "counter_order_enabled": True, "size_per_level_usd": Decimal(60)},
    reach={
        "num_levels": 8,
        "min_offset_bps": 60,
        "level_spacing_bps": 40,
        "inventory_skew_factor": 1,
        "dynamic_offset_enabled": 1,
        "l0_wick_multiplier": 4,
        "fee_buffer_bps": 20,
        "level_distribution": 1,
        "level_exponent": 10,
        "p100_safety_multiplier": 2,
        "min_range_width_bps": 50,
        "size_distribution": 1,
        "counter_reversion_pct": 1,
        "counter_reversion_per_level": 1,
        "velocity_skew_enabled": 1,
        "velocity_skew_factor": 1,
        "velocity_window": 6,
        "velocity_min_tick_bps": 3,
        "velocity_weighting": 1,
        "skew_respects_fee_floor": 1,
        "wick_window_size": 40,
        "wick_min_samples": 2,
        "wick_includes_gap": 1,
        "wick_max_age_ms": 20_000,
        "breakpoint_floor_bps": 2,
    },
)
"""Configs whose functions differ: how far each key goes where its range has no end, or where far is only slow."""


@st.composite
def statistics(draw: st.DrawFn) -> WickStats:
    """Draw statistics whose percentiles rise."""
    rising = sorted(draw(st.lists(wick_values, min_size=7, max_size=7)))
    optimal = draw(st.sampled_from(rising[1:6]))
    return stats_of(rising, draw(st.booleans()), optimal)


def stats_of(levels: Sequence[float], valid: bool, optimal: float) -> WickStats:
    """Return statistics with these seven percentiles, P90 to P100."""
    p90, p95, p99, p995, p998, p999, p100 = levels
    return WickStats(p90, p95, p99, p995, p998, p999, p100, SAMPLES, valid, optimal, "P99")


def levels_of(stats: WickStats) -> tuple[float, ...]:
    """Return the seven percentiles, P90 to P100."""
    inner = (stats.p90_wick_bps, stats.p95_wick_bps, stats.p99_wick_bps, stats.p995_wick_bps)
    return (*inner, stats.p998_wick_bps, stats.p999_wick_bps, stats.p100_wick_bps)


@dataclass(frozen=True, slots=True)
class LadderCase:
    """Everything that a ladder is a function of."""

    config: MakerConfig
    market: Market
    oracle_px: Decimal
    ratio: Decimal
    multiplier: Decimal
    trend: Decimal
    stats: WickStats | None

    def quotes(self, ratio: Decimal | None = None, trend: Decimal | None = None) -> quoting.Quotes:
        """Return the model's ladder before rounding, with another ratio and trend where they are given."""
        ratio = self.ratio if ratio is None else ratio
        trend = self.trend if trend is None else trend
        return quoting.compute_quotes(self.config, self.oracle_px, ratio, self.multiplier, trend, self.stats)

    def rungs(self) -> tuple[quoting.Rung, ...]:
        """Return the model's rungs as they are sent, mark equal to oracle."""
        sent = quoting.ladder(
            self.config,
            self.market,
            self.oracle_px,
            self.oracle_px,
            self.ratio,
            self.multiplier,
            self.trend,
            self.stats,
        )
        return (*sent.bids, *sent.asks)


ladder_cases = st.builds(
    LadderCase, configs, some_markets, prices, ratios, multipliers, ratios, st.one_of(st.none(), statistics())
)
tick_lists = st.lists(st.tuples(st.integers(0, 2500), hundredths(9_900, 10_100)), min_size=1, max_size=60)


@dataclass(frozen=True, slots=True)
class FillCase:
    """A ladder fill to be answered."""

    config: MakerConfig
    side: Side
    px: Decimal
    sz: Decimal
    level: int
    gap_bps: int

    @property
    def mark_px(self) -> Decimal:
        """The mark then."""
        return self.px * (10_000 + self.gap_bps) / 10_000

    def answer(self) -> counter.CounterOrder | None:
        """Return the model's counter-order."""
        return counter.counter_order(self.config, self.side, self.px, self.sz, self.level, self.mark_px)


fill_cases = st.builds(
    FillCase, configs, sides, prices, hundredths(1, 10_000), st.integers(0, 7), st.integers(-500, 500)
)
