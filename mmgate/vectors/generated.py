"""Cases from the generators of the property engines: what laws ask of drawn cases, drawn stories, drawn worlds.

Hypothesis draws them: the same seed gives the same cases with the same version of it, which the index names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mmgate.engines.cases import FillCase, LadderCase, fill_cases, ladder_cases
from mmgate.engines.sampling import law_calls, machine_worlds, samples, tell_stories
from mmgate.identity import config_data
from mmgate.profiles import QUICK, embedded_suite
from mmgate.vectors.ask import Ask, answered, asking, brief, slug
from mmgate.vectors.case import Case, Data
from mmgate.vectors.recorded import Recorded
from mmgate.vectors.scenes import STEPS, lived
from model.actions import Side
from model.arithmetic import text

ORIGIN = "generated"
CASES_EACH = 20
"""So many cases are drawn for each law and property."""
STORIES, WORLDS_EACH, RULES_EACH = 40, 2, 12
"""So many stories; worlds for each config of the suite, each written by so many rules of the machine."""


def generated(seed: int) -> Iterator[Case]:
    """Yield what the generators draw, each input once."""
    known: set[str] = set()
    for ask in (*_of_laws(seed), *_of_fills(seed), *_of_orders(seed)):
        if str((ask.kind, ask.input)) not in known:
            known.add(str((ask.kind, ask.input)))
            yield answered(ask)
    yield from _stories(seed)
    yield from _worlds(seed)


def _of_laws(seed: int) -> Iterator[Ask]:
    for at, (spec_id, title, calls) in enumerate(law_calls(CASES_EACH, seed)):
        for part, (fn, args) in enumerate(calls):
            name = f"generated/{slug(title)}/{at:03d}-{part}"
            yield asking(fn, name, f"drawn for the law: {title}", (spec_id,), brief(args), ORIGIN, seed)


def _of_fills(seed: int) -> Iterator[Ask]:
    for at, case in enumerate(samples(fill_cases, CASES_EACH * 4, seed)):
        why = "drawn for the laws of counter-orders"
        yield asking("counter_order", f"generated/{at:03d}", why, ("CTR-1", "CTR-2"), fill_args(case), ORIGIN, seed)


def fill_args(case: FillCase) -> Data:
    """Write a drawn fill as the call that answers it."""
    return brief(
        {
            "config": config_data(case.config),
            "side": case.side.value,
            "px": text(case.px),
            "sz": text(case.sz),
            "level": case.level,
            "mark_px": text(case.mark_px),
        }
    )


def _of_orders(seed: int) -> Iterator[Ask]:
    for at, case in enumerate(samples(ladder_cases, CASES_EACH * 4, seed)):
        side = (Side.BUY, Side.SELL)[at % 2]
        why = "drawn for the law of venue rounding"
        yield asking("round_order", f"generated/{at:03d}", why, ("TCK-1",), order_args(case, side), ORIGIN, seed)


def order_args(case: LadderCase, side: Side) -> Data:
    """Write a drawn ladder's price and size as an order to be rounded."""
    market: Any = case.market
    told = {
        "market": market.name,
        "sz_decimals": market.sz_decimals,
        "min_notional_usd": text(market.min_notional_usd),
    }
    sz = case.config.size_per_level_usd / case.oracle_px
    return {"market": told, "side": side.value, "px": text(case.oracle_px), "sz": text(sz)}


def _stories(seed: int) -> Iterator[Case]:
    makers = [Recorded() for _ in range(STORIES)]
    tell_stories([*makers], seed)
    for at, maker in enumerate(makers):
        if maker.steps:
            why = "any well-formed events in any order"
            yield maker.case(f"generated/story/{at:03d}", why, "N-6", "ROB-1", ORIGIN, seed=seed)


def _worlds(seed: int) -> Iterator[Case]:
    configs = {entry.name: entry.config for entry in embedded_suite(QUICK)}
    for name, config in configs.items():
        for at, world in enumerate(machine_worlds(config, name, WORLDS_EACH, RULES_EACH, seed)):
            why = f"the beginning of a world that the state machine wrote for the config {name}"
            case = lived(world, STEPS).case(f"generated/machine/{name}/{at}", why, "N-5", "DET-1 ROB-1", ORIGIN)
            yield case
