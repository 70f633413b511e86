"""Two versions of a maker side by side: what got worse, and the requests that tell them apart."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

MMGATE = Path(sysconfig.get_path("scripts")) / "mmgate"
SERVE = f"{sys.executable} -m mmgate port serve"
CONFIG = """
[maker]
enabled = true
size_per_level_usd = 60
max_position_usd = 600
num_levels = 2
counter_order_enabled = true
[gate]
scenarios = ["signal"]
"""


def compare(folder: Path, old: str, new: str, *words: str) -> subprocess.CompletedProcess[str]:
    (folder / "mm.toml").write_text(CONFIG)
    command = [str(MMGATE), "compare", "--old", old, "--new", new, "--config", "mm.toml", "--out", "run", *words]
    return subprocess.run(
        [*command, "--engine", "simulation"], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )


def test_a_version_that_got_worse_is_named_with_the_requests_that_tell_it_apart(tmp_path: Path):
    told = compare(tmp_path, SERVE, f"{SERVE} --defect level-always-0")
    assert told.returncode == 1, told.stdout + told.stderr
    assert "→ violated" in told.stdout
    assert "the shortest run that tells them apart" in told.stdout
    run = tmp_path / "run"
    found = json.loads((run / "compare.json").read_text())
    assert (found["lock_step"]["parted"], found["lock_step"]["mode"]) == (1, "actions+log")
    assert "the old version: place counter" in told.stdout
    repeated = subprocess.run([str(run / "repro.sh")], cwd="/", capture_output=True, text=True, timeout=60, check=False)
    assert repeated.returncode == 1
    assert '"role":"counter"' in repeated.stdout


def test_a_version_that_does_the_same_changes_nothing(tmp_path: Path):
    told = compare(tmp_path, SERVE, SERVE, "--json")
    assert told.returncode == 0, told.stdout + told.stderr
    found = json.loads(told.stdout)
    assert (found["changed"], found["divergence"], found["lock_step"]["parted"]) == ([], None, 0)
    assert found["lock_step"]["equal_answers"] > 500


def test_a_command_that_is_no_port_is_refused_in_one_line(tmp_path: Path):
    told = compare(tmp_path, "true", SERVE)
    assert told.returncode == 2
    assert told.stderr.startswith("mmgate: --old: the port could not be greeted")
