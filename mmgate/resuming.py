"""Going on with an interrupted verification: what engines have answered is kept until the run's folder is whole.

The answers lie beside the run's folder, under a name of their own, an engine a file, with the evidence written so far.
They are taken up only by a run of the same code, maker, config, recordings, profile, seed and specs. An engine that was
interrupted begins anew; one that ended in an error is asked again.
"""

from __future__ import annotations

import json
import platform
import shlex
import shutil
from collections.abc import Iterable
from hashlib import file_digest, sha256
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from mmgate.evidence import Evidence, write_whole
from mmgate.identity import SHORT, config_data, digest_of
from mmgate.inputs import InputRefused, shown_path
from mmgate.report import RunId
from mmgate.request import EngineResult, Request
from specs.spec import Word

IDENTITY, FILES = "run.json", "files"
HERE = "<the run's folder>"
MOST_BESIDE = 1000
"""So many files beside a port's script are looked at."""
TAKEN_UP = (
    "taken up from an interrupted run: the files that the port's command names, and those of the same suffix beside "
    "them, are the same; what else it loads was not compared"
)
RESULTS = TypeAdapter(EngineResult)


class Kept:
    """The answers of a run that is not finished. Lies in `folder`, which is made when there is something to keep."""

    def __init__(self, final: Path, identity: dict[str, str]) -> None:
        self.folder = final.parent / f".{final.name}.unfinished"
        self._identity = identity
        self._final = final

    def begin(self, resume: bool) -> bool:
        """Take up what was kept, or forget it; tell whether there is anything. Raises InputRefused."""
        if not resume:
            self.forget()
        if not (self.folder / IDENTITY).is_file():
            return False
        former = self._read(IDENTITY)
        changed = next((key for key, value in self._identity.items() if former.get(key) != value), None)
        if changed is not None:
            raise self._refused(
                f"its {changed} was {former.get(changed, 'not told')}, now it is {self._identity[changed]}"
            )
        return True

    def answered(self) -> tuple[str, ...]:
        """Return the engines whose answers are kept."""
        return tuple(sorted(path.stem for path in self.folder.glob("*.json") if path.name != IDENTITY))

    def answer(self, engine: str, evidence: Evidence) -> EngineResult | None:
        """Return what an engine answered, its evidence put where this run's lies; None if it has to be asked."""
        path = self.folder / f"{engine}.json"
        if not path.is_file():
            return None
        try:
            told = path.read_text(encoding="utf-8").replace(HERE, _in_json(str(evidence.folder)))
            result: EngineResult = RESULTS.validate_json(told)
            if (self.folder / FILES / engine).is_dir():
                shutil.copytree(self.folder / FILES / engine, evidence.folder, dirs_exist_ok=True)
        except (OSError, ValidationError, UnicodeDecodeError):
            raise self._refused(f"{path.name} of it can't be read") from None
        return result

    def keep(self, result: EngineResult, evidence: Evidence) -> None:
        """Keep an answer and the evidence so far; an error is none. Raises InputRefused if nothing can be written."""
        if any(outcome.word is Word.ERROR for outcome in result.outcomes):
            return
        told = RESULTS.dump_json(result).decode().replace(_in_json(str(evidence.folder)), HERE)
        try:
            shutil.copytree(evidence.folder, self.folder / FILES / result.engine, dirs_exist_ok=True)
        except OSError as error:
            raise InputRefused(f"--out {shown_path(self._final)}: {(error.strerror or str(error)).lower()}") from None
        write_whole(self.folder / IDENTITY, json.dumps(self._identity, indent=2), "--out")
        write_whole(self.folder / f"{result.engine}.json", told, "--out")

    def forget(self) -> None:
        """Remove what is kept."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _read(self, name: str) -> dict[str, object]:
        try:
            data = json.loads((self.folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise self._refused(f"{name} of it can't be read") from None
        return data if isinstance(data, dict) else {}

    def _refused(self, fact: str) -> InputRefused:
        told = f"the unfinished run of {shown_path(self._final)} can't be taken up: {fact}"
        return InputRefused(f"--resume: {told}; leave --resume out to begin anew")


def identity_of(run: RunId, request: Request) -> dict[str, str]:
    """Return what a run's answers depend on, by name, digests where it is long."""
    suite = digest_of([one.name, one.scenario, config_data(one.config), *map(str, one.assume)] for one in request.suite)
    named = [path for one in request.suite for path in (one.ticks, one.trades, Path(one.scenario)) if path is not None]
    played = [f"{one.symbol} {one.start}" for one in request.suite if one.ticks is not None]
    return {
        "code": run.code,
        "Python": platform.python_version(),
        "maker": run.maker,
        "comparison": f"{request.maker.compare} {request.maker.beside}",
        "maker's files": _digest(_named_files(request.maker.name) if request.maker.kind == "port" else ()),
        "suite": suite,
        "recordings": _digest([path for path in named if path.is_file()], played),
        "profile": run.profile,
        "seed": str(run.seed),
        "specs": digest_of(request.specs),
        "engines": ", ".join(request.engines),
    }


def _named_files(command: str) -> list[Path]:
    """Return the files that a command line names, its program where it is found, and what a named script may load.

    That is what lies beside it with its suffix; other files there may be the port's own log, and change with each run.
    """
    words = shlex.split(command)
    program = shutil.which(words[0]) if words else None
    named = [path for path in map(Path, words[1:]) if path.is_file()]
    kinds = dict.fromkeys((path.parent, path.suffix) for path in named if path.suffix)
    beside = [path for folder, suffix in kinds for path in sorted(folder.glob(f"*{suffix}")) if path.is_file()]
    return [*([Path(program)] if program else []), *named, *beside[:MOST_BESIDE]]


def _digest(paths: Iterable[Path], also: Iterable[str] = ()) -> str:
    """Return a digest of what files hold. Raises InputRefused for one that can't be read."""
    digest = sha256()
    for path in dict.fromkeys(paths):
        try:
            with path.open("rb") as file:
                digest.update(file_digest(file, "sha256").digest())
        except OSError as error:
            raise InputRefused(f"{shown_path(path)}: {(error.strerror or str(error)).lower()}") from None
    for text in also:
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()[:SHORT]


def _in_json(text: str) -> str:
    """Write a text as it stands inside a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]
