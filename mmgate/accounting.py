"""What a run came to, counted from its records by an observer that keeps sums only: orders, fills, money, the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from model.actions import Cancel, Place, Role
from model.events import Oracle, Start
from model.journal import (
    LogLine,
    MakerFailed,
    OrderRefused,
    Owner,
    PricesSet,
    Record,
    RunEnded,
    RunStarted,
    Traded,
    Turn,
)

BPS = Decimal(10_000)
ZERO = Decimal(0)
SHUTDOWN_CODES = ("shutdown_started", "shutdown_done", "close_blocked_by_taker", "shutdown_left_open")


@dataclass(slots=True)
class MarketLedger:
    """The maker's part of one market, kept at average cost from the venue's fills. Money in USD."""

    net: Decimal = ZERO
    cost: Decimal = ZERO
    realised: Decimal = ZERO
    fees: Decimal = ZERO
    traded_usd: Decimal = ZERO
    fills: int = 0
    mark_px: Decimal | None = None

    def take(self, fill: Traded) -> None:
        """Book one fill: a reduction realises its part of the cost, a flip opens at the fill's price."""
        signed = fill.sz * fill.side.sign
        closed = min(abs(signed), abs(self.net)) if self.net * signed < 0 else ZERO
        if closed:
            freed = self.cost * closed / abs(self.net)
            self.realised += fill.px * closed * -fill.side.sign - freed
            self.cost -= freed
        self.cost += (abs(signed) - closed) * fill.px * fill.side.sign
        self.net += signed
        self.fees += fill.fee
        self.traded_usd += fill.px * fill.sz
        self.fills += 1

    @property
    def unrealised(self) -> Decimal:
        """The value of what is open at the last mark, less its cost; 0 without a mark."""
        return self.net * self.mark_px - self.cost if self.mark_px is not None else ZERO


@dataclass(slots=True)
class Account:
    """An observer: sums over a run, and the few lines of the maker's log that tell how it ended."""

    markets: dict[str, MarketLedger] = field(default_factory=dict)
    sent: Counter[str] = field(default_factory=Counter)
    filled: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    warned: Counter[str] = field(default_factory=Counter)
    wicks: dict[str, tuple[int, LogLine]] = field(default_factory=dict)
    shutdown: list[tuple[int, LogLine]] = field(default_factory=list)
    lives: int = 0
    turns: int = 0
    taker_fills: int = 0
    nearest_bps: Decimal | None = None
    head: RunStarted | None = None
    failed: MakerFailed | None = None
    end: RunEnded | None = None
    _roles: dict[str, str] = field(default_factory=dict)
    _oracles: dict[str, Decimal] = field(default_factory=dict)

    def observe(self, record: Record) -> None:
        """Add one record."""
        match record:
            case Turn():
                self._turn(record)
            case Traded(owner=Owner.MAKER):
                self._market(record.market).take(record)
                self.filled[self._roles.get(record.cloid or "", "unknown")] += 1
            case Traded(owner=Owner.TAKER):
                self.taker_fills += 1
            case PricesSet():
                if record.mark_px is not None and record.mark_px > 0:
                    self._market(record.market).mark_px = record.mark_px
            case OrderRefused(owner=Owner.MAKER):
                self.refused[record.reason.partition(", bbo was")[0]] += 1
            case RunStarted():
                self.head = record
            case MakerFailed():
                self.failed = record
            case RunEnded():
                self.end = record
            case _:
                return

    @property
    def fills(self) -> int:
        """How many fills the maker had."""
        return sum(ledger.fills for ledger in self.markets.values())

    def why_no_fills(self) -> str:
        """Say why nothing was filled, from what the run shows."""
        orders = sum(self.sent[role] for role in Role)
        if orders == 0:
            return self._why_no_orders()
        near = (
            f"the nearest {self.nearest_bps:.2f} bps from the oracle" if self.nearest_bps is not None else "none priced"
        )
        wicks = "; ".join(
            f"{name}'s wicks have P99 {short_field(line, 'p99')} bps" for name, (_, line) in self.wicks.items()
        )
        return f"{orders} orders were sent, {near}, and no best price and no trade went through any of them" + (
            f"; {wicks}: look at min_offset_bps, fee_buffer_bps and l0_wick_multiplier" if wicks else ""
        )

    def _why_no_orders(self) -> str:
        config = self.head.config if self.head else None
        if config is not None and not config.enabled:
            return "the config has enabled = false, so nothing is placed"
        told = ", ".join(f"{code} ({count} times)" for code, count in sorted(self.warned.items()))
        if told:
            return f"no order was sent; the maker's warnings: {told}"
        if config is not None and config.weekend_only:
            return "no order was sent, and weekend_only = true: is the run outside [Friday 21:00, Sunday 21:00) UTC?"
        return "no order was sent, and the maker gave no warning"

    def _market(self, name: str) -> MarketLedger:
        return self.markets.setdefault(name, MarketLedger())

    def _turn(self, turn: Turn) -> None:
        self.turns += 1
        event = turn.event
        if isinstance(event, Oracle):
            self._oracles[event.market] = event.oracle_px
        elif isinstance(event, Start):
            self.lives += 1
        for action in turn.reply.actions:
            if isinstance(action, Place):
                self._placed(action)
            elif isinstance(action, Cancel):
                self.sent["cancel"] += 1
        for line in turn.reply.log:
            self._logged(turn.now_ms, line)

    def _placed(self, place: Place) -> None:
        role = (place.role or Role.LADDER).value
        self.sent[role] += 1
        self._roles[place.cloid] = role
        oracle = self._oracles.get(place.market)
        if role == Role.LADDER and oracle is not None and oracle > 0:
            away = abs(place.px - oracle) / oracle * BPS
            self.nearest_bps = away if self.nearest_bps is None else min(self.nearest_bps, away)

    def _logged(self, now_ms: int, line: LogLine) -> None:
        if line.code == "wick_stats" and line.market is not None:
            self.wicks[line.market] = (now_ms, line)
        elif line.code in SHUTDOWN_CODES:
            self.shutdown.append((now_ms, line))
        if line.level == "warn":
            self.warned[line.code] += 1


def short_field(line: LogLine, name: str) -> str:
    """Return a field of a log line, a number to two decimals."""
    return short(dict(line.fields).get(name, ""))


def short(value: str) -> str:
    """Return a number to two decimals; a text, or a whole number, as it is."""
    if value.isdigit():
        return value
    try:
        return f"{float(value):.2f}"
    except ValueError:
        return value
