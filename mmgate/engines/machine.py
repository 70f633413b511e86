"""A rule-based state machine over maker and venue: Hypothesis writes the story, the simulation plays it, specs judge.

Each rule adds to a script; at the end the world heals, the shutdown is sent and drained, and the same monitors as in
every run give their words. Nothing is raised inside Hypothesis: a violated example is kept with its world and
shortened by our own shrinker, so that one example can show several violations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from mmgate.engines.composer import CLOSE_MS, SATURDAY_MS, WARM_UP_S, Composer
from mmgate.engines.judging import Judgement, judge
from mmgate.engines.steady import steady_examples
from mmgate.request import MakerRef
from model.actions import Side
from model.config import MakerConfig
from sim.faults import FaultKind
from sim.world import World
from specs.spec import Word

ENGINE = "property"
FAULTS = (
    FaultKind.LOSE_PLACE,
    FaultKind.LOSE_CANCEL,
    FaultKind.LOSE_REPLY,
    FaultKind.UNKNOWN_REPLY,
    FaultKind.QUERY_LOST,
    FaultKind.REFUSE_PLACE,
    FaultKind.REFUSE_CANCEL,
    FaultKind.POST_ONLY_MODE,
    FaultKind.DUPLICATE_FILL,
    FaultKind.DELAY,
    FaultKind.REORDER,
)
ODD = ("no_mark", "zero_oracle", "zero_mark", "gap")
STARTS_MS = (SATURDAY_MS, SATURDAY_MS, SATURDAY_MS, CLOSE_MS - 75_000, CLOSE_MS - 3_000, CLOSE_MS + 60_000)
BEFORE_CLOSE_MS = 2_000
MOST_CRASHES = 2
MOST_SILENCES = 3
LENGTH_BEFORE_SIGNAL = 120
"""So many steps has a script before its shutdown may be signalled: a maker that is gone shows little."""

markets = st.integers(0, 1)
sides = st.sampled_from((Side.BUY, Side.SELL))
small = st.integers(-3, 3)
pauses_ms = st.sampled_from((10, 120, 300, 800, 1500, 2500))


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples of one config. Travels to a worker."""

    name: str
    config: MakerConfig
    maker: MakerRef
    specs: tuple[str, ...]
    examples: int
    steps: int
    seed: int
    limit_s: float
    evidence: Path | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """A batch played: all judgements in order, a world for each violated spec, rules counted.

    `repeated`: how many examples were run twice; `differed`: which of them gave another trace.
    """

    batch: Batch
    judged: tuple[Judgement, ...]
    broken: tuple[tuple[str, World], ...]
    fired: tuple[tuple[str, int], ...]
    repeated: int = 0
    differed: tuple[str, ...] = ()


