"""What is known of one own order: as the maker was told, and as the venue holds it. Also prices as told, and roles."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from model.actions import COUNTER, FLATTEN, IOC, LADDER, Place, Role, Side
from model.config import MakerConfig
from model.events import Fill

ZERO = Decimal(0)
BPS = Decimal(10_000)

SANE_DIGITS = 60
"""Numbers beyond 10^±60 are no prices or sizes: exact fractions of them would only cost memory."""

FillIdentity = tuple[int, str, int]
"""The venue's time, the market, the tid (L-4)."""


def sane(number: Decimal) -> bool:
    """Say whether a price or size can be computed with: positive, finite, of a credible magnitude."""
    return number.is_finite() and number > 0 and abs(number.adjusted()) <= SANE_DIGITS


@dataclass(slots=True)
class Told:
    """Oracle and mark of one market as last told, in the present life, with the times at which they were told.

    `mark_px`: with an oracle event or a fill; `quoted_mark_px`: with an oracle event. A fill's mark is certain for its
    counter-order only (L-8), so that a ladder and a close may go by either.
    """

    oracle_px: Decimal | None = None
    oracle_ms: int | None = None
    mark_px: Decimal | None = None
    mark_ms: int | None = None
    quoted_mark_px: Decimal | None = None
    mark_usable_since_ms: int | None = None
    usable_since_ms: int | None = None
    _judged: tuple[Decimal | None, Decimal | None, MakerConfig | None, bool] = (None, None, None, False)
    _marks: tuple[Decimal | None, Decimal | None, tuple[Decimal, ...]] = (None, None, ())

    @property
    def marks(self) -> tuple[Decimal, ...]:
        """The marks that a maker may go by, the last told one first."""
        mark_px, quoted_px, known = self._marks
        if mark_px is not self.mark_px or quoted_px is not self.quoted_mark_px:
            both = (self.mark_px, self.quoted_mark_px)
            known = tuple(dict.fromkeys(mark for mark in both if mark is not None and sane(mark)))
            self._marks = (*both, known)
        return known

    def usable(self, config: MakerConfig) -> bool:
        """Say whether a ladder may be computed on them (Q-0), their age apart; worked out once for the same prices."""
        oracle_px, mark_px, by, known = self._judged
        if oracle_px is self.oracle_px and mark_px is self.mark_px and by is config:
            return known
        oracle_px, mark_px = self.oracle_px, self.mark_px
        found = oracle_px is not None and oracle_px > 0 and self._fits(mark_px, config)
        self._judged = (oracle_px, mark_px, config, found)
        return found

    def mark_usable(self, config: MakerConfig) -> bool:
        """Say whether counter-orders and flattens may use the mark (Q-0)."""
        return self._fits(self.mark_px, config)

    def no_mark(self, config: MakerConfig) -> bool:
        """Say whether surely no mark is usable (Q-0), neither the last told one nor the last oracle event's."""
        return not (self._fits(self.mark_px, config) or self._fits(self.quoted_mark_px, config))

    def too_old(self, config: MakerConfig, now_ms: int) -> bool:
        """Say whether the oracle is older than allowed (Q-11); True when none was told, no limit where it is 0."""
        if self.oracle_ms is None:
            return True
        return config.oracle_max_age_ms > 0 and now_ms - self.oracle_ms > config.oracle_max_age_ms

    def _fits(self, mark_px: Decimal | None, config: MakerConfig) -> bool:
        """Say whether a mark is positive and, where an oracle price is told, not too far from it (Q-0)."""
        if mark_px is None or mark_px <= 0:
            return False
        if self.oracle_px is None or self.oracle_px <= 0 or config.max_oracle_mark_gap_bps == 0:
            return True  # a gap of 0, as reviewed: no check (section 2)
        gap = abs(self.oracle_px - mark_px)
        return gap * BPS <= config.max_oracle_mark_gap_bps * self.oracle_px


