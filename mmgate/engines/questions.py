"""Questions that are no runs, kept so that they can be asked again: drawn cases of functions, laws and stories,
wrong and empty configs, two markets side by side, walks through the small system of the exhaustive search.

A question is one line of text: its kind, the title of its statement, its case as plain data. Asked again, a maker
breaks the statement, keeps it, or does not meet its condition.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, is_dataclass
from decimal import Decimal
from typing import Any

from mmgate.engines import lawful, twins
from mmgate.engines.declared import Within
from mmgate.engines.functions import PROPERTIES, UNMET, Property
from mmgate.engines.fuzz import Recipe, answered
from mmgate.engines.shapes import ALL_LAWS
from mmgate.engines.walking import WALK, Walk, check_walk, walked
from mmgate.loading import config_from_data
from mmgate.ports.direct import defect_of
from mmgate.ports.port import opened
from mmgate.request import MakerRef
from model.arithmetic import text
from model.codec import TRACE, Malformed, canonical, show
from model.config import KEYS, ConfigRefused, MakerConfig
from model.events import Event, Start
from model.journal import Books, Maker, MakerFault, Reply
from specs.defects import applied
from specs.spec import Outcome, Word

FUNCTION, LAW, STORY, REFUSAL, EMPTY, MARKETS = "function", "law", "story", "refusal", "empty", "markets"
UNASKED = "unasked"
"""The maker does not offer what the question needs."""
STORY_SHAPE = tuple[Recipe, ...]
MOST_STEPS = 60
SHOWN = 300


@dataclass(frozen=True, slots=True)
class Question:
    """A statement and a case; `case` is plain data as JSON."""

    kind: str
    title: str
    case: Any

    def as_text(self) -> str:
        """Write it on one line."""
        data = {"kind": self.kind, "title": self.title, "case": self.case}
        return json.dumps(data, separators=(",", ":"), ensure_ascii=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a maker makes of a question: its word, why, and what was asked and answered, one line a step."""

    word: Word
    text: str
    steps: tuple[str, ...] = ()


def question_of(one: Property, case: object) -> str:
    """Write a drawn case as a question; empty if its property says not how."""
    return "" if one.shape is None else Question(one.kind, one.title, plain(case)).as_text()


def plain(value: object) -> Any:
    """Return a drawn case as plain data."""
    if is_dataclass(value) and not isinstance(value, type):
        return TRACE.to_data(value)
    if isinstance(value, Decimal):
        return text(value)
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return value


def from_text(line: str) -> Question:
    """Read a question and check that it can be asked. Raises Malformed."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        raise Malformed("asked", "is no question") from None
    return from_data(data)


def from_data(data: object) -> Question:
    """Read a question from plain data and check that it can be asked. Raises Malformed."""
    if not isinstance(data, dict) or not {"kind", "title", "case"} <= data.keys():
        raise Malformed("asked", "is no question: it has kind, title and case")
    found = Question(TRACE.decode(str, data["kind"]), TRACE.decode(str, data["title"]), data["case"])
    _case_of(found)
    return found


def ask_again(ref: MakerRef, spec_id: str, question: Question) -> Answer:
    """Put a question to a maker. Raises InputRefused for a maker that can't be used, Malformed."""
    case = _case_of(question)
    steps: list[str] = [f"{question.kind}: {question.title}; case {show_case(case)}"]
    try:
        found = _ask(ref, spec_id, question, case, steps)
    except MakerFault as fault:
        found = f"{fault.kind}: {fault.text}"
    except Exception as error:  # the function itself broke on a case that it must take
        found = f"{question.title}: {type(error).__name__}: {error}"
    if found in (None, UNMET, UNASKED):
        word = {None: Word.HOLDS, UNMET: Word.VACUOUS}.get(found, Word.NOT_APPLICABLE)
        return Answer(word, "", tuple(steps[:MOST_STEPS]))
    assert found is not None
    kept = steps if len(steps) < MOST_STEPS else [*steps[:1], "…", *steps[-MOST_STEPS + 3 :]]
    return Answer(Word.VIOLATED, found, (*kept, f"✗ {spec_id}: {found}"))


def show_case(case: object) -> str:
    """Write a case for a person: what a config leaves at its default is left out, and all is bounded."""
    if isinstance(case, Walk):
        return case.shown()
    shown = repr(case) if not is_dataclass(case) else _fields(case)
    return shown if len(shown) <= SHOWN else shown[: SHOWN - 1] + "…"


def _fields(case: Any) -> str:
    names = [name for name in type(case).__dataclass_fields__ if name != "config"]
    parts = [f"{name} {getattr(case, name)}" for name in names]
    config = getattr(case, "config", None)
    if isinstance(config, MakerConfig):
        usual = MakerConfig()
        changed = [f"{key} = {getattr(config, key)}" for key in KEYS if getattr(config, key) != getattr(usual, key)]
        parts.append(f"config {', '.join(changed)}")
    return "; ".join(parts)


