"""What a monitor is: a spec that watches one run, record by record, and answers with one word.

A monitor declares what it wants to see by the names of its methods, and is called for nothing else:

- `on_<record>(record)` for a record of the journal, such as `on_order_opened`; `on_turn` comes last in its turn, just
  before it `on_log(turn)` where the reply has log lines, and before that `on_reply(turn)` where it has actions.
- `told_<event>(turn, event)` when the maker was told an event (`told_start`, `told_oracle`, `told_fill` …), then
  `told_any(turn)` for every event, or for those that `hears` names, then `told_stop(turn)` where a shutdown was
  entered: the view knows the event, none of the reply's actions yet.
- `sent_rung(order, facts)` when the view knows a new ladder order, with what the definitions say of it; for
  none of which they say nothing. `sent_counter(order, answer)` for a new counter-order, with the fills it may answer.
- `sent_<action>(turn, action, order)` for each action of the reply, in order, when the view knows it: `sent_place`
  and `sent_cancel` come with the own order concerned (None: a cancel that names none), the others with None.

A monitor that takes over what another one works out names it in `rests_on`: if that one fails, both have failed.

A monitor that has nothing to look for sleeps: `on_turn` is called at `wake_ms` and later, and, where `turns` names
events, only after these and after replies with actions. What wakes it is the monitor's own to note.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeAlias, get_args

from model import events
from specs.own import OwnOrder
from specs.spec import Outcome, Spec, Violation, Word
from specs.surroundings import SEPARATOR, Around, counted
from specs.view import View

MAX_VIOLATIONS = 5
"""So many violations of one spec are kept per run; all are counted."""

_OFFSET_SPECS = ("CFG-2", "OFF-1", "OFF-2", "OFF-3", "OFF-4", "SIZ-1", "TCK-1", "ADV-1")
_ORDER_SPECS = ("STL-1", "ORD-10", "ORD-13", "ORD-15")
_COUNTER_SPECS = ("CTR-1", "CTR-2", "CTR-3", "CTR-4", "CTR-5", "CTR-6", "CTR-7")
BY_ROLE = frozenset((*_OFFSET_SPECS, *_ORDER_SPECS, *_COUNTER_SPECS))
"""Specs that judge an order by its role. Where roles had to be guessed they can't say that a rule is broken."""

ASLEEP_MS = 1 << 62
AWAKE_MS = -ASLEEP_MS
"""Times that never come and always have: `on_turn` is not called until another handler sets `wake_ms`, or always."""

NAMING = frozenset(kind for kind in get_args(events.Event) if "cloid" in kind.__dataclass_fields__)
"""Events that name an order."""

Handler = Callable[..., object]
Tell: TypeAlias = Callable[[str, str | None, str | None], None]
"""Takes over a finding: its text, market and cloid."""
PREFIXES = ("on_", "told_", "sent_")


class Monitor:
    """A spec watching a run. Subclasses set `spec` and add handlers; `finish` gives the word."""

    spec: ClassVar[Spec]
    hears: ClassVar[frozenset[type]] = frozenset()
    turns: ClassVar[frozenset[type]] = frozenset()

    def __init__(self, view: View) -> None:
        self.view = view
        self.violations: list[Violation] = []
        self.violation_count = 0
        self.antecedents = 0
        self.doubt = ""
        self.wake_ms = AWAKE_MS
        self.rests_on: tuple[Monitor, ...] = ()
        view.watching.setdefault(type(self), self)
        self._conditions: dict[Around, dict[tuple[str, str], int]] = {}
        self._there: Around | None = None
        self._looked_around_at = -2
        self._here: dict[tuple[str, str], int] = {}

    def handlers(self) -> dict[str, Handler]:
        """Return this monitor's handlers by method name."""
        names = [name for name in dir(self) if name.startswith(PREFIXES)]
        return {name: getattr(self, name) for name in names}

    def antecedent(self, context: str = "", order: OwnOrder | None = None, market: str = "") -> None:
        """Count that the spec's condition was met: in which context, around which order or market, what held then."""
        self.antecedents += 1
        view = self.view
        if self._looked_around_at != view.index:  # until the next record it is counted under what holds now
            self._looked_around_at = view.index
            there = view.around()
            if there is not self._there:
                self._there, self._here = there, self._conditions.setdefault(there, {})
        key, here = (context, market if order is None else order.traits), self._here
        if key in here:
            here[key] += 1
        else:
            here[key] = 1

    def violated(self, text: str, market: str | None = None, cloid: str | None = None) -> None:
        """Note a violation at the present record; only the first few are kept, all are counted.

        It is a doubt only where it rests on a role that had to be guessed.
        """
        if self.view.guesses and self.spec.id in BY_ROLE and self._guessed(market, cloid):
            self.doubt = f"the maker tells no roles, and guessed ones say: {text}"
            return
        self.violation_count += 1
        if len(self.violations) < MAX_VIOLATIONS:
            at = (self.view.now_ms, self.view.index)
            self.violations.append(Violation(self.spec.id, *at, text, market, cloid))

    def _guessed(self, market: str | None, cloid: str | None) -> bool:
        order = self.view.orders.find(cloid, None)
        return self.view.guessed(order) if order is not None else market in self.view.guesses

    def switched_off(self) -> str:
        """Say why the config of this run has no such subject; empty when it has."""
        return ""

    def pending(self) -> str:
        """Say which obligation is still open at the end of the run; empty when none is."""
        return ""

    def close(self) -> None:
        """Judge what only the end of the run shows; called once, before the word is given."""

    def finish(self, engine: str = "simulation") -> Outcome:
        """Return the word on this run."""
        self.close()
        word, reason = self._word()
        return Outcome(
            spec_id=self.spec.id,
            engine=engine,
            word=word,
            strength=self.view.strength(),
            antecedents=self.antecedents,
            contexts=self._contexts(),
            surroundings=counted(self._around(), self.view.all_markets),
            violations=tuple(self.violations),
            reason=reason,
        )

    def _contexts(self) -> tuple[tuple[str, int], ...]:
        """Return how often the condition was met in each named context."""
        contexts: dict[str, int] = {}
        for met in self._conditions.values():
            for (context, _), count in met.items():
                if context:
                    contexts[context] = contexts.get(context, 0) + count
        return tuple(sorted(contexts.items()))

    def _around(self) -> dict[tuple[str, Around], int]:
        """Return how often the condition was met in each context, on whatever it was met, and what held then."""
        found: dict[tuple[str, Around], int] = {}
        for there, met in self._conditions.items():
            for (context, traits), count in met.items():
                key = (f"{context}{SEPARATOR}{traits}", there)
                found[key] = found.get(key, 0) + count
        return found

    def _word(self) -> tuple[Word, str]:
        """Choose the word: violated, not applicable, inconclusive, vacuous, else holds."""
        if self.violation_count:
            return Word.VIOLATED, f"{self.violation_count} violations"
        off = self._missing_feature() or self.switched_off()
        if off:
            return Word.NOT_APPLICABLE, off
        open_end = self.view.cut() or self.pending() or self.doubt
        if open_end:
            return Word.INCONCLUSIVE, open_end
        if not self.antecedents:
            return Word.VACUOUS, "its condition was never met"
        return Word.HOLDS, ""

    def _missing_feature(self) -> str:
        """Name a feature that the spec's subject needs and the maker does not declare."""
        missing = [f for f in self.spec.features if f not in self.view.features]
        return f"the maker does not declare {', '.join(missing)}" if missing else ""


def snake(name: str) -> str:
    """Write a class name as handlers spell it: `OrderOpened` → `order_opened`."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
