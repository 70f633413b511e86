"""How much is tried, and on what: the budgets of the profiles, the embedded suite, the suite of a user's config."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from mmgate.gatefile import parse_toml
from mmgate.loading import config_from_data
from mmgate.request import Entry, Profile
from model.config import LevelDistribution, MakerConfig, SizeDistribution

QUICK = Profile("quick", 1, 60, 20, 30, 60, 120, 6)
STANDARD = Profile("standard", 4, 300, 280, 36, 100, 900, 60, rule_floor=200, second_prover=True, needle_cases=100)
DEEP = Profile("deep", 8, 2000, 600, 60, 400, 7200, 600, rule_floor=400, second_prover=True, needle_cases=400)
PROFILES = {profile.name: profile for profile in (QUICK, STANDARD, DEEP)}
"""Budgets in work units. They grow from name to name, so that what one profile finds the next finds too."""
DEFAULT_PROFILE = QUICK.name

SUITE = (
    "fixed",
    "dynamic",
    "exponential-convex",
    "counter",
    "all-on",
    "tight",
    "observation",
    "all-week",
)
"""The embedded configs, in reading order."""
RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class SuiteFile:
    """One embedded config: why it is there, and (scenario, why, first profile that runs it) in order."""

    name: str
    why: str
    config: MakerConfig
    scenarios: tuple[tuple[str, str, str], ...]


def suite_file(name: str) -> SuiteFile:
    """Read one embedded config."""
    source = (files("mmgate") / "suite" / f"{name}.toml").read_text(encoding="utf-8")
    data = parse_toml(source, f"suite {name}")
    maker, scenarios = data["maker"], data["scenario"]
    assert isinstance(maker, dict)
    assert isinstance(scenarios, list)
    rows = tuple((row["name"], row["why"], row.get("from", QUICK.name)) for row in scenarios)
    return SuiteFile(name, str(data["why"]), config_from_data(maker), rows)


PHASES: tuple[tuple[str, dict[str, object]], ...] = (
    ("dynamic_offset", {"dynamic_offset_enabled": False}),
    ("exponential", {"level_distribution": LevelDistribution.LINEAR}),
    ("convex", {"size_distribution": SizeDistribution.UNIFORM}),
    ("counter_order", {"counter_order_enabled": False}),
    ("velocity_skew", {"velocity_skew_enabled": False}),
    ("schedule_cancel", {"dead_man_ms": 0}),
)
"""The features that a config can switch on, and the values that leave each off."""


def fitted(entry: Entry, features: frozenset[str]) -> Entry:
    """Return an embedded entry for a maker that declares `features`: what it lacks is off, the scenario stays.

    A user's own config is never fitted: a maker that can't take it must not be passed for it.
    """
    return replace(entry, config=fitted_config(entry.config, features))


def fitted_config(config: MakerConfig, features: frozenset[str]) -> MakerConfig:
    """Return a config without the phases whose features are not declared."""
    off: dict[str, Any] = {}
    for feature, values in PHASES:
        if feature not in features:
            off |= values
    return replace(config, **off)


def embedded_suite(profile: Profile) -> tuple[Entry, ...]:
    """Return the suite that is judged without `--config`, as far as a profile runs it."""
    order = list(PROFILES)
    return tuple(
        Entry(file.name, file.config, scenario, why)
        for file in map(suite_file, SUITE)
        for scenario, why, first in file.scenarios
        if order.index(first) <= order.index(profile.name)
    )
