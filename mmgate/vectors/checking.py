"""From a folder and a port's command line to a set that is checked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mmgate.inputs import InputRefused, shown
from mmgate.ports.process import PortMaker
from mmgate.request import MakerRef
from mmgate.vectors.case import Case
from mmgate.vectors.check import Checked, Subject, check, here, port, read_set
from model.journal import MakerFault


def check_set(folder: Path, command: str | None) -> Checked:
    """Check every case of a set; without a command against the reference. Raises InputRefused."""
    _, cases = read_set(folder)
    try:
        with _subject(command) as subject:
            checked = Checked(subject.name)
            for one in check(cases, subject):
                if isinstance(one, Case):
                    checked.undeclared[one.kind] += 1
                else:
                    checked.results.append(one)
            return checked
    except MakerFault as fault:
        raise InputRefused(f"port {shown(command or '')}: {fault.kind}: {fault.text}; try mmgate port smoke") from None


@contextmanager
def _subject(command: str | None) -> Iterator[Subject]:
    if command is None:
        yield here(MakerRef())
        return
    with PortMaker(command) as maker:
        yield port(maker)
