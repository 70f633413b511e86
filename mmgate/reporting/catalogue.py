"""How the catalogue of specs reads."""

from __future__ import annotations

import sys

from rich.table import Table

from mmgate.judges import engines_of, judges_of
from mmgate.reporting.console import console_for
from mmgate.selection import choose
from specs.catalogue import SPECS, judged, spec
from specs.defects import ALL


def tell_all_specs() -> None:
    """Print the catalogue as a table, those that are not judged yet marked."""
    known = judged()
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    for column in ("spec", "", "title", "rules", "finding", "engines"):
        table.add_column(column)
    for one in SPECS:
        title = one.title if one.id in known else f"{one.title} (stated, not judged yet)"
        table.add_row(
            one.id, one.severity.value, title, ", ".join(one.rules), one.finding or "", ", ".join(engines_of(one.id))
        )
    console = console_for(sys.stdout)
    console.print(table)
    console.print(f"{len(SPECS)} specs, {len(known)} of them judged; mmgate specs ID explains one")


def tell_spec(spec_id: str) -> None:
    """Print one spec with all that is known of it. Raises InputRefused naming the nearest one."""
    console = console_for(sys.stdout)
    for name in choose("specs", [spec_id], [one.id for one in SPECS], "spec"):
        one = spec(name)
        caught = ", ".join(defect.id for defect in ALL if name in defect.caught_by) or "none yet"
        console.print(f"{one.id} {one.severity} {one.title}", style="bold", soft_wrap=True)
        console.print(one.prose, soft_wrap=True)
        console.print(f"  kind       {one.kind}", soft_wrap=True)
        console.print(f"  rules      {', '.join(one.rules)}", soft_wrap=True)
        console.print(f"  finding    {one.finding or 'none'}", soft_wrap=True)
        console.print(f"  features   {', '.join(one.features) or 'none needed'}", soft_wrap=True)
        console.print(f"  defects    {caught}", soft_wrap=True)
        for engine, how in judges_of(name):
            console.print(f"  {engine:<11}{how}", soft_wrap=True)
        if name not in judged():
            console.print("  judged     not yet", soft_wrap=True)
