"""The engine audit: the monitors over what really happened, and what gaps in a log leave of their words.

A violation stands where the log is whole up to its line. One that comes after evidence of a gap may be due to what
is missing: its spec is inconclusive, with the finding told; so is one that held or was never met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from mmgate.audit.chains import Chains
from mmgate.audit.gaps import Gap, Gaps
from mmgate.audit.lateness import Lateness
from model.journal import Record
from specs.panel import Panel
from specs.spec import Outcome, Violation, Word

ENGINE = "audit"
BY_PRICES = frozenset(
    (
        *("OFF-1", "CFG-2", "OFF-2", "OFF-3", "OFF-4", "OFF-9", "TCK-1", "SIZ-1", "ADV-1", "VEL-2", "STL-1", "CFG-5"),
        *("VOL-1", "VOL-2", "VOL-8", "CTR-1", "CTR-2", "CTR-3", "CTR-6", "CTR-7", "INV-1", "INV-2", "INV-3"),
        *("ORD-3", "ORD-5", "ORD-6", "ORD-9", "ORD-10", "ORD-13", "ORD-15", "RSK-1"),
    )
)
"""Specs that judge by the prices that the maker was told: one that is missing may be all that is wrong."""
BY_PROCESS = frozenset(("LOG-1", "VOL-6", "CFG-5", "CTR-6", "CTR-7", "ORD-6", "ORD-15", "RSK-1"))
"""Specs that miss a line of the maker's own log, or ask for quotes: a signal that is not told explains that too."""
UNTOLD = "the lines bear no numbers, and one of the maker's own log, or of its process, may be missing"
UNPRICED = "the lines bear no numbers, and the venue's own prices are not told, or not for all of the time"
LOOK_EVERY = 1024
"""Records after which monitors are asked for new violations, while their lines are still known."""


@dataclass(frozen=True, slots=True)
class Found:
    """One spec's word over a log; `line`: where it is violated, 0 where it is not."""

    outcome: Outcome
    line: int = 0


class Auditor:
    """Watches records with their lines, looks in them for evidence of gaps. `place` names a line."""

    def __init__(self, spec_ids: Iterable[str] | None = None, place: Callable[[int], str] = "line {}".format) -> None:
        self._place = place
        self.panel = Panel(spec_ids)
        self.gaps = Gaps()
        self.records = 0
        self._chains = Chains()
        self._lateness = Lateness()
        self._looked: dict[str, int] = {}
        self._unclear: dict[str, int] = {}
        self._lines: list[int] = [0] * LOOK_EVERY
        self._violated: dict[str, list[tuple[int, Violation]]] = {}
        self._numbered = True
        self._unsure: dict[str, str] = {}
        self._last = 0

    def see(self, line: int, found: Record | Gap) -> None:
        """Take in the next record, or evidence of a gap."""
        if isinstance(found, Gap):
            self.gaps.add(found)
            return
        self._last = line
        self._lines[self.records % LOOK_EVERY] = line
        self.records += 1
        for text in self._chains.missing(found):
            since = self.gaps.since  # what follows a gap of known place comes from it
            self.gaps.add(Gap(line, 1 if since is None else since, text))
        self._lateness.see(found)
        self.panel.observe(found)
        if self.records % LOOK_EVERY == 0:
            self._look()

    def heed_timers(self, told: bool) -> None:
        """Say whether the log tells each turn of the maker's loop, so that one that is missing is a gap."""
        self._chains.timers = told

    def heed_numbers(self, numbered: bool) -> None:
        """Say whether the lines bear numbers, so that each one that is missing is noticed."""
        self._numbered = numbered

    def words(self, unjudged: Mapping[str, str] = MappingProxyType({})) -> tuple[Found, ...]:
        """Return a word for each spec, in reading order; call it once, at the end of the log.

        `unjudged`: specs of which the log does not tell what they judge by, and why.
        """
        self._look()
        found = []
        for outcome in self.panel.outcomes(ENGINE):
            if outcome.spec_id in unjudged and outcome.word not in (Word.NOT_APPLICABLE, Word.ERROR):
                found.append(Found(_doubtful(outcome, unjudged[outcome.spec_id])))
            else:
                found.append(self._word(outcome))
        return tuple(found)

    def _look(self) -> None:
        """Note the line of each spec's first violation, those apart that one line shows which can't be judged alone."""
        for monitor in self.panel.monitors:
            known = self._looked.get(monitor.spec.id, 0)
            if len(monitor.violations) == known:
                continue
            self._looked[monitor.spec.id] = len(monitor.violations)
            for violation in monitor.violations[known:]:
                line = self._lines[violation.index % LOOK_EVERY]
                if self.gaps.unclear_at(line):
                    self._unclear.setdefault(monitor.spec.id, line)
                    continue
                if monitor.spec.id not in self._violated:
                    self._weigh(monitor.spec.id)
                self._violated.setdefault(monitor.spec.id, []).append((line, violation))

    def _weigh(self, spec_id: str) -> None:
        """Doubt a finding of lines without numbers where one more line could undo it, and nothing would tell."""
        if self._numbered:
            return
        if spec_id in BY_PROCESS:
            self._unsure[spec_id] = UNTOLD
        elif spec_id in BY_PRICES and not self._chains.priced:
            self._unsure[spec_id] = UNPRICED

    def _word(self, outcome: Outcome) -> Found:
        if outcome.word is Word.VIOLATED:
            return self._found(outcome)
        if not self.gaps.count or outcome.word is Word.NOT_APPLICABLE:
            return Found(outcome)
        return Found(_doubtful(outcome, f"{self._first_gap()}{'; ' * bool(outcome.reason)}{outcome.reason}"))

    def _found(self, outcome: Outcome) -> Found:
        """Let a violation stand where the log is whole up to its line, and the line can be judged by itself."""
        fact = outcome.violations[0].text if outcome.violations else outcome.reason
        seen, unclear = self._violated.get(outcome.spec_id, []), self._unclear.get(outcome.spec_id)
        if not seen and unclear is not None:
            return Found(_doubtful(outcome, f"{self._place(unclear)}: {self.gaps.unclear_text} ({fact})"))
        line = seen[0][0] if seen else self._last
        if self.gaps.doubted(line):
            return self._perhaps(outcome, line, "nothing is missing", fact, self._first_gap())
        if outcome.spec_id in self._unsure:
            return self._perhaps(outcome, line, "nothing is missing", fact, self._unsure[outcome.spec_id])
        late = [self._lateness.excuse(outcome.spec_id, violation.now_ms) for _, violation in seen]
        standing = [one for one, text in zip(seen, late, strict=True) if not text]
        if seen and (not standing or self.gaps.doubted(standing[0][0])):
            return self._perhaps(outcome, line, "nothing came late", fact, next(filter(None, late)))
        if not standing:
            return Found(outcome, line)
        return Found(replace(outcome, violations=tuple(one for _, one in standing)), standing[0][0])

    def _perhaps(self, outcome: Outcome, line: int, condition: str, fact: str, why: str) -> Found:
        return Found(_doubtful(outcome, f"violated at {self._place(line)} if {condition} ({fact}); {why}"))

    def _first_gap(self) -> str:
        first = self.gaps.kept[0]
        return f"{self._place(first.line)}: {first.text}"


def _doubtful(outcome: Outcome, reason: str) -> Outcome:
    return replace(outcome, word=Word.INCONCLUSIVE, reason=reason, violations=())
