"""A port in lock step with the reference: the venue hears the port, the reference hears what the port was told.

A `Lockstep` is a maker like any other: simulation, state machine and shrinker drive it. It stops a run at the first
answer that differs; up to then every order of the one is an order of the other.
"""

from __future__ import annotations

from dataclasses import dataclass

from mmgate.ports.pairing import Difference, Mode, Names, difference
from model.codec import canonical
from model.events import Event, Start
from model.journal import Books, Maker, Reply
from model.maker import Reference


class Parted(Exception):
    """Port and reference gave different answers, or answers that can't be compared; the lock step is over."""


@dataclass(frozen=True, slots=True)
class Parting:
    """Where a lock step ended: after so many equal answers, at which event, told when (ms), and how they differ."""

    steps: int
    now_ms: int
    event: str
    difference: Difference

    def told(self) -> str:
        """Say it on one line."""
        return f"after {self.steps} equal answers, to {self.event}: {self.difference.told()}"


class Lockstep:
    """The port as a maker, watched by the reference or another `partner`.

    `steps`: answers that agreed so far; `parting`: the end, if any.
    """

    def __init__(self, port: Maker, mode: Mode = Mode.ACTIONS, partner: Maker | None = None) -> None:
        self._port, self._reference = port, partner or Reference()
        self._mode = mode
        self._names = Names()
        self.steps = 0
        self.parting: Parting | None = None

    @property
    def name(self) -> str:
        """The port's name."""
        return self._port.name

    @property
    def features(self) -> frozenset[str]:
        """The port's features."""
        return self._port.features

    def start(self, start: Start) -> Reply:
        """Begin a new life of both."""
        reply = self._port.start(start)
        return self._agreed(start, self._reference.start(self._names.start(start)), reply)

    def handle(self, event: Event) -> Reply:
        """Tell both the same event; return the port's answer. Raises Parted where they differ."""
        reply = self._port.handle(event)
        return self._agreed(event, self._reference.handle(self._names.told(event)), reply)

    def books(self) -> Books | None:
        """Tell what the port believes."""
        return self._port.books()

    def _agreed(self, event: Start | Event, wanted: Reply, found: Reply) -> Reply:
        apart = difference(self._names, wanted, found, self._mode)
        if apart is not None:
            self.parting = Parting(self.steps, event.now_ms, canonical(event), apart)
            raise Parted
        self.steps += 1
        return found
