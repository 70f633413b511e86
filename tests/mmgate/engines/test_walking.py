"""What the search saw and the simulated world does not show is a walk: saved, told step by step, gone again."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mmgate import corpus, recalling
from mmgate.engines import exhaustive
from mmgate.engines.exploring import HEALED, TOTALITY, explore
from mmgate.engines.questions import Question, ask_again, from_data
from mmgate.engines.walking import WALK, walk_of
from mmgate.profiles import QUICK
from mmgate.request import MakerRef, Request
from model import maker
from model.codec import TRACE, Malformed
from model.events import Disconnected, Shutdown
from specs.spec import Word
from specs.system_parts import Scope
from specs.system_scopes import WINDOW_STEPS, scope

UNSEEN = [
    ("shutdown-unreachable", scope("trade", window=WINDOW_STEPS), "ORD-3"),
    ("unconfirmed-forgotten", scope("disconnect"), "ORD-1"),
    ("halt-outlives-reconnect", scope("disconnect"), "ORD-6"),
    ("shutdown-done-too-early", scope("crash", "signal"), "ORD-1"),
]
"""Violations that no monitor of the same spec sees in the simulated world."""


def searched(defect: str, where: Scope, out: Path, monkeypatch: pytest.MonkeyPatch, most: int = 400):
    monkeypatch.setattr(exhaustive, "scopes_of", lambda _name: (where,))
    monkeypatch.setattr(exhaustive, "MOST_STATES", {QUICK.name: most})
    ref = MakerRef("defect", defect)
    return exhaustive.run(Request(ref, (), exhaustive.JUDGED, ("exhaustive",), QUICK, 1, out, workers=0))


@pytest.mark.parametrize(("defect", "where", "spec_id"), UNSEEN, ids=[one[0] for one in UNSEEN])
def test_every_violated_word_has_a_file_that_still_fails(defect, where, spec_id, tmp_path, monkeypatch):
    result = searched(defect, where, tmp_path, monkeypatch)
    violated = {outcome.spec_id for outcome in result.outcomes if outcome.word is Word.VIOLATED}
    assert spec_id in violated
    assert {witness.spec_id for witness in result.witnesses} == violated
    assert {corpus.replay(witness.path).word for witness in result.witnesses} == {corpus.STILL_FAILS}
    walk = next(witness for witness in result.witnesses if witness.spec_id == spec_id)
    assert isinstance(corpus.load(walk.path), corpus.QuestionCase)
    assert corpus.replay(walk.path, MakerRef()).word == corpus.FIXED


def test_the_command_line_goes_a_walk_again_and_tells_its_steps(tmp_path, monkeypatch):
    result = searched(*UNSEEN[0][:2], tmp_path, monkeypatch)
    (witness,) = result.witnesses
    command = [sys.executable, "-m", "mmgate", "replay", str(witness.path)]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert answer.returncode == 1
    assert "life 1 begins" in answer.stdout
    assert "place ladder L0 #1 buy" in answer.stdout
    assert "✗ ORD-3: the shutdown never finishes" in answer.stdout


def walk_data(**changes):
    defect, where, spec_id = UNSEEN[0]
    broken = explore(where, MakerRef("defect", defect), 400).broken[spec_id]
    return {**TRACE.to_data(walk_of(where.config, broken)), **changes}


def test_the_reference_goes_the_same_walk_and_keeps_the_spec():
    answer = ask_again(MakerRef(), "ORD-3", from_data({"kind": WALK, "title": "x", "case": walk_data()}))
    assert answer.word is Word.HOLDS


def test_a_port_is_not_asked():
    question = from_data({"kind": WALK, "title": "x", "case": walk_data()})
    assert ask_again(MakerRef("port", "true"), "ORD-3", question).word is Word.NOT_APPLICABLE


@pytest.mark.parametrize(
    "moves",
    [
        [["fly", "", 0, ""]],
        [["carry", "nowhere", 0, ""]],
        [["carry", "orders", 0, "rust"]],
        [["price", "", 3, ""]],
        [["carry", "orders", -1, ""]],
        [["wait", "", 0, ""]] * 2_001,
    ],
)
def test_moves_that_no_search_makes_are_refused(moves):
    with pytest.raises(Malformed):
        from_data({"kind": WALK, "title": "x", "case": walk_data(moves=moves)})


def test_moves_that_cannot_happen_are_left_out():
    never = [["carry", "fills", 0, ""], ["restart", "", 0, ""], ["reconnect", "", 0, ""], ["trade", "", 1, ""]]
    answer = ask_again(MakerRef(), "ORD-1", Question(WALK, "x", walk_data(moves=never)))
    assert answer.word is Word.HOLDS


@pytest.mark.parametrize("kind", [Disconnected, Shutdown], ids=["on the way", "at the end"])
def test_a_maker_that_breaks_down_breaks_down_again(kind, tmp_path, monkeypatch):
    def fragile(config, state, event, step=maker.step):
        if isinstance(event, kind):
            raise ArithmeticError("no answer")
        return step(config, state, event)

    monkeypatch.setattr(maker, "step", fragile)
    where = scope("disconnect")
    broken = explore(where, MakerRef(), 400).broken[TOTALITY]
    assert broken.ends == (HEALED if kind is Shutdown else "")
    case = TRACE.to_data(walk_of(where.config, broken))
    answer = ask_again(MakerRef(), TOTALITY, from_data({"kind": WALK, "title": "x", "case": case}))
    assert (answer.word, answer.text) == (Word.VIOLATED, "ArithmeticError: no answer")


def test_a_walk_counts_next_time_where_the_small_scopes_are_searched(tmp_path, monkeypatch):
    result = searched(*UNSEEN[0][:2], tmp_path, monkeypatch)
    request = Request(
        MakerRef("defect", UNSEEN[0][0]),
        (),
        ("ORD-3",),
        ("exhaustive",),
        QUICK,
        1,
        tmp_path,
        corpus=tmp_path / "corpus",
    )
    assert recalling.join(request, [result]) == ()
    (tried,) = recalling.recall(request, lambda _text: None).recalled
    assert tried.word == corpus.STILL_FAILS
    (elsewhere,) = recalling.recall(replace(request, engines=("simulation",)), lambda _text: None).recalled
    assert elsewhere.word == recalling.ELSEWHERE
