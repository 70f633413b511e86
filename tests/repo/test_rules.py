"""Every rule of docs/system.md is cited where the model implements it; no citation names an unknown rule."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RULE = re.compile(r"\b(?:N|V|Q|W|I|L|S|C)-\d+a?\b")
STATED = re.compile(r"^- ((?:N|V|Q|W|I|L|S|C)-\d+a?) |(?<=\. )(C-1):", re.MULTILINE)

# Rules that no function of the model can implement, with the reason.
ELSEWHERE: dict[str, str] = {}


def rules() -> set[str]:
    """Read the ids of all rules stated in docs/system.md."""
    text = (ROOT / "docs" / "system.md").read_text(encoding="utf-8")
    return {first or second for first, second in STATED.findall(text)}


def docstrings(path: Path) -> str:
    """Join the docstrings of a module and of everything in it."""
    described = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, described)
    ]
    return "\n".join(ast.get_docstring(node) or "" for node in nodes)


def expand(text: str) -> set[str]:
    """Find rule ids in `text`; a range such as `L-4..L-6` cites each of its rules."""
    found = set(RULE.findall(text))
    for letter, first, last in re.findall(r"\b([A-Z])-(\d+)a?(?:\.\.|…|–)\1?-?(\d+)\b", text):
        found |= {f"{letter}-{number}" for number in range(int(first), int(last) + 1)}
    return found


def cited() -> set[str]:
    return set().union(*(expand(docstrings(path)) for path in (ROOT / "model").rglob("*.py")))


def test_the_rules_have_the_ids_they_always_had():
    numbers = {"N": 6, "V": 10, "Q": 11, "W": 2, "I": 8, "L": 14, "S": 5, "C": 1}
    expected = {f"{letter}-{number}" for letter, last in numbers.items() for number in range(1, last + 1)}
    assert rules() == expected | {"Q-0", "I-0", "L-7a", "L-8a"}


def test_every_rule_is_cited_in_a_docstring_of_the_model():
    assert sorted(rules() - cited() - set(ELSEWHERE)) == []


def test_no_docstring_of_the_model_cites_a_rule_that_is_not_stated():
    assert sorted(cited() - rules()) == []


def test_the_exceptions_are_rules_that_are_really_not_cited():
    assert set(ELSEWHERE) <= rules() - cited()
