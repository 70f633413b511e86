"""A world as a script: frozen steps in order of time, which know nothing of the maker.

Because no step depends on what the maker does, any step can be taken out and the rest run again: that is how
counterexamples shrink. A step that makes no sense where it stands (a reconnect while connected) does nothing.
Steps travel as plain data through `model.codec`, decimals as strings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from model.actions import Side, Tif
from model.codec import TRACE
from sim.faults import FaultKind

ALWAYS = Decimal(1)


@dataclass(frozen=True, slots=True)
class SetPrices:
    """The venue's oracle and mark from now on; they need not be usable. `mark_px` None: no mark."""

    at_ms: int
    market: str
    oracle_px: Decimal
    mark_px: Decimal | None


@dataclass(frozen=True, slots=True)
class WorldQuote:
    """Replace the rest of the world's best bid and ask; size 0: none. Own orders that it crosses are filled."""

    at_ms: int
    market: str
    bid_px: Decimal
    bid_sz: Decimal
    ask_px: Decimal
    ask_sz: Decimal


@dataclass(frozen=True, slots=True)
class WorldTrade:
    """The rest of the world takes up to `sz` base units from the book, down or up to `px`."""

    at_ms: int
    market: str
    side: Side
    px: Decimal
    sz: Decimal


@dataclass(frozen=True, slots=True)
class TakerOrder:
    """An order of the account's other strategy; with `tif` alo or gtc it may rest, and is never the maker's."""

    at_ms: int
    market: str
    side: Side
    px: Decimal
    sz: Decimal
    reduce_only: bool = False
    tif: Tif = Tif.IOC


@dataclass(frozen=True, slots=True)
class TakerTrades:
    """The account's other strategy trades a market by itself until `until_ms` (`sim.taker`).

    It follows a move of the oracle of at least `entry_bps` with `usd`, and closes after `hold_ms`, or once its
    loss is `stop_bps`; each order is an IOC up to `aggression_bps` beyond the price it saw.
    """

    at_ms: int
    until_ms: int
    market: str
    usd: Decimal
    entry_bps: Decimal
    stop_bps: Decimal
    hold_ms: int
    aggression_bps: Decimal


@dataclass(frozen=True, slots=True)
class Signal:
    """The maker is told to shut down; `reason` is "signal" or "hard_stop"."""

    at_ms: int
    reason: str = "signal"


@dataclass(frozen=True, slots=True)
class Crash:
    """The maker's process dies; what it sent stays under way.

    With `records`, only right after so many more records of the run: between any two of them, also in the middle
    of a block or of a batch of messages; a turn that is the last of them was answered, and nothing of it leaves.
    With `down_ms` it starts again so much later; else a `Restart` does it, or the finish.
    """

    at_ms: int
    records: int = 0
    down_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Restart:
    """A new life begins, if none is running; `overrides` are (key, value as text) of its config from here on.

    As first step of a script, at the run's start, it gives the overrides of the first life.
    """

    at_ms: int
    overrides: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Disconnect:
    """The connection drops: what was sent lands, nothing is told until a reconnect."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class Reconnect:
    """The connection is back."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class Silence:
    """The maker's process stands still: no event, no timer reaches it before `until_ms`, then all that waited."""

    at_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault is at work until `until_ms`; each message it could hit is hit with `probability`.

    `extra_ms`: the longest delay that `delay` adds, at most the run's `delay_max_ms`. `market`: only batches that
    begin with an order of this one; None: all of them.
    """

    at_ms: int
    until_ms: int
    kind: FaultKind
    probability: Decimal = ALWAYS
    extra_ms: int = 0
    market: str | None = None


@dataclass(frozen=True, slots=True)
class Carry:
    """In a run by hand (`sim.by_hand`): the message at `index` of a channel is handed over, under one fault."""

    at_ms: int
    channel: str
    index: int = 0
    fault: FaultKind | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """In a run by hand: time has passed, and the maker is told so; not if its process stands still (`silence`)."""

    at_ms: int
    fault: FaultKind | None = None


Step: TypeAlias = (
    SetPrices
    | WorldQuote
    | WorldTrade
    | TakerOrder
    | TakerTrades
    | Signal
    | Crash
    | Restart
    | Disconnect
    | Reconnect
    | Silence
    | Fault
    | Carry
    | Tick
)


def to_data(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """Return steps as plain data, each tagged with its type."""
    return [TRACE.to_data(step) for step in steps]


def from_data(data: Iterable[object]) -> tuple[Step, ...]:
    """Return the steps that `data` tells. Raises `model.codec.Malformed`."""
    return tuple(TRACE.decode(Step, one) for one in data)


def in_order(steps: Iterable[Step]) -> Iterator[Step]:
    """Pass steps on; raises ValueError at one that is earlier than the step before it."""
    last_ms = None
    for step in steps:
        if last_ms is not None and step.at_ms < last_ms:
            raise ValueError(f"step at {step.at_ms} follows one at {last_ms}: put a script in order of time")
        last_ms = step.at_ms
        yield step
