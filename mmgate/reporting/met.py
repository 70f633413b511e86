"""What a spec met in a run: its antecedents by fault kind, phase, side, role and market, read from a report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmgate.evidence import MARK, REPORTS
from mmgate.inputs import InputRefused, open_bytes, shown_path
from mmgate.reporting.words import clean

MAX_BYTES = 1 << 26
MOST = 40
"""So many contexts of one engine are shown."""


def newest(folder: Path = REPORTS) -> Path | None:
    """Return the report that was written last below a folder; of equals the first by name."""
    found = sorted(folder.glob(f"*/{MARK}")) if folder.is_dir() else []
    return max(found, key=lambda path: path.stat().st_mtime_ns, default=None)


def met_in(path: Path, spec_id: str) -> dict[str, Any] | None:
    """Return what a report says of a spec, None if it does not judge it. Raises InputRefused."""
    try:
        data = json.loads(open_bytes(path, MAX_BYTES, "report"))
    except (ValueError, RecursionError):
        raise InputRefused(f"report {shown_path(path)}: is not JSON; name a report.json that mmgate wrote") from None
    rows = data.get("specs") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise InputRefused(f"report {shown_path(path)}: is no report of mmgate verify; name its report.json")
    return next((row for row in rows if isinstance(row, dict) and row.get("id") == spec_id), None)


def told(path: Path, row: dict[str, Any]) -> Iterator[str]:
    """Yield it in lines, an engine after the other."""
    yield f"met in {shown_path(path)}:"
    outcomes = row.get("outcomes")
    for outcome in outcomes if isinstance(outcomes, list) else []:
        if not isinstance(outcome, dict):
            continue
        head = f"{outcome.get('engine')}: {outcome.get('word')}, {outcome.get('antecedents')} times"
        yield f"  {clean(head)}"
        if outcome.get("engine") == "symbolic" and outcome.get("strength"):
            yield f"    proved: {clean(str(outcome['strength']))}"
        for kind in ("surroundings", "contexts"):
            counts = outcome.get(kind)
            pairs = list(counts.items()) if isinstance(counts, dict) else []
            if pairs:
                shown = ", ".join(f"{name} {count}" for name, count in pairs[:MOST])
                more = f" and {len(pairs) - MOST} more" if len(pairs) > MOST else ""
                yield f"    {clean(shown)}{more}"
