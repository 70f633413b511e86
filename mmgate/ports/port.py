"""From a reference to a maker: the reference in process, an injected defect, a foreign process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mmgate.ports.direct import direct
from mmgate.ports.process import REPLY_TIMEOUT_S, PortMaker
from mmgate.request import MakerRef
from model.journal import Maker


@contextmanager
def opened(ref: MakerRef, timeout_s: float = REPLY_TIMEOUT_S, stderr_path: Path | None = None) -> Iterator[Maker]:
    """Give a fresh maker for one run and close it after. Raises InputRefused, MakerFault."""
    if ref.kind != "port":
        yield direct(ref)
        return
    with PortMaker(ref.name, timeout_s, stderr_path, alone=ref.alone, promise=ref.promise) as maker:
        yield maker
