"""What a verification tells while it goes on: reporters listen, and nothing else knows how it looks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from mmgate.report import Report, RunId
from mmgate.request import EngineResult


@dataclass(frozen=True, slots=True)
class RunBegan:
    """What will be judged, and how to repeat it. `notes`: what was done to the input (time shift, rows dropped)."""

    run: RunId
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineBegan:
    """An engine starts."""

    engine: str


@dataclass(frozen=True, slots=True)
class Progressed:
    """An engine says how far it is, in words."""

    engine: str
    text: str


@dataclass(frozen=True, slots=True)
class EngineEnded:
    """An engine is done, or crashed: then its outcomes are errors."""

    result: EngineResult
    seconds: float


@dataclass(frozen=True, slots=True)
class Concluded:
    """The report is written; `evidence` is the folder where it lies."""

    report: Report
    evidence: Path


Event: TypeAlias = RunBegan | EngineBegan | Progressed | EngineEnded | Concluded


class Reporter(Protocol):
    """Someone who listens."""

    def tell(self, event: Event) -> None:
        """Hear the next event."""
        ...


def tell_all(reporters: Iterable[Reporter], event: Event) -> None:
    """Tell every reporter."""
    for reporter in reporters:
        reporter.tell(event)
