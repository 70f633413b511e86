"""What each config of a suite can do at worst, told for a person and as data (CFG-3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction

from mmgate.report import Section
from mmgate.request import Entry
from mmgate.worlds import RECORDED, world_of
from model.config import MakerConfig
from model.market import Market
from sim.script import SetPrices, WorldQuote
from sim.world import World
from specs.definitions.envelope import Envelope, envelope, flags

TITLE = "What each config can do at worst"
Priced = tuple[Market, Decimal]


def section_of(suite: Iterable[Entry], seed: int) -> Section:
    """Tell the envelope of every config, in the markets of its first scenario and in those of its recordings."""
    lines: list[str] = []
    data: list[dict[str, object]] = []
    for entry in _once(suite):
        world = world_of(entry, seed)
        markets = tuple(priced(world))
        found, flagged = envelope(world.config), flags(world.config, markets)
        quoted = len(world.config.markets) or len(world.markets)
        name = entry.name if entry.ticks is None else f"{entry.name} in {world.markets[0].name}"
        lines += [f"{name}: {told(found, quoted)}", *(f"  look: {flag}" for flag in flagged)]
        data.append(envelope_data(name, world.config, found, markets, flagged))
    return Section("envelope", TITLE, tuple(lines), tuple(data))


def _once(suite: Iterable[Entry]) -> list[Entry]:
    """Return the first entry of each config, and of each recording."""
    return list({(entry.name, entry.config, entry.ticks): entry for entry in reversed(list(suite))}.values())[::-1]


def priced(world: World) -> Iterator[Priced]:
    """Yield the world's markets with the first price that each is told."""
    left = {market.name: market for market in world.markets}
    for step in world.script:
        if not left:
            return
        if isinstance(step, SetPrices) and step.market in left and step.oracle_px > 0:
            yield left.pop(step.market), step.oracle_px
        elif isinstance(step, WorldQuote) and step.market in left and world.name == RECORDED:
            yield left.pop(step.market), (step.bid_px + step.ask_px) / 2


def told(found: Envelope, markets: int) -> str:
    """Write an envelope on one line."""
    orders = "unboundedly many" if found.open_orders is None else f"at most {found.open_orders}"
    whole = f", {number(found.position_usd * markets)} USD in {markets} markets" if markets > 1 else ""
    return (
        f"offsets {number(found.tightest_bps)} to {number(found.widest_bps)} bps"
        f" · a side's ladder {number(found.side_usd)} USD"
        f" · {orders} open orders a market"
        f" · position at most {number(found.position_usd)} USD a market{whole}"
    )


def envelope_data(
    name: str, config: MakerConfig, found: Envelope, markets: Iterable[Priced], flagged: list[str]
) -> dict[str, object]:
    """Return an envelope as plain data; numbers are texts, rounded to six significant figures."""
    return {
        "config": name,
        "tightest_offset_bps": number(found.tightest_bps),
        "widest_offset_bps": number(found.widest_bps),
        "ladder_side_usd": number(found.side_usd),
        "ladder_usd": number(2 * found.side_usd),
        "open_orders": found.open_orders,
        "position_usd": number(found.position_usd),
        "num_levels": config.num_levels,
        "markets": [market.name for market, _ in markets],
        "flags": flagged,
    }


def number(value: Fraction) -> str:
    """Write a number for a person, to six significant figures."""
    return f"{float(value):.6g}"
