"""A gate file is read whole or refused with every reason."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from mmgate.gatefile import Waiver, load
from mmgate.inputs import MAX_TEXT_BYTES, InputRefused
from model.config import MakerConfig

WAIVER = '[[waiver]]\nid = "CFG-5"\nreason = "known"\nowner = "ops"\nexpires = 2026-12-31\n'


def refused(path: Path) -> list[str]:
    with pytest.raises(InputRefused) as error:
        load(path)
    return [line.replace(str(path), "F") for line in error.value.lines]


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "mm.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_file_gives_maker_gate_and_waivers(tmp_path: Path):
    gate = '[gate]\nprofile = "quick"\nseed = 3\nscenarios = ["weekend"]\nallow_conditional = true\n'
    file = load(written(tmp_path, "[maker]\nnum_levels = 3\n" + gate + WAIVER))
    assert file.maker == MakerConfig(num_levels=3)
    assert (file.profile, file.seed, file.scenarios, file.allow_conditional) == (
        "quick",
        3,
        ("weekend",),
        True,
    )
    assert file.waivers == (Waiver("CFG-5", "known", "ops", date(2026, 12, 31)),)


def test_an_empty_maker_table_means_the_defaults(tmp_path: Path):
    assert load(written(tmp_path, "[maker]\n")).maker == MakerConfig()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "config F: has no table [maker]; put the maker's keys below such a line"),
        (
            "[makr]\n[maker]",
            "config F: makr: there is no such table (maker, gate, waiver); did you mean maker?",
        ),
        (
            "num_levels = 3\n[maker]",
            "config F: num_levels: stands outside a table; put it below a line [maker]",
        ),
        (
            "[maker]\nnum_levels = 0",
            "config F: [maker] num_levels = 0: must be at least 1 and at most 50",
        ),
        (
            '[maker]\n[gate]\nprofile = "quik"',
            'config F: [gate] profile = "quik": must be "quick" or "standard" or "deep"; did you mean quick?',
        ),
        ("[maker]\n[gate]\nsed = 1", "config F: [gate] sed = 1: there is no such key; did you mean seed?"),
        ("maker = 3", "config F: maker = 3: must be a table: a line [maker] and keys below it"),
        ("[maker]\n[waiver]", "config F: waiver: must be written as [[waiver]], once for each"),
        ("[maker]\n" + WAIVER + WAIVER, "config F: [[waiver]] CFG-5 is given twice"),
        (
            "[maker]\n" + WAIVER.replace("2026-12-31", '"soon"'),
            'config F: [[waiver]] 1: expires = "soon": must be a day, such as 2026-03-31',
        ),
        (
            "[maker]\n" + WAIVER.replace('owner = "ops"\n', ""),
            "config F: [[waiver]] 1: owner is missing; a waiver names id, reason, owner, expires",
        ),
    ],
)
def test_one_fault_gives_one_line(tmp_path: Path, text: str, line: str):
    assert refused(written(tmp_path, text)) == [line]


def test_faults_of_all_tables_come_together(tmp_path: Path):
    lines = refused(written(tmp_path, "x = 1\n[maker]\nnum_levls = 1\n[gate]\nseed = -1\n[[waiver]]\nid = 3\n"))
    assert len(lines) == 7


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\n", "line 1 is not UTF-8 text"),
        (b"[maker\n", "is no TOML"),
        (b"[maker]\nseed = " + b"9" * 5000, "is no TOML"),
        (b"[maker]\na = " + b"[" * 5000, "nested too deeply"),
        (b"#" * (MAX_TEXT_BYTES + 1), "at most 1048576 are read"),
    ],
)
def test_a_file_that_is_no_toml_is_refused_in_one_line(tmp_path: Path, content: bytes, words: str):
    (line,) = refused(written(tmp_path, content))
    assert words in line
    assert "\n" not in line


def test_a_folder_a_missing_file_and_a_pipe_are_refused(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path) == ["config F: is a folder; name a file"]
    assert "no such file" in refused(tmp_path / "absent.toml")[0]
    assert "is no regular file" in refused(tmp_path / "pipe")[0]
