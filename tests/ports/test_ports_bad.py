"""Bad ports under every command that runs a port: a clear finding, never a hang, a crash, an orphan or a PASS.

Each is the honest example with one fault in how it speaks. Smoke has its own tests; here are runs, as the engines
drive them, and the commands as a person types them.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mmgate.engines.judging import ALIKE, DIFFERENTIAL, Judgement, judge
from mmgate.ports import waiting
from mmgate.ports.children import descendants
from mmgate.ports.port import opened
from mmgate.profiles import QUICK, embedded_suite
from mmgate.request import MakerRef
from mmgate.worlds import world_of
from specs.spec import Word

BAD = Path(__file__).parent / "fakes" / "bad.py"
ABSENT = BAD.with_name("absent.py")
ROOT = Path(__file__).parents[2]
ENTRIES = {f"{entry.name}/{entry.scenario}": entry for entry in embedded_suite(QUICK)}
SIGNAL, LOOP = ENTRIES["fixed/signal"], ENTRIES["counter/crash-loop"]
CONFIG = """
[maker]
enabled = true
num_levels = 1
min_offset_bps = 10
size_per_level_usd = 60
max_position_usd = 900
[gate]
scenarios = ["signal"]
"""


def command(fault: str, when: str) -> str:
    return shlex.join([sys.executable, "-S", "-E", str(BAD), fault, when])


@pytest.fixture(autouse=True)
def nobody_is_left():
    before = set(descendants(os.getpid()))
    yield
    waiting.end_waiting()
    assert set(descendants(os.getpid())) <= before


# -- runs

SPOKEN = {
    "dies": "exit: request 60 (event ",
    "killed": "exit: request 60 (event ",
    "chatty": "not_json: reply to request 60 (event ",
    "not_utf8": "not_utf8: reply to request 60 (event ",
    "huge": "too_long: request 60 (event ",
    "deep": "not_json: reply to request 60 (event ",
    "wrong_id": "wrong_id: reply to request 60 (event ",
    "echo": "is 59 (already answered), in the request 60",
    "twice": "is 60 (already answered), in the request 61",
    "nan_px": "actions[0].px: 'NaN' is not a decimal",
    "exponent_px": "actions[0].px: '4.9e3' is not a decimal",
    "hostile_cloid": "is not 0x and 32 hex digits in small letters",
    "true_level": "actions[0].level: True is not an integer",
    "attribution_text": "mm_fill: 'yes' is not true or false",
    "log_entry": "log[0]: 'all is well' is not an object",
    "refuses": "refused: request 60 (event ",
    "forks": "the port ended and left 1 process that it started running",
    "escapes": "the port ended and left 1 process that it started running",
    "stranger": "cancels 987654, an order that it neither placed nor was told of",
}


def played(fault: str, when: str, evidence: Path, engine: str = "simulation", *specs: str) -> Judgement:
    ref = MakerRef("port", command(fault, when))
    return judge(world_of(SIGNAL, 1), ref, specs or ("ROB-1",), engine, evidence=evidence, limit_s=60)


@pytest.mark.parametrize(("fault", "words"), SPOKEN.items(), ids=list(SPOKEN))
def test_a_run_with_a_bad_port_ends_in_one_finding_with_its_transcript(fault: str, words: str, tmp_path: Path):
    judged = played(fault, "=60", tmp_path / "1")
    (outcome,) = judged.outcomes
    assert outcome.word is Word.VIOLATED
    assert words in outcome.violations[0].text
    assert "\n" not in outcome.violations[0].text
    if judged.failed is not None:
        lines = (tmp_path / "1-transcript.txt").read_text().splitlines()
        assert words in lines[0]
        assert lines[-2 if lines[-1].startswith("←") else -1].startswith('→ {"id":')


@pytest.mark.parametrize(
    ("fault", "caught"),
    [
        ("twins", {"ORD-11"}),
        ("precise_px", {"TCK-1"}),
        ("negative_px", {"TCK-1"}),
        ("negative_sz", {"TCK-1"}),
        ("unknown_market", {"TCK-1"}),
    ],
)
def test_what_is_well_spoken_and_senseless_is_caught_by_a_spec(fault: str, caught: set[str], tmp_path: Path):
    judged = judge(world_of(SIGNAL, 1), MakerRef("port", command(fault, "=60")), stop=True)
    violated = {outcome.spec_id for outcome in judged.outcomes if outcome.word is Word.VIOLATED}
    assert violated >= caught


@pytest.mark.parametrize(("fault", "when"), [("mute", "=60"), ("deaf", "=60"), ("spins", "bye"), ("unended", "=60")])
def test_a_port_that_keeps_us_waiting_is_given_up_at_the_time_limit(fault: str, when: str, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(vars(opened)["__wrapped__"], "__defaults__", (0.5, None))
    began = time.monotonic()
    judged = played(fault, when, tmp_path / "1")
    assert judged.hung
    assert judged.outcomes[0].word is Word.VIOLATED
    assert time.monotonic() - began < 30


def test_a_run_in_lock_step_with_a_bad_port_never_agrees(tmp_path: Path):
    for fault in ("dies", "nan_px", "wrong_id"):
        judged = played(fault, "=60", tmp_path / fault, DIFFERENTIAL, ALIKE)
        assert judged.failed is not None
        assert (tmp_path / f"{fault}-transcript.txt").exists()


def test_books_that_are_declared_and_refused_or_garbage_are_found(tmp_path: Path):
    for fault in ("refuses", "result_garbage", "result_absent"):
        judged = played(fault, "call", tmp_path / fault)
        assert judged.outcomes[0].word is Word.VIOLATED
        assert "(call books)" in judged.outcomes[0].violations[0].text


@pytest.mark.parametrize(
    ("feature", "name", "caught"),
    [
        ("dynamic_offset", "dynamic/evening", "ORD-15"),
        ("exponential", "exponential-convex/evening", "SIZ-1"),
        ("convex", "exponential-convex/evening", "SIZ-1"),
        ("counter_order", "counter/late-fills", "CTR-7"),
        ("velocity_skew", "all-on/calm", "ORD-15"),
        ("schedule_cancel", "all-week/taker", "DMS-1"),
        ("attribution", "fixed/signal", "FIL-2"),
        ("reconcile", "fixed/signal", "ORD-14"),
        ("cancel_by_cloid", "fixed/signal", "ORD-10"),
    ],
)
def test_a_feature_that_is_declared_and_absent_is_violated(feature: str, name: str, caught: str):
    ref = MakerRef("port", shlex.join([sys.executable, "-S", "-E", str(ABSENT), feature]))
    judged = judge(world_of(ENTRIES[name], 1), ref, stop=True)
    violated = {outcome.spec_id for outcome in judged.outcomes if outcome.word is Word.VIOLATED}
    assert caught in violated


def test_a_port_without_any_feature_is_judged_by_every_spec_that_no_feature_excuses():
    judged = judge(world_of(SIGNAL, 1), MakerRef("port", command("no_features", "hello")))
    words = {outcome.spec_id: outcome.word for outcome in judged.outcomes}
    assert Word.VIOLATED not in words.values()
    assert {words[spec_id] for spec_id in ("OFF-3", "STL-1", "ORD-5", "FIL-3", "INV-3", "SES-1")} == {Word.HOLDS}
    assert words["INV-1"] is Word.NOT_APPLICABLE  # it needs the books


def test_another_name_in_every_life_is_no_fault_and_another_voice_from_the_second_on_is(tmp_path: Path):
    ref = MakerRef("port", command("single_use_unlike", "hello"))
    assert judge(world_of(LOOP, 1), ref, ("ROB-1",)).outcomes[0].word is Word.HOLDS
    judged = judge(world_of(LOOP, 1), MakerRef("port", command("not_json", "life")), ("ROB-1",))
    assert judged.outcomes[0].word is Word.VIOLATED


# -- commands, as they are typed


def typed(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run mmgate; when it has ended, no process of a bad port is left anywhere."""
    (folder / "mm.toml").write_text(CONFIG)
    done = subprocess.run(
        [sys.executable, "-m", "mmgate", *words],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "MARKED": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert left_of(str(folder)) == []
    assert "Traceback" not in done.stderr
    return done


def left_of(mark: str) -> list[str]:
    """List the processes that inherited an environment with the mark."""
    needle = f"MARKED={mark}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if needle in path.read_bytes().split(b"\0"):
                found.append(path.parent.name)
        except OSError:
            continue
    return found


VERIFY = ("verify", "--config", "mm.toml", "--profile", "quick", "--spec", "OFF-3", "--engine", "simulation")


@pytest.mark.parametrize("fault", ["forks_and_dies", "not_utf8"])
def test_verify_fails_on_one_line_and_keeps_the_transcript(fault: str, tmp_path: Path):
    done = typed(tmp_path, *VERIFY, "--quiet", "--out", "run", "--port", command(fault, "9"))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "FAIL" in done.stdout
    assert re.search(r"^  (exit|not_utf8): (reply to )?request 9 \(event \w+\)", done.stdout, re.MULTILINE)
    transcripts = list((tmp_path / "run" / "port").glob("*-transcript.txt"))
    assert transcripts
    assert '→ {"id":9,"kind":"event"' in transcripts[0].read_text()


def test_hostile_words_reach_neither_the_console_nor_the_page(tmp_path: Path):
    done = typed(tmp_path, *VERIFY, "--out", "run", "--port", command("hostile_error", "9"))
    assert done.returncode == 1
    console = done.stdout.replace("\n", "")
    page = (tmp_path / "run" / "report.html").read_text()
    assert console.isprintable()
    assert "owned" in console
    assert "owned" in page
    assert "<script>alert" not in page
    for sign in ("\x1b", "\x07", "\u202e", "\u2066", "\x00"):
        assert sign not in page
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    assert report["verdict"] == "FAIL"


def test_vectors_check_of_a_bad_port_tells_what_it_said_and_never_agrees(tmp_path: Path):
    for fault, when in (("not_json", "call"), ("dies", "hello")):
        done = typed(tmp_path, "vectors", "check", str(ROOT / "vectors"), "--port", command(fault, when))
        assert done.returncode in (1, 2), done.stdout + done.stderr
        told = done.stdout + done.stderr
        assert re.search(r"(not_json|exit): (reply to )?request \d+ \(", told)
        assert " 0 agrees" in told or done.returncode == 2