class Market(RuleBasedStateMachine):
    """The rules. Subclasses made by `play` carry the batch and collect what comes out."""

    config = MakerConfig()
    fired: Counter[str]
    play_world: Callable[[Composer], None]

    def __init__(self) -> None:
        super().__init__()
        self.composer: Composer | None = None

    @property
    def desk(self) -> Composer:
        """The script in the making; there is one after `opening`."""
        assert self.composer is not None
        return self.composer

    def count(self, name: str) -> None:
        """Count that a rule fired."""
        type(self).fired[name] += 1

    @initialize(start_ms=st.sampled_from(STARTS_MS), warm=st.booleans(), moves=st.lists(small, max_size=4))
    def opening(self, start_ms: int, warm: bool, moves: list[int]) -> None:
        """Begin a life, with prices until its first queries are answered; warm: until statistics are valid."""
        self.count("opening")
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

    @rule(kind=st.sampled_from(FAULTS), for_ms=st.sampled_from((400, 2000, 7000)), after=st.integers(1, 3))
    def fault(self, kind: FaultKind, for_ms: int, after: int) -> None:
        """Something between maker and venue goes wrong while prices go on."""
        self.count("fault")
        self.desk.fault(kind, for_ms)
        self.desk.calm(after, [4])

    @precondition(lambda self: self.desk.connected)
    @rule(side=sides, away_ms=st.sampled_from((300, 2000, 9000)), comes_back=st.sampled_from((True, True, True, False)))
    def disconnect(self, side: Side, away_ms: int, comes_back: bool) -> None:
        """The connection drops, something trades meanwhile, and mostly it comes back."""
        self.count("disconnect")
        self.desk.disconnect()
        self.desk.trade(self.desk.name_of(0), side, 40, 900, away_ms // 2)
        self.desk.passes(away_ms // 2)
        if comes_back:
            self.desk.reconnect()
            self.desk.calm(3, [1])

    @precondition(lambda self: not self.desk.connected)
    @rule()
    def reconnect(self) -> None:
        """The connection comes back at last."""
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

    @precondition(lambda self: not self.desk.signalled and self.desk.length > LENGTH_BEFORE_SIGNAL)
    @rule(reason=st.sampled_from(("signal", "hard_stop")))
    def signal(self, reason: str) -> None:
        """The process is told to shut down."""
        self.count("signal")
        self.desk.signal(reason)
        self.desk.calm(2, [1])

    @precondition(lambda self: SATURDAY_MS < self.desk.start_ms < self.desk.now_ms < CLOSE_MS - BEFORE_CLOSE_MS)
    @rule()
    def window(self) -> None:
        """Sunday 21:00 comes."""
        self.count("window")
        self.desk.passes(CLOSE_MS - BEFORE_CLOSE_MS - self.desk.now_ms)
        self.desk.calm(4, [1])

    def teardown(self) -> None:
        """Play what was written."""
        if self.composer is not None:
            type(self).play_world(self.composer)


RULES = (
    "opening",
    "tick",
    "calm",
    "world_trade",
    "one_sided_flow",
    "wick",
    "time_passes",
    "taker_fill",
    "taker_rests",
    "fault",
    "disconnect",
    "reconnect",
    "crash_and_restart",
    "silence",
    "odd_prices",
    "signal",
    "window",
)


class Book:
    """What the examples of one batch gave."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.judged: list[Judgement] = []
        self.broken: dict[str, World] = {}
        self.differed: list[str] = []
        self.repeated = 0

    def play(self, composer: Composer) -> None:
        """Run one example and keep its outcomes; the first one is run twice (DET-1).

        After a run that the maker left hanging the batch is over.
        """
        batch = self.batch
        if self.judged and self.judged[-1].hung:
            return
        world = composer.world(f"machine {batch.name}", batch.seed + len(self.judged))
        judged = judge(world, batch.maker, batch.specs, ENGINE, limit_s=batch.limit_s, evidence=batch.evidence)
        if not self.judged and judged.digest and not judged.cut and not judged.hung:
            self.repeated += 1
            if judge(world, batch.maker, (), ENGINE).digest != judged.digest:
                self.differed.append(world.name)
        self.judged.append(judged)
        for outcome in judged.outcomes:
            if outcome.word is Word.VIOLATED:
                self.broken.setdefault(outcome.spec_id, world)


def play(batch: Batch) -> Played:
    """Let Hypothesis write the batch's examples and play each."""
    book = Book(batch)
    fired: Counter[str] = Counter()
    members: dict[str, Any] = {"config": batch.config, "fired": fired, "play_world": staticmethod(book.play)}
    machine = seed(batch.seed)(type("Market", (Market,), members))
    with steady_examples():
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=batch.examples,
                stateful_step_count=batch.steps,
                derandomize=True,
                database=None,
                deadline=None,
                phases=(Phase.generate,),
                suppress_health_check=list(HealthCheck),
            ),
        )
    return Played(
        batch,
        tuple(book.judged),
        tuple(book.broken.items()),
        tuple((name, fired[name]) for name in RULES),
        book.repeated,
        tuple(book.differed),
    )
