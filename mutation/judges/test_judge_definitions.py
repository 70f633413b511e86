"""The model's functions beside the independent definitions, on a few drawn cases of each property and law."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings

from mmgate.engines.functions import PROPERTIES, UNMET
from mmgate.engines.lawful import _here
from mmgate.engines.shapes import ALL_LAWS

EXAMPLES = 40
CHECKS = [
    *(pytest.param(one.cases, one.check, EXAMPLES, id=f"{one.spec_id}: {one.title}") for one in PROPERTIES),
    *(
        pytest.param(law.cases, partial(law.check, _here), EXAMPLES // law.cost, id=f"{law.spec_id}: {law.title}")
        for law in ALL_LAWS
    ),
]


@pytest.mark.parametrize(("cases", "check", "examples"), CHECKS)
def test_drawn_cases_are_answered_as_defined(cases: Any, check: Any, examples: int) -> None:
    @seed(1)
    @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(cases)
    def asked(case: Any) -> None:
        assert check(case) in (None, UNMET)

    asked()
