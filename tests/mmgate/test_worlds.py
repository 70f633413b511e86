"""An entry means one world: its markets bear the config's names, its venue is what is assumed of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from mmgate.assumptions import parse_assumptions
from mmgate.inputs import InputRefused
from mmgate.request import Entry
from mmgate.worlds import world_of
from model.config import MakerConfig
from sim.script import Restart


def names(scenario: str, *markets: str) -> list[str]:
    world = world_of(Entry("test", MakerConfig(markets=markets), scenario), 1)
    return [market.name for market in world.markets]


def test_a_scenario_keeps_its_markets_where_the_config_names_none_or_the_same():
    assert names("three-markets") == ["xyz:GOLD", "xyz:SILVER", "xyz:NVDA"]
    assert names("three-markets", "SILVER") == ["xyz:GOLD", "xyz:SILVER", "xyz:NVDA"]


def test_a_market_of_the_config_takes_the_place_of_a_strange_one():
    assert names("signal", "ETH") == ["ETH"]
    assert names("three-markets", "ETH", "xyz:SILVER") == ["ETH", "xyz:SILVER", "xyz:NVDA"]


def test_the_same_coin_of_another_dex_is_another_market():
    assert names("signal", "abc:GOLD") == ["abc:GOLD"]


def test_markets_that_the_scenario_lacks_come_in_addition():
    assert names("signal", "xyz:A", "xyz:B") == ["xyz:A", "xyz:B"]


def test_steps_tell_of_the_renamed_market():
    world = world_of(Entry("test", MakerConfig(markets=("ETH",)), "bad-prices"), 1)
    assert {getattr(step, "market", None) for step in world.script} <= {"ETH", None}


def test_assumptions_change_the_venue():
    entry = Entry("test", MakerConfig(), "signal", assume=parse_assumptions(["latency_max_ms=900", "fee_maker_bps=3"]))
    parameters = world_of(entry, 1).parameters
    assert (parameters.latency_max_ms, parameters.fee_maker_bps) == (900, Decimal(3))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("latency", "must be written key=value"),
        ("latency_mx_ms=1", "is no parameter of the venue; did you mean latency_max_ms?"),
        ("start_ms=1", "is no parameter of the venue"),
        ("block_ms=0", "should be greater than or equal to 1"),
        ("block_ms=9999999999", "at most 9 digits"),
        ("fee_maker_bps=nan", "finite"),
        ("mark_with_fills=7", "boolean"),
    ],
)
def test_an_assumption_that_makes_no_sense_is_refused_in_one_line(text: str, words: str):
    with pytest.raises(InputRefused, match=words) as error:
        world_of(Entry("test", MakerConfig(), "signal", assume=parse_assumptions([text])), 1)
    assert len(error.value.lines) == 1


def test_a_scenario_that_is_none_is_refused():
    with pytest.raises(InputRefused, match="did you mean evening"):
        world_of(Entry("test", MakerConfig(), "evenin"), 1)


def test_the_recorded_scenario_needs_a_recording():
    with pytest.raises(InputRefused, match="name it with --ticks"):
        world_of(Entry("test", MakerConfig(), "recorded"), 1)
    with pytest.raises(InputRefused, match="no such file"):
        world_of(Entry("test", MakerConfig(), "recorded", ticks=Path("absent.csv")), 1)


def test_a_life_told_other_markets_is_told_the_configs_own():
    config = replace(MakerConfig(), enabled=True, markets=("ETH",))
    world = world_of(Entry("eth", config, "fewer-markets"), 1)
    restarts = [step for step in world.script if isinstance(step, Restart)]
    assert ("markets", "ETH") in restarts[-1].overrides
