"""Counterexamples on disk: one self-contained file each, that any later session can run again.

JSON Lines: a head (format, spec, maker, violation), the whole world (config, markets, script, parameters, seed) or
what was asked, the records of the run, an end with their number and a digest of all before it. Nothing else is needed
to repeat it. `how`: the world is played once under the spec's monitor, or its twins are compared.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias

from mmgate.engines import twins
from mmgate.engines.judging import DIFFERENTIAL, Judgement, alarm, judge
from mmgate.engines.questions import Question, ask_again
from mmgate.engines.questions import from_data as asked_from_data
from mmgate.engines.story import tell
from mmgate.identity import code_revision
from mmgate.inputs import InputRefused, open_bytes, shown_path
from mmgate.ports.pairing import Mode
from mmgate.request import MakerRef
from model.codec import RECORD, TRACE, Malformed, canonical, show
from model.config import ConfigRefused
from model.journal import Record
from sim import world as worlds
from sim.world import World
from specs.spec import Outcome, Violation, Word

FORMAT = "mmgate witness"
VERSION = 1
MAX_BYTES = 1 << 28
MAKER_KINDS = ("reference", "defect", "port")

RUN, TWIN = "run", "twin"
"""How a world is judged."""

STILL_FAILS = "still fails"
FIXED = "fixed"
NOT_REPRODUCED = "does not reproduce"


@dataclass(frozen=True, slots=True)
class Case:
    """One counterexample: who broke what in which world, and all that happened. `code`: the revision that found it.

    `origin`: the digest of the config with which it was found, before it was shortened.
    """

    maker: MakerRef
    spec_id: str
    engine: str
    violation: Violation
    world: World
    records: tuple[Record, ...]
    code: str = ""
    how: str = RUN
    origin: str = ""

    def steps(self) -> tuple[str, ...]:
        """Tell it for a person, one line a step."""
        return tell(self.records, self.violation)


@dataclass(frozen=True, slots=True)
class QuestionCase:
    """One counterexample that is no run: who answered what wrongly."""

    maker: MakerRef
    spec_id: str
    engine: str
    violation: Violation
    question: Question
    told: tuple[str, ...] = ()
    code: str = ""

    def steps(self) -> tuple[str, ...]:
        """Tell it for a person, one line a step."""
        return self.told


Saved: TypeAlias = Case | QuestionCase


@dataclass(frozen=True, slots=True)
class Replay:
    """What running a counterexample again gave: one of three words, why, and the steps of this run for a person."""

    word: str
    text: str
    steps: tuple[str, ...]
    case: Saved


def save(path: Path, case: Saved) -> None:
    """Write a counterexample; the file appears whole or not at all."""
    lines = [_dump({"format": FORMAT, "version": VERSION, **_head(case)})]
    if isinstance(case, Case):
        lines += [_dump({"world": worlds.to_data(case.world)}), *(canonical(record) for record in case.records)]
    else:
        lines.append(_dump({"asked": json.loads(case.question.as_text()), "steps": list(case.told)}))
    body = "".join(line + "\n" for line in lines).encode("ascii")
    end = {"end": len(lines) - 2, "sha256": sha256(body).hexdigest()}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(body + _dump(end).encode("ascii") + b"\n")
    os.replace(partial, path)


def load(path: Path, most_bytes: int = MAX_BYTES) -> Saved:
    """Read a counterexample. Raises InputRefused: one line for what is wrong with the file, and where."""
    name = shown_path(path)
    raw = open_bytes(path, most_bytes, "witness")
    lines = raw.split(b"\n")
    head = _object(lines[0], name, 1)
    if head.get("format") != FORMAT:
        raise InputRefused(f"witness {name}: line 1 is not the head of a witness; name a file that mmgate saved as one")
    if head.get("version") != VERSION:
        found = show(head.get("version"))
        raise InputRefused(f"witness {name}: is of format version {found}; this mmgate reads version {VERSION}")
    if lines[-1] != b"" or len(lines) < 4:
        raise InputRefused(f"witness {name}: is cut off in line {len(lines)}; copy it again as a whole")
    end = _object(lines[-2], name, len(lines) - 1)
    if end.get("end") != len(lines) - 4:
        raise InputRefused(f"witness {name}: is cut off after line {len(lines) - 1}; copy it again as a whole")
    if end.get("sha256") != sha256(raw[: len(raw) - len(lines[-2]) - 1]).hexdigest():
        raise InputRefused(f"witness {name}: was changed after it was saved; copy it again")
    return _case(name, head, _object(lines[1], name, 2), lines[2:-2])


def replay(path: Path, maker_override: MakerRef | None = None) -> Replay:
    """Run a counterexample again, with its own maker or another, and say whether it still fails."""
    case = load(path)
    ref = case.maker if maker_override is None else replace(maker_override, compare=case.maker.compare)
    return repeated(case, ref)


def repeated(case: Saved, ref: MakerRef, limit_s: float = 0.0) -> Replay:
    """Run a counterexample again with a maker; after `limit_s` seconds (0: never) it is given up.

    Raises InputRefused for a maker that can't be used.
    """
    if isinstance(case, QuestionCase):
        with alarm(limit_s):
            return _answered(case, ref)
    judged = examined(case.world, ref, case.spec_id, case.engine, case.how, keep=True, limit_s=limit_s)
    found = judged.outcome(case.spec_id)
    if judged.refused:
        return Replay(NOT_REPRODUCED, f"{ref.label()} refuses the config: {judged.refused}", (), case)
    if found is not None and found.word is Word.VIOLATED:
        first = found.violations[0]
        same = "the run is the same to the byte" if judged.records == case.records else "the run has changed"
        text = f"{case.spec_id} is violated by {ref.label()}: {first.text} ({same})"
        return Replay(STILL_FAILS, text, tell(judged.records, first), case)
    return _unharmed(case, ref, judged, same_maker=ref == case.maker)


def examined(
    world: World, ref: MakerRef, spec_id: str, engine: str, how: str, *, keep: bool, limit_s: float = 0.0
) -> Judgement:
    """Judge one spec in a world: play it, or compare its twins. With `keep` the records are kept, else it may stop."""
    if how == RUN:
        return judge(world, ref, [spec_id], engine, keep=keep, stop=not keep, limit_s=limit_s)
    played = judge(world, ref, (), engine, keep=True, limit_s=limit_s) if keep else Judgement(turns=twins.MOST_EVENTS)
    if played.refused or played.cut:
        return played
    try:
        with alarm(limit_s):
            outcomes = tuple(one for one in twins.judged(world, ref, (spec_id,), engine) if one.spec_id == spec_id)
    except ConfigRefused as refusal:
        return Judgement(refused=str(refusal))
    return replace(played, outcomes=tuple(_indexed(one, played.records) for one in outcomes))


def _indexed(outcome: Outcome, records: Sequence[Record]) -> Outcome:
    """Say at which record of the run a twin's first violation stands."""
    if not outcome.violations:
        return outcome
    first = outcome.violations[0]
    index = next((at for at, record in enumerate(records) if record.now_ms > first.now_ms), len(records))
    return replace(outcome, violations=(replace(first, index=max(0, index - 1)),))


