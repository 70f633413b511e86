"""The advisory specs hold on the reference, bite on defects, and say so where they have nothing to judge."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from mmgate.engines.advisory import outcomes
from mmgate.engines.counting import PER_READ, cost
from mmgate.engines.drawing import check
from mmgate.profiles import QUICK, suite_file
from mmgate.request import Entry, MakerRef, Request
from model import quoting
from specs.spec import Outcome, Word

SPECS = ("CFG-3", "VOL-5", "VOL-7")
HEADER = "recv_ms,exchange_ms,bid_px,bid_sz,ask_px,ask_sz\n"


def asked(maker: MakerRef, ticks: Path | None = None) -> dict[str, list[Outcome]]:
    scenario = "recorded" if ticks else "signal"
    suite = (Entry("all-on", replace(suite_file("all-on").config, markets=()), scenario, ticks=ticks),)
    request = Request(maker, suite, SPECS, ("property",), QUICK, 1, Path("."))
    found = outcomes(request, check)
    return {spec_id: [one for one in found if one.spec_id == spec_id] for spec_id in SPECS}


def words(found: list[Outcome]) -> set[Word]:
    return {one.word for one in found}


def recording(folder: Path) -> Path:
    path = folder / "ticks.csv"
    rows = (
        f"{1_757_015_216_000 + at * 300},{1_757_015_216_000 + at * 300},{99 + at * at % 7},5,{107 + at % 3},5\n"
        for at in range(600)
    )
    path.write_text(HEADER + "".join(rows))
    return path


def test_the_reference_keeps_its_envelope_and_its_costs_and_without_ticks_nothing_is_said_of_them():
    found = asked(MakerRef())
    assert words(found["CFG-3"]) == {Word.HOLDS}
    assert words(found["VOL-7"]) == {Word.HOLDS}
    assert words(found["VOL-5"]) == {Word.NOT_APPLICABLE}
    assert "no ticks were given" in found["VOL-5"][0].reason


def test_statistics_of_given_ticks_are_those_that_the_report_is_built_on(tmp_path: Path):
    found = asked(MakerRef(), recording(tmp_path))["VOL-5"][0]
    assert (found.word, found.antecedents) == (Word.HOLDS, 20)


def test_a_defect_in_the_statistics_is_seen_on_given_ticks(tmp_path: Path):
    found = asked(MakerRef("defect", "percentile-truncated"), recording(tmp_path))["VOL-5"][0]
    assert found.word is Word.VIOLATED, found


def test_a_ladder_outside_its_envelope_or_that_never_reaches_it_is_a_violation(monkeypatch):
    original = quoting.floored_offset
    monkeypatch.setattr(quoting, "floored_offset", lambda offset, floor: original(offset, floor) - Decimal("0.01"))
    nearer = asked(MakerRef())["CFG-3"]
    assert words(nearer) == {Word.VIOLATED}
    assert "outside the config's 8.0 to" in nearer[1].reason
    monkeypatch.setattr(quoting, "floored_offset", lambda offset, floor: original(offset, floor + 1))
    assert "the tightest offset of a config is 9.0 bps" in asked(MakerRef())["CFG-3"][0].reason


def test_sorting_the_window_is_too_dear():
    found = asked(MakerRef("defect", "statistics-sorted-per-call"))["VOL-7"][0]
    assert found.word is Word.VIOLATED
    assert "a read takes" in found.reason


def test_doubling_the_window_adds_a_few_comparisons_only():
    small, large = cost(64), cost(2048)
    assert 0 < small.tick < large.tick <= small.tick + 5 * 4
    assert 0 < large.read <= PER_READ


def test_a_port_has_no_comparisons_to_be_counted(monkeypatch):
    request = Request(MakerRef("port", "true"), (), ("VOL-7",), ("property",), QUICK, 1, Path("."))
    found = outcomes(request, check)
    assert [one.word for one in found] == [Word.NOT_APPLICABLE]
    assert "inside the reference's code" in found[0].reason
