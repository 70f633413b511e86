"""The maker's process: lives, lock steps, standing still."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from model.actions import Action
from model.events import Event, Start, Timer
from model.journal import BooksTold, Crashed, Maker, Record, Reply, Turn
from sim.clock import Clock


class Process:
    """Runs a maker: one event at a time, answered before the next."""

    def __init__(self, maker: Maker, clock: Clock, emit: Callable[[Record], None]) -> None:
        self.life = 0
        self.alive = False
        self.signalled = False
        self.started_ms = -1
        self.turns = 0
        self._maker = maker
        self._clock = clock
        self._emit = emit
        self._send: Callable[[tuple[Action, ...]], None] = _nowhere
        self._still = False
        self._held: list[Event] = []

    def attach(self, send: Callable[[tuple[Action, ...]], None]) -> None:
        """Say where actions go."""
        self._send = send

    def start(self, start: Start) -> None:
        """Begin a life."""
        self.life, self.started_ms = start.life, start.now_ms
        self.alive, self.signalled = True, False
        reply = self._maker.start(start)
        self._turn(start, start.now_ms, reply)

    def crash(self) -> None:
        """Die; what was told but not yet handled is gone."""
        self.alive = self._still = False
        self._held.clear()
        self._emit(Crashed(self._clock.now_ms, self.life))

    def tell(self, event: Event) -> None:
        """Tell an event; a process that stands still gets it when it wakes, a dead one never."""
        if not self.alive:
            return
        if self._still:
            self._held.append(event)
            return
        self._turn(event, event.now_ms, self._maker.handle(event))

    def timer(self, now_ms: int) -> None:
        """Tell that time has passed; a process that stands still never learns of this one."""
        if self.alive and not self._still:
            self.tell(Timer(now_ms))

    def stand_still(self) -> None:
        """Handle nothing until `wake`."""
        self._still = self.alive

    def wake(self) -> None:
        """Handle what has waited, now, in the order of its arrival."""
        self._still = False
        held, self._held = self._held, []
        for event in held:
            self.tell(replace(event, now_ms=self._clock.now_ms))

    def ask_books(self, now_ms: int, quiescent: bool) -> None:
        """Ask what the maker believes, between two turns, where it offers that and can answer."""
        if not self.alive or self._still:
            return
        books = self._maker.books() if "books" in self._maker.features else None
        if books is not None:
            self._emit(BooksTold(now_ms, self.life, books, quiescent))

    def _turn(self, event: Start | Event, now_ms: int, reply: Reply) -> None:
        self.turns += 1
        self._emit(Turn(now_ms, self.life, event, reply))
        if reply.actions:
            self._send(reply.actions)


def _nowhere(_actions: tuple[Action, ...]) -> None:
    """Send nothing: no wire is attached yet."""
