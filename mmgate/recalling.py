"""The corpus: counterexamples of former runs, tried before any other work, kept until they are fixed and after.

It lies beside the runs' folders (`reports/corpus`), one folder for the makers of this program, one for each port's
command. What is recalled can only show violations: it never helps a spec to hold, so nothing that lies there makes a
PASS. Files that can't be read, or take too long, are told and passed over. A file's own maker is never started.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from mmgate.corpus import FIXED, STILL_FAILS, Case, Replay, Saved, load, repeated, save
from mmgate.engines.exhaustive import ENGINE as EXHAUSTIVE
from mmgate.engines.judging import OutOfTime
from mmgate.engines.walking import WALK, Walk
from mmgate.engines.witnesses import origin_of, shown_as
from mmgate.inputs import InputRefused
from mmgate.loading import config_from_data
from mmgate.request import EngineResult, MakerRef, Recalled, Request, Witness
from model.codec import TRACE
from model.config import KEYS, ConfigRefused, MakerConfig
from specs.spec import Outcome, Violation, Word
from specs.system_scopes import scopes_of

ENGINE = "corpus"
MODEL = "model"
MOST_BYTES = 1 << 25
MOST_TRIED = 100
"""So many cases are tried at most, in the order of their names."""
MOST_KEPT = 3
"""So many cases are kept of one spec, engine and maker."""
CASE_LIMIT_S = 20.0
MOST_SLOW = 3
"""After so many cases that took too long no other is tried."""
UNUSABLE = "not usable"
ELSEWHERE = "still fails, with a config that is not judged here"


def folder_of(corpus: Path, maker: MakerRef) -> Path:
    """Return where a maker's cases lie: the reference's and its defects' together, a port's by its command."""
    if maker.kind != "port":
        return corpus / MODEL
    return corpus / f"port-{sha256(maker.name.encode()).hexdigest()[:12]}"


def recall(request: Request, progress: Callable[[str], None]) -> EngineResult:
    """Try the maker's cases, those of the specs asked for."""
    assert request.corpus is not None
    paths = sorted(folder_of(request.corpus, request.maker).glob("*.jsonl"))
    configs = frozenset(origin_of(config) for config in _judged(request))
    tried: list[tuple[Recalled, Replay | None]] = []
    slow = 0
    for path in paths[:MOST_TRIED]:
        if slow >= MOST_SLOW:
            break
        found = _tried(path, request, configs)
        if found is not None:
            tried.append(found)
            slow += found[0].text.endswith(" s")
            progress(f"{found[0].spec_id} {found[0].word}")
    notes = [f"{one.path.name}: {one.word}: {one.text}" for one, _ in tried if one.word != STILL_FAILS]
    if slow >= MOST_SLOW or len(paths) > MOST_TRIED:
        notes.append(
            f"of {len(paths)} cases {len(tried)} were tried, no more than {MOST_TRIED} and {MOST_SLOW} slow ones"
        )
    failing = [(one, run) for one, run in tried if one.word == STILL_FAILS and run is not None]
    return EngineResult(
        ENGINE,
        _outcomes(failing, request.specs),
        tuple(_witness(one, run, request.maker) for one, run in failing),
        tuple(notes),
        recalled=tuple(one for one, _ in tried),
    )


def _tried(path: Path, request: Request, configs: frozenset[str]) -> tuple[Recalled, Replay | None] | None:
    """Try one case; None if it is of another spec or of another maker of this program."""
    try:
        case = load(path, MOST_BYTES)
        if case.spec_id not in request.specs or not _concerns(case, request.maker):
            return None
        _check(case)
        found = repeated(case, request.maker, CASE_LIMIT_S)
    except OutOfTime:
        return Recalled("", path, UNUSABLE, f"took longer than {CASE_LIMIT_S:.0f} s"), None
    except InputRefused as refusal:
        return Recalled("", path, UNUSABLE, refusal.lines[0]), None
    except ConfigRefused as refusal:
        return Recalled(case.spec_id, path, UNUSABLE, str(refusal)), None
    except Exception as error:  # a file may say what no run of ours would; it takes nothing with it
        return Recalled("", path, UNUSABLE, f"can't be run: {type(error).__name__}: {error}"), None
    word = found.word
    if word == STILL_FAILS and _origin(case) not in ("", *configs):
        word = ELSEWHERE
    return Recalled(case.spec_id, path, word, found.text), found