@dataclass(slots=True)
class OwnOrder:
    """One own order. Fields ending in `_ms` are times of the run; `told_*`, `ended_*` are what the present life knows.

    `role`, `level`: as declared and checked, else inferred by the port protocol's rule (`level` None: not told).
    `borne_out`: False for a counter-order that no untaken ladder fill accounts for: it may be a rung by another name.
    `traits`: side, role and market, by which antecedents are counted; `where`: side and market alone.
    `oracle_px`, `mark_px`, `oracle_ms`: as told at sending. `cancels_ms`: when cancels of it were requested, in the
    present life; `cancel_pending_ms`: when the last one was, of which nothing was told since; `cancel_waiting_ms`: when
    the first one was that no word on a cancel or end answered, repeated or not (L-6); `cancels_answered`: how many of
    them were refused, never left or got lost; while there are fewer, one is still out. `cancel_refused_ms`,
    `cancel_failed_ms`: when the last one was refused, or never left, with nothing told or sent since. `absent_ms`: an
    answer did not tell it; `missed`: one to the outstanding query did not; `surely_missed`: nor was it younger than its
    last change by any reading. `revived`: it ended, and was known again.
    `ended_ms`: when the maker was told its end (`ended_by`: the word). `live`: on the venue's book now.
    """

    place: Place
    life: int
    sent_ms: int
    index: int
    role: Role
    level: int | None
    cloid: str = field(init=False)
    market: str = field(init=False)
    side: Side = field(init=False)
    px: Decimal = field(init=False)
    traits: str = field(init=False)
    where: str = field(init=False)
    borne_out: bool = True
    oracle_px: Decimal | None = None
    oracle_ms: int | None = None
    mark_px: Decimal | None = None
    marks: tuple[Decimal, ...] = ()
    # What the maker of the present life knows.
    known: bool = True
    oid: int | None = None
    told_resting_ms: int | None = None
    told_remaining: Decimal | None = None
    told_filled: Decimal = ZERO
    told_fills: list[Fill] = field(default_factory=list)
    last_told_ms: int | None = None
    cancels_ms: list[int] = field(default_factory=list)
    cancel_pending_ms: int | None = None
    cancel_waiting_ms: int | None = None
    cancels_answered: int = 0
    cancel_refused_ms: int | None = None
    cancel_failed_ms: int | None = None
    done_filled: Decimal | None = None
    absent_ms: int | None = None
    missed: bool = False
    surely_missed: bool = False
    revived: bool = False
    ended_ms: int | None = None
    ended_by: str = ""
    # The venue's truth.
    live: bool = False
    remaining: Decimal = ZERO
    venue_filled: Decimal = ZERO
    landed_ms: int | None = None
    opened_ms: int | None = None
    closed_ms: int | None = None
    closed_by: str = ""

    def __post_init__(self) -> None:
        """Keep within reach what is asked for all the time."""
        place = self.place
        self.cloid, self.market, self.side, self.px = place.cloid, place.market, place.side, place.px
        self.traits = " · ".join((self.side, self.role, self.market))
        self.where = f"{self.side!s} · {self.market}"

    @property
    def open_told(self) -> bool:
        """Whether, by all that this life was told, it may still be live."""
        return self.known and self.ended_ms is None

    @property
    def unfilled_told(self) -> Decimal:
        """Size less told fills, in base units: what I-5 counts."""
        return self.place.sz - self.told_filled

    @property
    def remaining_told(self) -> Decimal:
        """Remaining size by L-4: never above the smallest remaining told."""
        left = self.place.sz - self.told_filled
        return left if self.told_remaining is None else min(left, self.told_remaining)

    @property
    def in_part_told(self) -> bool:
        """Whether less of it is left than was sent, by what was told."""
        told, sz = self.told_remaining, self.place.sz
        return sz - self.told_filled < sz or (told is not None and told < sz)

    @property
    def cancellable(self) -> bool:
        """Whether a cancel of it means anything: an IOC never rests."""
        return self.place.tif is not IOC

    def last_change_ms(self, *, refusals: bool = True) -> int:
        """Return when it last changed by what was sent or told (L-7a).

        A refused cancel says nothing about the order (L-5): some makers count it, others (`refusals` false) do not.
        """
        refused_ms = self.cancel_refused_ms if refusals else None
        times = (self.sent_ms, self.last_told_ms, self.cancel_pending_ms, refused_ms)
        return max(t for t in times if t is not None)

    def label(self) -> str:
        """Name it for a person: role, level, side, size, price."""
        level = "" if self.level is None or self.role is not LADDER else f" L{self.level}"
        return f"{self.role}{level} {self.side} {self.place.sz} @ {self.px} ({self.cloid})"

    def forget(self, known: bool) -> None:
        """Begin a new life's knowledge of it: only what `Start` tells (S-5)."""
        self.known = known
        self.told_resting_ms = None
        self.told_remaining = None
        self.cancels_ms, self.cancels_answered = [], 0
        self.cancel_pending_ms = self.cancel_waiting_ms = None
        self.cancel_refused_ms = self.cancel_failed_ms = None
        self.absent_ms = None
        self.missed = self.surely_missed = self.revived = False
        self.ended_ms, self.ended_by = None, ""


def inferred_role(place: Place, config: MakerConfig, filled_side: Side | None, counter_due: bool) -> Role:
    """Return the role of a place: as declared where the port protocol's rule bears it out, else by that rule.

    `filled_side`: the side of the own fill that this reply answers, or None. `counter_due`: whether an own ladder
    fill of the other side was told in this life, so that a collected counter-order may go out (L-8a).
    """
    if place.reduce_only and place.tif is IOC:
        return FLATTEN
    if place.role is LADDER or not config.counter_order_enabled:
        return LADDER
    answers_fill = filled_side is not None and place.side is filled_side.opposite
    if answers_fill or (place.role is COUNTER and counter_due):
        return COUNTER
    return LADDER
