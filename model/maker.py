"""The maker: one pure step from an event to actions (section 9 of the rules); `Reference` is a thin shell over it.

`begin(start)` begins a life, `step(config, state, event)` answers one event. Both draw nothing, read nothing, and
change nothing but what they return (N-4, N-6).
"""

from __future__ import annotations

from decimal import localcontext

from model.actions import Role
from model.answers import clear, run_counters
from model.arithmetic import CONTEXT
from model.attempts import close, may_close
from model.config import ConfigRefused, MakerConfig
from model.draft import Draft
from model.events import (
    Connected,
    Disconnected,
    Event,
    Fill,
    OpenOrders,
    Oracle,
    ScheduleCancelRejected,
    Shutdown,
    Start,
    TakerFill,
    Timer,
)
from model.fills import enter_found, take_fill
from model.inventory import Book, adds_to
from model.journal import BookedOrder, BookedPosition, Books, Reply
from model.live import Limits, LiveOrders
from model.market import Market
from model.memory import FillSet
from model.permission import account_halt, halt_cause, in_emergency, usable_mark, warned
from model.recall import adopt, found_order
from model.reconcile import ask_if_due, send_again, take_answer
from model.requote import run_ladder, watch_informative
from model.risk import Requests
from model.session import weekend_of
from model.shutdown import begin_in_window, finish_shutdown, run_sessions, run_shutdown, stop
from model.state import MarketState, ShutdownState, State
from model.velocity import record_move
from model.volatility import read, record_tick
from model.words import take_word

WICK_STATS_EVERY_MS = 60_000
"""How often the wick statistics are logged (section 9)."""

FEATURES = frozenset(
    (
        "dynamic_offset",
        "exponential",
        "convex",
        "counter_order",
        "velocity_skew",
        "schedule_cancel",
        "books",
        "attribution",
        "cancel_by_cloid",
        "reconcile",
    )
)


def begin(start: Start) -> tuple[State, Reply]:
    """Begin a life with what the venue tells of the account (S-5, L-7).

    Own open orders are cancelled; fills are contained in the positions. Raises ConfigRefused for a market name that
    fits no told market, or two.
    """
    with localcontext(CONTEXT):
        config = start.config
        quoted = quoted_markets(config, start.markets)
        state = State(
            life=start.life,
            started_ms=start.now_ms,
            now_ms=start.now_ms,
            prefix="0x" + config.cloid_prefix,
            markets={m.name: MarketState(m, m.name in quoted) for m in start.markets},
            requests=Requests(start.request_budget),
            orders=LiveOrders(Limits.of(config)),
            weekend=weekend_of(start.now_ms),
            repeat_ms=start.now_ms + config.sent_timeout_ms,
            stats_logged_ms=start.now_ms,
        )
        draft = Draft(config, state, start.now_ms)
        if not config.markets:
            names = ", ".join(m.name for m in start.markets)
            draft.say("info", "markets", None, f"no market is named in the config: quoting all told, {names}")
        _take_account(draft, start)
        begin_in_window(draft)
        _sweep(draft, oracle_market=None)
        return draft.state, draft.reply()


def quoted_markets(config: MakerConfig, told: tuple[Market, ...]) -> frozenset[str]:
    """Return the markets to quote; `GOLD` and `xyz:GOLD` are the same; none named: all (section 2, CFG-5)."""
    if not config.markets:
        return frozenset(m.name for m in told)
    errors: list[tuple[str, str, str]] = []
    found: list[str] = []
    for name in config.markets:
        fitting = [m.name for m in told if same_market(name, m.name)]
        if len(fitting) == 1:
            found.append(fitting[0])
            continue
        known = ", ".join(m.name for m in told)
        what = "fits no told market" if not fitting else f"fits {' and '.join(fitting)}"
        errors.append(("markets", "market", f"markets: {name!r} {what}; told are {known}"))
    if errors:
        raise ConfigRefused(tuple(errors))
    return frozenset(found)


def same_market(named: str, told: str) -> bool:
    """Tell whether two names mean one market: equal, or equal but for a missing DEX name."""
    if named == told:
        return True
    one_lacks_dex = (":" in named) != (":" in told)
    return one_lacks_dex and named.rsplit(":", 1)[-1] == told.rsplit(":", 1)[-1]


