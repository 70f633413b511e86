"""A set asked of a bad port: what was said is kept, a break is told with its case, what was not asked is counted."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from mmgate.inputs import InputRefused
from mmgate.vectors.asked import MOST_BREAKS
from mmgate.vectors.checking import check_set
from mmgate.vectors.lives import Said
from mmgate.vectors.overheard import MOST_KEPT, MOST_REPLY, Overheard

ROOT = Path(__file__).resolve().parents[3]
VECTORS = ROOT / "vectors"
BAD = ROOT / "tests" / "ports" / "fakes" / "bad.py"
LIFE = "trace/story/counter/answered"


def bad(*words: str) -> str:
    return shlex.join([sys.executable, "-S", "-E", str(BAD), *words])


def some(kind: str, count: int) -> list[str]:
    found = sorted(path.relative_to(VECTORS).as_posix()[:-5] for path in (VECTORS / kind).rglob("*.json"))
    return found[:count]


def test_a_port_that_dies_is_told_once_and_started_again_for_the_cases_after_it(tmp_path: Path):
    cases = some("session", 3)
    checked = check_set(VECTORS, bad("dies", "=3"), tmp_path / "out", [*cases, LIFE])
    said = {one.case.id: one.said for one in checked.results}
    assert [name for name, word in said.items() if word is Said.DIFFERS] == [cases[1], LIFE]
    assert {said[name] for name in (cases[0], cases[2])} == {Said.AGREES}
    broken = next(one for one in checked.results if one.case.id == cases[1])
    assert broken.why == "exit: request 3 (call session): the port ended with exit code 3 before its reply"


def test_a_port_that_keeps_breaking_is_given_up_and_what_was_not_asked_is_no_agreement(tmp_path: Path):
    cases = some("session", MOST_BREAKS + 3)
    checked = check_set(VECTORS, bad("not_json", "call"), tmp_path / "out", cases)
    words = [one.said for one in checked.results]
    assert words == [Said.DIFFERS] * MOST_BREAKS + [Said.NOT_COMPARED] * 3
    (why,) = {one.why for one in checked.results if one.said is Said.NOT_COMPARED}
    assert why == f"the port broke in {MOST_BREAKS} cases, first in {cases[0]}: it is not asked again"


def test_what_was_said_is_kept_with_the_case_and_a_script_that_asks_it_again(tmp_path: Path):
    command = shlex.join([sys.executable, "-m", "mmgate", "port", "serve", "--defect", "rounding-aggressive"])
    cases = ["round_order/carry/buy", "round_order/legal/buy", LIFE]
    done = subprocess.run(
        [str(Path(sysconfig.get_path("scripts")) / "mmgate"), "vectors", "check", str(VECTORS), "--port", command]
        + [word for name in cases for word in ("--case", name)]
        + ["--out", str(tmp_path / "out")],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert "3 cases asked: 1 agrees, 2 differs, 0 not compared\n" in done.stdout
    assert done.stdout.endswith(f"evidence: {tmp_path / 'out'}\n")
    kept = tmp_path / "out" / "round_order" / "carry" / "buy"
    why, asked, answered = (kept / "transcript.txt").read_text().splitlines()
    assert why == "px: expected 99999, found 100000"
    assert json.loads(asked.removeprefix("→ "))["fn"] == "round_order"
    assert json.loads(answered.removeprefix("← "))["result"]["px"] == "100000"
    assert not (tmp_path / "out" / "round_order" / "legal").exists()
    paths = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    again = subprocess.run(
        ["sh", kept / "repro.sh"], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "PATH": paths},
    )  # fmt: skip
    assert '"px":"100000"' in again.stdout
    assert "must answer:" in again.stdout
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["run"]["command"][:3] == ["mmgate", "vectors", "check"]
    assert report["counts"] == {"agrees": 1, "differs": 2, "not compared": 0}


def test_a_set_that_agrees_leaves_nothing_unless_it_is_asked_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert check_set(VECTORS, None, None, some("session", 3)).evidence is None
    assert not any(path.is_file() for path in tmp_path.rglob("*"))
    checked = check_set(VECTORS, None, tmp_path / "out", some("session", 3))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["report.json"]
    assert checked.evidence == tmp_path / "out"


def test_a_case_that_the_set_does_not_have_is_refused_in_one_line(tmp_path: Path):
    with pytest.raises(InputRefused, match=r'--case "session/never": .* has no case of that id; see its index.json'):
        check_set(VECTORS, None, tmp_path / "out", ["session/never"])


def test_long_replies_are_kept_by_their_beginning_and_long_cases_by_their_end():
    heard = Overheard.__new__(Overheard)
    heard.forget()
    count = MOST_KEPT // MOST_REPLY + 5
    for number in range(count):
        heard._note(f"request {number}", "x" * (MOST_REPLY + number))
    assert len(heard.said) == count
    assert [reply[:1] for _, reply in heard.said[:3]] == ["", "", ""]
    assert heard.said[-1][1].endswith(f"… ({MOST_REPLY + count - 1} characters)")
    assert sum(len(reply) for _, reply in heard.said) <= MOST_KEPT
