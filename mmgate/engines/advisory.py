"""The advisory specs of the property engine: what a config can do (CFG-3), what ticks say (VOL-5), what a tick costs
(VOL-7).

Each judges the maker as well as it reports: the definition's envelope is tight around what the maker's ladder does, and
the statistics that the tick report builds on are those that the maker computes of the same ticks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from hypothesis import strategies as st

from mmgate.engines.cases import LadderCase, ratios, some_markets, statistics, stats_of
from mmgate.engines.counting import comparisons
from mmgate.engines.functions import POWER_SLACK, Property
from mmgate.engines.lawful import ENGINE, PORT_SHARE, Check, asked, broken, offers_no
from mmgate.engines.laws import PERCENTILE_KEYS, ULPS, Ask, config_args, quoted
from mmgate.ports.direct import defect_of
from mmgate.request import Entry, MakerRef, Request
from mmgate.worlds import recording_of
from model.arithmetic import text
from model.config import MakerConfig
from model.journal import MakerFault
from model.market import Market
from specs.defects import applied
from specs.definitions.envelope import Envelope, corners, envelope
from specs.definitions.wicks import Statistics, Tick, WickWindow
from specs.spec import Outcome, Violation, Word

ENVELOPE, TICKS, COST = "CFG-3", "VOL-5", "VOL-7"
ORACLE_PX = Decimal(5000)
MARKET = Market("xyz:GOLD", 4)
NO_TICKS = "no ticks were given; --ticks names a recording, and mmgate observe reports on it"
ONLY_REFERENCE = "it counts the comparisons inside the reference's code, and a port's can't be counted"
ASKED_TICKS = 1500
"""A maker is asked for the statistics of so many ticks at the beginning of a recording, and so many at its end."""
READS = 20


def outcomes(request: Request, check: Check) -> list[Outcome]:
    """Judge the advisory specs that are asked for."""
    found: list[Outcome] = []
    if ENVELOPE in request.specs:
        found += envelopes(request, check)
    if TICKS in request.specs:
        found.append(observed(request))
    if COST in request.specs:
        found.append(_cost(request.maker))
    return found


# -- the envelope


def envelopes(request: Request, check: Check) -> list[Outcome]:
    """Ask for ladders of every config: none may leave its envelope, and the corners must reach it."""
    configs = list(dict.fromkeys(entry.config for entry in request.suite))
    if not configs:
        return []
    known = {config: envelope(config) for config in configs}
    port = request.maker.kind == "port"
    try:
        with asked(request.maker) as (ask, calls, _):
            if "compute_quotes" not in calls:
                return [Outcome(ENVELOPE, ENGINE, Word.NOT_APPLICABLE, reason=offers_no("compute_quotes"))]
            examples = max(1, request.profile.property_examples // (PORT_SHARE if port else 1))
            inside = Property(ENVELOPE, "ladders inside their envelope", _cases(configs), partial(_leaves, ask, known))
            return [_corners(ask, known), check(inside, examples, request.seed, shrinking=not port)]
    except MakerFault as fault:
        return [broken(ENVELOPE, fault, request.maker)]


def _cases(configs: Sequence[MakerConfig]) -> st.SearchStrategy[LadderCase]:
    """Draw whatever a ladder of one of the configs can depend on while it is quoted."""

    def case(config: MakerConfig) -> st.SearchStrategy[LadderCase]:
        widest = config.adverse_spread_multiplier if config.adverse_consecutive_fills else Decimal(1)
        multiplier = st.sampled_from((Decimal(1), widest))
        known = st.one_of(st.none(), statistics()) if config.dynamic_offset_enabled else st.none()
        fixed = (st.just(config), some_markets, st.just(ORACLE_PX))
        return st.builds(LadderCase, *fixed, ratios, multiplier, ratios, known)

    return st.sampled_from(configs).flatmap(case)


def _leaves(ask: Ask, known: dict[MakerConfig, Envelope], case: LadderCase) -> str | None:
    """CFG-3: a ladder stands inside its config's envelope."""
    found = _offsets(ask, case)
    bounds = known[case.config]
    for (side, level), (offset, _) in found.items():
        if not bounds.tightest_bps * (1 - POWER_SLACK) <= offset <= bounds.widest_bps * (1 + POWER_SLACK):
            span = f"{float(bounds.tightest_bps)} to {float(bounds.widest_bps)} bps"
            return f"{side} L{level} stands {float(offset)} bps away, outside the config's {span}"
    for side in {side for side, _ in found}:
        usd = sum(value for (of, _), (_, value) in found.items() if of is side)
        if usd > bounds.side_usd * (1 + POWER_SLACK):
            return f"the {side} side is worth {float(usd)} USD, more than the config's {float(bounds.side_usd)}"
    return None


def _offsets(ask: Ask, case: LadderCase) -> dict[Any, tuple[Fraction, Fraction]]:
    """Ask for a ladder: offset in bps and size in USD by side and level."""
    oracle = Fraction(case.oracle_px)
    return {key: (abs(oracle - px) / oracle * 10_000, usd) for key, (px, usd) in quoted(ask, case).items()}