def _answered(case: QuestionCase, ref: MakerRef) -> Replay:
    """Ask again what was asked."""
    answer = ask_again(ref, case.spec_id, case.question)
    if answer.word is Word.VIOLATED:
        text = f"{case.spec_id} is violated by {ref.label()}: {answer.text}"
        return Replay(STILL_FAILS, text, answer.steps, case)
    if answer.word is Word.NOT_APPLICABLE:
        why = f"{case.question.title}: {ref.label()} can't be asked"
        return Replay(NOT_REPRODUCED, why, answer.steps, case)
    if ref == case.maker and ref.kind != "port" and case.code == code_revision():
        return Replay(NOT_REPRODUCED, _same_code(case.spec_id), answer.steps, case)
    return Replay(FIXED, f"{case.spec_id} is not violated by {ref.label()} in this case", answer.steps, case)


def _same_code(spec_id: str) -> str:
    return f"the same code and maker do not violate {spec_id}: the run is not repeatable, or the file is wrong"


def _unharmed(case: Case, ref: MakerRef, judged: Judgement, *, same_maker: bool) -> Replay:
    """Choose the word for a run without the violation: only a changed maker that meets the situation has fixed it."""
    found = judged.outcome(case.spec_id)
    steps = tell(judged.records, None)
    if judged.failed is not None:
        why = f"{ref.label()} failed before: {judged.failed.kind}: {judged.failed.text}"
        return Replay(NOT_REPRODUCED, why, steps, case)
    if judged.cut:
        return Replay(NOT_REPRODUCED, judged.cut, steps, case)
    if found is None:
        return Replay(NOT_REPRODUCED, f"{case.spec_id} is judged by no monitor of this version", steps, case)
    if same_maker and ref.kind != "port" and case.code == code_revision():
        return Replay(NOT_REPRODUCED, _same_code(case.spec_id), steps, case)
    if found.word in (Word.ERROR, Word.NOT_APPLICABLE):
        return Replay(NOT_REPRODUCED, f"{case.spec_id}: {found.word}: {found.reason}", steps, case)
    text = f"{case.spec_id} is not violated by {ref.label()}; its condition was met {found.antecedents} times"
    return Replay(FIXED, text, steps, case)


