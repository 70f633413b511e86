"""What recorded ticks say about the innermost offset: what `observe` prints, and `verify` reports (VOL-5)."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from mmgate.data.recorded import Recorded, load_recorded
from mmgate.data.shift import RECORDED
from mmgate.envelopes import number
from mmgate.exits import ExitCode
from mmgate.gatefile import load
from mmgate.identity import code_revision, config_data, digest_of
from mmgate.inputs import shown_path
from mmgate.profiles import suite_file
from mmgate.report import Section
from mmgate.reporting.console import console_for
from mmgate.reporting.json_report import as_text
from mmgate.reporting.words import clean
from mmgate.request import Entry
from mmgate.worlds import recording_of
from model.config import MakerConfig
from specs.definitions.covering import Coverage, TickReport, report

DEFAULT_CONFIG = "all-on"
HORIZONS = {1: "next second", 30: "next 30 seconds"}


@dataclass(frozen=True, slots=True)
class Observed:
    """One recording and what it says; `name`: its file."""

    name: str
    market: str
    found: TickReport
    notes: tuple[str, ...]


def observe(
    ticks: Sequence[Path], config_path: Path | None, symbol: str | None, as_json: bool, quiet: bool = False
) -> int:
    """Read recordings and tell what they say. Raises InputRefused."""
    config, name = _config(config_path)
    observed = [_observed(path, load_recorded(path, None, config, symbol, RECORDED), config) for path in ticks]
    if as_json:
        digest = digest_of([config_data(config)])
        head = {"schema": 1, "code": code_revision(), "config": f"{name} {digest}"}
        sys.stdout.write(as_text({**head, "recordings": [observed_data(one) for one in observed]}))
        return int(ExitCode.DONE)
    console = console_for(sys.stdout)
    for one in observed:
        console.print(clean(f"{one.name} · {one.market} · offsets of {name}"), style="bold", soft_wrap=True)
        for line in (*told(one.found, config), *(f"note: {note}" for note in one.notes if not quiet)):
            console.print(f"  {clean(line)}", soft_wrap=True)
    return int(ExitCode.DONE)


def _config(path: Path | None) -> tuple[MakerConfig, str]:
    """Return the user's config, or the embedded one with which recordings are played."""
    if path is not None:
        return load(path).maker, shown_path(path)
    return replace(suite_file(DEFAULT_CONFIG).config, markets=()), f"embedded {DEFAULT_CONFIG}"


def _observed(path: Path, recording: Recorded, config: MakerConfig) -> Observed:
    found = report(config, [(quote.at_ms, quote.mid_px) for quote in recording.quotes])
    notes = tuple(note for note in recording.notes if not note.startswith(("played", "shifted")))
    return Observed(shown_path(path), recording.market.name, found, notes)


def sections_of(suite: Iterable[Entry]) -> tuple[Section, ...]:
    """Return a section for each recording of a suite."""
    sections = []
    for entry in suite:
        if entry.ticks is None:
            continue
        one = _observed(entry.ticks, recording_of(entry), entry.config)
        title = f"What the ticks of {one.market} say, in {one.name}"
        sections.append(Section("ticks", title, tuple(told(one.found, entry.config)), (observed_data(one),)))
    return tuple(sections)


def told(found: TickReport, config: MakerConfig) -> list[str]:
    """Tell a tick report for a person, line by line."""
    span = f"{found.span_ms / 1000:.0f} s"
    rate = f"{number(Fraction(round(found.ticks_per_second, 3)))} a second"
    flat = "no second was closed" if found.flat_share is None else _share(found.flat, found.closed)
    offsets = f"{number(found.l0_low_bps)} to {number(found.l0_high_bps)} bps"
    how = "follows the wicks where they are valid" if config.dynamic_offset_enabled else "is fixed"
    return [
        f"ticks        {found.ticks} in {span}, {rate}; {found.seconds} seconds have one",
        f"zero wicks   {flat}",
        f"statistics   valid in {_share(found.valid, found.seconds)} (wick_min_samples {config.wick_min_samples})",
        f"L0           {offsets}; it {how}",
        *(_covered(one) for one in found.coverage),
    ]


def _covered(one: Coverage) -> str:
    """Say which share of the moves over a horizon L0 would have covered."""
    name = HORIZONS.get(one.horizon_s, f"next {one.horizon_s} seconds")
    if not one.moves:
        return f"covered      moves of the {name}: none could be judged"
    moved = f"; of those that moved {_share(one.moved_covered, one.moved)}" if one.moved else "; none moved"
    return f"covered      moves of the {name}: {_share(one.covered, one.moves)}{moved}"


def _share(part: int, whole: int) -> str:
    """Write a share with what it is a share of."""
    return f"{100 * part / whole:.2f} % ({part} of {whole})" if whole else "none"


def observed_data(one: Observed) -> dict[str, object]:
    """Return a tick report as plain data; shares are texts, None where there is nothing to share."""
    found = one.found
    return {
        "file": clean(one.name),
        "market": clean(one.market),
        "ticks": found.ticks,
        "span_ms": found.span_ms,
        "ticks_per_second": _ratio(found.ticks_per_second),
        "seconds": found.seconds,
        "closed_seconds": found.closed,
        "zero_wicks": found.flat,
        "zero_wick_share": _ratio(found.flat_share),
        "valid_seconds": found.valid,
        "l0_bps": {"least": number(found.l0_low_bps), "greatest": number(found.l0_high_bps)},
        "covered": [
            {
                "horizon_s": each.horizon_s,
                "moves": each.moves,
                "covered": each.covered,
                "moved": each.moved,
                "moved_covered": each.moved_covered,
                "share": _ratio(Fraction(each.covered, each.moves) if each.moves else None),
            }
            for each in found.coverage
        ],
        "notes": [clean(note) for note in one.notes],
    }


def _ratio(value: Fraction | None) -> str | None:
    """Write a share to six decimals."""
    return None if value is None else str(Decimal(value.numerator * 10**6 // value.denominator).scaleb(-6))
