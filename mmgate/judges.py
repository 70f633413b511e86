"""Which engines judge a spec, and how: read from lemmas, properties, laws and monitors, and told of the rest."""

from __future__ import annotations

from mmgate.engines.functions import PROPERTIES
from mmgate.engines.laws import LAWS
from specs.catalogue import JUDGED_BY_ENGINES, MONITORS
from specs.contracts import LEMMAS, PARTS

SYMBOLIC, PROPERTY, EXHAUSTIVE, SIMULATION = "symbolic", "property", "exhaustive", "simulation"
ENGINES = (SYMBOLIC, PROPERTY, EXHAUSTIVE, SIMULATION)


def judges_of(spec_id: str) -> tuple[tuple[str, str], ...]:
    """Return (engine, how) for each engine that judges a spec, the cheapest to read first."""
    found: dict[str, list[str]] = {engine: [] for engine in ENGINES}
    lemmas = [lemma.name for lemma in LEMMAS if lemma.spec_id == spec_id and spec_id not in PARTS]
    if lemmas:
        found[SYMBOLIC].append(f"lemmas {', '.join(lemmas)}")
    titles = [one.title for one in PROPERTIES if one.spec_id == spec_id]
    titles += [law.title for law in LAWS if law.spec_id == spec_id]
    if titles:
        found[PROPERTY].append(f"cases: {'; '.join(dict.fromkeys(titles))}")
    if any(monitor.spec.id == spec_id for monitor in MONITORS):
        found[PROPERTY].append("a monitor of the machine's worlds")
        found[SIMULATION].append("a monitor of every scenario")
    for named, text in JUDGED_BY_ENGINES:
        who, _, how = text.partition(": ")
        for engine in who.split(" and ") if named == spec_id else ():
            if engine != SYMBOLIC and not (engine == PROPERTY and titles):
                found[engine].append(how)
    return tuple((engine, "; ".join(ways)) for engine, ways in found.items() if ways)


def engines_of(spec_id: str) -> tuple[str, ...]:
    """Return the engines that judge a spec."""
    return tuple(engine for engine, _ in judges_of(spec_id))
