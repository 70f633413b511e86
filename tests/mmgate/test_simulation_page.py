"""The page of a simulation reads as its console does: rounded money, times of day, whose position is open."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mmgate import cli


def test_money_is_rounded_times_are_written_and_positions_have_an_owner(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert cli.main(["simulate", "account", "--html", "--out", str(tmp_path / "o")]) == 0
    page, told = (tmp_path / "o" / "report.html").read_text(), capsys.readouterr().out
    assert re.findall(r"\d\.\d{7,}", page.split("trace sha256")[0]) == []
    assert "Sat 2026-02-07 14:35:00.001 UTC shutdown_started" in page
    assert re.search(r"positions xyz:GOLD (\S+) \(\1 the other strategy", page.replace("&#39;", "'"))
    assert "the other strategy's)" in told
    assert "-0.0000" not in told