def _take_account(draft: Draft, start: Start) -> None:
    """Take over positions, own open orders and the identities of past fills (S-5)."""
    state = draft.state
    for position in start.positions:
        where = state.markets.get(position.market)
        if where is None:
            draft.say("warn", "refused", position.market, "a position in a market that was not told")
            continue
        net = position.size - position.taker_size
        where.taker_net = position.taker_size
        where.book = Book(net, entry_unknown=net != 0)
    state.seen_fills = FillSet.of(frozenset((f.time_ms, f.market, f.tid) for f in start.fills))
    for fill in start.fills:
        own = state.owns(fill.cloid) if fill.cloid is not None else isinstance(fill, Fill)
        if not own:
            state.gate = state.gate.with_result(fill.time_ms, fill.closed_pnl - fill.fee)
    for order in start.open_orders:
        if order.cloid is not None and state.owns(order.cloid):
            adopt(
                draft,
                found_order(draft, order.market, order.cloid, order.oid, order.side, order.px, order.remaining),
            )


def step(config: MakerConfig, state: State, event: Event) -> tuple[State, Reply]:
    """Answer one event: the new state and what leaves; `state` stays as it was (N-4, N-5, section 9)."""
    with localcontext(CONTEXT):
        draft = Draft(config, state.fork(), max(event.now_ms, state.now_ms))
        if event.now_ms < state.now_ms:
            late = f"an event of {event.now_ms} came after {state.now_ms}: handled at the later time"
            draft.say("warn", "time_went_back", None, late)
        draft.state.now_ms = draft.now
        draft.state.gate = draft.state.gate.aged(draft.now)
        oracle_market = _take_oracle(draft, event) if isinstance(event, Oracle) else None
        run_sessions(draft)
        _take(draft, event)
        _sweep(draft, oracle_market)
        return draft.state, draft.reply()


def _take_oracle(draft: Draft, event: Oracle) -> str | None:
    """Record an oracle update: statistics, velocity, prices; return its market if it is a told one (V-7, W-1, Q-0)."""
    where = draft.state.markets.get(event.market)
    if where is None:
        draft.say("warn", "refused", event.market, "a price of a market that was not told: nothing changes")
        return None
    where.wicks, refusal = record_tick(draft.config, where.wicks, draft.now, event.oracle_px)
    if refusal is not None:
        text_ = f"oracle price {event.oracle_px} changes no statistic: {refusal.value}"
        draft.say("warn", refusal.value, event.market, text_)
    if event.oracle_px > 0:
        where.velocity = record_move(draft.config, where.velocity, event.oracle_px)
    where.oracle_px, where.oracle_ms, where.mark_px = event.oracle_px, draft.now, event.mark_px
    enter_found(draft.config, where)
    return event.market


def _take(draft: Draft, event: Event) -> None:
    """Take in what the event tells, besides prices (section 9)."""
    match event:
        case Oracle() | Timer():
            pass
        case Fill() | TakerFill():
            where = draft.state.markets.get(event.market)
            if where is None:
                draft.say("warn", "refused", event.market, "a fill in a market that was not told")
            else:
                take_fill(draft, where, event)
        case OpenOrders():
            agreed = take_answer(draft, event)
            run_shutdown(draft)
            finish_shutdown(draft, event.sent_ms, agreed)
        case Disconnected():
            _disconnected(draft)
        case Connected():
            draft.state.connected = True
            draft.state.reconcile_asked = True
            draft.state.repeat_ms = draft.now + draft.config.sent_timeout_ms
        case ScheduleCancelRejected():
            if "schedule_cancel_refused" not in draft.state.reported:
                draft.state.reported |= {"schedule_cancel_refused"}
                why = f"the dead man's switch was refused: {event.reason}"
                draft.say("warn", "schedule_cancel_refused", None, why)
        case Shutdown():
            stop(draft, event.reason)
        case _:
            take_word(draft, event)


def _disconnected(draft: Draft) -> None:
    """Request cancels for every own order; nothing but closes until an answer after the reconnect (L-14)."""
    state = draft.state
    state.connected = False
    state.query_ms = None
    state.waiting_since_ms = draft.now
    for order in list(state.orders.values()):
        if not order.cancel_requested and order.role is not Role.FLATTEN:
            draft.cancel(order)


