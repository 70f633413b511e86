"""From venue to maker: replies, streams and answers, each its own channel with its own latency."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from model.events import Event
from sim.by_hand import Hands
from sim.clock import Clock
from sim.faults import FaultKind, FaultTable
from sim.parameters import Parameters
from sim.randomness import WHOLE, Noise
from sim.venue import Part

MOST_UNDER_WAY = 10_000
"""More messages than this at once can only be a maker that answers each refusal with several new orders."""

_LOCAL_MS = 1
_DUPLICATE_LAG_MS = 2_000


class Flood(Exception):
    """The maker keeps more messages under way than any venue takes."""


class Latency:
    """One-way latencies: the median, twice it at 90 %, 4.5 times at 99 %, and never above the maximum."""

    def __init__(self, median_ms: int, max_ms: int) -> None:
        knots = [(0, median_ms * 2 // 5), (50, median_ms), (90, median_ms * 2), (99, median_ms * 9 // 2)]
        bounded = [(share * WHOLE // 100, min(ms, max_ms)) for share, ms in knots]
        self._knots = [*bounded, (WHOLE, max(max_ms, bounded[-1][1]))]

    def ms(self, draw: int) -> int:
        """Return the latency of a draw in [0, WHOLE), in ms."""
        for (low, low_ms), (high, high_ms) in zip(self._knots, self._knots[1:], strict=False):
            if draw < high:
                return low_ms + (high_ms - low_ms) * (draw - low) // (high - low)
        raise AssertionError(draw)


class Message(NamedTuple):
    """Parts told together, and the connection over which they travel."""

    connection: int
    parts: tuple[Part, ...]


class Channel:
    """Messages that keep their order."""

    __slots__ = ("last_due_ms", "noise", "queue")

    def __init__(self, seed: int, name: str) -> None:
        self.noise = Noise(seed, f"latency {name}")
        self.queue: deque[Message] = deque()
        self.last_due_ms = 0


class Downlink:
    """What the venue tells. Messages of a connection that is gone are lost.

    Channels: `replies` (of one address, in order), `fills`, `updates`, `prices`, `info`. Between channels there is
    no order: a fill may be told before its order's reply or after its `canceled`.
    """

    CHANNELS = ("replies", "fills", "updates", "prices", "info")

    def __init__(
        self,
        clock: Clock,
        seed: int,
        parameters: Parameters,
        faults: FaultTable,
        tell: Callable[[Event], None],
        hands: Hands,
    ) -> None:
        self._hands = hands
        self.under_way = 0
        self.connection = 0
        self.connected = False
        self.subscribed = False
        self._clock = clock
        self._faults = faults
        self._tell = tell
        self._latency = Latency(parameters.latency_median_ms, parameters.latency_max_ms)
        self._channels = {name: Channel(seed, name) for name in self.CHANNELS}

    def up(self, *, subscribed: bool) -> None:
        """Begin a new connection."""
        self.connection += 1
        self.connected = True
        self.subscribed = subscribed

    def down(self) -> None:
        """End the connection; what was under way to the maker is lost."""
        self.connection += 1
        self.connected = self.subscribed = False
        if self._hands.working:
            self._hands.forget()
            self.under_way = 0

    def reply(self, connection: int, parts: Sequence[Part]) -> None:
        """Answer what was sent over `connection`."""
        if parts:
            self._send("replies", Message(connection, tuple(parts)))

    def answer(self, connection: int, part: Part) -> None:
        """Answer a query sent over `connection`."""
        self._send("info", Message(connection, (part,)))

    def stream(self, name: str, parts: Sequence[Part]) -> None:
        """Tell the subscribers of a stream."""
        if not parts or not self.subscribed:
            return
        if name == "fills":
            parts = [part for part in parts if not self._faults.strikes(FaultKind.LOSE_FILL, self._clock.now_ms)]
            self._repeat(parts)
        if parts:
            self._send(name, Message(self.connection, tuple(parts)))

    def snapshot(self, parts: Sequence[Part]) -> None:
        """Tell a new subscriber what a stream begins with, in one message ahead of the stream."""
        self._send("fills", Message(self.connection, tuple(parts)))

    def local(self, part: Part) -> None:
        """Tell what the maker's own host knows: nothing left it."""
        message = Message(self.connection, (part,))
        if self._hands.working:
            self._hold("local", message)
        else:
            self._launch(self._clock.now_ms + _LOCAL_MS, message)

    def lost(self) -> None:
        """Forget one message that a fault met on its way."""
        self.under_way -= 1

    def again(self, message: Message) -> None:
        """Let a message that was told wait to be told once more."""
        self._hold("again", message)

    def _hold(self, name: str, message: Message) -> None:
        """Let a message wait for the script's step, unless its connection is gone."""
        if message.connection == self.connection:
            self._count()
            self._hands.hold(name, self._arrive, message)

    def _repeat(self, parts: Sequence[Part]) -> None:
        """Tell fills a second time, later, where that fault strikes."""
        now = self._clock.now_ms
        for part in parts:
            if self._faults.strikes(FaultKind.DUPLICATE_FILL, now):
                noise = self._channels["fills"].noise
                lag = self._latency.ms(noise.draw(now)) + _DUPLICATE_LAG_MS * noise.draw(now) // WHOLE
                self._launch(now + lag, Message(self.connection, (part,)))

    def _send(self, name: str, message: Message) -> None:
        if self._hands.working:
            self._hold(name, message)
            return
        now = self._clock.now_ms
        channel = self._channels[name]
        due = now + self._latency.ms(channel.noise.draw(now)) + self._faults.extra_ms(now)
        if self._faults.strikes(FaultKind.REORDER, now):
            self._launch(due, message)
            return
        due = max(due, channel.last_due_ms)
        channel.last_due_ms = due
        channel.queue.append(message)
        self._count()
        self._clock.at(due, self._arrive_next, channel)

    def _launch(self, due_ms: int, message: Message) -> None:
        """Send a message that keeps no order."""
        self._count()
        self._clock.at(due_ms, self._arrive, message)

    def _count(self) -> None:
        self.under_way += 1
        if self.under_way > MOST_UNDER_WAY:
            raise Flood

    def _arrive_next(self, channel: Channel) -> None:
        self._arrive(channel.queue.popleft())

    def _arrive(self, message: Message) -> None:
        self.under_way -= 1
        now = self._clock.now_ms
        for event, values in message.parts:
            if message.connection != self.connection:
                return
            self._tell(event(now, *values))
