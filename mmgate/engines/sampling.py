"""What the property engines would draw, for whoever wants the cases and not a judgement of them.

The same number gives the same cases wherever the same version of Hypothesis is installed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from mmgate.engines.composer import Composer
from mmgate.engines.fuzz import answered, stories
from mmgate.engines.machine import Market
from mmgate.engines.shapes import ALL_LAWS
from mmgate.engines.steady import steady_examples
from mmgate.ports.calls import FUNCTIONS
from model.config import MakerConfig
from model.journal import Maker
from sim.world import World

MOST_CALLS = 3
"""So many calls of one case of a law are kept."""

Call = tuple[str, dict[str, Any]]


def _settings(count: int, **more: Any) -> settings:
    return settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        **more,
    )


def samples(cases: st.SearchStrategy[Any], count: int, number: int) -> list[Any]:
    """Draw cases of a strategy."""
    found: list[Any] = []

    @seed(number)
    @_settings(count)
    @given(cases)
    def keep(case: Any) -> None:
        found.append(case)

    with steady_examples():
        keep()
    return found


def law_calls(count: int, number: int) -> list[tuple[str, str, list[Call]]]:
    """Draw cases of every law; return its spec, its title and the first calls that it makes of each case."""
    found = []
    for law in ALL_LAWS:
        for case in samples(law.cases, max(1, count // law.cost), number):
            calls: list[Call] = []

            def ask(fn: str, args: Mapping[str, Any], calls: list[Call] = calls) -> Any:
                calls.append((fn, dict(args)))
                return FUNCTIONS[fn](dict(args))

            law.check(ask, case)
            found.append((law.spec_id, law.title, calls[:MOST_CALLS]))
    return found


def tell_stories(makers: list[Maker], number: int) -> None:
    """Tell each maker another drawn story of any events in any order (ROB-1)."""
    for maker, story in zip(makers, samples(stories, len(makers), number), strict=False):
        answered(maker, story)


def machine_worlds(config: MakerConfig, name: str, count: int, steps: int, number: int) -> list[World]:
    """Let the state machine write worlds for a config."""
    found: list[World] = []

    def keep(composer: Composer) -> None:
        found.append(composer.world(f"machine {name}", number + len(found)))

    members: dict[str, Any] = {"config": config, "fired": Counter(), "play_world": staticmethod(keep)}
    machine = seed(number)(type("Market", (Market,), members))
    with steady_examples():
        run_state_machine_as_test(machine, settings=_settings(count, stateful_step_count=steps))
    return found
