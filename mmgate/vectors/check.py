"""Checking a set: every case is asked of a maker, and its answer compared with the expected one.

Three words per case: it agrees, it differs, or it could not be compared, with the reason. What could not be compared
is counted and capped; it is never agreement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mmgate.inputs import InputRefused, shown
from mmgate.ports.calls import FUNCTIONS
from mmgate.ports.direct import direct
from mmgate.ports.process import CallRefused
from mmgate.ports.spoiled import answers_of
from mmgate.request import MakerRef
from mmgate.vectors.agree import unlike
from mmgate.vectors.ask import refusal_of
from mmgate.vectors.case import FORMAT, TRACE, Case, Data, read_case, read_json
from mmgate.vectors.fill import INDEX, root_of
from mmgate.vectors.lives import Result, Said, lived, phases
from model.journal import Maker, MakerFault
from model.revision import MODEL_REVISION

MOST_UNCOMPARED = 0.25
"""So large a share of the cases that a maker declares may end without a comparison; above it nothing is concluded."""


@dataclass(slots=True)
class Checked:
    """A set checked: every result, and the cases left out because the maker does not declare their subject."""

    maker: str
    results: list[Result] = field(default_factory=list)
    undeclared: Counter[str] = field(default_factory=Counter)
    evidence: Path | None = None
    """Where what differs was written."""
    revision: object = MODEL_REVISION
    """The revision of the model whose answers the set holds."""

    def counted(self, said: Said) -> int:
        """Return how many cases ended so."""
        return sum(result.said is said for result in self.results)

    @property
    def outdated(self) -> bool:
        """Whether the set holds what another version of the reference answers."""
        return self.revision != MODEL_REVISION

    @property
    def inconclusive(self) -> str:
        """Say why nothing can be concluded; empty where something can."""
        if self.outdated:
            return f"the set is of the model's revision {shown(self.revision)}, this is {MODEL_REVISION}; fill it again"
        compared = len(self.results) - self.counted(Said.NOT_COMPARED)
        if not compared:
            return "nothing was compared"
        if self.counted(Said.NOT_COMPARED) > MOST_UNCOMPARED * len(self.results):
            return f"more than {MOST_UNCOMPARED:.0%} of the cases could not be compared"
        return ""

    def data(self) -> Data:
        """Return what came of it as plain data; cases that agree are counted only."""
        return {
            "maker": self.maker,
            "counts": {said.value: self.counted(said) for said in Said},
            "undeclared": dict(sorted(self.undeclared.items())),
            "inconclusive": self.inconclusive,
            "results": [
                {"id": one.case.id, "said": one.said.value, "why": one.why}
                for one in self.results
                if one.said is not Said.AGREES
            ],
        }


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


def here(ref: MakerRef) -> Subject:
    """Return a maker of this process as a subject."""
    maker = direct(ref)
    return Subject(maker.name, maker.features, frozenset(FUNCTIONS), answers_of(ref), lambda: direct(ref))


def declared(case: Case, subject: Subject) -> bool:
    """Say whether a case is about what the maker declares."""
    return not phases(case) - subject.features if case.kind == TRACE else case.kind in subject.calls


def check(cases: list[Case], subject: Subject) -> Iterator[Result | Case]:
    """Yield a result for each case; a case by itself is one whose subject was not declared."""
    for case in cases:
        if not declared(case, subject):
            yield case
        elif case.kind == TRACE:
            yield lived(case, subject.fresh())
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
    except MakerFault as fault:
        return Result(case, Said.DIFFERS, f"{fault.kind}: {fault.text}")
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
