"""Before each verdict the harness is tested itself: each way in which it can be blind or see ghosts ends in exit 4."""

from __future__ import annotations

import json
from functools import partial
from itertools import count

import pytest

from mmgate import cli, selftest
from mmgate.crash import SelfTestFailed
from mmgate.engines import judging
from mmgate.engines import property as drawing
from mmgate.request import MakerRef
from specs.catalogue import MONITORS
from specs.monitor import Monitor
from specs.panel import Panel
from specs.spec import Word

MATRIX = ["matrix", "--defects", "bps-in-hundredths"]
CONFIG = """
[maker]
enabled = true
size_per_level_usd = 60
max_position_usd = 900
[gate]
scenarios = ["signal"]
"""


@pytest.fixture
def verify(tmp_path, monkeypatch):
    """Give the arguments of a small verification."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mm.toml").write_text(CONFIG)
    return ["verify", "--config", "mm.toml", "--engine", "simulation", "--spec", "OFF-3", "--out", "run"]


@pytest.fixture(autouse=True)
def nothing_remembered():
    drawing._checked.cache_clear()
    yield
    drawing._checked.cache_clear()


def never_reports(self: Monitor, text: str, market: str | None = None, cloid: str | None = None) -> None:
    return None


def without_monitors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "Panel", partial(Panel, monitors=()))


def with_deaf_monitors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Monitor, "violated", never_reports)


def with_crying_monitors(monkeypatch: pytest.MonkeyPatch) -> None:
    for monitor in MONITORS:
        monkeypatch.setattr(monitor, "close", lambda self: self.violated("nothing at all"))


def with_easy_monitors(monkeypatch: pytest.MonkeyPatch) -> None:
    met = Monitor.antecedent
    for monitor in MONITORS:
        monkeypatch.setattr(monitor, "close", partial(met))


def with_idle_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "PROPERTIES", ())


SABOTAGES = (without_monitors, with_deaf_monitors, with_crying_monitors, with_easy_monitors, with_idle_functions)


def test_a_sound_harness_says_what_it_saw():
    told = selftest.self_test()
    assert "canary bps-in-hundredths caught by OFF-1 (property, simulation)" in told
    assert "clean control passes" in told
    assert "FIL-1 called vacuous" in told


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda sabotage: sabotage.__name__)
def test_a_sabotaged_harness_gives_no_verdict(sabotage, monkeypatch, capsys, verify):
    sabotage(monkeypatch)
    assert cli.main(verify) == 4
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert told[0].startswith("mmgate: self-test failed, no verdict: ")


def test_a_sabotaged_harness_gives_no_matrix(monkeypatch, capsys):
    with_deaf_monitors(monkeypatch)
    assert cli.main(MATRIX) == 4
    assert capsys.readouterr().err.startswith("mmgate: self-test failed, no verdict: the simulation engine says")


def test_the_report_names_the_self_test(capsys, verify):
    assert cli.main([*verify, "--json"]) == 0
    notes = json.loads(capsys.readouterr().out)["notes"]
    assert [note for note in notes if note.startswith("self-test: canary bps-in-hundredths caught by OFF-1")]


@pytest.mark.parametrize(("number", "part"), [(0, "canary"), (1, "clean control"), (2, "not vacuous")])
def test_each_part_of_the_self_test_can_fail_by_itself(number, part, monkeypatch):
    monkeypatch.setattr(selftest, "_concluded", wrong_at(number))
    with pytest.raises(SelfTestFailed, match=part):
        selftest.self_test()


def wrong_at(number: int):
    """Return a stand-in for the self-test's machinery whose answer of that number is another part's."""
    original, calls = selftest._concluded, count()
    swapped = {
        0: (MakerRef(), (selftest.CAUGHT_BY,)),
        1: (MakerRef("defect", selftest.CANARY), (selftest.CAUGHT_BY,)),
        2: (MakerRef(), (selftest.CAUGHT_BY,)),
    }
    return lambda *asked: original(*(swapped[number] if next(calls) == number else asked))


def test_the_known_vacuous_spec_is_vacuous_to_the_monitor_itself():
    report = selftest._concluded(MakerRef(), (selftest.VACUOUS,))
    assert [outcome.word for row in report.rows for outcome in row.outcomes] == [Word.VACUOUS]
