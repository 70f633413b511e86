"""Cases from what the engines found: the explorer's shortest ways, and shrunk counterexamples of the defects.

What was told to the maker is kept in two files beside this one and told to the reference again, so that the answers
are those of today, whatever becomes of scopes, scenarios and specs. `searching` and `hunting` find it anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from mmgate.ports.messages import read_event, read_start
from mmgate.vectors.ask import answered, asking, slug
from mmgate.vectors.case import Case, Data
from mmgate.vectors.recorded import Recorded
from specs.defects import BY_ID

EXPLORED, COUNTEREXAMPLES = "explored.jsonl", "counterexamples.jsonl"
EDGE, RACE = "edge", "race"
RULES_OF_TRIGGER = {
    "seen_resting": "L-1 L-7a",
    "cancel_sent": "L-1 L-2",
    "filled_up": "L-1 L-4",
    "absent": "L-1 L-7a",
}
RULES_OF_WORDS = "L-1 L-5"
RULES_OF_RACES = "L-1 L-2 L-4 L-5 L-7a"
SPECS = "ORD-1 ORD-2 ORD-13 FIL-1 ROB-1"


@cache
def kept(name: str) -> tuple[Data, ...]:
    """Return what a file keeps, line by line."""
    source = (files("mmgate") / "vectors" / name).read_text(encoding="ascii")
    return tuple(json.loads(line) for line in source.splitlines())


# -- the explorer


def edges() -> Iterator[Case]:
    """Yield the shortest way to each row of the order table that the explorer can take."""
    for found in kept(EXPLORED):
        if found["shows"] == EDGE:
            state, trigger = found["pair"]
            why = f"the explorer's shortest way to {trigger} in state {state}, in the scope: {found['scope']}"
            rules = RULES_OF_TRIGGER.get(trigger, RULES_OF_WORDS)
            yield _explored(found, f"edge/{slug(state)}/{slug(trigger)}", why, rules)


def explored_races() -> Iterator[Case]:
    """Yield the shortest way to each ordered pair of events on one order that the explorer can reach."""
    for found in kept(EXPLORED):
        if found["shows"] == RACE:
            first, then = found["pair"]
            why = f"the explorer's shortest way to {first}, then {then} on one order, in the scope: {found['scope']}"
            yield _explored(found, f"explored/{slug(first)}/{slug(then)}", why, RULES_OF_RACES)


def _explored(found: Data, name: str, why: str, rules: str) -> Case:
    """Tell a way; of races the log is not compared: which answer ends a shutdown reads two ways."""
    return _retold(found).case(name, why, rules, SPECS, "explorer", logs=found["shows"] == EDGE)


# -- counterexamples


def counterexamples(tag: str = "") -> Iterator[Case]:
    """Yield the reference's answers where a defect answers wrongly; `tag`: of the defects with it only."""
    numbers: dict[str, int] = {}
    for found in kept(COUNTEREXAMPLES):
        defect = found["defect"]
        number = numbers[defect] = numbers.get(defect, 0) + 1
        if not tag or tag in BY_ID[defect].tags:
            yield counterexample(found, defect if number == 1 else f"{defect}-{number}")


def counterexample(found: Data, name: str) -> Case:
    """Return the case of what is kept: a call, or a life."""
    defect = BY_ID[found["defect"]]
    specs = tuple(dict.fromkeys((found["spec"], *defect.caught_by)))
    why = f"where this is wrong, {found['spec']} is violated: {defect.title}; made small from {found['found']}"
    path = f"counterexample/{name}"
    if "call" in found:
        ask = asking(found["call"], path, why, specs, found["args"], "counterexample", None)
        return answered(ask)
    return _retold(found).case(path, why, " ".join(defect.rules), " ".join(specs), "counterexample")


def _retold(found: Data) -> Recorded:
    """Tell the reference what is kept: lives and events."""
    maker = Recorded()
    for step in found["steps"]:
        _ = maker.start(read_start({**step["start"]})) if "start" in step else maker.handle(read_event(step))
    return maker
