"""The exhaustive engine: every interleaving of small scopes maker × venue × faults, on the real model code.

It searches the reference or a defect in scopes of its own, whatever config the suite has: a port's state cannot be
forked, so for a port it is not run. A scope is closed or it is not; one that is not lets no spec hold. Counterexamples
are the shortest there are in their scope. They are re-enacted in the simulated world; one that its monitors do not
see there is saved as a walk, which `mmgate replay` goes again in the small system.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mmgate.engines.exploring import TOTALITY, Broken, Explored, explore, in_force
from mmgate.engines.judging import judge
from mmgate.engines.pool import Lost, spread
from mmgate.engines.questions import Question
from mmgate.engines.reenacting import Path, turns, world_of
from mmgate.engines.walking import WALK, walk_of
from mmgate.engines.witnesses import Search, Shown, witnessed
from mmgate.profiles import QUICK
from mmgate.reporting.races import race_map, race_page, summary
from mmgate.request import Counts, EngineResult, MakerRef, Request
from model.codec import TRACE
from model.orders import TRANSITIONS
from sim.world import World
from specs import system_healing, system_resuming, system_safety
from specs.spec import Outcome, Violation, Word, merge_runs
from specs.system_parts import DEEDS, FAULTS, Scope
from specs.system_races import EVENTS, Pair
from specs.system_scopes import MOST_STATES, scopes_of

ENGINE = "exhaustive"
JUDGED = tuple(dict.fromkeys((*system_safety.JUDGED, *system_healing.JUDGED, *system_resuming.JUDGED, TOTALITY)))
"""The specs that are judged in the small system."""
NEVER_TAKEN: dict[tuple[str, str], str] = {
    ("resting", "rejected"): "a refused order was never on the book",
    ("resting", "done"): "an IOC never rests",
}
"""Rows of the order table that this venue cannot bring about, and why."""
MOST_PATHS = 4
"""So many paths that break a spec are re-enacted, from as many scopes, until a monitor sees one."""
RE_ENACTED = "re-enacted in the simulated world"
OFTEN = 100
"""How often every fault and row of the order table should be taken in the standard profile."""


@dataclass(frozen=True, slots=True)
class Job:
    """One scope to be searched. Travels to a worker. `until`: specs of which the first violation is enough."""

    scope: Scope
    maker: MakerRef
    most_states: int
    until: frozenset[str] = frozenset()


def run(request: Request) -> EngineResult:
    """Search the profile's scopes and judge every state of them."""
    found = search_all(request.maker, request)
    problem = _problem(found)
    outcomes = _outcomes(found, request.specs, problem)
    searches, paths = _re_enacted(found, request)
    shown = _shown(outcomes, searches, found, request)
    done = [result for _, result in found if isinstance(result, Explored)]
    _leave(request, done)
    notes = (
        *shown.notes,
        *paths,
        *told(done, brief=request.profile.name == QUICK.name),
        *([problem] if problem else []),
    )
    return EngineResult(ENGINE, shown.outcomes, shown.witnesses, notes, counts=tables(done))


def caught(request: Request) -> tuple[list[Outcome], int]:
    """Search until all specs of the request are broken; return what is broken, these and others, and the transitions.

    For the kill matrix: no path is re-enacted, and nothing is saved.
    """
    found = search_all(request.maker, request, until=frozenset(request.specs))
    done = [one for _, one in found if isinstance(one, Explored)]
    outcomes = [one for one in _outcomes(found, JUDGED, _problem(found)) if one.word in (Word.VIOLATED, Word.ERROR)]
    return outcomes, sum(one.transitions for one in done)


def search_all(
    maker: MakerRef, request: Request, until: frozenset[str] = frozenset()
) -> list[tuple[Scope, Explored | Lost]]:
    """Search every scope of the profile, each in one process."""
    most = MOST_STATES[request.profile.name]
    scopes = scopes_of(request.profile.name)
    jobs = [Job(scope, maker, most, until) for scope in scopes]
    found: list[tuple[Scope, Explored | Lost]] = []
    for finished in spread(search, jobs, request.workers):
        found.append((finished.work.scope, finished.result))
        request.progress(f"{len(found)} of {len(jobs)} scopes, {finished.work.scope.name}")
        if until and until <= {s for _, one in found if isinstance(one, Explored) for s in one.broken}:
            break
    return found


def search(job: Job) -> Explored:
    """Search one scope, here."""
    return explore(job.scope, job.maker, job.most_states, until=job.until)


# -- words


