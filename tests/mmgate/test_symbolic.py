"""The symbolic engine: what it confirms, what it refutes, and what it must not take for an answer."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from mmgate.engines import symbolic
from mmgate.engines.lemma_words import Finding, outcome
from mmgate.engines.symbolic import Work, arguments_of, examine_apart, examine_in_a_fork, repeats
from mmgate.inputs import InputRefused
from mmgate.profiles import QUICK
from mmgate.request import MakerRef, Request
from model import counter, market, quoting, session, volatility
from model.actions import Side
from specs.contracts import LEMMAS, PARTS
from specs.defects import Defect, applied
from specs.defects.defect import Patch
from specs.lemma import Lemma
from specs.spec import Word

pytest.importorskip("crosshair")
PATHS = 60
BY_NAME = {lemma.name: lemma for lemma in LEMMAS}
ALL_IDS = tuple(dict.fromkeys(lemma.spec_id for lemma in LEMMAS))
SPEC_IDS = tuple(spec_id for spec_id in ALL_IDS if spec_id not in PARTS)


def asked(tmp_path, maker=None, specs=ALL_IDS) -> Request:
    return Request(maker or MakerRef(), (), specs, ("symbolic",), QUICK, 1, tmp_path)


def found(spec_id: str, kernel: str) -> set[Word]:
    about = [lemma for lemma in LEMMAS if lemma.spec_id == spec_id and any(kernel in k for k in lemma.kernels)]
    about = [lemma for lemma in about if not lemma.beyond]
    return {examine_in_a_fork(lemma, PATHS, 0).word for lemma in about[:2]}


def test_all_lemmas_are_confirmed_on_the_reference(tmp_path):
    result = symbolic.run(asked(tmp_path))
    assert {(o.spec_id, o.word) for o in result.outcomes} == {(spec_id, Word.HOLDS) for spec_id in SPEC_IDS}
    assert sum(o.antecedents for o in result.outcomes) == sum(lemma.spec_id not in PARTS for lemma in LEMMAS)
    assert "kernels confirmed over all paths, 3 lemmas (CrossHair 3)" in {o.strength for o in result.outcomes}
    ((table, parts),) = result.counts
    assert (table, dict(parts)) == ("lemmas on a part", Counter(x.spec_id for x in LEMMAS if x.spec_id in PARTS))
    assert "no word on the rest" in result.notes[0]
    assert result.witnesses == ()


SEEDED = {
    "OFF-1": (quoting, "dynamic_offset", lambda num, o, m, least, fee: max(num.mul(o, m), least)),
    "OFF-2": (quoting, "quote_price", lambda num, side, oracle, offset: oracle),
    "OFF-3": (quoting, "floored_offset", lambda offset, floor: offset),
    "OFF-4": (quoting, "linear_offset", lambda num, l0, level, spacing: l0 + spacing),
    "OFF-5": (quoting, "skew", lambda num, side, factor, lean: num.whole(1) + num.mul(factor, lean)),
    "OFF-10": (quoting, "clamped", lambda value, low, high: max(value, low)),
    "SIZ-1": (quoting, "convex_multiplier", lambda num, low, high, i, n: high - num.mul(high - low, num.div(i, n - 1))),
    "CTR-1": (counter, "reversion", lambda num, share, per_level, level, most: min(share, most)),
    "CTR-2": (counter, "displaced", lambda side, fill, d: fill - d if side is Side.BUY else fill + d),
    "TCK-1": (market, "passive", lambda grid, side, px, decimals: grid.floor(px, decimals)),
    "SES-1": (session, "quoting_window", lambda t_ms, weekend_only: not weekend_only),
    "ORD-4": (session, "shutdown_start_between", lambda after_ms, until_ms: None),
    "VOL-1": (volatility, "percentile_index", lambda per_mille, count: per_mille * (count - 1) // 1000),
}


@pytest.mark.parametrize("spec_id", SPEC_IDS)
def test_a_seeded_bug_of_each_family_is_refuted(spec_id, monkeypatch):
    monkeypatch.setattr(*SEEDED[spec_id])
    assert Word.VIOLATED in found(spec_id, SEEDED[spec_id][1])


def test_a_defect_is_in_force_while_its_kernels_are_examined(monkeypatch, tmp_path):
    patch = Patch("model.quoting:offset_floor", lambda _original: lambda num, fee, respects: num.whole(1))
    defect = Defect("no-fee-floor", "", ("Q-6",), ("OFF-3",), (patch,))
    lemma = BY_NAME["no_skew_gets_under_the_fee_floor"]
    with applied(defect):
        finding = examine_in_a_fork(lemma, PATHS, 0)
        assert repeats(lemma, dict(finding.arguments))
    assert finding.word is Word.VIOLATED
    assert not repeats(lemma, dict(finding.arguments))
    result = symbolic.concluded(asked(tmp_path, MakerRef("defect", defect.id)), [lemma], [finding])
    (judged,), (witness,) = result.outcomes, result.witnesses
    assert (judged.word, judged.antecedents) == (Word.VIOLATED, 1)
    assert finding.call() in judged.violations[0].text
    assert witness.command.endswith("--engine symbolic --spec OFF-3 --profile quick --defects no-fee-floor")
    assert json.loads(witness.path.read_text())["arguments"] == dict(finding.arguments)


def no_post(n: int) -> bool:
    """Claim a thing without saying so."""
    return n > 0


def impossible(n: int) -> bool:
    """Claim under assumptions that nothing meets.

    pre: n > 0 and n < 0
    post: _
    """
    return False


def breaks(n: int) -> bool:
    """Claim and break.

    pre: n >= 0
    post: _
    """
    return 1 // n > 0


def endless(n: int) -> bool:
    """Claim something of more paths than anyone can try.

    pre: n >= 0
    post: _
    """
    steps = 0
    while n > steps:
        steps += 1
    return steps == n


@pytest.mark.parametrize(
    ("claim", "word", "reason"),
    [
        (no_post, Word.ERROR, "no condition was found"),
        (impossible, Word.ERROR, "pre_unsat"),
        (breaks, Word.VIOLATED, "ZeroDivisionError"),
        (endless, Word.INCONCLUSIVE, "not confirmed within"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_only_a_confirmation_holds(claim, word, reason):
    finding = examine_in_a_fork(Lemma("X", (), claim), 5, 0)
    assert finding.word is word
    assert reason in finding.reason


def test_a_counterexample_that_plain_python_does_not_repeat_is_an_error():
    lemma = BY_NAME["a_clamped_value_is_the_nearest_in_range"]
    text = "false when calling a_clamped_value_is_the_nearest_in_range(1, 2, 3) (which returns False)"
    assert arguments_of(lemma, text) == {"value": 1, "low": 2, "high": 3}
    finding = symbolic.finding_of(lemma, [("post_fail", text)], True, PATHS)
    assert (finding.word, "does not repeat" in finding.reason) == (Word.ERROR, True)


@pytest.mark.parametrize(
    "text", ["false when calling f(1,", "false when calling f(x)", "something else", "when calling 3"]
)
def test_a_counterexample_that_cannot_be_read_is_an_error(text):
    finding = symbolic.finding_of(BY_NAME["l0_is_not_under_its_floors"], [("post_fail", text)], True, PATHS)
    assert finding.word is Word.ERROR


def test_a_crash_of_the_solver_is_an_error(monkeypatch):
    monkeypatch.setattr(symbolic, "_messages", lambda *_args: 1 / 0)
    assert examine_in_a_fork(LEMMAS_FIRST, PATHS, 0).word is Word.ERROR


def test_a_solver_that_dies_or_takes_too_long_leaves_no_confirmation(monkeypatch):
    monkeypatch.setattr(symbolic, "CHILD", "import sys; sys.stdin.read(); sys.exit('lost')")
    (dead,) = examine_apart([LEMMAS_FIRST], MakerRef(), Work(PATHS), 30)
    assert (dead.word, "lost" in dead.reason) == (Word.ERROR, True)
    monkeypatch.setattr(symbolic, "CHILD", "import time; time.sleep(60)")
    (late,) = examine_apart([LEMMAS_FIRST], MakerRef(), Work(PATHS), 0.2)
    assert (late.word, "wall clock" in late.reason) == (Word.INCONCLUSIVE, True)


LEMMAS_FIRST = next(iter(LEMMAS))


def test_a_spec_holds_only_when_all_of_its_lemmas_do():
    lemma = LEMMAS_FIRST
    holds, unsure, wrong = (Finding(lemma.name, word) for word in (Word.HOLDS, Word.INCONCLUSIVE, Word.VIOLATED))
    assert outcome("X", [(lemma, holds), (lemma, unsure)]).word is Word.INCONCLUSIVE
    assert outcome("X", [(lemma, holds), (lemma, unsure), (lemma, wrong)]).word is Word.VIOLATED
    assert outcome("X", []).word is Word.ERROR


def test_it_says_nothing_about_a_port_or_about_specs_without_lemmas(tmp_path):
    assert symbolic.run(asked(tmp_path, MakerRef("port", "true"))).outcomes == ()
    assert symbolic.run(asked(tmp_path, specs=("ORD-3",))).outcomes == ()


def test_an_unknown_defect_is_refused(tmp_path):
    with pytest.raises(InputRefused):
        symbolic.run(asked(tmp_path, MakerRef("defect", "no-such-defect")))


def test_without_crosshair_nothing_is_confirmed(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert {o.word for o in symbolic.run(asked(tmp_path)).outcomes} == {Word.INCONCLUSIVE}
