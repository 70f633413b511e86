"""What a run was made of, counted: places sent and taken by the venue, refusals by reason, faults by kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from model.actions import Place
from model.journal import FaultBegan, OrderExecuted, OrderOpened, OrderRefused, Owner, Record, Traded, Turn

Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """Places that a maker sent, how many of them the venue took, why it refused others, which faults were at work."""

    places: int = 0
    accepted: int = 0
    refused: Counts = ()
    faults: Counts = ()


NOTHING = Tally()


class Counting:
    """An observer that counts."""

    def __init__(self) -> None:
        self._places = 0
        self._accepted: set[str] = set()
        self._refused: Counter[str] = Counter()
        self._faults: Counter[str] = Counter()

    def observe(self, record: Record) -> None:
        """Count what one record tells."""
        if isinstance(record, Turn):
            self._places += sum(isinstance(action, Place) for action in record.reply.actions)
        elif isinstance(record, OrderOpened | OrderExecuted | Traded):
            if record.owner == Owner.MAKER and record.cloid is not None:
                self._accepted.add(record.cloid)
        elif isinstance(record, OrderRefused):
            if record.owner == Owner.MAKER:
                self._refused[record.reason.split(",")[0]] += 1
        elif isinstance(record, FaultBegan):
            self._faults[record.kind] += 1

    def tally(self) -> Tally:
        """Return what was counted."""
        return Tally(self._places, len(self._accepted), _sorted(self._refused), _sorted(self._faults))


def added(tallies: Iterable[Tally]) -> Tally:
    """Add up several runs."""
    places = accepted = 0
    refused: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    for one in tallies:
        places += one.places
        accepted += one.accepted
        refused.update(dict(one.refused))
        faults.update(dict(one.faults))
    return Tally(places, accepted, _sorted(refused), _sorted(faults))


def _sorted(counts: Counter[str]) -> Counts:
    return tuple(sorted(counts.items()))
