"""The maker's configuration: one frozen record, each range declared once as an Annotated constraint.

Source: the table of the system's section 2. Reading TOML and telling every error at once is the caller's part
(`mmgate`); this module owns names, defaults, ranges and contradictions. Units are the last word of a key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from annotated_types import Ge, Gt, Le, Lt


class LevelDistribution(StrEnum):
    """How offsets grow with the level (Q-3)."""

    LINEAR = "linear"
    EXPONENTIAL = "exponential"


class SizeDistribution(StrEnum):
    """How sizes grow with the level (Q-8)."""

    UNIFORM = "uniform"
    CONVEX = "convex"


class VelocityWeighting(StrEnum):
    """Whether moves count by direction or by magnitude (W-2)."""

    DIRECTION = "direction"
    MAGNITUDE = "magnitude"


class CounterTif(StrEnum):
    """Time in force of counter-orders (L-8); `gtc` is as reviewed."""

    ALO = "alo"
    GTC = "gtc"
    IOC = "ioc"


CLOID_PREFIX_PATTERN = r"^[0-9a-f]{8}$"

Positive = Annotated[Decimal, Gt(Decimal(0))]
NonNegative = Annotated[Decimal, Ge(Decimal(0))]
Fraction = Annotated[Decimal, Ge(Decimal(0)), Lt(Decimal(1))]
Ratio = Annotated[Decimal, Gt(Decimal(0)), Le(Decimal(1))]
AtLeastOne = Annotated[Decimal, Ge(Decimal(1))]
Count = Annotated[int, Ge(0)]
PositiveCount = Annotated[int, Ge(1)]
PositiveMs = Annotated[int, Gt(0)]
Ms = Annotated[int, Ge(0)]


@dataclass(frozen=True, slots=True)
class MakerConfig:
    """What a maker is told once per life (C-1, CFG-4). Defaults are the production's: with them nothing is sent."""

    enabled: bool = False
    weekend_only: bool = True
    markets: tuple[str, ...] = ()
    cloid_prefix: str = "6d6d6701"
    num_levels: Annotated[int, Ge(1), Le(50)] = 1
    min_offset_bps: Positive = Decimal(20)
    level_spacing_bps: NonNegative = Decimal(10)
    size_per_level_usd: Positive = Decimal(5)
    max_position_usd: Positive = Decimal(25)
    inventory_skew_factor: Fraction = Decimal("0.3")
    requote_interval_ms: PositiveMs = 2000
    min_requote_change_bps: NonNegative = Decimal(2)
    use_alo: bool = True
    flatten_slippage_bps: Annotated[Decimal, Ge(Decimal(0)), Lt(Decimal(10_000))] = Decimal(50)
    inventory_warn_ratio: Ratio = Decimal("0.8")
    inventory_emergency_ratio: Ratio = Decimal("0.95")
    stale_cancel_timeout_ms: Ms = 10_000
    adverse_consecutive_fills: Count = 3
    adverse_spread_multiplier: AtLeastOne = Decimal(2)
    dynamic_offset_enabled: bool = False
    wick_window_size: PositiveCount = 3600
    wick_min_samples: PositiveCount = 60
    l0_wick_multiplier: Positive = Decimal("2.0")
    fee_buffer_bps: NonNegative = Decimal(8)
    wick_cache_ttl_ms: Ms = 10_000
    breakpoint_min_jump_ratio: Annotated[float, Gt(1.0)] = 1.5
    level_distribution: LevelDistribution = LevelDistribution.LINEAR
    level_exponent: Annotated[Decimal, Gt(Decimal(0)), Le(Decimal(10))] = Decimal("2.0")
    p100_safety_multiplier: AtLeastOne = Decimal("1.2")
    min_range_width_bps: Positive = Decimal(10)
    size_distribution: SizeDistribution = SizeDistribution.UNIFORM
    size_min_multiplier: Positive = Decimal("0.5")
    size_max_multiplier: Positive = Decimal("1.5")
    counter_order_enabled: bool = False
    counter_reversion_pct: Ratio = Decimal("0.6")
    counter_reversion_per_level: NonNegative = Decimal("0.03")
    velocity_skew_enabled: bool = False
    velocity_skew_factor: Fraction = Decimal("0.3")
    velocity_window: PositiveCount = 5
    skew_respects_fee_floor: bool = True
    breakpoint_floor_bps: NonNegative = Decimal(1)
    wick_max_age_ms: Ms = 21_600_000
    wick_includes_gap: bool = True
    wick_gap_max_ms: PositiveMs = 5000
    oracle_max_age_ms: Ms = 10_000
    max_oracle_mark_gap_bps: NonNegative = Decimal(500)
    velocity_min_tick_bps: NonNegative = Decimal("0.5")
    velocity_weighting: VelocityWeighting = VelocityWeighting.DIRECTION
    counter_order_tif: CounterTif = CounterTif.ALO
    counter_max_open: Count = 4
    counter_max_age_ms: Ms = 60_000
    adverse_decay_ms: Ms = 300_000
    max_hourly_drawdown_usd: NonNegative = Decimal(0)
    flatten_max_attempts: PositiveCount = 5
    sent_timeout_ms: PositiveMs = 5000
    reconcile_interval_ms: PositiveMs = 30_000
    dead_man_ms: Ms = 0
    request_reserve: Count = 1000


KEYS: tuple[str, ...] = tuple(f.name for f in fields(MakerConfig))
"""The names of the table, in its order."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two values that exclude each other: the keys, whether a config holds the rule, and the rule in words."""

    keys: tuple[str, ...]
    holds: Callable[[MakerConfig], bool]
    rule: str


CONTRADICTIONS: tuple[Contradiction, ...] = (
    Contradiction(
        ("inventory_warn_ratio", "inventory_emergency_ratio"),
        lambda c: c.inventory_warn_ratio < c.inventory_emergency_ratio,
        "inventory_warn_ratio < inventory_emergency_ratio",
    ),
    Contradiction(
        ("wick_min_samples", "wick_window_size"),
        lambda c: c.wick_min_samples <= c.wick_window_size,
        "wick_min_samples <= wick_window_size",
    ),
    Contradiction(
        ("size_min_multiplier", "size_max_multiplier"),
        lambda c: c.size_min_multiplier <= c.size_max_multiplier,
        "size_min_multiplier <= size_max_multiplier",
    ),
    Contradiction(
        ("dead_man_ms",),
        lambda c: c.dead_man_ms == 0 or c.dead_man_ms >= 5000,
        "dead_man_ms is 0 (off) or at least 5000",
    ),
)


class ConfigRefused(ValueError):
    """A config that a maker can't start with; `errors` are (key, code, text) triples, all at once (CFG-1)."""

    def __init__(self, errors: tuple[tuple[str, str, str], ...]) -> None:
        super().__init__("; ".join(line for _, _, line in errors))
        self.errors = errors
