"""The small system's words and numbers: what can happen, what is under way, what is searched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from model.actions import Action, Place, Side
from model.config import MakerConfig
from model.events import Event, Start
from model.journal import Reply
from model.market import Market
from specs.system_venue import MARKET, MIN_NOTIONAL_USD, Part

STEP_MS = 500
"""How far one `wait` moves the clock: the timer's period of these runs."""
OPENING_MS = 1_772_226_000_000
"""A Friday, 21:00 UTC."""
ORACLES = (Decimal(1000), Decimal("1002.5"), Decimal(990))
"""The oracle prices: the second one moves the ladder, the third one also crosses what rests at the first."""
SPREAD = Decimal("0.003")
"""How far from the oracle the world quotes: outside the ladder, inside the slippage of a close."""
LOT_PLACES = 4

FAULTS = (
    "lose_place", "lose_cancel", "lose_reply", "unknown_reply", "query_lost", "refuse_place", "refuse_cancel",
    "post_only_mode", "lose_fill", "duplicate_fill", "delay", "reorder", "disconnect", "silence", "crash",
)  # fmt: skip
"""The kinds of faults, by the names that the simulation gives them."""
DEEDS = ("price", "trade", "partial", "taker", "signal", *FAULTS)
"""What the world may do so many times, besides letting time pass and messages arrive."""

CHANNELS = ("orders", "queries", "local", "subscription", "replies", "updates", "fills", "again", "info", "prices")
"""What is under way, in the order in which the fair world hands it over; messages of one channel keep their order."""


class Order(NamedTuple):
    """An order of the other strategy."""

    side: Side
    px: Decimal
    sz: Decimal


FOREIGN = Order(Side.BUY, Decimal(900), Decimal("0.02"))
"""It rests far from the market in every path."""


class Move(NamedTuple):
    """One thing that happens. `name`: carry, wait, restart, reconnect, or a deed; the rest says which."""

    name: str
    channel: str = ""
    at: int = 0
    fault: str = ""


class Message(NamedTuple):
    """Something under way: an order batch or a query (`actions`), or what will be told (`parts`); its age in steps."""

    actions: tuple[Action, ...]
    parts: tuple[Part, ...]
    sent_ms: int
    age: int = 0
    connection: int = 0


class Sent(NamedTuple):
    """What is known of an own order besides its life at the venue: the placement, and the life that sent it."""

    place: Place
    life: int


class Told(NamedTuple):
    """One lock step: what the maker was told and what it answered."""

    event: Event | Start
    reply: Reply


@dataclass(frozen=True, slots=True)
class Scope:
    """What is searched: the maker's config and how often each deed may be done. `name`, `why`: for people.

    `window_steps`: the shutdown window begins so many steps after the search does; 0: not in reach. `prices`: which
    of `ORACLES` are told. `rests`: the search begins when the first ladder rests, else when it was just sent.
    """

    name: str
    why: str
    config: MakerConfig
    budgets: Mapping[str, int]
    window_steps: int = 0
    prices: tuple[int, ...] = tuple(range(len(ORACLES)))
    rests: bool = False

    def allowance(self) -> tuple[int, ...]:
        """Return the budgets in the order of `DEEDS`."""
        return tuple(self.budgets.get(name, 0) for name in DEEDS)


MARKETS = (Market(MARKET, LOT_PLACES, MIN_NOTIONAL_USD),)


def quotes(oracle: int) -> tuple[Decimal, Decimal]:
    """Return the world's bid and ask at an oracle price."""
    px = ORACLES[oracle]
    tick = Decimal("0.01")
    return (px * (1 - SPREAD)).quantize(tick), (px * (1 + SPREAD)).quantize(tick)
