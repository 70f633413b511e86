"""Boundary cases of the ladder and of counter-orders: both sides of every branch and clamp of Q-1..Q-8 and L-8."""

from __future__ import annotations

from collections.abc import Iterator

from mmgate.vectors.ask import Ask
from mmgate.vectors.case import Data

LADDER_SPECS = ("OFF-1", "OFF-2", "OFF-3", "OFF-4", "OFF-5", "OFF-10", "SIZ-1")
COUNTER_SPECS = ("CTR-1", "CTR-2", "CTR-3")

PLAIN: Data = {
    "num_levels": 3,
    "min_offset_bps": "12",
    "level_spacing_bps": "7",
    "size_per_level_usd": "60",
    "fee_buffer_bps": "8",
}
DYNAMIC: Data = {**PLAIN, "dynamic_offset_enabled": True, "l0_wick_multiplier": "1.5"}
CURVED: Data = {**PLAIN, "num_levels": 5, "level_distribution": "exponential"}


def stats(optimal: object = 11.25, p100: object = 37.5, *, valid: bool = True) -> Data:
    """Return statistics as a `wick_stats` call gives them."""
    names = ("p90", "p95", "p99", "p995", "p998", "p999")
    return {
        **{f"{name}_wick_bps": optimal for name in names},
        "p100_wick_bps": p100,
        "sample_count": 120 if valid else 3,
        "is_valid": valid,
        "optimal_wick_bps": optimal,
        "optimal_percentile": "P99",
    }


def quotes(name: str, why: str, rules: str, config: Data, **changes: object) -> Ask:
    """Ask for a ladder; what is not said has its plain value."""
    args: Data = {
        "config": config,
        "oracle_px": "4966.1",
        "inventory_ratio": "0",
        "spread_multiplier": "1",
        "velocity_trend": "0",
        "volatility": None,
        **changes,
    }
    power = config.get("level_distribution") == "exponential"
    return Ask("compute_quotes", name, why, tuple(rules.split()), LADDER_SPECS, args, power=power)


def ladder_asks() -> Iterator[Ask]:
    """Yield the boundary cases of `compute_quotes`."""
    yield from _innermost()
    yield from _levels()
    yield from _skews()
    yield from _floors()
    yield from _edges()
    yield from _sizes()


def _innermost() -> Iterator[Ask]:
    yield quotes("innermost/all-defaults", "a config that omits everything: the table's defaults", "Q-2 C-1", {})
    yield quotes("innermost/fixed", "dynamic off, no statistics: L0 is min_offset_bps", "Q-2", PLAIN)
    yield quotes(
        "innermost/fixed-with-statistics", "dynamic off: L0 ignores them", "Q-2 C-1", PLAIN, volatility=stats(80.0)
    )
    yield quotes("innermost/none-yet", "dynamic on, no statistics", "Q-2", DYNAMIC)
    yield quotes(
        "innermost/not-valid", "dynamic on, too few samples", "Q-2", DYNAMIC, volatility=stats(80.0, valid=False)
    )
    yield quotes(
        "innermost/optimal-binds", "optimal × multiplier is the largest", "Q-2", DYNAMIC, volatility=stats(40.0)
    )
    yield quotes("innermost/minimum-binds", "min_offset_bps is the largest", "Q-2", DYNAMIC, volatility=stats(2.0))
    fees = {**DYNAMIC, "fee_buffer_bps": "15"}
    yield quotes("innermost/fee-binds", "fee_buffer_bps is the largest", "Q-2", fees, volatility=stats(2.0))
    yield quotes("innermost/equal", "optimal × multiplier equals min_offset_bps", "Q-2", DYNAMIC, volatility=stats(8.0))
    yield quotes(
        "innermost/zero-wicks", "valid statistics of zeros: the floors", "Q-2 V-10", DYNAMIC, volatility=stats(0.0, 0.0)
    )
    for word in ("NaN", "Infinity", "-Infinity"):
        name = word.lower().replace("-", "minus-")
        why = f"an optimal wick of {word} counts as 0: the floors hold"
        yield quotes(f"innermost/corrupt-{name}", why, "N-2 Q-2", DYNAMIC, volatility=stats(word, 40.0))
    yield quotes(
        "innermost/inexact", "binary64 has no 0.1: its exact value counts", "N-2 Q-2", DYNAMIC, volatility=stats(20.1)
    )


