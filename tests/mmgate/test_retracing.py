"""A simulation's trace is run again and compared, record by record; what can't be is refused in one line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from mmgate import cli
from mmgate.retracing import DIFFERENT, SAME, is_trace, retrace


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run") / "o"
    words = ["simulate", "fewer-markets", "--seed", "3", "--assume", "latency_max_ms=700", "--quiet", "--out", str(out)]
    assert cli.main(words) == 0
    return out / "trace.jsonl.gz"


def lines_of(trace: Path) -> list[str]:
    return gzip.decompress(trace.read_bytes()).decode().splitlines(keepends=True)


def test_the_same_run_gives_the_same_bytes(trace: Path, capsys: pytest.CaptureFixture[str]):
    assert cli.main(["replay", str(trace)]) == 0
    assert SAME in capsys.readouterr().out


def test_the_first_record_that_differs_is_named(trace: Path, tmp_path: Path):
    lines = lines_of(trace)
    record = json.loads(lines[50])
    lines[50] = json.dumps({**record, "now_ms": record["now_ms"] + 1}, separators=(",", ":")) + "\n"
    (tmp_path / "t.jsonl").write_text("".join(lines))
    found = retrace(tmp_path / "t.jsonl")
    assert found.word == DIFFERENT
    assert found.text.startswith("record 50 was ")
    assert cli.main(["replay", str(tmp_path / "t.jsonl"), "--quiet"]) == 4


def test_a_trace_with_records_missing_or_too_many_differs(trace: Path, tmp_path: Path):
    lines = lines_of(trace)
    (tmp_path / "short.jsonl").write_text("".join(lines[:-2]))
    (tmp_path / "long.jsonl").write_text("".join([*lines, lines[-1]]))
    assert "the trace's end" in retrace(tmp_path / "short.jsonl").text
    assert "goes on after record" in retrace(tmp_path / "long.jsonl").text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"entry": None}, "does not tell how it was run"),
        ({"entry": {"scenario": "mine.toml", "assume": []}}, 'the file "mine.toml"'),
        ({"entry": {"scenario": "recorded", "assume": []}}, "a recording"),
        ({"entry": {"scenario": "signal", "assume": [["x"]]}}, "line 1"),
        ({"entry": {"scenario": "signal", "assume": [["x", "1"]]}}, "x"),
        ({"world": {"seed": "x", "config": {}}}, "line 1"),
        ({"world": 3}, "does not tell how it was run"),
    ],
)
def test_a_head_that_makes_no_world_is_refused(
    trace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, object], words: str
):
    lines = lines_of(trace)
    lines[0] = json.dumps(json.loads(lines[0]) | change) + "\n"
    (tmp_path / "t.jsonl").write_text("".join(lines))
    assert cli.main(["replay", str(tmp_path / "t.jsonl")]) == 2
    assert words in capsys.readouterr().err


def test_a_damaged_or_strange_file_is_no_trace(trace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    packed = trace.read_bytes()
    (tmp_path / "cut.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    assert is_trace(tmp_path / "cut.jsonl.gz")
    assert cli.main(["replay", str(tmp_path / "cut.jsonl.gz")]) == 2
    spoiled = bytearray(packed)
    spoiled[len(packed) // 2] ^= 0xFF
    (tmp_path / "spoiled.jsonl.gz").write_bytes(spoiled)
    assert cli.main(["replay", str(tmp_path / "spoiled.jsonl.gz")]) in (2, 4)
    assert "Traceback" not in capsys.readouterr().err
    for strange in (Path("/dev/zero"), tmp_path, tmp_path / "none"):
        assert not is_trace(strange)
    assert cli.main(["replay", str(trace), "--port", "x"]) == 2
