"""Trails name stages that are there; every spec has a defect to catch; the matrix says what it must."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

from mmgate import cli
from mmgate.chasing import Chase, Chased, Kill, chase
from mmgate.clean import FIRST_SEED, Alarm, alarms_of, jobs_of
from mmgate.engines.judging import Judgement
from mmgate.engines.pool import Lost
from mmgate.engines.simulation import Done
from mmgate.killing import CLEAN_RUNS, IDLE_BY_NATURE, Matrix
from mmgate.profiles import DEEP, QUICK, embedded_suite
from mmgate.reporting.matrix import matrix_data, tell_matrix
from mmgate.request import MakerRef, Request
from mmgate.trails import ENGINES, SYMBOLIC, lemmas_on, stages_of, trails
from specs.catalogue import judged
from specs.defects import ALL, BY_ID
from specs.spec import Outcome, Violation, Word

SUITE = embedded_suite(QUICK)
LONGEST_PATCH = 12


def matrix(*kills: tuple[str, str, str], specs: tuple[str, ...] = ("CTR-1", "ORD-1"), **more: Any) -> Matrix:
    names = ("level-always-0", "counters-swept-by-requote")
    chases = tuple(
        Chased(name, tuple(Kill(*kill, "fixed/evening", 10, 0.5) for kill in kills if kill[0] == name), 10, 0.5)
        for name in names
    )
    return Matrix(tuple(BY_ID[name] for name in names), specs, ENGINES, chases, **more)


def test_there_are_enough_defects_and_trails_name_stages_that_are_there():
    assert len(ALL) >= 60
    assert set(trails()) <= set(BY_ID)
    for defect in map(BY_ID.__getitem__, trails()):
        found, rest = stages_of(defect, SUITE, 1)
        assert [stage.name for stage in found] == list(trails()[defect.id]), defect.id
        assert rest


def test_every_spec_has_a_defect_that_it_must_catch_or_a_reason():
    caught = {spec_id for defect in ALL for spec_id in defect.caught_by}
    assert judged() - caught == set(IDLE_BY_NATURE)


def test_every_remark_on_the_reviewed_code_has_its_defect():
    tagged = [defect.id for defect in ALL if "as-reviewed" in defect.tags]
    assert len(tagged) >= 20
    assert {"misspelt-word-means-default", "counter-untracked", "shutdown-unreachable"} <= set(tagged)


def test_every_defect_is_a_small_change():
    for defect in ALL:
        for patch in defect.patches:
            lines = inspect.getsource(patch.make).strip().splitlines()
            assert len(lines) <= LONGEST_PATCH, f"{defect.id}: {patch.make.__name__} has {len(lines)} lines"


def test_clean_runs_go_through_the_whole_suite_with_seeds_of_their_own():
    request = Request(MakerRef(), SUITE, ("ORD-1",), ENGINES, DEEP, 1, Path())
    jobs = jobs_of(request, CLEAN_RUNS)
    assert len({job.seed for job in jobs}) == CLEAN_RUNS
    assert {job.entry for job in jobs} == set(SUITE)
    assert min(job.seed for job in jobs) > FIRST_SEED > DEEP.seeds
    assert {job.maker.kind for job in jobs} == {"reference"}


def test_whatever_fires_or_fails_on_the_reference_is_an_alarm():
    job = jobs_of(Request(MakerRef(), SUITE, ("ORD-1",), ENGINES, QUICK, 1, Path()), 1)[0]
    cried = Outcome("ORD-1", "simulation", Word.VIOLATED, violations=(Violation("ORD-1", 0, 0, "an orphan"),))
    broke = Outcome("ORD-2", "simulation", Word.ERROR, reason="KeyError")
    quiet = Outcome("ORD-3", "simulation", Word.VACUOUS)
    found = alarms_of(job, Done(job, Judgement((cried, broke, quiet))))
    assert [(one.spec, one.word, one.fact) for one in found] == [
        ("ORD-1", Word.VIOLATED, "an orphan"),
        ("ORD-2", Word.ERROR, "KeyError"),
    ]
    assert alarms_of(job, Lost("the worker died"))
    assert alarms_of(job, Done(job, Judgement(cut="stopped by the wall clock")))


def test_a_survivor_a_miss_and_an_idle_spec_are_wrong():
    one = matrix(("level-always-0", "CTR-1", "simulation"))
    assert one.survivors() == ()  # CTR-6, which must catch the other defect, is not judged here
    assert one.untried() == ("counters-swept-by-requote",)
    assert one.idle() == ("ORD-1",)
    assert one.wrong()
    both = matrix(("level-always-0", "CTR-1", "simulation"), specs=("CTR-1", "CTR-6"))
    assert both.survivors() == ("counters-swept-by-requote",)
    assert both.missed() == (("counters-swept-by-requote", "CTR-6"),)


def test_a_spec_may_be_idle_only_where_all_was_hunted():
    assert matrix(("level-always-0", "CTR-1", "simulation"), whole=False).idle() == ()


def test_an_alarm_on_the_clean_reference_is_wrong():
    sound = matrix(("level-always-0", "CTR-1", "simulation"), specs=("CTR-1",))
    assert not sound.wrong()
    alarm = Alarm("fixed/evening, seed 1007", "CTR-1", Word.VIOLATED, "a fact")
    cried = matrix(("level-always-0", "CTR-1", "simulation"), specs=("CTR-1",), alarms=(alarm,))
    assert cried.wrong()


def test_sole_killers_are_told_by_spec_and_by_engine():
    found = matrix(
        ("level-always-0", "CTR-1", "simulation"),
        ("level-always-0", "CTR-1", "property"),
        ("counters-swept-by-requote", "CTR-1", "simulation"),
        ("counters-swept-by-requote", "ORD-1", "simulation"),
    )
    assert found.alone(lambda kill: kill.spec) == {"CTR-1": ("level-always-0",)}
    assert found.alone(lambda kill: kill.engine) == {"simulation": ("counters-swept-by-requote",)}


def test_the_matrix_as_data_tells_defects_specs_engines_and_kills(capsys):
    found = matrix(("level-always-0", "CTR-1", "simulation"), specs=("CTR-1",), self_test="self-test: sound", clean=200)
    data = matrix_data(found)
    assert list(data)[:4] == ["defects", "specs", "engines", "kills"]
    assert data["self_test"] == "self-test: sound"
    assert tell_matrix(found, as_json=False) == 0
    assert "1 of 2 defects killed" in capsys.readouterr().out
    broken = matrix(("level-always-0", "CTR-1", "simulation"), errors=(("level-always-0", "simulation", "lost"),))
    assert tell_matrix(broken, as_json=True) == 4
    assert tell_matrix(matrix(), as_json=True) == 1


def test_the_command_prints_the_matrix_of_one_defect(capsys):
    assert cli.main(["matrix", "--defects", "bps-in-hundredths", "--engine", "simulation", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["defects"][0]["first_kill"]["stage"] == "fixed/signal"
    assert {("bps-in-hundredths", "OFF-2")} <= {(kill["defect"], kill["spec"]) for kill in data["kills"]}
    assert data["survivors"] == []
    assert data["clean"]["runs"] == 0


def test_lemmas_on_a_kernel_that_a_defect_changes_are_looked_at_and_no_others():
    skewed, untracked = BY_ID["inventory-skew-inverted"], BY_ID["counter-untracked"]
    assert {lemma.spec_id for lemma in lemmas_on(skewed)} == {"OFF-5"}
    assert not lemmas_on(untracked)
    stages = [
        {stage.name for stage in (*found, *rest)}
        for found, rest in (stages_of(skewed, SUITE, 1), stages_of(untracked, SUITE, 1))
    ]
    assert ["lemmas" in names for names in stages] == [True, False]


def test_the_symbolic_engine_alone_kills_a_kernels_defect_and_keeps_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = chase(Chase("inventory-skew-inverted", ("OFF-5",), ("OFF-5",), (SYMBOLIC,), SUITE, QUICK, 1))
    assert [(kill.spec, kill.engine, kill.stage) for kill in found.kills] == [("OFF-5", SYMBOLIC, "lemmas")]
    assert not found.errors
    assert not list(tmp_path.iterdir())