def _outcomes(found: Sequence[tuple[Scope, Explored | Lost]], specs: Sequence[str], problem: str) -> list[Outcome]:
    outcomes = []
    for spec_id in specs:
        if spec_id in JUDGED:
            merged = merge_runs([_outcome(spec_id, scope, one) for scope, one in found])
            merged = replace(merged, strength=strength([one for _, one in found if isinstance(one, Explored)]))
            if problem and merged.word is not Word.VIOLATED:
                merged = replace(merged, word=Word.ERROR, reason=problem)
            outcomes.append(merged)
    return outcomes


def _outcome(spec_id: str, scope: Scope, found: Explored | Lost) -> Outcome:
    """Say what one search says of one spec."""
    if isinstance(found, Lost):
        return Outcome(spec_id, ENGINE, Word.ERROR, reason=f"{scope.name}: {found.reason}")
    met = found.transitions if spec_id == TOTALITY else found.met[spec_id]
    broken = found.broken.get(spec_id)
    if broken is not None:
        text = f"{scope.name}, after {len(broken.path)} moves: {broken.text}"
        violation = Violation(spec_id, 0, len(broken.path), text)
        return Outcome(spec_id, ENGINE, Word.VIOLATED, "", met, (), (violation,), text)
    if not found.closed:
        return Outcome(spec_id, ENGINE, Word.INCONCLUSIVE, "", met, reason=f"{scope.name}: {found.strength()}")
    return Outcome(spec_id, ENGINE, Word.HOLDS if met else Word.VACUOUS, "", met, ((scope.name, met),) if met else ())


def strength(done: Sequence[Explored]) -> str:
    """Say how far the searches went: closed, or to which depth."""
    states, transitions = sum(one.states for one in done), sum(one.transitions for one in done)
    still_open = [one for one in done if not one.closed]
    reach = f"closed in {len(done)} scopes"
    if still_open:
        least = min(one.depth for one in still_open)
        reach = f"{len(done) - len(still_open)} of {len(done)} scopes closed, others to depth {least}"
    return f"{reach}, {states} states, {transitions} transitions"


def _problem(found: Sequence[tuple[Scope, Explored | Lost]]) -> str:
    """Say why the engine has not done its work; empty when it has."""
    done = [one for _, one in found if isinstance(one, Explored)]
    if not any(one.transitions for one in done):
        return "no transition was searched"
    if not any(one.table for one in done):
        return "no row of the order table was counted: the model does not read it as it did"
    return ""


# -- counterexamples


@dataclass(frozen=True, slots=True)
class Shortest:
    """The shortest path that breaks a spec, and the scope it goes through."""

    scope: Scope
    broken: Broken


def shortest(found: Sequence[tuple[Scope, Explored | Lost]], specs: Sequence[str]) -> list[Shortest]:
    """Return the shortest path that breaks each spec, in the order of `specs`."""
    return [paths[0] for paths in _by_length(found, specs)]


def _by_length(found: Sequence[tuple[Scope, Explored | Lost]], specs: Sequence[str]) -> list[list[Shortest]]:
    """Return each broken spec's paths, one of each scope, the shortest first."""
    paths: dict[str, list[Shortest]] = {}
    for scope, one in found:
        for spec_id, broken in one.broken.items() if isinstance(one, Explored) else ():
            paths.setdefault(spec_id, []).append(Shortest(scope, broken))
    return [sorted(paths[one], key=lambda path: len(path.broken.path)) for one in specs if one in paths]


def _re_enacted(found: Sequence[tuple[Scope, Explored | Lost]], request: Request) -> tuple[list[Search], list[str]]:
    """Go each spec's shortest paths in the simulated world, until its monitor there sees one's violation too."""
    searches: list[Search] = []
    notes = []
    for paths in _by_length(found, request.specs):
        first = paths[0]
        spec_id = first.broken.spec_id
        others: set[str] = set()
        for one in paths[:MOST_PATHS]:
            world, events = re_enacted(one, request.maker)
            if one is first:
                told = f"{spec_id}: shortest counterexample in scope {one.scope.name}: {events} events told, "
            judged = judge(world, request.maker, None, ENGINE)
            seen = {outcome.spec_id for outcome in judged.outcomes if outcome.word is Word.VIOLATED}
            if spec_id in seen:
                searches.append(Search(world, request.maker, spec_id, ENGINE))
                break
            others |= seen
        else:
            what = f"only the monitors of {', '.join(sorted(others))} see" if others else "no monitor sees"
            text = f"{first.broken.text}; {RE_ENACTED}, {what} a violation: kept as a walk through the small system"
            first = replace(first, broken=replace(first.broken, text=text))
        notes.append(told + first.broken.text)
    return searches, notes


