"""Work spread over fresh processes; results in the order of the work, whatever the number of workers.

A worker that dies takes nothing with it but its own piece of work: the pieces that were lost with it are run again,
each alone, and the one that kills its worker again is told as lost.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Generic, TypeVar

from mmgate.memory import collect_seldom
from mmgate.ports.children import leave_with_parent

W = TypeVar("W")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Lost:
    """A piece of work whose worker died."""

    reason: str


@dataclass(frozen=True, slots=True)
class Finished(Generic[W, R]):
    """A piece of work and what became of it."""

    index: int
    work: W
    result: R | Lost


def spread(function: Callable[[W], R], work: Sequence[W], workers: int) -> Generator[Finished[W, R], None, None]:
    """Yield each piece's result, in order, from `workers` processes; 0 workers, or a single piece: in this process.

    What `function` raises is raised here.
    """
    if workers <= 0 or len(work) == 1:
        for index, piece in enumerate(work):
            yield Finished(index, piece, function(piece))
        return
    with _executor(max(1, min(workers, len(work)))) as executor:
        futures = _submitted(executor, function, work)
        try:
            for index, piece in enumerate(work):
                result: R | Lost = _result(futures[index], function, piece)
                yield Finished(index, piece, result)
        except BaseException:
            executor.shutdown(wait=True, cancel_futures=True)
            raise


def _begin() -> None:
    """Begin a worker: it ends with its parent, and looks for cycles as seldom."""
    leave_with_parent()
    collect_seldom()


def _executor(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(max_workers=workers, mp_context=get_context("spawn"), initializer=_begin)


def _submitted(executor: ProcessPoolExecutor, function: Callable[[W], R], work: Sequence[W]) -> list[Future[R] | None]:
    """Submit all pieces; None for those that a dying worker kept from being submitted."""
    futures: list[Future[R] | None] = []
    for piece in work:
        try:
            futures.append(executor.submit(function, piece))
        except BrokenProcessPool:
            futures.append(None)
    return futures


def _result(future: Future[R] | None, function: Callable[[W], R], piece: W) -> R | Lost:
    try:
        if future is not None:
            return future.result()
    except BrokenProcessPool:
        pass
    return _alone(function, piece)


def _alone(function: Callable[[W], R], piece: W) -> R | Lost:
    """Run one piece in a worker of its own."""
    with _executor(1) as executor:
        try:
            return executor.submit(function, piece).result()
        except BrokenProcessPool:
            return Lost("the worker process died")
