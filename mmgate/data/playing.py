"""From a recording to the world's script: what the venue's book, oracle and trades do, and when.

The maker is told of every change and at least once in each second that was recorded: with that its wick
statistics, which know highs and lows of seconds only, are exactly those of the whole recording.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_UP, Decimal
from heapq import merge

from mmgate.data.recorded import NOMINAL_USD, Recorded
from mmgate.data.shift import SECOND_MS
from sim.script import SetPrices, Step, WorldQuote, WorldTrade


def script_of(recorded: Recorded) -> tuple[Step, ...]:
    """Return a recording's steps in order of time; at equal ms the trade comes before the quote it left."""
    return tuple(merge(_trades(recorded), _quotes(recorded), key=lambda step: step.at_ms))


def _trades(recorded: Recorded) -> Iterator[Step]:
    for trade in recorded.trades:
        yield WorldTrade(trade.at_ms, recorded.market.name, trade.side, trade.px, trade.sz)


def _quotes(recorded: Recorded) -> Iterator[Step]:
    """Yield book and prices of each quote that changes a price or is the first of its second."""
    name = recorded.market.name
    told: tuple[int, Decimal, Decimal] | None = None
    for quote in recorded.quotes:
        now = (quote.at_ms // SECOND_MS, quote.bid_px, quote.ask_px)
        if now == told:
            continue
        told = now
        bid_sz = _size(quote.bid_sz, quote.bid_px, recorded)
        ask_sz = _size(quote.ask_sz, quote.ask_px, recorded)
        yield WorldQuote(quote.at_ms, name, quote.bid_px, bid_sz, quote.ask_px, ask_sz)
        yield SetPrices(quote.at_ms, name, quote.mid_px, quote.mid_px)


def _size(size: Decimal | None, px: Decimal, recorded: Recorded) -> Decimal:
    """Return the recorded size, or a nominal one where the file has none."""
    if size is not None:
        return size
    lot = Decimal(1).scaleb(-recorded.market.sz_decimals)
    return (NOMINAL_USD / px).quantize(lot, rounding=ROUND_UP)