def _levels() -> Iterator[Ask]:
    one = {**PLAIN, "num_levels": 1}
    yield quotes("levels/one", "one level", "Q-3", one)
    yield quotes(
        "levels/one-exponential", "one level is never exponential", "Q-3", {**one, "level_distribution": "exponential"}
    )
    yield quotes("levels/no-spacing", "all levels at one offset", "Q-3", {**PLAIN, "level_spacing_bps": "0"})
    yield quotes("levels/range-binds", "no statistics: U = L0 + min_range_width_bps", "Q-3", CURVED)
    yield quotes("levels/p100-binds", "U = P100 × safety", "Q-3", CURVED, volatility=stats(3.0, 150.0))
    dynamic = {**CURVED, "dynamic_offset_enabled": True}
    yield quotes(
        "levels/p100-and-optimal", "L0 and U from statistics", "Q-2 Q-3", dynamic, volatility=stats(25.0, 150.0)
    )
    yield quotes("levels/p100-corrupt", "a P100 of NaN counts as 0", "N-2 Q-3", dynamic, volatility=stats(25.0, "NaN"))
    yield quotes(
        "levels/not-valid",
        "statistics that are not valid: P100 counts as 0",
        "Q-3",
        CURVED,
        volatility=stats(3.0, 150.0, valid=False),
    )
    for exponent in ("0.5", "1", "2", "3.7", "10"):
        config = {**CURVED, "level_exponent": exponent}
        yield quotes(
            f"levels/exponent-{exponent}", f"exponent {exponent}", "Q-3 N-3", config, volatility=stats(3.0, 150.0)
        )
    yield quotes(
        "levels/two-exponential",
        "two levels: L0 and U",
        "Q-3",
        {**CURVED, "num_levels": 2},
        volatility=stats(3.0, 150.0),
    )
    yield quotes(
        "levels/fifty", "the most levels there can be", "Q-3 Q-8", {**PLAIN, "num_levels": 50, "level_spacing_bps": "1"}
    )
    for multiplier in ("0.5", "1", "2", "3.25"):
        why = "the spread multiplier acts on every level; under 1 as 1"
        yield quotes(f"levels/multiplier-{multiplier}", why, "Q-1 Q-3", PLAIN, spread_multiplier=multiplier)


def _skews() -> Iterator[Ask]:
    for ratio in ("-1.5", "-1", "-0.25", "0.25", "1", "1.5"):
        why = "inventory skew; beyond ±1 as ±1"
        yield quotes(
            f"skews/ratio{_sign(ratio)}", why, "Q-1 Q-4", {**PLAIN, "min_offset_bps": "40"}, inventory_ratio=ratio
        )
    wide = {**PLAIN, "min_offset_bps": "40", "velocity_skew_enabled": True}
    for trend in ("-2", "-1", "-0.2", "0.6", "1", "2"):
        yield quotes(
            f"skews/trend{_sign(trend)}", "velocity skew; beyond ±1 as ±1", "Q-1 Q-5", wide, velocity_trend=trend
        )
    off = {**wide, "velocity_skew_enabled": False}
    yield quotes("skews/trend-off", "velocity skew off: no effect", "Q-5 C-1", off, velocity_trend="1")
    for ratio, trend in (("1", "1"), ("1", "-1"), ("-0.4", "0.6")):
        yield quotes(
            f"skews/both{_sign(ratio)}{_sign(trend)}", "both skews multiply", "Q-4 Q-5", wide,
            inventory_ratio=ratio, velocity_trend=trend,
        )  # fmt: skip
    none = {**wide, "inventory_skew_factor": "0", "velocity_skew_factor": "0"}
    yield quotes(
        "skews/factors-zero", "factors of 0: no skew", "Q-4 Q-5", none, inventory_ratio="1", velocity_trend="1"
    )


def _floors() -> Iterator[Ask]:
    tight = {**PLAIN, "min_offset_bps": "9", "inventory_skew_factor": "0.9"}
    yield quotes("floors/fee", "the skewed side is held at the fee buffer", "Q-6", tight, inventory_ratio="1")
    loose = {**tight, "skew_respects_fee_floor": False}
    yield quotes("floors/one-bp", "the correction off: held at 1 bp", "Q-6", loose, inventory_ratio="1")
    yield quotes(
        "floors/fixed-under-the-fee", "a fixed offset under the fee is lifted", "Q-6", {**PLAIN, "min_offset_bps": "3"}
    )
    small = {**PLAIN, "fee_buffer_bps": "0.5", "min_offset_bps": "0.1", "level_spacing_bps": "0"}
    yield quotes("floors/fee-under-one-bp", "a fee buffer under 1 bp: 1 bp holds", "Q-6", small)
    exact = {**PLAIN, "min_offset_bps": "8"}
    yield quotes("floors/equal", "the offset equals the fee buffer", "Q-6", exact)


