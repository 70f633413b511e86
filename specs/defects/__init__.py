"""Injected defects: ways in which the model is made wrong on purpose, to see whether the specs bite."""

from __future__ import annotations

from specs.defects import amounts, as_reviewed, blind, edges, incidents, kernels, ladders, limits, lives, orders
from specs.defects.defect import Defect, DefectMaker, applied

ALL: tuple[Defect, ...] = (
    *as_reviewed.DEFECTS,
    *orders.DEFECTS,
    *kernels.DEFECTS,
    *ladders.DEFECTS,
    *lives.DEFECTS,
    *incidents.DEFECTS,
    *limits.DEFECTS,
    *blind.DEFECTS,
    *edges.DEFECTS,
    *amounts.DEFECTS,
)
"""Every defect, in reading order."""

BY_ID: dict[str, Defect] = {defect.id: defect for defect in ALL}


def selected(name: str) -> tuple[Defect, ...]:
    """Return the defect of that id, or those with that tag, or all for "all"; none if nothing fits."""
    if name == "all":
        return ALL
    if name in BY_ID:
        return (BY_ID[name],)
    return tuple(defect for defect in ALL if name in defect.tags)


__all__ = ["ALL", "BY_ID", "Defect", "DefectMaker", "applied", "selected"]
