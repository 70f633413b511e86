"""Attempts to get a PASS out of a broken harness: engines, monitors and workers that fail, runs that are cut short."""

from __future__ import annotations

import json

SIMULATION = ("--engine", "simulation")
LATER = """
import importlib.abc, importlib.machinery
class Later(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name != MODULE:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        load = spec.loader.exec_module
        def exec_module(module):
            load(module)
            change(module)
        spec.loader.exec_module = exec_module
        return spec
sys.meta_path.insert(0, Later())
"""
"""Change a module when it is imported: `MODULE` names it, `change` does it."""


def changed(module: str, lines: str) -> str:
    body = "\n".join("    " + line for line in lines.strip("\n").splitlines())
    return f"MODULE = {module!r}\ndef change(module):\n{body}\n{LATER}"


def report(gate) -> dict[str, object]:
    found: dict[str, object] = json.loads((gate.folder / "run" / "report.json").read_text())
    return found


def test_a_monitor_that_raises_is_an_error_and_no_verdict(gate):
    broken = changed(
        "specs.offsets",
        """
def told_any(self, turn):
    raise RuntimeError("out of order")
next(one for one in module.MONITORS if one.spec.id == "OFF-3").told_any = told_any
""",
    )
    answer = gate.verify("--spec", "OFF-3", "--spec", "SIZ-1", *SIMULATION, sabotage=broken)
    assert answer.returncode == 4, answer.stdout + answer.stderr
    assert "RuntimeError: out of order" in answer.stdout
    assert report(gate)["verdict"] == "NO VERDICT"


def test_a_monitor_that_breaks_at_the_end_is_an_error_too(gate):
    broken = changed("specs.monitor", "def close(self):\n    raise KeyError('end')\nmodule.Monitor.close = close")
    answer = gate.verify("--spec", "DET-1", "--spec", "SIZ-1", *SIMULATION, sabotage=broken)
    assert answer.returncode == 4, answer.stdout + answer.stderr


def test_a_monitor_that_sees_nothing_is_vacuous(gate):
    blind = changed("specs.panel", "module.Panel.observe = lambda self, record: None")
    answer = gate.verify("--spec", "OFF-3", "--spec", "SIZ-1", *SIMULATION, sabotage=blind)
    assert answer.returncode in (3, 4), answer.stdout + answer.stderr


def test_monitors_whose_conditions_are_never_met_fail_the_self_test(gate):
    never = changed("specs.monitor", "module.Monitor.antecedent = lambda self, context='': None")
    answer = gate.verify("--spec", "OFF-3", "--spec", "SIZ-1", *SIMULATION, sabotage=never)
    assert answer.returncode == 4, answer.stdout + answer.stderr
    assert "self-test failed, no verdict" in answer.stderr


def test_an_engine_that_crashes_is_no_verdict_though_another_holds(gate):
    crash = changed("mmgate.engines.property", "def run(request):\n    raise MemoryError('no room')\nmodule.run = run")
    answer = gate.verify("--spec", "OFF-3", "--engine", "property", *SIMULATION, sabotage=crash)
    assert answer.returncode == 4, answer.stdout + answer.stderr
    assert "the engine crashed: MemoryError: no room" in answer.stdout
    assert "no room" in (gate.folder / "run" / "property-crash.txt").read_text()


def test_an_engine_that_cannot_be_imported_is_no_verdict(gate):
    gone = "sys.modules['mmgate.engines.simulation'] = None\n"
    answer = gate.verify("--spec", "OFF-3", "--engine", "symbolic", *SIMULATION, sabotage=gone)
    assert answer.returncode == 4, answer.stdout + answer.stderr


def test_a_prover_that_is_not_installed_proves_nothing(gate):
    gone = "import importlib.util as u\nf = u.find_spec\n"
    gone += "u.find_spec = lambda n, *a: None if n == 'crosshair' else f(n, *a)\n"
    answer = gate.verify("--spec", "OFF-3", "--engine", "symbolic", sabotage=gone)
    assert answer.returncode == 3, answer.stdout + answer.stderr
    assert "CrossHair is not installed" in answer.stdout


def test_an_engine_that_answers_nothing_is_vacuous(gate):
    mute = changed(
        "mmgate.engines.simulation",
        "from mmgate.request import EngineResult\nmodule.run = lambda request: EngineResult('simulation', ())",
    )
    answer = gate.verify("--spec", "OFF-3", *SIMULATION, sabotage=mute)
    assert answer.returncode == 3, answer.stdout + answer.stderr


def test_a_worker_that_dies_is_an_error_and_no_verdict(gate):
    two = 'scenarios = ["signal", "hard-stop"]'
    dies = changed("sim.run", "if IN_A_WORKER:\n    module.run = lambda *a, **k: os._exit(9)")
    config = CONFIG_OF_TWO.replace('scenarios = ["signal"]', two)
    answer = gate.verify("--spec", "OFF-3", *SIMULATION, config=config, sabotage=dies)
    assert answer.returncode == 4, answer.stdout + answer.stderr
    assert "the worker process died" in answer.stdout


def test_a_run_that_the_clock_cuts_is_inconclusive(gate):
    hurry = changed(
        "mmgate.profiles",
        "from dataclasses import replace\nmodule.PROFILES['quick'] = replace(module.QUICK, wall_clock_s=0.05)",
    )
    answer = gate.verify("--spec", "OFF-3", "--spec", "SIZ-1", *SIMULATION, sabotage=hurry)
    assert answer.returncode == 3, answer.stdout + answer.stderr
    assert "stopped by the wall clock" in answer.stdout


def test_a_scenario_that_ends_in_the_middle_leaves_obligations_inconclusive(gate):
    cut = 'why = "cut"\nstart = 2026-02-07T18:00:00Z\nduration_s = 60\nfinish = "cut"\n'
    gate.write("cut.toml", cut + '[[market]]\nname = "xyz:GOLD"\nstart_px = 4966.1\nsz_decimals = 4\n')
    config = CONFIG_OF_TWO.replace('["signal"]', '["cut.toml"]')
    answer = gate.verify("--spec", "ORD-3", "--spec", "ORD-1", "--spec", "STL-1", *SIMULATION, config=config)
    assert answer.returncode == 3, answer.stdout + answer.stderr


def test_assuming_a_slow_venue_hides_no_defect(gate):
    slow = ("--assume", "latency_max_ms=20000", "--assume", "latency_median_ms=9000")
    skewed = CONFIG_OF_TWO.replace("[gate]", "min_offset_bps = 1\ninventory_skew_factor = 0.9\n[gate]")
    answer = gate.verify("--defects", "skew-under-the-fee", "--spec", "OFF-3", *SIMULATION, *slow, config=skewed)
    assert answer.returncode in (1, 3), answer.stdout + answer.stderr


CONFIG_OF_TWO = """
[maker]
enabled = true
num_levels = 2
size_per_level_usd = 60
max_position_usd = 900
[gate]
profile = "quick"
scenarios = ["signal"]
"""
