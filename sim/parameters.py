"""The measurable facts of a run: times, latency, budget, fees, how it ends."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from model.config import MakerConfig


class Finish(StrEnum):
    """How a run ends: faults heal, the shutdown is sent and gets its time; or just where the script ends."""

    SHUTDOWN = "shutdown"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a world is besides its script. Times in ms, latencies one way, fees in bps of the traded value.

    `delay_max_ms` bounds the delay that faults add to a message. `traded_volume_usd`: what the account had traded
    before the run; the dead man's switch needs a million. `mark_with_fills`: fills tell the venue's mark.
    `entries_told`: positions come with the account's entry price.
    `by_hand`: messages and timers move by steps of the script alone (`sim.by_hand`).
    """

    start_ms: int
    end_ms: int
    finish: Finish = Finish.SHUTDOWN
    timer_ms: int = 250
    block_ms: int = 70
    latency_median_ms: int = 100
    latency_max_ms: int = 600
    delay_max_ms: int = 0
    request_budget: int = 10_000
    fee_maker_bps: Decimal = Decimal("0.3")
    fee_taker_bps: Decimal = Decimal("0.9")
    snapshot_fills: int = 200
    first_oid: int = 1_000
    mark_with_fills: bool = False
    entries_told: bool = True
    traded_volume_usd: Decimal = Decimal(1_000_000)
    by_hand: bool = False

    @property
    def round_trip_ms(self) -> int:
        """R: the longest round trip of a message and its answer, delays included."""
        return 2 * (self.latency_max_ms + self.delay_max_ms) + self.block_ms

    @property
    def delivery_ms(self) -> int:
        """The longest a place takes to land, or a fill to be told while connected."""
        return self.latency_max_ms + self.delay_max_ms + self.block_ms


DRAIN_MARGIN_MS = 5_000


def drain_ms(parameters: Parameters, config: MakerConfig) -> int:
    """Return how long a run goes on after its shutdown: the bound of a shutdown, a delivery and a margin more.

    B-shutdown of the specifications: B-recover + attempts × (requote interval + R + T) + 2 × (sent timeout + R),
    where B-recover = 3R + 2 × sent timeout + stale-cancel timeout (10 s if 0) + 2T.
    """
    r, t = parameters.round_trip_ms, parameters.timer_ms
    stale = config.stale_cancel_timeout_ms or 10_000
    recover = 3 * r + 2 * config.sent_timeout_ms + stale + 2 * t
    attempts = config.flatten_max_attempts * (config.requote_interval_ms + r + t)
    shutdown = recover + attempts + 2 * (config.sent_timeout_ms + r)
    return shutdown + parameters.delivery_ms + DRAIN_MARGIN_MS
