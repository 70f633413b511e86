"""The bounds of timed obligations, in ms: one table, printed in the report.

R = largest round trip of the run, T = timer period; the stale-cancel timeout counts as 10 000 where it is 0. The
bounds assume that a place lands and a fill arrives within `sent_timeout_ms`. In a run with longer delays the next
periodic answer repairs (L-7), so what exceeds it, one reconcile interval and one round trip are added.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.config import MakerConfig

DEFAULT_STALE_CANCEL_MS = 10_000
RETRY_MS = 250
"""A cancel that never left is sent again at the first event so many ms later (L-5)."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The table for one config and run. `reconciles`: whether the maker declares `reconcile`; else recovery doubles."""

    config: MakerConfig
    round_trip_ms: int
    timer_ms: int
    delivery_ms: int = 0
    reconciles: bool = True

    @property
    def stale_cancel_ms(self) -> int:
        """The stale-cancel timeout, 10 000 if 0 (L-6)."""
        return self.config.stale_cancel_timeout_ms or DEFAULT_STALE_CANCEL_MS

    @property
    def late_ms(self) -> int:
        """What a run with deliveries slower than `sent_timeout_ms` adds; 0 in all others."""
        excess = self.delivery_ms - self.config.sent_timeout_ms
        return excess + self.config.reconcile_interval_ms + self.round_trip_ms if excess > 0 else 0

    @property
    def repair_ms(self) -> int:
        """How long what nobody tells can stay unknown: until the next periodic answer (L-7)."""
        return self.config.reconcile_interval_ms + self.round_trip_ms

    @property
    def stale_ms(self) -> int:
        """B-stale: how long a quote may stand beside the market (STL-1)."""
        waits = self.config.requote_interval_ms + self.stale_cancel_ms
        return waits + 2 * self.round_trip_ms + self.timer_ms + self.late_ms

    @property
    def recover_ms(self) -> int:
        """B-recover, from the last fault healed: knowledge and truth agree again (L-6, L-7)."""
        waits = 2 * self.config.sent_timeout_ms + self.stale_cancel_ms
        whole = 3 * self.round_trip_ms + waits + 2 * self.timer_ms + self.late_ms
        return whole if self.reconciles else 2 * whole

    @property
    def resume_ms(self) -> int:
        """B-resume: quoting goes on again, an oracle being told (ORD-6)."""
        return self.recover_ms + self.config.requote_interval_ms

    @property
    def shutdown_ms(self) -> int:
        """B-shutdown, from the last fault healed, own fill or told mark, whichever is latest (L-9)."""
        attempt_ms = self.config.requote_interval_ms + self.round_trip_ms + self.timer_ms
        closing_ms = self.config.flatten_max_attempts * attempt_ms
        return self.recover_ms + closing_ms + 2 * (self.config.sent_timeout_ms + self.round_trip_ms)

    def table(self) -> tuple[tuple[str, int], ...]:
        """Return names and values, for the report."""
        return (
            ("B-stale", self.stale_ms),
            ("B-recover", self.recover_ms),
            ("B-resume", self.resume_ms),
            ("B-shutdown", self.shutdown_ms),
        )
