"""The catalogue is whole: each spec says all of itself, each rule is guarded, what is generated is fresh."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mmgate.documents import specs_page
from mmgate.judges import ENGINES, engines_of
from specs.catalogue import JUDGED_BY_ENGINES, RULES_NOT_JUDGED, SPECS, judged
from specs.spec import Severity
from specs.statements import kinds

ROOT = Path(__file__).resolve().parents[2]
STATED = re.compile(r"^- ((?:N|V|Q|W|I|L|S|C)-\d+a?) |(?<=\. )(C-1):", re.MULTILINE)
KINDS = {kinds.FUNCTION, kinds.ALWAYS, kinds.RESPONSE, kinds.ABSENCE, kinds.EXISTENCE}
FEATURES = {
    "dynamic_offset",
    "exponential",
    "convex",
    "counter_order",
    "velocity_skew",
    "schedule_cancel",
    "books",
    "attribution",
}
IDS = [spec.id for spec in SPECS]


def rules() -> set[str]:
    """Read the ids of all rules stated in docs/system.md."""
    text = (ROOT / "docs" / "system.md").read_text(encoding="utf-8")
    return {first or second for first, second in STATED.findall(text)}


@pytest.mark.parametrize("spec", SPECS, ids=IDS)
def test_a_spec_says_all_of_itself(spec):
    assert spec.kind in KINDS
    assert spec.rules
    assert set(spec.rules) <= rules()
    assert set(spec.features) <= FEATURES
    assert spec.prose.endswith(".")
    assert len(spec.prose) > 20


@pytest.mark.parametrize("spec", SPECS, ids=IDS)
def test_a_spec_is_judged_and_a_p0_by_two_engines(spec):
    assert spec.id in judged()
    assert len(engines_of(spec.id)) >= (2 if spec.severity is Severity.P0 else 1)


def test_what_is_told_of_engines_names_engines_and_specs():
    for spec_id, text in JUDGED_BY_ENGINES:
        who, colon, how = text.partition(": ")
        assert spec_id in IDS
        assert colon
        assert how
        assert set(who.split(" and ")) <= set(ENGINES)


def test_every_rule_is_guarded_by_a_spec_or_listed_with_a_reason():
    guarded = {rule for spec in SPECS for rule in spec.rules}
    listed = dict(RULES_NOT_JUDGED)
    assert sorted(rules() - guarded - set(listed)) == []
    assert sorted(set(listed) - (rules() - guarded)) == []
    assert all(listed.values())


def test_the_page_of_the_specs_is_what_would_be_generated_today():
    page = (ROOT / "docs" / "specs.md").read_text(encoding="utf-8")
    assert page == specs_page(), "run `make docs`"
