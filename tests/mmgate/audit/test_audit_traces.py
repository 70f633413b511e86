"""A trace of our own is audited: the words of the live monitors, violations with their lines, damage as what it is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mmgate import cli
from sim.journal_file import JournalFile


def written(path: Path, records) -> list[str]:
    with JournalFile(path, {}) as file:
        for record in records:
            file.observe(record)
    return path.read_text().splitlines(keepends=True)


def words_of(data) -> dict[str, str]:
    return {row["id"]: row["word"] for row in data["specs"]}


@pytest.mark.parametrize(
    ("scenario", "config"), [("crash-loop", "counter"), ("disconnect", "fixed"), ("races", "counter")]
)
def test_an_audit_gives_the_words_of_the_live_monitors(tmp_path, watched, audit, scenario, config):
    seen = watched(scenario, config, 2)
    written(tmp_path / "t.jsonl", seen.records)
    code, data = audit(tmp_path / "t.jsonl")
    assert code == 0
    assert data["gaps"] == 0
    assert words_of(data) == seen.words


def test_a_defect_is_violated_at_the_line_that_shows_it(tmp_path, watched, audit):
    seen = watched("evening", "counter", 2, "counter-untracked")
    written(tmp_path / "t.jsonl", seen.records)
    code, data = audit(tmp_path / "t.jsonl")
    assert code == 1
    assert words_of(data) == seen.words
    orphan = next(row for row in data["specs"] if row["id"] == "ORD-1")
    assert orphan["word"] == "violated"
    written(tmp_path / "before.jsonl", seen.records[: orphan["line"] - 2])
    assert words_of(audit(tmp_path / "before.jsonl")[1])["ORD-1"] == "inconclusive"
    written(tmp_path / "up-to.jsonl", seen.records[: orphan["line"] - 1])
    assert words_of(audit(tmp_path / "up-to.jsonl")[1])["ORD-1"] == "violated"


def test_a_damaged_line_is_a_gap_and_blames_nobody(tmp_path, watched, audit):
    seen = watched("evening", "counter", 2)
    lines = written(tmp_path / "t.jsonl", seen.records)
    place = next(at for at, line in enumerate(lines) if '"type":"place"' in line)
    for damage in (
        '{"type":"turn",\n',
        "\x00\x1b[2J\n",
        "null\n",
        '{"type":"turn","now_ms":"soon"}\n',
        "[" * 9999 + "\n",
    ):
        damaged = [*lines[:place], damage, *lines[place + 1 :]]
        (tmp_path / "d.jsonl").write_text("".join(damaged))
        code, data = audit(tmp_path / "d.jsonl")
        assert code == 3
        assert data["gap_lines"][0]["line"] == place + 1
        assert set(words_of(data).values()) == {"inconclusive", "not applicable"}


def test_a_trace_cut_in_a_line_is_inconclusive(tmp_path, watched, audit):
    lines = written(tmp_path / "t.jsonl", watched("evening", "counter", 2).records)
    (tmp_path / "cut.jsonl").write_text("".join(lines[:500])[:-20])
    code, data = audit(tmp_path / "cut.jsonl")
    assert code == 3
    assert data["gap_lines"] == [{"line": 500, "text": "the line is cut off"}]


def test_a_violation_before_the_gap_stands(tmp_path, watched, audit):
    seen = watched("evening", "counter", 2, "counter-untracked")
    lines = written(tmp_path / "t.jsonl", seen.records)
    at = next(row["line"] for row in audit(tmp_path / "t.jsonl")[1]["specs"] if row["id"] == "FIL-2")
    (tmp_path / "d.jsonl").write_text("".join([*lines[:at], "?\n", *lines[at + 1 :]]))
    code, data = audit(tmp_path / "d.jsonl")
    found = {row["id"]: row for row in data["specs"]}
    assert code == 1
    assert (found["FIL-2"]["word"], found["FIL-2"]["line"]) == ("violated", at)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty; there is nothing to judge"),
        (b'{"format":"mmgate-trace","version":9}\n', "is a trace of version 9"),
        (b'{"format":"mmgate-trace","version":1}\n', "has no record"),
        (b'{"format":"mmgate-trace","version":1}\n{}\n', "is no start of a run"),
    ],
)
def test_what_is_no_log_is_refused_in_one_line(tmp_path, capsys, content, told):
    (tmp_path / "t.jsonl").write_bytes(content)
    assert cli.main(["audit", str(tmp_path / "t.jsonl")]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_a_file_that_is_not_there_or_no_file_is_refused_in_one_line(tmp_path, capsys):
    for path in (tmp_path / "none", tmp_path):
        assert cli.main(["audit", str(path)]) == 2
        error = capsys.readouterr().err
        assert error.startswith("mmgate: log ")
        assert error.count("\n") == 1


def test_a_person_reads_words_and_lines(tmp_path, watched):
    written(tmp_path / "t.jsonl", watched("evening", "counter", 2, "counter-untracked").records)
    asked = [sys.executable, "-m", "mmgate", "audit", str(tmp_path / "t.jsonl")]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ORD-1  │ P0 │ ✗ violated at line " in done.stdout
    assert "is in nobody's books" in done.stdout
    assert done.stderr == ""


def test_a_person_may_ask_for_some_specs_only(tmp_path, watched, audit, capsys):
    written(tmp_path / "t.jsonl", watched("evening", "counter", 2).records)
    code, data = audit(tmp_path / "t.jsonl", "--spec", "FIL-*", "--spec", "ord-11")
    assert code == 0
    assert list(words_of(data)) == ["ORD-11", "FIL-1", "FIL-2", "FIL-3"]
    assert cli.main(["audit", str(tmp_path / "t.jsonl"), "--spec", "DET-1"]) == 2
    assert "is no spec that a log can be judged by" in capsys.readouterr().err
