"""Cases drawn at random from one seed: what no one thought of, repeatable on every machine and with every library."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from random import Random

from mmgate.vectors.ask import Ask
from mmgate.vectors.case import Data
from mmgate.vectors.ladders import COUNTER_SPECS, LADDER_SPECS, stats
from mmgate.vectors.streams import SATURDAY_MS, TREND_SPECS, WICK_SPECS
from model.arithmetic import text
from sim.randomness import between, stream


def hundredths(source: Random, low: int, high: int) -> str:
    """Draw a decimal between low and high hundredths."""
    whole = between(source, (low, high))
    return f"{'-' if whole < 0 else ''}{abs(whole) // 100}.{abs(whole) % 100:02d}"


def drawn(count: int, seed: int) -> Iterator[Ask]:
    """Yield `count` cases of each kind that has numbers to draw."""
    for number in range(count):
        yield _ladder(number, seed)
        yield _wicks(number, seed)
        yield _trend(number, seed)
        yield _counter(number, seed)
        yield _order(number, seed)


def _ladder(number: int, seed: int) -> Ask:
    source = stream(seed, f"vectors ladder {number}")
    curved = source.random() < 0.5
    config: Data = {
        "num_levels": between(source, (1, 8)),
        "min_offset_bps": hundredths(source, 1, 6000),
        "level_spacing_bps": hundredths(source, 0, 4000),
        "size_per_level_usd": hundredths(source, 1000, 20_000),
        "inventory_skew_factor": hundredths(source, 0, 99),
        "dynamic_offset_enabled": source.random() < 0.7,
        "l0_wick_multiplier": hundredths(source, 1, 400),
        "fee_buffer_bps": hundredths(source, 0, 2000),
        "level_distribution": "exponential" if curved else "linear",
        "level_exponent": hundredths(source, 10, 600),
        "p100_safety_multiplier": hundredths(source, 100, 200),
        "min_range_width_bps": hundredths(source, 1, 5000),
        "size_distribution": "convex" if source.random() < 0.5 else "uniform",
        "velocity_skew_enabled": source.random() < 0.7,
        "velocity_skew_factor": hundredths(source, 0, 99),
        "skew_respects_fee_floor": source.random() < 0.7,
    }
    optimal = source.random() * 60
    told = stats(optimal, optimal + source.random() * 300, valid=source.random() < 0.8)
    args: Data = {
        "config": config,
        "oracle_px": hundredths(source, 1, 10**7),
        "inventory_ratio": hundredths(source, -150, 150),
        "spread_multiplier": hundredths(source, 50, 400),
        "velocity_trend": hundredths(source, -150, 150),
        "volatility": told if source.random() < 0.8 else None,
    }
    rules = ("Q-1", "Q-2", "Q-3", "Q-4", "Q-5", "Q-6", "Q-7", "Q-8")
    return Ask("compute_quotes", f"drawn/{number:04d}", "drawn", rules, LADDER_SPECS, args, "drawn", seed, curved)


def _wicks(number: int, seed: int) -> Ask:
    source = stream(seed, f"vectors wicks {number}")
    window = between(source, (2, 40))
    config: Data = {
        "wick_window_size": window,
        "wick_min_samples": between(source, (1, window)),
        "wick_includes_gap": source.random() < 0.7,
        "wick_max_age_ms": (0, 5000, 20_000, 60_000)[between(source, (0, 3))],
        "wick_cache_ttl_ms": (0, 1000, 10_000)[between(source, (0, 2))],
        "breakpoint_floor_bps": hundredths(source, 0, 200),
    }
    at_ms, px, ticks, reads = SATURDAY_MS, 500_000, [], []
    for _ in range(between(source, (1, 80))):
        at_ms += between(source, (1, 1800))
        px += between(source, (-400, 400)) if source.random() < 0.7 else 0
        ticks.append([at_ms, f"{px // 100}.{px % 100:02d}"])
        if source.random() < 0.1:
            reads.append(at_ms + between(source, (0, 2000)))
    args: Data = {"config": config, "ticks": ticks, "reads": sorted([*reads, at_ms + 1])}
    rules = ("V-1", "V-2", "V-3", "V-4", "V-5", "V-9", "V-10")
    return Ask("wick_stats", f"drawn/{number:04d}", "drawn", rules, WICK_SPECS, args, "drawn", seed)


def _trend(number: int, seed: int) -> Ask:
    source = stream(seed, f"vectors trend {number}")
    config: Data = {
        "velocity_window": between(source, (1, 6)),
        "velocity_min_tick_bps": hundredths(source, 0, 300),
        "velocity_weighting": "magnitude" if source.random() < 0.5 else "direction",
    }
    px, prices = 500_000, []
    for _ in range(between(source, (0, 25))):
        px += between(source, (-150, 150))
        prices.append(f"{px // 100}.{px % 100:02d}")
    args: Data = {"config": config, "prices": prices}
    return Ask("velocity_trend", f"drawn/{number:04d}", "drawn", ("W-1", "W-2"), TREND_SPECS, args, "drawn", seed)


def _counter(number: int, seed: int) -> Ask:
    source = stream(seed, f"vectors counter {number}")
    config: Data = {
        "counter_order_enabled": True,
        "counter_reversion_pct": hundredths(source, 1, 100),
        "counter_reversion_per_level": hundredths(source, 0, 20),
        "fee_buffer_bps": hundredths(source, 0, 2000),
    }
    mark = between(source, (100, 10**6))
    args: Data = {
        "config": config,
        "side": ("buy", "sell")[between(source, (0, 1))],
        "px": hundredths(source, max(1, mark - mark // 20), mark + mark // 20),
        "sz": hundredths(source, 1, 10_000),
        "level": between(source, (0, 12)),
        "mark_px": hundredths(source, mark, mark),
    }
    return Ask("counter_order", f"drawn/{number:04d}", "drawn", ("L-8",), COUNTER_SPECS, args, "drawn", seed)


def _order(number: int, seed: int) -> Ask:
    source = stream(seed, f"vectors order {number}")
    decimals = between(source, (0, 5))
    digits = between(source, (1, 10 ** between(source, (2, 9))))
    args: Data = {
        "market": {"market": "xyz:GOLD", "sz_decimals": decimals, "min_notional_usd": "10"},
        "side": ("buy", "sell")[between(source, (0, 1))],
        "px": text(Decimal(digits).scaleb(-between(source, (0, 7)))),
        "sz": text(Decimal(between(source, (1, 10**6))).scaleb(-between(source, (0, 7)))),
    }
    return Ask("round_order", f"drawn/{number:04d}", "drawn", ("Q-9",), ("TCK-1",), args, "drawn", seed)
