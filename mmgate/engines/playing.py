"""Playing what the state machine writes: one batch of examples for each config, each example judged.

Nothing is raised inside Hypothesis: a violated example is kept with its world and shortened by our own shrinker, so
that one example can show several violations.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from mmgate.engines.composer import Composer
from mmgate.engines.judging import Judgement, judge
from mmgate.engines.machine import RULES, Market
from mmgate.engines.steady import steady_examples
from mmgate.request import MakerRef
from model.config import MakerConfig
from sim.world import World
from specs.spec import Word

ENGINE = "property"


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples of one config. Travels to a worker."""

    name: str
    config: MakerConfig
    maker: MakerRef
    specs: tuple[str, ...]
    examples: int
    steps: int
    seed: int
    limit_s: float
    evidence: Path | None = None
    engine: str = ENGINE


@dataclass(frozen=True, slots=True)
class Played:
    """A batch played: all judgements in order, a world for each violated spec, rules counted.

    `repeated`: how many examples were run twice; `differed`: which of them gave another trace.
    """

    batch: Batch
    judged: tuple[Judgement, ...]
    broken: tuple[tuple[str, World], ...]
    fired: tuple[tuple[str, int], ...]
    repeated: int = 0
    differed: tuple[str, ...] = ()


class Book:
    """What the examples of one batch gave."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.judged: list[Judgement] = []
        self.broken: dict[str, World] = {}
        self.differed: list[str] = []
        self.repeated = 0

    def play(self, composer: Composer) -> None:
        """Run one example and keep its outcomes; the first one is run twice (DET-1).

        After a run that the maker left hanging the batch is over.
        """
        batch = self.batch
        if self.judged and self.judged[-1].hung:
            return
        world = composer.world(f"machine {batch.name}", batch.seed + len(self.judged))
        judged = judge(world, batch.maker, batch.specs, batch.engine, limit_s=batch.limit_s, evidence=batch.evidence)
        if batch.engine == ENGINE and not self.judged and judged.digest and not judged.cut and not judged.hung:
            self.repeated += 1
            if judge(world, batch.maker, (), ENGINE).digest != judged.digest:
                self.differed.append(world.name)
        self.judged.append(judged)
        for outcome in judged.outcomes:
            if outcome.word is Word.VIOLATED:
                self.broken.setdefault(outcome.spec_id, world)


def play(batch: Batch) -> Played:
    """Let Hypothesis write the batch's examples and play each."""
    book = Book(batch)
    fired: Counter[str] = Counter()
    members: dict[str, Any] = {"config": batch.config, "fired": fired, "play_world": staticmethod(book.play)}
    machine = seed(batch.seed)(type("Market", (Market,), members))
    with steady_examples():
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=batch.examples,
                stateful_step_count=batch.steps,
                derandomize=True,
                database=None,
                deadline=None,
                phases=(Phase.generate,),
                suppress_health_check=list(HealthCheck),
            ),
        )
    return Played(
        batch,
        tuple(book.judged),
        tuple(book.broken.items()),
        tuple((name, fired[name]) for name in RULES),
        book.repeated,
        tuple(book.differed),
    )
