"""The simulation engine judges suites: same answer with any number of workers, witnesses for what is violated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mmgate.corpus import STILL_FAILS, Case, load, replay
from mmgate.engines import repeat, simulation
from mmgate.engines.judging import Judgement
from mmgate.engines.pool import Lost
from mmgate.inputs import InputRefused
from mmgate.profiles import QUICK, embedded_suite
from mmgate.request import MakerRef, Request
from specs.spec import Word

ENTRIES = {(entry.name, entry.scenario): entry for entry in embedded_suite(QUICK)}
FIXED = ENTRIES["fixed", "signal"]
COUNTER = ENTRIES["counter", "hard-stop"]
QUIET = (ENTRIES["observation", "saturday"],)


def ask(out: Path, *specs: str, maker: MakerRef | None = None, workers: int = 0) -> Request:
    return Request(maker or MakerRef(), (FIXED, COUNTER), specs, (), replace(QUICK, seeds=1), 1, out, workers)


def words(result) -> dict[str, Word]:
    return {outcome.spec_id: outcome.word for outcome in result.outcomes}


def test_the_reference_holds_and_the_strength_says_how_much_was_seen(tmp_path: Path):
    result = simulation.run(ask(tmp_path, "OFF-2", "ORD-1", "ROB-1"))
    assert words(result) == dict.fromkeys(("OFF-2", "ORD-1", "ROB-1"), Word.HOLDS)
    assert all(outcome.antecedents > 0 for outcome in result.outcomes)
    assert result.outcomes[0].strength.endswith("events, 2 runs")
    assert result.witnesses == ()


def test_outcomes_do_not_depend_on_the_number_of_workers(tmp_path: Path):
    here = simulation.run(ask(tmp_path, "CTR-1", "ORD-1", workers=0))
    there = simulation.run(ask(tmp_path, "CTR-1", "ORD-1", workers=2))
    assert here.outcomes == there.outcomes


def test_a_defect_is_caught_shortened_saved_and_replayed(tmp_path: Path):
    maker = MakerRef("defect", "level-always-0")
    result = simulation.run(ask(tmp_path, "CTR-1", "OFF-2", maker=maker))
    assert words(result) == {"CTR-1": Word.VIOLATED, "OFF-2": Word.HOLDS}
    (witness,) = result.witnesses
    assert len(witness.steps) < 40
    assert witness.command == f"mmgate replay {witness.path}"
    again = replay(witness.path)
    assert (again.word, again.steps) == (STILL_FAILS, witness.steps)
    assert "to the byte" in again.text
    case = load(witness.path)
    assert isinstance(case, Case)
    assert len(case.world.markets) == 1


def test_det_1_repeats_runs_in_another_process_with_another_hash_seed(tmp_path: Path):
    result = simulation.run(replace(ask(tmp_path, "DET-1"), suite=QUIET))
    assert words(result) == {"DET-1": Word.HOLDS}
    assert result.outcomes[0].antecedents == 1


def test_another_digest_violates_det_1_and_a_dead_process_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(repeat, "digests", lambda jobs, *_: ["another"] * len(jobs))
    assert words(simulation.run(replace(ask(tmp_path, "DET-1"), suite=QUIET))) == {"DET-1": Word.VIOLATED}
    monkeypatch.setattr(repeat, "digests", lambda jobs, *_: [Lost("gone")] * len(jobs))
    assert words(simulation.run(replace(ask(tmp_path, "DET-1"), suite=QUIET))) == {"DET-1": Word.ERROR}


def test_a_lost_run_is_an_error_for_every_spec():
    outcomes = simulation.outcomes_of(None, "the worker process died", "a run", ("ORD-1", "OFF-2"))
    assert [(outcome.spec_id, outcome.word) for outcome in outcomes] == [("ORD-1", Word.ERROR), ("OFF-2", Word.ERROR)]
    assert outcomes[0].reason == "a run: the worker process died"


def test_a_refused_config_is_an_error_and_names_the_key():
    outcomes = simulation.outcomes_of(Judgement(refused="markets: no"), "", "a run", ("ORD-1",))
    assert (outcomes[0].word, outcomes[0].reason) == (Word.ERROR, "a run: the maker refuses the config: markets: no")


def test_a_run_stopped_by_the_wall_clock_is_inconclusive(tmp_path: Path):
    job = replace(simulation.jobs_of(ask(tmp_path, "OFF-2"))[0], limit_s=0.05)
    done = simulation.run_job(job)
    assert done.judged is not None
    assert done.judged.cut == "stopped by the wall clock after 0 s"
    assert [outcome.word for outcome in simulation.merged([done], ("OFF-2",))] == [Word.INCONCLUSIVE]


def test_a_scenario_or_maker_that_is_not_there_is_refused_as_input(tmp_path: Path):
    request = ask(tmp_path, "OFF-2")
    with pytest.raises(InputRefused, match="scenario"):
        simulation.run(replace(request, suite=(replace(FIXED, scenario="no-such"),)))
    with pytest.raises(InputRefused, match="defect"):
        simulation.run(replace(request, maker=MakerRef("defect", "no-such")))
    with pytest.raises(InputRefused, match="no program"):
        simulation.run(replace(request, maker=MakerRef("port", "no-such-program")))
