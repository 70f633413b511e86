"""Twin runs: the same recorded stream told again with some events changed, and what a maker must not do otherwise.

The streams are open loop: what was told in a recorded run is told again, whatever the twin answers. FIL-4: taker
fills for timers. ROB-1: refused events for timers, events that come too late for timely ones. ROB-2: unusable prices
for usable ones. VOL-4: other prices in another market. Up to the change, and where nothing may follow from it, twins
act alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import cycle

from mmgate.engines.judging import OUT_OF_TIME, OutOfTime, Stopped, alarm
from mmgate.engines.lawful import broken
from mmgate.engines.twin_events import altered_taker, refused, taker_fill, unusable
from mmgate.ports.port import opened
from mmgate.request import Entry, MakerRef, Request
from mmgate.worlds import world_of
from model import events
from model.actions import Action, Cancel, Place, QueryOpenOrders
from model.codec import canonical
from model.config import MakerConfig
from model.journal import Maker, MakerFault, Record, Reply, Turn
from model.market import Market
from sim.run import run as play
from sim.world import World
from specs.spec import Outcome, Violation, Word, merge_runs

SPECS = ("FIL-4", "ROB-1", "ROB-2", "VOL-4")
MOST_EVENTS = 1200
"""So many events of a recorded run are told again."""
EVERY = 4
"""Every so manieth timer or price is changed."""
LATE_EVERY, LATE_MS = 3, (1, 700, 8000, 90_000)
"""Every so manieth event comes late, by one of these ms."""
SATURDAY_MS = 1_770_465_600_000
TWO_MINUTES = 130
PORT_STREAMS, STREAMS = 1, 2

Change = Callable[[events.Event, int], events.Event]


@dataclass(frozen=True, slots=True)
class Stream:
    """One life as it was told: its name, its start, and each event with the maker's reply."""

    name: str
    start: events.Start
    turns: tuple[tuple[events.Event, Reply], ...]


@dataclass(slots=True)
class Found:
    """What the twins of one spec showed: how often the condition was met, and how they differed."""

    met: int = 0
    fault: str = ""
    at_ms: int = 0


class Recorder:
    """An observer that keeps the first life of a run, as far as it is told again."""

    def __init__(self) -> None:
        self.start: events.Start | None = None
        self.turns: list[tuple[events.Event, Reply]] = []

    def observe(self, record: Record) -> None:
        """Keep a turn; the run may end after the last one needed."""
        if not isinstance(record, Turn):
            return
        if isinstance(record.event, events.Start):
            if self.start is not None:
                raise Stopped
            self.start = record.event
            return
        self.turns.append((record.event, record.reply))
        if len(self.turns) >= MOST_EVENTS:
            raise Stopped


def outcomes(request: Request, engine: str) -> list[Outcome]:
    """Judge the twins' specs that are asked for. Raises InputRefused for a maker that can't be used."""
    wanted = tuple(spec_id for spec_id in SPECS if spec_id in request.specs)
    if not wanted:
        return []
    found: dict[str, list[Outcome]] = {spec_id: [] for spec_id in wanted}
    for entry, seed in _chosen(request, engine):
        for outcome in _in_time(request, entry, seed, wanted, engine):
            found[outcome.spec_id].append(outcome)
    if "VOL-4" in wanted:
        found["VOL-4"].append(markets_apart(request.maker, engine))
    return [merge_runs(runs) for runs in found.values() if runs]


def _in_time(request: Request, entry: Entry, seed: int, wanted: Sequence[str], engine: str) -> list[Outcome]:
    """Judge the twins of one run as far as the wall clock of a run lets them come."""
    found: list[Outcome] = []
    limit_s = float(request.profile.wall_clock_s)
    try:
        with alarm(limit_s):
            for outcome in judged(world_of(entry, seed), request.maker, wanted, engine):
                found.append(outcome)
    except OutOfTime:
        known = {outcome.spec_id for outcome in found}
        why = f"{entry.scenario}, twin: {OUT_OF_TIME} after {limit_s:.0f} s"
        left = [spec_id for spec_id in wanted if spec_id not in known and spec_id != "VOL-4"]
        found += [Outcome(spec_id, engine, Word.INCONCLUSIVE, reason=why) for spec_id in left]
    return found