def _shown(
    outcomes: Sequence[Outcome],
    searches: Sequence[Search],
    found: Sequence[tuple[Scope, Explored | Lost]],
    request: Request,
) -> Shown:
    """Show every violated spec again: in the simulated world, and where no witness comes of that, in the small one."""
    shown = witnessed(outcomes, searches, request)
    there = {witness.spec_id for witness in shown.witnesses}
    bare = [one.spec_id for one in shown.outcomes if one.word is Word.VIOLATED and one.spec_id not in there]
    asked = {one.broken.spec_id: _question(one) for one in shortest(found, bare)}
    asking = [_asking(one, asked[one.spec_id]) if one.spec_id in asked else one for one in shown.outcomes]
    walked = witnessed(asking, (), request)
    return Shown(walked.outcomes, (*shown.witnesses, *walked.witnesses), (*shown.notes, *walked.notes))


def _question(one: Shortest) -> str:
    """Write a path as a question that can be put again."""
    walk = walk_of(one.scope.config, one.broken)
    return Question(WALK, f"{one.broken.spec_id} in scope {one.scope.name}", TRACE.to_data(walk)).as_text()


def _asking(outcome: Outcome, asked: str) -> Outcome:
    """Let an outcome's first violation be one that can be asked again."""
    return replace(outcome, violations=(replace(outcome.violations[0], asked=asked), *outcome.violations[1:]))


def re_enacted(one: Shortest, maker: MakerRef) -> tuple[World, int]:
    """Return the world that goes a path, and how many events the maker is told on it."""
    path = Path(one.scope, one.broken.start_ms, one.broken.path)
    with in_force(maker):
        try:
            events = len(turns(path))
        except Exception:  # the maker breaks down on the last event of the path, as the search has seen
            events = len(turns(replace(path, moves=path.moves[:-1]))) + 1
        return world_of(path), events


# -- what was counted


def tables(done: Sequence[Explored]) -> tuple[tuple[str, Counts], ...]:
    """Return what was counted: faults and deeds, rows of the order table, pairs of the race map."""
    deeds, rows, pairs = _sums(done)
    faults = tuple((name, deeds[name]) for name in (*FAULTS, *(n for n in DEEDS if n not in FAULTS)))
    table = tuple((f"{s.value} · {t.value}", rows[s.value, t.value]) for s, t in TRANSITIONS)
    races = tuple((f"{a} → {b}", pairs[a, b]) for a in EVENTS for b in EVENTS)
    return ("deeds", faults), ("order table", table), ("race map", races)


def _sums(done: Sequence[Explored]) -> tuple[Counter[str], Counter[tuple[str, str]], Counter[Pair]]:
    deeds: Counter[str] = Counter()
    rows: Counter[tuple[str, str]] = Counter()
    pairs: Counter[Pair] = Counter()
    for one in done:
        deeds.update(one.deeds)
        rows.update(one.table)
        pairs.update(one.pairs)
    return deeds, rows, pairs


def told(done: Sequence[Explored], *, brief: bool = False) -> list[str]:
    """Say what was searched, what was taken how often, and which races were never seen; `brief`: without the gaps."""
    deeds, rows, _ = _sums(done)
    cpu_s = sum(one.seconds for one in done)
    transitions = sum(one.transitions for one in done)
    seldom = [f"fault {name} {deeds[name]}" for name in FAULTS if deeds[name] < OFTEN]
    seldom += [
        f"{state.value} · {trigger.value} {rows[state.value, trigger.value]}"
        for state, trigger in TRANSITIONS
        if rows[state.value, trigger.value] < OFTEN and (state.value, trigger.value) not in NEVER_TAKEN
    ]
    never = [f"{a} · {b} ({why})" for (a, b), why in NEVER_TAKEN.items()]
    lines = [f"{strength(done)}; {round(transitions / max(cpu_s, 0.01))} transitions/s of processor time"]
    if brief:
        return [*lines, f"{summary(race_map(done), named=False)}; the standard profile names the gaps"]
    lines.append(
        f"taken at least {OFTEN} times: every fault and row of the order table but {', '.join(seldom) or 'none'}"
    )
    lines.append(f"rows that no venue brings about: {', '.join(never)}")
    return [*lines, summary(race_map(done))]


def _leave(request: Request, done: Sequence[Explored]) -> None:
    """Leave the race map and the scopes as evidence."""
    request.out.mkdir(parents=True, exist_ok=True)
    races = race_map(done)
    scopes = [
        {"scope": one.scope, "reach": one.strength(), "states": one.states, "transitions": one.transitions}
        for one in done
    ]
    pairs = [{"first": r.first, "then": r.then, "word": r.word, "seen": r.seen, "why": r.why} for r in races]
    counts = {name: dict(rows) for name, rows in tables(done)}
    text = json.dumps({"scopes": scopes, "race_map": pairs, "counts": counts}, indent=1)
    (request.out / "exhaustive.json").write_text(text + "\n", encoding="utf-8")
    (request.out / "race-map.html").write_text(race_page(races, strength(done)), encoding="utf-8")