def _ask(ref: MakerRef, spec_id: str, question: Question, case: Any, steps: list[str]) -> str | None:
    if ref.kind == "port" and question.kind in (FUNCTION, WALK):
        return UNASKED
    match question.kind:
        case "walk":
            return walked(ref, spec_id, case, steps)
        case "function":
            with applied(defect_of(ref.name)) if ref.kind == "defect" else nullcontext():
                return _property(question.title).check(case)
        case "law":
            return _law(ref, question.title, case, steps)
        case "story":
            with opened(ref) as maker:
                return answered(Told(maker, steps), list(case))
        case "refusal":
            return lawful.taken(ref, case)
        case "empty":
            return _of(lawful.empty.__wrapped__(ref))
        case _:
            return _of(twins.markets_apart(ref, ""))


def _of(outcome: Outcome) -> str | None:
    if outcome.word in (Word.VIOLATED, Word.INCONCLUSIVE):  # nobody could ask: as with laws, no answer is a fault
        return outcome.reason
    return {Word.HOLDS: None, Word.VACUOUS: UNMET}.get(outcome.word, UNASKED)


def _law(ref: MakerRef, title: str, case: Any, steps: list[str]) -> str | None:
    law = next(one for one in ALL_LAWS if one.title == title)
    with lawful.asked(ref) as (ask, calls, features):
        if law.call not in calls:
            return UNASKED

        def heard(fn: str, args: Mapping[str, Any]) -> Any:
            answer = ask(fn, args)
            steps.append(f"asked {fn} {_brief(dict(args))} → {_brief(answer)}")
            return answer

        within = Within(law, heard, features)
        found = within.check(case)
        return UNASKED if within.lacking else found


def _brief(data: object) -> str:
    if isinstance(data, dict) and "config" in data:
        data = {key: value for key, value in data.items() if key != "config"}
    line = json.dumps(data, separators=(",", ":"), ensure_ascii=True, default=str)
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"


class Told:
    """A maker whose events and answers are written down as steps."""

    def __init__(self, maker: Maker, steps: list[str]) -> None:
        self._maker, self._steps = maker, steps
        self.name, self.features = maker.name, maker.features

    def start(self, start: Start) -> Reply:
        """Begin a life."""
        self._steps.append("told start")
        return self._heard(self._maker.start(start))

    def handle(self, event: Event) -> Reply:
        """Pass an event on."""
        self._steps.append(f"told {canonical(event)[:SHOWN]}")
        return self._heard(self._maker.handle(event))

    def books(self) -> Books | None:
        """Pass the question on."""
        return self._maker.books()

    def _heard(self, reply: Reply) -> Reply:
        acts = ", ".join(canonical(action) for action in reply.actions)
        self._steps[-1] += f" → {acts[:SHOWN] or 'nothing'}"
        return reply


# -- cases


def _property(title: str) -> Property:
    return next(one for one in PROPERTIES if one.title == title)


def _case_of(question: Question) -> Any:
    """Return the case that a question's data tells. Raises Malformed."""
    if question.kind == REFUSAL:
        if not isinstance(question.case, dict):
            raise Malformed("case", f"{show(question.case)} is no config")
        return question.case
    if question.kind in (EMPTY, MARKETS):
        return None
    case = TRACE.decode(_shape(question), question.case)
    _usable(case)
    return case


def _shape(question: Question) -> Any:
    if question.kind == STORY:
        return STORY_SHAPE
    if question.kind == WALK:
        return Walk
    found: Any = None
    if question.kind == FUNCTION:
        found = next((one.shape for one in PROPERTIES if one.title == question.title), None)
    elif question.kind == LAW:
        found = next((one.shape for one in ALL_LAWS if one.title == question.title), None)
    if found is None:
        raise Malformed("asked", f"{show(question.kind)} {show(question.title)} is no statement of this version")
    return found


def _usable(case: object) -> None:
    """Refuse configs out of range and cases that no strategy draws. Raises Malformed."""
    if isinstance(case, tuple):
        for part in case:
            _usable(part)
        return
    config = case if isinstance(case, MakerConfig) else getattr(case, "config", None)
    if isinstance(config, MakerConfig):
        data = TRACE.to_data(config)
        try:
            config_from_data({key: data[key] for key in KEYS})
        except ConfigRefused as refusal:
            raise Malformed("config", str(refusal)) from None
    if isinstance(case, Walk):
        check_walk(case)
    for name, most in (("seconds", 100_000), ("pause_s", 100_000), ("level", 50)):
        value = getattr(case, name, 0)
        if not 0 <= value <= most:
            raise Malformed(name, f"{value} is not from 0 to {most}")