def breaking(request: Request, engine: str, spec_id: str) -> tuple[Entry, int] | None:
    """Return the first entry and seed whose twins break a spec, None if there is none."""
    for entry, seed in _chosen(request, engine):
        world = world_of(entry, seed)
        if any(one.word is Word.VIOLATED for one in judged(world, request.maker, (spec_id,), engine)):
            return entry, seed
    return None


def _chosen(request: Request, engine: str) -> list[tuple[Entry, int]]:
    """Choose entries with different configs that place orders; each engine its own ones."""
    by_config: dict[str, Entry] = {}
    for entry in request.suite:
        if entry.config.enabled:
            by_config.setdefault(entry.name, entry)
    entries = list(by_config.values()) or list(request.suite[:1])
    if engine != "property":
        entries.reverse()
    count = PORT_STREAMS if request.maker.kind == "port" else STREAMS
    return [(entry, request.seed) for entry in entries[:count]]


@lru_cache(maxsize=32)
def _recorded(world: World, maker: MakerRef) -> Stream | None:
    """Record the first life of a run; None if there is none."""
    recorder = Recorder()
    with opened(maker) as fresh, suppress(Stopped):
        play(world, fresh, [recorder])
    if recorder.start is None:
        return None
    return Stream(world.name, recorder.start, tuple(recorder.turns))


def judged(world: World, maker: MakerRef, specs: Sequence[str], engine: str) -> Iterator[Outcome]:
    """Record a world and judge its twins."""
    twins = {"FIL-4": _takers_aside, "ROB-1": _refused_or_late, "ROB-2": _fails_closed}
    wanted = [spec_id for spec_id in specs if spec_id in twins]
    try:
        stream = _recorded(world, maker) if wanted else None
        for spec_id in wanted:
            found = Found() if stream is None else twins[spec_id](stream, maker)
            yield _outcome(spec_id, engine, found, world.name)
    except MakerFault as fault:
        failed = Found(1, f"{fault.kind}: {fault.text}")
        yield _outcome("ROB-1", engine, failed, world.name)


def _outcome(spec_id: str, engine: str, found: Found, name: str) -> Outcome:
    word = Word.VIOLATED if found.fault else Word.HOLDS if found.met else Word.VACUOUS
    text = f"{name}, twin: {found.fault}" if found.fault else ""
    violations = (Violation(spec_id, found.at_ms, 0, text),) if text else ()
    contexts = (("twin", found.met),) if found.met else ()
    return Outcome(spec_id, engine, word, f"{found.met} events changed in twins", found.met, contexts, violations, text)


def _takers_aside(stream: Stream, maker: MakerRef) -> Found:
    """FIL-4: add taker fills without a result, and change those that there are; closes apart (L-9's netting)."""
    found = Found()
    numbers = iter(range(MOST_EVENTS))

    def change(event: events.Event, at: int) -> events.Event:
        if isinstance(event, events.TakerFill):
            return altered_taker(event)
        if isinstance(event, events.Timer) and at % EVERY == 0:
            return taker_fill(event.now_ms, stream.start.markets[0].name, next(numbers))
        return event

    _compare(stream, maker, change, found, netting=True)
    return found


def _refused_or_late(stream: Stream, maker: MakerRef) -> Found:
    """ROB-1: neither what must be refused nor a time that goes back changes what is done."""
    found = _refused_for_timers(stream, maker)
    return found if found.fault else _late_as_timely(stream, maker, found)


