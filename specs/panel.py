"""The panel: monitors watching one run together. It keeps the shared view and calls each monitor for what it wants.

A monitor that raises answers *error* for its own spec, is not called again, and stops no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from model import actions, events, journal
from specs.catalogue import MONITORS, SPECS
from specs.monitor import Monitor, snake
from specs.spec import Outcome, Word
from specs.view import View

Handler = Callable[..., object]
Row = tuple[tuple[int, Handler], ...]

_RECORDS = {f"on_{snake(kind.__name__)}": kind for kind in journal.Record.__args__}
_EVENTS = {f"told_{snake(kind.__name__)}": kind for kind in (events.Start, *events.Event.__args__)}
_ACTIONS = {f"sent_{snake(kind.__name__)}": kind for kind in actions.Action.__args__}
_KNOWN = {**_RECORDS, **_EVENTS, **_ACTIONS}
_ANY = "told_any"


class Panel:
    """Observe a run for some specs (all judged ones by default); `outcomes` gives one word per spec."""

    def __init__(self, spec_ids: Iterable[str] | None = None, monitors: Iterable[type[Monitor]] = MONITORS) -> None:
        wanted = None if spec_ids is None else frozenset(spec_ids)
        self.view = View()
        self.monitors = [m(self.view) for m in monitors if wanted is None or m.spec.id in wanted]
        self._errors: dict[int, str] = {}
        self._rows: dict[type, Row] = {}
        self._told_any: Row = ()
        self._build()

    def observe(self, record: journal.Record) -> None:
        """Look at the next record: the view first, then the monitors that want it."""
        if type(record) is journal.Turn:
            self._turn(record)
            return
        self.view.see(record)
        row = self._rows.get(type(record))
        if row:
            self._call(row, record)

    def outcomes(self, engine: str = "simulation") -> tuple[Outcome, ...]:
        """Return one outcome per watched spec, in reading order; call it once, when the run is over."""
        order = {spec.id: at for at, spec in enumerate(SPECS)}
        found = [self._outcome(at, monitor, engine) for at, monitor in enumerate(self.monitors)]
        return tuple(sorted(found, key=lambda o: order.get(o.spec_id, len(order))))

    def _turn(self, turn: journal.Turn) -> None:
        view, rows = self.view, self._rows
        view.hear(turn)
        if row := rows.get(type(turn.event)):
            self._call(row, turn, turn.event)
        if self._told_any:
            self._call(self._told_any, turn)
        for action in turn.reply.actions:
            order = view.send(turn, action)
            if row := rows.get(type(action)):
                self._call(row, turn, action, order)
        if row := rows.get(journal.Turn):
            self._call(row, turn)

    def _call(self, row: Row, *arguments: Any) -> None:
        for at, handler in row:
            try:
                handler(*arguments)
            except Exception as error:  # an error of the harness, told as such: never a pass, never a stop
                self._fail(at, error)

    def _fail(self, at: int, error: Exception) -> None:
        self._errors.setdefault(at, f"record {self.view.index}: {type(error).__name__}: {error}")
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
        """Lay out the dispatch table by record, event and action type, monitors in order."""
        rows: dict[type, list[tuple[int, Handler]]] = {}
        told_any: list[tuple[int, Handler]] = []
        for at, monitor in enumerate(self.monitors):
            if at in self._errors:
                continue
            for name, handler in monitor.handlers().items():
                if name == _ANY:
                    told_any.append((at, handler))
                elif name in _KNOWN:
                    rows.setdefault(_KNOWN[name], []).append((at, handler))
                else:
                    raise ValueError(f"{type(monitor).__name__}.{name}: no record, event or action of that name")
        self._rows = {kind: tuple(row) for kind, row in rows.items()}
        self._told_any = tuple(told_any)
