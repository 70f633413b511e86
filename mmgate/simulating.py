"""One run of the reference in one scenario: what `simulate` does once its options are read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from mmgate.accounting import Account
from mmgate.asking import checked_seed
from mmgate.assumptions import parse_assumptions
from mmgate.audit import recording
from mmgate.evidence import MARK, Evidence
from mmgate.exits import ExitCode
from mmgate.gatefile import load
from mmgate.identity import code_revision, config_data, digest_of
from mmgate.inputs import InputRefused, shown, shown_path
from mmgate.profiles import RECORDED, SUITE, suite_file
from mmgate.progress import ProgressLine, RunProgress
from mmgate.report import RunId
from mmgate.reporting.json_report import as_text
from mmgate.reporting.money import simulation_data, tell_simulation, tell_start
from mmgate.reporting.page import render
from mmgate.request import Entry
from mmgate.worlds import recording_of, world_of
from model.config import MakerConfig
from model.journal import Observer
from model.maker import Reference
from sim import world as worlds
from sim.journal_file import JournalFile
from sim.run import run
from sim.world import World

TRACE = "trace.jsonl.gz"
DEFAULT_CONFIG = "all-on"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of `simulate`, as typed."""

    scenario: str
    config: Path | None = None
    ticks: Path | None = None
    trades: Path | None = None
    start: str | None = None
    symbol: str | None = None
    seed: int | None = None
    assume: tuple[str, ...] = ()
    html: bool = False
    out: Path | None = None
    as_json: bool = False
    quiet: bool = False
    records: str | None = None


def simulate_wanted(wanted: Wanted) -> int:
    """Run, leave the trace, tell. Raises InputRefused before anything is written."""
    if wanted.records not in (None, recording.NAME):
        raise InputRefused(f"--records {shown(wanted.records)}: there is no such format; allowed: {recording.NAME}")
    entry, seed = _entry(wanted), checked_seed(wanted.seed)
    world = world_of(entry, seed)
    notes = recording_of(entry).notes if entry.ticks else ()
    identity = _identity(wanted, entry, seed)
    with Evidence(wanted.out or Path("reports") / _folder(wanted, identity)) as evidence:
        tell_start(identity, () if wanted.quiet else notes, as_json=wanted.as_json)
        account = Account()
        told = {"scenario": wanted.scenario, "assume": [list(pair) for pair in entry.assume]}
        head = {"world": _head(world), "maker": "reference", "entry": told}
        with ProgressLine(shown=not wanted.quiet) as line, JournalFile(evidence.folder / TRACE, head) as trace:
            progress = RunProgress(line, world.parameters.start_ms, world.parameters.end_ms)
            with records_in(evidence.folder if wanted.records else None) as observers:
                run(world, Reference(), [trace, account, progress, *observers], label="reference")
        data = simulation_data(identity, account, notes, trace.digest)
        evidence.write(MARK, as_text(data))
        if wanted.html:
            evidence.write("report.html", render("simulation.html", {"data": data, "notes": notes}))
        folder = evidence.publish()
    if wanted.as_json:
        sys.stdout.write(as_text({**data, "evidence": str(folder)}))
    else:
        tell_simulation(account, folder / TRACE, trace.digest, wanted.quiet)
    return int(ExitCode.HARNESS if account.failed else ExitCode.DONE)


@contextmanager
def records_in(folder: Path | None) -> Iterator[list[Observer]]:
    """Open the observer that writes the venue's records into a folder; none where they were not asked for."""
    if folder is None:
        yield []
        return
    with recording.RecordsFile(folder / recording.FILE) as file:
        yield [file]


def _entry(wanted: Wanted) -> Entry:
    """Make the suite entry that is run: the user's config, or the embedded one that the scenario is run with."""
    recorded = wanted.scenario == RECORDED
    given = {"--trades": wanted.trades, "--symbol": wanted.symbol, "--start": wanted.start, "--ticks": wanted.ticks}
    if not recorded and any(given.values()):
        option = next(name for name, value in given.items() if value)
        raise InputRefused(f"{option}: belongs to the scenario recorded, not to {wanted.scenario}")
    if recorded and wanted.ticks is None:
        raise InputRefused("scenario recorded: plays a recording; name it with --ticks")
    name, config = _config(wanted)
    return Entry(
        name,
        config,
        wanted.scenario,
        ticks=wanted.ticks,
        trades=wanted.trades,
        symbol=wanted.symbol,
        start=wanted.start,
        assume=parse_assumptions(wanted.assume),
    )


def _config(wanted: Wanted) -> tuple[str, MakerConfig]:
    """Return name and config: the file's, or that of the first embedded suite entry with this scenario."""
    if wanted.config is not None:
        return shown_path(wanted.config), load(wanted.config).maker
    for file in map(suite_file, _by_preference()):
        if any(scenario == wanted.scenario for scenario, _, _ in file.scenarios):
            return f"embedded {file.name}", file.config
    return f"embedded {DEFAULT_CONFIG}", suite_file(DEFAULT_CONFIG).config


def _by_preference() -> Iterator[str]:
    """Yield the embedded configs, the one with every phase on first."""
    yield DEFAULT_CONFIG
    yield from (name for name in SUITE if name != DEFAULT_CONFIG)


def _identity(wanted: Wanted, entry: Entry, seed: int) -> RunId:
    words = ["mmgate", "simulate", wanted.scenario]
    options = {
        "--config": wanted.config,
        "--ticks": wanted.ticks,
        "--trades": wanted.trades,
        "--start": wanted.start,
        "--symbol": wanted.symbol,
        "--seed": seed,
        "--out": wanted.out,
    }
    for option, value in options.items():
        words += [option, str(value)] if value is not None else []
    for text in wanted.assume:
        words += ["--assume", text]
    words += ["--html"] if wanted.html else []
    words += ["--records", wanted.records] if wanted.records else []
    config = f"{entry.name} {digest_of([config_data(entry.config)])}"
    return RunId(tuple(words), code_revision(), "reference", config, "one run", seed)


def _folder(wanted: Wanted, identity: RunId) -> str:
    """Name the run's folder: the same run, the same name."""
    told = [identity.config, identity.seed, *(str(value) for value in (wanted.ticks, wanted.trades, wanted.start))]
    name = Path(wanted.scenario).stem
    plain = "".join(char if char.isalnum() or char in "-." else "-" for char in name)
    return f"simulate-{plain}-{digest_of([*told, wanted.symbol, wanted.scenario, list(wanted.assume)])[:8]}"


def _head(world: World) -> dict[str, object]:
    """Return the world without its script, which may be longer than the trace."""
    return {key: value for key, value in worlds.to_data(replace(world, script=())).items() if key != "script"}
