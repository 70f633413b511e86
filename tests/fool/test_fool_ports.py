"""Attempts to get a PASS with a port: that says nothing, is good only while watched, or claims nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

HONEST = Path(__file__).parents[2] / "examples" / "python_port" / "maker.py"
SIMULATION = ("--engine", "simulation")
QUICK = """
[maker]
enabled = true
num_levels = 2
min_offset_bps = 10
size_per_level_usd = 60
max_position_usd = 900
[gate]
profile = "quick"
scenarios = ["signal"]
"""
ORDERS = ("--spec", "ORD-1", "--spec", "STL-1")


def verdict(gate) -> str:
    found: str = json.loads((gate.folder / "run" / "report.json").read_text())["verdict"]
    return found


def test_a_port_that_answers_nothing_but_empty_lists_passes_nothing(gate, port):
    answer = gate.verify("--port", port("pass"), "--spec", "OFF-3", "--spec", "SIZ-1", *SIMULATION, config=QUICK)
    assert answer.returncode == 3, answer.stdout + answer.stderr
    assert "OFF-3 P1 vacuous" in answer.stdout


def test_a_port_that_is_no_port_fails(gate):
    for command in ("true", "false", "cat", f"{sys.executable} -c 'print(1)'"):
        answer = gate.call("--port", command, "--spec", "OFF-3", *SIMULATION, config=QUICK)
        assert answer.returncode == 1, answer.stdout + answer.stderr
        assert "ROB-1" in answer.stdout


def test_a_port_that_refuses_every_config_never_passes(gate, port):
    refuses = """
if request["kind"] == "start":
    reply = {"id": request["id"], "error": {"code": "config", "errors": [{"key": "markets", "code": "unknown"}]}}
"""
    answer = gate.verify("--port", port(refuses), "--spec", "OFF-3", *SIMULATION, config=QUICK)
    assert answer.returncode in (1, 4), answer.stdout + answer.stderr


def test_a_port_that_dies_halfway_fails_though_all_it_did_was_right(gate, port):
    dies = "if turns == 400:\n    sys.exit(0)"
    answer = gate.verify("--port", port(dies), "--spec", "OFF-3", *SIMULATION, config=QUICK)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "ROB-1" in answer.stdout


ODD = """
if request["kind"] == "event" and request["event"]["type"] == "oracle" and turns > 300:
    event = request["event"]
    actions = [{"type": "place", "cloid": "0x%032x" % turns, "market": event["market"], "side": "buy",
                "px": event["oracle_px"], "sz": "0.01", "tif": "alo", "reduce_only": False}]
"""


def test_a_port_that_behaves_only_at_first_is_caught_when_it_no_longer_does(gate, port):
    answer = gate.verify("--port", port(ODD), "--spec", "OFF-2", *SIMULATION, config=QUICK)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "✗ OFF-2 P0" in answer.stdout


def test_a_port_that_claims_no_feature_is_judged_on_what_it_does(gate, port):
    """Orders that are called counter-orders by a port without counter-orders are counter-orders of a wrong price."""
    called = ODD.replace("turns > 300", "turns > 20").replace(
        '"reduce_only": False', '"reduce_only": False, "role": "counter"'
    )
    answer = gate.verify("--port", port(called), "--spec", "OFF-2", "--spec", "CTR-*", *SIMULATION, config=QUICK)
    assert answer.returncode == 1, answer.stdout + answer.stderr


CLOCKED = f"""
import sys
sys.path.insert(0, {str(HONEST.parent)!r})
import maker
heard = []
honest = maker.Port.handle
def handle(self, message):
    reply = honest(self, message)
    heard.append(1)
    if len(heard) > 300 and "actions" in reply:
        reply["actions"] = [one for one in reply["actions"] if one.get("type") != "cancel"]
    return reply
maker.Port.handle = handle
maker.main()
"""


def test_a_port_that_behaves_only_while_its_hello_was_recent_fails(gate):
    gate.write("clocked.py", CLOCKED)
    command = f"{sys.executable} clocked.py"
    answer = gate.verify("--port", command, *ORDERS, *SIMULATION, config=QUICK)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert verdict(gate) == "FAIL"
