"""The kill matrix: defects × specs × engines, the clean reference beside them, and what is wrong with the harness."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mmgate.asking import Asked, plan_of
from mmgate.chasing import Chase, Chased, Kill, chase
from mmgate.clean import Alarm, clean_runs
from mmgate.engines.pool import Lost, spread
from mmgate.request import Request
from mmgate.selection import choose
from mmgate.selftest import self_test
from mmgate.trails import ENGINES
from specs.defects import BY_ID, Defect

DEFAULT_PROFILE = "quick"
CLEAN_RUNS = 200
"""So many runs of the reference, each with a seed of its own, spread over the suite, must raise no alarm."""

IDLE_BY_NATURE: dict[str, str] = {
    "VOL-5": "reports on recorded ticks, and the embedded suite has none",
}
"""Specs that no defect of the suite can be caught by, and why."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Defects × specs × engines: what killed what, where, after how much work; `specs` are the judged ones.

    `errors`: (defect, engine, reason) where an engine could not look. `alarms`: what fired on the clean reference,
    in `clean` runs. `whole`: all defects were hunted by all engines, so that idleness can be told.
    """

    defects: tuple[Defect, ...]
    specs: tuple[str, ...]
    engines: tuple[str, ...]
    chases: tuple[Chased, ...]
    errors: tuple[tuple[str, str, str], ...] = ()
    alarms: tuple[Alarm, ...] = ()
    clean: int = 0
    self_test: str = ""
    whole: bool = True

    @property
    def kills(self) -> tuple[Kill, ...]:
        """Return all kills, defect by defect, in the order in which they came."""
        return tuple(kill for chased in self.chases for kill in chased.kills)

    def first(self, defect: str) -> Kill | None:
        """Return the first kill of a defect by a spec that must catch it, else by any."""
        kills = [kill for kill in self.kills if kill.defect == defect]
        as_must = [kill for kill in kills if kill.spec in BY_ID[defect].caught_by]
        return next(iter((*as_must, *kills)), None)

    def survivors(self) -> tuple[str, ...]:
        """Return the defects that a judged spec must catch, and none did."""
        caught = {kill.defect for kill in self.kills}
        return tuple(one.id for one in self.defects if one.id not in caught and self._is_tried(one))

    def untried(self) -> tuple[str, ...]:
        """Return the defects that no spec judged here must catch."""
        return tuple(defect.id for defect in self.defects if not self._is_tried(defect))

    def missed(self) -> tuple[tuple[str, str], ...]:
        """Return (defect, spec) where a judged spec that must catch the defect did not."""
        caught = {(kill.defect, kill.spec) for kill in self.kills}
        pairs = ((one.id, spec) for one in self.defects for spec in one.caught_by if spec in self.specs)
        return tuple(pair for pair in pairs if pair not in caught)

    def idle(self) -> tuple[str, ...]:
        """Return the judged specs that caught nothing and have no reason to; none where not all was hunted."""
        used = {kill.spec for kill in self.kills} | set(IDLE_BY_NATURE)
        return tuple(spec for spec in self.specs if spec not in used) if self.whole else ()

    def alone(self, part: Callable[[Kill], str]) -> dict[str, tuple[str, ...]]:
        """Return by spec, or by engine, the defects that nothing else caught."""
        found: dict[str, list[str]] = {}
        for chased in self.chases:
            killers = {part(kill) for kill in chased.kills}
            if len(killers) == 1:
                found.setdefault(killers.pop(), []).append(chased.defect_id)
        return {name: tuple(defects) for name, defects in found.items()}

    def median_seconds(self) -> float:
        """Return the median time to the first kill, in seconds of processor time."""
        firsts = (self.first(defect.id) for defect in self.defects)
        times = sorted(kill.seconds for kill in firsts if kill is not None)
        return times[len(times) // 2] if times else 0.0

    def wrong(self) -> bool:
        """Tell whether the harness is wrong: a survivor, a miss, an idle spec, a false alarm."""
        return bool(self.survivors() or self.missed() or self.idle() or self.alarms)

    def _is_tried(self, defect: Defect) -> bool:
        return bool(set(defect.caught_by) & set(self.specs))


def fill_matrix(
    defects: str, engines: tuple[str, ...], profile: str | None, seed: int | None, clean: int = CLEAN_RUNS
) -> Matrix:
    """Test the harness, hunt the defects and, where all are hunted, run the reference clean.

    Raises InputRefused, SelfTestFailed.
    """
    chosen = choose("--engine", engines, ENGINES, "engine that runs defects") if engines else ENGINES
    plan = plan_of(Asked(defects=defects, profile=profile or DEFAULT_PROFILE, seed=seed))
    first = plan.requests[0]
    tested = self_test()
    tell = _teller()
    chases, errors = _chase_all([_chase_of(request, chosen) for request in plan.requests], first.workers, tell)
    whole = defects == "all" and set(chosen) == set(ENGINES)
    runs = clean if whole else 0
    alarms = clean_runs(first, runs, tell)
    return Matrix(
        tuple(BY_ID[request.maker.name] for request in plan.requests),
        first.specs,
        tuple(chosen),
        tuple(chases),
        tuple(errors),
        alarms,
        runs,
        tested,
        whole,
    )


def _chase_of(request: Request, engines: Sequence[str]) -> Chase:
    must = tuple(spec_id for spec_id in request.specs if spec_id in BY_ID[request.maker.name].caught_by)
    return Chase(request.maker.name, must, request.specs, tuple(engines), request.suite, request.profile, request.seed)


def _chase_all(
    wanted: Sequence[Chase], workers: int, tell: Callable[[str], None]
) -> tuple[list[Chased], list[tuple[str, str, str]]]:
    """Chase all defects; the second list tells what could not be looked for, and why."""
    chases: list[Chased] = []
    errors: list[tuple[str, str, str]] = []
    for number, finished in enumerate(spread(chase, [one for one in wanted if one.must], workers), 1):
        result, name = finished.result, finished.work.defect_id
        if isinstance(result, Lost):
            errors.append((name, "", result.reason))
            continue
        chases.append(result)
        errors += [(name, engine, reason) for engine, reason in result.errors]
        killers = ", ".join(dict.fromkeys(kill.spec for kill in result.kills)) or "not caught"
        tell(f"{number} of {len(wanted)} defects, {name}: {killers}")
    return chases, errors


def _teller() -> Callable[[str], None]:
    """Return what tells progress to a person, if one is looking."""

    def tell(text: str) -> None:
        sys.stderr.write(f"{text}\n")

    return tell if sys.stderr.isatty() else lambda _text: None
