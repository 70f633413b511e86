"""A port in lock step with the reference: the venue hears the port, the reference hears what the port was told.

A `Lockstep` is a maker like any other: simulation, state machine and shrinker drive it. It stops a run after the first
answer that differs; up to it every order of the one is an order of the other.
"""

from __future__ import annotations

from dataclasses import dataclass

from mmgate.ports.intermediates import first_intermediate
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
    intermediate: str = ""
    between: tuple[str, str] = ("the reference", "the port")

    def told(self) -> str:
        """Say it on one line."""
        first = f"; the first intermediate that differs: {self.intermediate}" if self.intermediate else ""
        return f"after {self.steps} equal answers, to {self.event}: {self.difference.told(self.between)}{first}"


class Lockstep:
    """The port as a maker, watched by the reference or another `partner`.

    `steps`: answers that agreed so far; `parting`: the end, if any.
    """

    def __init__(self, port: Maker, mode: Mode = Mode.ACTIONS, partner: Maker | None = None) -> None:
        self._port: Maker = port
        self._reference: Maker = partner or Reference()
        self._between = ("the reference", "the port") if self._is_reference() else ("the old version", "the new one")
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
        """Begin a new life of both. Raises Parted after they have parted."""
        self._together()
        reply = self._port.start(start)
        return self._agreed(start, self._reference.start(self._names.start(start)), reply)

    def handle(self, event: Event) -> Reply:
        """Tell both the same event; return the port's answer. Raises Parted at the next event after they differ."""
        self._together()
        reply = self._port.handle(event)
        return self._agreed(event, self._reference.handle(self._names.told(event)), reply)

    def books(self) -> Books | None:
        """Tell what the port believes."""
        return self._port.books()

    def _agreed(self, event: Start | Event, wanted: Reply, found: Reply) -> Reply:
        apart = difference(self._names, wanted, found, self._mode)
        if apart is None:
            self.steps += 1
        else:
            market = getattr(event, "market", None)
            why = first_intermediate(self._reference, self._port, market) if market and apart.comparable else ""
            self.parting = Parting(self.steps, event.now_ms, canonical(event), apart, why, self._between)
        return found

    def _is_reference(self) -> bool:
        return isinstance(self._reference, Reference)

    def _together(self) -> None:
        if self.parting is not None:
            raise Parted
