"""Defects that were written blind, from the rules alone, and got past the specs of their day (docs/escapes.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from model.config import MakerConfig
from model.events import Event
from model.journal import Reply
from model.state import State
from specs.defects.defect import Defect, Patch


def _at_its_own_time(original: Any) -> Callable[..., tuple[State, Reply]]:
    def step(config: MakerConfig, state: State, event: Event) -> tuple[State, Reply]:
        earlier = state.fork()
        earlier.now_ms = min(state.now_ms, event.now_ms)
        answer: tuple[State, Reply] = original(config, earlier, event)
        return answer

    return step


DEFECTS: tuple[Defect, ...] = (
    Defect(
        "time-runs-back",
        "An event that comes late is handled at its own, earlier time",
        ("N-5",),
        ("ROB-1",),
        (Patch("model.maker:step", _at_its_own_time),),
        tags=("blind",),
    ),
)
