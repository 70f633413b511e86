"""From a folder and a port's command line to a set that is checked, with evidence of what differs."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from mmgate.evidence import MARK, PROGRAM, REPORTS, Evidence
from mmgate.inputs import InputRefused, shown
from mmgate.ports import messages
from mmgate.ports.repro import REQUESTS, SCRIPT, write_script
from mmgate.request import MakerRef
from mmgate.vectors.asked import Asked
from mmgate.vectors.case import Case
from mmgate.vectors.check import Checked, check, here, read_set
from mmgate.vectors.lives import Result, Said
from mmgate.vectors.overheard import Exchange
from model.journal import MakerFault

FOLDER = REPORTS / "vectors-check"
CASE, TRANSCRIPT, STDERR = "case.json", "transcript.txt", "stderr.txt"
MOST_TOLD = 20
"""So many cases that differ leave files behind."""


def check_set(folder: Path, command: str | None, out: Path | None = None, names: Sequence[str] = ()) -> Checked:
    """Check the named cases of a set, by default all; without a command against the reference. Raises InputRefused.

    What differs leaves its case and what was said in `out`.
    """
    index, all_cases = read_set(folder)
    cases = _named(all_cases, names, folder)
    words = [PROGRAM, "vectors", "check", str(folder), *(["--port", command] if command else [])]
    with Evidence(out or FOLDER, MARK) as evidence:
        if command is None:
            subject = here(MakerRef())
            checked = _gathered(Checked(subject.name), check(cases, subject))
        else:
            checked = _of_a_port(cases, command, evidence.folder)
        checked.revision = index.get("model_revision")
        if out is not None or checked.counted(Said.DIFFERS):
            evidence.write(MARK, json.dumps({"run": {"command": words}, **checked.data()}, indent=1) + "\n")
            checked.evidence = evidence.publish()
        return checked


def _named(cases: list[Case], names: Sequence[str], folder: Path) -> list[Case]:
    """Return the cases of these ids; all where none is named."""
    known = {case.id: case for case in cases}
    for name in names:
        if name not in known:
            raise InputRefused(f"--case {shown(name)}: {shown(str(folder))} has no case of that id; see its index.json")
    return [known[name] for name in dict.fromkeys(names)] if names else cases


def _gathered(checked: Checked, results: Iterable[Result | Case]) -> Checked:
    for one in results:
        if isinstance(one, Case):
            checked.undeclared[one.kind] += 1
        else:
            checked.results.append(one)
    return checked


def _of_a_port(cases: list[Case], command: str, folder: Path) -> Checked:
    kept: list[str] = []

    def keep(result: Result, said: list[Exchange], since: int) -> None:
        if len(kept) < MOST_TOLD:
            kept.append(result.case.id)
            _keep(result, said, since, folder / result.case.id, command)

    try:
        with Asked(command, keep, folder / STDERR) as asked:
            return _gathered(Checked(asked.name), asked.check(cases))
    except MakerFault as fault:
        raise InputRefused(f"port {shown(command)}: {fault.kind}: {fault.text}; try mmgate port smoke") from None


def _keep(result: Result, said: list[Exchange], since: int, folder: Path, command: str) -> None:
    """Write what was asked and answered for one case, and a script that asks it again."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CASE).write_text(result.case.text(), encoding="ascii", newline="\n")
    requests = [
        messages.hello_request(1),
        *(request for request, _ in said[since:]),
        messages.bye_request(len(said) + 2),
    ]
    (folder / REQUESTS).write_text("".join(f"{line}\n" for line in requests), encoding="utf-8", newline="\n")
    lines = [result.why, *(line for request, reply in said for line in (f"→ {request}", f"← {reply}"))]
    text = "".join(f"{_plain(line)}\n" for line in lines)
    (folder / TRANSCRIPT).write_text(text, encoding="utf-8", newline="\n")
    script = (
        "# 1. The port alone: among its answers is the one that differs.",
        f'{shlex.join(shlex.split(command))} < "$here"/{REQUESTS}',
        "# 2. What is expected, and how it is compared.",
        f'mmgate vectors explain "$here"/{CASE}',
    )
    write_script(folder / SCRIPT, script)


def _plain(line: str) -> str:
    """Write a line that a port may have said for a console: what does not print is escaped."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line)
