"""Where a port's ladder first goes another way: the reference's inputs, asked of the port's own `compute_quotes`."""

from __future__ import annotations

from mmgate.identity import config_data
from mmgate.ports.calls import compute_quotes, plain
from mmgate.ports.messages import Data
from mmgate.ports.process import CallRefused, PortMaker
from mmgate.vectors.agree import unlike
from mmgate.vectors.case import Compare
from model.arithmetic import text
from model.config import LevelDistribution
from model.journal import Maker, MakerFault
from model.maker import Reference

CALL = "compute_quotes"


def first_intermediate(reference: Maker, port: Maker, market: str) -> str:
    """Name the first step of the ladder in which the port differs; empty where it offers no such call, or agrees."""
    if not (isinstance(reference, Reference) and isinstance(port, PortMaker)) or CALL not in port.hello.calls:
        return ""
    args = ladder_inputs(reference, market)
    if args is None:
        return ""
    curved = args["config"]["level_distribution"] == LevelDistribution.EXPONENTIAL
    try:
        first = next(
            unlike(compute_quotes(args), port.call(CALL, args), Compare.POWER if curved else Compare.DECIMALS), None
        )
    except (CallRefused, MakerFault) as fault:
        return f"{CALL} is answered with {fault}"
    return "" if first is None else first.told()


def ladder_inputs(reference: Reference, market: str) -> Data | None:
    """Return the arguments with which the reference last computed a market's ladder; None if it never did."""
    state = reference.state.markets.get(market)
    if state is None or state.built is None:
        return None
    oracle, _mark, ratio, multiplier, trend, stats = state.built.inputs
    return {
        "config": config_data(reference.config),
        "oracle_px": text(oracle),
        "inventory_ratio": text(ratio),
        "spread_multiplier": text(multiplier),
        "velocity_trend": text(trend),
        "volatility": None if stats is None else plain(stats),
    }
