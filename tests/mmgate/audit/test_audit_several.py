"""Several own traces are one run where they belong together, and refused in one line where they do not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mmgate import cli
from mmgate.audit.recording import RecordsFile
from sim.journal_file import JournalFile


def written(path: Path, records) -> list[str]:
    with JournalFile(path, {}) as file:
        for record in records:
            file.observe(record)
    return path.read_text().splitlines(keepends=True)


def words_of(data) -> dict[str, str]:
    return {row["id"]: row["word"] for row in data["specs"]}


def lived_apart(path: Path, records) -> list[Path]:
    """Write each life of a run as a trace of its own, each counting its lives from 1."""
    lines = written(path / "whole.jsonl", records)
    head, run = lines[0], json.loads(lines[1])
    starts = [at for at, line in enumerate(lines) if '"type":"start"' in line]
    found = []
    for number, (first, last) in enumerate(zip(starts, [*starts[1:], len(lines)], strict=True)):
        begun = json.dumps({**run, "now_ms": json.loads(lines[first])["now_ms"]}) + "\n"
        found.append(path / f"{number}.jsonl")
        body = "".join(lines[first:last]).replace(f'"life":{number + 1}', '"life":1')
        found[-1].write_text(head + begun + body)
    return found


def test_a_trace_cut_into_files_is_one(tmp_path, watched, audit):
    seen = watched("crash", "counter", 1)
    lines = written(tmp_path / "t.jsonl", seen.records)
    (tmp_path / "a.jsonl").write_text("".join(lines[:900]))
    (tmp_path / "b.jsonl").write_text("".join(lines[900:]))
    code, data = audit(tmp_path / "a.jsonl", tmp_path / "b.jsonl")
    assert code == 0
    assert words_of(data) == seen.words


def test_the_lives_of_a_maker_are_one_run_and_what_nobody_recorded_between_them_is_a_gap(tmp_path, watched, audit):
    lives = lived_apart(tmp_path, watched("crash", "counter", 1).records)
    data = audit(*lives)[1]
    assert len(lives) > 1
    assert "the records before have no end" in data["gap_lines"][0]["text"]
    assert "violated" not in words_of(data).values()


@pytest.mark.parametrize("how", ["twice", "older", "another run", "other markets", "records"])
def test_traces_that_do_not_belong_together_are_refused_in_one_line(tmp_path, watched, capsys, how):
    first, second = watched("evening", "counter", 2).records, watched("disconnect", "fixed", 2).records
    written(tmp_path / "a.jsonl", first)
    if how == "twice":
        written(tmp_path / "b.jsonl", first)
    elif how == "records":
        with RecordsFile(tmp_path / "b.jsonl") as file:
            file.observe(first[0])
    else:
        lines = written(tmp_path / "b.jsonl", second)
        late = lines[1].replace('"now_ms":17', '"now_ms":27')
        if how == "another run":
            (tmp_path / "b.jsonl").write_text(lines[0] + late)
        elif how == "other markets":
            same = late.replace('"scenario":"disconnect"', '"scenario":"evening"')
            (tmp_path / "b.jsonl").write_text(lines[0] + same.replace("xyz:GOLD", "xyz:TIN"))
    capsys.readouterr()
    assert cli.main(["audit", str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("mmgate: log ")
    assert error.count("\n") == 1
    assert ("is no trace" if how == "records" else "is no further part of that run") in error
