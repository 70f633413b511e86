"""The table of section 2, written once more by hand: what an empty config means, and what no config may say (CFG-4)."""

from __future__ import annotations

DEFAULTS: dict[str, object] = {
    "enabled": False,
    "weekend_only": True,
    "markets": [],
    "cloid_prefix": "6d6d6701",
    "num_levels": 1,
    "min_offset_bps": "20",
    "level_spacing_bps": "10",
    "size_per_level_usd": "5",
    "max_position_usd": "25",
    "inventory_skew_factor": "0.3",
    "requote_interval_ms": 2000,
    "min_requote_change_bps": "2",
    "use_alo": True,
    "flatten_slippage_bps": "50",
    "inventory_warn_ratio": "0.8",
    "inventory_emergency_ratio": "0.95",
    "stale_cancel_timeout_ms": 10000,
    "adverse_consecutive_fills": 3,
    "adverse_spread_multiplier": "2",
    "dynamic_offset_enabled": False,
    "wick_window_size": 3600,
    "wick_min_samples": 60,
    "l0_wick_multiplier": "2",
    "fee_buffer_bps": "8",
    "wick_cache_ttl_ms": 10000,
    "breakpoint_min_jump_ratio": 1.5,
    "level_distribution": "linear",
    "level_exponent": "2",
    "p100_safety_multiplier": "1.2",
    "min_range_width_bps": "10",
    "size_distribution": "uniform",
    "size_min_multiplier": "0.5",
    "size_max_multiplier": "1.5",
    "counter_order_enabled": False,
    "counter_reversion_pct": "0.6",
    "counter_reversion_per_level": "0.03",
    "velocity_skew_enabled": False,
    "velocity_skew_factor": "0.3",
    "velocity_window": 5,
    "skew_respects_fee_floor": True,
    "breakpoint_floor_bps": "1",
    "wick_max_age_ms": 21600000,
    "wick_includes_gap": True,
    "wick_gap_max_ms": 5000,
    "oracle_max_age_ms": 10000,
    "max_oracle_mark_gap_bps": "500",
    "velocity_min_tick_bps": "0.5",
    "velocity_weighting": "direction",
    "counter_order_tif": "alo",
    "counter_max_open": 4,
    "counter_max_age_ms": 60000,
    "adverse_decay_ms": 300000,
    "max_hourly_drawdown_usd": "0",
    "flatten_max_attempts": 5,
    "sent_timeout_ms": 5000,
    "reconcile_interval_ms": 30000,
    "dead_man_ms": 0,
    "request_reserve": 1000,
}
"""Every key and its default, as the port protocol writes values."""

TOO_LOW: dict[str, object] = {
    "num_levels": 0,
    "min_offset_bps": "0",
    "level_spacing_bps": "-1",
    "size_per_level_usd": "0",
    "max_position_usd": "0",
    "inventory_skew_factor": "-0.1",
    "requote_interval_ms": 0,
    "min_requote_change_bps": "-1",
    "flatten_slippage_bps": "-1",
    "inventory_warn_ratio": "0",
    "inventory_emergency_ratio": "0",
    "stale_cancel_timeout_ms": -1,
    "adverse_consecutive_fills": -1,
    "adverse_spread_multiplier": "0.9",
    "wick_window_size": 0,
    "wick_min_samples": 0,
    "l0_wick_multiplier": "0",
    "fee_buffer_bps": "-1",
    "wick_cache_ttl_ms": -1,
    "breakpoint_min_jump_ratio": 1.0,
    "level_exponent": "0",
    "p100_safety_multiplier": "0.9",
    "min_range_width_bps": "0",
    "size_min_multiplier": "0",
    "counter_reversion_pct": "0",
    "counter_reversion_per_level": "-0.1",
    "velocity_skew_factor": "-0.1",
    "velocity_window": 0,
    "breakpoint_floor_bps": "-1",
    "wick_max_age_ms": -1,
    "wick_gap_max_ms": 0,
    "oracle_max_age_ms": -1,
    "max_oracle_mark_gap_bps": "-1",
    "velocity_min_tick_bps": "-1",
    "counter_max_open": -1,
    "counter_max_age_ms": -1,
    "adverse_decay_ms": -1,
    "max_hourly_drawdown_usd": "-1",
    "flatten_max_attempts": 0,
    "sent_timeout_ms": 0,
    "reconcile_interval_ms": 0,
    "dead_man_ms": 4999,
    "request_reserve": -1,
}
"""For each bounded key a value just under its range."""

TOO_HIGH: dict[str, object] = {
    "num_levels": 51,
    "inventory_skew_factor": "1",
    "flatten_slippage_bps": "10000",
    "inventory_emergency_ratio": "1.01",
    "level_exponent": "10.1",
    "counter_reversion_pct": "1.01",
    "velocity_skew_factor": "1",
}
"""For each key with an upper bound a value just over it."""

MISSPELT: dict[str, object] = {
    "level_distribution": "exponetial",
    "size_distribution": "Convex",
    "velocity_weighting": "magnitud",
    "counter_order_tif": "fok",
    "cloid_prefix": "6d6d670x",
}
"""Words that are none of the allowed ones."""

WRONG_TYPE: dict[str, object] = {
    "enabled": "yes",
    "weekend_only": 1,
    "markets": "GOLD",
    "num_levels": "three",
    "min_offset_bps": True,
    "requote_interval_ms": "soon",
    "use_alo": None,
    "level_distribution": 7,
}
"""Values of a wrong type."""

UNKNOWN: dict[str, object] = {"min_offset_bp": "20", "counter_enabled": True}
"""Keys that are none."""

CONTRADICTIONS: tuple[dict[str, object], ...] = (
    {"inventory_warn_ratio": "0.95", "inventory_emergency_ratio": "0.95"},
    {"wick_min_samples": 61, "wick_window_size": 60},
    {"size_min_multiplier": "1.6", "size_max_multiplier": "1.5"},
)
"""Values that exclude each other; one of the keys must be named."""


def wrong_configs() -> tuple[dict[str, object], ...]:
    """Return configs that must be refused, each naming one of its keys (CFG-1)."""
    tables = (UNKNOWN, MISSPELT, WRONG_TYPE, TOO_LOW, TOO_HIGH)
    single = [{key: value} for table in tables for key, value in table.items()]
    return (*single, *CONTRADICTIONS)
