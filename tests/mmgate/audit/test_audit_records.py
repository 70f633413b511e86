"""A run in the venue's records is audited: the live words where all is there, never blame where something is not."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path
from typing import Any

import pytest

from mmgate import cli
from mmgate.audit.recording import RecordsFile
from mmgate.loading import as_toml

MILD = {"inconclusive", "not applicable"}


def written(path: Path, records: Any) -> list[str]:
    with RecordsFile(path) as file:
        for record in records:
            file.observe(record)
    return path.read_text().splitlines(keepends=True)


def words_of(data: dict[str, Any]) -> dict[str, str]:
    return {row["id"]: row["word"] for row in data["specs"]}


@pytest.mark.parametrize(
    ("scenario", "config", "defect"),
    [
        ("races", "counter", ""),
        ("crash-loop", "counter", ""),
        ("disconnect", "fixed", ""),
        ("evening", "counter", ""),
        ("taker", "all-week", ""),
        ("evening", "counter", "counter-untracked"),
    ],
)
def test_records_give_the_words_of_the_live_monitors(tmp_path, watched, audit, scenario, config, defect):
    seen = watched(scenario, config, 2, defect)
    written(tmp_path / "r.jsonl", seen.records)
    code, data = audit(tmp_path / "r.jsonl")
    assert code == (1 if defect else 0)
    assert data["gaps"] == 0
    assert words_of(data) == seen.words


def test_the_line_of_a_violation_is_that_of_the_records(tmp_path, watched, audit):
    seen = watched("evening", "counter", 2, "counter-untracked")
    lines = written(tmp_path / "r.jsonl", seen.records)
    line = next(row["line"] for row in audit(tmp_path / "r.jsonl")[1]["specs"] if row["id"] == "FIL-2")
    assert "userFills" in lines[line - 1]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("numbered", [True, False])
def test_with_a_hundredth_of_the_lines_missing_nothing_is_wrongly_violated(tmp_path, watched, audit, seed, numbered):
    lines = written(tmp_path / "r.jsonl", watched("evening", "counter", 2).records)
    draw = random.Random(seed)
    kept = [line for at, line in enumerate(lines) if at == 0 or draw.random() >= 0.01]
    (tmp_path / "r.jsonl").write_text("".join(kept))
    (tmp_path / "m.toml").write_text('[lines]\nnumber = ""\ncomplete = true\n')
    code, data = audit(tmp_path / "r.jsonl", *(() if numbered else ("--map", tmp_path / "m.toml")))
    assert code == 3
    assert set(words_of(data).values()) == MILD


@pytest.mark.parametrize("content", ['"post":{"type":"cancel', '"post":{"type":"order"', '"reply":{"type":"order"'])
def test_one_line_that_is_missing_is_noticed_where_nothing_is_numbered(tmp_path, watched, audit, content):
    lines = written(tmp_path / "r.jsonl", watched("evening", "counter", 2).records)
    at = [number for number, line in enumerate(lines) if content in line][-1]
    (tmp_path / "r.jsonl").write_text("".join([*lines[:at], *lines[at + 1 :]]))
    (tmp_path / "m.toml").write_text('[lines]\nnumber = ""\ncomplete = true\n')
    code, data = audit(tmp_path / "r.jsonl", "--map", tmp_path / "m.toml")
    assert code == 3
    assert set(words_of(data).values()) == MILD


def test_lines_without_numbers_blame_nobody_unless_someone_answers_for_them(tmp_path, watched, audit):
    written(tmp_path / "r.jsonl", watched("evening", "counter", 2, "counter-untracked").records)
    (tmp_path / "m.toml").write_text('[lines]\nnumber = ""\n')
    code, data = audit(tmp_path / "r.jsonl", "--map", tmp_path / "m.toml")
    assert code == 3
    assert set(words_of(data).values()) == MILD
    (tmp_path / "m.toml").write_text('[lines]\nnumber = ""\ncomplete = true\n')
    assert audit(tmp_path / "r.jsonl", "--map", tmp_path / "m.toml")[0] == 1


def test_records_of_ones_own_are_read_through_a_mapping(tmp_path, watched, audit):
    seen = watched("evening", "counter", 2)
    head, *rest = [json.loads(line) for line in written(tmp_path / "r.jsonl", seen.records)]
    fills: list[dict[str, Any]] = []
    kept = []
    for line in rest:
        if line.get("watch", {}).get("channel") == "userFills":
            fills += line["watch"]["data"]["fills"]
            continue
        del line["n"]
        kept.append(json.dumps({("msg" if key == "ws" else key): value for key, value in line.items()}) + "\n")
    (tmp_path / "own.jsonl").write_text("".join(kept))
    with (tmp_path / "fills.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, fieldnames=["Coin", *(key for key in fills[0] if key != "coin")])
        table.writeheader()
        table.writerows({("Coin" if key == "coin" else key): value for key, value in row.items()} for row in fills)
    run = head["process"]
    markets = [f"{row['name']}/{row['sz_decimals']}" for row in run["markets"]]
    (tmp_path / "m.toml").write_text(
        '[lines]\nnumber = ""\ncomplete = true\n[names]\nreceived = "msg"\n[run]\n'
        + "".join(f"{key} = {run[key]}\n" for key in ("timer_ms", "round_trip_ms", "delivery_ms"))
        + f"features = {json.dumps(run['features'])}\nmarkets = {json.dumps(markets)}\n"
        + '[[export]]\nfile = "fills.csv"\nchannel = "userFills"\ncolumns = {coin = "Coin"}\n'
    )
    (tmp_path / "mm.toml").write_text(as_toml(seen.records[0].config))
    code, data = audit(tmp_path / "own.jsonl", "--map", tmp_path / "m.toml", "--config", tmp_path / "mm.toml")
    assert data["gap_lines"] == []
    assert words_of(data) == seen.words
    assert code == 0


@pytest.mark.parametrize(
    "damage",
    [
        b"\xff\xfe\x00\n",
        b"\x1b[2J\n",
        b"[]\n",
        b'{"n":101}\n',
        b'{"n":101,"t":"soon","ws":{}}\n',
        b'{"n":101,"t":1770584100000,"ws":{"channel":"userFills","data":{"fills":[{"coin":7}]}}}\n',
        b'{"n":101,"t":1770584100000,"process":{"event":"start","life":1,"config":{"num_levels":-1}}}\n',
        b'{"n":101,"t":1770584100000,"post":{"type":"order","orders":[{"t":[]}]}}\n',
        b"{" * 5000 + b"\n",
        b'{"n":' + b"1" * 5000 + b"}\n",
        b'{"n":101,"x":"' + b"a" * (2 << 20) + b'"}\n',
    ],
)
def test_a_hostile_line_is_a_gap(tmp_path, watched, audit, damage):
    lines = written(tmp_path / "r.jsonl", watched("evening", "counter", 2).records)[:200]
    data = "".join(lines).encode().splitlines(keepends=True)
    (tmp_path / "r.jsonl").write_bytes(b"".join([*data[:100], damage, *data[101:]]))
    code, told = audit(tmp_path / "r.jsonl")
    assert code == 3
    assert told["gap_lines"][0]["line"] == 101
    assert set(words_of(told).values()) == MILD


def test_lines_that_come_twice_blame_nobody(tmp_path, watched, audit):
    lines = written(tmp_path / "r.jsonl", watched("evening", "counter", 2).records)
    (tmp_path / "r.jsonl").write_text("".join(lines[:1500] + lines[1200:]))
    code, data = audit(tmp_path / "r.jsonl")
    assert code == 3
    assert data["gap_lines"][0] == {"line": 1501, "text": "number 1201 follows 1500"}
    assert set(words_of(data).values()) == MILD


def test_requests_after_a_message_of_several_things_blame_nobody(tmp_path, watched, audit):
    lines = written(tmp_path / "r.jsonl", watched("evening", "counter", 2).records)
    at = next(n for n, line in enumerate(lines) if '"ws":{"channel":"userFills"' in line and '"post"' in lines[n + 1])
    line = json.loads(lines[at])
    line["ws"]["data"]["fills"] *= 2
    (tmp_path / "r.jsonl").write_text("".join([*lines[:at], json.dumps(line) + "\n", *lines[at + 1 :]]))
    data = audit(tmp_path / "r.jsonl")[1]
    assert data["gap_lines"] == []
    assert "several things at once" in data["notes"][0]
    assert "violated" not in words_of(data).values()


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ("[lines", "is no TOML"),
        ("[line]\n", "there is no such table; did you mean"),
        ("[lines]\nnumbr = 1\n", "[lines] numbr: there is no such key"),
        ("[lines]\ntime_unit = 'm'\n", "must be one of s, ms, us, ns"),
        ("[account]\nreply_ms = -1\n", "must be a time from 0 to a day"),
        ("[run]\nmarkets = ['GOLD']\n", "is not such as xyz:GOLD/4"),
        ("[[export]]\nfile = 'x.txt'\nchannel = 'userFills'\n", "must be a name that ends in .csv or .json"),
        ("[[export]]\nfile = 'none.csv'\nchannel = 'userFills'\n", "no such file"),
        (
            "[[export]]\nfile = 'fills.csv'\nchannel = 'userFills'\ncolumns = {px = 'Price'}\n",
            'has no column "Price"; its headings are "time", "px"; correct [[export]] of the mapping',
        ),
    ],
)
def test_a_wrong_mapping_is_refused_in_one_line(tmp_path, watched, capsys, mapping, told):
    written(tmp_path / "r.jsonl", watched("evening", "counter", 2).records[:50])
    (tmp_path / "m.toml").write_text(mapping)
    (tmp_path / "fills.csv").write_text("time,px\n")
    assert cli.main(["audit", str(tmp_path / "r.jsonl"), "--map", str(tmp_path / "m.toml")]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_records_that_tell_no_config_need_one(tmp_path, watched, capsys):
    lines = written(tmp_path / "r.jsonl", watched("evening", "counter", 2).records[:50])
    (tmp_path / "r.jsonl").write_text("".join(lines[1:]))
    assert cli.main(["audit", str(tmp_path / "r.jsonl")]) == 2
    assert "give the maker's --config" in capsys.readouterr().err


def test_simulate_writes_records_that_audit_reads(tmp_path, audit, capsys):
    asked = ["simulate", "evening", "--records", "hyperliquid", "--quiet", "--out", str(tmp_path / "o")]
    assert cli.main(asked) == 0
    code, data = audit(tmp_path / "o" / "records.jsonl")
    assert code == 0
    assert words_of(data) == words_of(audit(tmp_path / "o" / "trace.jsonl.gz")[1])
    assert cli.main(["simulate", "evening", "--records", "binance", "--out", str(tmp_path / "p")]) == 2
    assert "--records" in capsys.readouterr().err
