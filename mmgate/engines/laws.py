"""Laws that a maker's functions must keep, asked through the calls of the port protocol.

The reference answers through the very functions that it serves to others, a port through its process; so one law
judges both. A law gets a way to ask and one drawn case; it gives a text if it is broken, None if it holds, `UNMET`
if the case does not meet its condition.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from mmgate.engines.cases import LadderCase, ladder_cases, levels_of, stats_of
from mmgate.engines.functions import POWER_SLACK, SLACK, UNMET
from mmgate.engines.tick_cases import MoveCase, TickCase, move_cases, read_cases, tick_cases
from mmgate.ports.messages import WIRE
from model.actions import Side
from model.arithmetic import text
from model.config import KEYS, LevelDistribution, MakerConfig, SizeDistribution, VelocityWeighting
from specs.definitions import ladder as ladders
from specs.definitions import velocity as trends
from specs.definitions import wicks

Ask = Callable[[str, Mapping[str, Any]], Any]
Quoted = dict[tuple[Side, int], tuple[Fraction, Fraction]]

PERCENTILE_KEYS = ("p90", "p95", "p99", "p995", "p998", "p999", "p100")
ULPS = 1e-15
SCALED_DOUBT = Fraction(1, 50)
"""How far a trend may differ when moves of some bps are scaled: they may count in bps or in price (W-2)."""


@dataclass(frozen=True, slots=True)
class Law:
    """One law: the spec it belongs to, the call it needs, what it draws, what it checks.

    `cost`: one case is as dear as so many of another law, so that fewer are drawn.
    """

    spec_id: str
    title: str
    call: str
    cases: st.SearchStrategy[Any]
    check: Callable[[Ask, Any], str | None]
    cost: int = 1

    @property
    def shape(self) -> Any:
        """The type of a case."""
        if self.cases is read_cases:
            return tuple[TickCase, tuple[int, ...]]
        return {"compute_quotes": LadderCase, "wick_stats": TickCase, "velocity_trend": MoveCase}[self.call]


def config_args(config: MakerConfig) -> dict[str, Any]:
    """Write a config as the protocol does."""
    data = WIRE.to_data(config)
    return {key: data[key] for key in KEYS}


def quoted(ask: Ask, case: LadderCase) -> Quoted:
    """Ask for a ladder before rounding: price and size in USD by side and level."""
    stats = None if case.stats is None else {k: v for k, v in WIRE.to_data(case.stats).items() if k != "type"}
    args = {
        "config": config_args(case.config),
        "oracle_px": text(case.oracle_px),
        "inventory_ratio": text(case.ratio),
        "spread_multiplier": text(case.multiplier),
        "velocity_trend": text(case.trend),
        "volatility": stats,
    }
    told = ask("compute_quotes", args)
    return {
        (side, quote["level"]): (Fraction(quote["px"]), Fraction(quote["size_usd"]))
        for side, name in ((Side.BUY, "bids"), (Side.SELL, "asks"))
        for quote in told[name]
    }


def _differ(found: Quoted, wanted: Quoted, factor: Fraction = Fraction(1), slack: Fraction = SLACK) -> str | None:
    """Say where two ladders differ, the wanted prices scaled by a factor."""
    if found.keys() != wanted.keys():
        return f"other rungs: {sorted(found.keys() ^ wanted.keys())}"
    for key, (px, usd) in found.items():
        other, other_usd = wanted[key][0] * factor, wanted[key][1]
        if abs(px - other) > slack * abs(other) or abs(usd - other_usd) > SLACK * other_usd:
            fact = f"{float(px)} for {float(usd)} USD, not {float(other)} for {float(other_usd)} USD"
            return f"{key[0]} L{key[1]}: {fact}"
    return None


def offsets_are_the_defined_ones(ask: Ask, case: LadderCase) -> str | None:
    """OFF-5: inventory and trend move every price to where the definition has it."""
    found = quoted(ask, case)
    known = None if case.stats is None else _known(case)
    parts = (Fraction(case.ratio), Fraction(case.trend), Fraction(case.multiplier))
    inputs = ladders.Inputs(Fraction(case.oracle_px), *parts, known)
    for side in Side:
        for rung in ladders.ladder(case.config, inputs, side):
            told = found.get((side, rung.level))
            if told is None:
                if rung.usable and rung.offset_bps < ladders.FARTHEST_BPS * (1 - SLACK):
                    return f"{side} L{rung.level} is missing, by definition it stands at {float(rung.px)}"
                continue
            if abs(told[0] - rung.px) > inputs.oracle_px * (rung.offset_bps * POWER_SLACK / 10_000 + SLACK):
                return f"{side} L{rung.level} at {float(told[0])}, by definition at {float(rung.px)}"
    return None if found and (case.ratio or case.trend) else UNMET


def power_is_precise(ask: Ask, case: LadderCase) -> str | None:
    """OFF-8: the levels of an exponential ladder stand where an exact power puts them."""
    config = replace(case.config, level_distribution=LevelDistribution.EXPONENTIAL, skew_respects_fee_floor=False)
    plain = replace(case, config=config, ratio=Decimal(0), trend=Decimal(0), multiplier=Decimal(1))
    if config.num_levels < 3:
        return UNMET
    known = None if case.stats is None else _known(case)
    for (side, level), (px, _) in quoted(ask, plain).items():
        offset = abs(Fraction(case.oracle_px) - px) / Fraction(case.oracle_px) * 10_000
        wanted = max(Fraction(1), ladders.level_bps(config, known, level))
        if abs(offset - wanted) > POWER_SLACK * wanted + SLACK * 10_000:
            return f"{side} L{level} stands {float(offset)} bps away, by an exact power {float(wanted)}"
    return None


def corrupt_statistics_keep_the_floors(ask: Ask, case: LadderCase) -> str | None:
    """OFF-7: with NaN or infinite statistics every floor holds."""
    config = replace(case.config, dynamic_offset_enabled=True)
    bad = math.nan if case.ratio < 0 else math.inf if case.trend < 0 else -math.inf
    stats = stats_of([bad] * 7, True, bad)
    plain = replace(case, config=config, stats=stats, ratio=Decimal(0), trend=Decimal(0), multiplier=Decimal(1))
    floor = Fraction(max(config.min_offset_bps, config.fee_buffer_bps, Decimal(1)))
    for (side, level), (px, _) in quoted(ask, plain).items():
        offset = (Fraction(case.oracle_px) - px) * side.sign / Fraction(case.oracle_px) * 10_000
        if offset < floor * (1 - SLACK):
            return f"statistics are {bad}, and {side} L{level} stands {float(offset)} bps away, under {float(floor)}"
    return None


def sizes_are_the_defined_ones(ask: Ask, case: LadderCase) -> str | None:
    """SIZ-1: every size is what the distribution gives its level."""
    found = quoted(ask, case)
    for (side, level), (_, usd) in found.items():
        wanted = ladders.size_usd(case.config, level)
        if abs(usd - wanted) > SLACK * wanted:
            return f"{side} L{level} for {float(usd)} USD, by definition {float(wanted)}"
    return None if found else UNMET


def ladder_scales(ask: Ask, case: LadderCase) -> str | None:
    """OFF-6: ten times the oracle price, ten times every price."""
    found = quoted(ask, case)
    return _differ(quoted(ask, replace(case, oracle_px=case.oracle_px * 10)), found, Fraction(10)) if found else UNMET


def wild_inputs_act_clamped(ask: Ask, case: LadderCase) -> str | None:
    """OFF-10: ratio, trend and multiplier out of range act as the nearest allowed value."""
    one = Decimal(1)
    wild = replace(case, ratio=case.ratio * 4, trend=case.trend * 4, multiplier=case.multiplier / 4)
    tame = replace(
        wild,
        ratio=max(-one, min(one, wild.ratio)),
        trend=max(-one, min(one, wild.trend)),
        multiplier=max(one, wild.multiplier),
    )
    return UNMET if tame == wild else _differ(quoted(ask, wild), quoted(ask, tame))


def one_level_has_no_shape(ask: Ask, case: LadderCase) -> str | None:
    """OFF-10: with one level exponential is linear and convex is uniform."""
    curved = replace(
        case.config,
        num_levels=1,
        level_distribution=LevelDistribution.EXPONENTIAL,
        size_distribution=SizeDistribution.CONVEX,
    )
    plain = replace(curved, level_distribution=LevelDistribution.LINEAR, size_distribution=SizeDistribution.UNIFORM)
    return _differ(quoted(ask, replace(case, config=curved)), quoted(ask, replace(case, config=plain)))


def phases_off_change_nothing(ask: Ask, case: LadderCase) -> str | None:
    """CFG-2: keys of a phase that is off, and what they work on, have no effect."""
    off = replace(
        case.config,
        dynamic_offset_enabled=False,
        velocity_skew_enabled=False,
        level_distribution=LevelDistribution.LINEAR,
        size_distribution=SizeDistribution.UNIFORM,
    )
    moved = replace(
        off,
        l0_wick_multiplier=off.l0_wick_multiplier + 3,
        velocity_skew_factor=Decimal("0.9"),
        level_exponent=Decimal(3),
        p100_safety_multiplier=Decimal(5),
        min_range_width_bps=off.min_range_width_bps + 70,
        size_min_multiplier=Decimal("0.1"),
        size_max_multiplier=Decimal(7),
    )
    plain = replace(case, config=off, trend=Decimal(0), stats=None)
    return _differ(quoted(ask, replace(case, config=moved)), quoted(ask, plain))


def _known(case: LadderCase) -> wicks.Statistics:
    stats = case.stats
    assert stats is not None
    optimal = stats.optimal_wick_bps
    return wicks.Statistics(levels_of(stats), stats.sample_count, stats.is_valid, optimal, "P99", optimal, optimal)


# -- ticks


def read(ask: Ask, config: MakerConfig, ticks: list[tuple[int, Decimal]], reads: list[int]) -> list[dict[str, Any]]:
    """Ask for the statistics of ticks at some times."""
    told = [[now_ms, text(px)] for now_ms, px in ticks]
    answer: list[dict[str, Any]] = ask("wick_stats", {"config": config_args(config), "ticks": told, "reads": reads})
    return answer


def _defined(case: TickCase) -> wicks.Statistics:
    window = wicks.WickWindow(case.config)
    for now_ms, px in case.ticks():
        window.tick(now_ms, px)
    return window.statistics(case.read_ms)


def _close(found: float, low: float, high: float) -> bool:
    return low * (1 - ULPS) <= found <= high * (1 + ULPS)


def statistics_are_the_defined_ones(ask: Ask, case: TickCase) -> str | None:
    """VOL-1: samples and percentiles equal the definition's, over a window large enough to tell them apart."""
    found, wanted = read(ask, case.config, case.ticks(), [case.read_ms])[0], _defined(case)
    if (found["sample_count"], found["is_valid"]) != (wanted.count, wanted.valid):
        return (
            f"{found['sample_count']} samples, valid {found['is_valid']}; by definition {wanted.count}, {wanted.valid}"
        )
    for key, value in zip(PERCENTILE_KEYS, wanted.levels_bps, strict=True):
        if not _close(float(found[f"{key}_wick_bps"]), value, value):
            return f"{key} is {found[f'{key}_wick_bps']}, by definition {value}"
    return None if wanted.count else UNMET


