"""The differential engine: a defect is shown by its shortest divergence, and only what was compared counts."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from mmgate.engines.differential import merged
from mmgate.engines.judging import ALIKE, DIFFERENTIAL, Judgement, judge
from mmgate.profiles import QUICK, embedded_suite
from mmgate.request import MakerRef
from mmgate.worlds import world_of
from model.journal import MakerFailed
from specs.spec import Outcome, Word

MMGATE = Path(sysconfig.get_path("scripts")) / "mmgate"
SERVE = f"{sys.executable} -m mmgate port serve"
EVENING = next(entry for entry in embedded_suite(QUICK) if (entry.name, entry.scenario) == ("counter", "evening"))
CONFIG = """
[maker]
enabled = true
size_per_level_usd = 60
max_position_usd = 600
num_levels = 2
counter_order_enabled = true
[gate]
scenarios = ["evening"]
"""


def one(word: Word, steps: int = 100, reason: str = "") -> Judgement:
    return Judgement((Outcome(ALIKE, DIFFERENTIAL, word, f"{steps} steps agree", steps, reason=reason),))


def test_the_reference_as_a_maker_of_this_process_agrees_with_itself():
    found = judge(world_of(EVENING, 1), MakerRef(), (ALIKE,), DIFFERENTIAL).outcome(ALIKE)
    assert found is not None
    assert found.word is Word.HOLDS
    assert found.antecedents > 1000


def test_a_defect_diverges_and_the_answer_that_differs_is_the_last_turn_of_its_trace():
    judged = judge(world_of(EVENING, 1), MakerRef("defect", "level-always-0"), (ALIKE,), DIFFERENTIAL, keep=True)
    found = judged.outcome(ALIKE)
    assert found is not None
    assert found.word is Word.VIOLATED
    violation = found.violations[0]
    record = judged.records[violation.index]
    assert "place counter L1" in violation.text
    assert "counter" in str(getattr(record, "reply", ""))


def test_agreement_is_counted_and_what_can_not_be_compared_is_none():
    assert merged([one(Word.HOLDS), one(Word.HOLDS)]).strength == "200 steps agree, 2 of 2 runs compared to their end"
    assert merged([one(Word.HOLDS), one(Word.INCONCLUSIVE), one(Word.HOLDS)]).word is Word.HOLDS
    assert merged([one(Word.HOLDS), one(Word.INCONCLUSIVE), one(Word.INCONCLUSIVE)]).word is Word.INCONCLUSIVE
    assert merged([one(Word.HOLDS), one(Word.VIOLATED)]).word is Word.VIOLATED


def test_no_step_a_broken_protocol_and_a_lost_word_are_never_agreement():
    assert merged([]).word is Word.VACUOUS
    assert merged([one(Word.VACUOUS, 0)]).word is Word.VACUOUS
    failed = Judgement(one(Word.HOLDS).outcomes, failed=MakerFailed(0, 1, "timeout", "no reply"))
    assert merged([one(Word.HOLDS), failed]).word is Word.ERROR
    assert merged([one(Word.HOLDS), Judgement()]).word is Word.ERROR


def test_a_cut_run_that_agreed_so_far_is_not_compared_to_its_end():
    cut = Judgement(one(Word.HOLDS).outcomes, cut="stopped by the wall clock")
    assert merged([cut, cut]).word is Word.INCONCLUSIVE


def verify(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    (folder / "mm.toml").write_text(CONFIG)
    command = [str(MMGATE), "verify", "--config", "mm.toml", "--engine", "differential", "--out", "run", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


def test_a_port_that_differs_gets_the_shortest_divergence_and_a_script_that_repeats_it(tmp_path: Path):
    told = verify(tmp_path, "--port", f"{SERVE} --defect level-always-0")
    assert told.returncode == 3, told.stdout + told.stderr
    assert "✗ DIF-1" in told.stdout
    (script,) = (tmp_path / "run" / "witnesses").glob("*-repro.sh")
    requests = next((tmp_path / "run" / "witnesses").glob("*-requests.jsonl")).read_text().splitlines()
    assert len(requests) < 150
    first = script.read_text().splitlines()[3]
    answered = subprocess.run(["sh", "-c", first.replace("$(dirname \"$0\")", str(script.parent))], capture_output=True,
                              text=True, timeout=60, check=False)  # fmt: skip
    assert '"role":"counter"' in answered.stdout.splitlines()[-2]


def test_the_reference_served_as_a_port_agrees(tmp_path: Path):
    told = verify(tmp_path, "--port", SERVE)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "steps agree" in told.stdout


@pytest.mark.parametrize("words", [(), ("--spec", "ORD-1")])
def test_the_reference_beside_itself_is_refused_in_one_line(tmp_path: Path, words: tuple[str, ...]):
    told = verify(tmp_path, *words)
    assert told.returncode == 2
    assert "compares a maker with the reference; name one with --port" in told.stderr
