"""The account's other strategy as a participant of its own: it sees prices, decides, and trades beside the maker.

It follows moves: a long position after a rise, a short one after a fall, closed when it has held long enough or lost
enough. What it knows arrives late and what it sends lands late, as with everybody. It knows its own part of the
account's position and nothing of the maker; the maker is told of its fills, by attribution, and of nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from model.actions import Side
from sim.clock import Clock
from sim.downlink import Latency
from sim.randomness import Noise
from sim.script import TakerOrder, TakerTrades
from sim.ticks import lots, nearest_price
from sim.venue import Listing

BPS = Decimal(10_000)
ZERO = Decimal(0)


class TakerStrategy:
    """One market's part of the other strategy, from its step until the step's end or the script's."""

    def __init__(
        self,
        step: TakerTrades,
        seed: int,
        clock: Clock,
        latency: Latency,
        listing: Listing,
        send: Callable[[TakerOrder], None],
    ) -> None:
        self._step, self._clock, self._latency, self._listing, self._send = step, clock, latency, listing, send
        self._noise = Noise(seed, f"taker strategy {step.market}")
        self._anchor_px: Decimal | None = None
        self._entry_px: Decimal | None = None
        self._entered_ms = 0
        self._under_way = 0
        self._closes = 0

    def told(self, oracle_px: Decimal) -> None:
        """Learn a price, as late as anybody, and act on it. Unusable prices are no news."""
        if oracle_px > 0 and self._clock.now_ms < self._step.until_ms:
            self._later(self._decide, oracle_px)

    def _later(self, act: Callable[[Decimal], None], px: Decimal) -> None:
        now = self._clock.now_ms
        self._clock.at(now + self._latency.ms(self._noise.draw(now)), act, px)

    def _decide(self, px: Decimal) -> None:
        """Open after a move, close after a while or a loss; one order at a time."""
        if self._under_way or self._clock.now_ms >= self._step.until_ms:
            return
        if self._anchor_px is None:
            self._anchor_px = px
        held = self._listing.holding.taker
        if held != 0:
            self._consider_close(px, held)
        elif abs(px - self._anchor_px) * BPS >= self._step.entry_bps * self._anchor_px:
            side = Side.BUY if px > self._anchor_px else Side.SELL
            self._entry_px, self._entered_ms, self._anchor_px = px, self._clock.now_ms, px
            self._order(side, px, lots(self._step.usd / px, self._listing.market.sz_decimals), reduce_only=False)

    def _consider_close(self, px: Decimal, held: Decimal) -> None:
        entry = self._entry_px or px
        lost_bps = (entry - px) * (1 if held > 0 else -1) * BPS / entry
        if lost_bps < self._step.stop_bps and self._clock.now_ms - self._entered_ms < self._step.hold_ms:
            return
        self._closes += 1
        self._anchor_px = px
        side = Side.SELL if held > 0 else Side.BUY
        # Every other close is reduce-only: the account's net position, the maker's part included, cuts it short.
        self._order(side, px, abs(held), reduce_only=self._closes % 2 == 0)

    def _order(self, side: Side, px: Decimal, sz: Decimal, *, reduce_only: bool) -> None:
        if sz <= 0:
            return
        self._under_way += 1
        limit = nearest_price(px * (1 + side.sign * self._step.aggression_bps / BPS), self._listing.market.sz_decimals)
        now = self._clock.now_ms
        due = now + self._latency.ms(self._noise.draw(now))
        self._clock.at(due, self._arrive, TakerOrder(due, self._step.market, side, limit, sz, reduce_only))

    def _arrive(self, order: TakerOrder) -> None:
        self._under_way -= 1
        self._send(order)