def _judged(request: Request) -> list[MakerConfig]:
    """Return the configs that a run judges: its suite's, and those of the small scopes if they are searched."""
    scopes = scopes_of(request.profile.name) if EXHAUSTIVE in request.engines else ()
    return [*(entry.config for entry in request.suite), *(scope.config for scope in scopes)]


def _origin(case: Saved) -> str:
    """Name the config with which a case was found; empty for a question that has none."""
    if isinstance(case, Case):
        return case.origin
    if case.question.kind != WALK:
        return ""
    walk: Walk = TRACE.decode(Walk, case.question.case)
    return origin_of(walk.config)


def _concerns(case: Saved, maker: MakerRef) -> bool:
    """Whether a case is of this maker: the reference is every defect's healed self, a port is known by its folder."""
    return maker.kind in ("reference", "port") or case.maker in (maker, MakerRef())


def _check(case: Saved) -> None:
    """Refuse a config that no gate would take. Raises ConfigRefused."""
    if isinstance(case, Case):
        data = TRACE.to_data(case.world.config)
        config_from_data({key: data[key] for key in KEYS})


def _outcomes(failing: Sequence[tuple[Recalled, Replay]], specs: Sequence[str]) -> tuple[Outcome, ...]:
    outcomes = []
    for spec_id in specs:
        texts = [f"{one.path.name}: {run.text}" for one, run in failing if one.spec_id == spec_id]
        if texts:
            violations = tuple(Violation(spec_id, 0, 0, text) for text in texts)
            told = f"{len(texts)} former counterexamples fail"
            outcomes.append(Outcome(spec_id, ENGINE, Word.VIOLATED, told, len(texts), (), violations, texts[0]))
    return tuple(outcomes)


def _witness(one: Recalled, run: Replay, maker: MakerRef) -> Witness:
    return shown_as(one.spec_id, one.path, maker, run.steps)


# -- joining


def join(request: Request, results: Iterable[EngineResult]) -> tuple[str, ...]:
    """Let a run's counterexamples join the corpus; say where there is no room, or it can't be written."""
    assert request.corpus is not None
    folder = folder_of(request.corpus, request.maker)
    fixed = [one.path for result in results for one in result.recalled if one.word == FIXED]
    notes: list[str] = []
    for result in results:
        for witness in result.witnesses:
            if result.engine != ENGINE and witness.path.suffix == ".jsonl":
                try:
                    notes += _joined(load(witness.path), folder, fixed)
                except (OSError, InputRefused) as error:
                    notes.append(f"corpus: {witness.path.name} could not join: {error}")
    return tuple(notes)


def _joined(case: Saved, folder: Path, fixed: Sequence[Path]) -> list[str]:
    """Save a case under the next free name, unless the same is there; a fixed one makes room if there is none."""
    who = case.maker.name if case.maker.kind == "defect" else case.maker.kind
    paths = [folder / f"{case.spec_id}-{case.engine}-{who}-{number}.jsonl" for number in range(1, MOST_KEPT + 1)]
    known = [path for path in paths if path.exists()]
    if any(_same(path, case) for path in known):
        return []
    free = [path for path in paths if path not in known] or [path for path in known if path in fixed]
    if not free:
        return []
    save(free[0], case)
    return [f"corpus: {free[0].name} was fixed and made room for a new case"] if free[0] in known else []


def _same(path: Path, case: Saved) -> bool:
    """Whether a file holds the same world or question."""
    try:
        other = load(path, MOST_BYTES)
    except InputRefused:
        return False
    if isinstance(case, Case) and isinstance(other, Case):
        return case.world == replace(other.world, script=tuple(other.world.script)) and case.how == other.how
    return not isinstance(case, Case) and not isinstance(other, Case) and case.question == other.question