def _corners(ask: Ask, known: dict[MakerConfig, Envelope]) -> Outcome:
    """Ask at every corner of every config: the envelope must be reached, or it says nothing."""
    faults, count = [], 0
    for config, bounds in known.items():
        offsets = [offset for case in _corner_cases(config) for offset, _ in _offsets(ask, case).values()]
        count += len(offsets)
        wanted = [("tightest", min(offsets, default=None), bounds.tightest_bps)]
        wanted += [] if bounds.beyond else [("widest", max(offsets, default=None), bounds.widest_bps)]
        for name, found, defined in wanted:
            if found is None or abs(found - defined) > POWER_SLACK * defined:
                told = "none" if found is None else f"{float(found)} bps"
                faults.append(f"the {name} offset of a config is {told}, by definition {float(defined)} bps")
    violations = tuple(Violation(ENVELOPE, 0, 0, fault) for fault in faults)
    word = Word.VIOLATED if faults else Word.HOLDS if count else Word.VACUOUS
    strength = f"{count} cases: rungs at all corners of {len(known)} configs"
    return Outcome(ENVELOPE, ENGINE, word, strength, count, (), violations, "".join(faults[:1]))


def _corner_cases(config: MakerConfig) -> Iterator[LadderCase]:
    for inputs in corners(config):
        wick = None if inputs.statistics is None else inputs.statistics.optimal_bps
        stats = None if wick is None else stats_of([wick] * len(PERCENTILE_KEYS), True, wick)
        ratio, trend, multiplier = (Decimal(str(float(one))) for one in (inputs.ratio, inputs.trend, inputs.multiplier))
        yield LadderCase(config, MARKET, ORACLE_PX, ratio, multiplier, trend, stats)


# -- ticks


def observed(request: Request) -> Outcome:
    """Ask for the statistics of the given ticks: they must be those that the tick report is built on."""
    entries = [entry for entry in request.suite if entry.ticks is not None]
    if not entries:
        return Outcome(TICKS, ENGINE, Word.NOT_APPLICABLE, reason=NO_TICKS)
    try:
        with asked(request.maker) as (ask, calls, _):
            if "wick_stats" not in calls:
                return Outcome(TICKS, ENGINE, Word.NOT_APPLICABLE, reason=offers_no("wick_stats"))
            return _observed(ask, entries)
    except MakerFault as fault:
        return broken(TICKS, fault, request.maker)


def _observed(ask: Ask, entries: Sequence[Entry]) -> Outcome:
    faults, reads, known = [], 0, 0
    for entry in entries:
        recording = recording_of(entry)
        ticks = [(quote.at_ms, quote.mid_px) for quote in recording.quotes]
        parts = [ticks] if len(ticks) <= 2 * ASKED_TICKS else [ticks[:ASKED_TICKS], ticks[-ASKED_TICKS:]]
        for part in parts:
            fault, asked_for = _differs(ask, entry.config, part)
            faults += [f"{recording.market.name}: {fault}"] if fault else []
            reads, known = reads + asked_for, known + len(part)
    violations = tuple(Violation(TICKS, 0, 0, fault) for fault in faults)
    word = Word.VIOLATED if faults else Word.HOLDS
    strength = f"{reads} cases: reads over {known} given ticks"
    return Outcome(TICKS, ENGINE, word, strength, reads, (("reads", reads),), violations, "".join(faults[:1]))


def _differs(ask: Ask, config: MakerConfig, ticks: Sequence[Tick]) -> tuple[str, int]:
    """Say where a maker's statistics of some ticks differ from the definition's, and how often it was asked."""
    every = max(1, math.ceil(len(ticks) / READS))
    wanted: dict[int, Statistics] = {}
    window = WickWindow(config)
    for at, (now_ms, px) in enumerate(ticks):
        window.tick(now_ms, px)
        last = at + 1 == len(ticks) or ticks[at + 1][0] > now_ms
        if last and at // every > len(wanted) - 1:
            wanted[now_ms] = window.statistics(now_ms)
    told = [[now_ms, text(px)] for now_ms, px in ticks]
    args = {"config": config_args(config), "ticks": told, "reads": list(wanted)}
    for (now_ms, known), found in zip(wanted.items(), ask("wick_stats", args), strict=True):
        for key, value in zip(PERCENTILE_KEYS, known.levels_bps, strict=True):
            if abs(float(found[f"{key}_wick_bps"]) - value) > ULPS * value:
                return f"{key} at {now_ms} is {found[f'{key}_wick_bps']}, by definition {value}", len(wanted)
        if found["sample_count"] != known.count:
            return f"{found['sample_count']} samples at {now_ms}, by definition {known.count}", len(wanted)
    return "", len(wanted)


# -- cost


def _cost(maker: MakerRef) -> Outcome:
    if maker.kind == "port":
        return Outcome(COST, ENGINE, Word.NOT_APPLICABLE, reason=ONLY_REFERENCE)
    with applied(defect_of(maker.name)) if maker.kind == "defect" else nullcontext():
        return comparisons()
