"""A run's folder appears whole or not at all, and replaces nothing but a run's folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import mmgate
from mmgate.evidence import MARK, Evidence, write_whole
from mmgate.inputs import InputRefused


def told(text: str) -> str:
    return json.dumps({"run": {"command": ["mmgate", "verify"]}, "text": text})


def published(final: Path, text: str) -> Path:
    with Evidence(final) as evidence:
        evidence.write(MARK, told(text))
        return evidence.publish()


def test_a_folder_appears_when_it_is_published_and_a_former_run_goes(tmp_path: Path):
    final = tmp_path / "reports" / "run"
    published(final, "first")
    published(final, "second")
    assert (final / MARK).read_text() == told("second")
    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["run"]


def test_a_run_that_fails_leaves_nothing_and_keeps_the_former_one(tmp_path: Path):
    final = published(tmp_path / "run", "first")
    with pytest.raises(ZeroDivisionError), Evidence(final) as evidence:
        evidence.write(MARK, str(1 / 0))
    assert (final / MARK).read_text() == told("first")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_texts_that_name_the_folder_in_the_making_come_to_name_the_published_one(tmp_path: Path):
    with Evidence(tmp_path / "run") as evidence:
        text = evidence.placed(f"mmgate replay {evidence.folder}/witness.jsonl")
    assert text == f"mmgate replay {tmp_path}/run/witness.jsonl"


@pytest.mark.parametrize(
    ("name", "words"),
    [("full", "holds other things than a run"), ("file", "is no folder"), ("file/run", "file"), (".", "own folder")],
)
def test_a_place_that_is_something_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").touch()
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputRefused, match=words):
        Evidence(Path(name))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "full"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '"run"',
        '{"run": 3}',
        '{"run": {"command": "mmgate"}}',
        '{"run": {"command": ["pytest"]}}',
        "[" * 9999,
    ],
)
def test_a_folder_with_somebody_elses_report_is_not_replaced(tmp_path: Path, text: str):
    (tmp_path / MARK).write_text(text)
    with pytest.raises(InputRefused, match="holds other things than a run"):
        Evidence(tmp_path)
    assert (tmp_path / MARK).read_text() == text


def test_nothing_is_written_into_an_installed_package():
    with pytest.raises(InputRefused, match="inside the installed package"):
        Evidence(Path(next(iter(mmgate.__path__))) / "reports")


def test_a_summary_is_written_whole_or_refused(tmp_path: Path):
    write_whole(tmp_path / "new" / "summary.md", "text", "--summary")
    assert (tmp_path / "new" / "summary.md").read_text() == "text"
    with pytest.raises(InputRefused, match=r"--summary .*: is a folder"):
        write_whole(tmp_path, "text", "--summary")
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
