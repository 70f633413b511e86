"""Hand-made hostile files and names, and real recordings cut and spoiled: exit 2, a clear line, nothing left."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import zlib
from pathlib import Path

import pytest

from mmgate import cli, gate, simulating, worlds
from sim.scenario import load

DATA = Path(os.environ.get("MMGATE_DATA", Path(__file__).parents[3] / "shared" / "data"))
SIGNAL = (Path(simulating.__file__).parents[1] / "sim" / "scenarios" / "signal.toml").read_text()
QUOTES = "recv_ms,exchange_ms,bid_px,bid_sz,ask_px,ask_sz\n1757015216000,1757015216000,99.9,5,100.1,5\n"


class Accepted(BaseException):
    """What came was taken."""


def stop(*_: object, **__: object) -> None:
    raise Accepted


@pytest.fixture(autouse=True)
def only_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "Evidence", stop)
    monkeypatch.setattr(simulating, "Evidence", stop)
    worlds._remembered.cache_clear()


def refusal(folder: Path, *words: str) -> str:
    """Run a command here; return what it says, having seen that it says it properly."""
    before = sorted(path.name for path in folder.iterdir())
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.main([*words])
    told = err.getvalue()
    assert code == 2, told
    assert out.getvalue() == ""
    assert sorted(path.name for path in folder.iterdir()) == before
    assert all(line.startswith("mmgate: ") and line.isprintable() for line in told.rstrip("\n").split("\n")), told
    return told


def changed(key: str, value: str) -> str:
    lines = [line for line in SIGNAL.splitlines() if not line.startswith(f"{key} = ")]
    return "\n".join([f"{key} = {value}", *lines])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (changed("duration_s", "1e30"), "duration_s"),
        (changed("duration_s", "1e999999"), "duration_s"),
        (changed("duration_s", "nan"), "duration_s"),
        (changed("start", "9999-12-31T23:59:59Z"), "no year from 2000 to 2099"),
        (changed("start", "0001-01-01T00:00:00Z"), "no year from 2000 to 2099"),
        (changed("jitter_s", "1e25"), "jitter_s"),
        (changed("timer_ms", "0"), "timer_ms"),
        (changed("latency_max_ms", "9" * 400), "latency_max_ms"),
        (changed("latency_median_ms", "700"), "is greater than latency_max_ms 600"),
        (SIGNAL.replace("4966.1", "1e300"), "start_px"),
        (SIGNAL.replace("4966.1", "1e-300"), "start_px"),
        (SIGNAL.replace("xyz:GOLD", "\\u001b[2J"), "market.0.name"),
        (SIGNAL.replace("sweeps_per_min = 15", "sweeps_per_min = 1e12"), "sweeps_per_min"),
        (changed("duration_s", "2000000") + "\n[prices]\ntick_ms = [1, 1]\n", "too many for one run"),
        (SIGNAL + "\n[prices]\nvolatility_bps = 1e30\n", "volatility_bps"),
        (SIGNAL + '\n[first_life]\nnum_levels = "x"\n', "num_levels"),
        (SIGNAL + '\n[first_life]\nnum_levles = "1"\n', "num_levles"),
        (SIGNAL + "\n[[fault]]\n" * 1500, "fault"),
        ("a = " + "[" * 100_000, "nested too deeply"),
        ("a" + ".a" * 3000 + " = 1", "is missing"),
        ("\x00", "is no TOML"),
        ("#" * 2_000_000, "bytes"),
        ("", "is missing"),
    ],
)
def test_a_scenario_that_cannot_be_run_is_refused_at_once(tmp_path: Path, text: str, words: str):
    (tmp_path / "s.toml").write_text(text)
    assert words in refusal(tmp_path, "simulate", "s.toml")


@pytest.mark.parametrize(
    "words",
    [
        ("simulate", "\x1b[2J"),
        ("simulate", "x" * 5000),
        ("simulate", "/dev/zero"),
        ("simulate", "\x00"),
        ("verify", "--config", "a\nb\x1b[31m.toml"),
        ("verify", "--config", "x" * 5000),
        ("verify", "--config", "/dev/zero"),
        ("verify", "--spec", "\x1b[31m\n"),
        ("verify", "--\x1b[31m\n"),
        ("\x1b]0;title\x07",),
        ("verify", "--assume", "\x07=1"),
        ("verify", "--seed", "9" * 400),
        ("verify", "--defects", "\u202eall"),
        ("replay", "/dev/zero"),
        ("replay", "\x1b.jsonl"),
        ("config", "check", "\x7f"),
    ],
)
def test_names_that_no_file_has_are_told_without_moving_the_cursor(tmp_path: Path, words: tuple[str, ...]):
    refusal(tmp_path, *words)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("t.csv", b"", "is empty"),
        ("t.csv", b"\xff\xfe\x00\x01", "not UTF-8"),
        ("t.csv", QUOTES.split("\n")[0].encode() + b"\n", "no rows"),
        ("t.csv", (QUOTES + "1757015215000,1757015100000,99.9,5,100.1,5\n").encode(), "row 3"),
        ("t.csv", QUOTES.replace("99.9", "-99.9").encode(), "row 2"),
        ("t.csv", QUOTES.replace("99.9", "nan").encode(), "row 2"),
        ("t.csv", QUOTES.replace("99.9", "100.2").encode(), "above the ask"),
        ("t.csv", QUOTES.replace(",5\n", "\n").encode(), "columns"),
        ("t.csv.gz", gzip.compress(QUOTES.encode(), mtime=0)[:-9], "cut off"),
        ("t.csv.gz", gzip.compress(QUOTES.encode(), mtime=0) + b"junk", "damaged"),
        ("t.csv.gz", b"\x1f\x8b" + b"\x00" * 50, "damaged"),
    ],
)
def test_ticks_that_cannot_be_played_are_refused_with_their_row(tmp_path: Path, name: str, data: bytes, words: str):
    (tmp_path / name).write_bytes(data)
    assert words in refusal(tmp_path, "simulate", "recorded", "--ticks", name)


def test_a_small_file_that_unpacks_to_gigabytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("mmgate.data.table.MAX_UNPACKED_BYTES", 1 << 20)
    packer = zlib.compressobj(wbits=31)
    data = b"".join(packer.compress(b"\n" * (1 << 16)) for _ in range(64)) + packer.flush()
    (tmp_path / "t.csv.gz").write_bytes(data)
    assert "unpacks to more than" in refusal(tmp_path, "simulate", "recorded", "--ticks", "t.csv.gz")


def test_a_pipe_that_nobody_writes_to_does_not_keep_us_waiting(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.toml")
    assert "no regular file" in refusal(tmp_path, "verify", "--config", "pipe.toml")
    assert "no regular file" in refusal(tmp_path, "simulate", "recorded", "--ticks", "pipe.toml")
    assert "nor a file" in refusal(tmp_path, "simulate", "pipe.toml")


RECORDINGS = ("bbo_ETH_20250904.csv.gz", "bbo_WLFI_20250904.csv.gz", "mids_12perps_saturday_20260516.csv.gz")


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_real_recording_cut_or_spoiled_is_refused(tmp_path: Path, name: str):
    if not (DATA / name).is_file():
        pytest.skip(f"no {name} here: name its folder with MMGATE_DATA")
    packed = (DATA / name).read_bytes()
    (tmp_path / "t.csv.gz").write_bytes(packed[: len(packed) // 2])
    assert "cut off" in refusal(tmp_path, "simulate", "recorded", "--ticks", "t.csv.gz")
    (tmp_path / "t.csv.gz").write_bytes(packed[:2000] + bytes(100) + packed[2100:])
    refusal(tmp_path, "simulate", "recorded", "--ticks", "t.csv.gz")
    lines = gzip.decompress(packed).splitlines()[:500]
    symbol = lines[400].split(b",")[1].decode() if name.startswith("mids") else None
    head, _, price = lines[400].rpartition(b",")
    lines[400] = head + b",-" + price
    (tmp_path / "t.csv").write_bytes(b"\n".join(lines))
    told = refusal(tmp_path, "simulate", "recorded", "--ticks", "t.csv", *(("--symbol", symbol) if symbol else ()))
    assert "row 401" in told


@pytest.mark.parametrize("name", ["trades_ETH_20250904.csv.gz", "hip3_xyzNVDA_5m_20260826_1800_2200.csv", "README.md"])
def test_a_real_file_of_another_kind_is_refused_by_its_header(tmp_path: Path, name: str):
    if not (DATA / name).is_file():
        pytest.skip(f"no {name} here: name its folder with MMGATE_DATA")
    refusal(tmp_path, "simulate", "recorded", "--ticks", str(DATA / name))


def test_the_sound_scenario_that_is_spoiled_above_is_sound():
    assert load("signal").start.year == 2026
