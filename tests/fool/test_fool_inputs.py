"""Attempts to get a PASS with worlds in which nothing can go wrong: no time, no size, no price, no timer, no answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from specs import catalogue

SIMULATION = ("--engine", "simulation")
SPECS = ("--spec", "OFF-2", "--spec", "OFF-3", "--spec", "CTR-3", "--spec", "STL-1")
CONFIG = """
[maker]
enabled = true
num_levels = 2
min_offset_bps = 10
level_spacing_bps = 6
size_per_level_usd = 60
max_position_usd = 900
[gate]
profile = "quick"
scenarios = ["world.toml"]
"""
WORLD = """
why = "a world of my own"
start = 2026-02-07T18:00:00Z
duration_s = 20
[[market]]
name = "xyz:GOLD"
start_px = 4966.1
sz_decimals = 4
"""


def said(gate) -> dict[str, object]:
    found: dict[str, object] = json.loads((gate.folder / "run" / "report.json").read_text())
    return found


def judged(gate, world: str, *words: str, config: str = CONFIG):
    gate.write("world.toml", world)
    return gate.call(*SPECS, *SIMULATION, *words, config=config)


@pytest.mark.parametrize("duration", ["0", "-1", "0.0", "nan", "1e-9"])
def test_a_world_without_time_is_refused(gate, duration):
    gate.write("world.toml", WORLD.replace("duration_s = 20", f"duration_s = {duration}"))
    answer = gate.call(*SPECS, *SIMULATION, config=CONFIG)
    assert answer.returncode == 2, answer.stdout
    assert "duration_s" in answer.stderr
    assert not (gate.folder / "run").exists()


def test_a_world_of_a_second_shows_nothing_and_passes_nothing(gate):
    answer = judged(gate, WORLD.replace("duration_s = 20", "duration_s = 1"))
    assert answer.returncode == 3, answer.stdout + answer.stderr
    assert "OFF-2 P0 vacuous" in answer.stdout


def test_a_market_in_which_every_size_rounds_to_zero_passes_nothing(gate):
    answer = judged(gate, WORLD.replace("4966.1", "9000000").replace("sz_decimals = 4", "sz_decimals = 0"))
    assert answer.returncode == 3, answer.stdout + answer.stderr
    assert "OFF-3 P1 vacuous" in answer.stdout


def test_a_minimum_that_no_rung_reaches_passes_nothing(gate):
    answer = judged(gate, WORLD + "min_notional_usd = 1000000\n")
    assert answer.returncode == 3, answer.stdout + answer.stderr
    assert "OFF-3 P1 vacuous" in answer.stdout


def test_a_world_outside_every_window_passes_nothing(gate):
    answer = judged(gate, WORLD.replace("2026-02-07", "2026-02-11"))
    assert answer.returncode == 3, answer.stdout + answer.stderr
    assert "OFF-2 P0 vacuous" in answer.stdout


def test_a_timer_that_never_comes_is_told_with_its_bounds(gate):
    """The bounds grow with the timer, so that next to nothing is due: what holds, holds of long waits only."""
    answer = judged(gate, WORLD, "--assume", "timer_ms=86400000")
    assert answer.returncode == 3, answer.stdout + answer.stderr
    assert "T 86400000" in answer.stdout or "timer_ms" in answer.stdout


def test_a_scenario_named_twice_counts_once_for_what_was_asked(gate):
    gate.write("world.toml", WORLD)
    twice = CONFIG.replace('["world.toml"]', '["world.toml", "world.toml"]')
    answer = gate.call("--spec", "OFF-3", *SIMULATION, config=twice)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert f"only 1 of {len(catalogue.judged())} specs, 1 of " in answer.stdout


TICKS = "recv_ms,exchange_ms,bid_px,bid_sz,ask_px,ask_sz\n"


def test_one_tick_is_a_recording_in_which_nothing_holds(gate):
    gate.write("one.csv", TICKS + "1757015216000,1757015216000,99.9,5,100.1,5\n")
    gate.write("world.toml", WORLD.replace("duration_s = 20", "duration_s = 1"))
    answer = gate.call("--ticks", "one.csv", *SPECS, *SIMULATION, config=CONFIG)
    assert answer.returncode == 3, answer.stdout + answer.stderr


def test_a_recording_played_while_quoting_is_closed_is_told(gate):
    rows = [f"{1_757_015_216_000 + at},{1_757_015_216_000 + at},99.9,5,100.1,5\n" for at in range(0, 30_000, 1000)]
    gate.write("ticks.csv", TICKS + "".join(rows))
    gate.write("world.toml", WORLD.replace("2026-02-07", "2026-02-11"))
    wednesday = ("--start", "2026-02-11T12:00:00")
    answer = gate.call("--ticks", "ticks.csv", *wednesday, *SPECS, *SIMULATION, config=CONFIG)
    assert answer.returncode == 3, answer.stdout + answer.stderr
    assert "all of it lies outside the quoting window: no ladder is quoted or judged on it" in answer.stdout


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('profile = "quick"', 'profile = "none"'),
        ('profile = "quick"', "profile = 0"),
        ('profile = "quick"', "seed = -1"),
        ('["world.toml"]', '[""]'),
        ('["world.toml"]', '["no-such"]'),
        ("[gate]", "[gate]\nspecs = []"),
        ("[gate]", "[gate]\nengines = []"),
        ("[gate]", '[gate]\nallow_conditional = "yes"'),
        ("enabled = true", 'enabled = "true"'),
        ("num_levels = 2", "num_levels = 0"),
        ("size_per_level_usd = 60", "size_per_level_usd = 0"),
    ],
)
def test_a_gate_file_that_would_switch_the_gate_off_is_refused(gate, old, new):
    answer = gate.call(*SPECS, config=CONFIG.replace(old, new))
    assert answer.returncode == 2, answer.stdout
    assert answer.stderr.startswith("mmgate: ")
    assert not (gate.folder / "run").exists()


@pytest.mark.parametrize(
    "fields",
    [
        'id = "OFF-3"\nreason = "x"\nexpires = 2999-01-01',
        'id = "OFF-3"\nreason = "x"\nowner = ""\nexpires = 2999-01-01',
        'id = "OFF-3"\nreason = "x"\nowner = "A"',
        'id = "OFF-6"\nreason = "x"\nowner = "A"\nexpires = 2999-01-01',
        'id = "OFF-2"\nreason = "x"\nowner = "A"\nexpires = 2999-01-01',
        'id = ["OFF-3"]\nreason = "x"\nowner = "A"\nexpires = 2999-01-01',
        'id = "OFF-3"\nreason = "x"\nowner = "A"\nexpires = 2999-01-01T00:00:00Z',
    ],
)
def test_a_waiver_without_owner_or_day_or_of_another_severity_is_refused_in_one_line(gate, fields):
    gate.write("world.toml", WORLD)
    answer = gate.call(*SPECS, config=f"{CONFIG}[[waiver]]\n{fields}\n")
    assert answer.returncode == 2, answer.stdout
    assert len(answer.stderr.splitlines()) == 1
    assert "waiver" in answer.stderr


def test_two_waivers_of_one_spec_are_refused(gate):
    waiver = '[[waiver]]\nid = "OFF-3"\nreason = "x"\nowner = "A"\nexpires = 2999-01-01\n'
    answer = gate.call(*SPECS, config=CONFIG + waiver * 2)
    assert answer.returncode == 2
    assert "OFF-3 is given twice" in answer.stderr


# -- ports


def test_a_port_that_says_it_ignores_everything_passes_nothing(gate, port):
    deaf = (
        'if request["kind"] == "hello":\n    reply["ignores"] = ["oracle", "fill", "timer", "shutdown", "open_orders"]'
    )
    gate.write("world.toml", WORLD)
    answer = gate.call("--port", port(deaf), "--spec", "OFF-3", "--spec", "SIZ-1", *SIMULATION, config=CONFIG)
    assert answer.returncode == 3, answer.stdout + answer.stderr
    assert "OFF-3 P1 vacuous" in answer.stdout


def test_a_port_is_no_shell_command(gate):
    gate.write("world.toml", WORLD)
    answer = gate.call("--port", "true; touch mark", "--spec", "OFF-3", *SIMULATION, config=CONFIG)
    assert answer.returncode in (1, 2), answer.stdout
    assert not (gate.folder / "mark").exists()


def test_a_port_that_writes_a_verdict_of_its_own_does_not_decide(gate, port):
    """What a port prints is data: neither its stderr nor a report that it leaves beside ours is believed."""
    forges = f"""
