"""How the catalogue of specs reads."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from rich.table import Table

from mmgate.inputs import InputRefused, shown_path
from mmgate.judges import engines_of, judges_of
from mmgate.reporting.console import console_for
from mmgate.reporting.json_report import as_text
from mmgate.reporting.met import met_in, newest, told
from mmgate.selection import choose
from specs.catalogue import SPECS, judged, spec
from specs.contracts import LEMMAS, PARTS
from specs.defects import ALL
from specs.lemma import Lemma
from specs.spec import Spec


def tell_all_specs(as_json: bool = False, quiet: bool = False) -> None:
    """Print the catalogue as a table, those that are not judged yet marked; with `quiet` the ids alone."""
    known = judged()
    if as_json:
        sys.stdout.write(as_text([_data(one) for one in SPECS]))
        return
    console = console_for(sys.stdout)
    if quiet:
        console.print("\n".join(one.id for one in SPECS), soft_wrap=True)
        return
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    for column in ("spec", "", "title", "rules", "finding", "engines"):
        table.add_column(column)
    for one in SPECS:
        title = one.title if one.id in known else f"{one.title} (stated, not judged yet)"
        table.add_row(
            one.id, one.severity.value, title, ", ".join(one.rules), one.finding or "", ", ".join(engines_of(one.id))
        )
    console.print(table)
    console.print(f"{len(SPECS)} specs, {len(known)} of them judged; mmgate specs ID explains one")


def tell_spec(spec_id: str, report: Path | None = None, as_json: bool = False, quiet: bool = False) -> None:
    """Print one spec with all that is known of it, and what it met in a report: the one named, or the newest here.

    Raises InputRefused naming the nearest spec, or saying what is wrong with the report that is named.
    """
    names = choose("specs", [spec_id], [one.id for one in SPECS], "spec")
    met = {name: _met(name, report) for name in names}
    if as_json:
        sys.stdout.write(as_text([_data(spec(name)) | _met_data(met[name]) for name in names]))
        return
    console = console_for(sys.stdout)
    for name in names:
        one = spec(name)
        console.print(f"{one.id} {one.severity} {one.title}", style="bold", soft_wrap=True)
        console.print(one.prose, soft_wrap=True)
        for line in () if quiet else _lines(one, met[name]):
            console.print(line, soft_wrap=True)


def _met(name: str, report: Path | None) -> tuple[Path, dict[str, object]] | None:
    """Read what a spec met. A report that was only found, not named, may be anything: then it is left aside."""
    path = report or newest()
    if path is None:
        return None
    try:
        row = met_in(path, name)
    except InputRefused:
        if report is not None:
            raise
        return None
    if row is None and report is not None:
        raise InputRefused(f"--report {shown_path(path)}: says nothing of {name}")
    return None if row is None else (path, row)


def _met_data(met: tuple[Path, dict[str, object]] | None) -> dict[str, object]:
    return {"report": None, "met": None} if met is None else {"report": shown_path(met[0]), "met": met[1]}


def _lines(one: Spec, met: tuple[Path, dict[str, object]] | None) -> Iterator[str]:
    caught = ", ".join(defect.id for defect in ALL if one.id in defect.caught_by) or "none yet"
    yield f"  kind       {one.kind}"
    yield f"  rules      {', '.join(one.rules)}"
    yield f"  finding    {one.finding or 'none'}"
    yield f"  features   {', '.join(one.features) or 'none needed'}"
    yield f"  defects    {caught}"
    for engine, how in judges_of(one.id):
        yield f"  {engine:<11}{how}"
    for lemma in (lemma for lemma in LEMMAS if lemma.spec_id == one.id):
        yield from _lemma_lines(lemma)
    if one.id not in judged():
        yield "  judged     not yet"
    elif met is None:
        yield "  met        no report here says how often; run mmgate verify, or name one with --report"
    else:
        yield from (f"  {line}" for line in told(*met))


def _lemma_lines(lemma: Lemma) -> Iterator[str]:
    """Say what is claimed, about which functions of the model, under what, and which prover is asked."""
    part = " (a part of the spec)" if lemma.spec_id in PARTS else ""
    yield f"  lemma      {lemma.name}{part}: {lemma.statement}"
    yield f"    about    {', '.join(lemma.kernels)}"
    for assumption in lemma.assumptions:
        yield f"    assumes  {assumption}"
    yield f"    by       {f'z3 alone: {lemma.beyond}' if lemma.beyond else 'CrossHair, and z3 as a second opinion'}"


def _data(one: Spec) -> dict[str, object]:
    return {
        "id": one.id,
        "severity": one.severity.value,
        "title": one.title,
        "prose": one.prose,
        "kind": one.kind,
        "rules": list(one.rules),
        "finding": one.finding,
        "features": list(one.features),
        "defects": [defect.id for defect in ALL if one.id in defect.caught_by],
        "engines": dict(judges_of(one.id)),
        "judged": one.id in judged(),
        "lemmas": [
            {
                "name": lemma.name,
                "claim": lemma.statement,
                "kernels": list(lemma.kernels),
                "assumptions": list(lemma.assumptions),
                "beyond_crosshair": lemma.beyond,
            }
            for lemma in LEMMAS
            if lemma.spec_id == one.id
        ],
    }
