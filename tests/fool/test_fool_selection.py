"""Attempts to get a PASS by judging nothing: empty selections, configs that never act, waivers, folders of old."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

SIMULATION = ("--engine", "simulation")
NO_COUNTER = """
[maker]
enabled = true
size_per_level_usd = 60
max_position_usd = 900
[gate]
profile = "quick"
scenarios = ["signal"]
"""


def verdict(gate) -> str:
    found: str = json.loads((gate.folder / "run" / "report.json").read_text())["verdict"]
    return found


def test_an_empty_suite_is_no_pass(gate):
    empty = "import mmgate.profiles\nmmgate.profiles.SUITE = ()\n"
    answer = gate.run("verify", "--profile", "quick", "--spec", "OFF-4", *SIMULATION, "--out", "run", sabotage=empty)
    assert answer.returncode == 3, answer.stderr
    assert verdict(gate) == "CONDITIONAL"


def test_an_empty_list_of_scenarios_means_all_of_them_not_none(gate):
    nothing = NO_COUNTER.replace('["signal"]', "[]") + "[[waiver]]\n"
    answer = gate.call(config=nothing)
    assert answer.returncode == 2
    assert not (gate.folder / "run").exists()


@pytest.mark.parametrize("pattern", ["ORD-99", "X*", "", " ", "[", "ORD-1,ORD-2"])
def test_a_spec_that_matches_nothing_is_refused(gate, pattern):
    answer = gate.call("--spec", pattern)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert "is no spec" in answer.stderr


def test_one_good_name_does_not_hide_a_bad_one(gate):
    answer = gate.call("--spec", "ORD-1", "--spec", "ORD-1O")
    assert answer.returncode == 2
    assert 'mmgate: --spec "ORD-1O": is no spec' in answer.stderr


def test_production_defaults_never_quote_and_never_pass(gate):
    defaults = '[maker]\n[gate]\nprofile = "quick"\nscenarios = ["signal"]\n'
    answer = gate.verify(*SIMULATION, config=defaults)
    assert answer.returncode == 3, answer.stdout
    assert "STL-1 P0 vacuous" in answer.stdout
    assert verdict(gate) == "CONDITIONAL"


def test_observation_passes_no_spec_that_needs_an_order(gate):
    off = NO_COUNTER.replace("enabled = true", "enabled = false")
    answer = gate.verify("--spec", "STL-1", "--spec", "OFF-2", "--spec", "HLT-1", "--engine", "*", config=off)
    assert answer.returncode == 3, answer.stdout + answer.stderr
    assert "OFF-2 P0 vacuous" in answer.stdout


def test_all_subjects_switched_off_is_no_pass(gate):
    answer = gate.verify("--spec", "CTR-3", "--spec", "RSK-1", *SIMULATION, config=NO_COUNTER)
    assert answer.returncode == 3, answer.stdout
    assert "counter_order_enabled is false" in answer.stdout


def test_a_p0_that_one_engine_holds_is_no_pass(gate):
    answer = gate.verify("--spec", "ORD-1", *SIMULATION)
    assert answer.returncode == 3, answer.stdout
    assert "only simulation holds, and a P0 needs two engines" in answer.stdout


def test_one_engine_named_twice_is_one_engine(gate):
    answer = gate.verify("--spec", "ORD-1", *SIMULATION, "--engine", "SIMULATION", "--engine", "sim*")
    assert answer.returncode == 3, answer.stdout


WAIVED = NO_COUNTER + '[[waiver]]\nid = "{id}"\nowner = "A. Trader"\nexpires = {expires}\n{reason}\n'
TOMORROW = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"id": "OFF-3", "expires": TOMORROW, "reason": ""}, "reason is missing"),
        ({"id": "OFF-3", "expires": TOMORROW, "reason": 'reason = "  "'}, "reason = "),
        ({"id": "OFF-33", "expires": TOMORROW, "reason": 'reason = "x"'}, "OFF-33"),
        ({"id": "*", "expires": TOMORROW, "reason": 'reason = "x"'}, "is no spec"),
        ({"id": "ORD-1", "expires": TOMORROW, "reason": 'reason = "x"'}, "only a P1 can be waived"),
        ({"id": "OFF-3", "expires": '"never"', "reason": 'reason = "x"'}, "must be a day"),
        ({"id": "OFF-3", "expires": "2999-01-01", "reason": 'reason = "x"\nwhy = 1'}, "no such key"),
    ],
)
def test_a_waiver_that_nobody_can_answer_for_is_refused(gate, fields, words):
    answer = gate.call(config=WAIVED.format(**fields))
    assert answer.returncode == 2
    assert words in answer.stderr
    assert not (gate.folder / "run").exists()


@pytest.mark.parametrize(("day", "code"), [("2026-02-08", 1), (TOMORROW, 3)])
def test_a_waiver_in_force_is_conditional_and_an_expired_one_does_not_count(gate, day, code):
    waived = WAIVED.format(id="OFF-3", expires=day, reason='reason = "known"').replace(
        "[gate]", "min_offset_bps = 1\nfee_buffer_bps = 8\ninventory_skew_factor = 0.9\n[gate]"
    )
    arguments = ("--defects", "skew-under-the-fee", "--spec", "OFF-3", *SIMULATION)
    answer = gate.verify(*arguments, config=waived)
    assert answer.returncode == code, answer.stdout + answer.stderr


def test_a_folder_with_other_things_is_left_as_it_is(gate):
    (gate.folder / "run").mkdir()
    gate.write("run/notes.txt", "mine")
    answer = gate.call("--spec", "ORD-1")
    assert answer.returncode == 2
    assert [path.name for path in (gate.folder / "run").iterdir()] == ["notes.txt"]


def test_an_old_pass_does_not_stand_for_a_new_run(gate):
    gate.verify("--spec", "OFF-3", *SIMULATION)
    assert verdict(gate) == "PASS"
    again = gate.verify("--spec", "STL-1", *SIMULATION, config=NO_COUNTER.replace("enabled = true", "enabled = false"))
    assert again.returncode == 3
    assert verdict(gate) == "CONDITIONAL"


def test_a_recording_without_a_fill_is_no_pass_for_fills(gate):
    header = "recv_ms,exchange_ms,bid_px,bid_sz,ask_px,ask_sz\n"
    rows = [f"{1_757_015_216_000 + at},{1_757_015_216_000 + at},99.9,5,100.1,5\n" for at in range(0, 60_000, 1000)]
    gate.write("ticks.csv", header + "".join(rows))
    recorded = NO_COUNTER.replace('["signal"]', '["restart-after"]')
    answer = gate.verify("--ticks", "ticks.csv", "--spec", "FIL-2", "--engine", "simulation", config=recorded)
    assert answer.returncode == 3, answer.stdout
