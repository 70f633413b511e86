"""What the laws on statistics and trends are drawn from: few numbers that stand for many ticks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from hypothesis import strategies as st

from mmgate.engines.cases import configs, hundredths
from model.config import MakerConfig

BEGIN_MS = 1_770_465_600_000
PRICE = Decimal(5000)
TENTH_BPS = Decimal(100_000)
MOST_SECONDS = 1100


@dataclass(frozen=True, slots=True)
class TickCase:
    """Seconds of calm with spikes: `calm` repeats over them, `spikes` are (second, wick) pairs, in tenths of a bp.

    Every second has two ticks, its low and its high; after `pause_s` seconds a last tick closes the one before.
    """

    config: MakerConfig
    seconds: int
    calm: tuple[int, ...]
    spikes: tuple[tuple[int, int], ...]
    pause_s: int

    @property
    def read_ms(self) -> int:
        """When the statistics are read: at the last tick."""
        return BEGIN_MS + (self.seconds + self.pause_s) * 1000

    def wicks(self) -> list[int]:
        """Return the wick of every second, in tenths of a bp of its low."""
        found = [self.calm[at % len(self.calm)] for at in range(self.seconds)]
        for second, wick in self.spikes:
            found[second % self.seconds] = wick
        return found

    def ticks(self) -> list[tuple[int, Decimal]]:
        """Return the ticks."""
        return self._ticks(self.wicks())

    def raised(self, border_bps: float) -> list[tuple[int, Decimal]] | None:
        """Return the ticks with all wicks from a border on made larger; None if there is none."""
        wicks = self.wicks()
        found = [wick + wick // 2 + 7 if _bps(wick) >= border_bps * (1 - 1e-12) else wick for wick in wicks]
        return self._ticks(found) if found != wicks else None

    def _ticks(self, wicks: list[int]) -> list[tuple[int, Decimal]]:
        told: list[tuple[int, Decimal]] = []
        for at, wick in enumerate(wicks):
            now_ms = BEGIN_MS + at * 1000
            told += [(now_ms + 100, PRICE), (now_ms + 600, PRICE * (1 + wick / TENTH_BPS))]
        told.append((self.read_ms, PRICE))
        return told


def _bps(wick: int) -> float:
    """Return a wick relative to the middle of its range, in bps (V-2)."""
    share = wick / float(TENTH_BPS)
    return min(share / (1 + share / 2) * 10_000, 500.0)


@dataclass(frozen=True, slots=True)
class MoveCase:
    """Moves of a price, in tenths of a bp of the price before."""

    config: MakerConfig
    moves: tuple[int, ...]

    def prices(self) -> list[Decimal]:
        """Return the prices told."""
        px = PRICE
        told = [px]
        for move in self.moves:
            px = px * (1 + move / TENTH_BPS)
            told.append(px.quantize(Decimal("1e-12")))
        return told


def _windowed(config: MakerConfig, window: int, least: int) -> MakerConfig:
    return replace(config, wick_window_size=window, wick_min_samples=min(least, window), wick_max_age_ms=0)


long_configs = st.builds(_windowed, configs, st.integers(2, 1200), st.integers(1, 60))
spikes = st.lists(st.tuples(st.integers(0, MOST_SECONDS), st.integers(0, 8000)), max_size=6).map(tuple)
tick_cases = st.builds(
    TickCase,
    long_configs,
    st.one_of(st.integers(1, 60), st.integers(1, MOST_SECONDS)),
    st.lists(st.sampled_from((0, 0, 5, 11, 20, 25, 40, 90)), min_size=1, max_size=11).map(tuple),
    spikes,
    st.integers(0, 20),
)


def _short(config: MakerConfig, age_ms: int, ttl_ms: int, case: TickCase) -> TickCase:
    return replace(case, config=replace(config, wick_max_age_ms=age_ms, wick_cache_ttl_ms=ttl_ms), seconds=12)


read_cases = st.tuples(
    st.builds(_short, configs, st.sampled_from((0, 3000, 9000)), st.sampled_from((0, 700, 5000, 60_000)), tick_cases),
    st.lists(st.integers(0, 40_000), min_size=2, max_size=5),
)
move_cases = st.builds(
    MoveCase,
    st.builds(lambda config, least: replace(config, velocity_min_tick_bps=least), configs, hundredths(0, 300)),
    st.lists(st.integers(-80, 80).filter(bool), max_size=9).map(tuple),
)
