"""One run, judged: a world, a maker, the monitors; what every engine that runs worlds is made of.

A `Judgement` travels between processes, so it holds plain records and no maker.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from types import FrameType
from typing import TypeAlias

from mmgate.engines.legality import Known
from mmgate.engines.tally import NOTHING, Counting, Tally
from mmgate.ports.child import SILENT, PortFault
from mmgate.ports.lockstep import Lockstep, Parted
from mmgate.ports.pairing import Mode
from mmgate.ports.port import opened
from mmgate.ports.process import PortMaker
from mmgate.request import MakerRef
from model.actions import Cancel, Place
from model.codec import canonical
from model.config import ConfigRefused
from model.journal import Maker, MakerFailed, MakerFault, Observer, Record, Turn
from model.maker import Reference
from sim.run import run
from sim.world import World
from specs.panel import Panel
from specs.spec import Outcome, Violation, Word

TOTALITY = "ROB-1"
"""The spec that a maker which breaks the protocol violates: every well-formed event is answered."""
DIFFERENTIAL, ALIKE = "differential", "DIF-1"
"""The engine that runs a maker in lock step with the reference, and the spec that it judges."""
UNCOMPARED = "not comparable from here on"
PATIENCE = 3
"""So many runs may end at the time limit of a maker that hangs; an engine then stops asking it."""
SLOW_PATIENCE = 6
"""So many runs may be stopped by the wall clock; nothing can hold any more, and more would only take longer."""
OUT_OF_TIME = "stopped by the wall clock"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a run gave: the monitors' outcomes, how much was seen, its digest, its records where they were asked for.

    `digest` is that of the trace; for a port, of its actions up to renaming of cloids (DET-1). `failed`: the maker
    broke the protocol. `refused`: it did not take the config. `cut`: the run was stopped from outside, and why.
    `planned_hours`: how long the world would have gone on at least.
    """

    outcomes: tuple[Outcome, ...] = ()
    turns: int = 0
    hours: float = 0.0
    digest: str = ""
    records: tuple[Record, ...] = ()
    failed: MakerFailed | None = None
    refused: str = ""
    cut: str = ""
    features: frozenset[str] = frozenset()
    tally: Tally = NOTHING
    planned_hours: float = 0.0
    lives: int = 0

    @property
    def hung(self) -> bool:
        """Whether the maker left us waiting until its time limit."""
        return self.failed is not None and self.failed.kind in SILENT

    @property
    def out_of_time(self) -> bool:
        """Whether the wall clock stopped the run."""
        return self.cut.startswith(OUT_OF_TIME)

    def outcome(self, spec_id: str) -> Outcome | None:
        """Return the outcome of one spec."""
        return next((outcome for outcome in self.outcomes if outcome.spec_id == spec_id), None)


class Stopped(Exception):
    """A run has shown what it was run for."""


class OutOfTime(BaseException):
    """A run took longer than the wall clock allows; no handler of errors on the way may swallow it."""


Specs: TypeAlias = Iterable[str] | None


class Digest:
    """An observer that digests a trace."""

    def __init__(self) -> None:
        self._sha = sha256()

    def observe(self, record: Record) -> None:
        """Add one record."""
        self._sha.update(canonical(record).encode() + b"\n")

    def hexdigest(self) -> str:
        """Return the digest of all records so far."""
        return self._sha.hexdigest()


class ActionDigest(Digest):
    """An observer that digests what a maker did, its cloids numbered in the order of their first use."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers: dict[str, int] = {}

    def observe(self, record: Record) -> None:
        """Add the actions of one turn."""
        if not isinstance(record, Turn):
            return
        self._sha.update(b"%d\n" % record.now_ms)
        for action in record.reply.actions:
            text = canonical(action)
            for cloid in _cloids(action):
                text = text.replace(f'"{cloid}"', f'"#{self._numbers.setdefault(cloid, len(self._numbers))}"')
            self._sha.update(text.encode() + b"\n")


def _cloids(action: object) -> tuple[str, ...]:
    if isinstance(action, Place):
        return (action.cloid, *action.answers)
    if isinstance(action, Cancel) and action.cloid is not None:
        return (action.cloid,)
    return ()


class Keeper:
    """An observer that keeps every record."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def observe(self, record: Record) -> None:
        """Keep one record."""
        self.records.append(record)


