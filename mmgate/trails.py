"""Where each defect is looked for first: the stages that showed it soonest, as `mmgate/suite/trails.toml` lists them.

A trail is a memory, not a limit: what the first stages do not show is looked for in all others. A stage is written as

- `config/scenario`, a run of the suite; `config/scenario#7` with that seed;
- `machine/config`, the state machine's worlds of a config;
- `scopes`, the small scopes of the exhaustive search;
- `lemmas`, the lemmas of the symbolic engine on the kernels that the defect changes;
- `drawn`, functions, laws and twins of the property engine; `twins`, those of the simulation; `again`, a run repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from mmgate.engines import exhaustive, lemma_words, simulation
from mmgate.gatefile import parse_toml
from mmgate.request import Entry
from specs.catalogue import MONITORS
from specs.contracts import LEMMAS as EVERY_LEMMA
from specs.defects import Defect
from specs.lemma import Lemma

SYMBOLIC, PROPERTY, EXHAUSTIVE, SIMULATION = lemma_words.ENGINE, "property", exhaustive.ENGINE, simulation.ENGINE
ENGINES = (SYMBOLIC, PROPERTY, SIMULATION, EXHAUSTIVE)
"""The engines that judge a defect by themselves; the differential one compares, and the audit reads logs."""
DRAWN, TWINS, AGAIN, MACHINE, SCOPES = "drawn", "twins", "again", "machine", "scopes"
LEMMAS = "lemmas"
EVERY_PHASE = "all-on/three-markets"
BY_TWINS = ("FIL-4", "ROB-1", "ROB-2", "VOL-4")
MONITORED = frozenset(monitor.spec.id for monitor in MONITORS)


@dataclass(frozen=True, slots=True)
class Stage:
    """One place to look; `kind`: `run`, `machine`, `scopes`, `lemmas`, `drawn`, `twins`, `again`.

    `entry` and `seed` are those of a run.
    """

    kind: str
    name: str
    entry: Entry | None = None
    seed: int = 0

    @property
    def engine(self) -> str:
        """Return the engine that looks there."""
        if self.kind in (SCOPES, LEMMAS):
            return EXHAUSTIVE if self.kind == SCOPES else SYMBOLIC
        return PROPERTY if self.kind in (DRAWN, MACHINE) else SIMULATION


@cache
def trails() -> dict[str, tuple[str, ...]]:
    """Read the trails: by defect, the stages that showed it soonest."""
    source = (files("mmgate") / "suite" / "trails.toml").read_text(encoding="utf-8")
    data = parse_toml(source, "suite trails")["trail"]
    assert isinstance(data, dict)
    return {str(name): tuple(map(str, stages)) for name, stages in data.items()}


def stages_of(defect: Defect, suite: Sequence[Entry], seed: int) -> tuple[tuple[Stage, ...], tuple[Stage, ...]]:
    """Return where to look for a defect: the stages of its trail, and all the others in order of likelihood."""
    every = _all_stages(defect, suite, seed)
    by_name = {stage.name: stage for stage in every}
    first = [_seeded(name, by_name) for name in trails().get(defect.id, ())]
    known = [stage for stage in first if stage is not None]
    rest = [stage for stage in every if stage not in known]
    return tuple(known), tuple(rest)


def second_looks(trail: Sequence[Stage], rest: Sequence[Stage]) -> tuple[Stage, ...]:
    """Return where an engine looks that the trail does not name, so that no engine is alone for want of a look.

    The property engine draws, and plays the machine's worlds of the config that showed the defect; the simulation
    runs the scenario with every phase on; the exhaustive search goes through its scopes, the symbolic engine through
    its lemmas.
    """
    engines = {stage.engine for stage in trail}
    entry = next((stage.entry for stage in trail if stage.entry is not None), None)
    wanted = [DRAWN, f"{MACHINE}/{entry.name}"] if entry is not None and PROPERTY not in engines else []
    wanted += [EVERY_PHASE] if SIMULATION not in engines else []
    wanted += [SCOPES] if EXHAUSTIVE not in engines else []
    wanted += [LEMMAS] if SYMBOLIC not in engines else []
    return tuple(stage for stage in rest if stage.name in wanted)


def _seeded(name: str, by_name: dict[str, Stage]) -> Stage | None:
    """Return the stage of that name, with the seed that the name gives; None where this suite has none such."""
    plain, _, number = name.partition("#")
    stage = by_name.get(plain)
    if stage is None or not number:
        return stage
    return Stage(stage.kind, name, stage.entry, int(number))


def _all_stages(defect: Defect, suite: Sequence[Entry], seed: int) -> list[Stage]:
    """Return every stage that could show a defect: what is cheap and made for its specs first."""
    must = set(defect.caught_by)
    drawn, twins, again = Stage(DRAWN, DRAWN), Stage(TWINS, TWINS), Stage(AGAIN, AGAIN, suite[0], seed)
    runs = [Stage("run", f"{entry.name}/{entry.scenario}", entry, seed) for entry in suite]
    machine = [Stage(MACHINE, f"{MACHINE}/{name}") for name in dict.fromkeys(entry.name for entry in suite)]
    special = [twins] if must & set(BY_TWINS) else []
    special += [again] if simulation.DETERMINISM in must else []
    small = [Stage(SCOPES, SCOPES)] if must & set(exhaustive.JUDGED) else []
    small += [Stage(LEMMAS, LEMMAS)] if lemmas_on(defect) else []
    if must & MONITORED:
        return [drawn, *runs, *special, *machine, *small]
    return [drawn, *special, *runs, *machine, *small]


def lemmas_on(defect: Defect) -> tuple[Lemma, ...]:
    """Return the lemmas of the specs that must catch a defect, on kernels of a module that it changes."""
    changed = {patch.target.partition(":")[0].removeprefix("model.") for patch in defect.patches}
    mine = (lemma for lemma in EVERY_LEMMA if lemma.spec_id in defect.caught_by)
    return tuple(one for one in mine if any(kernel.partition(".")[0] in changed for kernel in one.kernels))
