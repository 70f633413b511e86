"""The review's rows, and what a real hunt found of the defects that answer them: the matter of docs/review.md.

`make review` hunts anew and writes docs/review/kills.json; the page itself is written from that file and rows.toml.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mmgate.chasing import Chase, Chased, chase
from mmgate.engines import property as drawing
from mmgate.engines.story import tell
from mmgate.engines.witnesses import Search, search
from mmgate.gatefile import read_toml
from mmgate.judges import engines_of
from mmgate.killing import DEFAULT_PROFILE
from mmgate.profiles import PROFILES, embedded_suite
from mmgate.reporting.json_report import as_text
from mmgate.reporting.words import clean
from mmgate.request import Entry, MakerRef
from mmgate.trails import ENGINES, PROPERTY, SIMULATION, stages_of, trails
from model.config import KEYS, MakerConfig
from specs.defects import BY_ID
from specs.spec import Word

ROWS, KILLS = Path("review") / "rows.toml", Path("review") / "kills.json"
SEED = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the review in our words, and what answers it; `reason` where something of that is missing."""

    id: str
    text: str
    rules: tuple[str, ...]
    specs: tuple[str, ...]
    defects: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a hunt found of a defect: (spec, engine) that killed it, and the shortest trace that shows it.

    `records`: how many records the trace has; 0 where one call of a function shows it.
    """

    defect: str
    kills: tuple[tuple[str, str], ...]
    spec: str
    engine: str
    records: int
    steps: tuple[str, ...]


def rows_of(folder: Path) -> tuple[Row, ...]:
    """Read the rows below a folder of documents."""
    data = read_toml(folder / ROWS, "review")["row"]
    assert isinstance(data, list)
    return tuple(
        Row(
            one["id"],
            one["text"],
            tuple(one["rules"]),
            tuple(one["specs"]),
            tuple(one["defects"]),
            one.get("reason", ""),
        )
        for one in data
    )


def found_in(folder: Path) -> dict[str, Found]:
    """Read what the last hunt found, by defect."""
    data = json.loads((folder / KILLS).read_text(encoding="utf-8"))
    return {name: _from_data(name, one) for name, one in data.items()}


def _from_data(name: str, data: Mapping[str, object]) -> Found:
    kills, trace = data["kills"], data["trace"]
    assert isinstance(kills, list)
    assert isinstance(trace, dict)
    pairs = tuple((str(spec), str(engine)) for spec, engine in kills)
    return Found(name, pairs, trace["spec"], trace["engine"], trace["records"], tuple(trace["steps"]))


def hunt_all(names: Iterable[str], progress: Callable[[str], object]) -> dict[str, Found]:
    """Hunt defects one after the other."""
    found = {}
    for name in names:
        found[name] = hunted(name)
        progress(f"{name}: {', '.join(f'{spec} by {engine}' for spec, engine in found[name].kills)}")
    return found


def write(folder: Path, found: Mapping[str, Found]) -> None:
    """Write what a hunt found."""
    data = {
        name: {
            "kills": [list(kill) for kill in one.kills],
            "trace": {"spec": one.spec, "engine": one.engine, "records": one.records, "steps": list(one.steps)},
        }
        for name, one in found.items()
    }
    (folder / KILLS).write_text(as_text(data), encoding="utf-8", newline="\n")


def hunted(name: str) -> Found:
    """Hunt one defect with every engine that runs makers, and take the shortest trace. Raises LookupError if unseen."""
    must = BY_ID[name].caught_by
    chases = {engine: _chased(name, engine, [one for one in must if engine in engines_of(one)]) for engine in ENGINES}
    kills = [(kill.spec, kill.engine) for chased in chases.values() for kill in chased.kills if kill.spec in must]
    traces = [*_runs(chases[SIMULATION], must), *_calls(name, must)]
    if not kills or not traces:
        raise LookupError(f"{name} is caught by none of {', '.join(must)}; see mmgate matrix --defects {name}")
    spec, engine, records, steps = min(traces, key=lambda trace: (trace[2], trace[0]))
    ordered = sorted(set(kills), key=lambda kill: (must.index(kill[0]), kill[1]))
    return Found(name, tuple(ordered), spec, engine, records, steps)


def _chase(name: str, engine: str, must: Sequence[str]) -> Chase:
    return Chase(name, tuple(must), tuple(must), (engine,), _suite(name), PROFILES[DEFAULT_PROFILE], SEED)


def _suite(name: str) -> tuple[Entry, ...]:
    """Return the entries in which a defect is looked for: those of its trail, and the first of each config."""
    entries = embedded_suite(PROFILES[DEFAULT_PROFILE])
    first = {entry.name: entry for entry in reversed(entries)}.values()
    trail = {stage.partition("#")[0] for stage in trails().get(name, ())}
    return tuple(entry for entry in entries if entry in first or f"{entry.name}/{entry.scenario}" in trail)


def _chased(name: str, engine: str, must: Sequence[str]) -> Chased:
    """Let one engine chase a defect; one that judges none of its specs is not asked."""
    return chase(_chase(name, engine, must)) if must else Chased(name, (), 0, 0.0)


Trace = tuple[str, str, int, tuple[str, ...]]


def _runs(chased: Chased, must: Sequence[str]) -> list[Trace]:
    """Shorten the runs in which the simulation caught it."""
    trail, rest = stages_of(BY_ID[chased.defect_id], _suite(chased.defect_id), SEED)
    stages = {stage.name: stage for stage in (*trail, *rest)}
    traces = []
    for kill in chased.kills:
        stage = stages.get(kill.stage)
        if kill.spec not in must or stage is None or stage.kind != "run" or stage.entry is None:
            continue
        world = (stage.entry, stage.seed)
        case = search(Search(world, MakerRef("defect", chased.defect_id), kill.spec, SIMULATION))
        if case is not None:
            steps = tell(case.records, case.violation)
            traces.append((kill.spec, SIMULATION, len(case.records), tuple(clean(step) for step in steps)))
    return traces


def _calls(name: str, must: Sequence[str]) -> list[Trace]:
    """Return the smallest cases of functions that show it."""
    request = _chase(name, PROPERTY, must).request(PROPERTY, must)
    return [
        (one.spec_id, PROPERTY, 0, (_short(one.violations[0].text if one.violations else one.reason),))
        for one in drawing.drawn(request)
        if one.word is Word.VIOLATED
    ]


def _short(text: str) -> str:
    """Leave out of a falsifying case what its config has by default, and the case where it was cut off."""
    plain = MakerConfig()
    for key in KEYS:
        text = text.replace(f"{key}={getattr(plain, key)!r}, ", "")
    fact, sign, case = text.partition("; falsifying case: ")
    return clean(text if sign and case.endswith(")") else fact)
