"""Whether the machine did its work: rules fired, places taken by the venue, and what that means for its words.

A machine that played nothing, or never fired a rule, is an error. One that stayed under the floors of its profile shows
violations, and holds nothing: its word is inconclusive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mmgate.engines.machine import RULES
from mmgate.engines.playing import Played
from mmgate.engines.tally import added
from mmgate.request import Counts, Profile
from specs.spec import Outcome, Word

ENOUGH_WORLDS = 40
"""From so many worlds on, a rule that never fired is an error of the machine."""
LEAST_ACCEPTED_PCT = 30
"""So many of the places must the venue have taken; with no place at all the specs are vacuous by themselves."""


@dataclass(frozen=True, slots=True)
class Work:
    """What the machine did. `error`: why it can't be heard; `short`: why it can't be trusted to have seen enough."""

    error: str
    short: str
    notes: tuple[str, ...]
    counts: tuple[tuple[str, Counts], ...]

    def heard(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Return the machine's outcomes as far as they may be heard."""
        return [self._heard(outcome) for outcome in outcomes]

    def _heard(self, outcome: Outcome) -> Outcome:
        if outcome.word is Word.VIOLATED:
            return outcome
        if self.error:
            return replace(outcome, word=Word.ERROR, reason=self.error)
        if self.short and outcome.word is Word.HOLDS:
            return replace(outcome, word=Word.INCONCLUSIVE, reason=self.short)
        return outcome


NO_WORK = Work("", "", (), ())
"""Nothing was asked of the machine."""


def work_of(played: Sequence[Played], lost: Sequence[str], profile: Profile) -> Work:
    """Count what the machine did and judge it by its profile."""
    fired: Counter[str] = Counter()
    for one in played:
        fired.update(dict(one.fired))
    worlds = sum(len(one.judged) for one in played)
    tally = added(judged.tally for one in played for judged in one.judged)
    rules = tuple((name, fired[name]) for name in RULES)
    error = _error(fired, worlds, lost)
    short = _short(rules, tally.places, tally.accepted, profile.rule_floor)
    told = ", ".join(f"{name} {count}" for name, count in rules)
    taken = f"places {tally.places}, taken by the venue {tally.accepted}"
    notes = (f"machine: {worlds} worlds; rules fired: {told}; {taken}", *filter(None, (error, short)))
    venue = (("places", tally.places), ("accepted", tally.accepted))
    floors = (("each rule", profile.rule_floor), ("accepted of 100 places", LEAST_ACCEPTED_PCT))
    counts = (("rules", rules), ("floors", floors), ("venue", venue), ("refused", tally.refused))
    return Work(error, short, notes, (*counts, ("faults", tally.faults)))


def _error(fired: Counter[str], worlds: int, lost: Sequence[str]) -> str:
    if lost:
        return f"the machine was lost: {lost[0]}"
    if not worlds:
        return "the machine played no world"
    idle = [name for name in RULES if not fired[name]] if worlds >= ENOUGH_WORLDS else []
    return f"the machine never fired {', '.join(idle)}" if idle else ""


def _short(rules: Counts, places: int, accepted: int, floor: int) -> str:
    rare = [f"{name} {count} times" for name, count in rules if count < floor]
    if rare:
        return f"the machine fired {', '.join(rare)}, and {floor} times is the least"
    if 100 * accepted < LEAST_ACCEPTED_PCT * places:
        return f"of {places} places the venue took {accepted}, and {LEAST_ACCEPTED_PCT} % is the least"
    return ""
