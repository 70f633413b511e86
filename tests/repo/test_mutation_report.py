"""The report on mutation counts what the tester found, names survivors, and fails below its bound."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mutation.found import Mutant, Word, changed, mutants_of, names_of
from mutation.reasons import reasons_in, row_of, stale
from mutation.report import Outcome, faults, score, written
from mutation.scope import LEAST_SCORE, MODULES, ROOT
from mutation.workspace import laid_open

MUTATED = '''
mutants_x_kept__mutmut = {}
def kept(low, high):
    return max(low, high)
def x_kept__mutmut_orig(low, high):
    return max(low, high)
def x_kept__mutmut_1(low, high):
    return max(None, high)
def x_kept__mutmut_2(low, high):
    return max(high)
class Book:
    def xǁBookǁplain_entry__mutmut_orig(self):
        """The entry."""
        return self.cost / self.net
    def xǁBookǁplain_entry__mutmut_1(self):
        """The entry."""
        return self.cost * self.net
    def xǁBookǁplain_entry__mutmut_2(self):
        """The entry."""
        return self.cost / self.net + 1
    def xǁBookǁplain_entry__mutmut_3(self):
        """The entry."""
'''
CODES = {
    "model.risk.x_kept__mutmut_1": 1,
    "model.risk.x_kept__mutmut_2": 0,
    "model.risk.xǁBookǁplain_entry__mutmut_1": 36,
    "model.risk.xǁBookǁplain_entry__mutmut_2": 33,
    "model.risk.xǁBookǁplain_entry__mutmut_3": 77,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "risk.py").write_text(MUTATED, encoding="utf-8")
    (tmp_path / "risk.py.meta").write_text(json.dumps({"exit_code_by_key": CODES}), encoding="utf-8")
    (tmp_path / "model.risk.x_kept__mutmut_1").write_text("2\ntest_of_a_world\n", encoding="utf-8")
    return tmp_path


def mutants(module: str, killed: int, survived: int) -> tuple[Mutant, ...]:
    alive = (Mutant(f"{module}.f", f"a{n}", f"b|{n}", Word.SURVIVED) for n in range(survived))
    return (*(Mutant(f"{module}.f", f"a{n}", "", Word.KILLED, "tests") for n in range(killed)), *alive)


def good(**more: tuple[int, int]) -> Outcome:
    return Outcome(tuple(one for module in MODULES for one in mutants(module, *more.get(module, (100, 0)))))


def test_each_mutant_has_a_name_that_outlives_a_run_and_a_word(folder: Path):
    assert mutants_of(folder, "risk", folder) == [
        Mutant("risk.Book.entry", "return self.cost / self.net", "", Word.SUSPICIOUS),
        Mutant("risk.Book.entry", "return self.cost / self.net", "return self.cost * self.net", Word.TIMEOUT),
        Mutant("risk.Book.entry", "return self.cost / self.net", "return self.cost / self.net + 1", Word.NO_TESTS),
        Mutant("risk.kept", "return max(low, high)", "return max(None, high)", Word.KILLED, "worlds"),
        Mutant("risk.kept", "return max(low, high)", "return max(high)", Word.SURVIVED),
    ]


def test_only_the_mutants_asked_for_are_read(folder: Path):
    wanted = names_of(folder, "risk")[0]
    assert [one.word for one in mutants_of(folder, "risk", folder, frozenset((wanted,)))] == [Word.KILLED]


def test_a_change_over_several_lines_is_told_on_one():
    assert changed(["f(", "    a,", "    b,", ")"], ["f(", "    a,", ")"]) == ("b,", "")


def test_time_outs_and_the_explained_are_no_kills(folder: Path):
    assert score(mutants_of(folder, "risk", folder)) == 0.2
    outcome = good(risk=(89, 11))
    explained = Outcome(outcome.mutants, reasons=dict.fromkeys((one.key for one in outcome.unexplained), "why"))
    assert faults(explained) == [f"risk: score 89.0% is under the bound of {LEAST_SCORE:.0%}"]


def test_a_run_without_work_is_no_pass():
    assert len(faults(Outcome(()))) == len(MODULES)
    not_run = Outcome((*good().mutants, Mutant("risk.f", "a", "b", Word.NOT_RUN)))
    assert "1 mutants were not run" in faults(not_run)


def test_a_survivor_needs_a_reason_and_a_reason_a_survivor():
    outcome = good(risk=(99, 1))
    assert faults(outcome) == ["1 mutants were neither killed nor explained in docs/escapes.md"]
    assert faults(Outcome(outcome.mutants, reasons={("risk.f", "a0", "b|0"): "equal"})) == []
    gone = Outcome(good().mutants, reasons={("risk.f", "a0", "b|0"): "equal"})
    assert faults(gone) == ["stale reason in docs/escapes.md: risk.f: b|0"]


def test_a_reason_survives_the_way_through_the_page(tmp_path: Path):
    rows = [Mutant("risk.f", "x |= {`a`}", "x = y", Word.SURVIVED), Mutant("risk.g", "a,", "", Word.SURVIVED)]
    page = tmp_path / "escapes.md"
    page.write_text("\n".join(row_of(one, "since it is so") for one in rows), encoding="utf-8")
    assert reasons_in(page) == dict.fromkeys((one.key for one in rows), "since it is so")
    assert stale(reasons_in(page), rows) == []


def test_the_same_outcomes_give_the_same_bytes_in_any_order():
    outcome = good(risk=(95, 5), orders=(91, 9))
    assert written(outcome) == written(Outcome(tuple(reversed(outcome.mutants))))


def test_each_reason_of_the_page_names_a_function_of_the_model():
    for function, _, _ in reasons_in(ROOT / "docs" / "escapes.md"):
        module, _, rest = function.partition(".")
        text = (ROOT / "model" / f"{module}.py").read_text(encoding="utf-8")
        assert f"def {rest.rpartition('.')[2]}(" in text


def test_decorated_functions_are_laid_open_to_the_tester():
    cached, told = (
        "@lru_cache(maxsize=2)\ndef f():\n    return 1\n",
        "    @property\n    def b(self) -> int:\n        return 2\n",
    )
    text = f"{cached}\n\nclass A:\n{told}"
    space: dict[str, object] = {}
    exec(laid_open(text), space)  # the copy behaves as the original
    made = space["A"]
    assert isinstance(made, type)
    assert made().b == 2
    assert "@" not in laid_open(text)
