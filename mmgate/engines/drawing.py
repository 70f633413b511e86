"""Drawing cases of one statement with Hypothesis: derandomised, counted, a broken one made small and kept.

Nothing of it depends on a clock, a database or the process; how many smaller cases are tried is bounded.
"""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, Phase, given, seed, settings

from mmgate.engines.functions import UNMET, Property
from mmgate.engines.lawful import ENGINE, MOST_SHRINKS
from mmgate.engines.questions import question_of
from mmgate.engines.steady import steady_examples
from mmgate.inputs import InputRefused
from mmgate.ports.child import SILENT
from model.journal import MakerFault
from specs.spec import Outcome, Violation, Word

SHOWN = 600
HUNG = tuple(f"{kind}: " for kind in SILENT)
MOST_HUNG = 2
"""So many smaller cases are tried of one that a port leaves without an answer: each costs the time limit."""


class Broken(Exception):
    """A statement that does not hold, for a case that Hypothesis then makes small."""

    def __init__(self, text: str, case: object) -> None:
        super().__init__(text)
        self.text = text
        self.case = case


class Bench:
    """Checks cases of one statement; once one is broken, at most `most` others are tried to find a smaller one."""

    def __init__(self, one: Property, most: int) -> None:
        self.counts: Counter[str] = Counter()
        self._one, self._left = one, most
        self._broken: dict[str, str] = {}

    def holds(self, case: object) -> None:
        """Check one case. Raises Broken."""
        self.counts["drawn"] += 1
        name = repr(case)
        found = self._broken.get(name) or self._checked(name, case)
        self.counts["met"] += found != UNMET
        if found is not None and found != UNMET:
            raise Broken(found, case)

    def _checked(self, name: str, case: object) -> str | None:
        if self._broken:
            if self._left <= 0:
                return None
            self._left -= 1
        found = self._found(case)
        if found is not None and found != UNMET:
            self._broken[name] = found
            if found.startswith(HUNG):
                self._left = min(self._left, MOST_HUNG)
        return found

    def _found(self, case: object) -> str | None:
        try:
            return self._one.check(case)
        except InputRefused:
            raise
        except MakerFault as fault:
            return f"{fault.kind}: {fault.text}"
        except Exception as error:  # the function itself broke on a case that it must take
            return f"{self._one.title}: {type(error).__name__}: {error}"


def check(one: Property, examples: int, number: int, *, shrinking: bool = True, most: int = MOST_SHRINKS) -> Outcome:
    """Draw cases of one statement; a broken one is told with the smallest case found, or the first if not shrinking."""
    bench = Bench(one, most)

    @seed(number)
    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink) if shrinking else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
        report_multiple_bugs=False,
    )
    @given(one.cases)
    def holds(case: object) -> None:
        bench.holds(case)

    counts = bench.counts
    strength = f"{examples} cases: {one.title}"
    try:
        with steady_examples():
            holds()
    except Broken as broken:
        text = f"{broken.text}; falsifying case: {repr(broken.case)[:SHOWN]}"
        violation = Violation(one.spec_id, 0, 0, text, asked=question_of(one, broken.case))
        return Outcome(one.spec_id, ENGINE, Word.VIOLATED, strength, counts["met"], (), (violation,), broken.text)
    if not counts["drawn"]:
        return Outcome(one.spec_id, ENGINE, Word.ERROR, reason=f"{one.title}: no case was drawn")
    word = Word.HOLDS if counts["met"] else Word.VACUOUS
    return Outcome(one.spec_id, ENGINE, word, strength, counts["met"], (("function", counts["met"]),))
