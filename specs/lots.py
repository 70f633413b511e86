"""What there is left to answer: the ladder fills of a market and side, and how an amount of them may be priced (L-8a).

What a maker has left of a lot is known exactly, as long as nothing lets two fair makers differ. A fall of the
position, an order that covers a part, or a refusal make it *loose*: then it is only known what is left at most, and
a price is right that some amounts within these bounds give.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate, combinations
from math import lcm

from model.actions import Side
from model.config import MakerConfig
from model.market import Market
from specs.definitions import counter
from specs.definitions.counter import Answered, Counter
from specs.definitions.rounding import accepted_prices
from specs.own import OwnOrder

MAX_LOTS = 16
"""Older lots are merged, which keeps their size, mean price and lowest level."""
RECENT = 8
MAX_REFUSED = 6
"""Of so many refused lots every selection is looked at."""
DOUBT = Fraction(1, 10**18)
ZERO = Fraction(0)
GRID = 10**24
"""Shares of lots are kept to so many parts of a base unit, or their fractions would grow without end."""
MOST_TRIES = 4
"""Three in all, or three after the first: by either reading an amount rejected so often is dropped (L-8a)."""
SLACK = Fraction(1, 10**12)
"""What such shares may lack, relative."""


@dataclass(frozen=True, slots=True)
class Lot:
    """A ladder fill, or what is left of it to answer. `levels`: those its order may have had when it was filled.

    `nets_before`: the positions that the maker may have held before it. `mark_px`: the mark told with the fill.
    `refused`: a counter-order to it was refused, so that the position may have fallen while it was under way;
    `tries`: how often one that surely answered all of it was rejected.
    `most`: of a loose lot, what may be left of it at most (`sz` is then its share of what all lots together may
    have left). `px_range`: of a merged lot, its lowest and highest price.
    """

    cloid: str
    side: Side
    px: Fraction
    sz: Fraction
    levels: tuple[int, ...]
    nets_before: tuple[Fraction, ...]
    index: int
    mark_px: Fraction | None = None
    refused: bool = False
    tries: int = 0
    most: Fraction | None = None
    px_range: tuple[Fraction, Fraction] | None = None

    @property
    def low_px(self) -> Fraction:
        """The lowest price that a part of it may have."""
        return self.px if self.px_range is None else self.px_range[0]

    @property
    def high_px(self) -> Fraction:
        """The highest price that a part of it may have."""
        return self.px if self.px_range is None else self.px_range[1]

    @property
    def at_most(self) -> Fraction:
        """What may be left of it."""
        return self.sz if self.most is None else self.most

    def loosened(self) -> Lot:
        """Return the lot when it is not known any more how much of it is left."""
        return self if self.most is not None else replace(self, most=self.sz)


@dataclass(frozen=True, slots=True)
class Explanation:
    """One fair reading of a counter-order: the lots, level and mark, the price by definition and the legal ones.

    `loose`: how much of each lot it answers is not known; `due` is then by the least mean price.
    """

    lots: tuple[Lot, ...]
    level: int
    mark_px: Fraction
    due: Counter
    low_px: Fraction
    high_px: Fraction
    loose: bool = False

    @property
    def covered(self) -> Fraction:
        """The size that its lots leave to answer."""
        return sum((lot.sz for lot in self.lots), ZERO)

    def takes(self, px: Fraction) -> bool:
        """Say whether an order at `px` stands where this reading puts it."""
        return self.low_px <= px <= self.high_px


@dataclass(frozen=True, slots=True)
class Answer:
    """A counter-order and its readings. `fit`: one that gives its price, preferring those that also give its size.

    `uncovered`: how much there was left to answer before it, in base units. `nets`: the maker's positions then.
    `taken`: what it covers, lot by lot.
    """

    order: OwnOrder
    px: Fraction
    sz: Fraction
    readings: tuple[Explanation, ...]
    fit: Explanation | None
    uncovered: Fraction
    nets: tuple[Fraction, ...]
    taken: tuple[Lot, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether it surely covers all of what is left of the fills that it answers."""
        return self.fit is not None and not self.fit.loose and abs(self.fit.covered - self.sz) <= self.sz * SLACK


