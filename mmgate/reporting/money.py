"""How a simulation reads: orders, fills, refusals, money, wick statistics, the shutdown."""

from __future__ import annotations

import sys
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

from rich.table import Table

from mmgate.accounting import Account, short_field
from mmgate.data.shift import write_time
from mmgate.report import RunId
from mmgate.reporting.console import console_for
from mmgate.reporting.words import clean, run_line
from model.arithmetic import text
from model.journal import RunEnded

CENT = Decimal("0.0001")


def usd(value: Decimal) -> str:
    """Write an amount in USD to four decimals; most fills earn less than a cent."""
    rounded = value.quantize(CENT, rounding=ROUND_HALF_EVEN)
    return f"{rounded if rounded else abs(rounded):f}"


def simulation_data(run: RunId, account: Account, notes: tuple[str, ...], digest: str) -> dict[str, object]:
    """Return a simulation's summary as plain data; money as exact strings."""
    end = account.end
    return {
        "schema": 1,
        "run": {"command": list(run.command), "code": run.code, "config": run.config, "seed": run.seed},
        "notes": [clean(note) for note in notes],
        "lives": account.lives,
        "events": account.turns,
        "sent": dict(sorted(account.sent.items())),
        "filled": dict(sorted(account.filled.items())),
        "refused": {clean(reason): count for reason, count in sorted(account.refused.items())},
        "warnings": dict(sorted(account.warned.items())),
        "taker_fills": account.taker_fills,
        "why_no_fills": "" if account.fills else account.why_no_fills(),
        "markets": {
            name: {
                "fills": ledger.fills,
                "traded_usd": text(ledger.traded_usd),
                "realised_usd": text(ledger.realised),
                "fees_usd": text(ledger.fees),
                "unrealised_usd": text(ledger.unrealised),
                "pnl_usd": text(ledger.realised + ledger.unrealised - ledger.fees),
                "net": text(ledger.net),
            }
            for name, ledger in account.markets.items()
        },
        "wick_stats": {name: dict(line.fields) for name, (_, line) in account.wicks.items()},
        "shutdown": [
            {"now_ms": at_ms, "code": line.code, "text": clean(line.text)} for at_ms, line in account.shutdown
        ],
        "settled": end.settled if end else False,
        "open_orders": len(end.open_orders) if end else 0,
        "positions": _positions(end) if end else "",
        "failed": clean(account.failed.text) if account.failed else "",
        "trace_sha256": digest,
    }


def tell_start(run: RunId, notes: tuple[str, ...], as_json: bool = False) -> None:
    """Print what will be run, before it is: a long run is not begun in silence. JSON has stdout for itself."""
    console = console_for(sys.stderr if as_json else sys.stdout)
    console.print(run_line(run), soft_wrap=True)
    for note in notes:
        console.print(f"  {clean(note)}", soft_wrap=True)
    sys.stdout.flush()


def tell_simulation(account: Account, trace: Path, digest: str, quiet: bool = False) -> None:
    """Print how a simulation went, for a person; with `quiet` the money, the end and the trace only."""
    console = console_for(sys.stdout)

    def line(content: str) -> None:
        console.print(content, soft_wrap=True)

    if not quiet:
        _told_orders(account, line)
    console.print(_money(account))
    if not quiet:
        _told_wicks(account, line)
    for content in _ending(account)[-1 if quiet else 0 :]:
        line(content)
    line(f"trace    {trace}")
    line(f"         sha256 {digest}")


def _told_orders(account: Account, line: Callable[[str], None]) -> None:
    line(f"events   {account.turns} told to the maker, {account.lives} lives")
    line(f"orders   {_counts(account.sent) or 'none'}")
    line(f"fills    {account.fills}" + (f": {_counts(account.filled)}" if account.fills else ""))
    if not account.fills:
        line(f"         {clean(account.why_no_fills())}")
    if account.taker_fills:
        line(f"         {account.taker_fills} fills of the account's other strategy are not the maker's")
    line(f"refused  {_counts(account.refused) or 'none'}")
    if account.warned:
        line(f"warned   {_counts(account.warned)}")


def _told_wicks(account: Account, line: Callable[[str], None]) -> None:
    for name, (at_ms, stats) in account.wicks.items():
        told = ", ".join(f"{field} {short_field(stats, field) if field != 'n' else n}" for field, n in stats.fields)
        line(f"wicks    {clean(name)} at {write_time(at_ms)}: {clean(told)}")
    if not account.wicks:
        line("wicks    no valid statistics were logged")


def _counts(counter: dict[str, int]) -> str:
    return ", ".join(
        f"{count} {clean(name)}" for name, count in sorted(counter.items(), key=lambda kv: (-kv[1], kv[0]))
    )


def _money(account: Account) -> Table:
    """Lay out the maker's money, market by market; the sum where there are several."""
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    table.add_column("market")
    for column in ("fills", "traded USD", "realised", "fees", "unrealised", "MM PnL", "net"):
        table.add_column(column, justify="right")
    total = [Decimal(0)] * 4
    for name, ledger in account.markets.items():
        parts = [ledger.traded_usd, ledger.realised, ledger.fees, ledger.unrealised]
        total = [sum(pair, Decimal(0)) for pair in zip(total, parts, strict=True)]
        table.add_row(clean(name), str(ledger.fills), *_row(parts), text(ledger.net))
    if len(account.markets) > 1:
        table.add_row("all", str(account.fills), *_row(total), "")
    return table


def _row(parts: list[Decimal]) -> list[str]:
    """Write traded, realised, fees, unrealised and what they come to."""
    traded, realised, fees, unrealised = parts
    return [usd(traded), usd(realised), usd(fees), usd(unrealised), usd(realised + unrealised - fees)]


def _ending(account: Account) -> list[str]:
    """Tell how the shutdown went, and what the venue holds at the end."""
    lines = [f"shutdown {write_time(at_ms)} {line.code}: {clean(line.text)}" for at_ms, line in account.shutdown]
    if not lines:
        lines.append("shutdown never began")
    if account.failed:
        lines.append(f"failed   {clean(account.failed.kind)}: {clean(account.failed.text)}")
    if account.end is not None:
        positions = _positions(account.end) or "none"
        settled = "nothing under way" if account.end.settled else "messages still under way"
        lines.append(
            f"end      {write_time(account.end.now_ms)}: {len(account.end.open_orders)} open orders of the account, "
            f"positions {positions}, {settled}"
        )
    return lines


def _positions(end: RunEnded) -> str:
    """Write the account's open positions, and whose they are where another strategy has a part in them."""
    return ", ".join(
        f"{clean(p.market)} {text(p.size)}" + (f" ({text(p.taker_size)} the other strategy's)" if p.taker_size else "")
        for p in end.positions
        if p.size or p.taker_size
    )
