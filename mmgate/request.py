"""What a verification is asked to do, and what an engine gives back: the types between command line and engines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from model.config import MakerConfig
from specs.spec import Outcome

Promise = tuple[frozenset[str], frozenset[str], bool]
"""What a port declares of itself: features, calls, restartable."""


@dataclass(frozen=True, slots=True)
class MakerRef:
    """Which maker is judged: kind "reference", "defect" (`name` is its id) or "port" (`name` is its command line).

    `beside`: the command line of the maker with which it runs in lock step, where that is not the reference.
    `compare`: what must agree in lock step, a mode of `mmgate.ports.pairing`. `alone`: each life has a process of its
    own, also where the port is restartable. `promise`: what it declared when it was greeted first; None: not known.
    """

    kind: str = "reference"
    name: str = ""
    beside: str = ""
    compare: str = "actions"
    alone: bool = False
    promise: Promise | None = field(default=None, compare=False)

    def label(self) -> str:
        """Return the maker's name for tables and run lines."""
        return self.kind if not self.name else f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class CrashAt:
    """An instant at which the process dies, in place of the scenario's own lives, and how long it is down.

    `after_ms` from the run's start, then `records` of the run more; the run ends a minute after the restart.
    """

    after_ms: int
    records: int
    down_ms: int

    def label(self) -> str:
        """Return how the instant is called in reports."""
        return f"crash {self.records} records after {self.after_ms / 1000:.1f} s, down {self.down_ms / 1000:.1f} s"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a suite: a config in a scenario, and why it takes part. `scenario`: embedded name or file path.

    `ticks`, `trades`: recorded files, for the scenario `recorded`. `assume`: parameters of the venue that are
    changed (`sim.parameters`), as (key, value) texts. `crash`: a crash of its own. `mmgate.worlds.world_of` gives the
    world.
    """

    name: str
    config: MakerConfig
    scenario: str
    why: str = ""
    ticks: Path | None = None
    trades: Path | None = None
    symbol: str | None = None
    start: str | None = None
    assume: tuple[tuple[str, str], ...] = ()
    crash: CrashAt | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """Budgets in work units, so that a verdict repeats: seeds per entry, examples, steps and paths per engine.

    `crashes`: instants at which a run of their own lets the process die, all configs together. `rule_floor`: how often
    each rule of the state machine must fire at least for its words to count. `second_prover`: two provers examine every
    lemma that both can, and have to agree. `needle_cases`: how many cases of a lemma are drawn in search of needles.
    """

    name: str
    seeds: int
    property_examples: int
    machine_examples: int
    machine_steps: int
    symbolic_iterations: int
    wall_clock_s: int
    crashes: int = 0
    rule_floor: int = 0
    second_prover: bool = False
    needle_cases: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """A verification: makers, suite, specs, engines, profile, seed and the folder for evidence.

    `corpus`: the folder of former counterexamples; None: none is tried or kept.
    """

    maker: MakerRef
    suite: tuple[Entry, ...]
    specs: tuple[str, ...]
    engines: tuple[str, ...]
    profile: Profile
    seed: int
    out: Path
    workers: int = 2
    corpus: Path | None = None
    progress: Callable[[str], None] = field(default=lambda _text: None)


@dataclass(frozen=True, slots=True)
class Witness:
    """A counterexample on disk: its spec, its trace file, the command that repeats it, and its steps for a person.

    `maker`: whose it is, where several makers are judged.
    """

    spec_id: str
    path: Path
    command: str
    steps: tuple[str, ...]
    maker: str = ""


@dataclass(frozen=True, slots=True)
class Recalled:
    """A former counterexample that was tried: where it lies, the word of its replay, why. `spec_id` "": not known."""

    spec_id: str
    path: Path
    word: str
    text: str


Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class EngineResult:
    """What one engine answers: at most one outcome per spec, witnesses of violations, what it counted in tables."""

    engine: str
    outcomes: tuple[Outcome, ...]
    witnesses: tuple[Witness, ...] = ()
    notes: tuple[str, ...] = ()
    counts: tuple[tuple[str, Counts], ...] = ()
    recalled: tuple[Recalled, ...] = ()
