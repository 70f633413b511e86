"""The panel: monitors watching one run together. It keeps the shared view and calls each monitor for what it wants.

A monitor that raises answers *error* for its own spec, is not called again, and stops no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from model import actions, events, journal
from model.actions import LADDER
from specs.catalogue import MONITORS, SPECS
from specs.lots import Answer
from specs.monitor import Monitor, snake
from specs.own import OwnOrder
from specs.pricing import Facts
from specs.spec import Outcome, Word
from specs.view import View

Handler = Callable[..., object]
Row = tuple[tuple[int, Handler], ...]
Turns = tuple[tuple[int, Monitor, Handler], ...]

_RECORDS = {f"on_{snake(kind.__name__)}": kind for kind in journal.Record.__args__}
_EVENTS = {f"told_{snake(kind.__name__)}": kind for kind in (events.Start, *events.Event.__args__)}
_ACTIONS = {f"sent_{snake(kind.__name__)}": kind for kind in actions.Action.__args__}
_KNOWN = {**_RECORDS, **_EVENTS, **_ACTIONS}
_ANY, _STOP, _REPLY, _LOG = "told_any", "told_stop", "on_reply", "on_log"
_RUNG, _COUNTER = "sent_rung", "sent_counter"
_APART = frozenset((_STOP, _REPLY, _LOG, _RUNG, _COUNTER))
_TURN = "on_turn"


class Panel:
    """Observe a run for some specs (all judged ones by default); `outcomes` gives one word per spec."""

    def __init__(self, spec_ids: Iterable[str] | None = None, monitors: Iterable[type[Monitor]] = MONITORS) -> None:
        wanted = None if spec_ids is None else frozenset(spec_ids)
        self.view = View()
        self.monitors = [m(self.view) for m in monitors if wanted is None or m.spec.id in wanted]
        self._errors: dict[int, str] = {}
        self._rows: dict[type, Row] = {}
        self._apart: dict[str, Row] = {}
        self._told: dict[type, tuple[Row, Row, Turns]] = {}
        """By kind of event: those that are told it, those that hear of any, those that look at such a turn's end."""
        self._replies: Turns = ()
        self._build()

    def observe(self, record: journal.Record) -> None:
        """Look at the next record: the view first, then the monitors that want it."""
        if type(record) is journal.Turn:
            self._turn(record)
            return
        self.view.see(record)
        for at, handler in self._rows.get(type(record), ()):
            try:
                handler(record)
            except Exception as error:  # an error of the harness, told as such: never a pass, never a stop
                self._fail(at, error)

    def outcomes(self, engine: str = "simulation") -> tuple[Outcome, ...]:
        """Return one outcome per watched spec, in reading order; call it once, when the run is over."""
        order = {spec.id: at for at, spec in enumerate(SPECS)}
        found = [self._outcome(at, monitor, engine) for at, monitor in enumerate(self.monitors)]
        return tuple(sorted(found, key=lambda o: order.get(o.spec_id, len(order))))

    def _turn(self, turn: journal.Turn) -> None:
        view = self.view
        view.hear(turn)
        event, reply = turn.event, turn.reply
        told, anys, turns = self._told[type(event)]
        for at, handler in told:
            try:
                handler(turn, event)
            except Exception as error:  # as above, here and below
                self._fail(at, error)
        for at, handler in anys:
            try:
                handler(turn)
            except Exception as error:
                self._fail(at, error)
        if view.new_stop is not None:
            self._call(self._apart[_STOP], turn)
        if reply.actions:
            self._send(turn)
            self._call(self._apart[_REPLY], turn)
        if reply.log:
            self._call(self._apart[_LOG], turn)
        now_ms = view.event_ms
        for at, monitor, handler in self._replies if reply.actions else turns:
            if monitor.wake_ms <= now_ms:
                try:
                    handler(turn)
                except Exception as error:
                    self._fail(at, error)

    def _send(self, turn: journal.Turn) -> None:
        """Show the actions of a reply, one after the other, as the view comes to know them."""
        view, rows = self.view, self._rows
        pricing = view.pricing
        for action in turn.reply.actions:
            order = view.send(turn, action)
            if order is not None and type(action) is actions.Place:
                if order.role is LADDER:
                    self._judge(_RUNG, order, pricing.facts)
                self._judge(_COUNTER, order, pricing.answers.judged)
            for at, handler in rows.get(type(action), ()):
                try:
                    handler(turn, action, order)
                except Exception as error:
                    self._fail(at, error)

    def _judge(self, name: str, order: OwnOrder, known: Callable[[OwnOrder], Facts | Answer | None]) -> None:
        """Show a new order to those who judge its kind, with what is known of it."""
        row = self._apart[name]
        if not row:
            return
        try:
            found = known(order)
        except Exception as error:  # what all of them judge by is not known
            for at, _ in row:
                self._fail(at, error)
            return
        if found is None:
            return
        for at, handler in row:
            try:
                handler(order, found)
            except Exception as error:
                self._fail(at, error)

    def _call(self, row: Row, turn: journal.Turn) -> None:
        for at, handler in row:
            try:
                handler(turn)
            except Exception as error:
                self._fail(at, error)

    def _fail(self, at: int, error: Exception) -> None:
        text = f"record {self.view.index}: {type(error).__name__}: {error}"
        self._errors.setdefault(at, text)
        for other, monitor in enumerate(self.monitors):
            if self.monitors[at] in monitor.rests_on:
                self._errors.setdefault(other, text)
        self._build()

    def _outcome(self, at: int, monitor: Monitor, engine: str) -> Outcome:
        if at not in self._errors:
            try:
                return monitor.finish(engine)
            except Exception as error:  # as above
                self._errors[at] = f"at the end: {type(error).__name__}: {error}"
        failed = Outcome(monitor.spec.id, engine, Word.ERROR, reason=self._errors[at])
        return replace(failed, antecedents=monitor.antecedents, violations=tuple(monitor.violations))

    def _build(self) -> None:
        """Lay out the dispatch tables by record, event and action type, monitors in order."""
        rows: dict[type, list[tuple[int, Handler]]] = {}
        apart: dict[str, list[tuple[int, Handler]]] = {name: [] for name in _APART}
        anys: list[tuple[int, Monitor, Handler]] = []
        turns: list[tuple[int, Monitor, Handler]] = []
        for at, monitor in enumerate(self.monitors):
            if at in self._errors:
                continue
            for name, handler in monitor.handlers().items():
                if name in apart:
                    apart[name].append((at, handler))
                elif name == _TURN:
                    turns.append((at, monitor, handler))
                elif name == _ANY:
                    anys.append((at, monitor, handler))
                elif name in _KNOWN:
                    rows.setdefault(_KNOWN[name], []).append((at, handler))
                else:
                    raise ValueError(f"{type(monitor).__name__}.{name}: no record, event or action of that name")
        self._rows = {kind: tuple(row) for kind, row in rows.items()}
        self._apart = {name: tuple(row) for name, row in apart.items()}
        self._replies = tuple(turns)
        for kind in _EVENTS.values():
            hearing = tuple((at, call) for at, one, call in anys if not one.hears or kind in one.hears)
            looking = tuple(row for row in turns if not row[1].turns or kind in row[1].turns)
            self._told[kind] = self._rows.get(kind, ()), hearing, looking
