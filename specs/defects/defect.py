"""An injected defect: the smallest change that makes the model wrong, and the maker that has it.

A defect patches functions of the model by name while its maker works, and takes the patches off again, so that the
reference and any number of defects can run side by side in one process.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from model.events import Event, Start
from model.journal import Books, Reply
from model.maker import FEATURES, Reference


@dataclass(frozen=True, slots=True)
class Patch:
    """One function replaced: `make` gets the original and returns what stands in its place.

    `target` is "module:name" or "module:Class.name". Modules import names from each other, so the target is the
    module that uses the function.
    """

    target: str
    make: Callable[[Any], Any]

    def holder(self) -> tuple[Any, str]:
        """Return the module or class that holds the function, and its name there."""
        module, _, path = self.target.partition(":")
        holder: Any = importlib.import_module(module)
        *classes, name = path.split(".")
        for part in classes:
            holder = getattr(holder, part)
        return holder, name


@dataclass(frozen=True, slots=True)
class Defect:
    """A way in which the maker is wrong. `rules`: what it breaks; `finding`: the review's, if any.

    `caught_by`: the specs that must catch it; `tags`: sets it belongs to (`as-reviewed`, `review`, …).
    """

    id: str
    title: str
    rules: tuple[str, ...]
    caught_by: tuple[str, ...]
    patches: tuple[Patch, ...]
    finding: str | None = None
    tags: tuple[str, ...] = ()


@contextmanager
def applied(defect: Defect) -> Iterator[None]:
    """Have the defect in force inside the block; everything is put back after it, whatever happens."""
    undo: list[tuple[Any, str, Any]] = []
    try:
        for patch in defect.patches:
            holder, name = patch.holder()
            original = vars(holder)[name]
            undo.append((holder, name, original))
            setattr(holder, name, patch.make(original))
        yield
    finally:
        for holder, name, original in reversed(undo):
            setattr(holder, name, original)


class DefectMaker:
    """The reference with a defect: the defect is in force while it answers, and only then."""

    features = FEATURES

    def __init__(self, defect: Defect) -> None:
        self._defect = defect
        self._reference = Reference()
        self.name = f"defect {defect.id}"

    def start(self, start: Start) -> Reply:
        """Begin a new life, forgetting everything."""
        with applied(self._defect):
            return self._reference.start(start)

    def handle(self, event: Event) -> Reply:
        """Answer one event."""
        with applied(self._defect):
            return self._reference.handle(event)

    def books(self) -> Books:
        """Tell what it believes."""
        with applied(self._defect):
            return self._reference.books()
