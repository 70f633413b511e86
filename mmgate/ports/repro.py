"""A divergence as a port's developer needs it: the requests that led to it, and a script that sends them again."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from mmgate.ports import messages
from mmgate.ports.port import opened
from mmgate.ports.process import PortMaker
from mmgate.request import MakerRef
from model.events import Event, Start
from model.journal import MakerFault, Record, Turn

REQUESTS, SCRIPT = "requests.jsonl", "repro.sh"
Told: TypeAlias = Start | Event


def told_in(records: Iterable[Record]) -> list[Told]:
    """Return what the maker of a run was told."""
    return [record.event for record in records if isinstance(record, Turn)]


def requests_of(told: Sequence[Told], *, restartable: bool = True) -> Iterator[str]:
    """Yield the requests of a run as the harness sent them to one process, from `hello` to `bye`.

    A port that is not restartable has a process for each life; these are the requests to the last.
    """
    starts = [at for at, event in enumerate(told) if isinstance(event, Start)]
    number = 1
    yield messages.hello_request(number)
    for event in told if restartable or not starts else told[starts[-1] :]:
        number += 1
        yield (
            messages.start_request(number, event) if isinstance(event, Start) else messages.event_request(number, event)
        )
    yield messages.bye_request(number + 1)


def takes_lives(maker: MakerRef) -> bool:
    """Say whether one process of a maker takes several lives; one that can't be greeted is not waited for again."""
    try:
        with opened(maker) as greeted:
            return not isinstance(greeted, PortMaker) or greeted.hello.restartable
    except MakerFault:
        return True


def save_repro(witness: Path, maker: MakerRef) -> None:
    """Write both files beside a witness that is a run; a maker of this process is served as a port."""
    from mmgate.corpus import Case, load  # it needs the ports

    case = load(witness)
    if not isinstance(case, Case):
        return
    stem = witness.with_suffix("")
    requests = stem.with_name(f"{stem.name}-{REQUESTS}")
    write_requests(requests, told_in(case.records), maker)
    command = maker.name if maker.kind == "port" else f"mmgate port serve --defect {shlex.quote(maker.name)}"
    script = stem.with_name(f"{stem.name}-{SCRIPT}")
    port = f" --port {shlex.quote(command)}" if maker.kind == "port" else ""
    lines = (
        "# 1. The port alone: its answer to the last event is the one that differs.",
        f'{command} < "$here"/{shlex.quote(requests.name)}',
        "# 2. Beside the reference: what it answers instead.",
        f'{_mmgate()} replay "$here"/{shlex.quote(witness.name)}{port}',
    )
    write_script(script, lines)


def _mmgate() -> str:
    """Return what starts the gate here: by its name where a shell finds it."""
    return "mmgate" if shutil.which("mmgate") else f"{shlex.quote(sys.executable)} -m mmgate"


def write_requests(path: Path, told: Sequence[Told], maker: MakerRef) -> None:
    """Write the requests of a run to the process of a maker that heard its end, one a line."""
    lines = requests_of(told, restartable=takes_lives(maker))
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def write_script(path: Path, lines: Iterable[str]) -> None:
    """Write a shell script that can be run from any folder: commands start where the gate was run."""
    folder = shlex.quote(str(Path.cwd()))
    head = (
        "#!/bin/sh",
        'here=$(cd "$(dirname "$0")" && pwd)',
        f"cd {folder} || echo 'The gate was run in that folder; the commands below now start in this one.' >&2",
    )
    path.write_text("".join(line + "\n" for line in (*head, *lines)), encoding="utf-8")
    path.chmod(0o755)
