"""From what the command line says to what the engines are asked: suite, maker, specs, budgets, the run line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mmgate.assumptions import parse_assumptions
from mmgate.data.recorded import Recorded, load_recorded
from mmgate.data.shift import SECOND_MS
from mmgate.gatefile import MAX_SEED, GateFile, Waiver, is_seed, load
from mmgate.identity import code_revision, config_data, digest_of
from mmgate.inputs import InputRefused, shown, shown_path
from mmgate.ports.pairing import Mode
from mmgate.profiles import (
    DEFAULT_PROFILE,
    PHASES,
    PROFILES,
    RECORDED,
    embedded_suite,
    fitted,
    fitted_config,
    suite_file,
)
from mmgate.report import RunId
from mmgate.request import Entry, MakerRef, Promise, Request
from mmgate.selection import choose, choose_one
from mmgate.verification import ENGINES, OPT_IN_ENGINES
from mmgate.worlds import world_of
from model.config import MakerConfig
from model.session import quoting_window
from sim.scenario import embedded
from specs.catalogue import SPECS, judged, spec
from specs.defects import ALL, BY_ID, selected
from specs.spec import Severity

DEFAULT_SEED = 1
RECORDED_CONFIG = "all-on"
"""The embedded config with which a recording is played where the user gives none."""
TOTALITY = "ROB-1"
"""The spec that a port violates by breaking the protocol: a port is never judged without it."""
SYMBOLIC, EXHAUSTIVE, DIFFERENTIAL = "symbolic", "exhaustive", "differential"
ALIKE = "DIF-1"
READS_SOURCE = (
    "proves things of the reference's source only",
    "the symbolic engine reads the reference's source, so it says nothing about this maker",
)
FORKS_STATE = (
    "forks the maker's state, which a port's process does not give",
    "the exhaustive engine is not run: it forks the maker's state, which a port's process does not give",
)
"""Why an engine can't be used on a maker: where it alone was asked for, and where others are."""
LONG = ("weekend",)
"""Scenarios that only the deep profile runs on a user's config."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of `verify`, as typed."""

    config: Path | None = None
    ticks: tuple[Path, ...] = ()
    symbol: str | None = None
    defects: str | None = None
    port: str | None = None
    profile: str | None = None
    specs: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()
    trades: Path | None = None
    start: str | None = None
    assume: tuple[str, ...] = ()
    seed: int | None = None
    out: Path | None = None
    as_json: bool = False
    quiet: bool = False
    summary: Path | None = None
    compare: str | None = None
    allow_conditional: bool = False
    resume: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done: requests (one for each maker, several for a set of defects), the run line, what waives.

    `features`: what the first maker declares; None where it could not be greeted, and `unheard` says why. `lacking`:
    what the user's config switches on and the maker does not declare.
    """

    requests: tuple[Request, ...]
    run: RunId
    waivers: tuple[Waiver, ...]
    allow_conditional: bool
    notes: tuple[str, ...]
    narrowed: str = ""
    features: frozenset[str] | None = None
    unheard: str = ""
    lacking: frozenset[str] = frozenset()


def plan_of(asked: Asked) -> Plan:
    """Check everything that can be checked before an engine starts. Raises InputRefused."""
    file = load(asked.config) if asked.config is not None else None
    by_file = file or GateFile(MakerConfig())
    profile = asked.profile or by_file.profile or DEFAULT_PROFILE
    name = choose_one("--profile", profile, tuple(PROFILES), "profile")
    seed = checked_seed(by_file.seed if asked.seed is None else asked.seed)
    specs = chosen_specs((*asked.specs, TOTALITY) if asked.specs and asked.port is not None else asked.specs)
    suite, notes = _suite(asked, file, name)
    for entry in suite:
        world_of(entry, seed)
    makers = makers_of(asked.defects, asked.port)
    _catchable(makers, specs)
    engines, more = _engines(asked, makers)
    makers = tuple(replace(maker, compare=_mode(asked, engines)) for maker in makers)
    specs = _with_alike(asked, specs, engines)
    greetings = [greet(maker) for maker in makers]
    makers = tuple(replace(maker, promise=one.promise) for maker, one in zip(makers, greetings, strict=True))
    features = greetings[0].features
    suite, fitting = _fitted(makers, suite, file, features)
    lacking = _lacking(makers, file, features)
    unheard = ("the port could not be greeted; mmgate port smoke explains it",) if greetings[0].fault else ()
    notes = (*notes, *unheard, *fitting, *_lacking_notes(lacking))
    run = _run_id(asked, suite, name, seed)
    out = asked.out or Path("reports") / _folder(asked, run, specs, engines)
    requests = tuple(Request(maker, suite, specs, engines, PROFILES[name], seed, out) for maker in makers)
    waivers = checked_waivers(file)
    allowed = asked.allow_conditional or by_file.allow_conditional
    narrowed = _narrowed(asked, makers, specs, engines, suite)
    notes = (*notes, *more)
    return Plan(requests, run, waivers, allowed, notes, narrowed, features, greetings[0].fault, lacking)


def _with_alike(asked: Asked, specs: tuple[str, ...], engines: tuple[str, ...]) -> tuple[str, ...]:
    """Ask DIF-1 of the engine that compares, and nothing else of it."""
    if DIFFERENTIAL not in engines:
        return specs
    return (ALIKE,) if engines == (DIFFERENTIAL,) else (*specs, ALIKE)


def _mode(asked: Asked, engines: tuple[str, ...]) -> str:
    """Return what must agree in lock step; refused where nothing runs in lock step."""
    if asked.compare is None:
        return Mode.ACTIONS.value
    if DIFFERENTIAL not in engines:
        raise InputRefused(f"--compare {shown(asked.compare)}: says how --engine differential compares; name it too")
    return choose_one("--compare", asked.compare, [mode.value for mode in Mode], "mode of comparison")


def _narrowed(
    asked: Asked, makers: tuple[MakerRef, ...], specs: tuple[str, ...], engines: tuple[str, ...], suite: Sequence[Entry]
) -> str:
    """Say what was not asked, so that a PASS is read for what it is; empty where all was."""
    fitting, _ = _engines(replace(asked, engines=()), makers)
    played = {entry.scenario for entry in suite} - {RECORDED}
    usual = {name for name in embedded() if name not in (RECORDED, *LONG)}
    asked_of = {
        "specs": (len(specs), len(judged())),
        "engines": (len(engines), len(fitting)),
        "scenarios": (len(played), len(usual) if asked.config is not None and played < usual else 0),
    }
    left = [f"{some} of {whole} {what}" for what, (some, whole) in asked_of.items() if some < whole]
    return f"only {', '.join(left)} were asked" if left else ""


def checked_seed(seed: int | None) -> int:
    """Return a seed that can be used, the default where none is given."""
    if seed is None:
        return DEFAULT_SEED
    if not is_seed(seed):
        raise InputRefused(f"--seed {seed}: must be a whole number from 0 to {MAX_SEED}")
    return seed


def chosen_specs(wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return the ids of the specs to judge: all that are judged so far, or those that are named."""
    known = judged()
    names = [one.id for one in SPECS if one.id in known]
    return choose("--spec", wanted, names, "spec that is judged") if wanted else tuple(names)


