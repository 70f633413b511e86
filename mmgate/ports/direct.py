"""Makers of this process: the reference, and the reference with injected defects."""

from __future__ import annotations

import traceback
from pathlib import Path

from mmgate.inputs import InputRefused, shown
from mmgate.request import MakerRef
from model.config import ConfigRefused
from model.events import Event, Start
from model.journal import Books, Maker, MakerFault, Reply
from model.maker import Reference
from specs.defects import ALL, Defect, DefectMaker, selected


def direct(ref: MakerRef) -> Maker:
    """Make a fresh maker of this process, guarded. Raises InputRefused for what is none."""
    if ref.kind == "reference":
        return Guarded(Reference())
    if ref.kind == "defect":
        return Guarded(DefectMaker(defect_of(ref.name)))
    raise InputRefused(f"maker {shown(ref.label())}: is none; known are the reference, the defects and ports")


def defect_of(name: str) -> Defect:
    """Return the defect of that id, or all of that tag in one. Raises InputRefused."""
    found = selected(name)
    if len(found) == 1:
        return found[0]
    if not found:
        known = ", ".join(defect.id for defect in ALL)
        raise InputRefused(f"defect {shown(name)}: there is none of that id or tag; known are {known}")
    return Defect(
        id=name,
        title=f"all {len(found)} defects of the set {name} at once",
        rules=tuple(dict.fromkeys(rule for defect in found for rule in defect.rules)),
        caught_by=tuple(dict.fromkeys(spec_id for defect in found for spec_id in defect.caught_by)),
        patches=tuple(patch for defect in found for patch in defect.patches),
    )


class Guarded:
    """A maker of this process whose exceptions end its run as a foreign process's exit would (ROB-1)."""

    def __init__(self, maker: Maker) -> None:
        self._maker = maker
        self.name = maker.name
        self.features = maker.features

    def start(self, start: Start) -> Reply:
        """Begin a new life; a refused config is the caller's."""
        try:
            return self._maker.start(start)
        except ConfigRefused:
            raise
        except Exception as error:  # whatever it is, it is the maker's fault
            raise _raised(error, "start") from error

    def handle(self, event: Event) -> Reply:
        """Answer one event."""
        try:
            return self._maker.handle(event)
        except Exception as error:  # as above
            raise _raised(error, type(event).__name__) from error

    def books(self) -> Books | None:
        """Tell what it believes."""
        try:
            return self._maker.books()
        except Exception as error:  # as above
            raise _raised(error, "books") from error


def _raised(error: Exception, what: str) -> MakerFault:
    """Say on one line what was raised, and where."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    words = " ".join(str(error).split())[:200]
    return MakerFault("raised", f"{what} was answered with {type(error).__name__}: {words}{where}")