class Stopper:
    """An observer that stops the run when a watched monitor has seen a violation; with `each`, when each has."""

    def __init__(self, panel: Panel, each: bool = False) -> None:
        self._panel = panel
        self._seen_enough = all if each else any

    def observe(self, _record: Record) -> None:
        """Look at the panel, which has seen the record before."""
        if self._seen_enough(monitor.violation_count for monitor in self._panel.monitors):
            raise Stopped


class Watch:
    """An observer that notes at which record a lock step ended, and says how far it went (DIF-1)."""

    def __init__(self, lockstep: Lockstep) -> None:
        self._lockstep = lockstep
        self._seen = 0
        self._index: int | None = None

    def observe(self, _record: Record) -> None:
        """Count the records up to the answer that differs."""
        if self._index is None and self._lockstep.parting is not None:
            self._index = self._seen
        self._seen += 1

    def agreement(self) -> Outcome:
        """Return the word: an answer that can't be compared ends the lock step and is no agreement."""
        parting, steps = self._lockstep.parting, self._lockstep.steps
        strength = f"{steps} steps agree"
        if parting is None:
            return Outcome(ALIKE, DIFFERENTIAL, Word.HOLDS if steps else Word.VACUOUS, strength, steps)
        if not parting.difference.comparable:
            why = f"{UNCOMPARED}: {parting.told()}"
            return Outcome(ALIKE, DIFFERENTIAL, Word.INCONCLUSIVE, strength, steps, reason=why)
        violation = Violation(ALIKE, parting.now_ms, self._index or 0, parting.told())
        return Outcome(ALIKE, DIFFERENTIAL, Word.VIOLATED, strength, steps, (), (violation,), parting.told())


def judge(
    world: World,
    ref: MakerRef,
    specs: Specs = None,
    engine: str = "simulation",
    *,
    keep: bool = False,
    stop: bool = False,
    stop_when_each: bool = False,
    limit_s: float = 0.0,
    evidence: Path | None = None,
) -> Judgement:
    """Run `world` with a fresh maker under the monitors of `specs` (all by default).

    With `stop`, the run ends at the first violation, with `stop_when_each` when every monitor has seen one; with
    `keep`, its records are kept. After `limit_s` seconds of wall clock (0: never) it is cut short. A maker that can't
    even be greeted has failed. A port's stderr, and the end of its transcript if it fails, are kept in files whose
    names begin as `evidence`.
    """
    wanted = None if specs is None else frozenset(specs)
    try:
        with (
            alarm(limit_s),
            opened(ref, stderr_path=_beside(evidence, "stderr")) as maker,
            _partner(ref, engine) as partner,
        ):
            panel, keeper = Panel(wanted), Keeper()
            more: list[Observer] = [keeper] if keep else []
            more += [Stopper(panel)] if stop else []
            more += [Stopper(panel, each=True)] if stop_when_each and panel.monitors else []
            driven = maker if partner is None else Lockstep(maker, Mode(ref.compare), partner)
            judged = _watched(world, maker, driven, panel, more, engine, wanted, evidence)
            return replace(judged, records=tuple(keeper.records))
    except ConfigRefused as refusal:
        return Judgement(refused=str(refusal))
    except MakerFault as fault:
        _write_transcript(fault, evidence)
        failure = MakerFailed(world.parameters.start_ms, 0, fault.kind, fault.text)
        return Judgement(_totality(0, failure, 0, engine, wanted), failed=failure)


