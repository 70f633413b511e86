"""How these tests run the gate: as a person does, in a process of its own, if need be with something broken in it."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from mmgate import cli

LIMIT_S = 110
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
scenarios = ["signal"]
"""
PRELUDE = "import os, sys\nIN_A_WORKER = any('spawn_main' in word for word in sys.orig_argv)\n"


@dataclass(frozen=True)
class Gate:
    """A folder in which the command is run."""

    folder: Path

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        return path

    def verify(self, *arguments: str, sabotage: str = "", config: str = CONFIG) -> subprocess.CompletedProcess[str]:
        """Run `mmgate verify --config mm.toml …`; `sabotage` is run first in its process and in every worker's."""
        self.write("mm.toml", config)
        return self.run("verify", "--config", "mm.toml", "--out", "run", *arguments, sabotage=sabotage)

    def call(self, *arguments: str, config: str = CONFIG) -> subprocess.CompletedProcess[str]:
        """Do what `verify` does, in this process: for what is refused before anything is run."""
        self.write("mm.toml", config)
        words = ["verify", "--config", "mm.toml", "--out", "run", *arguments]
        out, err = io.StringIO(), io.StringIO()
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.main(words)
        return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())

    def run(self, *arguments: str, sabotage: str = "") -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8"}
        if sabotage:
            (self.folder / "broken").mkdir(exist_ok=True)
            (self.folder / "broken" / "sitecustomize.py").write_text(PRELUDE + sabotage)
            environment["PYTHONPATH"] = str(self.folder / "broken")
        return subprocess.run(
            [sys.executable, "-m", "mmgate", *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path)


@pytest.fixture
def port(tmp_path: Path) -> Callable[[str], str]:
    """Give the command line of a port made of the lines given, which see `request` and set `actions`."""

    def made(lines: str) -> str:
        body = "\n".join("    " + line for line in lines.strip("\n").splitlines())
        (tmp_path / "port.py").write_text(PORT.replace("    BODY", body))
        return f"{sys.executable} {tmp_path / 'port.py'}"

    return made


PORT = """
import json, sys, time
began = time.monotonic()
turns = 0
for line in sys.stdin:
    request = json.loads(line)
    reply = {"id": request["id"], "actions": [], "log": []}
    if request["kind"] == "hello":
        reply = {"id": request["id"], "name": "p", "version": "1", "features": [], "restartable": True}
    turns += request["kind"] in ("start", "event")
    actions = []
    BODY
    if actions:
        reply["actions"] = actions
    print(json.dumps(reply), flush=True)
    if request["kind"] == "bye":
        break
"""