def _late_as_timely(stream: Stream, maker: MakerRef, found: Found) -> Found:
    """ROB-1: an event earlier than the last is answered as if it came at the last one's time (N-5)."""
    with opened(maker) as timely, opened(maker) as late:
        timely.start(stream.start)
        late.start(stream.start)
        now_ms = stream.start.now_ms
        for at, (event, _) in enumerate(stream.turns):
            back_ms = 0 if at % LATE_EVERY else LATE_MS[at // LATE_EVERY % len(LATE_MS)]
            found.met += back_ms > 0
            now_ms = now_ms if back_ms else event.now_ms
            expected = timely.handle(replace(event, now_ms=now_ms)).actions
            answered = late.handle(replace(event, now_ms=now_ms - back_ms)).actions
            if answered != expected:
                found.at_ms = event.now_ms
                found.fault = (
                    f"{found.met} events told up to {max(LATE_MS)} ms late; then {canonical(event)} is answered"
                    f" with {_shown(answered)} instead of {_shown(expected)}"
                )
                return found
    return found


def _refused_for_timers(stream: Stream, maker: MakerRef) -> Found:
    """ROB-1: tell events that must be refused in the place of timers."""
    found = Found()
    told: list[events.Fill] = []
    kinds = cycle(range(8))

    def change(event: events.Event, at: int) -> events.Event:
        if isinstance(event, events.Fill):
            told.append(event)
        if isinstance(event, events.Timer) and at % EVERY == 1:
            return refused(next(kinds), event.now_ms, stream.start.markets[0].name, told)
        return event

    _compare(stream, maker, change, found, netting=False)
    return found


def _compare(stream: Stream, maker: MakerRef, change: Change, found: Found, *, netting: bool) -> None:
    """Tell the changed stream and note the first answer that differs, its changes counted so far."""
    with opened(maker) as twin:
        twin.start(stream.start)
        for at, (event, before) in enumerate(stream.turns):
            changed = change(event, at)
            found.met += changed is not event
            after = twin.handle(changed)
            if _corrects(before) or _corrects(after) or _asks(before) != _asks(after):
                return
            was, now = _acts(before, netting), _acts(after, netting)
            if was != now:
                found.at_ms = event.now_ms
                found.fault = (
                    f"{found.met} events changed, the last {canonical(changed)}; then {canonical(event)} is answered"
                    f" with {_shown(now)} instead of {_shown(was)}"
                )
                return


def _acts(reply: Reply, netting: bool) -> list[Action]:
    """Return the orders and cancels of a reply; closes may follow the account's position, then they are left out."""
    orders = [action for action in reply.actions if isinstance(action, Place | Cancel)]
    return [one for one in orders if not (netting and isinstance(one, Place) and one.reduce_only)]


def _corrects(reply: Reply) -> bool:
    """Say whether a position was corrected: when, may depend on any fill told (L-7)."""
    return any(line.code == "position_corrected" for line in reply.log)


def _asks(reply: Reply) -> bool:
    """Say whether a query is sent: from then on the recorded answers are answers to another query."""
    return any(isinstance(action, QueryOpenOrders) for action in reply.actions)


def _shown(actions: Sequence[Action]) -> str:
    return "[" + ", ".join(canonical(action) for action in actions[:3]) + ("…]" if len(actions) > 3 else "]")


def _fails_closed(stream: Stream, maker: MakerRef) -> Found:
    """ROB-2: make prices unusable; until the next one no order that needs them is placed, none is forgotten."""
    found = Found()
    kinds = cycle(range(5))
    blind: dict[str, str] = {}
    with opened(maker) as twin:
        twin.start(stream.start)
        for at, (event, _) in enumerate(stream.turns):
            told, known = event, frozenset[str]()
            if isinstance(event, events.Oracle):
                blind.pop(event.market, None)
                if at % 2 == 0 and event.mark_px is not None and event.oracle_px > 0:
                    told, blind[event.market] = unusable(event, next(kinds), stream.start.config)
                    known = _known(twin)
                    found.met += 1
            elif isinstance(event, events.Fill | events.TakerFill) and event.mark_px is not None:
                blind.pop(event.market, None)
            fault = _placed_blindly(twin.handle(told), blind, stream.start.config)
            lost = known - _known(twin) if known else frozenset()
            if lost and not fault:
                fault = f"{min(lost)} is not known any more"
            if fault:
                found.fault, found.at_ms = f"{fault}; told {canonical(told)}", event.now_ms
                return found
    return found


def _placed_blindly(reply: Reply, blind: dict[str, str], config: MakerConfig) -> str:
    """Name an order that needs a price which is not there; a counter-order needs the mark only."""
    for action in reply.actions:
        if not isinstance(action, Place):
            continue
        missing = blind.get(action.market, "")
        needs_mark_only = action.reduce_only or config.counter_order_enabled
        if missing == "mark" or (missing == "oracle" and not needs_mark_only):
            return f"{canonical(action)} is placed without a usable {missing}"
    return ""


def _known(maker: Maker) -> frozenset[str]:
    books = maker.books() if "books" in maker.features else None
    return frozenset(order.cloid for order in books.orders) if books is not None else frozenset()


# -- markets


def markets_apart(maker: MakerRef, engine: str) -> Outcome:
    """VOL-4: what is quoted and logged of one market does not depend on the prices of another."""
    try:
        with opened(maker) as fresh:
            if "dynamic_offset" not in fresh.features:
                return Outcome("VOL-4", engine, Word.NOT_APPLICABLE, reason="the maker does not declare dynamic_offset")
        (calm, met), (wild, _) = (_first_market(maker, spikes) for spikes in (False, True))
    except MakerFault as fault:
        return replace(broken("VOL-4", fault, maker), engine=engine)
    found = Found(met)
    if calm != wild:
        at = next((i for i, pair in enumerate(zip(calm, wild, strict=False)) if pair[0] != pair[1]), -1)
        found.fault = f"with other prices of xyz:SILVER, {wild[at]} instead of {calm[at]} in xyz:GOLD"
    outcome = _outcome("VOL-4", engine, found, "two markets")
    asked = '{"kind":"markets","title":"two markets apart","case":null}'
    return replace(outcome, violations=tuple(replace(one, asked=asked) for one in outcome.violations))


def _first_market(maker: MakerRef, spikes: bool) -> tuple[list[str], int]:
    """Tell two markets' prices for two minutes; give what concerns the first one, and how many were told."""
    config = MakerConfig(
        enabled=True,
        size_per_level_usd=Decimal(50),
        max_position_usd=Decimal(500),
        dynamic_offset_enabled=True,
        wick_min_samples=20,
        fee_buffer_bps=Decimal(1),
        min_offset_bps=Decimal(2),
    )
    gold, silver = Market("xyz:GOLD", 4), Market("xyz:SILVER", 2)
    shown: list[str] = []
    with opened(maker) as fresh:
        fresh.start(events.Start(SATURDAY_MS, 1, config, (gold, silver)))
        for event in _two_markets(gold, silver, spikes):
            reply = fresh.handle(event)
            for action in reply.actions:
                if isinstance(action, Place) and action.market == gold.name:
                    shown.append(f"{event.now_ms}: {action.side} {action.sz} @ {action.px}")
            shown += [
                f"{event.now_ms}: {line.code} {dict(line.fields)}"
                for line in reply.log
                if line.code == "wick_stats" and line.market == gold.name
            ]
    return shown, len(shown)


def _two_markets(gold: Market, silver: Market, spikes: bool) -> Iterator[events.Event]:
    """Yield prices of both markets each second, timers, and the answers to the queries of the start."""
    for second in range(1, TWO_MINUTES):
        now_ms = SATURDAY_MS + 1000 * second
        other = Decimal(30) + (Decimal(second * second % 11) / 100 if spikes else 0)
        px = Decimal(5000) + second * second % 7
        yield events.Oracle(now_ms, silver.name, other, other)
        yield events.Oracle(now_ms + 10, gold.name, px, px)
        if second < 8:
            for sent_ms in (SATURDAY_MS, SATURDAY_MS + 5000, SATURDAY_MS + 5250):
                yield events.OpenOrders(now_ms + 20, sent_ms, (), ())
        yield events.Timer(now_ms + 250)
        yield events.Timer(now_ms + 500)
