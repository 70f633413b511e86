"""A recording made ready to be played: one market, its quotes and trades, shifted in time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from mmgate.data.shift import shift_ms, write_time
from mmgate.data.ticks import Quote, Ticks, read_ticks
from mmgate.data.trades import Trade, Trades, read_trades
from mmgate.inputs import InputRefused
from model.config import MakerConfig
from model.market import Market

NAMELESS = "RECORDED"
"""The market's name where neither file, config nor command line gives one."""
MAX_PRICE_DECIMALS = 6
MAX_LOT_DECIMALS = 5
NOMINAL_USD = Decimal(100_000)
"""The size shown at best bid and offer where the recording has none, in USD."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording, shifted: times are those at which it is played. `notes`: what was done to it, for the report."""

    market: Market
    quotes: tuple[Quote, ...]
    trades: tuple[Trade, ...]
    shift_ms: int
    digests: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]

    @property
    def first_ms(self) -> int:
        """When the first quote is played."""
        return self.quotes[0].at_ms

    @property
    def last_ms(self) -> int:
        """When the last quote is played."""
        return self.quotes[-1].at_ms


def load_recorded(
    ticks: Path, trades: Path | None, config: MakerConfig, symbol: str | None = None, start: str | None = None
) -> Recorded:
    """Read a recording for a config and shift it (`start` as `shift_ms`). Raises InputRefused."""
    quotes = read_ticks(ticks, symbol)
    name = _market_name(quotes, config, symbol)
    by = shift_ms(quotes.quotes[0].at_ms, quotes.quotes[-1].at_ms, start)
    played, notes = _played(quotes, by)
    deals: tuple[Trade, ...] = ()
    digests = [(quotes.name, quotes.digest)]
    if trades is not None:
        read = read_trades(trades)
        deals, more = _within(read, quotes, by)
        digests.append((read.name, read.digest))
        notes += more
    market = Market(name, _lot_decimals(quotes.quotes))
    return Recorded(market, played, deals, by, tuple(digests), (*notes, *_market_notes(market, config, played)))


def for_recording(config: MakerConfig, recorded: Recorded) -> MakerConfig:
    """Let a config quote the recorded market alone: the recording tells of no other."""
    return replace(config, markets=(recorded.market.name,))


def _market_name(ticks: Ticks, config: MakerConfig, symbol: str | None) -> str:
    """Name the market: by the file, the command line, or the config if it names one. Raises InputRefused."""
    coin = ticks.symbol or symbol
    if coin is None and len(config.markets) > 1:
        names = ", ".join(config.markets)
        raise InputRefused(f"{ticks.name}: names no symbol and the config quotes {names}; choose with --symbol")
    if coin is None:
        return config.markets[0] if config.markets else NAMELESS
    same = [name for name in config.markets if name.rpartition(":")[2] == coin.rpartition(":")[2]]
    if config.markets and not same:
        raise InputRefused(f"{ticks.name}: is of {coin}, but the config quotes {', '.join(config.markets)}")
    return max([coin, *same], key=lambda name: ":" in name)


def _played(ticks: Ticks, by: int) -> tuple[tuple[Quote, ...], list[str]]:
    """Shift the quotes and say so."""
    quotes = tuple(replace(quote, at_ms=quote.at_ms + by) for quote in ticks.quotes)
    first, last = ticks.quotes[0].at_ms, ticks.quotes[-1].at_ms
    notes = [f"{ticks.name}: {len(quotes)} quotes, {write_time(first)} to {write_time(last)}"]
    if by:
        notes.append(f"shifted by {by} ms: played from {write_time(first + by)} to {write_time(last + by)}")
    else:
        notes.append("played at its recorded time")
    if ticks.out_of_order:
        notes.append(f"{ticks.out_of_order} quotes were late by less than a second and were sorted")
    if ticks.ends_open:
        notes.append("the last row has no line end: if the file was cut off, its last number is wrong")
    if quotes[0].bid_sz is None:
        notes.append(f"it has no sizes: {NOMINAL_USD} USD are shown at best bid and offer")
    return quotes, notes


def _within(trades: Trades, ticks: Ticks, by: int) -> tuple[tuple[Trade, ...], list[str]]:
    """Shift the trades as the quotes, keep those during them, count the others."""
    first, last = ticks.quotes[0].at_ms, ticks.quotes[-1].at_ms
    kept = tuple(replace(trade, at_ms=trade.at_ms + by) for trade in trades.trades if first <= trade.at_ms <= last)
    notes = [f"{trades.name}: {len(kept)} trades"]
    if not kept and trades.trades:
        raise InputRefused(f"{trades.name}: has no trade during the ticks' time; is it of another day?")
    if trades.backlog:
        notes.append(f"{trades.backlog} trades of the snapshot backlog were dropped")
    if trades.repeated:
        notes.append(f"{trades.repeated} trades told again after a reconnect were dropped")
    if len(kept) < len(trades.trades):
        notes.append(f"{len(trades.trades) - len(kept)} trades before or after the quotes were left out")
    if trades.out_of_order:
        notes.append(f"{trades.out_of_order} trades were late by less than a second and were sorted")
    return kept, notes


def _lot_decimals(quotes: tuple[Quote, ...]) -> int:
    """Find the market's size decimals: what the venue uses at such prices, or more where sizes show more.

    Prices have at most 6 − szDecimals decimals, which bounds it from above.
    """
    prices = [px for quote in quotes for px in (quote.bid_px, quote.ask_px)]
    sizes = [sz for quote in quotes for sz in (quote.bid_sz, quote.ask_sz) if sz is not None]
    room = max(0, MAX_PRICE_DECIMALS - max(_decimals(px) for px in prices))
    usual = min(max(0, max(prices).adjusted() + 1), MAX_LOT_DECIMALS)
    return min(room, max([usual, *map(_decimals, sizes)]))


def _decimals(value: Decimal) -> int:
    """Count the decimals of a number, trailing zeros apart."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _market_notes(market: Market, config: MakerConfig, quotes: tuple[Quote, ...]) -> list[str]:
    """Say as what market the recording is played."""
    silences = ((later.at_ms - earlier.at_ms, earlier.at_ms) for earlier, later in pairwise(quotes))
    gap_ms, at_ms = max(silences, default=(0, 0))
    notes = [f"market {market.name}: lot 10^-{market.sz_decimals}, minimum {market.min_notional_usd} USD"]
    if config.markets and config.markets != (market.name,):
        notes.append(f"of the config's markets only {market.name} is quoted")
    if gap_ms > config.oracle_max_age_ms:
        notes.append(f"the longest silence is {gap_ms} ms, from {write_time(at_ms)}")
    return notes
