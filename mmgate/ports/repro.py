"""A divergence as a port's developer needs it: the requests that led to it, and a script that sends them again."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

from mmgate.ports import messages
from mmgate.request import MakerRef
from model.events import Start
from model.journal import Record, Turn

REQUESTS, SCRIPT = "requests.jsonl", "repro.sh"


def requests_of(records: Iterable[Record]) -> Iterator[str]:
    """Yield the requests of a run as the harness sent them, from `hello` to `bye`."""
    number = 1
    yield messages.hello_request(number)
    for record in records:
        if not isinstance(record, Turn):
            continue
        number += 1
        event = record.event
        yield (
            messages.start_request(number, event) if isinstance(event, Start) else messages.event_request(number, event)
        )
    yield messages.bye_request(number + 1)


def save_repro(witness: Path, maker: MakerRef) -> None:
    """Write both files beside a witness that is a run; a maker of this process is served as a port."""
    from mmgate.corpus import Case, load  # it needs the ports

    case = load(witness)
    if not isinstance(case, Case):
        return
    stem = witness.with_suffix("")
    requests = stem.with_name(f"{stem.name}-{REQUESTS}")
    write_requests(requests, case.records)
    command = maker.name if maker.kind == "port" else f"mmgate port serve --defect {shlex.quote(maker.name)}"
    script = stem.with_name(f"{stem.name}-{SCRIPT}")
    port = f" --port {shlex.quote(command)}" if maker.kind == "port" else ""
    lines = (
        "# Run from the folder in which the gate was run.",
        "# 1. The port alone: its answer to the last event is the one that differs.",
        f'{command} < "$(dirname "$0")/{requests.name}"',
        "# 2. Beside the reference: what it answers instead.",
        f'mmgate replay "$(dirname "$0")/{witness.name}"{port}',
    )
    write_script(script, lines)


def write_requests(path: Path, records: Iterable[Record]) -> None:
    """Write the requests of a run, one a line."""
    path.write_text("".join(line + "\n" for line in requests_of(records)), encoding="utf-8")


def write_script(path: Path, lines: Iterable[str]) -> None:
    """Write a shell script that can be run."""
    path.write_text("".join(line + "\n" for line in ("#!/bin/sh", *lines)), encoding="utf-8")
    path.chmod(0o755)
