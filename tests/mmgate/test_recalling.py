"""Counterexamples join the corpus, are tried first next time, heal to fixed; what else lies there does no harm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mmgate.corpus import FIXED, STILL_FAILS, Case, QuestionCase, load, save
from mmgate.engines.questions import Question
from mmgate.engines.witnesses import Search, search
from mmgate.profiles import QUICK, suite_file
from mmgate.recalling import ELSEWHERE, MOST_KEPT, UNUSABLE, folder_of, join, recall
from mmgate.request import EngineResult, Entry, MakerRef, Request, Witness
from specs.spec import Violation, Word

DEFECT = MakerRef("defect", "cache-outlives-its-samples")
ENTRY = Entry("fixed", suite_file("fixed").config, "evening")
EMPTY_CONFIG = Question("refusal", "wrong configs are refused by name", {"min_offset_bp": "20"})


def gate(cwd: Path, *words: str) -> tuple[int, dict[str, Any]]:
    answer = subprocess.run(
        [sys.executable, "-m", "mmgate", "verify", "--profile", "quick", "--engine", "property", "--json", *words],
        cwd=cwd,
        env={**os.environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return answer.returncode, json.loads(answer.stdout)


def replayed(cwd: Path, *words: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "mmgate", "replay", *words]
    answer = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=300)
    return answer.returncode, answer.stdout


def test_a_defect_s_case_is_saved_tried_first_next_time_and_fixed_by_the_reference(tmp_path: Path):
    only = ("--spec", "VOL-3")
    code, first = gate(tmp_path, *only, "--defects", DEFECT.name)
    assert (code, first["corpus"], first["engines"]) == (1, [], ["property"])
    code, second = gate(tmp_path, *only, "--defects", DEFECT.name)
    assert (code, [one["word"] for one in second["corpus"]]) == (1, [STILL_FAILS])
    assert second["engines"][0] == "corpus"
    assert second["specs"][0]["outcomes"][0]["engine"] == "corpus"
    path = tmp_path / second["corpus"][0]["path"]
    assert replayed(tmp_path, str(path))[0] == 1
    code, clean = gate(tmp_path, *only)
    assert (code, [one["word"] for one in clean["corpus"]], clean["engines"]) == (0, [FIXED], ["property"])
    assert any(": fixed: " in note for note in clean["notes"])
    assert path.is_file()


def request(corpus: Path, *specs: str, maker: MakerRef = DEFECT) -> Request:
    return Request(maker, (ENTRY,), specs, (), QUICK, 1, corpus.parent, workers=0, corpus=corpus)


def recalled(corpus: Path, *specs: str, maker: MakerRef = DEFECT) -> EngineResult:
    return recall(request(corpus, *specs, maker=maker), lambda _text: None)


def question_case(case: Question = EMPTY_CONFIG, maker: MakerRef = DEFECT) -> QuestionCase:
    return QuestionCase(maker, "CFG-1", "property", Violation("CFG-1", 0, 0, "taken"), case)


def test_a_folder_full_of_rubbish_makes_neither_a_verdict_nor_a_crash(tmp_path: Path):
    folder = folder_of(tmp_path / "corpus", DEFECT)
    save(folder / "a.jsonl", question_case(Question("law", "no such law", {})))
    save(folder / "b.jsonl", question_case(replace(EMPTY_CONFIG, case=[1])))
    (folder / "c.jsonl").write_bytes(b"\x00")
    (folder / "d.jsonl").mkdir()
    (folder / "e.jsonl").symlink_to("/dev/zero")
    found = recalled(tmp_path / "corpus", "CFG-1")
    assert [one.word for one in found.recalled] == [UNUSABLE] * 5
    assert found.outcomes == ()


def test_a_case_of_another_config_is_told_and_blames_nobody(tmp_path: Path):
    maker = MakerRef("defect", "counter-untracked")
    entry = Entry("counter", suite_file("counter").config, "evening")
    case = search(Search((entry, 1), maker, "FIL-2", "simulation"))
    assert isinstance(case, Case)
    corpus = tmp_path / "corpus"
    save(folder_of(corpus, maker) / "FIL-2-simulation.jsonl", case)
    found = recalled(corpus, "FIL-2", maker=maker)
    assert ([one.word for one in found.recalled], found.outcomes) == ([ELSEWHERE], ())
    own = replace(request(corpus, "FIL-2", maker=maker), suite=(entry,))
    blamed = recall(own, lambda _text: None)
    assert [outcome.word for outcome in blamed.outcomes] == [Word.VIOLATED]


def test_a_file_never_starts_the_command_that_stands_in_it(tmp_path: Path):
    mark = tmp_path / "started"
    corpus = tmp_path / "corpus"
    evil = MakerRef("port", f"/usr/bin/touch {mark}")
    save(folder_of(corpus, MakerRef()) / "x.jsonl", question_case(maker=evil))
    found = recalled(corpus, "CFG-1", maker=MakerRef())
    assert [one.word for one in found.recalled] == [FIXED]
    assert not mark.exists()


def test_a_corpus_only_ever_shows_violations(tmp_path: Path):
    corpus = tmp_path / "corpus"
    save(folder_of(corpus, DEFECT) / "x.jsonl", question_case(maker=DEFECT))
    assert recalled(corpus, "CFG-1").outcomes == ()


def test_the_corpus_keeps_few_cases_of_a_spec_and_each_once(tmp_path: Path):
    own = request(tmp_path / "corpus", "CFG-1")
    for number in (1, 1, 2, 3, 4, 5):
        path = tmp_path / f"{number}.jsonl"
        save(path, question_case(replace(EMPTY_CONFIG, case={"key": number})))
        join(own, [EngineResult("property", (), (Witness("CFG-1", path, "", ()),))])
    kept = sorted(folder_of(tmp_path / "corpus", DEFECT).iterdir())
    assert len(kept) == MOST_KEPT
    cases = [load(path) for path in kept]
    assert [one.question.case for one in cases if isinstance(one, QuestionCase)] == [{"key": n} for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("defect", "spec"),
    [("power-in-binary32", "OFF-8"), ("trend-is-a-share", "VEL-1"), ("rounding-aggressive", "TCK-1")],
)
def test_cases_of_functions_and_laws_replay(tmp_path: Path, defect: str, spec: str):
    from mmgate.engines import property as engine

    maker = MakerRef("defect", defect)
    profile = replace(QUICK, property_examples=40, machine_examples=1, machine_steps=2)
    asked = Request(maker, (ENTRY,), (spec,), (), profile, 1, tmp_path, workers=0)
    result = engine.run(asked)
    assert result.outcomes[0].word is Word.VIOLATED
    paths = [witness.path for witness in result.witnesses]
    cases = [load(path) for path in paths]
    assert [case for case in cases if isinstance(case, QuestionCase)]
    from mmgate.corpus import replay

    assert {replay(path).word for path in paths} == {STILL_FAILS}
    assert {replay(path, MakerRef()).word for path in paths} == {FIXED}