def makers_of(defects: str | None, port: str | None, option: str = "--defects") -> tuple[MakerRef, ...]:
    """Return the makers to judge: the reference, a port, or the reference with each defect that `option` names."""
    if defects is not None and port is not None:
        raise InputRefused("--defects and --port: give one of them; a port has its own code")
    if port is not None:
        return (MakerRef("port", port),)
    if defects is None:
        return (MakerRef(),)
    found = selected(defects)
    if not found:
        tags = sorted({tag for defect in ALL for tag in defect.tags})
        choose_one(option, defects, [*tags, "all", *(defect.id for defect in ALL)], "defect and no tag of defects")
    return tuple(MakerRef("defect", defect.id) for defect in found)


def _catchable(makers: tuple[MakerRef, ...], specs: tuple[str, ...]) -> None:
    """Refuse to hunt a set of defects with specs that must catch none of them."""
    if len(makers) > 1 and not any(set(BY_ID[maker.name].caught_by) & set(specs) for maker in makers):
        raise InputRefused("--spec: none of these must catch one of the defects; mmgate specs ID names whom it catches")


@dataclass(frozen=True, slots=True)
class Greeting:
    """The features a maker declares, and what else if it is a port; None: it broke the protocol, and `fault` is how."""

    features: frozenset[str] | None
    promise: Promise | None = None
    fault: str = ""


