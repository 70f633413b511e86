"""What a set covers is counted: branches as they are written, rows, codes, rules and specs by name."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mmgate.ports.calls import FUNCTIONS
from mmgate.vectors.branches import CHOOSE, TAKE, Branches, Marking
from mmgate.vectors.case import CALL_KINDS, KINDS, REFUSALS
from mmgate.vectors.covering import CONFIG_CODES, RULES
from mmgate.vectors.fill import SMALL, cases, schema
from mmgate.vectors.untaken import UNTAKEN

ROOT = Path(__file__).resolve().parents[3]
SOURCE = """
def judged(a, b, more):
    if a and not b:
        return max(a, b)
    found = [one for one in more if one > 1]
    return found or (1 if b else 2)
"""


def run(*calls: tuple[Any, ...]) -> tuple[Branches, list[Any]]:
    branches = Branches()
    tree = ast.fix_missing_locations(Marking("m", SOURCE, branches).visit(ast.parse(SOURCE)))
    names: dict[str, Any] = {TAKE: branches.take, CHOOSE: branches.choose}
    exec(compile(tree, "m", "exec"), names)
    return branches, [names["judged"](*call) for call in calls]


def test_a_marked_function_answers_as_before_and_tells_which_ways_it_never_took():
    branches, answers = run((3, 0, []), (0, 1, [1, 2]))
    assert answers == [3, [2]]
    data = branches.data()
    assert data["missing"] == [
        "m: judged: b #2: never false",
        "m: judged: b #2: never true",
        "m: judged: b: never true",
        "m: judged: found: never false",
        "m: judged: max(a, b): never argument 2",
    ]
    assert (data["taken"], data["of"]) == (7, 12)
    assert data["modules"] == {"m": [7, 12]}


def test_nothing_asked_takes_nothing():
    branches, _ = run()
    assert (branches.data()["taken"], len(branches.data()["missing"])) == (0, 12)


def test_the_committed_index_tells_what_the_small_set_covers():
    covered = json.loads((ROOT / "vectors" / "index.json").read_text())["coverage"]
    for name in ("order_table", "refusals", "config_codes", "log_codes"):
        assert covered[name]["missing"] == [] or name == "log_codes", name
    assert covered["log_codes"]["missing"] == ["data_corruption"]
    assert covered["rules"]["missing"] == ["V-8"]
    for found in covered.values():
        assert found["taken"] + len(found["missing"]) == found["of"]
    kernels = [covered["branches"]["modules"][name] for name in ("counter", "session", "config")]
    assert all(taken == of for taken, of in kernels)


def test_a_branch_that_no_case_takes_has_a_reason_and_no_other_has_one():
    # If this fails, a case for the branch is missing, or a reason is wrong: see mmgate/vectors/untaken.py.
    branches = json.loads((ROOT / "vectors" / "index.json").read_text())["coverage"]["branches"]
    assert set(branches["missing"]) == set(UNTAKEN)
    assert branches["taken"] + len(UNTAKEN) == branches["of"]
    assert all(len(reason.split()) >= 5 for reason in UNTAKEN.values())


def test_every_rule_of_the_document_is_counted():
    stated = re.compile(r"^- ((?:N|V|Q|W|I|L|S|C)-\d+a?) |(?<=\. )(C-1):", re.MULTILINE)
    text = (ROOT / "docs" / "system.md").read_text(encoding="utf-8")
    assert set(RULES) == {first or second for first, second in stated.findall(text)}


def test_a_case_that_must_be_refused_has_no_expected_but_a_code_of_a_closed_list():
    refused = [case for case in cases(SMALL) if case.refused is not None]
    assert {case.refused["code"] for case in refused if case.refused} == set(REFUSALS)
    for case in refused:
        told = json.loads(case.text())
        assert "expected" not in told
        validator = jsonschema.Draft202012Validator(json.loads(schema(case.kind)))
        for wrong in (
            {**told, "refused": {**told["refused"], "code": "whatever"}},
            {**told, "expected": {"ok": True}},
            {key: value for key, value in told.items() if key != "refused"},
        ):
            assert not validator.is_valid(wrong)
        assert validator.is_valid(told)


@pytest.mark.parametrize("kind", KINDS)
def test_the_schemas_close_the_lists_of_codes_and_origins(kind: str):
    known = json.loads(schema(kind))["properties"]
    assert "story" in known["origin"]["enum"]
    errors = known.get("refused", {}).get("properties", {}).get("errors")
    if errors is not None:
        assert set(errors["items"]["properties"]["code"]["enum"]) <= set(CONFIG_CODES)


def test_every_call_of_the_protocol_has_cases():
    assert set(CALL_KINDS) == set(FUNCTIONS)
