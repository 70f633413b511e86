"""Recorded files are read exactly, or refused in one line with the row."""

from __future__ import annotations

import gzip
from decimal import Decimal
from pathlib import Path

import pytest

from mmgate.data import table
from mmgate.data.recorded import for_recording, load_recorded
from mmgate.data.ticks import read_ticks
from mmgate.data.trades import read_trades
from mmgate.inputs import InputRefused
from mmgate.request import Entry
from mmgate.worlds import world_of
from model.actions import Side
from model.config import MakerConfig
from sim.script import SetPrices, Step, WorldQuote, WorldTrade

T0 = 1_757_015_216_000
BBO = "recv_ms,exchange_ms,bid_px,bid_sz,ask_px,ask_sz"
MIDS = "ts_ms,symbol,mid,best_bid,best_ask"
TRADES = "recv_ms,exchange_ms,tid,side,price,size"


def bbo(*rows: tuple[int, str, str]) -> str:
    """Write a file of quotes: ms after T0, bid, ask."""
    return "\n".join([BBO, *(f"{T0 + at + 300},{T0 + at},{bid},1.5,{ask},2.25" for at, bid, ask in rows)]) + "\n"


def written(folder: Path, text: str | bytes, name: str = "ticks.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refused(path: Path, symbol: str | None = None) -> str:
    with pytest.raises(InputRefused) as error:
        read_ticks(path, symbol)
    (line,) = error.value.lines
    return line.replace(str(path), "F")


def test_quotes_are_read_exactly_and_the_mid_is_exact(tmp_path: Path):
    ticks = read_ticks(written(tmp_path, bbo((0, "4268.9", "4269.0"), (130, "0.1", "0.2"))))
    assert [quote.mid_px for quote in ticks.quotes] == [Decimal("4268.95"), Decimal("0.15")]
    assert ticks.quotes[0].bid_sz == Decimal("1.5")
    assert (ticks.quotes[1].at_ms, ticks.out_of_order) == (T0 + 130, 0)


def test_a_gzipped_file_in_two_members_reads_as_one(tmp_path: Path):
    whole = bbo((0, "1", "2"), (1, "1", "3")).encode()
    two = gzip.compress(whole[:60], mtime=0) + gzip.compress(whole[60:], mtime=0)
    assert read_ticks(written(tmp_path, two)).quotes == read_ticks(written(tmp_path, whole)).quotes


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ([(0, "NaN", "2")], 'ticks F: row 2: bid = "NaN": must be a positive number'),
        ([(0, "1", "2"), (1, "-1", "2")], 'ticks F: row 3: bid = "-1": must be a positive number'),
        ([(0, "1", "0")], 'ticks F: row 2: ask = "0": must be greater than 0'),
        ([(0, "1", "")], 'ticks F: row 2: ask = "": must be a positive number'),
        ([(0, "1", "1e99")], 'ticks F: row 2: ask = "1e99": must be a positive number'),
        ([(0, "3", "2")], "ticks F: row 2: the bid 3 lies above the ask 2"),
        (
            [(5000, "1", "2"), (3999, "1", "2")],
            "ticks F: row 3: is 1001 ms older than a row before it; at most 999 ms are sorted",
        ),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, rows: list[tuple[int, str, str]], line: str):
    assert refused(written(tmp_path, bbo(*rows))) == line


def test_a_time_in_seconds_is_refused(tmp_path: Path):
    line = refused(written(tmp_path, f"{BBO}\n1,1757015216,1,1,2,1\n"))
    assert line == 'ticks F: row 2: time = "1757015216": must be a time in ms since 1970'


def test_rows_late_by_less_than_a_second_are_sorted_and_counted(tmp_path: Path):
    ticks = read_ticks(written(tmp_path, bbo((0, "1", "2"), (999, "3", "4"), (1, "1", "3"))))
    assert [quote.at_ms - T0 for quote in ticks.quotes] == [0, 1, 999]
    assert ticks.out_of_order == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (BBO.encode() + b"\n", "has no rows"),
        (MIDS.encode() + b"\n", "has no rows"),
        (b"a,b\n1,2\n", "row 1 must name the columns recv_ms,exchange_ms,"),
        (TRADES.encode() + b"\n1,2,3,buy,1,1\n", "holds trades; give it with --trades"),
        (bbo((0, "1", "2")).encode()[:-6], "row 2: has 5 of 6 columns; is the file cut off?"),
        (BBO.encode() + b"\n\xff\xfe", "row 2 is not UTF-8 text"),
        (gzip.compress(bbo((0, "1", "2")).encode(), mtime=0)[:-9], "is cut off after"),
        (b"\x1f\x8b" + b"rubbish", "is damaged"),
    ],
)
def test_a_file_that_holds_no_quotes_is_refused_in_one_line(tmp_path: Path, content: bytes, words: str):
    line = refused(written(tmp_path, content))
    assert words in line
    assert "\n" not in line


