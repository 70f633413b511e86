"""Every drawn case of every statement can be written down and asked again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from mmgate.engines.functions import PROPERTIES, Property
from mmgate.engines.fuzz import stories
from mmgate.engines.laws import LAWS
from mmgate.engines.questions import STORY, STORY_SHAPE, Question, ask_again, from_data, from_text, plain, question_of
from mmgate.engines.steady import steady_examples
from mmgate.request import MakerRef
from model.codec import TRACE, Malformed
from model.config import MakerConfig
from specs.spec import Word

ASKED = [
    *PROPERTIES,
    *(Property(law.spec_id, law.title, law.cases, lambda _case: None, law.shape, "law") for law in LAWS),
    Property("ROB-1", "stories of any events are answered", stories, lambda _case: None, STORY_SHAPE, STORY),
]


@pytest.mark.parametrize("one", ASKED, ids=lambda one: f"{one.kind} {one.title}")
def test_a_case_comes_back_from_its_line_as_it_was(one: Property):
    @settings(
        max_examples=6,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(one.cases)
    def kept(case: Any) -> None:
        line = question_of(one, case)
        assert from_text(line).as_text() == line
        assert plain(case) == from_text(line).case

    with steady_examples():
        kept()


def test_the_reference_answers_a_question_as_it_must_and_says_what_was_asked():
    law = next(one for one in LAWS if one.spec_id == "VEL-3")
    case = {"config": TRACE.to_data(MakerConfig()), "moves": [10, -20]}
    answer = ask_again(MakerRef(), "VEL-3", Question("law", law.title, case))
    assert answer.word is Word.HOLDS
    assert answer.steps[1].startswith("asked velocity_trend ")


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"kind": "law", "title": "none", "case": {}},
        {"kind": "shell", "title": "rm", "case": {}},
        {"kind": "refusal", "title": "x", "case": 7},
        {"kind": "story", "title": "x", "case": [{"kind": "oracle"}]},
    ],
)
def test_what_is_no_question_is_refused(data: object):
    with pytest.raises(Malformed):
        from_data(data)


def test_a_config_out_of_range_is_refused_before_anything_is_asked():
    law = next(one for one in LAWS if one.call == "velocity_trend")
    data = {**TRACE.to_data(MakerConfig()), "num_levels": 10**9}
    with pytest.raises(Malformed, match="num_levels"):
        from_data({"kind": "law", "title": law.title, "case": {"config": data, "moves": [1]}})