def _edges() -> Iterator[Ask]:
    for name, offset in (("at", "9500"), ("over", "9500.01"), ("way-over", "12000")):
        why = "a price farther than 9500 bps from the oracle is dropped"
        config = {**PLAIN, "num_levels": 1, "min_offset_bps": offset}
        yield quotes(f"edges/farthest-{name}", why, "Q-7", config)
    some = {**PLAIN, "min_offset_bps": "9490", "level_spacing_bps": "6"}
    yield quotes("edges/outer-dropped", "the outer rungs are dropped, the inner keep their levels", "Q-7 Q-10", some)
    for oracle in ("0", "-5", "0.000012345", "123456789.5", "1"):
        yield quotes(
            f"edges/oracle{_sign(oracle)}", "an oracle price out of the usual range", "Q-0 Q-7", PLAIN, oracle_px=oracle
        )


def _sizes() -> Iterator[Ask]:
    convex = {**PLAIN, "num_levels": 4, "size_distribution": "convex"}
    yield quotes("sizes/uniform", "equal sizes", "Q-8", {**PLAIN, "num_levels": 4})
    yield quotes("sizes/convex", "sizes rise from 0.5 to 1.5 times", "Q-8", convex)
    yield quotes("sizes/convex-one-level", "one level is never convex", "Q-8", {**convex, "num_levels": 1})
    flat = {**convex, "size_min_multiplier": "1.2", "size_max_multiplier": "1.2"}
    yield quotes("sizes/convex-flat", "equal multipliers", "Q-8", flat)
    uneven = {**convex, "num_levels": 7, "size_min_multiplier": "0.3", "size_max_multiplier": "0.9"}
    yield quotes("sizes/convex-thirds", "shares that have no end in decimals", "Q-8 N-1", uneven)


# -- counter-orders


def counter(name: str, why: str, config: Data, **changes: object) -> Ask:
    """Ask for the answer to a fill."""
    args: Data = {
        "config": config,
        "side": "buy",
        "px": "4950",
        "sz": "0.0121",
        "level": 0,
        "mark_px": "4966",
        **changes,
    }
    return Ask("counter_order", name, why, ("L-8",), COUNTER_SPECS, args)


def counter_asks() -> Iterator[Ask]:
    """Yield the boundary cases of `counter_order`."""
    on: Data = {"counter_order_enabled": True, "fee_buffer_bps": "8"}
    yield counter("off", "counter-orders are off", {"counter_order_enabled": False})
    for side in ("buy", "sell"):
        fill = {"side": side, "px": "4950" if side == "buy" else "4982"}
        yield counter(f"{side}/level-0", "60 % of the way to the mark", on, **fill)
        for level in (1, 4, 11, 12, 40):
            why = "each level takes 3 % more, at most 95 %"
            yield counter(f"{side}/level-{level}", why, on, **fill, level=level)
        yield counter(f"{side}/fee-binds", "the fee buffer is more than the reversion", on, **{**fill, "px": "4965"})
        yield counter(f"{side}/at-the-mark", "no way to the mark: the fee buffer", on, **{**fill, "px": "4966"})
        beyond = "4980" if side == "buy" else "4950"
        yield counter(f"{side}/beyond-the-mark", "a fill on the other side of the mark", on, **{**fill, "px": beyond})
        yield counter(f"{side}/no-fee", "no fee buffer", {**on, "fee_buffer_bps": "0"}, **{**fill, "px": "4966"})
        whole = {**on, "counter_reversion_pct": "1", "counter_reversion_per_level": "0"}
        yield counter(f"{side}/capped", "a share of 1 acts as 0.95", whole, **fill)
        flat = {**on, "counter_reversion_per_level": "0"}
        yield counter(f"{side}/level-without-effect", "no share per level", flat, **fill, level=3)
    yield counter(
        "sell/not-positive", "so far above the mark that no price is left", on, side="sell", px="10", mark_px="500"
    )
    for name in ("px", "sz", "mark_px"):
        why = f"{name} of 0 is no fill to be answered"
        yield counter(f"buy/no-{name.replace('_', '-')}", why, on, **{name: "0"})
    yield counter("buy/tiny", "the smallest of numbers", on, px="0.00001", sz="0.00001", mark_px="0.00002")


def _sign(number: str) -> str:
    """Write a number for a name."""
    return f"-minus-{number[1:]}" if number.startswith("-") else f"-{number}"
