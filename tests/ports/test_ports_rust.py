"""The example in Rust builds offline with nothing but the toolchain, answers every vector and is not blamed."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from mmgate.ports.process import PortMaker
from mmgate.profiles import QUICK, embedded_suite, fitted
from mmgate.worlds import world_of
from sim.run import run
from specs.panel import Panel
from specs.spec import Word

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "examples" / "rust_port"
MMGATE = Path(sysconfig.get_path("scripts")) / "mmgate"
pytestmark = pytest.mark.skipif(
    shutil.which("cargo") is None or shutil.which("rustc") is None, reason="no Rust toolchain: cargo and rustc"
)


def ran(*command: str | Path) -> str:
    """Run a command to its end and return what it said; it must succeed."""
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=110)
    assert told.returncode == 0, told.stdout[-3000:] + told.stderr[-3000:]
    return told.stdout


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built maker; nothing is written into the checkout."""
    folder = tmp_path_factory.mktemp("rust")
    shutil.copytree(SOURCE, folder / "port", ignore=shutil.ignore_patterns("target", "Cargo.lock"))
    ran(
        "cargo",
        "build",
        "--release",
        "--offline",
        "--quiet",
        "--manifest-path",
        folder / "port" / "Cargo.toml",
        "--target-dir",
        folder / "target",
    )
    return folder / "target" / "release" / "rust_port"


def test_it_passes_the_first_conversation(maker: Path):
    told = ran(MMGATE, "port", "smoke", str(maker))
    assert "features: cancel_by_cloid, reconcile\n" in told
    assert "bye       the process ended; none of its children is left" in told


def test_it_answers_every_vector_as_the_reference_does(maker: Path):
    told = ran(MMGATE, "vectors", "check", ROOT / "vectors", "--port", str(maker))
    assert " 0 differs, 8 not compared" in told  # queries at other fair moments, and a reading of L-6
    unasked = [line for line in told.splitlines() if line.startswith("not asked")]
    assert all(" of trace: the maker does not declare" in line for line in unasked)


@pytest.mark.parametrize(("config", "scenario"), [("tight", "races"), ("counter", "crash-loop")])
def test_it_is_not_blamed(maker: Path, config: str, scenario: str):
    entry = next(e for e in embedded_suite(QUICK) if (e.name, e.scenario) == (config, scenario))
    panel = Panel()
    with PortMaker(str(maker), 10) as port:
        result = run(world_of(fitted(entry, port.features), 1), port, [panel])
    words = [outcome.word for outcome in panel.outcomes()]
    assert result.failed is None
    assert not {Word.VIOLATED, Word.ERROR}.intersection(words)
    assert words.count(Word.HOLDS) > 20


def test_its_own_tests_pass_and_rustc_alone_builds_it(tmp_path: Path):
    tests = tmp_path / "tests"
    ran("rustc", "--edition", "2021", "--test", SOURCE / "src" / "main.rs", "-o", tests)
    assert "0 failed" in ran(tests)
