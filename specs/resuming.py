"""ORD-6 and CFG-5: a halt ends with its cause, and exactly the configured markets are quoted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from model import events, journal
from model.actions import Place
from specs.duties import calm_since
from specs.monitor import Monitor, snake
from specs.own import OwnOrder
from specs.quotable import HALTS, Quotable, configured, standing_ladder
from specs.statements import statement
from specs.view import View

CHANGE_NOTHING = frozenset((events.Resting, events.Unknown))
"""Only time, words on halts, and what ends them change whether a market may be quoted."""
CHANGE_SPENDING = frozenset((events.Fill, events.SendFailed))


@dataclass(slots=True)
class Freedom:
    """What keeps a market from being quoted (`cause`), or since when nothing does, and what ended the last cause.

    `bare_ms`: since which update of its price there has been no ladder, quoted before, with room for one.
    """

    cause: str = "start"
    free_ms: int | None = None
    ended_by: str = ""
    settled: bool = False
    stood: bool = False
    bare_ms: int | None = None


class FreedomMonitor(Monitor):
    """A monitor that sees, per market, when nothing excuses an empty book any more, and whether a ladder follows.

    Looked at with prices and timers; a demand is made only in the reply to an oracle update of the market (L-3).
    Two such monitors that watch the same run look once: the first one, which tells the other (`_leader`) what it saw.
    """

    turns = frozenset(get_args(events.Event)) - CHANGE_NOTHING

    def __init__(self, view: View) -> None:
        super().__init__(view)
        leader = view.watching.setdefault(FreedomMonitor, self)
        self._led = leader is not self
        self._heeded: list[FreedomMonitor] = []
        if self._led:
            leader._heeded.append(self)
            self.rests_on = (leader,)
        self._quotable = Quotable(view)
        self._markets: dict[str, Freedom] = {}

    def told_start(self, turn: journal.Turn, event: events.Start) -> None:
        """A new life begins halted, having quoted nothing."""
        self._quotable.heard(turn)
        self._markets = {market.name: Freedom() for market in event.markets}

    def told_unknown(self, turn: journal.Turn, event: events.Unknown) -> None:
        """Note a doubt."""
        self._quotable.heard(turn)

    def on_turn(self, turn: journal.Turn) -> None:
        """Look at the markets that this event may have changed; count requests last."""
        event, kind = turn.event, type(turn.event)
        if isinstance(event, events.Oracle):
            if event.market in self._markets:
                self._look(event.market, event)
        elif not (self._led or isinstance(event, events.Start) or kind in CHANGE_NOTHING):
            for market in self._markets:
                self._look(market, event)
        if turn.reply.actions or kind in CHANGE_SPENDING:
            self._quotable.turned(turn)

    def _look(self, market: str, event: events.Event) -> None:
        if self._led:
            return
        freedom = self._markets[market]
        if freedom.settled and self._quotable.still_free(market, type(event)):
            self._stay(market, freedom, event)
            return
        excuse = self._quotable.excuse(market)
        if not excuse and freedom.settled and freedom.free_ms is not None:
            self._stay(market, freedom, event)
            return
        stands = not freedom.settled and standing_ladder(self.view, market)
        if not (excuse or freedom.settled or stands) and isinstance(event, events.Oracle):
            excuse = "" if self._quotable.has_room(market) else "no room"
        if excuse:
            if freedom.cause not in HALTS or excuse in HALTS or freedom.settled:
                freedom.cause = excuse
            freedom.free_ms, freedom.settled, freedom.bare_ms = None, False, None
            return
        if freedom.free_ms is None:
            freedom.free_ms, freedom.ended_by = self.view.event_ms, snake(type(event).__name__)
        if freedom.settled:
            return
        if stands:
            freedom.settled = freedom.stood = True
            for one in (self, *self._heeded):
                one.resumed(market, freedom)
        elif isinstance(event, events.Oracle) and self._overdue(freedom.free_ms):
            freedom.settled, freedom.stood = True, False
            for one in (self, *self._heeded):
                one.missed(market, freedom)

    def _stay(self, market: str, freedom: Freedom, event: events.Event) -> None:
        """See whether a free market that was quoted is left without a ladder, an update being its requote (L-3).

        Of two updates `requote_interval_ms` apart the second one is, where nothing was placed between them and no own
        order is open, whose last word some maker may wait for.
        """
        if not (freedom.stood and isinstance(event, events.Oracle)):
            return
        orders = self.view.orders
        if orders.open_in(market) or orders.perhaps_in(market) or not self._quotable.has_room(market):
            freedom.bare_ms = None
        elif freedom.bare_ms is None:
            freedom.bare_ms = self.view.event_ms
        elif self.view.event_ms - freedom.bare_ms >= self.view.config.requote_interval_ms:
            freedom.stood = False
            for one in (self, *self._heeded):
                one.left_bare(market, self.view.event_ms - freedom.bare_ms)

    def _overdue(self, since_ms: int) -> bool:
        calm_ms = calm_since(self.view, since_ms)
        return calm_ms is not None and self.view.event_ms > calm_ms + self.view.bounds.resume_ms

    def sent_place(self, turn: journal.Turn, place: Place, order: OwnOrder) -> None:
        """Note that a market is not left alone."""
        if place.market in self._markets:
            self._markets[place.market].bare_ms = None

    def resumed(self, market: str, freedom: Freedom) -> None:
        """A ladder stands in a market that is free."""

    def missed(self, market: str, freedom: Freedom) -> None:
        """None stands, B-resume after the market became free."""

    def left_bare(self, market: str, bare_ms: int) -> None:
        """None stands any more, and nothing excuses it."""


class HaltEndsWithItsCause(FreedomMonitor):
    """ORD-6."""

    spec = statement("ORD-6")

    def resumed(self, market: str, freedom: Freedom) -> None:
        """Count what had halted the market, and what ended it."""
        if freedom.cause in HALTS:
            self.antecedent(f"{freedom.cause} · ended by {freedom.ended_by}", market=market)

    def missed(self, market: str, freedom: Freedom) -> None:
        """Quoting goes on within B-resume; a market never quoted beside others that are is CFG-5's business."""
        quoted = self.view.rungs_in
        if freedom.cause not in HALTS or (quoted and market not in quoted):
            return
        self.resumed(market, freedom)
        assert freedom.free_ms is not None
        free_ms, limit = self.view.event_ms - freedom.free_ms, self.view.bounds.resume_ms
        fact = f"no ladder in {market}, {free_ms} ms after nothing halts it any more"
        self.violated(f"{fact} ({freedom.cause}, ended by {freedom.ended_by}); B-resume is {limit} ms", market)


