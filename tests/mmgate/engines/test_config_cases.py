"""Configs are drawn from the constraints that validate them, to both ends, and every one is taken."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from annotated_types import MultipleOf
from hypothesis import HealthCheck, Phase, given, settings

from mmgate.engines import config_cases
from mmgate.engines.cases import configs
from mmgate.identity import config_data
from mmgate.loading import config_from_data
from model.config import CONTRADICTIONS, KEYS, MakerConfig

STEADY = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("drawn", [configs, config_cases.config_cases()], ids=["of functions", "of anything"])
def test_every_drawn_config_is_taken_by_the_check_that_users_meet(drawn):
    @STEADY
    @given(drawn)
    def taken(config: MakerConfig) -> None:
        assert config_from_data(config_data(config)) == config

    taken()


@pytest.mark.parametrize("key", KEYS)
def test_a_key_s_values_are_those_that_are_allowed_and_more_than_one(key: str):
    seen = set()

    @STEADY
    @given(config_cases.value_of(key))
    def taken(value: Any) -> None:
        seen.add(value)
        mended = config_cases.mended(MakerConfig(**{key: value}))
        assert config_from_data(config_data(mended)) == mended

    taken()
    assert len(seen) > 1 or key == "markets"


def test_a_constraint_that_is_tightened_tightens_what_is_drawn(monkeypatch: pytest.MonkeyPatch):
    from annotated_types import Ge, Le

    monkeypatch.setitem(config_cases.HINTS, "num_levels", Annotated[int, Ge(3), Le(4)])
    seen = set()

    @STEADY
    @given(config_cases.value_of("num_levels", 50))
    def drawn(value: int) -> None:
        seen.add(value)

    drawn()
    assert seen == {3, 4}


def test_a_constraint_of_an_unknown_kind_is_no_silent_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(config_cases.HINTS, "num_levels", Annotated[int, MultipleOf(2)])
    with pytest.raises(TypeError, match="teach `config_cases` how"):
        config_cases.value_of("num_levels")


@pytest.mark.parametrize("rule", CONTRADICTIONS, ids=lambda rule: rule.keys[0])
def test_contradictions_are_mended(rule):
    lowest = {key: config_cases.DEFAULTS[key] for key in rule.keys}
    values = [1, 0] if len(rule.keys) == 2 else [1]
    wrong: dict[str, Any] = {**lowest, **dict(zip(rule.keys, values, strict=True))}
    broken = MakerConfig(**wrong)
    assert rule.holds(config_cases.mended(broken))