# -- the file


def _head(case: Saved) -> dict[str, Any]:
    run = {"how": case.how, "origin": case.origin} if isinstance(case, Case) else {}
    return {
        "spec": case.spec_id,
        "engine": case.engine,
        "maker": {"kind": case.maker.kind, "name": case.maker.name, **_compared(case)},
        "code": case.code or code_revision(),
        **run,
        "violation": {
            "now_ms": case.violation.now_ms,
            "index": case.violation.index,
            "text": case.violation.text,
            "market": case.violation.market,
            "cloid": case.violation.cloid,
        },
    }


def _case(name: str, head: dict[str, Any], world: dict[str, Any], lines: Iterable[bytes]) -> Saved:
    number = 1
    try:
        maker = head.get("maker")
        if not isinstance(maker, dict) or maker.get("kind") not in MAKER_KINDS:
            raise Malformed("maker", f"{show(maker)} is no maker")
        spec_id = TRACE.decode(str, head.get("spec"))
        violation = TRACE.decode(Violation, {"spec_id": spec_id, **_part(head, "violation")})
        ref = MakerRef(maker["kind"], TRACE.decode(str, maker.get("name")), compare=_mode(maker))
        engine, code = TRACE.decode(str, head.get("engine")), TRACE.decode(str, head.get("code"))
        how, origin = TRACE.decode(str, head.get("how", RUN)), TRACE.decode(str, head.get("origin", ""))
        if how not in (RUN, TWIN):
            raise Malformed("how", f"{show(how)} is neither {RUN} nor {TWIN}")
        number = 2
        if "asked" in world:
            told = TRACE.decode(tuple[str, ...], world.get("steps"))
            return QuestionCase(ref, spec_id, engine, violation, asked_from_data(world["asked"]), told, code)
        decoded = worlds.from_data(world.get("world"))
        records = []
        for line in lines:
            number += 1
            records.append(TRACE.decode(RECORD, _object(line, name, number)))
    except Malformed as fault:
        raise InputRefused(f"witness {name}: line {number}: {fault}") from None
    return Case(ref, spec_id, engine, violation, decoded, tuple(records), code, how, origin)


def _compared(case: Saved) -> dict[str, str]:
    """Tell what had to agree in lock step."""
    return {"compare": case.maker.compare} if case.engine == DIFFERENTIAL else {}


def _mode(maker: dict[str, Any]) -> str:
    mode: Mode = TRACE.decode(Mode, maker.get("compare", Mode.ACTIONS.value))
    return mode.value


def _part(data: dict[str, Any], key: str) -> dict[str, Any]:
    part = data.get(key)
    if not isinstance(part, dict):
        raise Malformed(key, f"{show(part)} is not an object")
    return part


def _object(line: bytes, name: str, number: int) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        raise InputRefused(f"witness {name}: line {number} is not JSON; is it a file that mmgate saved?") from None
    if not isinstance(data, dict):
        raise InputRefused(f"witness {name}: line {number} is not an object; is it a file that mmgate saved?")
    return data


def _dump(data: dict[str, Any]) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=True)
