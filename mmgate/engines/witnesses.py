"""From what an engine saw violated to files that show it again: worlds made short, questions as they were made small.

Each is run again from what the file says before it is saved. A violation that does not come back is none: of a maker
of this process it is an error of the harness, and the gate gives no verdict. A port may be to blame itself.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mmgate import corpus
from mmgate.corpus import RUN, TWIN
from mmgate.engines import twins
from mmgate.engines.pool import Lost, spread
from mmgate.engines.questions import ask_again, from_text
from mmgate.engines.shrink import shrink
from mmgate.identity import config_data, digest_of
from mmgate.request import Entry, MakerRef, Request, Witness
from mmgate.worlds import world_of
from model.codec import Malformed
from model.config import MakerConfig
from sim.world import World
from specs.spec import Outcome, Violation, Word

MOST_QUESTIONS = 3
"""So many questions are kept of one spec and engine."""


@dataclass(frozen=True, slots=True)
class Search:
    """A world that breaks a spec, to be shortened: itself, or an entry of the suite and a seed. Travels to a worker."""

    world: World | tuple[Entry, int]
    maker: MakerRef
    spec_id: str
    engine: str
    how: str = RUN

    def made(self) -> World:
        """Return the world."""
        return self.world if isinstance(self.world, World) else world_of(*self.world)

    def config(self) -> MakerConfig:
        """Return the config that was asked for."""
        return self.world.config if isinstance(self.world, World) else self.world[0].config

    def name(self) -> str:
        """Return how the world is called."""
        return self.world.name if isinstance(self.world, World) else f"{self.world[0].name}/{self.world[0].scenario}"


@dataclass(frozen=True, slots=True)
class Shown:
    """Outcomes, those that could not be shown again changed; the witnesses; what there is to say."""

    outcomes: tuple[Outcome, ...]
    witnesses: tuple[Witness, ...]
    notes: tuple[str, ...]


def search(wanted: Search) -> corpus.Case | None:
    """Shorten one world, here."""
    found = shrink(wanted.made(), wanted.maker, wanted.spec_id, wanted.engine, how=wanted.how)
    return None if found is None else replace(found, origin=origin_of(wanted.config()))


def origin_of(config: MakerConfig) -> str:
    """Name the config with which a violation was found, before anything was taken out of it."""
    return digest_of([config_data(config)])


def twin_searches(request: Request, engine: str, outcomes: Iterable[Outcome]) -> list[Search]:
    """Return the worlds whose twins broke a spec, to be shortened."""
    found = []
    for outcome in outcomes:
        if outcome.spec_id in twins.SPECS and any(", twin: " in one.text for one in outcome.violations):
            chosen = twins.breaking(request, engine, outcome.spec_id)
            if chosen is not None:
                found.append(Search(chosen, request.maker, outcome.spec_id, engine, TWIN))
    return found


def witnessed(outcomes: Sequence[Outcome], searches: Sequence[Search], request: Request) -> Shown:
    """Shorten, ask again and save; change the outcomes of what does not come back."""
    cases: list[corpus.Saved] = []
    gone: dict[str, str] = {}
    for finished in spread(search, searches, request.workers):
        wanted, result = finished.work, finished.result
        if isinstance(result, Lost):
            continue
        if result is None:
            gone.setdefault(wanted.spec_id, f"{wanted.name()}: a violation was seen and did not come back")
            continue
        cases.append(result)
        request.progress(f"{len(cases)} of {len(searches)} counterexamples shortened")
    for outcome in outcomes:
        for violation in [one for one in outcome.violations if one.asked][:MOST_QUESTIONS]:
            case = _question_case(outcome, violation, request.maker)
            if isinstance(case, str):
                gone.setdefault(outcome.spec_id, case)
            else:
                cases.append(case)
    return Shown(_settled(outcomes, gone, request.maker), _saved(cases, request), _told(gone))


def _question_case(outcome: Outcome, violation: Violation, maker: MakerRef) -> corpus.QuestionCase | str:
    """Ask again what was asked; say why if the answer is another."""
    try:
        question = from_text(violation.asked)
        answer = ask_again(maker, outcome.spec_id, question)
    except Malformed as fault:
        return f"{outcome.spec_id}: a falsifying case can't be kept: {fault}"
    if answer.word is not Word.VIOLATED:
        return f"{question.title}: a case broke it, and when asked again it did not: {violation.text[:200]}"
    told = replace(violation, text=answer.text, asked="")
    return corpus.QuestionCase(maker, outcome.spec_id, outcome.engine, told, question, answer.steps)


def _settled(outcomes: Sequence[Outcome], gone: dict[str, str], maker: MakerRef) -> tuple[Outcome, ...]:
    """Make errors of what a maker of this process did once and not again."""
    if maker.kind == "port":
        return tuple(outcomes)
    return tuple(
        replace(outcome, word=Word.ERROR, reason=gone[outcome.spec_id])
        if outcome.word is Word.VIOLATED and outcome.spec_id in gone
        else outcome
        for outcome in outcomes
    )


def _told(gone: dict[str, str]) -> tuple[str, ...]:
    return tuple(f"does not reproduce: {spec_id}: {why}" for spec_id, why in gone.items())


def _saved(cases: Sequence[corpus.Saved], request: Request) -> tuple[Witness, ...]:
    numbers: dict[tuple[str, str], int] = {}
    witnesses = []
    for case in cases:
        number = numbers[case.spec_id, case.engine] = numbers.get((case.spec_id, case.engine), 0) + 1
        witnesses.append(save_witness(case, request, number))
    return tuple(witnesses)


def save_witness(case: corpus.Saved, request: Request, number: int = 1) -> Witness:
    """Save a counterexample below the request's folder, and say how to run it again."""
    who = case.maker.name if case.maker.kind == "defect" else case.maker.kind
    again = "" if number == 1 else f"-{number}"
    path = request.out / "witnesses" / f"{case.spec_id}-{case.engine}-{who}{again}.jsonl"
    corpus.save(path, case)
    return shown_as(case.spec_id, path, case.maker, case.steps())


def shown_as(spec_id: str, path: Path, maker: MakerRef, steps: tuple[str, ...]) -> Witness:
    """Say how to run a file again, with a port as the maker where it was one."""
    port = ("--port", maker.name) if maker.kind == "port" else ()
    return Witness(spec_id, path, shlex.join(("mmgate", "replay", str(path), *port)), steps)