def test_a_last_row_without_line_end_is_read_and_noted(tmp_path: Path):
    path = written(tmp_path, bbo((0, "1", "2"))[:-1])
    assert any("if the file was cut off" in note for note in load_recorded(path, None, MakerConfig()).notes)


def test_a_gzip_bomb_stops_at_the_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(table, "MAX_UNPACKED_BYTES", 1000)
    assert "unpacks to more than 1000 bytes" in refused(written(tmp_path, gzip.compress(b"0" * 2000, mtime=0)))


def test_of_several_symbols_one_is_chosen(tmp_path: Path):
    path = written(tmp_path, f"{MIDS}\n{T0},ETH,1.5,1,2\n{T0},SOL,3.5,3,4\n{T0 + 1},ETH,1.6,1.1,2.1\n")
    assert len(read_ticks(path, "ETH").quotes) == 2
    assert read_ticks(path, "xyz:SOL").symbol == "SOL"
    assert refused(path) == "ticks F: holds 2 symbols (ETH, SOL); choose with --symbol"
    assert refused(path, "SOI") == "ticks F: has no symbol SOI, but ETH, SOL; did you mean SOL?"


def test_a_trade_files_backlog_and_repetitions_are_dropped_and_counted(tmp_path: Path):
    rows = [(9, -5, 1), (9, -3, 2), (40, 20, 3), (90, 60, 4), (5000, 20, 3), (5000, 60, 4), (5000, 4800, 5)]
    lines = [f"{T0 + recv},{T0 + at},{tid},buy,10,0.5" for recv, at, tid in rows]
    trades = read_trades(written(tmp_path, "\n".join([TRADES, *lines])))
    assert [trade.at_ms - T0 for trade in trades.trades] == [20, 60, 4800]
    assert (trades.backlog, trades.repeated) == (2, 2)


def test_an_unknown_side_is_refused(tmp_path: Path):
    with pytest.raises(InputRefused, match='row 2: side = "long": must be buy or sell'):
        read_trades(written(tmp_path, f"{TRADES}\n{T0},{T0},1,long,1,1\n"))


def played(ticks: Path, trades: Path | None = None) -> list[Step]:
    """Return the script of a recording, at its recorded time."""
    entry = Entry("test", MakerConfig(), "recorded", "", ticks, trades, "GOLD", "recorded")
    return list(world_of(entry, 1).script)


def test_a_script_tells_each_change_and_each_second_once(tmp_path: Path):
    rows = [(0, "1", "2"), (100, "1", "2"), (200, "1", "3"), (1000, "1", "3"), (1100, "1", "3")]
    steps = played(written(tmp_path, bbo(*rows)))
    assert [step.at_ms - T0 for step in steps if isinstance(step, SetPrices)] == [0, 200, 1000]
    assert steps[0] == WorldQuote(T0, "GOLD", Decimal(1), Decimal("1.5"), Decimal(2), Decimal("2.25"))
    assert steps[1] == SetPrices(T0, "GOLD", Decimal("1.5"), Decimal("1.5"))


def test_trades_are_played_with_the_quotes(tmp_path: Path):
    trades = written(tmp_path, f"{TRADES}\n{T0 - 9},{T0 + 100},1,sell,1,0.5\n", "trades.csv")
    steps = played(written(tmp_path, bbo((0, "1", "2"), (200, "0.9", "2"))), trades)
    assert steps[2] == WorldTrade(T0 + 100, "GOLD", Side.SELL, Decimal(1), Decimal("0.5"))
    assert len(steps) == 5


def test_trades_of_another_day_are_refused(tmp_path: Path):
    trades = written(tmp_path, f"{TRADES}\n{T0 - 9},{T0 + 86_400_000},1,sell,1,0.5\n", "trades.csv")
    with pytest.raises(InputRefused, match="no trade during the ticks' time"):
        load_recorded(written(tmp_path, bbo((0, "1", "2"))), trades, MakerConfig())


def test_lot_decimals_are_those_seen_and_bounded_by_the_price(tmp_path: Path):
    ticks = written(tmp_path, bbo((0, "0.18648", "0.18649")))
    assert load_recorded(ticks, None, MakerConfig()).market.sz_decimals == 1


def test_the_config_names_the_market_of_a_nameless_file(tmp_path: Path):
    path = written(tmp_path, bbo((0, "1", "2")))
    assert load_recorded(path, None, MakerConfig(markets=("xyz:GOLD",))).market.name == "xyz:GOLD"
    two = MakerConfig(markets=("A", "B"))
    with pytest.raises(InputRefused, match="the config quotes A, B; choose with --symbol"):
        load_recorded(path, None, two)
    recorded = load_recorded(path, None, two, "B")
    assert for_recording(two, recorded).markets == ("B",)
    with pytest.raises(InputRefused, match="is of C, but the config quotes A, B"):
        load_recorded(path, None, two, "C")
