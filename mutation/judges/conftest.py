"""The judges' order, and a note of which saw a mutant; copied beside `tests/model` for the mutation tester alone."""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings

HERE = Path(__file__).resolve().parent
NOTES = HERE.parents[1] / "notes"
TIERS = {"test_judge_definitions.py": 1, "test_judge_worlds.py": 2, "test_judge_vectors.py": 3}

settings.register_profile(
    "judges", database=None, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate)
)
settings.load_profile("judges")


def tier_of(item: pytest.Item) -> int:
    """Return a test's place in the order: the model's plain tests, what is drawn, worlds, recorded answers."""
    drawn = item.get_closest_marker("hypothesis") is not None
    return TIERS.get(item.path.name, 1 if drawn else 0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ask the judges tier by tier, in each the quick ones first."""
    known = HERE.parent / "mutmut-stats.json"
    took = json.loads(known.read_text(encoding="utf-8"))["duration_by_test"] if known.is_file() else {}
    items.sort(key=lambda item: (tier_of(item), took.get(item.nodeid, 0.0), item.nodeid))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """Note the tier of the test that fails first under a mutant."""
    report = (yield).get_result()
    mutant = os.environ.get("MUTANT_UNDER_TEST", "")
    if report.failed and "__mutmut_" in mutant:
        NOTES.mkdir(exist_ok=True)
        tier = TIERS.get(item.path.name, 0)
        (NOTES / mutant).write_text(f"{tier}\n{item.nodeid}\n", encoding="utf-8")
