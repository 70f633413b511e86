"""How a checked set and a single case read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import typer

from mmgate.exits import ExitCode
from mmgate.reporting.words import clean
from mmgate.vectors.case import TRACE, Case, Compare, Data
from mmgate.vectors.check import Checked
from mmgate.vectors.lives import Said

MOST_SHOWN = 20
HOW = {
    Compare.EXACT: "the same data; decimals by value, not by their text",
    Compare.DECIMALS: "decimals within 1e-18 of max(1, |a|, |b|)",
    Compare.POWER: "decimals within 1e-13 of max(1, |a|, |b|): the offset of a level is a power (N-3)",
    Compare.BINARY64: "binary64 values within 2 ulp, everything else exactly",
    Compare.ACTIONS: "the actions of each step; orders by any name, independent actions in any order",
    Compare.ACTIONS_AND_LOG: "the actions of each step (orders by any name, independent actions in any order), and "
    "the codes of the log lines that the rules name",
}


COVERED = {
    "branches": "branches of the model",
    "order_table": "rows of the order table",
    "refusals": "codes of refusals",
    "config_codes": "codes of a config's errors",
    "log_codes": "codes of the log",
    "rules": "rules",
    "specs": "specs",
}
"""What is counted of a set, in words."""
MOST_MISSING = 12


def tell_filled(index: Data, folder: Path) -> None:
    """Print what was written, and what it covers."""
    kinds = ", ".join(f"{kind} {count}" for kind, count in index["kinds"].items())
    typer.echo(f"{index['count']} cases in {folder}: {kinds}")
    typer.echo(f"model revision {index['model_revision']}, root {index['root']}")
    for name, words in COVERED.items():
        found = index["coverage"][name]
        missing = found["missing"]
        few = "; ".join(missing) if len(missing) <= MOST_MISSING else f"{len(missing)} are named in index.json"
        typer.echo(f"{words}: {found['taken']} of {found['of']}" + (f", without: {few}" if missing else ""))


def tell_checked(checked: Checked, as_json: bool) -> int:
    """Print what came of a set and return the exit code: 1 a difference, 3 too little compared."""
    code = _code(checked)
    if as_json:
        where = str(checked.evidence) if checked.evidence else None
        typer.echo(json.dumps({**checked.data(), "exit": int(code), "evidence": where}, indent=1))
        return int(code)
    for sign, said in (("✗", Said.DIFFERS), ("?", Said.NOT_COMPARED)):
        for line in _grouped(checked, said):
            typer.echo(f"{sign} {line}")
    counts = ", ".join(f"{checked.counted(said)} {said}" for said in Said)
    typer.echo(f"{clean(checked.maker)}: {len(checked.results)} cases asked: {counts}")
    for kind, count in sorted(checked.undeclared.items()):
        typer.echo(f"not asked: {count} of {kind}: the maker does not declare what they are about")
    if checked.inconclusive and (checked.outdated or not checked.counted(Said.DIFFERS)):
        typer.echo(f"nothing is concluded: {checked.inconclusive}")
    if checked.evidence is not None:
        typer.echo(f"evidence: {clean(str(checked.evidence))}")
    return int(code)


def _grouped(checked: Checked, said: Said) -> Iterator[str]:
    """Yield a line for each reason, by its first case; the first few of them."""
    reasons: dict[str, list[str]] = {}
    for result in checked.results:
        if result.said is said:
            reasons.setdefault(result.why, []).append(result.case.id)
    for why, (first, *more) in list(reasons.items())[:MOST_SHOWN]:
        yield f"{first}{f' and {len(more)} more' if more else ''}: {clean(why)}"
    left = sum(map(len, list(reasons.values())[MOST_SHOWN:]))
    if left:
        yield f"{left} more: see --json"


def _code(checked: Checked) -> ExitCode:
    if checked.counted(Said.DIFFERS):
        return ExitCode.WRONG
    return ExitCode.CONDITIONAL if checked.inconclusive else ExitCode.DONE


def explained(case: Case) -> Iterator[str]:
    """Yield the lines that explain one case."""
    yield f"{case.id}: {clean(case.description)}"
    rules, specs = (" ".join(map(clean, names)) for names in (case.rules, case.specs))
    yield f"rules {rules} · specs {specs} · from {clean(case.origin)}"
    yield f"compared: {HOW[case.compare]}"
    if case.kind == TRACE and case.refused is None:
        yield from _steps(case)
        return
    yield f"call {case.kind} with" if case.kind != TRACE else "begin a life with"
    yield from _lines(case.input)
    if case.refused is not None:
        yield "must be refused:"
        yield from _lines(case.refused)
    else:
        yield "must answer:"
        yield from _lines(case.expected)


def _lines(data: object) -> Iterator[str]:
    for line in json.dumps(data, indent=2).splitlines():
        yield f"  {clean(line)}"


def _steps(case: Case) -> Iterator[str]:
    for at, (step, reply) in enumerate(zip(case.input["steps"], case.expected["replies"], strict=True)):
        told = {"start": step["start"]} if "start" in step else step["event"]
        yield f"{at:4d}  told {clean(json.dumps(told, separators=(',', ':')))}"
        for action in reply["actions"]:
            yield f"        → {clean(json.dumps(action, separators=(',', ':')))}"
        for code in reply["codes"]:
            yield f"        log {clean(code)}"
    for span in case.expected.get("asks", ()):
        yield f"in steps {span['first']} to {span['last']} open orders must be asked for at least once, whenever"
    yield "at the end the books must say"
    yield from _lines(case.expected["books"])
