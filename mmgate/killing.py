"""The kill matrix: every injected defect hunted by every engine that can be pointed at a defect."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from mmgate.asking import Asked, plan_of
from mmgate.hunting import hunt
from mmgate.selection import choose
from specs.defects import BY_ID, Defect

ENGINES = ("property", "simulation")
"""The engines that run a maker; the symbolic one reads the reference's source."""
DEFAULT_PROFILE = "quick"


@dataclass(frozen=True, slots=True)
class Matrix:
    """Defects × specs × engines: `kills` are (defect, spec, engine), in that order; `specs` are the judged ones."""

    defects: tuple[Defect, ...]
    specs: tuple[str, ...]
    engines: tuple[str, ...]
    kills: tuple[tuple[str, str, str], ...]

    def survivors(self) -> tuple[str, ...]:
        """Return the defects that nothing caught."""
        caught = {defect for defect, _, _ in self.kills}
        return tuple(defect.id for defect in self.defects if defect.id not in caught)

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
    with tempfile.TemporaryDirectory(prefix="mmgate-matrix-") as folder:
        for request in plan.requests:
            for engine in chosen:
                progress = _progress if sys.stderr.isatty() else _silence
                out = Path(folder) / request.maker.name / engine
                found = hunt(engine, replace(request, out=out, progress=progress))
                kills += [(request.maker.name, spec, engine) for spec in found.caught()]
    return Matrix(
        tuple(BY_ID[request.maker.name] for request in plan.requests), plan.requests[0].specs, chosen, tuple(kills)
    )


def _progress(text: str) -> None:
    sys.stderr.write(f"\r\x1b[K{text[:100]}")
    sys.stderr.flush()


def _silence(_text: str) -> None:
    return
