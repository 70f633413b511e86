"""The simulated clock: callbacks on SimPy's queue, same-time events in an order drawn from the seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simpy import Environment, Event
from simpy.events import EventPriority

from sim.randomness import Noise

Callback = Callable[[Any], None]


class _Due(Event):
    """Something that happens by itself at a known time, carrying a value."""

    __slots__ = ()

    def __init__(self, env: Environment, delay: int, priority: int, callback: Callback, value: object) -> None:
        self.env = env
        self.callbacks = [lambda _event: callback(value)]
        self._value = value
        self._ok = True
        env.schedule(self, EventPriority(priority), delay)


class Clock:
    """Time in integer ms since 1970 UTC. What is due at one ms runs in an order drawn from the seed.

    SimPy alone would run it first in, first out, and no race would ever be tried. `events` counts what was scheduled.
    """

    def __init__(self, start_ms: int, seed: int) -> None:
        self._env = Environment(initial_time=start_ms)
        self._noise = Noise(seed, "order of same-time events")
        self._ended = self._env.event()
        self.events = 0

    @property
    def now_ms(self) -> int:
        """The time."""
        return int(self._env.now)

    def at(self, due_ms: int, callback: Callback, value: object = None) -> None:
        """Call `callback(value)` at `due_ms`; a time that has passed means now."""
        now = int(self._env.now)
        delay = due_ms - now if due_ms > now else 0
        self.events += 1
        _Due(self._env, delay, 1 + self._noise.draw(now), callback, value)

    def run(self) -> None:
        """Let time pass until `end` is called."""
        self._env.run(until=self._ended)

    def end(self) -> None:
        """Stop after what is happening now."""
        if not self._ended.triggered:
            self._ended.succeed()
