"""Hypothesis on functions and on worlds: derandomised, counted, and it bites."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import strategies as st

from mmgate.engines import drawing
from mmgate.engines import property as engine
from mmgate.engines.functions import PROPERTIES, UNMET, Property
from mmgate.engines.machine import RULES
from mmgate.engines.playing import Batch, play
from mmgate.engines.pool import spread
from mmgate.engines.tally import Tally
from mmgate.engines.working import ENOUGH_WORLDS, LEAST_ACCEPTED_PCT, work_of
from mmgate.profiles import QUICK, embedded_suite, suite_file
from mmgate.request import MakerRef, Request
from specs.defects import BY_ID, applied
from specs.spec import Word

ENTRIES = {(entry.name, entry.scenario): entry for entry in embedded_suite(QUICK)}
TINY = replace(QUICK, property_examples=10, machine_examples=1, machine_steps=14)


def ask(out: Path, *specs: str, maker: MakerRef | None = None, name: str = "counter") -> Request:
    entry = next(entry for key, entry in ENTRIES.items() if key[0] == name)
    return Request(maker or MakerRef(), (entry,), specs, (), TINY, 1, out, workers=0)


def words(result) -> dict[str, Word]:
    return {outcome.spec_id: outcome.word for outcome in result.outcomes}


@pytest.mark.parametrize("one", PROPERTIES, ids=lambda one: f"{one.spec_id} {one.title}")
def test_the_model_has_the_property(one: Property):
    outcome = drawing.check(one, 25, 7)
    assert (outcome.word, outcome.reason) == (Word.HOLDS, "")
    assert outcome.antecedents > 0


@pytest.mark.parametrize(
    ("defect", "spec_id"),
    [("power-in-binary32", "OFF-8"), ("data-corruption-silent", "OFF-7"), ("rounding-aggressive", "TCK-1")],
)
def test_a_defect_in_a_function_is_caught_with_a_small_case(defect: str, spec_id: str):
    with applied(BY_ID[defect]):
        outcomes = [drawing.check(one, 60, 7) for one in PROPERTIES if one.spec_id == spec_id]
    broken = [outcome for outcome in outcomes if outcome.word is Word.VIOLATED]
    assert broken
    assert "falsifying case: LadderCase(config=MakerConfig(" in broken[0].violations[0].text


def test_a_property_whose_condition_is_never_met_is_vacuous_and_one_that_raises_is_violated():
    never = Property("OFF-1", "never", st.integers(), lambda _case: UNMET)
    assert drawing.check(never, 5, 1).word is Word.VACUOUS
    raising = Property("OFF-1", "raises", st.integers(), lambda case: str(1 // (case - case)))
    assert drawing.check(raising, 5, 1).word is Word.VIOLATED


def test_a_falsifying_case_is_made_small():
    small = Property("OFF-1", "small", st.integers(0, 10_000), lambda case: "too large" if case > 17 else None)
    outcome = drawing.check(small, 50, 1)
    assert outcome.violations[0].text == "too large; falsifying case: 18"


def batch(maker: MakerRef, *specs: str, examples: int = 3) -> Batch:
    return Batch("counter", suite_file("counter").config, maker, specs, examples, 14, 5, 60.0)


def test_the_machine_writes_the_same_worlds_each_time_and_counts_what_fired():
    first, second = play(batch(MakerRef(), "OFF-2")), play(batch(MakerRef(), "OFF-2"))
    assert [judged.digest for judged in first.judged] == [judged.digest for judged in second.judged]
    fired = Counter(dict(first.fired))
    assert list(fired) == list(RULES)
    assert fired["opening"] == len(first.judged) >= 3
    assert (first.repeated, first.differed) == (1, ())


def test_the_machine_holds_for_the_reference_and_catches_a_defect_with_a_witness(tmp_path: Path):
    clean = engine.run(ask(tmp_path, "CTR-1", "ORD-1", "DET-1", "ROB-1"))
    assert words(clean) == dict.fromkeys(("CTR-1", "ORD-1", "DET-1", "ROB-1"), Word.HOLDS)
    assert clean.notes[0].startswith("machine: ")
    maker = MakerRef("defect", "counter-untracked")
    caught = engine.run(ask(tmp_path, "ORD-1", maker=maker))
    assert words(caught) == {"ORD-1": Word.VIOLATED}
    assert "✗ ORD-1" in caught.witnesses[0].steps[-1]


def test_a_machine_that_does_nothing_is_an_error_and_never_a_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    idle = replace(play(batch(MakerRef(), "ORD-1", examples=1)), judged=())
    monkeypatch.setattr(engine, "play_once", lambda _batch: idle)
    result = engine.run(ask(tmp_path, "ORD-1"))
    assert words(result) == {"ORD-1": Word.ERROR}
    assert result.outcomes[0].reason == "the machine played no world"


def test_a_rule_that_never_fires_in_many_worlds_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    played = play(batch(MakerRef(), "ORD-1", examples=1))
    lame = replace(played, judged=played.judged * ENOUGH_WORLDS, fired=(*played.fired[:-1], ("window", 0)))
    monkeypatch.setattr(engine, "play_once", lambda _batch: lame)
    result = engine.run(ask(tmp_path, "ORD-1"))
    assert words(result) == {"ORD-1": Word.ERROR}
    assert "window" in result.outcomes[0].reason


def test_a_machine_under_the_floors_of_its_profile_holds_nothing_and_says_so(tmp_path: Path):
    profile = replace(TINY, rule_floor=200)
    result = engine.run(replace(ask(tmp_path, "OFF-2", "VOL-3"), profile=profile))
    assert words(result) == {"OFF-2": Word.INCONCLUSIVE, "VOL-3": Word.HOLDS}
    assert "and 200 times is the least" in result.outcomes[0].reason
    assert dict(result.counts)["rules"][0] == ("opening", 7)
    assert ("each rule", 200) in dict(result.counts)["floors"]


def test_a_venue_that_takes_too_few_places_makes_the_machine_inconclusive():
    played = play(batch(MakerRef(), "OFF-2", examples=1))
    few = Tally(1000, 10 * LEAST_ACCEPTED_PCT - 1)
    work = work_of([replace(played, judged=(replace(played.judged[0], tally=few),))], [], TINY)
    assert work.short == "of 1000 places the venue took 299, and 30 % is the least"
    assert [one.word for one in work.heard(played.judged[0].outcomes)] == [Word.INCONCLUSIVE]


def test_specs_that_no_world_shows_are_judged_without_the_machine(tmp_path: Path):
    result = engine.run(ask(tmp_path, "VEL-3"))
    assert (words(result), result.counts) == ({"VEL-3": Word.HOLDS}, ())


def test_examples_do_not_depend_on_the_process_and_nothing_is_written_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    batches = [batch(MakerRef(), "OFF-2", examples=4), batch(MakerRef(), "OFF-2", examples=5)]
    here = [finished.result for finished in spread(play, batches, 0)]
    there = [finished.result for finished in spread(play, batches, 2)]
    assert here == there
    assert list(tmp_path.iterdir()) == []
