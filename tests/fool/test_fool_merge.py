"""The whole table from words to a verdict, against the table written down a second time, row by row."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from mmgate.exits import ExitCode
from mmgate.gatefile import Waiver
from mmgate.report import RunId, conclude, exit_code
from mmgate.request import EngineResult
from specs.spec import Judged, Outcome, Severity, Spec, Verdict, Word, spec_word, verdict

P0, P1, P2 = Severity.P0, Severity.P1, Severity.P2
ENGINES = ("symbolic", "property", "simulation", "exhaustive")
TODAY = date(2026, 2, 8)
RUN = RunId(("mmgate", "verify"), "0", "reference", "suite", "quick", 1)


def told(severity: Severity, words: list[Word]) -> Word:
    """Say what the words of some engines come to, as the rules have it: the first line that fits."""
    if Word.VIOLATED in words:
        return Word.VIOLATED
    if Word.ERROR in words:
        return Word.ERROR
    if words.count(Word.HOLDS) >= {P0: 2, P1: 1, P2: 1}[severity]:
        return Word.HOLDS
    if Word.INCONCLUSIVE in words:
        return Word.INCONCLUSIVE
    if words and set(words) == {Word.NOT_APPLICABLE}:
        return Word.NOT_APPLICABLE
    return Word.VACUOUS


def worst(row: Judged) -> Verdict:
    """Say what one row alone allows at best."""
    if row.word is Word.VIOLATED:
        if row.severity is P0:
            return Verdict.FAIL
        return Verdict.FAIL if row.severity is P1 and not row.waived else Verdict.CONDITIONAL
    if row.word is Word.ERROR:
        return Verdict.NONE
    if row.waived:
        return Verdict.CONDITIONAL
    if row.severity is P2 or row.word is Word.HOLDS:
        return Verdict.PASS
    return Verdict.PASS if row.word is Word.NOT_APPLICABLE and row.excused else Verdict.CONDITIONAL


@pytest.mark.parametrize("severity", Severity)
def test_every_combination_of_engines_words_gives_the_word_of_the_table(severity):
    for count in range(len(ENGINES) + 1):
        for words in product(Word, repeat=count):
            given = dict(zip(ENGINES, words, strict=False))
            assert spec_word(severity, given) is told(severity, list(words)), (severity, given)


def rows() -> list[Judged]:
    each = product(Severity, Word, (False, True), (False, True))
    return [Judged("X", severity, word, excused=excused, waived=waived) for severity, word, excused, waived in each]


def test_every_pair_of_rows_gives_the_verdict_of_the_table():
    order = (Verdict.FAIL, Verdict.NONE, Verdict.CONDITIONAL, Verdict.PASS)
    for one, other in product(rows(), repeat=2):
        expected = min(worst(one), worst(other), key=order.index)
        if expected is Verdict.PASS and Word.HOLDS not in (one.word, other.word):
            expected = Verdict.CONDITIONAL
        assert verdict([one, other]) is expected, (one, other)


def test_one_bad_row_is_not_outvoted_by_any_number_of_good_ones():
    good = [Judged(f"G-{at}", severity, Word.HOLDS) for at, severity in enumerate([*Severity] * 20)]
    for row in rows():
        assert verdict([*good, row]) is worst(row)
        assert verdict([row, *good]) is worst(row)


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("word", Word)
@pytest.mark.parametrize("expires", [date(2026, 2, 7), TODAY, date(2026, 2, 9)])
def test_a_waiver_of_any_spec_and_word_covers_a_violated_p1_until_its_day_and_nothing_else(severity, word, expires):
    spec = Spec("X-1", severity, "X", "X.", ("C-1",), "always")
    results = [EngineResult(engine, (Outcome("X-1", engine, word),)) for engine in ENGINES[:2]]
    found = conclude(RUN, (spec,), results, (Waiver("X-1", "known", "A. Trader", expires),), TODAY)
    plain = conclude(RUN, (spec,), results, (), TODAY)
    if (severity, word) == (P1, Word.VIOLATED) and expires >= TODAY:
        assert (found.verdict, plain.verdict) == (Verdict.CONDITIONAL, Verdict.FAIL)
    else:
        assert found.verdict is plain.verdict
        assert found.rows[0].waiver is None


def test_no_engine_counts_twice_for_a_p0():
    spec = Spec("X-1", P0, "X", "X.", ("C-1",), "always")
    twice = [EngineResult("property", (Outcome("X-1", "property", Word.HOLDS),))] * 2
    assert conclude(RUN, (spec,), twice, (), TODAY).verdict is Verdict.CONDITIONAL


@pytest.mark.parametrize("allowed", [False, True])
def test_only_a_pass_and_an_allowed_conditional_are_exit_0(allowed):
    codes = {found: exit_code(found, allowed) for found in Verdict}
    assert codes == {
        Verdict.PASS: ExitCode.DONE,
        Verdict.CONDITIONAL: ExitCode.DONE if allowed else ExitCode.CONDITIONAL,
        Verdict.FAIL: ExitCode.WRONG,
        Verdict.NONE: ExitCode.HARNESS,
    }