def _watched(
    world: World,
    maker: Maker,
    driven: Maker,
    panel: Panel,
    more: Sequence[Observer],
    engine: str,
    wanted: frozenset[str] | None,
    evidence: Path | None,
) -> Judgement:
    """Play a world with a maker, or with the lock step that drives it, and let it leave; say what was seen."""
    digest = ActionDigest() if isinstance(maker, PortMaker) else Digest()
    counting, known = Counting(), Known()
    watch = Watch(driven) if isinstance(driven, Lockstep) else None
    observers: list[Observer] = [panel, digest, counting, known, *more]
    failed, cut = _played(world, driven, [*observers, watch] if watch is not None else observers)
    view = panel.view
    failed = failed or (None if cut else _leaving(maker, view.now_ms, view.life))
    _keep_transcript(maker, failed, evidence)
    total = _totality(view.turns, failed, view.index - 1, engine, wanted, known)
    alike = () if watch is None else (watch.agreement(),)
    return Judgement(
        (*panel.outcomes(engine), *total, *alike),
        view.turns,
        (view.now_ms - view.began_ms) / 3_600_000,
        digest.hexdigest(),
        failed=failed,
        cut=cut,
        features=maker.features,
        tally=counting.tally(),
        planned_hours=(world.parameters.end_ms - world.parameters.start_ms) / 3_600_000,
        lives=view.life_count,
    )


def _played(world: World, maker: Maker, observers: Iterable[Observer]) -> tuple[MakerFailed | None, str]:
    """Run a world to its end, or until it is stopped: how the maker failed, if it did, and why the run was cut."""
    began = time.monotonic()
    try:
        return run(world, maker, observers).failed, ""
    except Parted:
        return None, "the lock step ended"
    except Stopped:
        return None, "stopped when it had shown enough"
    except OutOfTime:
        return None, f"{OUT_OF_TIME} after {time.monotonic() - began:.0f} s"


def _leaving(maker: Maker, now_ms: int, life: int) -> MakerFailed | None:
    """Let a port leave after a whole run: how it failed to, if it did."""
    if not isinstance(maker, PortMaker):
        return None
    try:
        maker.leave()
    except MakerFault as fault:
        return MakerFailed(now_ms, life, fault.kind, fault.text)
    return None


@contextmanager
def _partner(ref: MakerRef, engine: str) -> Iterator[Maker | None]:
    """Give the maker that a lock step compares with: the reference, or the one named."""
    if engine != DIFFERENTIAL:
        yield None
    elif not ref.beside:
        yield Reference()
    else:
        with opened(MakerRef("port", ref.beside)) as partner:
            yield partner


def _totality(
    turns: int,
    failed: MakerFailed | None,
    index: int,
    engine: str,
    wanted: frozenset[str] | None,
    known: Known | None = None,
) -> tuple[Outcome, ...]:
    """Say whether the maker answered whatever it was told, by actions that can be meant (ROB-1)."""
    if wanted is not None and TOTALITY not in wanted:
        return ()
    if known is not None and known.stranger is not None:
        violation = Violation(TOTALITY, *known.stranger)
        return (Outcome(TOTALITY, engine, Word.VIOLATED, "", turns, (), (violation,), violation.text),)
    if failed is None:
        return (Outcome(TOTALITY, engine, Word.HOLDS if turns else Word.VACUOUS, antecedents=turns),)
    text = f"{failed.kind}: {failed.text}"
    violation = Violation(TOTALITY, failed.now_ms, index, text)
    return (Outcome(TOTALITY, engine, Word.VIOLATED, "", turns, (), (violation,), text),)


def _beside(evidence: Path | None, what: str) -> Path | None:
    """Return the file for one kind of evidence; its folder is made."""
    if evidence is None:
        return None
    evidence.parent.mkdir(parents=True, exist_ok=True)
    return evidence.with_name(f"{evidence.name}-{what}.txt")


def _keep_transcript(maker: Maker, failed: MakerFailed | None, evidence: Path | None) -> None:
    if failed is not None and isinstance(maker, PortMaker) and maker.fault is not None:
        _write_transcript(maker.fault, evidence)


def _write_transcript(fault: MakerFault, evidence: Path | None) -> None:
    """Keep the last lines that went between us and a port that broke the protocol."""
    path = _beside(evidence, "transcript")
    if path is not None and isinstance(fault, PortFault):
        lines = [f"{fault.kind}: {fault.text}", *fault.transcript]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="backslashreplace")


@contextmanager
def alarm(limit_s: float) -> Iterator[None]:
    """Raise OutOfTime inside the block after `limit_s` seconds of wall clock; only where signals can be set."""
    if limit_s <= 0:
        yield
        return

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, limit_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
