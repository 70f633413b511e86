"""Finding a small counterexample of every defect anew: `python -m mmgate.vectors.hunting [ID…]`, minutes on one core.

Each defect is looked for along its trail; what violates a spec is made small as the gate does, and kept as what the
reference is told in the same world, up to a little beyond the first answer in which the two differ. A defect that no
trail shows so is kept as the shortest beginning of a run of the suite in which its answers differ.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from mmgate.engines import property as drawing
from mmgate.engines.cases import FillCase, LadderCase
from mmgate.engines.functions import PROPERTIES
from mmgate.engines.fuzz import answered
from mmgate.engines.judging import Stopped, judge
from mmgate.engines.laws import quoted
from mmgate.engines.questions import FUNCTION, LAW, REFUSAL, STORY, STORY_SHAPE, Question, from_text
from mmgate.engines.shapes import ALL_LAWS
from mmgate.engines.shrink import Budget, shrink
from mmgate.ports.direct import direct
from mmgate.ports.server import right
from mmgate.ports.spoiled import answers_of
from mmgate.profiles import QUICK, embedded_suite
from mmgate.request import MakerRef, Request
from mmgate.trails import MONITORED, Stage, stages_of
from mmgate.vectors.ask import brief
from mmgate.vectors.case import Data, canonical
from mmgate.vectors.check import check, here
from mmgate.vectors.generated import fill_args
from mmgate.vectors.lives import Result, Said, reply_apart
from mmgate.vectors.recorded import Recorded
from mmgate.vectors.witnesses import COUNTEREXAMPLES, counterexample
from mmgate.worlds import world_of
from model.codec import TRACE
from model.config import ConfigRefused
from model.events import Event, Start
from model.journal import MakerFault, Record, Reply, Turn
from sim.run import run
from sim.world import World
from specs.defects import ALL, BY_ID, Defect
from specs.spec import Word

MOST_RERUNS, MOST_TURNS = 90, 150_000
TAIL = 12
"""So many steps after the first difference are kept."""
MOST_STEPS = 600
"""What is longer is no small counterexample."""
MOST_CALLS = 2
ENGINE = "simulation"


# -- lives


class Beside:
    """The reference, recorded, and a defect that is told the same: where they first differ, how long to go on."""

    name, features = "reference", Recorded.features

    def __init__(self, ref: MakerRef) -> None:
        self.recorded = Recorded()
        self._other = direct(ref)
        self.apart_at: int | None = None

    @property
    def over(self) -> bool:
        """Whether enough was told."""
        told = len(self.recorded.steps)
        return told >= MOST_STEPS if self.apart_at is None else told > self.apart_at + TAIL

    def start(self, start: Start) -> Reply:
        """Begin a life of both."""
        return self._both(self.recorded.start(start), start)

    def handle(self, event: Event) -> Reply:
        """Tell both an event."""
        return self._both(self.recorded.handle(event), event)

    def books(self) -> Any:
        """Tell what the reference believes."""
        return self.recorded.books()

    def _both(self, reply: Reply, told: Start | Event) -> Reply:
        if self.apart_at is None:
            try:
                other = self._other.start(told) if isinstance(told, Start) else self._other.handle(told)
                apart = reply_apart(self.recorded.answers[-1], other, self._other)
            except MakerFault:
                apart = True
            if apart:
                self.apart_at = len(self.recorded.steps) - 1
        return reply

    def observe(self, record: Record) -> None:
        """End the run when enough was told."""
        if isinstance(record, Turn) and self.over:
            raise Stopped

    def steps(self) -> list[Data] | None:
        """Return what was told, if the two differ."""
        return None if self.apart_at is None else self.recorded.steps[: self.apart_at + TAIL + 1]


def told_in(world: World, ref: MakerRef) -> list[Data] | None:
    """Return what the reference is told in a world in which a defect answers otherwise."""
    both = Beside(ref)
    try:
        with suppress(Stopped):
            run(world, both, [both])
    except ConfigRefused:
        return None
    return both.steps()


# -- calls


def calls_of(question: Question, ref: MakerRef) -> Iterator[Data]:
    """Yield the calls of a question that a defect answers wrongly."""
    wrong = answers_of(ref)
    for fn, args in _asked(question):
        short = brief(args) if fn != "config" else args
        try:
            differs = wrong(fn, short) != right(fn, short)
        except Exception:  # a defect may break down; that is another answer, too
            differs = True
        if differs:
            yield {"call": fn, "args": short}


def _asked(question: Question) -> list[tuple[str, Data]]:
    if question.kind == REFUSAL:
        return [("config", {"config": question.case})]
    calls: list[tuple[str, Data]] = []

    def ask(fn: str, args: Mapping[str, Any]) -> Any:
        calls.append((fn, dict(args)))
        return right(fn, dict(args))

    statements: Sequence[Any] = {LAW: ALL_LAWS, FUNCTION: PROPERTIES}.get(question.kind, ())
    statement = next((one for one in statements if one.title == question.title), None)
    if statement is None:
        return []
    case = TRACE.decode(statement.shape, question.case)
    if question.kind == LAW:
        statement.check(ask, case)
    elif isinstance(case, LadderCase):
        quoted(ask, case)
    elif isinstance(case, FillCase):
        calls.append(("counter_order", fill_args(case)))
    return calls


def _story(question: Question, ref: MakerRef) -> Data | None:
    both = Beside(ref)
    answered(both, list(TRACE.decode(STORY_SHAPE, question.case)))
    steps = both.steps()
    return None if steps is None else {"steps": steps}


# -- one defect


def found_for(defect: Defect) -> list[Data]:
    """Return what is kept of one defect: a life, or a few calls."""
    ref = MakerRef("defect", defect.id)
    trail, rest = stages_of(defect, embedded_suite(QUICK), 1)
    for stage in trail:
        if stage.kind == "run" and (life := _shrunk(defect, ref, stage)) is not None:
            return [{"defect": defect.id, **life}]
    found = _drawn(defect, ref) or _compared(defect, ref, [*trail, *rest])
    return [{"defect": defect.id, **one} for one in found]


def tells(found: Data) -> bool:
    """Say whether what was found makes a case that the defect answers wrongly, and not only asks at another moment."""
    (result,) = check([counterexample(found, found["defect"])], here(MakerRef("defect", found["defect"])))
    return isinstance(result, Result) and result.said is Said.DIFFERS


def _shrunk(defect: Defect, ref: MakerRef, stage: Stage) -> Data | None:
    assert stage.entry is not None
    world = world_of(stage.entry, stage.seed)
    must = tuple(spec_id for spec_id in defect.caught_by if spec_id in MONITORED)
    judged = judge(world, ref, must, ENGINE, stop_when_each=True)
    for outcome in judged.outcomes:
        if outcome.word is Word.VIOLATED:
            case = shrink(world, ref, outcome.spec_id, ENGINE, Budget(MOST_RERUNS, MOST_TURNS))
            steps = None if case is None else told_in(case.world, ref)
            if steps is not None:
                return {"spec": outcome.spec_id, "found": f"{stage.name}, simulation", "steps": steps}
    return None


def _drawn(defect: Defect, ref: MakerRef) -> list[Data]:
    request = Request(ref, embedded_suite(QUICK), defect.caught_by, ("property",), QUICK, 1, Path(), workers=0)
    found: list[Data] = []
    for outcome in drawing.drawn(request):
        for violation in outcome.violations:
            if not violation.asked or found:
                continue
            question = from_text(violation.asked)
            head = {"spec": outcome.spec_id, "found": f"{question.title}, property"}
            story = _story(question, ref) if question.kind == STORY else None
            parts = [story] if story is not None else list(calls_of(question, ref))[:MOST_CALLS]
            found += [{**head, **part} for part in parts]
    return found


def _compared(defect: Defect, ref: MakerRef, stages: Sequence[Stage]) -> list[Data]:
    """Return the shortest beginning of a run in which the answers differ."""
    best: Data | None = None
    for stage in stages:
        if stage.kind == "run" and stage.entry is not None:
            steps = told_in(world_of(stage.entry, stage.seed), ref)
            if steps is not None and (best is None or len(steps) < len(best["steps"])):
                best = {"spec": defect.caught_by[0], "found": f"{stage.name}, differential", "steps": steps}
    return [] if best is None else [best]


def main() -> None:
    """Hunt all defects, or those named, and write the file; what is kept of the others stays."""
    path = Path(__file__).parent / COUNTEREXAMPLES
    wanted = sys.argv[1:] or [defect.id for defect in ALL]
    if unknown := [name for name in wanted if name not in BY_ID]:
        sys.exit(f"hunting: no defect {', '.join(unknown)}; name ids such as counter-untracked")
    known: dict[str, list[Data]] = {}
    for line in path.read_text(encoding="ascii").splitlines() if path.exists() else ():
        found = json.loads(line)
        known.setdefault(found["defect"], []).append(found)
    for name in wanted:
        known[name] = [one for one in found_for(BY_ID[name]) if tells(one)]
        told = [f"{one['found']}: {len(one['steps']) if 'steps' in one else one['call']}" for one in known[name]]
        sys.stderr.write(f"{name}: {', '.join(told) or 'nothing'}\n")
        lines = (canonical(one) for defect in ALL for one in known.get(defect.id, ()))
        path.write_text("".join(lines), encoding="ascii", newline="\n")


if __name__ == "__main__":
    main()
