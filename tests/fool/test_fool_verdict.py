"""The verdict over rows in which nothing was shown to hold: whatever their words and severities, it is no PASS."""

from __future__ import annotations

from itertools import product

import pytest

from specs.spec import Judged, Severity, Verdict, Word, spec_word, verdict

IDLE = [Word.VACUOUS, Word.INCONCLUSIVE, Word.NOT_APPLICABLE, Word.ERROR]


def test_no_spec_at_all_is_no_verdict():
    assert verdict([]) is Verdict.NONE


@pytest.mark.parametrize(("one", "other"), list(product(IDLE, IDLE)))
def test_where_nothing_holds_there_is_no_pass(one, other):
    for severities in product(Severity, Severity):
        for excused, waived in product((True, False), repeat=2):
            rows = [
                Judged(f"X-{number}", severity, word, excused=excused, waived=waived)
                for number, (word, severity) in enumerate(zip((one, other), severities, strict=True))
            ]
            assert verdict(rows) is not Verdict.PASS


def test_a_waiver_never_covers_an_error_or_a_p0():
    assert verdict([Judged("A", Severity.P1, Word.ERROR, waived=True)]) is Verdict.NONE
    assert verdict([Judged("A", Severity.P0, Word.VIOLATED, waived=True)]) is Verdict.FAIL


def test_no_number_of_idle_engines_outvotes_one_that_saw_a_violation():
    words = {"a": Word.HOLDS, "b": Word.HOLDS, "c": Word.ERROR, "d": Word.VIOLATED}
    assert spec_word(Severity.P2, words) is Word.VIOLATED
    assert spec_word(Severity.P0, {}) is Word.VACUOUS
