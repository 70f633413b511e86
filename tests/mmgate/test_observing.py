"""Envelope and tick report as a person sees them: printed, in the report's files, as JSON."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import pytest

from mmgate import cli
from specs.catalogue import judged

HEADER = "recv_ms,exchange_ms,bid_px,bid_sz,ask_px,ask_sz\n"
CONFIG = """
[maker]
enabled = true
num_levels = 2
min_offset_bps = 3
fee_buffer_bps = 8
skew_respects_fee_floor = false
size_per_level_usd = 60
max_position_usd = 100
[gate]
scenarios = ["signal"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [f"{1_757_015_216_000 + at},0,99.9,5,100.1,5\n" for at in range(0, 90_000, 1000)]
    rows = [row.replace(",0,", f",{row.split(',')[0]},") for row in rows]
    rows[40] = rows[40].replace("99.9", "98.9").replace("100.1", "99.1")
    (tmp_path / "ticks.csv").write_text(HEADER + "".join(rows))
    (tmp_path / "mm.toml").write_text(CONFIG)
    return tmp_path


def run(folder: Path, *words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.main(list(words))
    return code, out.getvalue(), err.getvalue()


def test_observe_tells_ticks_wicks_and_what_the_offset_covers(folder: Path):
    code, text, _ = run(folder, "observe", "ticks.csv", "--config", "mm.toml")
    assert code == 0
    assert text.splitlines() == [
        "ticks.csv · RECORDED · offsets of mm.toml",
        "  ticks        90 in 89 s, 1.011 a second; 90 seconds have one",
        "  zero wicks   97.75 % (87 of 89)",
        "  statistics   valid in 33.33 % (30 of 90) (wick_min_samples 60)",
        "  L0           3 to 3 bps; it is fixed",
        "  covered      moves of the next second: 97.75 % (87 of 89); of those that moved 0.00 % (0 of 2)",
        "  covered      moves of the next 30 seconds: 48.33 % (29 of 60); of those that moved 0.00 % (0 of 31)",
        "  note: ticks ticks.csv: 90 quotes, Thu 2025-09-04 19:46:56.000 UTC to Thu 2025-09-04 19:48:25.000 UTC",
        "  note: market RECORDED: lot 10^-3, minimum 10 USD",
    ]


def test_observe_gives_the_same_as_json(folder: Path):
    code, text, _ = run(folder, "observe", "ticks.csv", "--config", "mm.toml", "--symbol", "xyz:GOLD", "--json")
    told = json.loads(text)["recordings"][0]
    assert code == 0
    assert (told["ticks"], told["zero_wicks"], told["zero_wick_share"]) == (90, 87, "0.977528")
    assert told["covered"][0] == {
        "horizon_s": 1,
        "moves": 89,
        "covered": 87,
        "moved": 2,
        "moved_covered": 0,
        "share": "0.977528",
    }


def test_observe_refuses_what_it_cannot_read(folder: Path):
    code, text, error = run(folder, "observe", "absent.csv")
    assert (code, text) == (2, "")
    assert error == "mmgate: ticks absent.csv: no such file; name one that is there\n"


def test_verify_shows_envelope_and_ticks_everywhere_and_says_how_little_was_asked(folder: Path):
    words = ("verify", "--config", "mm.toml", "--ticks", "ticks.csv", "--engine", "property")
    code, text, error = run(folder, *words, "--spec", "CFG-3", "--spec", "VOL-5", "--out", "run")
    assert code == 0, text + error
    shown = [
        "mm: offsets 2.1 to 33.8 bps · a side's ladder 120 USD",
        "look: the tightest offset, 2.1 bps, is under the fee buffer",
        "look: one side's ladder, 120 USD, is over the position limit of 100 USD",
        "zero wicks   97.75 % (87 of 89)",
        "every spec that was asked holds",
        f"only 2 of {len(judged())} specs, 1 of ",
    ]
    data = json.loads((folder / "run" / "report.json").read_text())
    sections = {section["kind"]: section["data"] for section in data["sections"]}
    assert sections["envelope"][0]["flags"][0].startswith("the tightest offset")
    assert sections["ticks"][0]["zero_wicks"] == 87
    assert data["narrowed"].startswith(f"only 2 of {len(judged())} specs")
    for page in (text, (folder / "run" / "report.md").read_text()):
        assert [line for line in shown if line not in page] == []
    html = (folder / "run" / "report.html").read_text()
    assert "look: the tightest offset, 2.1 bps, is under the fee buffer" in html