def total(lots: Iterable[Lot]) -> Fraction:
    """Return the size left to answer."""
    parts = [lot.sz.as_integer_ratio() for lot in lots]
    whole = lcm(*(below for _, below in parts))
    return Fraction(sum(above * (whole // below) for above, below in parts), whole)


def runs(lots: Sequence[Lot]) -> Iterator[tuple[Fraction, Sequence[Lot]]]:
    """Return every run of neighbouring lots with its size, long ones first for each beginning."""
    up_to = [ZERO, *accumulate(lot.sz for lot in lots)]
    for first in range(len(lots)):
        for end in range(len(lots), first, -1):
            yield up_to[end] - up_to[first], lots[first:end]


def without_cleared(lots: Sequence[Lot]) -> list[Sequence[Lot]]:
    """Return the lots, then without some of those once refused: they may have been cleared under way (L-8a)."""
    refused = [lot.index for lot in lots if lot.refused][:MAX_REFUSED]
    gone = [set(some) for count in range(len(refused) + 1) for some in combinations(refused, count)]
    left = ([lot for lot in lots if lot.index not in indices] for indices in gone)
    return [some for some in left if some]


def compress(lots: list[Lot]) -> None:
    """Merge the oldest lots, in place, until `MAX_LOTS` are left: what is left of each is then not known any more."""
    while len(lots) > MAX_LOTS:
        first, second = lots[0], lots[1]
        size = first.sz + second.sz
        px = (first.px * first.sz + second.px * second.sz) / size
        px_range = (min(first.low_px, second.low_px), max(first.high_px, second.high_px))
        most, levels = first.at_most + second.at_most, lowest_levels(lots[:2])
        tries = min(first.tries, second.tries)
        lots[:2] = [replace(first, px=on_grid(px), sz=size, levels=levels, tries=tries, most=most, px_range=px_range)]


def scaled(lots: Iterable[Lot], share: Fraction) -> list[Lot]:
    """Return the lots with this share of their sizes; none when nothing is left."""
    if share == 1:
        return list(lots)
    shares = [replace(lot, sz=on_grid(lot.sz * share)) for lot in lots]
    return [lot for lot in shares if lot.sz > 0]


def on_grid(number: Fraction) -> Fraction:
    """Return a number to 10^-24."""
    return Fraction(round(number * GRID), GRID)


def lowest_levels(lots: Sequence[Lot]) -> tuple[int, ...]:
    """Return every level that may be the lowest among the lots' (L-8a)."""
    bound = min(max(lot.levels) for lot in lots)
    return tuple(sorted({level for lot in lots for level in lot.levels if level <= bound}))


def legal(due: Counter, market: Market) -> tuple[Fraction, Fraction]:
    """Return the legal prices that a counter-order's price may be rounded to."""
    return accepted_prices(due.px, due.side, market, abs(due.px) * DOUBT)


def loosened(lots: Iterable[Lot]) -> list[Lot]:
    """Return the lots when it is not known any more how much of each is left (L-8a)."""
    return [lot.loosened() for lot in lots]


def partly_covered(lots: Iterable[Lot], sz: Fraction) -> list[Lot]:
    """Return what an order of this size leaves of the lots: in proportion, but a maker may answer the oldest first."""
    before = list(lots)
    size = total(before)
    after = ((lot, on_grid(lot.sz * (1 - sz / size))) for lot in before)
    if len(before) == 1:
        return [replace(lot, sz=left) for lot, left in after if left > 0]
    return [replace(lot, sz=left, most=min(lot.at_most, size - sz)) for lot, left in after if left > 0]


def mean_range(lots: Sequence[Lot], sz: Fraction) -> tuple[Fraction, Fraction]:
    """Return the least and the largest mean price of an amount of this size, taken from the lots in any parts."""
    least = _mean(sorted((lot.low_px, lot.at_most) for lot in lots), sz)
    largest = _mean(sorted(((lot.high_px, lot.at_most) for lot in lots), reverse=True), sz)
    return least, largest


def _mean(parts: Sequence[tuple[Fraction, Fraction]], sz: Fraction) -> Fraction:
    """Return the mean price of the first parts that make up this size, or of all."""
    value, left = ZERO, sz
    for px, most in parts:
        taken = min(most, left)
        value += px * taken
        left -= taken
    return value / (sz - left)


def loose_reading(
    config: MakerConfig, market: Market, lots: Sequence[Lot], sz: Fraction, level: int, mark_px: Fraction
) -> Explanation:
    """Return what an amount of lots, not known lot by lot, may be priced at: it rises with the mean price (L-8)."""
    dues = [counter.single(config, Answered(lots[0].side, px, sz, level), mark_px) for px in mean_range(lots, sz)]
    low_px, high_px = legal(dues[0], market)[0], legal(dues[1], market)[1]
    return Explanation(tuple(lots), level, mark_px, dues[0], low_px, high_px, loose=True)


def price_range(
    config: MakerConfig, market: Market, lots: Sequence[Lot], marks: Sequence[Fraction]
) -> tuple[Fraction, Fraction]:
    """Return the lowest and the highest price that any amount of lots may be given, at any level and mark (L-8)."""
    means = (min(lot.low_px for lot in lots), max(lot.high_px for lot in lots))
    levels, side = (0, config.num_levels - 1), lots[0].side
    dues = [
        counter.single(config, Answered(side, px, ZERO, level), mark)
        for px in means
        for level in levels
        for mark in marks
    ]
    found = [px for due in dues for px in legal(due, market)]
    return (min(found), max(found)) if found else (ZERO, ZERO)
