"""Recorded trades: `recv_ms,exchange_ms,tid,side,price,size`, `side` being the taker's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from mmgate.data.table import Table, read_table
from mmgate.data.ticks import BBO, MIDS, TRADES, in_order
from mmgate.inputs import InputRefused, shown
from model.actions import Side

SIDES = {"buy": Side.BUY, "sell": Side.SELL, "B": Side.BUY, "A": Side.SELL}
"""The two ways to write the taker's side: in words, and as the venue's streams do."""


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade at the venue: the taker's side, price, size in base units."""

    at_ms: int
    side: Side
    px: Decimal
    sz: Decimal


@dataclass(frozen=True, slots=True)
class Trades:
    """A file's trades in order of time. `backlog`, `repeated`: rows that were dropped (`read_trades`)."""

    name: str
    digest: str
    trades: tuple[Trade, ...]
    backlog: int
    repeated: int
    out_of_order: int


@dataclass(slots=True)
class _Dropped:
    """Counts of what a file holds but did not happen when it says."""

    backlog: int = 0
    repeated: int = 0


def read_trades(path: Path) -> Trades:
    """Read a file of recorded trades. Raises InputRefused in one line, with the row where there is one.

    A recording begins with a snapshot of trades that happened before it, and has another after each reconnect:
    rows whose venue time is older than the first receipt, and rows whose (time, tid) was there before, are
    dropped and counted.
    """
    table = read_table(path, "trades")
    if not set(TRADES) <= set(table.columns):
        hint = "; quotes are given with --ticks" if {*BBO} <= {*table.columns} or {*MIDS} <= {*table.columns} else ""
        raise InputRefused(f"{table.name}: row 1 must name the columns {','.join(TRADES)}{hint}")
    dropped = _Dropped()
    trades, late = in_order(table, _happened(table, dropped), lambda trade: trade.at_ms)
    if not trades and not dropped.backlog:
        raise InputRefused(f"{table.name}: has no rows below its header")
    return Trades(table.name, table.digest, trades, dropped.backlog, dropped.repeated, late)


def _happened(table: Table, dropped: _Dropped) -> Iterator[tuple[int, Trade]]:
    """Yield the trades that are no snapshot's; count the others."""
    recv, at, tid, side, px, sz = (table.columns.index(name) for name in TRADES)
    first_receipt_ms: int | None = None
    seen: set[tuple[int, str]] = set()
    for number, cells in table.rows():
        received_ms = table.time_ms(number, "recv_ms", cells[recv])
        if first_receipt_ms is None:
            first_receipt_ms = received_ms
        if cells[side] not in SIDES:
            raise table.refused(number, f"side = {shown(cells[side])}: must be buy or sell (or B, A)")
        trade = Trade(
            table.time_ms(number, "exchange_ms", cells[at]),
            SIDES[cells[side]],
            table.positive(number, "price", cells[px]),
            table.positive(number, "size", cells[sz]),
        )
        identity = (trade.at_ms, cells[tid])
        if trade.at_ms < first_receipt_ms:
            dropped.backlog += 1
        elif identity in seen:
            dropped.repeated += 1
        else:
            seen.add(identity)
            yield number, trade