def _sweep(draft: Draft, oracle_market: str | None) -> None:
    """Run what every event runs: limits, ages, time-outs, ladder, counter-orders, shutdown, reconcile (N-5)."""
    send_again(draft)
    run_shutdown(draft)
    for name, where in draft.state.markets.items():
        _run_limits(draft, where)
        run_ladder(draft, where, oracle_told=name == oracle_market)
        run_counters(draft, where)
    _run_dead_man(draft)
    _log_wick_stats(draft)
    ask_if_due(draft)


def _run_limits(draft: Draft, where: MarketState) -> None:
    """Hold the inventory limits, in the reply to the event that shows them (I-3, I-4)."""
    if where.book.net == 0:
        return
    emergency = in_emergency(draft.config, where)
    if emergency:
        clear(where)
    if emergency or warned(draft.config, where):
        for order in draft.orders_of(where.market.name):
            adds = emergency or adds_to(where.book.net, order.side)
            if adds and not order.cancel_requested and order.role is not Role.FLATTEN:
                draft.cancel(order)
    if emergency and draft.state.shutdown is ShutdownState.NONE and may_close(draft, where):
        mark = usable_mark(draft.config, where)
        assert mark is not None
        close(draft, where, abs(where.book.net), mark)


def _run_dead_man(draft: Draft) -> None:
    """Arm the venue's schedule-cancel with the first order and renew it each third of its time (L-10)."""
    state, dead_man_ms = draft.state, draft.config.dead_man_ms
    if dead_man_ms == 0 or not state.connected:
        return
    if state.armed_ms is None:
        due = bool(draft.places)
    else:
        due = draft.now - state.armed_ms >= dead_man_ms // 3
    if due:
        draft.schedule(draft.now + dead_man_ms)


def _log_wick_stats(draft: Draft) -> None:
    """Log the valid wick statistics of all markets once a minute (section 9, V-6)."""
    state = draft.state
    if draft.now - state.stats_logged_ms < WICK_STATS_EVERY_MS:
        return
    state.stats_logged_ms = draft.now
    for name, where in state.markets.items():
        where.wicks, stats = read(draft.config, where.wicks, draft.now)
        if not stats.is_valid:
            continue
        watch_informative(draft, where, stats)
        draft.say(
            "info",
            "wick_stats",
            name,
            f"{stats.sample_count} samples",
            ("p99", repr(stats.p99_wick_bps)),
            ("p100", repr(stats.p100_wick_bps)),
            ("optimal", repr(stats.optimal_wick_bps)),
            ("optimal_percentile", stats.optimal_percentile),
            ("n", str(stats.sample_count)),
        )


def books(config: MakerConfig, state: State) -> Books:
    """Return what the maker believes; nothing changes."""
    orders = tuple(
        BookedOrder(
            cloid=o.cloid,
            oid=o.oid,
            market=o.market,
            side=o.side,
            px=o.px,
            remaining=o.remaining,
            role=o.role.value if o.role else "unknown",
            level=o.level,
            state=o.state.value,
        )
        for o in state.orders.values()
    )
    positions = tuple(
        BookedPosition(name, w.book.net, w.book.entry, w.book.realised) for name, w in state.markets.items()
    )
    draft = Draft(config, state, state.now_ms)
    halted = account_halt(config, state) is not None or any(
        halt_cause(draft, w) is not None for w in state.markets.values()
    )
    return Books(orders, positions, halted, state.shutdown.value)


class Reference:
    """The reference maker: the seam's `Maker` over `begin` and `step`."""

    name = "reference"
    features = FEATURES

    def __init__(self) -> None:
        self._config = MakerConfig()
        self._state: State | None = None

    @property
    def config(self) -> MakerConfig:
        """The config of the present life; the defaults before the first start."""
        return self._config

    @property
    def state(self) -> State:
        """The current state; raises RuntimeError before the first start."""
        if self._state is None:
            raise RuntimeError("the maker has not been started: call start() first")
        return self._state

    def start(self, start: Start) -> Reply:
        """Begin a new life, forgetting everything."""
        self._config = start.config
        self._state, reply = begin(start)
        return reply

    def handle(self, event: Event) -> Reply:
        """Answer one event."""
        self._state, reply = step(self._config, self.state, event)
        return reply

    def books(self) -> Books:
        """Tell what it believes."""
        with localcontext(CONTEXT):
            return books(self._config, self.state)