import pathlib
for folder in pathlib.Path({str(gate.folder)!r}).glob(".run.*"):
    (folder / "report.json").write_text('{{"verdict": "PASS", "exit_code": 0}}')
sys.stderr.write("PASS every judged spec holds\\n")
"""
    gate.write("world.toml", WORLD)
    answer = gate.call("--port", port(forges), "--spec", "OFF-3", *SIMULATION, config=CONFIG)
    assert answer.returncode == 3, answer.stdout + answer.stderr
    assert said(gate)["verdict"] == "CONDITIONAL"


def test_the_old_report_is_gone_when_a_run_is_refused_halfway(gate):
    """A run that ends without a verdict leaves no folder that could be taken for one."""
    gate.write("world.toml", WORLD)
    boom = "import mmgate.verification as v\nv.report_page = None\n"
    answer = gate.verify("--spec", "OFF-3", *SIMULATION, config=CONFIG, sabotage=boom)
    assert answer.returncode == 4, answer.stdout + answer.stderr
    assert not (gate.folder / "run").exists()
    assert list(Path(gate.folder).glob(".run.*")) == []


def test_a_venue_that_needs_a_day_for_a_block_is_refused(gate):
    """A run lasts some of them after its shutdown: it would not end while anybody waits."""
    answer = gate.call("--assume", "block_ms=86400000")
    assert answer.returncode == 2
    assert "--assume block_ms=" in answer.stderr
    assert "600000" in answer.stderr