def greet(maker: MakerRef) -> Greeting:
    """Start a maker once and let it introduce itself. Raises InputRefused."""
    from mmgate.ports.port import opened
    from mmgate.ports.process import PortMaker
    from model.journal import MakerFault

    try:
        with opened(maker) as greeted:
            promise = greeted.hello.promise() if isinstance(greeted, PortMaker) else None
            return Greeting(greeted.features, promise)
    except MakerFault as fault:
        return Greeting(None, fault=f"{fault.kind}: {fault.text}")


def _fitted(
    makers: tuple[MakerRef, ...], suite: tuple[Entry, ...], file: GateFile | None, features: frozenset[str] | None
) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Return the embedded suite without what a port does not declare, and say so; a user's config stays as it is."""
    if file is not None or makers[0].kind != "port":
        return suite, ()
    missing = [] if features is None else [name for name, _ in PHASES if name not in features]
    if features is None or not missing:
        return suite, ()
    note = f"the port does not declare {', '.join(missing)}: the embedded configs are run without"
    return tuple(fitted(entry, features) for entry in suite), (note,)


def _lacking(makers: tuple[MakerRef, ...], file: GateFile | None, features: frozenset[str] | None) -> frozenset[str]:
    """Return what a user's config switches on and a port does not declare: no spec about it is excused."""
    if file is None or features is None or makers[0].kind != "port":
        return frozenset()
    without = fitted_config(file.maker, features)
    return frozenset(
        name for name, off in PHASES if any(getattr(file.maker, key) != getattr(without, key) for key in off)
    )


def _lacking_notes(lacking: frozenset[str]) -> tuple[str, ...]:
    names = ", ".join(name for name, _ in PHASES if name in lacking)
    return (f"your config switches on {names}, which the port does not declare: that excuses nothing",) if names else ()


def _suite(asked: Asked, file: GateFile | None, profile: str) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Return the entries to run, and what there is to say about recordings."""
    _needs_ticks(asked)
    assume = parse_assumptions(asked.assume)
    recorded, notes = _recorded(asked, file)
    if file is None:
        entries = embedded_suite(PROFILES[profile])
    else:
        assert asked.config is not None
        entries = tuple(_entries_of(asked.config, file, profile))
    return tuple(replace(entry, assume=assume) for entry in (*entries, *recorded)), notes


def _needs_ticks(asked: Asked) -> None:
    """Refuse options that say something about a recording where there is none."""
    given = {"--trades": asked.trades, "--symbol": asked.symbol, "--start": asked.start}
    if not asked.ticks and any(given.values()):
        option = next(name for name, value in given.items() if value)
        raise InputRefused(f"{option}: says how to play a recording; name the recording with --ticks")
    if asked.trades is not None and len(asked.ticks) > 1:
        raise InputRefused("--trades: belongs to one recording, but --ticks is given more than once")


def _entries_of(path: Path, file: GateFile, profile: str) -> Iterator[Entry]:
    """Yield a user's config in each scenario: those it names, or all embedded ones that a profile runs."""
    usual = [name for name in embedded() if name != RECORDED and (profile == "deep" or name not in LONG)]
    for scenario in file.scenarios or usual:
        yield Entry(path.stem, file.maker, scenario, "your config in this scenario")


