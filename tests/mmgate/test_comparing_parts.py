"""What two versions share is counted for what it is, told in their own names, and sent again to each in its own."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

from mmgate.comparing import Changed, Compared, _told_old, _word_of
from mmgate.corpus import Case
from mmgate.engines.judging import ALIKE, DIFFERENTIAL, Judgement, judge
from mmgate.engines.simulation import Done, Job
from mmgate.ports.pairing import Mode
from mmgate.ports.repro import Told, requests_of, told_in, write_script
from mmgate.profiles import QUICK, embedded_suite
from mmgate.reporting.comparing import changes, exit_code
from mmgate.request import MakerRef
from mmgate.worlds import world_of
from model.config import MakerConfig
from model.events import Resting, Start, Timer
from model.journal import MakerFailed
from model.market import Market
from specs.spec import Outcome, Violation, Word

MAKER = Path(__file__).resolve().parents[2] / "examples" / "python_port" / "maker.py"
ENTRY = next(entry for entry in embedded_suite(QUICK) if (entry.name, entry.scenario) == ("fixed", "signal"))
JOB = Job(ENTRY, 1, MakerRef(), (ALIKE,), 0.0, engine=DIFFERENTIAL)
AGREED = Outcome(ALIKE, DIFFERENTIAL, Word.HOLDS, "100 steps agree", 100)
STARTS = [Start(life * 1000, life, MakerConfig(), (Market("m", 2),)) for life in (1, 2)]


def version(folder: Path, name: str, *wrong: tuple[str, str]) -> str:
    """Write a version of the example and return its command line."""
    text = MAKER.read_text(encoding="utf-8")
    for old, new in wrong:
        assert old in text
        text = text.replace(old, new)
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    return shlex.join([sys.executable, "-S", "-E", str(path)])


def compared(*changed: Changed, **more: Any) -> Compared:
    none = cast(Any, None)
    values = {"case": None, "steps": 100, "runs": 1, "uncompared": 0, "parted": 0, "mode": "actions", **more}
    return Compared(none, none, changed, **values)


def test_a_run_that_a_version_broke_or_that_was_cut_short_is_not_called_compared():
    broke = MakerFailed(5, 1, "exit", "the port ended")
    assert _word_of(Done(JOB, Judgement((AGREED,), failed=broke))).word is Word.ERROR
    cut = _word_of(Done(JOB, Judgement((AGREED,), cut="stopped by the wall clock after 120 s")))
    assert (cut.word, "after 120 s" in cut.reason) == (Word.INCONCLUSIVE, True)
    assert _word_of(Done(JOB, Judgement(refused="markets"))).word is Word.ERROR
    assert _word_of(Done(JOB, None, "killed")).word is Word.ERROR
    assert _word_of(Done(JOB, Judgement((AGREED,)))) == AGREED


def test_what_got_worse_stands_first_and_words_that_changed_for_one_reason_share_a_line():
    rest = [Changed(f"ORD-{at}", Word.HOLDS, Word.INCONCLUSIVE, "the maker failed") for at in range(1, 9)]
    worse = Changed("ROB-1", Word.HOLDS, Word.VIOLATED, "exit: the port ended")
    assert changes(compared(*rest, worse)) == [
        "ROB-1: holds → violated: exit: the port ended",
        "ORD-1, ORD-2, ORD-3, ORD-4, ORD-5, ORD-6 and 2 more: holds → inconclusive: the maker failed",
    ]


def test_a_feature_that_one_version_alone_declares_is_no_agreement():
    assert exit_code(compared()) == 0
    assert exit_code(compared(only_old=("counter_order",))) == 3
    assert exit_code(compared(only_new=("books",))) == 3


def test_each_version_hears_its_own_names_of_orders_again(tmp_path: Path):
    old = version(tmp_path, "old")
    new = version(tmp_path, "new", ("        self.counter += 1\n", "        self.counter += 7\n"))
    ref = MakerRef("port", new, old, Mode.ACTIONS_AND_LOG.value)
    judged = judge(world_of(ENTRY, 1), ref, (ALIKE,), DIFFERENTIAL, keep=True)
    assert judged.outcomes[0].word is Word.HOLDS
    case = Case(ref, ALIKE, DIFFERENTIAL, Violation(ALIKE, 0, 0, ""), world_of(ENTRY, 1), judged.records)
    heard_by_old, heard_by_new = _told_old(case), told_in(judged.records)
    assert len(heard_by_old) == len(heard_by_new)
    last = [[one.cloid for one in heard if isinstance(one, Resting)][-1] for heard in (heard_by_old, heard_by_new)]
    assert int(str(last[1])[-12:], 16) == 7 * int(str(last[0])[-12:], 16)


def test_one_process_of_a_port_with_a_process_for_each_life_hears_the_last_life_alone():
    told: list[Told] = [STARTS[0], Timer(1_100), STARTS[1], Timer(2_100)]
    kinds = [[json.loads(line)["kind"] for line in requests_of(told, restartable=many)] for many in (True, False)]
    assert kinds == [["hello", "start", "event", "start", "event", "bye"], ["hello", "start", "event", "bye"]]


def test_a_script_starts_its_commands_where_the_gate_was_run(tmp_path: Path, monkeypatch):
    folder, evidence = tmp_path / "it's here", tmp_path / "evidence"
    folder.mkdir()
    evidence.mkdir()
    (folder / "port.txt").write_text("answered\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    write_script(evidence / "repro.sh", ['cat port.txt "$here"/requests.jsonl'])
    (evidence / "requests.jsonl").write_text("asked\n", encoding="utf-8")
    done = subprocess.run([str(evidence / "repro.sh")], cwd="/", capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("answered\nasked\n", "")
