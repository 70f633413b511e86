"""The rules of a state machine over maker and venue: Hypothesis writes the story, `playing` plays and judges it.

Each rule adds to a script; at the end the story gets its ending, the world heals, the shutdown is sent and drained.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from mmgate.engines.composer import CLOSE_MS, WARM_UP_S, Composer
from model.actions import Side
from model.config import MakerConfig
from sim.faults import DISORDERS, DOUBLES, LOSSES, REFUSALS, FaultKind

ODD = ("no_mark", "zero_oracle", "zero_mark", "gap")
LONG_BEFORE_MS = 420_000
STARTS_MS = (
    CLOSE_MS - LONG_BEFORE_MS,
    CLOSE_MS - LONG_BEFORE_MS,
    CLOSE_MS - LONG_BEFORE_MS,
    CLOSE_MS - LONG_BEFORE_MS,
    CLOSE_MS - 75_000,
    CLOSE_MS - 3_000,
    CLOSE_MS + 60_000,
)
BEFORE_CLOSE_MS = 2_000
WINDOW_LEAD_MS = 9_000
ENDINGS = (
    ("window", "signal", "hard_stop"),
    ("signal", "hard_stop", "window"),
    ("hard_stop", "window", "signal"),
)
"""In which order the endings come that have not come before; the first one finds the maker at work."""
MOST_CRASHES = 2
MOST_SILENCES = 3
LENGTH_BEFORE_END = 300
"""So many steps has a script before an ending may come early: a maker that is gone shows little."""

markets = st.integers(0, 1)
sides = st.sampled_from((Side.BUY, Side.SELL))
small = st.integers(-3, 3)
pauses_ms = st.sampled_from((10, 120, 300, 800, 1500, 2500))
lasting_ms = st.sampled_from((400, 2000, 7000))
seconds_after = st.integers(1, 3)


class Market(RuleBasedStateMachine):
    """The rules. Subclasses made by `play` carry the batch and collect what comes out."""

    config = MakerConfig()
    fired: Counter[str]
    play_world: Callable[[Composer], None]

    def __init__(self) -> None:
        super().__init__()
        self.composer: Composer | None = None
        self.ending: tuple[str, ...] = ()
        self.closed = False

    @property
    def desk(self) -> Composer:
        """The script in the making; there is one after `opening`."""
        assert self.composer is not None
        return self.composer

    def count(self, name: str) -> None:
        """Count that a rule fired."""
        type(self).fired[name] += 1

    @initialize(
        start_ms=st.sampled_from(STARTS_MS),
        warm=st.booleans(),
        moves=st.lists(small, max_size=4),
        ending=st.sampled_from(ENDINGS),
    )
    def opening(self, start_ms: int, warm: bool, moves: list[int], ending: tuple[str, ...]) -> None:
        """Begin a life, with prices until its first queries are answered; warm: until statistics are valid."""
        self.count("opening")
        self.ending = ending
        self.composer = Composer(type(self).config, start_ms)
        self.desk.calm(WARM_UP_S + (18 if warm else 0), [*moves, 1])

    @rule(market=markets, move_bps=st.integers(-45, 45), after_ms=pauses_ms)
    def tick(self, market: int, move_bps: int, after_ms: int) -> None:
        """The price moves."""
        self.count("tick")
        self.desk.tick(self.desk.name_of(market), move_bps, after_ms)

    @rule(seconds=st.integers(1, 9), moves=st.lists(small, max_size=4))
    def calm(self, seconds: int, moves: list[int]) -> None:
        """Prices come each second and hardly move."""
        self.count("calm")
        self.desk.calm(seconds, moves)

    @rule(market=markets, side=sides, reach_bps=st.integers(5, 90), usd=st.integers(420, 1500), after_ms=pauses_ms)
    def world_trade(self, market: int, side: Side, reach_bps: int, usd: int, after_ms: int) -> None:
        """The world takes from the book."""
        self.count("world_trade")
        self.desk.trade(self.desk.name_of(market), side, reach_bps, usd, after_ms)

    @rule(market=markets, side=sides, reach_bps=st.integers(10, 60), usd=st.integers(12, 45), after_ms=pauses_ms)
    def partial_fill(self, market: int, side: Side, reach_bps: int, usd: int, after_ms: int) -> None:
        """The world takes less than one rung, then some more."""
        self.count("partial_fill")
        name = self.desk.name_of(market)
        self.desk.crossed(name, reach_bps * side.sign)
        self.desk.trade(name, side, reach_bps, usd, after_ms)
        self.desk.trade(name, side, reach_bps, usd // 2, 300)

    @rule(market=markets, side=sides, bps=st.integers(4, 30), after_ms=st.sampled_from((0, 60, 130, 220, 400)))
    def fill_races_cancel(self, market: int, side: Side, bps: int, after_ms: int) -> None:
        """The price moves, and while the old quotes' cancels are under way the world takes them."""
        self.count("fill_races_cancel")
        name = self.desk.name_of(market)
        self.desk.tick(name, bps * side.sign, 2200)
        self.desk.trade(name, side, bps + 25, 900, after_ms)
        self.desk.calm(1, [1])

    @rule(market=markets, side=sides, times=st.integers(2, 5), reach_bps=st.integers(10, 60))
    def one_sided_flow(self, market: int, side: Side, times: int, reach_bps: int) -> None:
        """The world takes from one side again and again, prices fresh: inventory builds up."""
        self.count("one_sided_flow")
        for _ in range(times):
            self.desk.calm(2, [1])
            self.desk.trade(self.desk.name_of(market), side, reach_bps, 900, 400)

    @rule(market=markets, side=sides, bps=st.integers(5, 40), usd=st.integers(500, 900))
    def wick(self, market: int, side: Side, bps: int, usd: int) -> None:
        """The price shoots out, takes quotes with it, and comes back."""
        self.count("wick")
        name = self.desk.name_of(market)
        self.desk.trade(name, side, bps, usd, 300)
        self.desk.mark_apart(name, bps * side.sign)
        self.desk.tick(name, 0, 900)

    @rule(ms=st.sampled_from((250, 1000, 3000, 6000, 12_000, 20_000)))
    def time_passes(self, ms: int) -> None:
        """Nothing is told but timers."""
        self.count("time_passes")
        self.desk.passes(ms)

    @rule(market=markets, side=sides, usd=st.integers(20, 400), reduce_only=st.booleans())
    def taker_fill(self, market: int, side: Side, usd: int, reduce_only: bool) -> None:
        """The account's other strategy trades."""
        self.count("taker_fill")
        self.desk.taker(self.desk.name_of(market), side, 15, usd, reduce_only)
        self.desk.passes(400)

    @rule(market=markets, side=sides, away_bps=st.integers(5, 80))
    def taker_rests(self, market: int, side: Side, away_bps: int) -> None:
        """The account's other strategy leaves an order on the book, which is not the maker's to touch."""
        self.count("taker_rests")
        self.desk.taker_rests(self.desk.name_of(market), side, away_bps, 60)
        self.desk.passes(300)

    @rule(kind=st.sampled_from(LOSSES), for_ms=lasting_ms, after=seconds_after)
    def lost_message(self, kind: FaultKind, for_ms: int, after: int) -> None:
        """Orders, cancels, queries or their answers are lost while prices go on."""
        self.count("lost_message")
        self._wrong(kind, for_ms, after)

    @rule(kind=st.sampled_from(DISORDERS), for_ms=lasting_ms, after=seconds_after, side=sides)
    def acks_in_any_order(self, kind: FaultKind, for_ms: int, after: int, side: Side) -> None:
        """Answers and fills come late and overtake each other."""
        self.count("acks_in_any_order")
        self.desk.fault(kind, for_ms)
        self.desk.trade(self.desk.name_of(0), side, 40, 900, 300)
        self.desk.calm(after, [4])

    @rule(kind=st.sampled_from(REFUSALS), for_ms=lasting_ms, after=seconds_after, side=sides)
    def refusal(self, kind: FaultKind, for_ms: int, after: int, side: Side) -> None:
        """Batches are refused unseen, or all orders but post-only ones."""
        self.count("refusal")
        self.desk.fault(kind, for_ms)
        self.desk.trade(self.desk.name_of(0), side, 40, 900, 300)
        self.desk.calm(after, [4])

    @rule(market=markets, side=sides, bps=st.integers(4, 30))
    def post_only_refusal(self, market: int, side: Side, bps: int) -> None:
        """The book moves while new quotes are under way: a post-only order would trade at once."""
        self.count("post_only_refusal")
        name = self.desk.name_of(market)
        self.desk.tick(name, bps * side.opposite.sign, 2200)
        self.desk.passes(30)
        self.desk.crossed(name, (bps + 40) * side.sign * self.desk.reach_scale)
        self.desk.passes(800)
        self.desk.tick(name, 0, 300)

    @rule(market=markets, side=sides)
    def reducing_refusal(self, market: int, side: Side) -> None:
        """The account is flat by another's trade: a close is refused, or blocked."""
        self.count("reducing_refusal")
        name = self.desk.name_of(market)
        self.desk.trade(name, side, 60, 900, 300)
        self.desk.taker(name, side, 60, 900, False)
        self.desk.calm(2, [1])

    @rule(kind=st.sampled_from(DOUBLES), for_ms=lasting_ms, side=sides)
    def duplicate(self, kind: FaultKind, for_ms: int, side: Side) -> None:
        """Fills are told twice."""
        self.count("duplicate")
        self.desk.fault(kind, for_ms)
        self.desk.trade(self.desk.name_of(0), side, 40, 900, 300)
        self.desk.calm(2, [1])

    def _wrong(self, kind: FaultKind, for_ms: int, after: int) -> None:
        self.desk.fault(kind, for_ms)
        self.desk.calm(after, [4])

    @precondition(lambda self: self.desk.connected)
    @rule(side=sides)
    def replay(self, side: Side) -> None:
        """The connection drops for a moment and what was told is told again."""
        self.count("replay")
        self.desk.trade(self.desk.name_of(0), side, 40, 900, 300)
        self.desk.disconnect()
        self.desk.passes(150)
        self.desk.reconnect()
        self.desk.calm(6, [1])

    @precondition(lambda self: self.desk.connected)
    @rule(side=sides, away_ms=st.sampled_from((300, 2000, 9000)), comes_back=st.booleans())
    def disconnect(self, side: Side, away_ms: int, comes_back: bool) -> None:
        """The connection drops, something trades meanwhile, and it comes back soon or some steps later."""
        self.count("disconnect")
        self.desk.disconnect()
        self.desk.trade(self.desk.name_of(0), side, 40, 900, away_ms // 2)
        self.desk.passes(away_ms // 2)
        if comes_back:
            self.reconnect()

    @precondition(lambda self: not self.desk.connected)
    @rule()
    def reconnect(self) -> None:
        """The connection comes back."""
        self.count("reconnect")
        self.desk.reconnect()
        self.desk.calm(7, [1])

    @precondition(lambda self: self.desk.crashes < MOST_CRASHES)
    @rule(away_ms=st.sampled_from((1, 700, 4000)))
    def crash_and_restart(self, away_ms: int) -> None:
        """The process dies and a new life begins."""
        self.count("crash_and_restart")
        self.desk.crash()
        self.desk.passes(away_ms)
        self.desk.restart()
        self.desk.calm(7, [1])

    @precondition(lambda self: self.desk.silences < MOST_SILENCES)
    @rule(for_ms=st.sampled_from((600, 3000, 15_000)))
    def silence(self, for_ms: int) -> None:
        """The process stands still."""
        self.count("silence")
        self.desk.silence(for_ms)

    @rule(market=markets, kind=st.sampled_from(ODD), after_ms=pauses_ms)
    def odd_prices(self, market: int, kind: str, after_ms: int) -> None:
        """Prices come that no ladder may stand on, then good ones."""
        self.count("odd_prices")
        self.desk.odd_prices(self.desk.name_of(market), kind, after_ms)
        self.desk.passes(after_ms + 300)
        self.desk.tick(self.desk.name_of(market), 0, 900)

    @precondition(lambda self: "signal" not in self.desk.signalled and self.desk.length > LENGTH_BEFORE_END)
    @rule()
    def signal(self) -> None:
        """The process is told to shut down."""
        self.count("signal")
        self.desk.signal("signal")
        self.desk.calm(2, [1])

    @precondition(lambda self: "hard_stop" not in self.desk.signalled and self.desk.length > LENGTH_BEFORE_END)
    @rule()
    def hard_stop(self) -> None:
        """The account's owner stops all new risk."""
        self.count("hard_stop")
        self.desk.signal("hard_stop")
        self.desk.calm(2, [1])

    @precondition(lambda self: self.closes_later and self.desk.length > LENGTH_BEFORE_END)
    @rule()
    def window(self) -> None:
        """Sunday 21:00 comes, with quotes and perhaps fills under way."""
        self.count("window")
        self.closed = True
        self.desk.passes(max(0, CLOSE_MS - WINDOW_LEAD_MS - self.desk.now_ms))
        self.desk.calm(5, [2])
        self.desk.trade(self.desk.name_of(0), Side.SELL, 40, 900, 150)
        self.desk.passes(max(0, CLOSE_MS - BEFORE_CLOSE_MS - self.desk.now_ms))
        self.desk.calm(4, [1])

    @property
    def closes_later(self) -> bool:
        """Whether the shutdown window is still to come."""
        return self.desk.now_ms < CLOSE_MS - BEFORE_CLOSE_MS

    def teardown(self) -> None:
        """Give the story its ending and play it."""
        if self.composer is None:
            return
        if not self.desk.connected:
            self.reconnect()
        if not self.closes_later and self.desk.start_ms < CLOSE_MS and not self.closed:
            self.count("window")
        for ending in self.ending:
            self._end(ending)
        type(self).play_world(self.composer)

    def _end(self, ending: str) -> None:
        """Let one ending come, if it can and has not come yet."""
        if ending == "window" and self.closes_later:
            self.window()
        elif ending == "signal" and ending not in self.desk.signalled:
            self.signal()
        elif ending == "hard_stop" and ending not in self.desk.signalled:
            self.hard_stop()


RULES = (
    "opening",
    "tick",
    "calm",
    "world_trade",
    "partial_fill",
    "fill_races_cancel",
    "one_sided_flow",
    "wick",
    "time_passes",
    "taker_fill",
    "taker_rests",
    "lost_message",
    "acks_in_any_order",
    "refusal",
    "post_only_refusal",
    "reducing_refusal",
    "duplicate",
    "replay",
    "disconnect",
    "reconnect",
    "crash_and_restart",
    "silence",
    "odd_prices",
    "signal",
    "hard_stop",
    "window",
)
"""All rules. `window` also counts where it came in the course of another rule."""
