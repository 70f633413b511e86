"""Makers of this process: the reference, and the reference with an injected defect."""

from __future__ import annotations

from mmgate.inputs import InputRefused, shown
from mmgate.request import MakerRef
from model.journal import Maker
from model.maker import Reference


def direct(ref: MakerRef) -> Maker:
    """Make a fresh maker of this process. Raises InputRefused for what is none."""
    if ref.kind == "reference":
        return Reference()
    raise InputRefused(f"maker {shown(ref.label())}: is none; known are the reference, the defects and ports")