def breakpoint_is_the_defined_one(ask: Ask, case: TickCase) -> str | None:
    """VOL-2: the optimal wick equals the definition's, as far as last digits do not decide it."""
    found, wanted = read(ask, case.config, case.ticks(), [case.read_ms])[0], _defined(case)
    if not _close(float(found["optimal_wick_bps"]), wanted.optimal_low_bps, wanted.optimal_high_bps):
        told = f"{found['optimal_wick_bps']} ({found['optimal_percentile']})"
        return f"the optimal wick is {told}, by definition {wanted.optimal_bps} ({wanted.optimal_name})"
    return None if wanted.count else UNMET


def larger_spikes_never_lower_it(ask: Ask, case: TickCase) -> str | None:
    """VOL-2: raising only the largest samples never lowers the optimal wick."""
    calm = replace(case, config=replace(case.config, wick_includes_gap=False, wick_window_size=5000, wick_max_age_ms=0))
    before = read(ask, calm.config, calm.ticks(), [calm.read_ms])[0]
    border = float(before["p999_wick_bps"])
    higher = calm.raised(border)
    if higher is None:
        return UNMET
    after = read(ask, calm.config, higher, [calm.read_ms])[0]
    if float(after["optimal_wick_bps"]) < float(before["optimal_wick_bps"]):
        fact = f"from {before['optimal_wick_bps']} to {after['optimal_wick_bps']}"
        return f"samples from {border} bps on were raised, and the optimal wick fell {fact}"
    return None


