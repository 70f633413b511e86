"""Recorded best bid and offer: two file shapes in, one series of quotes of one symbol out.

Shapes: `recv_ms,exchange_ms,bid_px,bid_sz,ask_px,ask_sz` (one symbol; the venue's time counts) and
`ts_ms,symbol,mid,best_bid,best_ask` (several). The mid of best bid and offer stands for the oracle price.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from mmgate.data.table import Table, read_table
from mmgate.inputs import InputRefused
from mmgate.loading import nearest

BBO = ("recv_ms", "exchange_ms", "bid_px", "bid_sz", "ask_px", "ask_sz")
MIDS = ("ts_ms", "symbol", "mid", "best_bid", "best_ask")
TRADES = ("recv_ms", "exchange_ms", "tid", "side", "price", "size")
MAX_DISORDER_MS = 1000
MAX_NAMED = 12


@dataclass(frozen=True, slots=True)
class Quote:
    """Best bid and offer at the venue at `at_ms`; sizes in base units, None where the file has none."""

    at_ms: int
    bid_px: Decimal
    ask_px: Decimal
    bid_sz: Decimal | None = None
    ask_sz: Decimal | None = None

    @property
    def mid_px(self) -> Decimal:
        """The mid, exactly; it stands for the oracle price."""
        return (self.bid_px + self.ask_px) / 2


@dataclass(frozen=True, slots=True)
class Ticks:
    """The quotes of one symbol in order of time. `symbol` None: the file names none.

    `out_of_order`: rows that came late by less than a second and were sorted in. `ends_open`: see `Table`.
    """

    name: str
    digest: str
    symbol: str | None
    quotes: tuple[Quote, ...]
    out_of_order: int
    ends_open: bool


def read_ticks(path: Path, symbol: str | None = None) -> Ticks:
    """Read a file of recorded quotes. Raises InputRefused in one line, with the row where there is one."""
    table = read_table(path, "ticks")
    if set(BBO) <= set(table.columns):
        found, chosen = _bbo(table), None
    elif set(MIDS) <= set(table.columns):
        chosen = _chosen(table, symbol)
        found = _mids(table, chosen)
    elif set(TRADES) <= set(table.columns):
        raise InputRefused(f"{table.name}: holds trades; give it with --trades, and quotes with --ticks")
    else:
        raise InputRefused(f"{table.name}: row 1 must name the columns {','.join(BBO)} or {','.join(MIDS)}")
    quotes, late = in_order(table, found, lambda quote: quote.at_ms)
    if not quotes:
        raise InputRefused(f"{table.name}: has no rows below its header")
    return Ticks(table.name, table.digest, chosen, quotes, late, table.ends_open)


Timed = TypeVar("Timed")


def in_order(
    table: Table, rows: Iterator[tuple[int, Timed]], time_of: Callable[[Timed], int]
) -> tuple[tuple[Timed, ...], int]:
    """Sort rows that are late by less than a second, counting them; refuse a later one with its row."""
    items: list[Timed] = []
    newest_ms, late = 0, 0
    for number, item in rows:
        behind_ms = newest_ms - time_of(item)
        if behind_ms >= MAX_DISORDER_MS:
            raise table.refused(
                number,
                f"is {behind_ms} ms older than a row before it; at most {MAX_DISORDER_MS - 1} ms are sorted",
            )
        late += behind_ms > 0
        newest_ms = max(newest_ms, time_of(item))
        items.append(item)
    if late:
        items.sort(key=time_of)
    return tuple(items), late


def _bbo(table: Table) -> Iterator[tuple[int, Quote]]:
    at, bid_px, bid_sz, ask_px, ask_sz = (table.columns.index(name) for name in BBO[1:])
    for number, cells in table.rows():
        quote = _quote(table, number, cells[at], cells[bid_px], cells[ask_px])
        yield (
            number,
            replace(
                quote,
                bid_sz=table.positive(number, "bid_sz", cells[bid_sz]),
                ask_sz=table.positive(number, "ask_sz", cells[ask_sz]),
            ),
        )


def _mids(table: Table, symbol: str) -> Iterator[tuple[int, Quote]]:
    at, name, mid, bid, ask = (table.columns.index(column) for column in MIDS)
    for number, cells in table.rows():
        if cells[name] == symbol:
            table.positive(number, "mid", cells[mid])
            yield number, _quote(table, number, cells[at], cells[bid], cells[ask])


def _quote(table: Table, number: int, at: str, bid: str, ask: str) -> Quote:
    """Read time, bid and offer of one row; a bid above the offer is refused."""
    quote = Quote(
        table.time_ms(number, "time", at),
        table.positive(number, "bid", bid),
        table.positive(number, "ask", ask),
    )
    if quote.bid_px > quote.ask_px:
        raise table.refused(number, f"the bid {bid} lies above the ask {ask}")
    return quote


def _chosen(table: Table, wanted: str | None) -> str:
    """Find the symbol to read; of several one has to be chosen. `xyz:GOLD` and `GOLD` are the same."""
    column = table.columns.index("symbol")
    symbols = list(dict.fromkeys(cells[column] for _, cells in table.rows()))
    if not symbols:
        raise InputRefused(f"{table.name}: has no rows below its header")
    listed = ", ".join(symbols[:MAX_NAMED]) + (", …" if len(symbols) > MAX_NAMED else "")
    if wanted is None:
        if len(symbols) > 1:
            raise InputRefused(f"{table.name}: holds {len(symbols)} symbols ({listed}); choose with --symbol")
        return symbols[0]
    for symbol in symbols:
        if wanted in (symbol, symbol.rpartition(":")[2]) or wanted.rpartition(":")[2] == symbol:
            return symbol
    raise InputRefused(f"{table.name}: has no symbol {wanted}, but {listed}{nearest(wanted, symbols)}")
