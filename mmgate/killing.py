"""The kill matrix: every injected defect hunted by every engine that can be pointed at a defect."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from mmgate.asking import Asked, plan_of
from mmgate.hunting import hunt_all, prey_of
from mmgate.selection import choose
from specs.defects import BY_ID, Defect

ENGINES = ("property", "simulation")
"""The engines that run a maker; the symbolic one reads the reference's source."""
DEFAULT_PROFILE = "quick"


@dataclass(frozen=True, slots=True)
class Matrix:
    """Defects × specs × engines: `kills` are (defect, spec, engine), in that order; `specs` are the judged ones.

    `errors`: (defect, engine, reason) where an engine could not look.
    """

    defects: tuple[Defect, ...]
    specs: tuple[str, ...]
    engines: tuple[str, ...]
    kills: tuple[tuple[str, str, str], ...]
    errors: tuple[tuple[str, str, str], ...] = ()

    def survivors(self) -> tuple[str, ...]:
        """Return the defects that a judged spec must catch, and none did."""
        caught = {defect for defect, _, _ in self.kills}
        tried = [defect.id for defect in self.defects if set(defect.caught_by) & set(self.specs)]
        return tuple(name for name in tried if name not in caught)

    def untried(self) -> tuple[str, ...]:
        """Return the defects that no spec judged so far must catch."""
        return tuple(defect.id for defect in self.defects if not set(defect.caught_by) & set(self.specs))

    def missed(self) -> tuple[tuple[str, str], ...]:
        """Return (defect, spec) where a judged spec that must catch the defect did not."""
        caught = {(defect, spec) for defect, spec, _ in self.kills}
        return tuple(
            (defect.id, spec)
            for defect in self.defects
            for spec in defect.caught_by
            if spec in self.specs and (defect.id, spec) not in caught
        )

    def idle(self) -> tuple[str, ...]:
        """Return the judged specs that caught nothing."""
        used = {spec for _, spec, _ in self.kills}
        return tuple(spec for spec in self.specs if spec not in used)


def fill_matrix(defects: str, engines: tuple[str, ...], profile: str | None, seed: int | None) -> Matrix:
    """Hunt the defects. Raises InputRefused for names that are none."""
    chosen = choose("--engine", engines, ENGINES, "engine that runs defects") if engines else ENGINES
    plan = plan_of(Asked(defects=defects, profile=profile or DEFAULT_PROFILE, seed=seed))
    kills: list[tuple[str, str, str]] = []
    errors: list[tuple[str, str, str]] = []
    with tempfile.TemporaryDirectory(prefix="mmgate-matrix-") as folder:
        requests = [replace(request, out=Path(folder)) for request in plan.requests]
        for engine in chosen:
            for found in hunt_all(prey_of(requests, engine), requests[0].workers, _told_to(engine)):
                kills += [(found.defect_id, spec_id, engine) for spec_id in (*found.caught(), *found.also)]
                errors += [(found.defect_id, engine, found.failed())] if found.failed() else []
    order = [request.maker.name for request in plan.requests]
    kills.sort(key=lambda kill: (order.index(kill[0]), plan.requests[0].specs.index(kill[1])))
    return Matrix(
        tuple(BY_ID[request.maker.name] for request in plan.requests),
        plan.requests[0].specs,
        chosen,
        tuple(kills),
        tuple(errors),
    )


def _told_to(engine: str) -> Callable[[str], None]:
    """Return what tells progress to a person, if one is looking."""

    def tell(text: str) -> None:
        sys.stderr.write(f"{engine}: {text}\n")

    return tell if sys.stderr.isatty() else lambda _text: None