def cache_is_invisible(ask: Ask, case: tuple[TickCase, list[int]]) -> str | None:
    """VOL-3: a read after many others gives what it gives alone."""
    ticks, pauses_ms = case
    told = ticks.ticks()
    reads = sorted({told[0][0] + pause_ms for pause_ms in pauses_ms})
    together = read(ask, ticks.config, told, reads)
    for at, now_ms in enumerate(reads):
        alone = read(ask, ticks.config, told, [now_ms])[0]
        if together[at] != alone:
            return f"read {at} at {now_ms} gives {together[at]}, alone it gives {alone}"
    return None if len(reads) > 1 else UNMET


def trend_of(ask: Ask, config: MakerConfig, prices: list[Decimal]) -> Fraction:
    """Ask for the trend after some prices."""
    args = {"config": config_args(config), "prices": [text(px) for px in prices]}
    return Fraction(ask("velocity_trend", args)["trend"])


def trend_is_the_defined_one(ask: Ask, case: MoveCase) -> str | None:
    """VEL-1: in [−1, 1] and the definition's; all ups 1, all downs −1."""
    found = trend_of(ask, case.config, case.prices())
    window = trends.Trend(case.config)
    for px in case.prices():
        window.tick(px)
    if not any(abs(found - wanted) <= SLACK for wanted in window.values()):
        return f"the trend of {case.moves} is {float(found)}, by definition {[float(w) for w in window.values()]}"
    straight = {move > 0 for move in case.moves}
    sure = replace(case.config, velocity_min_tick_bps=Decimal(0))
    if case.moves and len(straight) == 1:
        wanted = 1 if straight == {True} else -1
        if trend_of(ask, sure, case.prices()) != wanted:
            return f"all moves of {case.moves} go one way, and the trend is not {wanted}"
    return None if case.moves else UNMET


