"""How much of the model, the rules and the specs a set touches, and by name what it does not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mmgate.engines.rows import ROWS, counted_rows, told
from mmgate.ports.direct import direct
from mmgate.ports.pairing import CODES
from mmgate.request import MakerRef
from mmgate.vectors.case import REFUSALS, TRACE, Case, Data
from mmgate.vectors.lives import lived
from specs.statements import SPECS

LAST_RULES = {"N": 6, "V": 10, "Q": 11, "W": 2, "I": 8, "L": 14, "S": 5, "C": 1}
RULES = tuple(
    rule
    for letter, last in LAST_RULES.items()
    for rule in (
        *((f"{letter}-0",) if letter in "QI" else ()),
        *(f"{letter}-{number}" for number in range(1, last + 1)),
        *(("L-7a", "L-8a") if letter == "L" else ()),
    )
)
"""Every rule of docs/system.md."""
CONFIG_CODES = ("unknown_key", "wrong_type", "out_of_range", "unknown_value", "malformed", "contradiction", "market")
"""How a key of a config can be wrong; the last at a start only."""


def coverage(cases: Sequence[Case]) -> Data:
    """Return for rows of the order table, codes, rules and specs how many of how many are there, and which are not."""
    traces = [case for case in cases if case.kind == TRACE]
    with counted_rows() as rows:
        for case in traces:
            lived(case, direct(MakerRef()))
    refused = [case.refused for case in cases if case.refused is not None]
    answers = [answer for case in traces if case.expected for answer in case.expected["replies"]]
    return {
        "order_table": _of(map(told, rows), map(told, ROWS)),
        "refusals": _of((one["code"] for one in refused), REFUSALS),
        "config_codes": _of((error["code"] for one in refused for error in one.get("errors", ())), CONFIG_CODES),
        "log_codes": _of((code.split()[0] for answer in answers for code in answer["codes"]), sorted(CODES)),
        "rules": _of((rule for case in cases for rule in case.rules), RULES),
        "specs": _of((spec for case in cases for spec in case.specs), (spec.id for spec in SPECS)),
    }


def _of(found: Iterable[str], wanted: Iterable[str]) -> Data:
    known, every = set(found), list(wanted)
    missing = [name for name in every if name not in known]
    return {"taken": len(every) - len(missing), "of": len(every), "missing": missing}
