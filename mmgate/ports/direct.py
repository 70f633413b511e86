"""Makers of this process: the reference, and the reference with injected defects."""

from __future__ import annotations

from mmgate.inputs import InputRefused, shown
from mmgate.request import MakerRef
from model.journal import Maker
from model.maker import Reference
from specs.defects import ALL, Defect, DefectMaker, selected


def direct(ref: MakerRef) -> Maker:
    """Make a fresh maker of this process. Raises InputRefused for what is none."""
    if ref.kind == "reference":
        return Reference()
    if ref.kind == "defect":
        return DefectMaker(defect_of(ref.name))
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