def magnitude_weighs_moves(ask: Ask, case: MoveCase) -> str | None:
    """VEL-3: scaled moves give the same trend; a move larger than all others decides its sign."""
    config = replace(
        case.config,
        velocity_weighting=VelocityWeighting.MAGNITUDE,
        velocity_min_tick_bps=Decimal(0),
        velocity_window=max(1, len(case.moves)),
    )
    if not case.moves:
        return UNMET
    found = trend_of(ask, config, case.prices())
    scaled = trend_of(ask, config, replace(case, moves=tuple(3 * move for move in case.moves)).prices())
    if abs(found - scaled) > SCALED_DOUBT:
        return f"moves {case.moves} give {float(found)}, three times as large {float(scaled)}"
    largest = max(case.moves, key=abs)
    others = sum(abs(move) for move in case.moves) - abs(largest)
    if abs(largest) > 2 * others and found * largest <= 0:
        return f"the largest of {case.moves} is {largest}, and the trend is {float(found)}"
    return None


LAWS: tuple[Law, ...] = (
    Law("CFG-2", "phases off change nothing", "compute_quotes", ladder_cases, phases_off_change_nothing),
    Law("OFF-5", "skewed offsets by definition", "compute_quotes", ladder_cases, offsets_are_the_defined_ones),
    Law("OFF-6", "the ladder scales", "compute_quotes", ladder_cases, ladder_scales),
    Law(
        "OFF-7",
        "corrupt statistics keep the floors",
        "compute_quotes",
        ladder_cases,
        corrupt_statistics_keep_the_floors,
    ),
    Law("OFF-8", "an exact power", "compute_quotes", ladder_cases, power_is_precise),
    Law("OFF-10", "wild inputs act clamped", "compute_quotes", ladder_cases, wild_inputs_act_clamped),
    Law("OFF-10", "one level has no shape", "compute_quotes", ladder_cases, one_level_has_no_shape),
    Law("SIZ-1", "sizes by definition", "compute_quotes", ladder_cases, sizes_are_the_defined_ones),
    Law("VOL-1", "percentiles by definition", "wick_stats", tick_cases, statistics_are_the_defined_ones, cost=3),
    Law("VOL-2", "the breakpoint by definition", "wick_stats", tick_cases, breakpoint_is_the_defined_one, cost=3),
    Law("VOL-2", "larger spikes never lower it", "wick_stats", tick_cases, larger_spikes_never_lower_it, cost=3),
    Law("VOL-3", "the cache is invisible", "wick_stats", read_cases, cache_is_invisible, cost=3),
    Law("VEL-1", "the trend by definition", "velocity_trend", move_cases, trend_is_the_defined_one),
    Law("VEL-3", "magnitude weighs moves", "velocity_trend", move_cases, magnitude_weighs_moves),
)
"""All laws, in the specs' reading order."""
