"""docs/review.md: every row of the review is answered as a whole, and what is told of hunts is what a hunt finds."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from mmgate.documents import review_page
from mmgate.judges import engines_of
from mmgate.reviewing import found_in, hunted, rows_of
from specs.catalogue import spec
from specs.defects import BY_ID

DOCS = Path(__file__).resolve().parents[2] / "docs"
STATED = re.compile(r"^- ((?:N|V|Q|W|I|L|S|C)-\d+a?) |(?<=\. )(C-1):", re.MULTILINE)
ROWS = rows_of(DOCS)
FOUND = found_in(DOCS)
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)


def test_every_row_of_the_review_is_there():
    kinds = Counter(re.sub(r" \d+.*", "", row.id) for row in ROWS)
    assert kinds == {"Strength": 6, "Concern": 7, "Critical issue": 1, "Suggestion": 6, "Next step": 5}
    assert len({row.id for row in ROWS}) == len(ROWS)


@each_row
def test_a_row_has_rules_specs_and_defects_or_a_reason(row):
    stated = {first or second for first, second in STATED.findall((DOCS / "system.md").read_text(encoding="utf-8"))}
    assert row.text.endswith(".")
    assert row.reason or (row.rules and row.specs and row.defects)
    assert set(row.rules) <= stated
    for spec_id in row.specs:
        assert set(spec(spec_id).rules) & set(row.rules), f"{spec_id} guards none of the rules {row.rules}"
    for name in row.defects:
        assert set(BY_ID[name].caught_by) & set(row.specs), f"{name} must be caught by none of {row.specs}"


@each_row
def test_the_defects_of_a_row_are_killed_by_engines_that_judge_the_spec_and_leave_a_trace(row):
    for name in row.defects:
        found = FOUND[name]
        assert found.kills
        assert found.steps
        assert found.spec in BY_ID[name].caught_by
        for spec_id, engine in found.kills:
            assert spec_id in BY_ID[name].caught_by
            assert engine in engines_of(spec_id)


def test_no_hunt_is_told_of_a_defect_that_no_row_names():
    assert set(FOUND) == {name for row in ROWS for name in row.defects}


def test_the_page_is_what_its_files_give():
    assert (DOCS / "review.md").read_text(encoding="utf-8") == review_page(DOCS), "run `make docs`"


@pytest.mark.parametrize("name", ["misspelt-word-means-default", "statistics-sorted-per-call"])
def test_a_defect_of_functions_is_found_again_word_for_word(name):
    assert hunted(name) == FOUND[name], "run `make review`"


def test_a_defect_that_a_run_shows_is_found_again():
    """The facts, not the clock times: a change of the suite moves those, and `make review` tells them anew."""
    again, told = hunted("level-always-0"), FOUND["level-always-0"]
    assert (again.kills, again.spec, again.engine) == (told.kills, told.spec, told.engine)
    assert "✗ CTR-1: counter" in again.steps[-1]
    assert "✗ CTR-1: counter" in told.steps[-1]


def test_the_file_of_kills_is_written_canonically():
    text = (DOCS / "review" / "kills.json").read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=2) + "\n"
