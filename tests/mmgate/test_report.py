"""Outcomes are merged into rows, rows into a verdict, the verdict into an exit code; nothing is lost on the way."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mmgate.exits import ExitCode
from mmgate.gatefile import Waiver
from mmgate.report import Report, RunId, conclude, exit_code
from mmgate.request import EngineResult, Witness
from specs.spec import Outcome, Severity, Spec, Verdict, Word

RUN = RunId(("mmgate", "verify"), "0+abc", "reference", "suite", "quick", 1)
TODAY = date(2026, 2, 8)


def spec(spec_id: str, severity: Severity = Severity.P1, features: tuple[str, ...] = ()) -> Spec:
    return Spec(spec_id, severity, "title", "prose", ("L-1",), "always", None, features)


def result(engine: str, *words: tuple[str, Word, str]) -> EngineResult:
    return EngineResult(engine, tuple(Outcome(s, engine, word, reason=reason) for s, word, reason in words))


def concluded(specs: list[Spec], *results: EngineResult, waivers: tuple[Waiver, ...] = ()) -> Report:
    return conclude(RUN, specs, results, waivers, TODAY)


def test_a_spec_that_no_engine_answers_is_vacuous_and_lowers_the_verdict():
    report = concluded([spec("A-1"), spec("A-2")], result("simulation", ("A-1", Word.HOLDS, "")))
    assert [row.word for row in report.rows] == [Word.HOLDS, Word.VACUOUS]
    assert (report.verdict, report.exit_code) == (Verdict.CONDITIONAL, ExitCode.CONDITIONAL)


def test_a_p0_that_one_engine_holds_is_not_enough():
    one = concluded([spec("A-1", Severity.P0)], result("simulation", ("A-1", Word.HOLDS, "")))
    two = concluded(
        [spec("A-1", Severity.P0)],
        result("simulation", ("A-1", Word.HOLDS, "")),
        result("property", ("A-1", Word.HOLDS, "")),
    )
    assert (one.rows[0].word, two.rows[0].word) == (Word.VACUOUS, Word.HOLDS)
    assert two.exit_code is ExitCode.DONE


def test_what_the_config_switches_off_is_excused_with_its_reason():
    off = result("simulation", ("A-1", Word.NOT_APPLICABLE, "counter_order_enabled is false"))
    held = result("property", ("A-1", Word.HOLDS, ""))
    report = concluded([spec("A-1", Severity.P0)], off, held)
    assert (report.rows[0].word, report.rows[0].excuse) == (Word.NOT_APPLICABLE, "counter_order_enabled is false")


def test_what_one_engine_looked_for_in_vain_is_not_switched_off():
    off = result("property", ("A-1", Word.NOT_APPLICABLE, "off"))
    report = concluded([spec("A-1")], off, result("simulation", ("A-1", Word.VACUOUS, "")))
    assert (report.rows[0].word, report.rows[0].excuse) == (Word.VACUOUS, "")


def test_a_feature_off_the_list_excuses_nothing():
    off = result("simulation", ("A-1", Word.NOT_APPLICABLE, "the maker does not declare reconcile"))
    held = result("simulation", ("A-2", Word.HOLDS, ""))
    both = EngineResult("simulation", off.outcomes + held.outcomes)
    report = concluded([spec("A-1", Severity.P0, ("reconcile",)), spec("A-2")], both)
    assert report.rows[0].excuse == ""
    assert report.verdict is Verdict.CONDITIONAL


def test_a_violation_is_never_excused():
    off = result("simulation", ("A-1", Word.NOT_APPLICABLE, "off"))
    report = concluded([spec("A-1")], off, result("property", ("A-1", Word.VIOLATED, "")))
    assert report.exit_code is ExitCode.WRONG


def waiver(expires: date, spec_id: str = "A-1") -> Waiver:
    return Waiver(spec_id, "known", "ops", expires)


@pytest.mark.parametrize(
    ("severity", "expires", "verdict"),
    [
        (Severity.P1, TODAY, Verdict.CONDITIONAL),
        (Severity.P1, date(2026, 2, 7), Verdict.FAIL),
        (Severity.P0, TODAY, Verdict.FAIL),
    ],
)
def test_a_waiver_covers_a_p1_until_its_day(severity: Severity, expires: date, verdict: Verdict):
    violated = result("simulation", ("A-1", Word.VIOLATED, ""))
    report = concluded([spec("A-1", severity)], violated, waivers=(waiver(expires),))
    assert report.verdict is verdict
    assert len(report.expired) == (expires < TODAY)


def test_a_waiver_of_a_spec_that_holds_changes_nothing():
    report = concluded([spec("A-1")], result("simulation", ("A-1", Word.HOLDS, "")), waivers=(waiver(TODAY),))
    assert report.verdict is Verdict.PASS


def test_an_error_is_no_verdict_whatever_holds():
    words = (("A-1", Word.HOLDS, ""), ("A-2", Word.ERROR, "crashed"))
    report = concluded([spec("A-1"), spec("A-2")], result("simulation", *words))
    assert (report.verdict, report.exit_code) == (Verdict.NONE, ExitCode.HARNESS)


def test_of_several_witnesses_the_shortest_is_told():
    witnesses = tuple(Witness("A-1", Path(name), "again", ("step",) * length) for name, length in (("a", 3), ("b", 2)))
    report = concluded([spec("A-1")], EngineResult("simulation", (), witnesses))
    shortest = report.witness("A-1")
    assert shortest is not None
    assert shortest.path == Path("b")


def test_a_conditional_verdict_is_exit_0_only_where_it_is_allowed():
    assert exit_code(Verdict.CONDITIONAL) is ExitCode.CONDITIONAL
    assert exit_code(Verdict.CONDITIONAL, allow_conditional=True) is ExitCode.DONE
    assert exit_code(Verdict.FAIL, allow_conditional=True) is ExitCode.WRONG
    assert exit_code(Verdict.NONE, allow_conditional=True) is ExitCode.HARNESS


def test_a_defect_that_survives_is_never_exit_0():
    held = result("simulation", ("A-1", Word.HOLDS, ""))
    report = conclude(RUN, [spec("A-1")], [held], (), TODAY, allow_conditional=True, survivors=("level-always-0",))
    assert (report.verdict, report.exit_code) == (Verdict.PASS, ExitCode.WRONG)
