"""Writing a world's script step by step: what a state machine's rules call, and what they leave is a world to run.

The script knows nothing of the maker (see `sim.script`), so what a machine finds shrinks and replays like any other
run. Time only goes forward; prices stay fresh unless a rule lets them grow old.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from math import ceil

from model.actions import Side, Tif
from model.config import MakerConfig
from model.market import Market
from sim.faults import DISORDERS, FaultKind
from sim.parameters import Finish, Parameters
from sim.script import (
    Crash,
    Disconnect,
    Fault,
    Reconnect,
    Restart,
    SetPrices,
    Signal,
    Silence,
    Step,
    TakerOrder,
    WorldQuote,
    WorldTrade,
)
from sim.world import World

SATURDAY_MS = 1_770_465_600_000
"""7 February 2026, 12:00 UTC."""
CLOSE_MS = 1_770_584_400_000
"""8 February 2026, 21:00 UTC: the shutdown window opens."""
NAMES = ("xyz:GOLD", "xyz:SILVER")
START_PX = Decimal(5000)
SZ_DECIMALS = 4
BPS = Decimal(10_000)
CENT = Decimal("0.01")
LOT = Decimal("0.0001")
HALF_SPREAD_BPS = 4
DEPTH_USD = Decimal(400)
WARM_UP_S = 8
USUAL_OFFSET_BPS = 20
USUAL_SIZE_USD = 100
"""For ladders wider or larger than this, trades reach farther and take more."""
FARTHEST_BPS = 9000
EXTRA_DELAY_MS = 1000
REQUEST_BUDGET = 100_000


class Composer:
    """A script in the making."""

    def __init__(self, config: MakerConfig, start_ms: int = SATURDAY_MS) -> None:
        self.config = config
        self.start_ms = start_ms
        self.now_ms = start_ms
        names = config.markets[: len(NAMES)] or NAMES
        self.markets = tuple(Market(name, SZ_DECIMALS) for name in names)
        self.reach_scale = max(1, ceil(config.min_offset_bps / USUAL_OFFSET_BPS))
        self.size_scale = max(1, ceil(config.size_per_level_usd / USUAL_SIZE_USD))
        self.connected = True
        self.crashes = 0
        self.silences = 0
        self.signalled: frozenset[str] = frozenset()
        self.delayed = False
        self._px = {market.name: START_PX for market in self.markets}
        self._steps: list[Step] = []
        for market in self.markets:
            self.tick(market.name, 0, 1)

    def world(self, name: str, seed: int) -> World:
        """Return the world that was written: healed, shut down and drained at its end."""
        end_ms = self.now_ms + 1
        parameters = Parameters(
            start_ms=self.start_ms,
            end_ms=end_ms,
            finish=Finish.SHUTDOWN,
            delay_max_ms=EXTRA_DELAY_MS if self.delayed else 0,
            request_budget=REQUEST_BUDGET,
        )
        return World(name, seed, self.config, self.markets, tuple(self._steps), parameters)

    @property
    def length(self) -> int:
        """The number of steps so far."""
        return len(self._steps)

    def name_of(self, number: int) -> str:
        """Return a market by number, any integer."""
        return self.markets[number % len(self.markets)].name

    # -- what the world does

    def passes(self, ms: int) -> None:
        """Let time pass."""
        self.now_ms += ms

    def tick(self, market: str, move_bps: int, after_ms: int) -> None:
        """Move a market's oracle, mark and book together by whole bps."""
        self.passes(after_ms)
        px = (self._px[market] * (BPS + move_bps) / BPS).quantize(CENT, ROUND_HALF_EVEN)
        self._px[market] = px
        self._add(SetPrices(self.now_ms, market, px, px))
        self._quote(market, px)

    def calm(self, seconds: int, moves_bps: Iterable[int]) -> None:
        """Let all markets tick each second, moved in turn by the given bps."""
        moves = list(moves_bps) or [0]
        for second in range(seconds):
            self.passes(1000 - 10 * (len(self.markets) - 1))
            for index, market in enumerate(self.markets):
                self.tick(market.name, moves[second % len(moves)] * (-1) ** second, 10 if index else 0)

    def odd_prices(self, market: str, kind: str, after_ms: int) -> None:
        """Tell prices that no ladder may stand on: "no_mark", "zero_oracle", "zero_mark", "gap"."""
        self.passes(after_ms)
        px = self._px[market]
        oracle, mark = {
            "no_mark": (px, None),
            "zero_oracle": (Decimal(0), px),
            "zero_mark": (px, Decimal(0)),
            "gap": (px, (px * Decimal("1.08")).quantize(CENT)),
        }[kind]
        self._add(SetPrices(self.now_ms, market, oracle, mark))

    def mark_apart(self, market: str, bps: int) -> None:
        """Move the mark alone, inside the allowed gap."""
        px = self._px[market]
        self._add(SetPrices(self.now_ms, market, px, (px * (BPS + bps) / BPS).quantize(CENT)))

    def trade(self, market: str, side: Side, reach_bps: int, usd: int, after_ms: int) -> None:
        """Let the world take from the book as far as `reach_bps` from the price, both scaled to the config's ladder."""
        self.passes(after_ms)
        px = self._at(market, min(reach_bps * self.reach_scale, FARTHEST_BPS) * side.sign)
        self._add(WorldTrade(self.now_ms, market, side, px, self._size(px, usd * self.size_scale)))

    def crossed(self, market: str, bps: int) -> None:
        """Move the world's book alone by whole bps, so that orders under way meet it."""
        px = (self._px[market] * (BPS + bps) / BPS).quantize(CENT, ROUND_HALF_EVEN)
        self._quote(market, px)

    def taker(self, market: str, side: Side, reach_bps: int, usd: int, reduce_only: bool) -> None:
        """Let the account's other strategy trade."""
        px = self._at(market, reach_bps * side.sign)
        self._add(TakerOrder(self.now_ms, market, side, px, self._size(px, usd), reduce_only))

    def taker_rests(self, market: str, side: Side, away_bps: int, usd: int) -> None:
        """Let the other strategy leave an order on the book."""
        px = self._at(market, -away_bps * side.sign)
        self._add(TakerOrder(self.now_ms, market, side, px, self._size(px, usd), tif=Tif.GTC))

    # -- what goes wrong

    def fault(self, kind: FaultKind, for_ms: int) -> None:
        """Let a fault be at work for a while."""
        slow = kind in DISORDERS
        self.delayed = self.delayed or slow
        extra_ms = EXTRA_DELAY_MS if slow else 0
        self._add(Fault(self.now_ms, self.now_ms + for_ms, kind, Decimal(1), extra_ms))

    def disconnect(self) -> None:
        """Drop the connection."""
        self.connected = False
        self._add(Disconnect(self.now_ms))

    def reconnect(self) -> None:
        """Bring it back."""
        self.connected = True
        self._add(Reconnect(self.now_ms))

    def crash(self) -> None:
        """End the process."""
        self.crashes += 1
        self._add(Crash(self.now_ms))

    def restart(self) -> None:
        """Begin the next life, connected."""
        self.connected = True
        self.signalled = frozenset()
        self._add(Restart(self.now_ms))

    def silence(self, for_ms: int) -> None:
        """Let the process stand still."""
        self.silences += 1
        self._add(Silence(self.now_ms, self.now_ms + for_ms))
        self.passes(for_ms)

    def signal(self, reason: str) -> None:
        """Tell the process to shut down."""
        self.signalled |= {reason}
        self._add(Signal(self.now_ms, reason))

    def _add(self, step: Step) -> None:
        self._steps.append(step)

    def _quote(self, market: str, px: Decimal) -> None:
        bid, ask = (_tenths(px * (BPS + apart) / BPS) for apart in (-HALF_SPREAD_BPS, HALF_SPREAD_BPS))
        size = (DEPTH_USD / px).quantize(LOT)
        self._add(WorldQuote(self.now_ms, market, bid, size, ask, size))

    def _at(self, market: str, bps: int) -> Decimal:
        return _tenths(self._px[market] * (BPS + bps) / BPS)

    def _size(self, px: Decimal, usd: int) -> Decimal:
        return max(LOT, (usd / px).quantize(LOT))


def _tenths(px: Decimal) -> Decimal:
    """Round to a price that is legal for trades of the world."""
    return px.quantize(Decimal("0.1"))
