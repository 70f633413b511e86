"""The real files, where they are at hand: read whole, exactly, and fast."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mmgate.data.recorded import load_recorded
from mmgate.data.ticks import read_ticks
from mmgate.worlds import ticks_of
from model.config import MakerConfig

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("MMGATE_DATA", ROOT.parent / "shared" / "data"))


def real(name: str) -> Path:
    """Return a recorded file, or skip the test by the file's name."""
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"{name} is not in {DATA}; set MMGATE_DATA to its folder")
    return path


def test_the_eth_recording_crosses_the_close_and_drops_its_backlogs():
    ticks, trades = real("bbo_ETH_20250904.csv.gz"), real("trades_ETH_20250904.csv.gz")
    recorded = load_recorded(ticks, trades, MakerConfig(), "ETH")
    assert (len(recorded.quotes), len(recorded.trades)) == (15_259, 6_831)
    assert recorded.market.sz_decimals == 4
    assert "36 trades of the snapshot backlog were dropped" in recorded.notes
    assert any("played from Sun 2025-09-07 20:33:53.253 UTC" in note for note in recorded.notes)
    assert len(ticks_of(recorded)) < 5_000


def test_the_wlfi_recording_has_whole_lots():
    assert load_recorded(real("bbo_WLFI_20250904.csv.gz"), None, MakerConfig(), "WLFI").market.sz_decimals == 0


@pytest.mark.parametrize(("symbol", "decimals"), [("BTC", 5), ("ETH", 4), ("SOL", 2), ("AAVE", 2), ("ARB", 0)])
def test_lots_of_a_recording_without_sizes_are_the_venues(symbol: str, decimals: int):
    path = real("mids_12perps_saturday_20260516.csv.gz")
    recorded = load_recorded(path, None, MakerConfig(), symbol)
    assert recorded.market.sz_decimals == decimals
    assert 360 < len(read_ticks(path, symbol).quotes) < 370


def simulated(folder: Path, *arguments: str) -> str:
    """Run `mmgate simulate recorded` on the ETH file as a person would, and return what it prints."""
    ticks = real("bbo_ETH_20250904.csv.gz")
    answer = subprocess.run(
        [sys.executable, "-m", "mmgate", "simulate", "recorded", "--ticks", str(ticks), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_the_example_for_eth_is_filled_a_hundred_times_and_shuts_down(tmp_path: Path):
    text = simulated(tmp_path, "--config", str(ROOT / "examples" / "eth.toml"))
    fills = re.search(r"^fills +([0-9]+)", text, flags=re.MULTILINE)
    assert fills is not None
    assert int(fills[1]) >= 100
    assert "played from Sun 2025-09-07 20:33:53.253 UTC" in text
    assert "Sun 2025-09-07 21:00:00" in text
    assert "shutdown_done" in text


def test_with_the_productions_floors_nothing_is_filled_and_it_is_said_why(tmp_path: Path):
    (tmp_path / "mm.toml").write_text("[maker]\nenabled = true\nsize_per_level_usd = 60\nmax_position_usd = 600\n")
    text = simulated(tmp_path, "--config", "mm.toml")
    assert "fills    0\n" in text
    assert "look at min_offset_bps, fee_buffer_bps and l0_wick_multiplier" in text
