"""The differential engine: a defect is shown by its shortest divergence, and only what was compared counts."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from mmgate.engines import judging
from mmgate.engines.differential import merged
from mmgate.engines.judging import ALIKE, DIFFERENTIAL, Judgement, Watch, judge
from mmgate.engines.shrink import shrink
from mmgate.ports.lockstep import Lockstep, Parted
from mmgate.ports.pairing import Mode
from mmgate.profiles import QUICK, embedded_suite
from mmgate.request import MakerRef
from mmgate.worlds import world_of
from model.actions import QueryOpenOrders
from model.events import Event, Start
from model.journal import Books, MakerFailed, Reply
from model.maker import Reference
from sim.run import run
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
    assert merged([one(Word.HOLDS), one(Word.HOLDS)]).strength == (
        "200 steps agree in mode actions, 2 of 2 runs compared to their end"
    )
    assert merged([one(Word.HOLDS), one(Word.INCONCLUSIVE), one(Word.HOLDS)]).word is Word.HOLDS
    assert merged([one(Word.HOLDS), one(Word.INCONCLUSIVE), one(Word.INCONCLUSIVE)]).word is Word.INCONCLUSIVE
    assert merged([one(Word.HOLDS), one(Word.VIOLATED)]).word is Word.VIOLATED


def test_a_long_run_that_can_not_be_compared_outweighs_short_ones_that_agree():
    agreed = replace(one(Word.HOLDS), hours=0.1, planned_hours=0.1)
    cut_early = replace(one(Word.INCONCLUSIVE, 3, "a query"), hours=0.001, planned_hours=5.0)
    assert merged([agreed, agreed, replace(cut_early, planned_hours=0.1)]).word is Word.HOLDS
    found = merged([agreed, agreed, cut_early])
    assert found.word is Word.INCONCLUSIVE
    assert found.reason == "96% of the runs' time lies after an answer that can't be compared, a query"


class Asker:
    """The reference, asking for open orders every few events, at moments of its own."""

    def __init__(self, every: int) -> None:
        self._inner, self._every, self._heard = Reference(), every, 0
        self.name, self.features = "asker", self._inner.features

    def start(self, start: Start) -> Reply:
        return self._inner.start(start)

    def handle(self, event: Event) -> Reply:
        self._heard += 1
        reply = self._inner.handle(event)
        if self._heard % self._every:
            return reply
        return replace(reply, actions=(*reply.actions, QueryOpenOrders()))

    def books(self) -> Books | None:
        return self._inner.books()


@pytest.mark.parametrize("every", [1, 7, 400])
def test_a_maker_whose_answers_can_mostly_not_be_compared_never_agrees(monkeypatch, every: int):
    monkeypatch.setattr(judging, "opened", lambda *_, **__: nullcontext(Asker(every)))
    for mode in Mode:
        ref = MakerRef("port", "asker", compare=mode.value)
        one = judge(world_of(EVENING, 1), ref, (ALIKE,), DIFFERENTIAL)
        found = merged([one], mode.value)
        assert found.word is Word.INCONCLUSIVE
        assert found.antecedents <= every
        assert f"in mode {mode.value}, 0 of 1 runs compared to their end" in found.strength


def logless(entry_mode: Mode) -> Outcome:
    """Compare the reference with one that logs nothing."""
    lockstep = Lockstep(Silent(), entry_mode)
    watch = Watch(lockstep)
    with suppress(Parted):
        run(world_of(EVENING, 1), lockstep, [watch])
    return watch.agreement()


class Silent(Asker):
    """The reference without a log."""

    def __init__(self) -> None:
        super().__init__(1_000_000)

    def start(self, start: Start) -> Reply:
        return replace(super().start(start), log=())

    def handle(self, event: Event) -> Reply:
        return replace(super().handle(event), log=())


def test_what_is_logged_counts_only_in_the_mode_that_says_so():
    assert logless(Mode.ACTIONS).word is Word.HOLDS
    assert logless(Mode.ACTIONS_AND_LOG).word is Word.VIOLATED


def test_no_step_a_broken_protocol_and_a_lost_word_are_never_agreement():
    assert merged([]).word is Word.VACUOUS
    assert merged([one(Word.VACUOUS, 0)]).word is Word.VACUOUS
    failed = Judgement(one(Word.HOLDS).outcomes, failed=MakerFailed(0, 1, "timeout", "no reply"))
    assert merged([one(Word.HOLDS), failed]).word is Word.ERROR
    assert merged([one(Word.HOLDS), Judgement()]).word is Word.ERROR


def test_a_cut_run_that_agreed_so_far_is_not_compared_to_its_end():
    cut = Judgement(one(Word.HOLDS).outcomes, cut="stopped by the wall clock")
    assert merged([cut, cut]).word is Word.INCONCLUSIVE


@pytest.mark.parametrize(
    ("defect", "name"),
    [
        ("level-always-0", "counter/evening"),
        ("emergency-not-closed", "tight/saturday"),
        ("cancel-taken-for-done", "fixed/signal"),
    ],
)
def test_of_a_shortened_divergence_every_step_is_needed(defect: str, name: str):
    entry = next(one for one in embedded_suite(QUICK) if f"{one.name}/{one.scenario}" == name)
    maker = MakerRef("defect", defect)
    case = shrink(world_of(entry, 1), maker, ALIKE, DIFFERENTIAL)
    assert case is not None
    steps = tuple(case.world.script)
    assert 1 <= len(steps) <= 5
    for at in range(len(steps)):
        fewer = replace(case.world, script=steps[:at] + steps[at + 1 :])
        outcome = judge(fewer, maker, (ALIKE,), DIFFERENTIAL).outcome(ALIKE)
        assert outcome is not None
        assert outcome.word is not Word.VIOLATED


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
    answered = subprocess.run([str(script)], cwd="/", capture_output=True, text=True, timeout=120, check=False)
    alone, _, beside = answered.stdout.partition(f'{{"id":{len(requests)}}}')
    assert '"role":"counter"' in alone.splitlines()[-1]
    assert "DIF-1" in beside
    assert answered.stderr == ""


def test_the_reference_served_as_a_port_agrees(tmp_path: Path):
    told = verify(tmp_path, "--port", SERVE, "--compare", "actions+log")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "steps agree in mode actions+log" in told.stdout
    assert "--compare actions+log" in told.stdout


@pytest.mark.parametrize("words", [(), ("--spec", "ORD-1")])
def test_the_reference_beside_itself_is_refused_in_one_line(tmp_path: Path, words: tuple[str, ...]):
    told = verify(tmp_path, *words)
    assert told.returncode == 2
    assert "compares a maker with the reference; name one with --port" in told.stderr


def test_a_mode_that_is_none_or_that_nothing_uses_is_refused_in_one_line(tmp_path: Path):
    told = verify(tmp_path, "--port", SERVE, "--compare", "action")
    assert told.returncode == 2
    assert told.stderr.startswith("mmgate: --compare")
    words = [str(MMGATE), "verify", "--port", SERVE, "--compare", "numbers", "--engine", "simulation"]
    told = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode == 2
    assert "says how --engine differential compares; name it too" in told.stderr
