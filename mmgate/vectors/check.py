"""Checking a set: every case is asked of a maker, and its answer compared with the expected one.

Three words per case: it agrees, it differs, or it could not be compared, with the reason. What could not be compared
is counted and capped; it is never agreement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from mmgate.inputs import InputRefused, shown
from mmgate.loading import config_from_data
from mmgate.ports.calls import FUNCTIONS, plain
from mmgate.ports.direct import direct
from mmgate.ports.messages import WIRE, read_event, read_start
from mmgate.ports.pairing import Mode, Names, difference
from mmgate.ports.process import CallRefused, PortMaker
from mmgate.profiles import PHASES
from mmgate.request import MakerRef
from mmgate.vectors.agree import unlike
from mmgate.vectors.ask import refusal_of
from mmgate.vectors.case import FORMAT, TRACE, Case, Compare, Data, read_case, read_json
from mmgate.vectors.fill import INDEX, root_of
from model.actions import Action
from model.codec import Malformed
from model.config import ConfigRefused, MakerConfig
from model.events import Start
from model.journal import LogLine, Maker, MakerFault, Reply

MOST_UNCOMPARED = 0.25
"""So large a share of the cases that a maker declares may end without a comparison; above it nothing is concluded."""


class Said(StrEnum):
    """What came of one case."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_COMPARED = "not compared"


@dataclass(frozen=True, slots=True)
class Result:
    """One case and what came of it; `why`: the first difference, or what kept it from being compared."""

    case: Case
    said: Said
    why: str = ""


@dataclass(slots=True)
class Checked:
    """A set checked: every result, and the cases left out because the maker does not declare their subject."""

    maker: str
    results: list[Result] = field(default_factory=list)
    undeclared: Counter[str] = field(default_factory=Counter)

    def counted(self, said: Said) -> int:
        """Return how many cases ended so."""
        return sum(result.said is said for result in self.results)

    @property
    def inconclusive(self) -> str:
        """Say why nothing can be concluded; empty where something can."""
        compared = len(self.results) - self.counted(Said.NOT_COMPARED)
        if not compared:
            return "nothing was compared"
        if self.counted(Said.NOT_COMPARED) > MOST_UNCOMPARED * len(self.results):
            return f"more than {MOST_UNCOMPARED:.0%} of the cases could not be compared"
        return ""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is asked: a maker for the traces and, by name, the calls that it offers. `fresh` gives it for each trace."""

    name: str
    features: frozenset[str]
    calls: frozenset[str]
    call: Callable[[str, Data], object]
    fresh: Callable[[], Maker]


def read_set(folder: Path) -> tuple[Data, list[Case]]:
    """Read a set, every case, and hold it to its index. Raises InputRefused."""
    index = read_index(folder)
    cases = [read_case(folder, name) for name in index["cases"]]
    for case in cases:
        if case.digest() != index["cases"][case.id]:
            raise InputRefused(f"vector {shown(case.id)}: is not what the index says; fill the set again")
    return index, cases


def read_index(folder: Path) -> Data:
    """Read a set's index. Raises InputRefused."""
    index = read_json(folder / INDEX)
    digests = index.get("cases")
    if index.get("format") != FORMAT:
        raise InputRefused(
            f"{shown(str(folder))}: has format {shown(index.get('format'))}; this version reads {FORMAT}"
        )
    if not isinstance(digests, dict) or not digests or not all(isinstance(one, str) for one in digests.values()):
        raise InputRefused(f"{shown(str(folder))}: the index lists no cases; fill the set again")
    if index.get("root") != root_of(digests):
        raise InputRefused(f"{shown(str(folder))}: the index was changed after it was filled; fill the set again")
    return index


def reference() -> Subject:
    """Return the reference as a subject."""
    maker = direct(MakerRef())
    calls = frozenset(FUNCTIONS)
    return Subject("reference", maker.features, calls, lambda fn, args: FUNCTIONS[fn](args), lambda: direct(MakerRef()))


def port(maker: PortMaker) -> Subject:
    """Return a port as a subject; it is started again for each trace, by `start` where it is restartable."""
    return Subject(f"port {maker.name}", maker.features, maker.hello.calls, maker.call, lambda: maker)


def check(cases: list[Case], subject: Subject) -> Iterator[Result | Case]:
    """Yield a result for each case; a case by itself is one whose subject was not declared."""
    for case in cases:
        if case.kind == TRACE:
            missing = _phases(case) - subject.features
            yield case if missing else _trace(case, subject)
        elif case.kind not in subject.calls:
            yield case
        else:
            yield _call(case, subject)


