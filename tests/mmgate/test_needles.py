"""Needles in kernels: one argument in a thousand million at which a kernel errs."""

from __future__ import annotations

import pytest

from mmgate.engines import needles, symbolic
from mmgate.engines.lemma_words import Finding
from mmgate.engines.needles import CHANCE, least, searched
from mmgate.engines.symbolic import Work, repeats, sought
from model import quoting
from specs.contracts import LEMMAS
from specs.lemma import Lemma
from specs.spec import Word

BY_NAME = {lemma.name: lemma for lemma in LEMMAS}
MIRROR = BY_NAME["bid_and_ask_mirror_each_other"]
CLAMPED = BY_NAME["a_clamped_value_is_the_nearest_in_range"]
NEEDLE = 7_919_013

pytestmark = pytest.mark.skipif(not needles.is_here(), reason="hypothesis-crosshair is not installed")


@pytest.fixture
def astray(monkeypatch):
    """Let the price of a quote err for one oracle price."""
    right = quoting.quote_price

    def quote_price(numbers, side, oracle_px, offset_bps):
        px = right(numbers, side, oracle_px, offset_bps)
        return px + 2 if oracle_px == NEEDLE else px

    monkeypatch.setattr(quoting, "quote_price", quote_price)


def test_a_kernel_that_errs_at_one_price_is_found_where_chance_does_not_find_it(astray):
    found = sought(MIRROR, 100)
    assert (found.word, dict(found.arguments)["oracle"]) == (Word.VIOLATED, NEEDLE)
    assert found.provers == (needles.NEEDLES,)
    assert repeats(MIRROR, dict(found.arguments))
    assert searched(MIRROR, 500, CHANCE).word is Word.INCONCLUSIVE


def test_a_search_that_finds_nothing_proves_nothing():
    found = sought(MIRROR, 20)
    assert (found.word, found.reason) == (Word.INCONCLUSIVE, "no counterexample among 20 cases")


def test_the_same_search_finds_the_same_needle(astray):
    assert sought(MIRROR, 100) == sought(MIRROR, 100)


def test_whatever_the_solver_met_first_the_arguments_nearest_to_0_are_told():
    def refutes(arguments):
        return arguments["oracle"] == NEEDLE and arguments["offset"] <= -3 and arguments["other"] in (True, 0)

    for offset in (-(10**9), -17, -3):
        found = least({"oracle": NEEDLE, "offset": offset, "other": True}, refutes)
        assert found == {"oracle": NEEDLE, "offset": -3, "other": True}


def test_a_needle_in_what_the_provers_confirm_is_an_error(astray, monkeypatch):
    monkeypatch.setattr(symbolic, "_proved_or_not", lambda lemma, _work: Finding(lemma.name, Word.HOLDS))
    found = symbolic._examined(MIRROR, Work(10, needles=100))
    assert found.word is Word.ERROR
    assert "the provers disagree" in found.reason


def test_a_confirmed_lemma_stays_confirmed_when_no_needle_is_found():
    found = symbolic._examined(CLAMPED, Work(60, needles=20))
    assert (found.word, found.provers) == (Word.HOLDS, (symbolic.CROSSHAIR,))


def test_a_kernel_that_breaks_down_is_an_error_of_the_search(monkeypatch):
    monkeypatch.setattr(quoting, "quote_price", lambda *_: 1 // 0)
    found = searched(MIRROR, 20)
    assert found.word is Word.ERROR
    assert "ZeroDivisionError" in found.reason


def test_assumptions_are_held_while_needles_are_sought():
    def positive(n: int) -> bool:
        """Claim something false wherever it is not assumed.

        pre: n > 0
        post: _
        """
        return n > 0

    assert searched(Lemma("OFF-2", (), positive), 50).word is Word.INCONCLUSIVE