def _recorded(asked: Asked, file: GateFile | None) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Read the recordings once, so that a bad one is refused at once, and say what was done to them."""
    name = asked.config.stem if asked.config else RECORDED_CONFIG
    config: MakerConfig = file.maker if file else suite_file(RECORDED_CONFIG).config
    if file is None and asked.ticks:
        config = replace(config, markets=())
    entries: list[Entry] = []
    notes: list[str] = []
    for ticks in asked.ticks:
        entry = Entry(name, config, RECORDED, shown_path(ticks), ticks, asked.trades, asked.symbol, asked.start)
        recording = load_recorded(ticks, asked.trades, config, asked.symbol, asked.start)
        notes += [*recording.notes, *_closed(recording, config)]
        entries.append(entry)
    return tuple(entries), tuple(notes)


def _closed(recording: Recorded, config: MakerConfig) -> list[str]:
    """Say of a recording that is played while quoting is closed that no ladder is judged on it."""
    seconds = range(recording.first_ms, recording.last_ms + 1, SECOND_MS)
    if any(quoting_window(at_ms, config.weekend_only) for at_ms in seconds):
        return []
    return [f"{recording.market.name}: all of it lies outside the quoting window: no ladder is quoted or judged on it"]


def _engines(asked: Asked, makers: tuple[MakerRef, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the engines to use, and why others are not: what they need of a maker, the reference has."""
    known = (*ENGINES, *(name for name in OPT_IN_ENGINES if name in asked.engines))
    engines = choose("--engine", asked.engines, known, "engine") if asked.engines else ENGINES
    if DIFFERENTIAL in engines and any(maker.kind == "reference" for maker in makers):
        raise InputRefused("--engine differential: compares a maker with the reference; name one with --port")
    if all(maker.kind == "reference" for maker in makers):
        return engines, ()
    unfit = {SYMBOLIC: READS_SOURCE}
    if any(maker.kind == "port" for maker in makers):
        unfit[EXHAUSTIVE] = FORKS_STATE
    others = tuple(engine for engine in engines if engine not in unfit)
    left = [engine for engine in engines if engine in unfit]
    if not others:
        raise InputRefused(*(f"--engine {engine}: {unfit[engine][0]}; name another engine" for engine in left))
    return others, tuple(unfit[engine][1] for engine in left)


def _run_id(asked: Asked, suite: tuple[Entry, ...], profile: str, seed: int) -> RunId:
    """Name what the run is a function of, with the command that repeats it."""
    digest = digest_of([entry.name, entry.scenario, config_data(entry.config)] for entry in suite)
    label = shown_path(asked.config) if asked.config else "embedded suite"
    maker = f"port {asked.port}" if asked.port else f"defects {asked.defects}" if asked.defects else "reference"
    return RunId(command_of(asked, profile, seed), code_revision(), maker, f"{label} {digest}", profile, seed)


def command_of(asked: Asked, profile: str, seed: int) -> tuple[str, ...]:
    """Write the command that repeats a run: what was given, and what was chosen by default."""
    words = ["mmgate", "verify"]
    one = {
        "--config": asked.config,
        "--symbol": asked.symbol,
        "--compare": asked.compare,
        "--defects": asked.defects,
        "--port": asked.port,
        "--trades": asked.trades,
        "--start": asked.start,
        "--profile": profile,
        "--seed": seed,
        "--out": asked.out,
    }
    many = {"--ticks": asked.ticks, "--spec": asked.specs, "--engine": asked.engines, "--assume": asked.assume}
    for option, values in many.items():
        for value in values:
            words += [option, str(value)]
    for option, single in one.items():
        if single is not None:
            words += [option, str(single)]
    return (*words, "--allow-conditional") if asked.allow_conditional else tuple(words)


def _folder(asked: Asked, run: RunId, specs: tuple[str, ...], engines: tuple[str, ...]) -> str:
    """Name the run's folder: the same run, the same name."""
    maker = "port" if asked.port else asked.defects or "reference"
    plain = "".join(char if char.isalnum() or char in "-." else "-" for char in maker)
    told = [run.config, run.profile, run.seed, run.maker, list(specs), list(engines), list(asked.assume)]
    return f"verify-{plain}-{digest_of(told)[:8]}"


def checked_waivers(file: GateFile | None) -> tuple[Waiver, ...]:
    """Return the file's waivers; one for a spec that is none, or that nobody may waive, is refused."""
    lines: list[str] = []
    names = [one.id for one in SPECS]
    for waiver in file.waivers if file else ():
        if waiver.id not in names:
            lines += _refusal(waiver.id, names)
        elif spec(waiver.id).severity is not Severity.P1:
            lines.append(f"[[waiver]] {waiver.id}: is a {spec(waiver.id).severity}; only a P1 can be waived")
    if lines:
        raise InputRefused(*lines)
    return file.waivers if file else ()


def _refusal(name: str, names: list[str]) -> tuple[str, ...]:
    try:
        choose_one("[[waiver]] id", name, names, "spec")
    except InputRefused as error:
        return error.lines
    return ()