# -- calls


def _call(case: Case, subject: Subject) -> Result:
    try:
        found = subject.call(case.kind, case.input)
    except CallRefused as refusal:
        if case.refused is not None and refusal.code == case.refused["code"]:
            return Result(case, Said.AGREES)
        return Result(case, Said.DIFFERS, f"the call was refused: {refusal.code}")
    refused = refusal_of(case.kind, found)
    if case.refused is not None or refused is not None:
        if _keys(case.refused) == _keys(refused):
            return Result(case, Said.AGREES)
        wanted = case.refused or "an answer"
        return Result(case, Said.DIFFERS, f"expected {shown_data(wanted)}, found {shown_data(refused or found)}")
    first = next(unlike(case.expected, found, case.compare), None)
    return Result(case, Said.AGREES) if first is None else Result(case, Said.DIFFERS, first.told())


def _keys(refused: Data | None) -> object:
    """Return what must agree of two refusals: the code, and the keys of a config; how a key is wrong has many names."""
    if refused is None:
        return None
    return refused["code"], sorted({error["key"] for error in refused.get("errors", ())})


def shown_data(value: object) -> str:
    """Write plain data for one line, bounded."""
    text = str(value)
    return text if len(text) <= 160 else text[:160] + "…"


# -- traces


def _phases(case: Case) -> frozenset[str]:
    """Return the features that a trace's configs need."""
    needed: set[str] = set()
    default = MakerConfig()
    for step in case.input.get("steps", ()):
        if "start" in step:
            config = config_from_data(step["start"].get("config", {}))
            needed |= {
                feature
                for feature, off in PHASES
                if any(getattr(config, key) != value for key, value in off.items())
                and any(getattr(config, key) != getattr(default, key) for key in off)
            }
    return frozenset(needed)


def _trace(case: Case, subject: Subject) -> Result:
    names, maker = Names(), subject.fresh()
    mode = Mode.ACTIONS_AND_LOG if case.compare is Compare.ACTIONS_AND_LOG else Mode.ACTIONS
    replies = case.expected["replies"]
    try:
        for at, (step, wanted) in enumerate(zip(case.input["steps"], replies, strict=True)):
            apart = difference(names, _reply(wanted), _told(maker, names, step), mode)
            if apart is None:
                continue
            where = f"step {at} ({_title(step)}): {apart.told()}"
            return Result(case, Said.DIFFERS if apart.comparable else Said.NOT_COMPARED, where)
        return _books(case, maker)
    except (Malformed, KeyError, TypeError, ValueError) as error:
        if isinstance(error, ConfigRefused):
            return Result(case, Said.NOT_COMPARED, f"the config was refused: {error}")
        raise InputRefused(f"vector {shown(case.id)}: is no trace ({error}); fill the set again") from None
    except MakerFault as fault:
        return Result(case, Said.DIFFERS, f"{fault.kind}: {fault.text}")


def _told(maker: Maker, names: Names, step: Data) -> Reply:
    """Tell a maker one step under its own names."""
    if "start" in step:
        start: Start = read_start({**step["start"]})
        return maker.start(names.start_for_port(start))
    event = names.for_port(read_event(step))
    reply = maker.handle(event)
    names.told(event)
    return reply


def _reply(data: Data) -> Reply:
    """Read an expected answer; a code stands for its log line."""
    actions: tuple[Action, ...] = WIRE.decode(tuple[Action, ...], data["actions"])
    codes = [code.split(" ", 1) for code in data["codes"]]
    log = tuple(LogLine("", code[0], code[1] if len(code) > 1 else None) for code in codes)
    return Reply(actions, log, data.get("mm_fill"))


def _books(case: Case, maker: Maker) -> Result:
    """Compare the positions at the end, where the maker tells what it believes."""
    books = maker.books()
    if books is None:
        return Result(case, Said.AGREES)
    found = plain(books)
    for name in ("positions", "shutdown"):
        first = next(unlike(case.expected["books"][name], found[name], Compare.DECIMALS, f"books.{name}"), None)
        if first is not None and not first.path.endswith(("avg_entry", "realised")):
            return Result(case, Said.DIFFERS, first.told())
    return Result(case, Said.AGREES)


def _title(step: Data) -> str:
    return "start" if "start" in step else str(step["event"].get("type"))