class ConfiguredMarketsQuoted(FreedomMonitor):
    """CFG-5."""

    spec = statement("CFG-5")

    def sent_place(self, turn: journal.Turn, place: Place, order: OwnOrder) -> None:
        """Nothing but a close goes out in a market that the config does not name."""
        super().sent_place(turn, place, order)
        if not place.reduce_only and not configured(self.view, place.market):
            names = ", ".join(self.view.config.markets)
            fact = f"{order.label()} is placed in {place.market}; the config names {names}"
            self.violated(fact, place.market, place.cloid)

    def resumed(self, market: str, freedom: Freedom) -> None:
        """Count a market that is quoted as configured."""
        self.antecedent(f"quoted · {self._name_of(market)}")

    def missed(self, market: str, freedom: Freedom) -> None:
        """Every configured market is quoted once in a life, within B-resume of being free to."""
        self.antecedent("not quoted", market=market)
        if market not in self.view.rungs_in:
            limit = self.view.bounds.resume_ms
            fact = f"{market} is configured ({self._name_of(market)}) and was never quoted in this life"
            self.violated(f"{fact}, although nothing held it back for {limit} ms", market)

    def left_bare(self, market: str, bare_ms: int) -> None:
        """A market that is quoted stays quoted: what is gone comes back with the next requote (L-3)."""
        fact = f"{market} is configured and has had no ladder for {bare_ms} ms"
        self.violated(f"{fact}, although it has room and nothing holds it back", market)

    def _look(self, market: str, event: events.Event) -> None:
        """Count a usable price of a market that is not named: a temptation."""
        super()._look(market, event)
        if isinstance(event, events.Oracle) and not configured(self.view, market) and self.view.usable(market):
            self.antecedent("not configured, quotable price")

    def _name_of(self, market: str) -> str:
        names = self.view.config.markets
        if not names:
            return "none named, so all"
        return "named in full" if market in names else "named without its dex"


MONITORS: tuple[type[Monitor], ...] = (HaltEndsWithItsCause, ConfiguredMarketsQuoted)
